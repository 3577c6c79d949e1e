//! Records: rows of one record say the same of what they do not have each for itself.

use super::sets::order_of;
use super::{each_place, fault};
use crate::cohort::for_each_polyploid;
use crate::error::{Error, Result};
use crate::format::{Column, Kind, Text, TextBlock, page_of, u32_of};
use crate::model::InfoType;
use crate::set::{Order, get_bit, set_bit, words_for};
use crate::store::IdBlocks;
use crate::store::manifest::Manifest;
use crate::store::segment::Segment;

/// A row at a place: the rank of its record, the number of its ALT, and the row.
type Placed = (i64, i64, u32);

/// Checks the rows at every place.
pub(super) fn records(segment: &Segment, manifest: &Manifest, merged: bool) -> Result<()> {
    let (c, file) = (&segment.columns, segment.file());
    let mut records = Records::new(segment, (manifest, merged))?;
    let mut site: Vec<Placed> = Vec::new();
    each_place(segment, |rows, whole| {
        site.clear();
        for row in rows {
            let (rank, alt) = (c.record_rank.get(file, row)?, c.alt_number.get(file, row)?);
            site.push((rank, alt, row));
        }
        site.sort_unstable();
        records.site(&site, whole)
    })
}

struct Records<'a> {
    segment: &'a Segment,
    /// Whether ALTs of a record may be without the others.
    alone: bool,
    /// INFO keys with one value for the record.
    texts: Vec<Text>,
    columns: Vec<(Column, bool)>,
    original_rows: Vec<u32>,
    order: Option<(u32, Order<'a>)>,
    block: TextBlock,
    ids: IdBlocks,
    originals: TextBlock,
}

impl<'a> Records<'a> {
    fn new(segment: &'a Segment, (manifest, merged): (&Manifest, bool)) -> Result<Self> {
        let (file, rows) = (segment.file(), segment.meta().rows);
        let (mut texts, mut columns) = (Vec::new(), Vec::new());
        for (n, key) in (0u16..).zip(&manifest.info) {
            if key.number != "record" {
                continue;
            }
            match InfoType::named(&key.kind) {
                Some(kind) if kind.is_text() => texts.push(Text::find(file, Kind::Info(n))?),
                kind => {
                    let column = Column::find(file, Kind::Info(n), rows)?;
                    columns.push((column, kind != Some(InfoType::Flag)));
                }
            }
        }
        let original_rows = file.whole(Kind::OriginalRows)?;
        Ok(Self {
            segment,
            // rows of inputs of one sample each are records of their own, whichever of the ALTs they have
            alone: manifest.normalised || merged,
            texts,
            columns,
            original_rows: original_rows.chunks_exact(4).map(u32_of).collect(),
            order: None,
            block: TextBlock::default(),
            ids: IdBlocks::default(),
            originals: TextBlock::default(),
        })
    }

    /// The rows of a place in the order of their records.
    fn site(&mut self, site: &[Placed], whole: bool) -> Result<()> {
        for (rank, record) in (0..).zip(site.chunk_by(|a, b| a.0 == b.0)) {
            if whole && record.first().is_some_and(|row| row.0 != rank) {
                let expected = "ranks from 0 without gaps at a place";
                return Err(fault(self.segment, "record_rank", expected));
            }
            if record.windows(2).any(|w| matches!(w, [a, b] if a.1 == b.1)) {
                let expected = "an ALT once in a record";
                return Err(fault(self.segment, "alt_number", expected));
            }
            // normalisation moves ALTs of one record to several places
            if whole && !self.alone {
                let numbered = (1..).zip(record).all(|(n, row)| row.1 == n);
                let without_alt = matches!(record, [(_, 0, _)]);
                if !numbered && !without_alt {
                    let expected = "the ALTs of a record from 1 without gaps";
                    return Err(fault(self.segment, "alt_number", expected));
                }
                self.polyploid_alleles(record)?;
            }
            if let [first, others @ ..] = record
                && !others.is_empty()
            {
                self.carriers(record)?;
                for other in others {
                    self.same(first.2, other.2)?;
                }
            }
        }
        Ok(())
    }

    /// No copy carries two ALTs of a record.
    fn carriers(&mut self, record: &[Placed]) -> Result<()> {
        let segment = self.segment;
        let universe = 2 * segment.meta().samples;
        let mut carried = vec![0u64; words_for(universe)];
        for &(_, _, row) in record {
            let (page, i) = page_of(row);
            let descriptor = segment.columns.carriers.page(segment.file(), page)?.get(i);
            let set = segment.set(descriptor, &segment.page_sets(page)?, universe)?;
            let ordered = match set.needs_order() {
                true => Some(order_of(segment, row, &mut self.order)?.1),
                false => None,
            };
            let mut twice = false;
            set.walk(ordered.as_ref(), |copy| {
                twice |= get_bit(&carried, copy);
                set_bit(&mut carried, copy);
            })
            .map_err(|rule| fault(segment, "sets", rule.0))?;
            if twice {
                let expected = "copies with one ALT of a record";
                return Err(fault(segment, "carriers", expected));
            }
        }
        Ok(())
    }

