//! Tokens made here, with keys that are for these tests alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use varidex_passport::{Clearinghouse, Grant, Policy, Reason};

/// When the tests run: 2026-09-21.
pub const NOW: u64 = 1_790_000_000;
pub const DAY: u64 = 86_400;
pub const HOST: &str = "https://beacon.example.org";
pub const BROKER: &str = "https://login.example.org/";
pub const ISSUER: &str = "https://rems.example.org/";
pub const STRANGER: &str = "https://stranger.example.org/";
pub const A: &str = "GDI-XX-A-1";
pub const B: &str = "GDI-XX-B-1";
pub const VALUE_A: &str = "https://example.org/datasets/a";
pub const VALUE_B: &str = "https://example.org/datasets/b";
pub const DAC_A: &str = "https://example.org/dacs/a";
pub const DAC_B: &str = "https://example.org/dacs/b";
pub const UNIVERSITY: &str = "https://university.example.org";
pub const REGISTERED: &str = "https://doi.org/10.1038/s41431-018-0219-y";

pub const POLICY: &str = r#"
audience = ["https://beacon.example.org"]
max_age_days = 365

[[issuers]]
iss = "https://login.example.org/"
passports = true
sources = ["https://university.example.org", "https://login.example.org/"]

[[issuers]]
iss = "https://rems.example.org/"
sources = ["https://example.org/dacs/a", "https://example.org/dacs/b", "https://university.example.org"]

[[datasets]]
id = "GDI-XX-A-1"
grants = ["https://example.org/datasets/a"]
sources = ["https://example.org/dacs/a"]
registered = true

[[datasets]]
id = "GDI-XX-B-1"
grants = ["https://example.org/datasets/b"]
sources = ["https://example.org/dacs/b"]

[[registered]]
status = "https://doi.org/10.1038/s41431-018-0219-y"
terms = ["https://doi.org/10.1038/s41431-018-0219-y"]
"#;

/// A private key with the algorithm of its signatures.
#[derive(Clone)]
pub struct Signer {
    pub key: EncodingKey,
    pub algorithm: Algorithm,
}

pub fn rsa() -> Signer {
    Signer {
        key: EncodingKey::from_rsa_der(include_bytes!("../keys/rsa.der")),
        algorithm: Algorithm::RS256,
    }
}

pub fn short_rsa() -> Signer {
    Signer {
        key: EncodingKey::from_rsa_der(include_bytes!("../keys/rsa-short.der")),
        algorithm: Algorithm::RS256,
    }
}

pub fn p256() -> Signer {
    Signer {
        key: EncodingKey::from_ec_der(include_bytes!("../keys/p256.der")),
        algorithm: Algorithm::ES256,
    }
}

pub fn other_p256() -> Signer {
    Signer {
        key: EncodingKey::from_ec_der(include_bytes!("../keys/p256-other.der")),
        algorithm: Algorithm::ES256,
    }
}

pub fn ed25519() -> Signer {
    Signer {
        key: EncodingKey::from_ed_der(include_bytes!("../keys/ed25519.der")),
        algorithm: Algorithm::EdDSA,
    }
}

impl Signer {
    /// The public key.
    pub fn public(&self, kid: &str) -> Value {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["kid"] = json!(kid);
        jwk
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    /// With an own header of a key id and a type.
    pub fn token(&self, typ: &str, claims: &Value) -> String {
        let algorithm = serde_json::to_value(Header::new(self.algorithm)).unwrap()["alg"].clone();
        let mut header = json!({"typ": typ, "alg": algorithm, "kid": "1"});
        if typ.contains("visa") {
            header["jku"] = json!("https://rems.example.org/jwks");
        }
        self.sign(&header, claims)
    }
}

/// A part of a token.
pub fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

pub fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// By the policy, with one key for the broker and the other for the issuer of visas.
pub fn house_of(policy: &str, broker: &Signer, issuer: &Signer) -> Clearinghouse {
    let policy: Policy = policy.parse().unwrap();
    let mut house = Clearinghouse::new(policy).unwrap();
    house.set_keys(BROKER, &set(&[broker.public("1")])).unwrap();
    house.set_keys(ISSUER, &set(&[issuer.public("1")])).unwrap();
    house
}

pub fn house() -> Clearinghouse {
    house_of(POLICY, &p256(), &p256())
}

/// The claims of a visa.
pub fn visa_claims(object: Value) -> Value {
    json!({
        "iss": ISSUER, "sub": "anna", "jti": "1", "iat": NOW - 100, "exp": NOW + 10 * DAY,
        "ga4gh_visa_v1": object
    })
}

pub fn grant_object(value: &str, source: &str) -> Value {
    json!({
        "type": "ControlledAccessGrants", "asserted": NOW - 30 * DAY, "value": value, "source": source, "by": "dac"
    })
}

pub fn grant_of_a() -> Value {
    grant_object(VALUE_A, DAC_A)
}

pub fn object(kind: &str, value: &str, by: &str) -> Value {
    json!({
        "type": kind, "asserted": NOW - 30 * DAY, "value": value, "source": UNIVERSITY, "by": by
    })
}

pub fn status() -> Value {
    object("ResearcherStatus", REGISTERED, "so")
}

pub fn terms() -> Value {
    object("AcceptedTermsAndPolicies", REGISTERED, "self")
}

/// The same with another member.
pub fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

/// The same without a member.
pub fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

pub fn visa(object: Value) -> String {
    visa_of(&visa_claims(object))
}

pub fn visa_of(claims: &Value) -> String {
    p256().token("vnd.ga4gh.visa+jwt", claims)
}

pub fn passport_claims(visas: &[String]) -> Value {
    json!({
        "iss": BROKER, "sub": "anna-at-broker", "aud": [HOST, "https://other.example.org"], "iat": NOW - 10,
        "exp": NOW + 3600, "jti": "p", "ga4gh_passport_v1": visas
    })
}

pub fn passport(visas: &[String]) -> String {
    passport_of(&passport_claims(visas))
}

pub fn passport_of(claims: &Value) -> String {
    p256().token("vnd.ga4gh.passport+jwt", claims)
}

pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// What these visas give of dataset A now.
pub fn granted(objects: &[Value]) -> Grant {
    let visas: Vec<_> = objects.iter().cloned().map(visa).collect();
    granted_by(&visas)
}

pub fn granted_by(visas: &[String]) -> Grant {
    let house = house();
    let visas = house.passport(&passport(visas), at(NOW)).unwrap();
    visas.grant(A)
}

pub fn refusal(token: &str) -> Reason {
    house().passport(token, at(NOW)).unwrap_err()
}

/// Why this one visa gives nothing of dataset A.
pub fn why(claims: &Value) -> Option<Reason> {
    let grant = granted_by(&[visa_of(claims)]);
    let reasons: Vec<_> = grant.refused.iter().map(|of| of.reason).collect();
    assert!(reasons.len() <= 1, "{reasons:?}");
    assert_eq!(
        grant.access == varidex::Access::public(),
        reasons.len() == 1
    );
    reasons.first().copied()
}
