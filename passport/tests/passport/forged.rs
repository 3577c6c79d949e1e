//! Tokens that are not what they say.

use crate::made::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use varidex_passport::Reason;

/// Who takes the algorithm from the token checks a signature that needs no secret: none at all, or an HMAC of which the
/// key is published.
#[test]
fn the_key_decides_of_the_algorithm() {
    let house = house_of(POLICY, &rsa(), &rsa());
    let claims = passport_claims(&[]);
    let refused = |token: String| house.passport(&token, at(NOW)).unwrap_err();
    let header =
        |algorithm: &str| json!({"typ": "vnd.ga4gh.passport+jwt", "alg": algorithm, "kid": "1"});
    assert!(
        house
            .passport(&rsa().sign(&header("RS256"), &claims), at(NOW))
            .is_ok()
    );

    for none in ["none", "None", "NONE", ""] {
        let message = format!("{}.{}", part(&header(none)), part(&claims));
        assert_eq!(refused(format!("{message}.")), Reason::Form);
        assert_eq!(refused(format!("{message}.AAAA")), Reason::Header);
    }
    let public = rsa().public("1");
    let modulus = URL_SAFE_NO_PAD
        .decode(public["n"].as_str().unwrap())
        .unwrap();
    let secrets: [&[u8]; 4] = [
        &modulus,
        public["n"].as_str().unwrap().as_bytes(),
        &public.to_string().into_bytes(),
        &set(std::slice::from_ref(&public)).into_bytes(),
    ];
    for secret in secrets {
        for (name, algorithm) in [("HS256", Algorithm::HS256), ("HS512", Algorithm::HS512)] {
            let signer = Signer {
                key: EncodingKey::from_secret(secret).unwrap(),
                algorithm,
            };
            assert_eq!(
                refused(signer.sign(&header(name), &claims)),
                Reason::Algorithm
            );
        }
    }
    // signed by the key, with another algorithm, or with another one in the header
    let other = Signer {
        algorithm: Algorithm::PS256,
        ..rsa()
    };
    assert_eq!(
        refused(other.sign(&header("PS256"), &claims)),
        Reason::Algorithm
    );
    assert_eq!(
        refused(rsa().sign(&header("RS512"), &claims)),
        Reason::Algorithm
    );
    assert_eq!(
        refused(p256().sign(&header("ES256"), &claims)),
        Reason::Algorithm
    );
    assert_eq!(
        refused(p256().sign(&header("RS256"), &claims)),
        Reason::Signature
    );
}

#[test]
fn a_key_that_the_token_brings_counts_for_nothing() {
    let header = json!({
        "typ": "vnd.ga4gh.passport+jwt", "alg": "ES256", "kid": "1", "jwk": other_p256().public("1"),
        "jku": "https://stranger.example.org/jwks", "x5u": "https://stranger.example.org/x5u"
    });
    let token = other_p256().sign(&header, &passport_claims(&[]));
    assert_eq!(refusal(&token), Reason::Signature);
    // nor does the key of another issuer
    let house = house_of(POLICY, &p256(), &other_p256());
    let token = other_p256().token("vnd.ga4gh.passport+jwt", &passport_claims(&[]));
    assert_eq!(
        house.passport(&token, at(NOW)).unwrap_err(),
        Reason::Signature
    );
}

#[test]
fn critical_extensions_are_refused() {
    for crit in [json!(["exp"]), json!([]), json!(["b64"])] {
        let header =
            json!({"typ": "vnd.ga4gh.passport+jwt", "alg": "ES256", "kid": "1", "crit": crit});
        assert_eq!(
            refusal(&p256().sign(&header, &passport_claims(&[]))),
            Reason::Header
        );
    }
}

#[test]
fn whose_the_token_is_and_for_whom() {
    let claims = || passport_claims(&[]);
    let reason = |claims: Value| refusal(&passport_of(&claims));
    for aud in [
        json!("https://other.example.org"),
        json!([]),
        json!([format!("{HOST}/")]),
    ] {
        assert_eq!(reason(with(claims(), "aud", aud)), Reason::Audience);
    }
    assert_eq!(reason(with(claims(), "aud", json!(7))), Reason::Payload);
    for (name, found) in [
        ("iss", Reason::Missing("iss")),
        ("sub", Reason::Missing("sub")),
        ("aud", Reason::Missing("aud")),
        ("iat", Reason::Missing("iat")),
        ("exp", Reason::Missing("exp")),
        ("ga4gh_passport_v1", Reason::Missing("ga4gh_passport_v1")),
    ] {
        assert_eq!(reason(without(claims(), name)), found);
        assert_eq!(
            reason(with(claims(), name, json!(null))),
            found,
            "{name} null"
        );
    }
    for iss in [
        STRANGER,
        "https://login.example.org",
        "HTTPS://login.example.org/",
        "",
    ] {
        assert_eq!(reason(with(claims(), "iss", json!(iss))), Reason::Issuer);
    }
    assert_eq!(
        reason(with(claims(), "iss", json!([BROKER]))),
        Reason::Payload
    );
    // who may sign visas may not sign passports
    assert_eq!(reason(with(claims(), "iss", json!(ISSUER))), Reason::Issuer);
    assert_eq!(
        reason(with(claims(), "ga4gh_visa_v1", json!({}))),
        Reason::Unexpected("ga4gh_visa_v1")
    );

    let optional = POLICY.replacen(
        "passports = true",
        "passports = true\naudience_required = false",
        1,
    );
    let house = house_of(&optional, &p256(), &p256());
    assert!(
        house
            .passport(&passport_of(&without(claims(), "aud")), at(NOW))
            .is_ok()
    );
    let others = passport_of(&with(claims(), "aud", json!("https://other.example.org")));
    assert_eq!(
        house.passport(&others, at(NOW)).unwrap_err(),
        Reason::Audience
    );
}

