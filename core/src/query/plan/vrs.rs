//! Finding alleles by their computed identifiers of GA4GH VRS. These are digests, so that those of all rows are made
//! and compared: nothing is stored for that. What was found of an identifier a view remembers.

use super::find::{find_change, name_of};
use super::row_text::RowText;
use crate::cohort::{IdPlace, View};
use crate::error::Result;
use crate::genome::{Justification, StoredAllele, VrsContig, VrsId, VrsVersion, is_sequence};
use crate::stop::check_stop;
use crate::store::Segment;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// Most identifiers are of the newer version: all rows are compared before those of the older one are made.
const VERSIONS: [VrsVersion; 2] = [VrsVersion::V2_0, VrsVersion::V1_3];
/// Rows between two looks whether to stop.
const STOP_EVERY: u32 = 1 << 12;

/// The identifier of a row, where it is known.
pub(crate) fn id_of(
    row: &StoredAllele<'_>,
    contig: &VrsContig,
    version: VrsVersion,
) -> Option<VrsId> {
    match Justification::of(row, contig) {
        Justification::Known(allele) => Some(allele.id(contig.accession, version)),
        Justification::Unknown | Justification::Never => None,
    }
}

/// What an identifier means in a view.
pub(in crate::query) enum Identified {
    /// An allele, as a row spells it, and the number of its contig.
    Allele(u32, Box<RowText>),
    Absent,
    /// Why nobody can say.
    Doubt(String),
}

/// Looks for the allele with an identifier.
pub(in crate::query) fn identified(view: &View, id: VrsId) -> Result<Identified> {
    let places = find_ids(view, [id])?;
    identified_at(view, id, places.get(&id).copied())
}

/// The same of one that was looked for.
pub(in crate::query) fn identified_at(
    view: &View,
    id: VrsId,
    place: Option<IdPlace>,
) -> Result<Identified> {
    let (part, row) = match place {
        Some(IdPlace::Row(part, row)) => (part, row),
        Some(IdPlace::Undecided(part, row)) => {
            return doubt_of_id(view, id, (part, row)).map(Identified::Doubt);
        }
        Some(IdPlace::Absent) | None => return Ok(Identified::Absent),
    };
    let Some(of) = view.parts().get(part) else {
        return Ok(Identified::Absent);
    };
    let segment = view.segment(of)?;
    let mut text = Box::<RowText>::default();
    text.load(segment, row)?;
    Ok(Identified::Allele(segment.contig_of(row), text))
}

/// The places of identifiers, looked for at once.
pub(in crate::query) fn find_ids(
    view: &View,
    ids: impl IntoIterator<Item = VrsId>,
) -> Result<BTreeMap<VrsId, IdPlace>> {
    let mut found = BTreeMap::new();
    let mut wanted = HashSet::new();
    for id in ids {
        match view.known_ids().get(&id) {
            Some(place) => {
                found.insert(id, place);
            }
            None => {
                wanted.insert(id);
            }
        }
    }
    let mut search = Search {
        view,
        wanted,
        found,
        unknown: None,
        text: RowText::default(),
    };
    for version in VERSIONS {
        search.all_rows(version)?;
    }
    let rest = match search.unknown {
        Some((part, row)) => IdPlace::Undecided(part, row),
        None => IdPlace::Absent,
    };
    for id in search.wanted {
        view.known_ids().keep(id, rest);
        search.found.insert(id, rest);
    }
    Ok(search.found)
}

/// Why nobody can say whether an allele is here of which the identifier is at no row, where it is not known of this one.
fn doubt_of_id(view: &View, id: VrsId, (part, row): (usize, u32)) -> Result<String> {
    let name = name_of(view, part, row)?;
    let contig = match view.parts().get(part) {
        Some(of) => view.segment(of)?.contig_of(row),
        None => 0,
    };
    let why = match view.vrs_contig(contig) {
        None => format!(
            "no refget accession is known of contig {} (of its length, and of an assembly)",
            view.contig_name(contig)
        ),
        Some(_) => "the bases beside an indel are known where the dataset was built with \
                    `--reference` and the reference has them"
            .to_owned(),
    };
    Ok(format!(
        "whether `{id}` is a variant here cannot be decided: it is none of those of which the identifier is known, \
         and {name} is one of those of which it is not: {why}"
    ))
}

