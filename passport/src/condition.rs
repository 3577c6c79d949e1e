//! Conditions of visas: what other visas must say for one to count.

use crate::reason::Reason;
use crate::visa::{Claim, Visa};
use serde_json::{Map, Value};

/// Most clauses of the conditions of one visa.
const CLAUSES_MAX: usize = 64;

/// Lists of clauses: one list must hold, with all its clauses.
#[derive(Debug)]
pub(crate) struct Conditions(Vec<Vec<Clause>>);

/// What one visa must say.
#[derive(Debug)]
struct Clause {
    kind: String,
    tests: Vec<(Claim, Test)>,
}

/// What a claim must be.
#[derive(Debug)]
enum Test {
    Equal(String),
    Pattern(Vec<char>),
    /// One of the parts between `;` is like the pattern.
    SplitPattern(Vec<char>),
    /// A kind of test that later specifications may have: it fails.
    Unknown,
}

/// How much work may still be done.
pub(crate) struct Budget(pub(crate) u64);

impl Budget {
    fn take(&mut self, steps: usize) -> Result<(), Reason> {
        let left = self.0.checked_sub(steps as u64);
        self.0 = left.ok_or(Reason::Costly)?;
        Ok(())
    }
}

impl Conditions {
    /// Reads the claim `conditions`. What is not as the specification has it makes the visa count for nothing.
    pub(crate) fn read(value: &Value) -> Result<Self, Reason> {
        let mut clauses = 0;
        let alternatives = value.as_array().ok_or(Reason::Conditions)?;
        let alternatives = alternatives.iter().map(|alternative| {
            let all = alternative.as_array().filter(|all| !all.is_empty());
            let all = all.ok_or(Reason::Conditions)?;
            clauses += all.len();
            match clauses > CLAUSES_MAX {
                true => Err(Reason::Costly),
                false => all.iter().map(Clause::read).collect(),
            }
        });
        alternatives.collect::<Result<_, _>>().map(Self)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Until when they hold, where they do, by visas of the same person, each with the time until which it is known to be
    /// his.
    pub(crate) fn hold(
        &self,
        visas: &[(&Visa, u64)],
        budget: &mut Budget,
    ) -> Result<Option<u64>, Reason> {
        let mut latest = None;
        for alternative in &self.0 {
            let mut ends = Some(u64::MAX);
            for clause in alternative {
                let found = clause.found(visas, budget)?;
                ends = ends.zip(found).map(|(ends, found)| ends.min(found));
                if ends.is_none() {
                    break;
                }
            }
            latest = latest.max(ends);
        }
        Ok(latest)
    }
}

impl Clause {
    fn read(value: &Value) -> Result<Self, Reason> {
        let members = value.as_object().ok_or(Reason::Conditions)?;
        let kind = members.get("type").and_then(Value::as_str);
        let kind = kind.ok_or(Reason::Conditions)?.to_owned();
        let tests = Self::tests(members)?;
        match tests.is_empty() {
            true => Err(Reason::Conditions),
            false => Ok(Self { kind, tests }),
        }
    }

    fn tests(members: &Map<String, Value>) -> Result<Vec<(Claim, Test)>, Reason> {
        let others = members.iter().filter(|(name, _)| *name != "type");
        let read = others.map(|(name, value)| {
            let claim = Claim::named(name).ok_or(Reason::Conditions)?;
            let text = value.as_str().ok_or(Reason::Conditions)?;
            let (test, suffix) = text.split_once(':').ok_or(Reason::Conditions)?;
            let test = match test {
                "const" => Test::Equal(suffix.to_owned()),
                "pattern" => Test::Pattern(suffix.chars().collect()),
                "split_pattern" => Test::SplitPattern(suffix.chars().collect()),
                _ => Test::Unknown,
            };
            Ok((claim, test))
        });
        read.collect()
    }

