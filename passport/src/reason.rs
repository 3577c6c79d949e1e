//! Why a token or a visa is refused.

use std::fmt;

/// Why a passport or a visa counts for nothing. Its text is for the host's log: it says what was expected, and holds no
/// part of a token. Who sent the token is to learn that it is refused, no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// More bytes than this.
    TooLong(usize),
    /// More visas than this.
    TooMany(usize),
    /// Not three parts of base64url with points between them.
    Form,
    /// No header of a JWS, or one with an algorithm or critical extensions that nobody here knows.
    Header,
    /// The header has no `kid`.
    NoKeyId,
    /// `typ` is not what a token of this kind has.
    Type,
    /// The payload is no JSON, or a claim has another type than it is to have.
    Payload,
    /// A claim is missing that is required.
    Missing(&'static str),
    /// The issuer is not trusted, or not for this: a passport where only visas are taken from it.
    Issuer,
    /// The issuer has no such key: it may have changed its keys since the host fetched them.
    Key,
    /// The algorithm of the header is not that of the key.
    Algorithm,
    /// The signature is not by the key.
    Signature,
    /// It is meant for others: `aud`.
    Audience,
    /// It has expired, or would before access ends: `exp`.
    Expired,
    /// It is of later: `iat`, `nbf` or `asserted`.
    Early,
    /// It was asserted longer ago than the policy allows.
    Aged,
    /// A visa that is an access token and older than one hour, of which the host would have to ask its issuer.
    Unconfirmed,
    /// `scope` is not what a token of this kind has.
    Scope,
    /// Neither `jku` nor `scope`, one of which a visa has.
    Unspecified,
    /// A claim is there that may not stand in a token of this kind.
    Unexpected(&'static str),
    /// `source` or `value` is no URL of at most 255 characters.
    Url(&'static str),
    /// The issuer may not speak for this `source`, or the source not of this dataset.
    Source,
    /// `by` is not there, or not one of those that the policy takes.
    By,
    /// `conditions` are not as the specification has them.
    Conditions,
    /// `conditions` do not hold with the other visas.
    Unmet,
    /// To find whether `conditions` hold takes too long.
    Costly,
    /// The type is not used here, or the policy has no such value.
    Unused,
    /// The visa is of somebody else than those it would count with, and no trusted visa links the two.
    Unlinked,
    /// The policy has suspended the dataset.
    Suspended,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong(most) => return write!(f, "expected at most {most} bytes"),
            Self::TooMany(most) => return write!(f, "expected at most {most} visas"),
            Self::Missing(claim) => return write!(f, "expected `{claim}`, found none"),
            Self::Unexpected(claim) => return write!(f, "expected no `{claim}`, found one"),
            Self::Url(claim) => {
                return write!(
                    f,
                    "`{claim}`: expected an absolute URL of at most 255 characters"
                );
            }
            Self::Form => "expected three parts of base64url with points between them",
            Self::Header => {
                "header: expected a JSON object with a known `alg` and no critical extension"
            }
            Self::NoKeyId => "header: expected `kid`",
            Self::Type => "header: `typ` is not that of such a token",
            Self::Payload => {
                "payload: expected a JSON object with claims of the types that they have"
            }
            Self::Issuer => "`iss`: expected an issuer that is trusted for this",
            Self::Key => "`kid`: expected a key of the issuer; it may have new ones",
            Self::Algorithm => "header: `alg` is not that of the key",
            Self::Signature => "the signature is not by the key of the issuer",
            Self::Audience => "`aud`: expected one of the names of this host",
            Self::Expired => "expired, or about to be before access ends",
            Self::Early => "`iat`, `nbf` or `asserted` is in the future",
            Self::Aged => "`asserted` is longer ago than the policy allows",
            Self::Unconfirmed => {
                "an access token older than one hour: expected one that its issuer confirms"
            }
            Self::Scope => "`scope` is not that of such a token",
            Self::Unspecified => "expected `jku` in the header or `scope`, found neither",
            Self::Source => "`source`: expected one that the policy trusts for this",
            Self::By => "`by`: expected one of those that the policy takes",
            Self::Conditions => "`conditions`: expected lists of lists of clauses",
            Self::Unmet => "`conditions` do not hold",
            Self::Costly => "`conditions` take too long to test",
            Self::Unused => "a type or a value that the policy does not use",
            Self::Unlinked => {
                "of another identity, which no trusted `LinkedIdentities` says is the same person"
            }
            Self::Suspended => "the policy has suspended the dataset",
        };
        f.write_str(text)
    }
}

/// A visa that counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// Where it stands among the visas, from 0.
    pub visa: usize,
    /// Who signed it, where that is an issuer of the policy.
    pub issuer: Option<String>,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "visa {}", self.visa)?;
        if let Some(issuer) = &self.issuer {
            write!(f, " of {issuer}")?;
        }
        write!(f, ": {}", self.reason)
    }
}
