//! Clocks differ, visas end, and what was asserted long ago counts no more.

use crate::made::*;
use serde_json::json;
use std::time::UNIX_EPOCH;
use varidex_passport::Reason;

/// By how much clocks may differ, where the policy does not say.
const LEEWAY: u64 = 60;

#[test]
fn a_passport_counts_between_its_times_as_clocks_differ() {
    let house = house();
    let claims = with(passport_claims(&[]), "nbf", json!(NOW + 5));
    let token = passport_of(&claims);
    let found = |seconds| house.passport(&token, at(seconds)).err();
    let ends = NOW + 3600;
    assert_eq!(found(ends + LEEWAY - 1), None);
    assert_eq!(found(ends + LEEWAY), Some(Reason::Expired));
    assert_eq!(found(NOW + 5 - LEEWAY), None);
    assert_eq!(found(NOW + 5 - LEEWAY - 1), Some(Reason::Early));
    assert_eq!(
        house.passport(&token, UNIX_EPOCH).err(),
        Some(Reason::Early)
    );
    let token = passport_of(&with(claims, "iat", json!(NOW + LEEWAY + 1)));
    assert_eq!(house.passport(&token, at(NOW)).err(), Some(Reason::Early));
    assert_eq!(house.passport(&token, at(NOW + 1)).err(), None);
}

#[test]
fn a_visa_counts_between_its_times_as_clocks_differ() {
    let claims = || visa_claims(grant_of_a());
    let time = |name, seconds: u64| why(&with(claims(), name, json!(seconds)));
    assert_eq!(time("exp", NOW - LEEWAY), Some(Reason::Expired));
    assert_eq!(time("exp", NOW - LEEWAY + 1), None);
    assert_eq!(time("iat", NOW + LEEWAY), None);
    assert_eq!(time("iat", NOW + LEEWAY + 1), Some(Reason::Early));
    assert_eq!(time("nbf", NOW + LEEWAY + 1), Some(Reason::Early));
    let asserted = |seconds: u64| why(&visa_claims(with(grant_of_a(), "asserted", json!(seconds))));
    assert_eq!(asserted(NOW + LEEWAY), None);
    assert_eq!(asserted(NOW + LEEWAY + 1), Some(Reason::Early));
    assert_eq!(asserted(NOW - 365 * DAY - LEEWAY + 1), None);
    assert_eq!(asserted(NOW - 365 * DAY - LEEWAY), Some(Reason::Aged));
    assert_eq!(asserted(0), Some(Reason::Aged));
    for bad in [json!("1"), json!(-5), json!(1e300), json!(true), json!([])] {
        assert_eq!(why(&with(claims(), "exp", bad)), Some(Reason::Payload));
    }
    assert_eq!(why(&with(claims(), "exp", json!(NOW as f64 + 0.5))), None);
    for name in ["sub", "iat", "exp"] {
        assert_eq!(why(&without(claims(), name)), Some(Reason::Missing(name)));
    }
}

#[test]
fn a_dataset_may_want_newer_grants() {
    let policy = POLICY.replacen("registered = true", "max_age_days = 29", 1);
    let house = house_of(&policy, &p256(), &p256());
    let grant = |object| {
        let token = passport(&[visa(object)]);
        house.passport(&token, at(NOW)).unwrap().grant(A)
    };
    assert_eq!(grant(grant_of_a()).refused[0].reason, Reason::Aged);
    let newer = with(grant_of_a(), "asserted", json!(NOW - 28 * DAY));
    assert!(grant(newer).refused.is_empty());
    // of the other dataset the age of the policy counts
    let visas = passport(&[visa(grant_object(VALUE_B, DAC_B))]);
    let visas = house.passport(&visas, at(NOW)).unwrap();
    assert!(visas.grant(B).access.permit_date.is_some());
}

/// `now + requestedTTL < min(exp, asserted + maxAuthzTTL)`.
#[test]
fn what_ends_within_the_session_is_over() {
    let policy = POLICY.replacen(
        "max_age_days = 365",
        "max_age_days = 365\nsession = 1000\nleeway = 0",
        1,
    );
    let house = house_of(&policy, &p256(), &p256());
    let reason = |claims| {
        let token = passport(&[visa_of(&claims)]);
        let visas = house.passport(&token, at(NOW)).unwrap();
        visas.refused().first().map(|of| of.reason)
    };
    let claims = || visa_claims(grant_of_a());
    assert_eq!(reason(with(claims(), "exp", json!(NOW + 1001))), None);
    assert_eq!(
        reason(with(claims(), "exp", json!(NOW + 1000))),
        Some(Reason::Expired)
    );
    let old = |seconds: u64| visa_claims(with(grant_of_a(), "asserted", json!(seconds)));
    assert_eq!(reason(old(NOW + 1001 - 365 * DAY)), None);
    assert_eq!(reason(old(NOW + 1000 - 365 * DAY)), Some(Reason::Aged));
    let short = with(passport_claims(&[]), "exp", json!(NOW + 1000));
    assert_eq!(
        house.passport(&passport_of(&short), at(NOW)).unwrap_err(),
        Reason::Expired
    );
}

/// Who issued a visa that is an access token may have taken it back since.
#[test]
fn an_access_token_as_visa_counts_for_an_hour() {
    let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": "1"});
    let reason = |age: u64| {
        let claims = with(visa_claims(grant_of_a()), "iat", json!(NOW - age));
        let claims = with(claims, "scope", json!("openid ga4gh_passport_v1"));
        let grant = granted_by(&[p256().sign(&header, &claims)]);
        grant.refused.first().map(|of| of.reason)
    };
    assert_eq!(reason(3600 + LEEWAY), None);
    assert_eq!(reason(3600 + LEEWAY + 1), Some(Reason::Unconfirmed));
}
