//! Turns answers into text: values in, bytes to a writer out.
