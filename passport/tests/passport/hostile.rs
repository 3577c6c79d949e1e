//! Tokens made to harm.

use crate::made::*;
use proptest::prelude::*;
use serde_json::json;
use varidex::Access;
use varidex_passport::Reason;

#[test]
fn what_is_too_long_or_too_deep_or_too_much_is_refused() {
    assert_eq!(refusal(&"a".repeat(3 << 20)), Reason::TooLong(2 << 20));
    assert_eq!(refusal(&".".repeat(1 << 20)), Reason::Form);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, deep);
    assert_eq!(refusal(&format!("{deep}.{deep}.{deep}")), Reason::Header);
    let header = part(&json!({"typ": "vnd.ga4gh.passport+jwt", "alg": "ES256", "kid": "1"}));
    assert_eq!(refusal(&format!("{header}.{deep}.AAAA")), Reason::Payload);
    let many = vec![String::new(); 1001];
    assert_eq!(refusal(&passport(&many)), Reason::TooMany(1000));
    assert_eq!(
        house().visas(&many, at(NOW)).unwrap_err(),
        Reason::TooMany(1000)
    );
    // a visa that is too long is refused alone
    let long = visa(with(grant_of_a(), "more", json!("x".repeat(20_000))));
    let grant = granted_by(&[long, visa(grant_of_a())]);
    assert_eq!(grant.refused[0].reason, Reason::TooLong(16 << 10));
    assert_ne!(grant.access, Access::public());
}

#[test]
fn a_claim_that_stands_twice_is_none() {
    let token = |claims: &str| {
        let header = json!({"typ": "vnd.ga4gh.passport+jwt", "alg": "ES256", "kid": "1"});
        let claims =
            base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims);
        let message = format!("{}.{claims}", part(&header));
        let signer = p256();
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &signer.key, signer.algorithm);
        format!("{message}.{}", signature.unwrap())
    };
    let claims = passport_claims(&[]).to_string();
    assert!(house().passport(&token(&claims), at(NOW)).is_ok());
    for twice in [
        "\"exp\":99999999999",
        "\"aud\":\"x\"",
        "\"iss\":\"x\"",
        "\"ga4gh_passport_v1\":[]",
    ] {
        let claims = claims.replacen('{', &format!("{{{twice},"), 1);
        assert_eq!(refusal(&token(&claims)), Reason::Payload, "{twice}");
    }
}

/// A log is read by many.
#[test]
fn reasons_hold_nothing_of_the_token() {
    let secret = "s3cr3t-of-anna";
    let object = with(grant_of_a(), "source", json!(format!("https://{secret}")));
    let claims = with(visa_claims(object), "sub", json!(secret));
    let bad = [
        visa_of(&claims),
        secret.to_owned(),
        format!("{secret}.{secret}.{secret}"),
    ];
    let grant = granted_by(&bad);
    assert_eq!(grant.refused.len(), 3);
    let house = house();
    let visas = house.visas(&bad, at(NOW)).unwrap();
    let texts = [
        format!("{grant:?} {visas:?}"),
        grant.refused.iter().map(ToString::to_string).collect(),
        refusal(&format!("{secret}.a.b")).to_string(),
    ];
    assert!(
        texts.iter().all(|text| !text.contains("s3cr3t")),
        "{texts:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_answered(token in "[A-Za-z0-9_.=-]{0,200}|\\PC{0,50}") {
        prop_assert!(house().passport(&token, at(NOW)).is_err());
        let grant = granted_by(&[token]);
        prop_assert_eq!(grant.access, Access::public());
    }

    /// One changed character of a visa, wherever it is, and it counts for nothing.
    #[test]
    fn a_changed_visa_counts_for_nothing(at in any::<prop::sample::Index>(), other in "[A-Za-z0-9_.-]") {
        let visa = visa(grant_of_a());
        let at = at.index(visa.len());
        let changed = format!("{}{other}{}", &visa[..at], &visa[at + 1..]);
        prop_assume!(changed != visa);
        prop_assert_eq!(granted_by(&[changed]).access, Access::public());
    }
}
