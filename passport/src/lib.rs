//! What the holder of a [GA4GH Passport](https://ga4gh.github.io/data-security/ga4gh-passport) (1.2.1) may be answered.
//!
//! A [`Clearinghouse`] knows whom to trust: a [`Policy`] of the host, and the public keys of the issuers, which the host
//! fetches and hands over ([`Clearinghouse::set_keys`]). It checks a passport and its visas and says, for each dataset,
//! which [`Access`](varidex::Access) they give: a [`Grant`]. There is no network code here, and no clock: the host
//! gives the time with every call.
//!
//! | visas | access |
//! |---|---|
//! | `ControlledAccessGrants` of the dataset, by one of its committees | `record`, with the date of the permit |
//! | `ResearcherStatus` and `AcceptedTermsAndPolicies`, as the policy pairs them, where the dataset is open to registered researchers | `count` |
//! | none of these | `boolean`, like anybody |
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use varidex_passport::{Clearinghouse, Policy, Reason};
//!
//! let policy: Policy = r#"
//!     audience = ["https://beacon.example.org"]
//!     max_age_days = 365
//!
//!     [[issuers]]
//!     iss = "https://login.example.org/"
//!     passports = true
//!     sources = ["https://example.org/dac"]
//!
//!     [[datasets]]
//!     id = "GDI-XX-EXAMPLE-1"
//!     grants = ["https://example.org/datasets/710"]
//!     sources = ["https://example.org/dac"]
//! "#.parse()?;
//! let mut clearinghouse = Clearinghouse::new(policy)?;
//! // what the issuer publishes at its `jwks_uri`, fetched by the host and renewed from time to time
//! clearinghouse.set_keys("https://login.example.org/", r#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "1",
//!     "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#)?;
//!
//! let now = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
//! match clearinghouse.passport("e30.e30.e30", now) {
//!     Ok(visas) => {
//!         let grant = visas.grant("GDI-XX-EXAMPLE-1");
//!         println!("{:?} until {:?}", grant.access, grant.expires);
//!     }
//!     Err(reason) => assert_eq!(reason, Reason::Header), // for the log; the asker learns that the token is refused
//! }
//! # Ok::<(), varidex::Error>(())
//! ```

#![deny(clippy::indexing_slicing)]

mod clearinghouse;
mod condition;
mod grant;
mod keys;
mod linked;
mod policy;
mod reason;
mod token;
mod visa;

pub use clearinghouse::{Clearinghouse, Visas};
pub use grant::Grant;
pub use policy::{DatasetPolicy, Issuer, Policy, Registered};
pub use reason::{Reason, Refused};
pub use visa::By;