    /// What two rows of one record share.
    fn same(&mut self, one: u32, other: u32) -> Result<()> {
        let (segment, file) = (self.segment, self.segment.file());
        let c = &segment.columns;
        let expected = "the same in all rows of a record";
        let wrong = |section| Err(fault(segment, section, expected));
        let value = |(column, nullable): &(Column, bool), row| {
            let (page, i) = page_of(row);
            let page = column.page(file, page)?;
            Ok::<_, Error>(match nullable {
                true => page.get_nullable(i),
                false => Some(page.get(i)),
            })
        };
        let columns = [
            ((c.filter, false), "filter"),
            ((c.quality, true), "quality"),
        ];
        let info = self.columns.iter().map(|column| (*column, "info"));
        for (column, section) in columns.into_iter().chain(info) {
            if value(&column, one)? != value(&column, other)? {
                return wrong(section);
            }
        }
        let ids = segment.id(one, &mut self.ids)?.to_vec();
        if ids != segment.id(other, &mut self.ids)? {
            return wrong("ids");
        }
        let mut text = |text: &Text, row| {
            let entry = text.get(file, row, &mut self.block);
            entry.map(<[u8]>::to_vec)
        };
        for info in &self.texts {
            if text(info, one)? != text(info, other)? {
                return wrong("info");
            }
        }
        if self.written(one)? != self.written(other)? {
            return wrong("allele");
        }
        let genotypes = polyploids(segment, one)?;
        if genotypes != polyploids(segment, other)? {
            return wrong("polyploid");
        }
        self.same_sets(one, other, &genotypes)
    }

    /// POS (1-based) and REF as the record has them, letters in upper case.
    fn written(&mut self, row: u32) -> Result<(i64, Vec<u8>)> {
        let (segment, file) = (self.segment, self.segment.file());
        if let Ok(entry) = self.original_rows.binary_search(&row) {
            let entry = entry as u32;
            let text = segment.originals.get(file, entry, &mut self.originals)?;
            let mut fields = text.split(|&b| b == b'\t');
            let position = fields.next().and_then(|f| std::str::from_utf8(f).ok());
            let position = position.and_then(|text| text.parse().ok());
            let reference = fields.next().unwrap_or_default().to_ascii_uppercase();
            return Ok((position.unwrap_or(i64::MIN), reference));
        }
        let c = &segment.columns;
        let (mut reference, mut alternate) = (Vec::new(), Vec::new());
        let number = c.allele.get(file, row)?;
        segment.alleles(number, &mut self.originals, &mut reference, &mut alternate)?;
        reference.make_ascii_uppercase();
        Ok((c.position.get(file, row)? + 1, reference))
    }

    /// Missing, haploid and, of those for whom it means something, unphased samples.
    fn same_sets(&self, one: u32, other: u32, polyploid: &[Genotype]) -> Result<()> {
        let segment = self.segment;
        let (c, samples) = (&segment.columns, segment.meta().samples);
        let expected = "the same samples in all rows of a record";
        let missing = words(segment, &c.missing, one, 2 * samples)?;
        if missing != words(segment, &c.missing, other, 2 * samples)? {
            return Err(fault(segment, "missing", expected));
        }
        let haploid = words(segment, &c.haploid, one, samples)?;
        if haploid != words(segment, &c.haploid, other, samples)? {
            return Err(fault(segment, "haploid", expected));
        }
        let mut differ = words(segment, &c.unphased, one, samples)?;
        let others = words(segment, &c.unphased, other, samples)?;
        let differing = differ.iter_mut().zip(&others).zip(&haploid);
        differing.for_each(|((a, b), haploid)| *a = (*a ^ b) & !haploid);
        for genotype in polyploid {
            if let Some(word) = differ.get_mut(genotype.0 as usize / 64) {
                *word &= !(1 << (genotype.0 % 64));
            }
        }
        let mut told = false;
        crate::set::for_each_bit(&differ, |sample| {
            told |= !(get_bit(&missing, 2 * sample) && get_bit(&missing, 2 * sample + 1));
        });
        match told {
            true => Err(fault(segment, "unphased", expected)),
            false => Ok(()),
        }
    }

    /// Alleles of genotypes of three and more copies are those of the record.
    fn polyploid_alleles(&self, record: &[Placed]) -> Result<()> {
        let (alts, Some(&(_, _, row))) = (record.last().map_or(0, |row| row.1), record.first())
        else {
            return Ok(());
        };
        for (_, _, alleles) in polyploids(self.segment, row)? {
            if alleles
                .iter()
                .flatten()
                .any(|&allele| i64::from(allele) > alts)
            {
                return Err(fault(self.segment, "polyploid", "alleles of the record"));
            }
        }
        Ok(())
    }
}

/// Sample, whether it is phased, and the alleles.
type Genotype = (u32, bool, Vec<Option<u32>>);

fn polyploids(segment: &Segment, row: u32) -> Result<Vec<Genotype>> {
    let mut all = Vec::new();
    for_each_polyploid(
        segment.polyploid(row)?,
        segment.meta().samples,
        |genotype| {
            all.push((genotype.sample, genotype.phased, genotype.alleles.to_vec()));
        },
    )
    .map_err(|rule| fault(segment, "polyploid", rule.0))?;
    Ok(all)
}

/// A row's set as bits.
fn words(segment: &Segment, column: &Column, row: u32, universe: u32) -> Result<Vec<u64>> {
    let (page, i) = page_of(row);
    let descriptor = column.page(segment.file(), page)?.get(i);
    let set = segment.set(descriptor, &segment.page_sets(page)?, universe)?;
    let mut words = vec![0; words_for(universe)];
    set.or_into(None, &mut words)
        .map_err(|rule| fault(segment, "sets", rule.0))?;
    Ok(words)
}
