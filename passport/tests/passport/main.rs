//! Passports and visas, honest and forged.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test reports what is wrong by failing"
)]

mod conditions;
mod forged;
mod grants;
mod hostile;
mod made;
mod times;
