//! What all signed tokens have: a header, an issuer, a signature by one of its keys, and times.

use crate::keys::{Key, Keys};
use crate::policy::{Issuer, Policy};
use crate::reason::Reason;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Header, dangerous, decode, decode_header};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Seconds are whole numbers in doubles up to here.
const SECONDS_MAX: f64 = 9_007_199_254_740_992.0;

/// Who checks tokens: the policy, the keys of each of its issuers, and when it is, in seconds since 1970.
#[derive(Clone, Copy)]
pub(crate) struct Checker<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) keys: &'a [Keys],
    pub(crate) now: u64,
}

/// A token with a signature by an issuer of the policy, within its times.
pub(crate) struct Token<'a> {
    pub(crate) header: Header,
    pub(crate) claims: Claims,
    pub(crate) issuer: &'a Issuer,
    pub(crate) sub: String,
    /// When it was made, and when it ends.
    pub(crate) iat: u64,
    pub(crate) exp: u64,
}

/// Seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seconds(pub(crate) u64);

impl<'de> Deserialize<'de> for Seconds {
    /// Whole or not, for RFC 7519 allows both; not negative.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in the range just checked"
    )]
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(from)?;
        let seconds = number.as_f64().filter(|s| (0.0..SECONDS_MAX).contains(s));
        seconds.map(|s| Self(s as u64)).ok_or_else(|| {
            serde::de::Error::custom("expected seconds since 1970, found another number")
        })
    }
}

/// `aud` of a token.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The claims that are looked at.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    sub: Option<String>,
    iat: Option<Seconds>,
    exp: Option<Seconds>,
    nbf: Option<Seconds>,
    aud: Option<Audience>,
    pub(crate) scope: Option<String>,
    pub(crate) ga4gh_passport_v1: Option<Vec<String>>,
    pub(crate) ga4gh_visa_v1: Option<Value>,
}

/// Who says that it is the issuer, before that is known.
#[derive(Deserialize)]
struct Claimed {
    iss: Option<String>,
}

impl<'a> Checker<'a> {
    /// Checks all that is the same for every token.
    pub(crate) fn token(self, token: &str, longest: usize) -> Result<Token<'a>, Reason> {
        if token.len() > longest {
            return Err(Reason::TooLong(longest));
        }
        if token.split('.').filter(|part| !part.is_empty()).count() != 3
            || token.matches('.').count() != 2
        {
            return Err(Reason::Form);
        }
        let header = decode_header(token).map_err(|_| Reason::Header)?;
        let (issuer, key) = self.key(token, &header)?;
        let checked = decode::<Claims>(token, &key.key, &key.validation);
        let claims = checked.map_err(|e| reason(e.kind()))?.claims;
        let sub = claims.sub.clone().ok_or(Reason::Missing("sub"))?;
        let Seconds(iat) = claims.iat.ok_or(Reason::Missing("iat"))?;
        let Seconds(exp) = claims.exp.ok_or(Reason::Missing("exp"))?;
        if !self.lasts(exp) {
            return Err(Reason::Expired);
        }
        if self.is_later(iat) || claims.nbf.is_some_and(|nbf| self.is_later(nbf.0)) {
            return Err(Reason::Early);
        }
        Ok(Token {
            header,
            claims,
            issuer,
            sub,
            iat,
            exp,
        })
    }

    /// The key that a token names, of the issuer that it names.
    fn key(self, token: &str, header: &Header) -> Result<(&'a Issuer, &'a Key), Reason> {
        let id = header.kid.as_deref().ok_or(Reason::NoKeyId)?;
        let claimed = dangerous::insecure_decode_claims::<Claimed>(token);
        let iss = claimed.map_err(|_| Reason::Payload)?.iss;
        let iss = iss.ok_or(Reason::Missing("iss"))?;
        let mut trusted = self.policy.issuers.iter().zip(self.keys);
        let (issuer, keys) = trusted
            .find(|(issuer, _)| issuer.iss == iss)
            .ok_or(Reason::Issuer)?;
        Ok((issuer, keys.get(id).ok_or(Reason::Key)?))
    }

    /// Whether what ends then lasts for as long as access is given: `now + session < end`, as clocks differ.
    pub(crate) fn lasts(self, end: u64) -> bool {
        let until = self.now.saturating_add(self.policy.session);
        until < end.saturating_add(self.policy.leeway)
    }

    /// Whether it is later than now, as clocks differ.
    pub(crate) fn is_later(self, then: u64) -> bool {
        then > self.now.saturating_add(self.policy.leeway)
    }

    /// `aud`, where there is one, must name this host.
    pub(crate) fn audience(self, claims: &Claims, required: bool) -> Result<(), Reason> {
        let ours = |name: &String| self.policy.audience.contains(name);
        match &claims.aud {
            None if required => Err(Reason::Missing("aud")),
            None => Ok(()),
            Some(Audience::One(name)) if ours(name) => Ok(()),
            Some(Audience::Several(names)) if names.iter().any(ours) => Ok(()),
            Some(_) => Err(Reason::Audience),
        }
    }
}

impl Token<'_> {
    /// Whether `typ` is one of these media types, with or without `application/` before.
    pub(crate) fn is_typed(&self, types: &[&str]) -> bool {
        let Some(found) = &self.header.typ else {
            return false;
        };
        let found = found.to_ascii_lowercase();
        types.contains(&found.strip_prefix("application/").unwrap_or(&found))
    }

    /// Whether `scope` has this word.
    pub(crate) fn has_scope(&self, word: &str) -> bool {
        let scope = self.claims.scope.as_deref().unwrap_or_default();
        scope.split(' ').any(|each| each == word)
    }
}

fn reason(error: &ErrorKind) -> Reason {
    match error {
        ErrorKind::InvalidAlgorithm => Reason::Algorithm,
        ErrorKind::InvalidSignature => Reason::Signature,
        ErrorKind::Json(_) => Reason::Payload,
        ErrorKind::InvalidToken => Reason::Header,
        ErrorKind::Base64(_) => Reason::Form,
        // the key was not what its set says
        _ => Reason::Signature,
    }
}
