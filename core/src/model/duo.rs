//! Codes of the Data Use Ontology as decisions about purposes.

use crate::model::Purpose;

/// Code, abbreviation, purposes in and out, and what is asked beside: the table says where it is from.
const TABLE: &str = include_str!("duo.tsv");

/// In the place of a purpose: frequencies by ancestry, as the dataset's holder decided.
const STRATA: &str = "strata";

/// What a code comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DuoCode {
    /// The purposes that it decides about, and how.
    pub(crate) decides: Vec<(Purpose, bool)>,
    /// What it asks for beside that, which is for a person to decide.
    pub(crate) beside: &'static str,
}

/// What a code comes to: `DUO:0000006`, or its abbreviation (`HMB`). `None` for what is no code.
///
/// # Errors
///
/// For a code that needs the decision whether health and medical research includes strata by ancestry, where there is none.
pub(crate) fn duo_code(text: &str, hmb_in_strata: Option<bool>) -> Option<Result<DuoCode, String>> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let mut rows = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    let row = rows.find(|row| {
        row.iter()
            .take(2)
            .any(|name| name.eq_ignore_ascii_case(text))
    })?;
    let column = |at: usize| row.get(at).copied().unwrap_or_default();
    let mut decides = Vec::new();
    for (names, allows) in [(column(2), true), (column(3), false)] {
        for name in names.split_whitespace() {
            let (purpose, allows) = match (name, hmb_in_strata) {
                (STRATA, Some(is_in)) => (Purpose::AfByAncestry, is_in),
                (STRATA, None) => {
                    return Some(Err(format!(
                        "{} ({}) says nothing about frequencies by ancestry: decide it first, with \
                         --hmb-in-strata yes or no",
                        column(0),
                        column(1)
                    )));
                }
                _ => match name.parse() {
                    Ok(purpose) => (purpose, allows),
                    Err(_) => continue,
                },
            };
            decides.push((purpose, allows));
        }
    }
    Some(Ok(DuoCode {
        decides,
        beside: column(4),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_of_codes_and_purposes() {
        let mut codes = 0;
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let row: Vec<_> = line.split('\t').collect();
            assert_eq!(row.len(), 5, "{line}");
            assert!(
                row[0].starts_with("DUO:0000") && row[0].len() == 11,
                "{line}"
            );
            for name in row[2].split_whitespace().chain(row[3].split_whitespace()) {
                assert!(name == STRATA || name.parse::<Purpose>().is_ok(), "{line}");
            }
            codes += 1;
        }
        assert_eq!(codes, 23);
    }

    #[test]
    fn codes_come_to_purposes() {
        let decides = |code, hmb| duo_code(code, hmb).unwrap().unwrap().decides;
        assert_eq!(
            decides("DUO:0000044", None),
            [(Purpose::AfByAncestry, false)]
        );
        assert_eq!(decides("npoa", None), decides("DUO:0000044", None));
        assert_eq!(
            decides("HMB", Some(false))[1],
            (Purpose::AfByAncestry, false)
        );
        assert_eq!(decides("HMB", Some(true))[1], (Purpose::AfByAncestry, true));
        let undecided = duo_code("DUO:0000006", None).unwrap().unwrap_err();
        assert!(undecided.contains("--hmb-in-strata"), "{undecided}");
        assert_eq!(duo_code("DUO:0000001", None), None);
        let beside = duo_code("NPU", None).unwrap().unwrap().beside;
        assert_eq!(beside, "a user who is not for profit");
    }
}
