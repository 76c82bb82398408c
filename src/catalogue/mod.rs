//! The endpoints, as data: what each is called, what it takes and what it does.
