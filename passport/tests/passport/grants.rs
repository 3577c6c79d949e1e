//! What honest visas give.

use crate::made::*;
use serde_json::json;
use varidex::{Access, Granularity};
use varidex_passport::Reason;

#[test]
fn a_grant_is_of_its_dataset_alone_whatever_signs_it() {
    for signer in [rsa(), p256(), ed25519()] {
        let house = house_of(POLICY, &signer, &signer);
        let visa = signer.token("vnd.ga4gh.visa+jwt", &visa_claims(grant_of_a()));
        let passport = signer.token("vnd.ga4gh.passport+jwt", &passport_claims(&[visa]));
        let visas = house.passport(&passport, at(NOW)).unwrap();
        let grant = visas.grant(A);
        let permit = "2026-08-22".parse().unwrap();
        assert_eq!(
            grant.access,
            Access::up_to(Granularity::Record).under_permit_of(permit)
        );
        // the passport ends before the visa
        assert_eq!(grant.expires, Some(at(NOW + 3600)));
        assert!(grant.refused.is_empty());
        for other in [B, "GDI-XX-C-1", "", VALUE_A] {
            let grant = visas.grant(other);
            assert_eq!(grant.access, Access::public(), "{other}");
            assert_eq!((grant.access.permit_date, grant.expires), (None, None));
        }
    }
}

#[test]
fn access_ends_with_the_first_of_what_it_follows_from() {
    let house = house();
    let claims = with(visa_claims(grant_of_a()), "exp", json!(NOW + 500));
    let visas = [visa_of(&claims)];
    let expires = |visas: &[String]| {
        let found = house.passport(&passport(visas), at(NOW)).unwrap().grant(A);
        found.expires.unwrap()
    };
    assert_eq!(expires(&visas), at(NOW + 500));
    // the most age: asserted 364 days and 23 hours ago
    let old = with(grant_of_a(), "asserted", json!(NOW - 365 * DAY + 700));
    assert_eq!(expires(&[visa(old)]), at(NOW + 700));
    // without a passport that ends, as from the UserInfo endpoint
    let grant = house.visas(&visas, at(NOW)).unwrap().grant(A);
    assert_eq!(grant.expires, Some(at(NOW + 500)));
}

/// Objections apply to permits that were given after them: of several permits the last is meant.
#[test]
fn of_several_grants_the_last_given_is_the_permit() {
    let older = with(grant_of_a(), "asserted", json!(NOW - 300 * DAY));
    for objects in [[older.clone(), grant_of_a()], [grant_of_a(), older]] {
        let grant = granted(&objects);
        assert_eq!(grant.access.permit_date.unwrap().to_string(), "2026-08-22");
    }
}

#[test]
fn registered_researchers_count_where_the_dataset_is_open_to_them() {
    let count = granted(&[status(), terms()]);
    assert_eq!(count.access, Access::up_to(Granularity::Count));
    assert_eq!(count.access.permit_date, None);
    assert!(count.refused.is_empty() && count.expires.is_some());
    for objects in [
        vec![status()],
        vec![terms()],
        vec![status(), status()],
        vec![status(), with(terms(), "value", json!(UNIVERSITY))],
        vec![with(status(), "value", json!(UNIVERSITY)), terms()],
        vec![with(status(), "by", json!("self")), terms()],
        vec![without(status(), "by"), terms()],
        vec![status(), without(terms(), "by")],
        vec![status(), with(terms(), "by", json!("nobody"))],
    ] {
        assert_eq!(granted(&objects).access, Access::public(), "{objects:?}");
    }
    let house = house();
    let visas = [visa(status()), visa(terms())];
    let visas = house.passport(&passport(&visas), at(NOW)).unwrap();
    assert_eq!(visas.grant(B).access, Access::public());
    // a grant says more than a status
    let all = granted(&[status(), terms(), grant_of_a()]);
    assert_eq!(all.access.granularity, Granularity::Record);
}

