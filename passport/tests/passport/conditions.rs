//! What other visas must say.

use crate::made::*;
use serde_json::{Value, json};
use varidex::Access;
use varidex_passport::Reason;

/// The grant with conditions, and other visas beside it: why it counts for nothing.
fn reason(conditions: Value, others: &[Value]) -> Option<Reason> {
    let mut objects = vec![with(grant_of_a(), "conditions", conditions)];
    objects.extend_from_slice(others);
    let grant = granted(&objects);
    assert_eq!(grant.access == Access::public(), !grant.refused.is_empty());
    grant.refused.first().map(|of| of.reason)
}

fn faculty() -> Value {
    object("AffiliationAndRole", "faculty@university.example.org", "so")
}

#[test]
fn one_list_must_hold_with_all_its_clauses() {
    let role = json!({"type": "AffiliationAndRole", "value": "const:faculty@university.example.org", "by": "const:so"});
    let researcher = json!({"type": "ResearcherStatus", "value": format!("const:{REGISTERED}")});
    let pattern = json!({"type": "AffiliationAndRole", "value": "pattern:*@university.example.???", "source": format!("const:{UNIVERSITY}")});
    let split = json!({"type": "AffiliationAndRole", "value": "split_pattern:b@*"});
    let unknown = json!({"type": "AffiliationAndRole", "value": "regexp:.*"});
    let custom = json!({"type": "https://example.org/visas/trained", "value": "const:2026"});
    let trained = object("https://example.org/visas/trained", "2026", "system");
    let several = object("AffiliationAndRole", "a@x;b@y", "so");
    for (conditions, others, expected) in [
        (json!([]), vec![], None),
        (json!([[role]]), vec![faculty()], None),
        (json!([[role]]), vec![], Some(Reason::Unmet)),
        (
            json!([[role]]),
            vec![with(faculty(), "by", json!("system"))],
            Some(Reason::Unmet),
        ),
        (
            json!([[role]]),
            vec![without(faculty(), "by")],
            Some(Reason::Unmet),
        ),
        (
            json!([[role]]),
            vec![with(
                faculty(),
                "value",
                json!("Faculty@university.example.org"),
            )],
            Some(Reason::Unmet),
        ),
        // no visa has both
        (
            json!([[role]]),
            vec![
                with(faculty(), "by", json!("self")),
                with(faculty(), "value", json!("x@y")),
            ],
            Some(Reason::Unmet),
        ),
        (
            json!([[role, researcher]]),
            vec![faculty()],
            Some(Reason::Unmet),
        ),
        (json!([[role, researcher]]), vec![status(), faculty()], None),
        (json!([[researcher], [role]]), vec![faculty()], None),
        (json!([[pattern]]), vec![faculty()], None),
        (json!([[split]]), vec![several.clone()], None),
        (json!([[split]]), vec![faculty()], Some(Reason::Unmet)),
        (json!([[unknown]]), vec![faculty()], Some(Reason::Unmet)),
        (json!([[unknown], [role]]), vec![faculty()], None),
        (json!([[custom]]), vec![faculty()], Some(Reason::Unmet)),
        (json!([[custom]]), vec![trained], None),
        // what is no condition, beside one that holds
        (
            json!([[role], [{"type": "AffiliationAndRole"}]]),
            vec![faculty()],
            Some(Reason::Conditions),
        ),
        (
            json!([[role], [{"type": "AffiliationAndRole", "asserted": "const:1"}]]),
            vec![faculty()],
            Some(Reason::Conditions),
        ),
        (json!(null), vec![faculty()], Some(Reason::Conditions)),
        (json!("none"), vec![faculty()], Some(Reason::Conditions)),
    ] {
        assert_eq!(
            reason(conditions.clone(), &others),
            expected,
            "{conditions} {others:?}"
        );
    }
}

#[test]
fn what_counts_for_nothing_fulfils_nothing() {
    let role = json!([[{"type": "AffiliationAndRole", "value": "pattern:faculty@*"}]]);
    let expired = with(visa_claims(faculty()), "exp", json!(NOW - 100));
    let others = with(visa_claims(faculty()), "sub", json!("bob"));
    let of_stranger = with(visa_claims(faculty()), "iss", json!(STRANGER));
    let untrusted = visa_claims(with(
        faculty(),
        "source",
        json!("https://elsewhere.example.org"),
    ));
    // with conditions of its own, be they none: there are no circles
    let conditional = visa_claims(with(faculty(), "conditions", json!([])));
    let grant = with(grant_of_a(), "conditions", role);
    for claims in [expired, others, of_stranger, untrusted, conditional] {
        let found = granted_by(&[visa(grant.clone()), visa_of(&claims)]);
        assert_eq!(found.access, Access::public(), "{claims}");
        assert!(
            found
                .refused
                .iter()
                .any(|of| of.visa == 0 && of.reason == Reason::Unmet)
        );
    }
    let circle = json!([[{"type": "ControlledAccessGrants", "value": format!("const:{VALUE_A}")}]]);
    assert_eq!(reason(circle, &[]), Some(Reason::Unmet));
}

#[test]
fn access_ends_with_the_visa_that_fulfils_the_condition() {
    let role = json!([[{"type": "AffiliationAndRole", "value": "pattern:*"}]]);
    let grant = with(grant_of_a(), "conditions", role);
    let until = |seconds: u64| visa_of(&with(visa_claims(faculty()), "exp", json!(NOW + seconds)));
    let found = granted_by(&[visa(grant.clone()), until(70)]);
    assert_eq!(found.expires, Some(at(NOW + 70)));
    // of two that fulfil it, with the later
    let found = granted_by(&[visa(grant), until(70), until(90), until(80)]);
    assert_eq!(found.expires, Some(at(NOW + 90)));
}

#[test]
fn conditions_of_status_and_terms_are_tested_too() {
    let role = json!([[{"type": "AffiliationAndRole", "value": "pattern:*"}]]);
    let conditional = with(status(), "conditions", role.clone());
    assert_eq!(
        granted(&[conditional.clone(), terms()]).refused[0].reason,
        Reason::Unmet
    );
    assert_ne!(
        granted(&[conditional, terms(), faculty()]).access,
        Access::public()
    );
    let conditional = with(terms(), "conditions", role);
    assert_eq!(
        granted(&[status(), conditional]).refused[0].reason,
        Reason::Unmet
    );
}

#[test]
fn conditions_that_take_too_long_are_given_up() {
    let clause =
        json!({"type": "LinkedIdentities", "value": format!("pattern:{}b", "*a".repeat(50))});
    let all = json!(vec![vec![clause]; 60]);
    let long = object("LinkedIdentities", &"a".repeat(8000), "system");
    assert_eq!(reason(all, &vec![long; 30]), Some(Reason::Costly));
}
