//! The host's secret, and everything that is recognised by it.

use crate::{Error, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// Bytes of a digest that is stored whole.
pub(crate) const DIGEST: usize = 32;
/// Bytes of a key by which a row is found again: two of 2³² differ but for a chance of 2⁻⁶⁴.
pub(crate) const KEY: usize = 16;

/// A digest by the host's secret.
pub(crate) type Digest = [u8; DIGEST];
/// The first bytes of one.
pub(crate) type Key = [u8; KEY];

/// What a digest is of: the same bytes of two kinds have digests of no relation.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Check,
    Asker,
    Population,
    Person,
    Padding,
    Question,
    Site,
    InfluenceForm,
    InfluenceQuestion,
    InfluenceSpent,
    Members,
    Decision,
    ByVariants,
    #[cfg(feature = "noise")]
    Noise,
    AuditAsker,
    AuditRow,
    AuditHead,
}

impl Of {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Check => b"varidex-ledger check",
            Self::Asker => b"varidex-ledger asker",
            Self::Population => b"varidex-ledger population",
            Self::Person => b"varidex-ledger person",
            Self::Padding => b"varidex-ledger padding",
            Self::Question => b"varidex-ledger question",
            Self::Site => b"varidex-ledger site",
            Self::InfluenceForm => b"varidex-ledger influence form",
            Self::InfluenceQuestion => b"varidex-ledger influence question",
            Self::InfluenceSpent => b"varidex-ledger influence spent",
            Self::Members => b"varidex-ledger members",
            Self::Decision => b"varidex-ledger decision",
            Self::ByVariants => b"varidex-ledger by variants",
            #[cfg(feature = "noise")]
            Self::Noise => b"varidex-ledger noise",
            Self::AuditAsker => b"varidex-ledger audit asker",
            Self::AuditRow => b"varidex-ledger audit row",
            Self::AuditHead => b"varidex-ledger audit head",
        }
    }
}

/// The host's secret: at least 32 bytes that are random and kept apart from the file of the ledger.
///
/// All names, persons and questions are stored as HMAC-SHA-256 by it. Who has the file and not the secret cannot try
/// names or alleles; who has both can.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

impl Secret {
    /// The fewest bytes of a secret.
    pub const BYTES_MIN: usize = 32;

    /// A secret of these bytes.
    ///
    /// ```
    /// use varidex_ledger::Secret;
    /// assert!(Secret::new(b"too short").is_err());
    /// ```
    pub fn new(bytes: &[u8]) -> Result<Self> {
        let short = Error::ShortSecret { found: bytes.len() };
        if bytes.len() < Self::BYTES_MIN {
            return Err(short);
        }
        // a key of any length is one
        Hmac::<Sha256>::new_from_slice(bytes)
            .map(Self)
            .map_err(|_| short)
    }

    /// The digest of parts. Each is written with its length: no two lists of parts are one text.
    pub(crate) fn digest(&self, of: Of, parts: &[&[u8]]) -> Digest {
        let mut mac = self.0.clone();
        for part in [of.label()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first bytes of a digest, by which rows are found.
    pub(crate) fn key(&self, of: Of, parts: &[&[u8]]) -> Key {
        let mut key = [0; KEY];
        key.iter_mut()
            .zip(self.digest(of, parts))
            .for_each(|(to, from)| *to = from);
        key
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_32_bytes() {
        assert!(matches!(
            Secret::new(&[7; 31]),
            Err(Error::ShortSecret { found: 31 })
        ));
        assert_eq!(format!("{:?}", Secret::new(&[7; 32]).unwrap()), "Secret");
    }

    #[test]
    fn digests_differ_by_secret_kind_and_borders_of_parts() {
        let (one, other) = (
            Secret::new(&[1; 32]).unwrap(),
            Secret::new(&[2; 32]).unwrap(),
        );
        let all = [
            one.digest(Of::Asker, &[b"ab", b"c"]),
            one.digest(Of::Asker, &[b"a", b"bc"]),
            one.digest(Of::Asker, &[b"abc"]),
            one.digest(Of::Person, &[b"ab", b"c"]),
            other.digest(Of::Asker, &[b"ab", b"c"]),
        ];
        for (at, digest) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|of| of == digest), Some(at));
        }
    }
}