/// Whether a row is of an allele that has an identifier, which is not known.
fn is_unidentified(row: &StoredAllele<'_>, contig: Option<&VrsContig>) -> bool {
    match contig {
        None => is_sequence(row.reference) && is_sequence(row.alternate),
        Some(contig) => matches!(Justification::of(row, contig), Justification::Unknown),
    }
}

impl View {
    /// Calls `f` with the place of each row of an allele of which the identifier is not known, by part and row.
    pub(in crate::query) fn unidentified_rows(
        &self,
        mut f: impl FnMut((usize, u32)) -> Result<()>,
    ) -> Result<()> {
        let mut text = RowText::default();
        for (part, of) in self.parts().iter().enumerate() {
            if !self.sees_part(part) {
                continue;
            }
            let segment = self.segment(of)?;
            for on in segment.contigs() {
                let contig = self.vrs_contig(on.contig);
                for row in on.first_row..on.end_row {
                    if row.is_multiple_of(STOP_EVERY) {
                        check_stop()?;
                    }
                    text.load(segment, row)?;
                    let stored = text.stored();
                    if stored.is_some_and(|stored| is_unidentified(&stored, contig.as_ref())) {
                        f((part, row))?;
                    }
                }
            }
        }
        Ok(())
    }
}

struct Search<'a> {
    view: &'a View,
    /// Those not found yet.
    wanted: HashSet<VrsId>,
    found: BTreeMap<VrsId, IdPlace>,
    /// A row of bases of which the identifier is not known, once such rows were looked for.
    unknown: Option<(usize, u32)>,
    text: RowText,
}

impl<'a> Search<'a> {
    /// Looks at all rows, until nothing is wanted any more.
    fn all_rows(&mut self, version: VrsVersion) -> Result<()> {
        for (part, of) in self.view.parts().iter().enumerate() {
            if self.wanted.is_empty() {
                return Ok(());
            }
            if !self.view.sees_part(part) {
                continue;
            }
            let segment = self.view.segment(of)?;
            for on in segment.contigs() {
                let contig = self.view.vrs_contig(on.contig);
                let rows = on.first_row..on.end_row;
                self.rows((part, segment), rows, contig.as_ref(), version)?;
            }
        }
        Ok(())
    }

    fn rows(
        &mut self,
        (part, segment): (usize, &'a Segment),
        rows: Range<u32>,
        contig: Option<&VrsContig>,
        version: VrsVersion,
    ) -> Result<()> {
        for row in rows {
            if row.is_multiple_of(STOP_EVERY) {
                check_stop()?;
            }
            if contig.is_none() && self.unknown.is_some() {
                return Ok(());
            }
            self.text.load(segment, row)?;
            let Some(stored) = self.text.stored() else {
                continue;
            };
            let Some(contig) = contig else {
                let bases = is_sequence(stored.reference) && is_sequence(stored.alternate);
                if bases && self.is_seen(segment, row)? {
                    self.unknown = Some((part, row));
                }
                continue;
            };
            match Justification::of(&stored, contig) {
                Justification::Known(allele) => {
                    let id = allele.id(contig.accession, version);
                    if self.wanted.contains(&id) && self.is_seen(segment, row)? {
                        self.wanted.remove(&id);
                        self.found.insert(id, IdPlace::Row(part, row));
                        self.view.known_ids().keep(id, IdPlace::Row(part, row));
                        if self.wanted.is_empty() {
                            return Ok(());
                        }
                    }
                }
                Justification::Unknown if self.unknown.is_none() => {
                    if self.is_seen(segment, row)? {
                        self.unknown = Some((part, row));
                    }
                }
                Justification::Unknown | Justification::Never => {}
            }
        }
        Ok(())
    }

    /// Whether the variant of the row that was read is one of those who may be seen.
    fn is_seen(&self, segment: &Segment, row: u32) -> Result<bool> {
        if self.view.whole().is_some() {
            return Ok(true);
        }
        let found = find_change(self.view, segment.contig_of(row), &self.text.change())?;
        let rows = found
            .rows
            .iter()
            .flat_map(|(part, rows)| rows.iter().map(|row| (*part, *row)));
        self.view.shows_rows(rows)
    }
}

#[cfg(test)]
#[path = "vrs_tests.rs"]
mod tests;
