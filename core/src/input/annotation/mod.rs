//! What annotators say of variants: by custom `CSQ` of VEP, `ANN` of SnpEff, `BCSQ` of bcftools csq. Who
//! wrote one of these keys is decided by the fields that its description names: VEP can write into
//! `ANN`, and bcftools csq into `CSQ`.

mod allele;
mod layout;
#[cfg(test)]
mod tests;

pub(crate) use allele::SiteAlleles;
pub(crate) use layout::Layout;

use crate::model::{
    BEHIND_STOP, CANONICAL, Entry, MANE, consequence, decoded, from_bcftools, normal_protein,
};
use allele::Found;
use layout::Writer;
use std::collections::HashSet;

/// A record with more entries would take more memory than it is worth: an entry may be of all ALTs.
const ENTRIES_MAX: usize = 1 << 16;
/// Kinds of warnings reported of one record.
const WARNINGS_MAX: usize = 16;

/// Why entries are refused.
const NO_SUCH_ALLELE: &str = "an allele that the record does not have";
const AMBIGUOUS_ALLELE: &str =
    "an ambiguous allele: several of the record are written so (ALLELE_NUM would decide)";

/// A text of a record, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// With the number of the ALT, from 1.
    pub(crate) entries: Vec<(u32, Entry)>,
    /// The fields kept by name, with the number of the ALT: the n-th, and its value.
    pub(crate) kept: Vec<(u32, usize, String)>,
    /// Positions (1-based) of records that say it for this one, ascending, and how often each stands.
    pub(crate) elsewhere: Vec<(i64, u64)>,
    /// Entries in the text: those stored, those in `elsewhere`, those refused.
    pub(crate) read: u64,
    pub(crate) stored: u64,
    /// Why entries were left out, one reason for each.
    pub(crate) refused: Vec<&'static str>,
    /// What is odd about others, each kind once.
    pub(crate) warnings: Vec<String>,
}

impl Layout {
    /// The names of the fields.
    pub(crate) fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Keeps the values of a field too; `false` where there is none of this name.
    pub(crate) fn keep(&mut self, field: &str) -> bool {
        let found = self.fields.iter().position(|known| known == field);
        self.kept.push(found);
        found.is_some()
    }

