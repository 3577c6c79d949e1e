//! Varidex for C and C++: `libvaridex`, with the header `include/varidex.h`.
//!
//! Every function converts its arguments, calls the library, and converts the answer: there is no logic
//! here. What a program may rely on stands in the header's first page; in short:
//!
//! * no panic leaves a function (`entry`), and no handle is a pointer (`handle`), so that misuse of
//!   handles is refused instead of undefined;
//! * what is left to the program are the C promises that nobody can check: that a pointer which is not
//!   NULL points to what the header says. They are why the functions are `unsafe`, and each use of them
//!   says so where it stands.

#![expect(unsafe_code, reason = "the arguments of C functions are pointers")]
#![expect(
    non_camel_case_types,
    reason = "types have the names that they have in C"
)]
#![expect(
    clippy::missing_safety_doc,
    reason = "the header's first page says what programs promise, once for all functions"
)]
#![warn(unsafe_op_in_unsafe_fn)]
#![deny(clippy::indexing_slicing)]

mod annotate;
mod asked;
mod beacon;
mod compact;
mod consent;
mod dataset;
mod each;
mod entry;
mod error;
mod frequency;
mod group;
mod handle;
mod individual;
mod interrupt;
mod page;
mod policy;
mod products;
mod published;
mod tables;
mod write;

pub use annotate::*;
pub use beacon::*;
pub use compact::*;
pub use consent::*;
pub use dataset::*;
pub use each::*;
pub use error::*;
pub use frequency::*;
pub use group::*;
pub use handle::{
    vdx_beacon, vdx_error, vdx_group, vdx_page, vdx_policy_view, vdx_published, vdx_view,
};
pub use individual::*;
pub use interrupt::*;
pub use page::*;
pub use policy::*;
pub use products::*;
pub use published::*;
pub use tables::*;
pub use write::*;
