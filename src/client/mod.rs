//! Sends one signed request over HTTP and hands the answer back as data.