#[test]
fn each_kind_of_token_has_its_type() {
    for typ in [
        "vnd.ga4gh.passport+jwt",
        "application/vnd.ga4gh.passport+jwt",
        "VND.ga4gh.passport+JWT",
    ] {
        assert!(
            house()
                .passport(&p256().token(typ, &passport_claims(&[])), at(NOW))
                .is_ok()
        );
    }
    for typ in ["JWT", "at+jwt", "vnd.ga4gh.visa+jwt", ""] {
        assert_eq!(
            refusal(&p256().token(typ, &passport_claims(&[]))),
            Reason::Type
        );
    }
    let claims = visa_claims(grant_of_a());
    let reason = |header: Value| {
        let grant = granted_by(&[p256().sign(&header, &claims)]);
        grant.refused.first().map(|of| of.reason)
    };
    let header = json!({"alg": "ES256", "kid": "1", "jku": "https://rems.example.org/jwks"});
    assert_eq!(reason(header.clone()), None);
    assert_eq!(reason(with(header.clone(), "typ", json!("JWT"))), None);
    assert_eq!(
        reason(with(header.clone(), "typ", json!("vnd.ga4gh.passport+jwt"))),
        Some(Reason::Type)
    );
    assert_eq!(
        reason(without(header.clone(), "jku")),
        Some(Reason::Unspecified)
    );
    assert_eq!(
        reason(without(header.clone(), "kid")),
        Some(Reason::NoKeyId)
    );
    assert_eq!(reason(with(header, "kid", json!("2"))), Some(Reason::Key));
    assert_eq!(
        refusal(&p256().sign(
            &json!({"typ": "vnd.ga4gh.passport+jwt", "alg": "ES256", "kid": "2"}),
            &passport_claims(&[])
        )),
        Reason::Key
    );
}

#[test]
fn visas_are_for_this_host_where_they_say_for_whom() {
    let claims = || visa_claims(grant_of_a());
    assert_eq!(why(&claims()), None);
    assert_eq!(why(&with(claims(), "aud", json!(HOST))), None);
    assert_eq!(
        why(&with(claims(), "aud", json!("https://other.example.org"))),
        Some(Reason::Audience)
    );
    assert_eq!(
        why(&with(claims(), "iss", json!(STRANGER))),
        Some(Reason::Issuer)
    );
    assert_eq!(
        why(&without(claims(), "ga4gh_visa_v1")),
        Some(Reason::Missing("ga4gh_visa_v1"))
    );
    assert_eq!(
        why(&with(claims(), "ga4gh_visa_v1", json!("x"))),
        Some(Reason::Payload)
    );
    assert_eq!(
        why(&with(claims(), "ga4gh_passport_v1", json!([]))),
        Some(Reason::Unexpected("ga4gh_passport_v1"))
    );
    assert_eq!(
        why(&with(claims(), "scope", json!("openid"))),
        Some(Reason::Scope)
    );
    assert_eq!(why(&with(claims(), "scope", json!("email"))), None);
}

#[test]
fn keys_that_are_not_clear_are_refused_and_the_old_ones_remain() {
    let mut house = house();
    let keys = [p256().public("1"), other_p256().public("1")];
    let error = house.set_keys(BROKER, &set(&keys)).unwrap_err().to_string();
    assert!(error.contains("two keys with kid \"1\""), "{error}");
    assert!(
        house
            .set_keys(BROKER, &set(&[p256().public("1"), p256().public("1")]))
            .is_err()
    );
    for bad in [
        "",
        "[]",
        "{}",
        "{\"keys\":{}}",
        "{\"keys\":[]}",
        "{\"keys\":[1,{}]}",
    ] {
        assert!(house.set_keys(BROKER, bad).is_err(), "{bad}");
    }
    assert!(house.set_keys(STRANGER, &set(&keys)).is_err());
    let long = format!("{{\"keys\":[{}]}}", " ".repeat(2 << 20));
    assert!(house.set_keys(BROKER, &long).is_err());
    assert!(house.passport(&passport(&[]), at(NOW)).is_ok());
    // keys change
    assert_eq!(
        house
            .set_keys(BROKER, &set(&[other_p256().public("1")]))
            .unwrap(),
        1
    );
    assert_eq!(
        house.passport(&passport(&[]), at(NOW)).unwrap_err(),
        Reason::Signature
    );
}

#[test]
fn keys_for_other_uses_are_passed_over() {
    let mut house = house();
    let key = || p256().public("1");
    let for_others = [
        with(key(), "use", json!("enc")),
        with(key(), "alg", json!("ES384")),
        with(key(), "key_ops", json!(["sign"])),
        without(key(), "kid"),
        json!({"kty": "oct", "k": "c2VjcmV0", "kid": "1", "alg": "HS256"}),
        json!({"kty": "RSA", "kid": "1", "e": "AQAB"}),
        short_rsa().public("1"),
    ];
    assert!(house.set_keys(BROKER, &set(&for_others)).is_err());
    let mut keys = for_others.to_vec();
    keys.push(with(
        with(key(), "use", json!("sig")),
        "alg",
        json!("ES256"),
    ));
    keys.push(rsa().public("2"));
    keys.push(ed25519().public("3"));
    assert_eq!(house.set_keys(BROKER, &set(&keys)).unwrap(), 3);
    assert!(house.passport(&passport(&[]), at(NOW)).is_ok());
}
