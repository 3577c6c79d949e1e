//! Who checks passports.

use crate::keys::Keys;
use crate::linked::Identities;
use crate::policy::Policy;
use crate::reason::{Reason, Refused};
use crate::token::Checker;
use crate::visa::{GRANT, STATUS, TERMS, Visa};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use varidex::{Error, Result};

/// Longest passport, in bytes.
const PASSPORT_MAX: usize = 2 << 20;
/// Longest access token, in bytes.
const ACCESS_TOKEN_MAX: usize = 16 << 10;
/// Most visas of one passport.
const VISAS_MAX: usize = 1000;

/// Checks passports by a [`Policy`] and the keys of its issuers. It may be shared between threads; an issuer whose keys
/// were not given is like one that nobody trusts.
#[derive(Debug)]
pub struct Clearinghouse {
    policy: Policy,
    /// Of each issuer of the policy, in its order.
    keys: Vec<Keys>,
}

impl Clearinghouse {
    /// With no keys yet.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the policy contradicts itself.
    pub fn new(policy: Policy) -> Result<Self> {
        policy.check()?;
        let keys = policy.issuers.iter().map(|_| Keys::default()).collect();
        Ok(Self { policy, keys })
    }

    /// Takes the keys of an issuer, in place of those it had, and returns how many verify signatures here: RSA of 2048 to
    /// 4096 bits (`RS256`), P-256 (`ES256`) and Ed25519 (`EdDSA`), with a `kid`. Which algorithm a signature has is
    /// decided by the key, never by a token.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the policy has no such issuer, where the text is no JSON Web Key Set, where two keys have
    /// one `kid`, or where no key is left. The keys are as they were then.
    pub fn set_keys(&mut self, iss: &str, jwks: &str) -> Result<usize> {
        let mut issuers = self.policy.issuers.iter().zip(&mut self.keys);
        let Some((_, keys)) = issuers.find(|(issuer, _)| issuer.iss == iss) else {
            return Err(Error::Usage(format!(
                "expected an issuer of the policy, found {iss:?}"
            )));
        };
        *keys = Keys::read(iss, jwks)?;
        Ok(keys.len())
    }

    /// Checks a passport: a token of type `vnd.ga4gh.passport+jwt`, as a broker gives it in exchange for an access token.
    /// Its visas are checked one by one; those that are refused count for nothing, and the others remain.
    ///
    /// # Errors
    ///
    /// The [`Reason`] for which the passport itself is refused, with all that is in it.
    pub fn passport(&self, token: &str, now: SystemTime) -> Result<Visas<'_>, Reason> {
        let checker = self.checker(now);
        let token = checker.token(token, PASSPORT_MAX)?;
        if !token.issuer.passports {
            return Err(Reason::Issuer);
        }
        if !token.is_typed(&["vnd.ga4gh.passport+jwt"]) {
            return Err(Reason::Type);
        }
        if token.claims.ga4gh_visa_v1.is_some() {
            return Err(Reason::Unexpected("ga4gh_visa_v1"));
        }
        checker.audience(&token.claims, token.issuer.audience_required)?;
        let visas = token.claims.ga4gh_passport_v1.as_ref();
        let visas = visas.ok_or(Reason::Missing("ga4gh_passport_v1"))?;
        Visas::check(checker, visas, token.exp)
    }

    /// Checks visas that the host has from the UserInfo endpoint of a broker: the texts of its claim
    /// `ga4gh_passport_v1`. The host has made sure that it asked a broker that it trusts, with an access token of its own
    /// user ([`Clearinghouse::access_token`]).
    ///
    /// # Errors
    ///
    /// [`Reason::TooMany`].
    pub fn visas(&self, tokens: &[String], now: SystemTime) -> Result<Visas<'_>, Reason> {
        Visas::check(self.checker(now), tokens, u64::MAX)
    }

    /// Checks a passport-scoped access token, with which the host may ask the UserInfo endpoint of its broker, and returns
    /// when it ends.
    ///
    /// # Errors
    ///
    /// The [`Reason`] for which it is refused.
    pub fn access_token(&self, token: &str, now: SystemTime) -> Result<SystemTime, Reason> {
        let checker = self.checker(now);
        let token = checker.token(token, ACCESS_TOKEN_MAX)?;
        if !token.issuer.passports {
            return Err(Reason::Issuer);
        }
        if !token.is_typed(&["jwt", "at+jwt"]) {
            return Err(Reason::Type);
        }
        checker.audience(&token.claims, true)?;
        if !token.has_scope("openid") || !token.has_scope("ga4gh_passport_v1") {
            return Err(Reason::Scope);
        }
        if token.claims.ga4gh_passport_v1.is_some() {
            return Err(Reason::Unexpected("ga4gh_passport_v1"));
        }
        if token.claims.ga4gh_visa_v1.is_some() {
            return Err(Reason::Unexpected("ga4gh_visa_v1"));
        }
        Ok(time(token.exp))
    }

    fn checker(&self, now: SystemTime) -> Checker<'_> {
        let since = now.duration_since(UNIX_EPOCH);
        Checker {
            policy: &self.policy,
            keys: &self.keys,
            now: since.map_or(0, |since| since.as_secs()),
        }
    }
}

/// A time by its seconds since 1970.
pub(crate) fn time(seconds: u64) -> SystemTime {
    let longest = Duration::from_secs(u64::from(u32::MAX) * 64);
    UNIX_EPOCH + Duration::from_secs(seconds).min(longest)
}

/// The visas of a passport that were checked, at the time of the call.
pub struct Visas<'a> {
    pub(crate) checker: Checker<'a>,
    /// When the passport ends.
    pub(crate) ends: u64,
    pub(crate) all: Vec<Visa>,
    pub(crate) identities: Identities,
    pub(crate) refused: Vec<Refused>,
}

impl<'a> Visas<'a> {
    fn check(checker: Checker<'a>, tokens: &[String], ends: u64) -> Result<Self, Reason> {
        if tokens.len() > VISAS_MAX {
            return Err(Reason::TooMany(VISAS_MAX));
        }
        let (mut all, mut refused) = (Vec::new(), Vec::new());
        for (number, token) in tokens.iter().enumerate() {
            let checked = Visa::check(checker, number, token);
            let (issuer, reason) = match checked {
                Ok(visa) => {
                    let unused = (Some(visa.iss.clone()), Reason::Unused);
                    let is_used = is_used(checker.policy, &visa);
                    all.push(visa);
                    match is_used {
                        true => continue,
                        false => unused,
                    }
                }
                Err(refusal) => refusal,
            };
            refused.push(Refused {
                visa: number,
                issuer,
                reason,
            });
        }
        Ok(Self {
            checker,
            ends,
            identities: Identities::of(&all),
            all,
            refused,
        })
    }

    /// The visas that count for nothing, whatever is asked for: for the host's log.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }
}

impl std::fmt::Debug for Visas<'_> {
    /// How many there are: who somebody is does not belong into logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visas")
            .field("accepted", &self.all.len())
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

/// Whether a visa that gives something is of a value that the policy has; others count for conditions at most.
fn is_used(policy: &Policy, visa: &Visa) -> bool {
    let value = &visa.object.value;
    match &*visa.object.kind {
        GRANT => policy.datasets.iter().any(|of| of.grants.contains(value)),
        STATUS => policy.registered.iter().any(|of| of.status == *value),
        TERMS => policy.registered.iter().any(|of| of.terms.contains(value)),
        _ => true,
    }
}
