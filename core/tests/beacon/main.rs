//! The beacon: shared vectors, the schemas of Beacon, requests of other implementations, hostile requests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    unreachable_pub,
    missing_docs,
    reason = "a test that cannot go on fails"
)]

mod hostile;
mod replay;
mod schemas;
mod spec;
mod vectors;