    /// Takes a record's value apart. What cannot be understood is reported and left out.
    pub(crate) fn parse(&self, value: &[u8], site: &SiteAlleles<'_>) -> Parsed {
        let value = String::from_utf8_lossy(value);
        let mut parsed = Parsed::default();
        let mut seen = HashSet::new();
        let forms = site.forms();
        for text in value
            .split(',')
            .filter(|text| !text.is_empty() && *text != ".")
        {
            parsed.read += 1;
            if self.writer == Writer::Bcftools
                && let Some(position) = text.strip_prefix('@')
            {
                match position.parse() {
                    Ok(position) => parsed.elsewhere.push((position, 1)),
                    Err(_) => parsed.refused.push("a pointer that is no position"),
                }
                continue;
            }
            let fields: Vec<&str> = text.split('|').collect();
            let field = |at: Option<usize>| {
                let value = at
                    .and_then(|at| fields.get(at))
                    .copied()
                    .unwrap_or_default();
                value.trim()
            };
            if fields.len() > self.fields.len() {
                parsed.warn("more fields than the header says");
            }
            let mut terms = field(Some(self.consequence)).split('&');
            if terms.all(|term| matches!(term.trim(), "" | "*")) {
                parsed.refused.push("an entry without a consequence");
                continue;
            }
            let mut alts = match self.alts(&field, site, &forms) {
                Ok(alts) => alts,
                Err(reason) => {
                    parsed.refused.push(reason);
                    continue;
                }
            };
            if parsed.entries.len() + alts.len() > ENTRIES_MAX {
                parsed.refused.push("more entries than a record may have");
                continue;
            }
            let entry = self.entry(&field, &mut parsed);
            for &alt in &alts {
                for (n, &at) in self.kept.iter().enumerate() {
                    let fields = at.and_then(|at| text.split('|').nth(at));
                    let value = fields.unwrap_or_default().trim();
                    if !value.is_empty() && seen.insert((alt, n, value)) {
                        parsed.kept.push((alt, n, value.to_owned()));
                    }
                }
            }
            if let Some(last) = alts.pop() {
                let others = alts.into_iter().map(|alt| (alt, entry.clone()));
                parsed.entries.extend(others);
                parsed.entries.push((last, entry));
            }
            parsed.stored += 1;
        }
        parsed.elsewhere.sort_unstable();
        parsed.elsewhere.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += u64::from(same);
            same
        });
        parsed
    }

    /// The ALTs that an entry is of, or why that is not known.
    fn alts<'a>(
        &self,
        field: &impl Fn(Option<usize>) -> &'a str,
        site: &SiteAlleles<'_>,
        forms: &allele::Forms,
    ) -> Result<Vec<u32>, &'static str> {
        if self.writer == Writer::Bcftools {
            return match site.by_change(field(self.hgvs_c)) {
                alts if alts.is_empty() => Err(NO_SUCH_ALLELE),
                alts => Ok(alts),
            };
        }
        let all = 1..=site.alts.len() as u32;
        let number = field(self.allele_number).parse::<u32>().ok();
        if let Some(number) = number.filter(|n| all.contains(n)) {
            return Ok(vec![number]);
        }
        // of a record with one ALT, fields without the allele are of it
        if self.allele.is_none() {
            return match site.alts.len() {
                1 => Ok(vec![1]),
                _ => Err(AMBIGUOUS_ALLELE),
            };
        }
        match forms.find(field(self.allele)) {
            Found::One(number) => Ok(vec![number]),
            Found::Nothing => Err(NO_SUCH_ALLELE),
            Found::Several => Err(AMBIGUOUS_ALLELE),
        }
    }

    fn entry<'a>(&self, field: &impl Fn(Option<usize>) -> &'a str, parsed: &mut Parsed) -> Entry {
        let mut flags = 0;
        let mut terms = Vec::new();
        for name in field(Some(self.consequence)).split('&').map(str::trim) {
            let plain = match (self.writer, name.strip_prefix('*')) {
                (Writer::Bcftools, Some(plain)) => {
                    flags |= BEHIND_STOP;
                    plain
                }
                _ => name,
            };
            if plain.is_empty() {
                continue;
            }
            terms.push(match consequence::term(plain) {
                Some(known) => known.to_owned(),
                None => {
                    parsed.warn(&format!("the unknown consequence {}", one_line(plain)));
                    one_line(plain)
                }
            });
        }
        let told = match field(self.impact) {
            "HIGH" => Some(3),
            "MODERATE" => Some(2),
            "LOW" => Some(1),
            "MODIFIER" => Some(0),
            _ => None,
        };
        let graded = || {
            terms
                .iter()
                .map(|name| consequence::impact(name))
                .max()
                .unwrap_or(0)
        };
        flags |= u8::from(field(self.canonical) == "YES") * CANONICAL;
        if self
            .mane
            .iter()
            .any(|&at| !matches!(field(Some(at)), "" | "-"))
        {
            flags |= MANE;
        }
        let transcript = one_line(field(self.transcript));
        let change = decoded(field(self.hgvs_c));
        let hgvs_c = match self.writer {
            Writer::SnpEff if !change.is_empty() && !transcript.is_empty() => {
                format!("{transcript}:{change}")
            }
            _ => change.into_owned(),
        };
        let hgvs_p = decoded(field(self.hgvs_p)).into_owned();
        let protein = match self.writer {
            Writer::Bcftools => {
                let frameshift = terms.iter().any(|name| name == "frameshift_variant");
                from_bcftools(&hgvs_p, frameshift)
            }
            _ => normal_protein(&hgvs_p),
        };
        Entry {
            symbol: one_line(field(self.symbol)),
            gene_id: one_line(field(self.gene_id)),
            hgnc: hgnc_id(field(self.hgnc)),
            transcript,
            impact: told.unwrap_or_else(graded),
            consequence: terms.join("&"),
            flags,
            hgvs_c: one_line(&hgvs_c),
            hgvs_p: one_line(&hgvs_p),
            protein: one_line(&protein.unwrap_or_default()),
        }
    }
}

impl Parsed {
    fn warn(&mut self, what: &str) {
        if self.warnings.len() < WARNINGS_MAX && !self.warnings.iter().any(|known| known == what) {
            self.warnings.push(what.to_owned());
        }
    }
}

/// `HGNC:10483` of `10483`, too.
fn hgnc_id(text: &str) -> String {
    match text.parse::<u32>() {
        Ok(number) => format!("HGNC:{number}"),
        Err(_) => one_line(text),
    }
}

/// Entries are kept in lines of fields that tabs set apart.
fn one_line(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
