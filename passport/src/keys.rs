//! Public keys of issuers.

use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, Validation};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use varidex::{Error, Result};

/// Longest set of keys, in bytes.
const SET_MAX: usize = 1 << 20;
/// Lengths of RSA moduli, in bytes: the least of RFC 7518, and the greatest that verification takes.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// The keys of an issuer that verify signatures here, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    by_id: HashMap<String, Key>,
}

/// A key, and with it the one algorithm that its signatures may have.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) key: DecodingKey,
    /// What the library is to check: the signature by this key and algorithm. Claims are checked in [`crate::token`], at
    /// the time that the host gives.
    pub(crate) validation: Validation,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Keys {
    /// Reads a JSON Web Key Set. Keys of other uses and algorithms are skipped, for sets of issuers have such, too.
    pub(crate) fn read(issuer: &str, jwks: &str) -> Result<Self> {
        let wrong = |found: String| Err(Error::Usage(format!("keys of {issuer}: {found}")));
        if jwks.len() > SET_MAX {
            return wrong(format!("expected at most {SET_MAX} bytes"));
        }
        let set: Set = match serde_json::from_str(jwks) {
            Ok(set) => set,
            Err(e) => return wrong(format!("expected a JSON Web Key Set: {e}")),
        };
        let mut by_id = HashMap::new();
        for value in set.keys {
            let Ok(jwk) = serde_json::from_value::<Jwk>(value) else {
                continue;
            };
            let Some((id, key)) = Key::of(&jwk) else {
                continue;
            };
            if by_id.insert(id.clone(), key).is_some() {
                return wrong(format!(
                    "expected ids that differ, found two keys with kid {id:?}"
                ));
            }
        }
        if by_id.is_empty() {
            return wrong("expected a key for RS256, ES256 or EdDSA with a kid, found none".into());
        }
        Ok(Self { by_id })
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Key> {
        self.by_id.get(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

impl Key {
    /// With its id; `None` where it is not for signatures that are taken here.
    fn of(jwk: &Jwk) -> Option<(String, Self)> {
        let common = &jwk.common;
        let for_signatures = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature))
            && common
                .key_operations
                .as_ref()
                .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        // by the specification RS256 and ES256; EdDSA is as strong, and an issuer that has such a key says so by it
        let (algorithm, named) = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
                (Algorithm::ES256, KeyAlgorithm::ES256)
            }
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
            }
            _ => return None,
        };
        if !for_signatures || common.key_algorithm.is_some_and(|of| of != named) {
            return None;
        }
        let key = DecodingKey::from_jwk(jwk).ok()?;
        if let DecodingKeyKind::RsaModulusExponent { n, .. } = key.kind() {
            let leading = n.iter().take_while(|byte| **byte == 0).count();
            if !MODULUS.contains(&(n.len() - leading)) {
                return None;
            }
        }
        let mut validation = Validation::new(algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Some((common.key_id.clone()?, Self { key, validation }))
    }
}