    /// Until when some visa says it, the longest.
    fn found(&self, visas: &[(&Visa, u64)], budget: &mut Budget) -> Result<Option<u64>, Reason> {
        let mut latest = None;
        for (visa, his_until) in visas {
            budget.take(1)?;
            // what has conditions itself proves nothing: so there are no circles
            if visa.conditions.is_some() || visa.object.kind != self.kind {
                continue;
            }
            let mut holds = true;
            for (claim, test) in &self.tests {
                holds = holds
                    && match visa.claim(*claim) {
                        Some(text) => test.holds(text, budget)?,
                        None => false,
                    };
            }
            if holds {
                latest = latest.max(Some(visa.ends.min(*his_until)));
            }
        }
        Ok(latest)
    }
}

impl Test {
    fn holds(&self, text: &str, budget: &mut Budget) -> Result<bool, Reason> {
        match self {
            Self::Equal(other) => Ok(other == text),
            Self::Pattern(pattern) => is_like(pattern, text, budget),
            Self::SplitPattern(pattern) => {
                for part in text.split(';') {
                    if is_like(pattern, part, budget)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Unknown => Ok(false),
        }
    }
}

/// Whether the whole text is like the pattern, in which `?` is any character and `*` any characters or none.
fn is_like(pattern: &[char], text: &str, budget: &mut Budget) -> Result<bool, Reason> {
    let text: Vec<char> = text.chars().collect();
    budget.take(1 + text.len())?;
    let (mut at, mut read) = (0, 0);
    // behind the last `*`, and how much of the text it takes: more, where what follows does not fit
    let mut last: Option<(usize, usize)> = None;
    while let Some(character) = text.get(read) {
        budget.take(1)?;
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                last = Some((at, read));
            }
            Some(one) if *one == '?' || one == character => {
                at += 1;
                read += 1;
            }
            _ => match &mut last {
                Some((behind, taken)) => {
                    *taken += 1;
                    (at, read) = (*behind, *taken);
                }
                None => return Ok(false),
            },
        }
    }
    Ok(pattern
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|one| *one == '*')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn like(pattern: &str, text: &str) -> bool {
        let pattern: Vec<char> = pattern.chars().collect();
        is_like(&pattern, text, &mut Budget(1_000_000)).unwrap()
    }

    /// By its definition, which takes exponential time.
    fn defined(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => defined(rest, text),
            (Some(('*', rest)), Some((_, fewer))) => defined(rest, text) || defined(pattern, fewer),
            (Some((one, rest)), Some((character, fewer))) => {
                (*one == '?' || one == character) && defined(rest, fewer)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_are_as_defined(pattern in "[ab?*]{0,8}", text in "[ab*?é]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(like(&pattern, &text), defined(&chars(&pattern), &chars(&text)));
        }
    }

    #[test]
    fn patterns_of_the_specification() {
        assert!(like("faculty@*", "faculty@uni-heidelberg.de"));
        assert!(!like("faculty@*", "Faculty@uni-heidelberg.de"));
        assert!(like("*", "") && like("", "") && !like("?", ""));
        let split = Test::SplitPattern("123,https::%2F%2Fexample?.org".chars().collect());
        let text = "001,https::%2F%2Fexample1.org;123,https::%2F%2Fexample2.org;456,https::%2F%2Fexample3.org";
        assert!(split.holds(text, &mut Budget(1000)).unwrap());
        assert!(
            !split
                .holds("123,https::%2F%2Fexample22.org", &mut Budget(1000))
                .unwrap()
        );
    }

    /// A signed visa may hold a pattern and a value for which trying takes thousands of millions of steps.
    #[test]
    fn what_takes_too_long_is_given_up() {
        let pattern = format!("*{}b", "a".repeat(1000));
        let pattern: Vec<char> = pattern.chars().collect();
        let text = "a".repeat(8000);
        let found = is_like(&pattern, &text, &mut Budget(1_000_000));
        assert_eq!(found, Err(Reason::Costly));
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for bad in [
            json!(null),
            json!({}),
            json!("x"),
            json!([[]]),
            json!([{}]),
            json!([[{}]]),
            json!([[{"type": "A"}]]),
            json!([[{"value": "const:x"}]]),
            json!([[{"type": 1, "value": "const:x"}]]),
            json!([[{"type": "A", "value": "x"}]]),
            json!([[{"type": "A", "value": ["const:x"]}]]),
            json!([[{"type": "A", "asserted": "const:1"}]]),
            json!([[{"type": "A", "value": "const:x", "conditions": "const:1"}]]),
        ] {
            assert_eq!(
                Conditions::read(&bad).unwrap_err(),
                Reason::Conditions,
                "{bad}"
            );
        }
        let clause = json!({"type": "A", "value": "const:x"});
        let many = json!([vec![clause.clone(); CLAUSES_MAX], vec![clause]]);
        assert_eq!(Conditions::read(&many).unwrap_err(), Reason::Costly);
        assert!(Conditions::read(&json!([])).unwrap().is_empty());
    }
}
