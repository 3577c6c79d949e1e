//! Visas: what a source says of somebody.

use crate::condition::Conditions;
use crate::reason::Reason;
use crate::token::{Checker, Seconds, Token};
use serde::Deserialize;

/// Longest visa, in bytes.
const VISA_MAX: usize = 16 << 10;
/// Longest URL of a visa, in characters, by the specification.
const URL_MAX: usize = 255;
/// How long a visa that is an access token counts without its issuer being asked, in seconds, by the specification.
const UNCONFIRMED_MAX: u64 = 3600;
const DAY: u64 = 86_400;

pub(crate) const GRANT: &str = "ControlledAccessGrants";
pub(crate) const STATUS: &str = "ResearcherStatus";
pub(crate) const TERMS: &str = "AcceptedTermsAndPolicies";
pub(crate) const LINKED: &str = "LinkedIdentities";

/// With which authority something is asserted within its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum By {
    /// By the person himself.
    #[serde(rename = "self")]
    SelfAsserted,
    /// By a person who has the same.
    Peer,
    /// By the information system of the source.
    System,
    /// By a signing official.
    So,
    /// By a data access committee.
    Dac,
}

impl By {
    /// As visas have it.
    pub(crate) fn named(text: &str) -> Option<Self> {
        match text {
            "self" => Some(Self::SelfAsserted),
            "peer" => Some(Self::Peer),
            "system" => Some(Self::System),
            "so" => Some(Self::So),
            "dac" => Some(Self::Dac),
            _ => None,
        }
    }
}

/// A visa that its issuer signed, from a source that it may speak for, within its times. Its conditions are not yet
/// tested.
#[derive(Debug)]
pub(crate) struct Visa {
    /// Where it stands among the visas.
    pub(crate) number: usize,
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) object: Object,
    /// `None` where it has none; an empty list counts as none, but such a visa fulfils no condition of another.
    pub(crate) conditions: Option<Conditions>,
    /// When it ends: `exp`, or the most age that the policy allows.
    pub(crate) ends: u64,
}

/// What is asserted.
#[derive(Debug, Deserialize)]
pub(crate) struct Object {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    asserted: Seconds,
    pub(crate) value: String,
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) by: Option<String>,
}

impl Object {
    /// When, in seconds since 1970.
    pub(crate) fn asserted(&self) -> u64 {
        self.asserted.0
    }
}

/// Whether it may stand where the specification wants a URL, which is never opened here and compared to the letter.
pub(crate) fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://");
    text.chars().count() <= URL_MAX
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && scheme.is_some_and(|(scheme, rest)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
                && !rest.is_empty()
        })
}

impl Visa {
    /// Checks one that somebody presents. The issuer, where it is one of the policy, is given with a refusal, too.
    pub(crate) fn check(
        checker: Checker<'_>,
        number: usize,
        token: &str,
    ) -> Result<Self, (Option<String>, Reason)> {
        let token = checker
            .token(token, VISA_MAX)
            .map_err(|reason| (None, reason))?;
        Self::of(checker, number, &token).map_err(|reason| (Some(token.issuer.iss.clone()), reason))
    }

    fn of(checker: Checker<'_>, number: usize, token: &Token<'_>) -> Result<Self, Reason> {
        if token.header.typ.is_some() && !token.is_typed(&["vnd.ga4gh.visa+jwt", "jwt", "at+jwt"]) {
            return Err(Reason::Type);
        }
        if token.claims.ga4gh_passport_v1.is_some() {
            return Err(Reason::Unexpected("ga4gh_passport_v1"));
        }
        checker.audience(&token.claims, false)?;
        is_current(checker, token)?;
        let claim = token.claims.ga4gh_visa_v1.as_ref();
        let claim = claim.ok_or(Reason::Missing("ga4gh_visa_v1"))?;
        // a list would be read as the members in their order
        if !claim.is_object() {
            return Err(Reason::Payload);
        }
        let object = Object::deserialize(claim).map_err(|_| Reason::Payload)?;
        if !is_url(&object.source) {
            return Err(Reason::Url("source"));
        }
        if !token.issuer.sources.contains(&object.source) {
            return Err(Reason::Source);
        }
        if [GRANT, STATUS, TERMS].contains(&&*object.kind) && !is_url(&object.value) {
            return Err(Reason::Url("value"));
        }
        if [GRANT, TERMS].contains(&&*object.kind) && object.by.is_none() {
            return Err(Reason::By);
        }
        if checker.is_later(object.asserted()) {
            return Err(Reason::Early);
        }
        let ends = object.asserted() + DAY * u64::from(checker.policy.max_age_days);
        if !checker.lasts(ends) {
            return Err(Reason::Aged);
        }
        let conditions = claim.get("conditions").map(Conditions::read).transpose()?;
        Ok(Self {
            number,
            iss: token.issuer.iss.clone(),
            sub: token.sub.clone(),
            object,
            conditions,
            ends: ends.min(token.exp),
        })
    }

    /// Whether it was asserted with one of these authorities.
    pub(crate) fn is_by(&self, by: &[By]) -> bool {
        let own = self.object.by.as_deref().and_then(By::named);
        own.is_some_and(|own| by.contains(&own))
    }

    /// When it ends with the most age that a dataset allows.
    pub(crate) fn ends_within(&self, days: Option<u32>) -> u64 {
        let within = days.map(|days| self.object.asserted() + DAY * u64::from(days));
        self.ends.min(within.unwrap_or(u64::MAX))
    }

    /// A claim of the object that a condition may name.
    pub(crate) fn claim(&self, name: Claim) -> Option<&str> {
        match name {
            Claim::Value => Some(&self.object.value),
            Claim::Source => Some(&self.object.source),
            Claim::By => self.object.by.as_deref(),
        }
    }
}

/// Whether the issuer, who is not asked, would still stand by it: a visa that is a document says until when it counts, one
/// that is an access token is to be confirmed.
fn is_current(checker: Checker<'_>, token: &Token<'_>) -> Result<(), Reason> {
    match (token.header.jku.is_some(), &token.claims.scope) {
        (true, Some(_)) if token.has_scope("openid") => Err(Reason::Scope),
        (true, _) => Ok(()),
        (false, None) => Err(Reason::Unspecified),
        (false, Some(_)) if !token.has_scope("openid") => Err(Reason::Unspecified),
        (false, Some(_)) => {
            let most = UNCONFIRMED_MAX.saturating_add(checker.policy.leeway);
            let age = checker.now.saturating_sub(token.iat);
            if age > most {
                return Err(Reason::Unconfirmed);
            }
            Ok(())
        }
    }
}

/// The claims of an object that have texts, and may stand in a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    Value,
    Source,
    By,
}

impl Claim {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "value" => Some(Self::Value),
            "source" => Some(Self::Source),
            "by" => Some(Self::By),
            _ => None,
        }
    }
}
