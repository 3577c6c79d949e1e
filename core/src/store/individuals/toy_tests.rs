//! Ten terms that tests of the store are asked by.

use super::{Hierarchy, Named};
use crate::error::Result;

/// Terms `T:0` to `T:9`; the parents of `n` are `n / 2` and, of every third, `n / 3`.
#[derive(Debug)]
pub(super) struct Toy;

const SUM: &str = "00112233445566778899aabbccddeeff";

impl Hierarchy for Toy {
    fn number(&self, curie: &str) -> Result<Option<u32>> {
        let number = curie.strip_prefix("T:").and_then(|n| n.parse().ok());
        Ok(number.filter(|n| *n < 10))
    }

    fn closure(&self, term: u32) -> Result<Vec<u32>> {
        let mut all = vec![term];
        let mut at = 0;
        while let Some(&term) = all.get(at) {
            let parents = [Some(term / 2), (term % 3 == 0).then_some(term / 3)];
            for parent in parents.into_iter().flatten() {
                if !all.contains(&parent) {
                    all.push(parent);
                }
            }
            at += 1;
        }
        all.sort_unstable();
        Ok(all)
    }

    /// `word 3` is the label of `T:3`, and `odd` a synonym of `T:1`, `T:3` and so on.
    fn named(&self, text: &str) -> Result<Vec<(u32, Named)>> {
        if text.eq_ignore_ascii_case("odd") {
            return Ok((0..10)
                .filter(|n| n % 2 == 1)
                .map(|n| (n, Named::Synonym))
                .collect());
        }
        let number = text.strip_prefix("word ").and_then(|n| n.parse().ok());
        Ok(number
            .filter(|n| *n < 10)
            .map(|n| (n, Named::Label))
            .into_iter()
            .collect())
    }

    fn describe(&self, term: u32) -> Result<(String, String)> {
        Ok((format!("T:{term}"), String::new()))
    }

    fn checksum(&self) -> &str {
        SUM
    }
}