#[test]
fn status_and_terms_of_two_identities_count_where_a_trusted_visa_links_them() {
    let of_bob = with(visa_claims(terms()), "sub", json!("bob"));
    let linked = |value: &str, by: &str| {
        let link = with(
            object("LinkedIdentities", value, by),
            "asserted",
            json!(NOW - 1),
        );
        with(
            with(visa_claims(link), "sub", json!("somebody")),
            "exp",
            json!(NOW + 50),
        )
    };
    let both = "anna,https:%2F%2Frems.example.org%2F;bob,https%3A%2F%2Frems.example.org%2F";
    let two = [visa(status()), visa_of(&of_bob)];
    let grant = granted_by(&two);
    assert_eq!(grant.access, Access::public());
    assert_eq!(grant.refused[0].reason, Reason::Unlinked);
    let all = |link: &serde_json::Value| {
        let [status, terms] = two.clone();
        granted_by(&[status, terms, visa_of(link)])
    };
    let grant = all(&linked(both, "system"));
    assert_eq!(grant.access, Access::up_to(Granularity::Count));
    assert_eq!(grant.expires, Some(at(NOW + 50)));
    for (value, by) in [
        (both, "self"),
        (both, "peer"),
        ("anna,https:%2F%2Frems.example.org%2F", "system"),
        (
            "anna,https:%2F%2Frems.example.org%2F;bob,https:%2F%2Fother.org",
            "system",
        ),
        ("anna;bob", "system"),
        (
            "anna,https:%2F%2Frems.example.org%2F;bob%FF,https:%2F%2Frems.example.org%2F",
            "system",
        ),
    ] {
        assert_eq!(
            all(&linked(value, by)).access,
            Access::public(),
            "{value} {by}"
        );
    }
    let chain = [
        linked("anna,https:%2F%2Frems.example.org%2F", "system"),
        linked("bob,https:%2F%2Frems.example.org%2F", "so"),
    ];
    let chain = chain.each_ref().map(visa_of);
    let visas: Vec<_> = two.iter().cloned().chain(chain).collect();
    assert_eq!(granted_by(&visas).access, Access::up_to(Granularity::Count));
}

#[test]
fn a_grant_is_by_a_committee_of_its_dataset() {
    let reason = |object| why(&visa_claims(object));
    assert_eq!(reason(grant_of_a()), None);
    assert_eq!(reason(grant_object(VALUE_A, DAC_B)), Some(Reason::Source));
    let others = [
        (
            "source",
            json!("https://elsewhere.example.org"),
            Reason::Source,
        ),
        ("source", json!("dac"), Reason::Url("source")),
        (
            "source",
            json!(format!("https://{}", "a".repeat(300))),
            Reason::Url("source"),
        ),
        ("value", json!("a"), Reason::Url("value")),
        (
            "value",
            json!("https://example.org/datasets/A"),
            Reason::Unused,
        ),
        ("by", json!("self"), Reason::By),
        ("by", json!("DAC"), Reason::By),
        ("by", json!(null), Reason::By),
        ("by", json!(["dac"]), Reason::Payload),
        ("asserted", json!("yesterday"), Reason::Payload),
        ("asserted", json!(-1), Reason::Payload),
        ("type", json!("controlledaccessgrants"), Reason::Unused),
    ];
    for (name, member, expected) in others {
        let object = with(grant_of_a(), name, member.clone());
        match expected {
            // types that nobody knows are skipped: conditions may name them
            Reason::Unused if name == "type" => {
                assert_eq!(granted(&[object]).access, Access::public());
            }
            expected => assert_eq!(reason(object), Some(expected), "{name} {member}"),
        }
    }
    for name in ["type", "asserted", "value", "source"] {
        assert_eq!(reason(without(grant_of_a(), name)), Some(Reason::Payload));
    }
    // the issuer may not speak for the committee
    let claims = with(visa_claims(grant_of_a()), "iss", json!(BROKER));
    assert_eq!(why(&claims), Some(Reason::Source));
}

#[test]
fn who_is_responsible_for_the_data_has_a_veto() {
    let policy = POLICY.replacen(
        "registered = true",
        "registered = true\nsuspended = true",
        1,
    );
    let house = house_of(&policy, &p256(), &p256());
    let visas = [visa(grant_of_a()), visa(status()), visa(terms())];
    let visas = house.passport(&passport(&visas), at(NOW)).unwrap();
    let grant = visas.grant(A);
    assert_eq!(grant.access, Access::public());
    assert_eq!(grant.refused[0].reason, Reason::Suspended);
    assert_eq!(
        grant.refused[0].to_string(),
        "visa 0 of https://rems.example.org/: the policy has suspended the dataset"
    );
}

#[test]
fn access_tokens_are_for_the_endpoint_of_the_broker() {
    let house = house();
    let claims = json!({
        "iss": BROKER, "sub": "anna", "aud": HOST, "iat": NOW, "exp": NOW + 60, "scope": "openid ga4gh_passport_v1 email"
    });
    let ends = |typ: &str, claims| house.access_token(&p256().token(typ, &claims), at(NOW));
    assert_eq!(ends("at+jwt", claims.clone()), Ok(at(NOW + 60)));
    assert_eq!(ends("JWT", claims.clone()), Ok(at(NOW + 60)));
    assert_eq!(
        ends("vnd.ga4gh.passport+jwt", claims.clone()),
        Err(Reason::Type)
    );
    assert_eq!(
        ends("at+jwt", without(claims.clone(), "aud")),
        Err(Reason::Missing("aud"))
    );
    assert_eq!(
        ends("at+jwt", without(claims.clone(), "scope")),
        Err(Reason::Scope)
    );
    assert_eq!(
        ends(
            "at+jwt",
            with(claims.clone(), "scope", json!("openid ga4gh_passport_v11"))
        ),
        Err(Reason::Scope)
    );
    assert_eq!(
        ends("at+jwt", with(claims.clone(), "iss", json!(ISSUER))),
        Err(Reason::Issuer)
    );
    let inside = with(claims, "ga4gh_passport_v1", json!([]));
    assert_eq!(
        ends("at+jwt", inside),
        Err(Reason::Unexpected("ga4gh_passport_v1"))
    );
    // and a passport is none
    let found = house.access_token(&passport(&[]), at(NOW));
    assert_eq!(found, Err(Reason::Type));
}

#[test]
fn policies_that_contradict_themselves_are_refused() {
    let parsed = |policy: &str| policy.parse::<varidex_passport::Policy>();
    assert!(parsed(POLICY).is_ok());
    for (from, to, expected) in [
        (
            "audience = [\"https://beacon.example.org\"]",
            "audience = []",
            "audience",
        ),
        ("max_age_days = 365", "max_age_days = 0", "max_age_days"),
        ("max_age_days = 365", "", "max_age_days"),
        (
            "max_age_days = 365",
            "max_age_days = 365\nleeway = 301",
            "leeway",
        ),
        ("passports = true", "passports = false", "passports"),
        (
            "https://rems.example.org/\"\n",
            "https://login.example.org/\"\n",
            "issuers",
        ),
        ("https://rems.example.org/\"\n", "rems\"\n", "issuers"),
        (
            "grants = [\"https://example.org/datasets/b\"]",
            "grants = [\"https://example.org/datasets/a\"]",
            "datasets.grants",
        ),
        (
            "sources = [\"https://example.org/dacs/b\"]",
            "sources = []",
            "sources",
        ),
        ("id = \"GDI-XX-B-1\"", "id = \"GDI-XX-A-1\"", "datasets"),
        ("registered = true", "registerd = true", "registerd"),
        (
            "terms = [\"https://doi.org/10.1038/s41431-018-0219-y\"]",
            "terms = []",
            "registered.terms",
        ),
        ("[[registered]]\nstatus", "[[datasets]]\nstatus", "status"),
    ] {
        let policy = POLICY.replacen(from, to, 1);
        assert_ne!(policy, POLICY, "{from}");
        let error = parsed(&policy).unwrap_err().to_string();
        assert!(error.contains(expected), "{to}: {error}");
    }
}
