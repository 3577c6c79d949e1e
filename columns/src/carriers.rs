//! Who carries variants.

use crate::counts::{Site, first_row, one_based, token_at};
use crate::field::{Column, Field, columns};
use crate::table::{Cells, Rows, Table};
use varidex::{
    CarrierGenotype, CompoundPair, CompoundPairs, Error, Inheritance, PairPhase, Query, Result,
    RowToken, Scan, Trios, View,
};

/// `chrom pos ref alt sample individual zygosity phase`: the carriers among everybody or in the question's
/// group, one row for each sample and variant. With trios only their children are listed, and `origin` says
/// from whom they have it.
///
/// # Errors
///
/// As [`View::scan`].
pub fn carriers(view: &View, query: &Query, trios: Option<Trios>) -> Result<Table> {
    let fields = [
        Field::Chrom,
        Field::Pos,
        Field::Ref,
        Field::Alt,
        Field::Sample,
        Field::Individual,
        Field::Zygosity,
        Field::Phase,
    ];
    let origin = trios.is_some().then_some(Field::Origin);
    let table = if trios.is_some() {
        "origins"
    } else {
        "carriers"
    };
    let rows = Carriers {
        scan: view.scan(&query.clone().offset(0).limit(None).for_table(table))?,
        view: view.clone(),
        trios,
        site: Site::default(),
        found: Vec::new(),
        at: 0,
        skip: first_row(query),
    };
    let columns = columns(fields.into_iter().chain(origin));
    Ok(Table::new(columns, rows).limited(query))
}

struct Carriers {
    scan: Scan,
    view: View,
    trios: Option<Trios>,
    site: Site,
    found: Vec<(CarrierGenotype, Option<Inheritance>)>,
    /// The carrier that comes next.
    at: usize,
    /// That of the first variant.
    skip: usize,
}

impl Rows for Carriers {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        while self.at >= self.found.len() {
            self.at = std::mem::take(&mut self.skip);
            let (site, found, trios) = (&mut self.site, &mut self.found, &self.trios);
            found.clear();
            let more = self.scan.next(|mut variant| {
                site.load(&mut variant)?;
                match trios {
                    Some(trios) => variant.origins(trios, |child, origin| {
                        found.push((child, Some(origin)));
                    }),
                    None => variant.carriers(|carrier| found.push((carrier, None))),
                }
            })?;
            if more.is_none() {
                return Ok(false);
            }
        }
        if let Some((carrier, origin)) = self.found.get(self.at) {
            for column in columns {
                match column.field {
                    Field::Sample => to.text(self.view.sample_name(carrier.sample)?.as_bytes()),
                    Field::Individual => to.maybe_text(self.view.individual_of(carrier.sample)?),
                    Field::Zygosity => to.text(carrier.zygosity().name().as_bytes()),
                    Field::Phase => to.text(carrier.phase().as_bytes()),
                    Field::Origin => to.maybe_text(origin.map(Inheritance::name)),
                    field => self.site.cell(field, to),
                }
            }
        }
        self.at += 1;
        Ok(true)
    }

    fn token(&self) -> Option<RowToken> {
        Some(token_at(&self.scan, self.at, self.found.len()))
    }
}

/// `chrom pos ref alt chrom_2 pos_2 ref_2 alt_2 gene sample individual phase`: pairs of variants of one
/// sample in one gene, on different copies as far as is known.
///
/// # Errors
///
/// As [`View::compound_pairs`]; [`Error::Usage`] for a question with a token: pairs are of genes, and begin
/// with the first.
pub fn compounds(view: &View, query: &Query) -> Result<Table> {
    if query.token().is_some() {
        let message = "pairs of variants cannot be read from a token on";
        return Err(Error::Usage(message.to_owned()));
    }
    let fields = [
        Field::Chrom,
        Field::Pos,
        Field::Ref,
        Field::Alt,
        Field::SecondChrom,
        Field::SecondPos,
        Field::SecondRef,
        Field::SecondAlt,
        Field::Gene,
        Field::Sample,
        Field::Individual,
        Field::Phase,
    ];
    let rows = Pairs {
        pairs: view.compound_pairs(query)?,
        view: view.clone(),
    };
    Ok(Table::new(columns(fields), rows).limited(query))
}

struct Pairs {
    pairs: CompoundPairs,
    view: View,
}

impl Rows for Pairs {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        let Some(pair) = self.pairs.next().transpose()? else {
            return Ok(false);
        };
        for column in columns {
            self.cell(&pair, column.field, to)?;
        }
        Ok(true)
    }

    fn token(&self) -> Option<RowToken> {
        None
    }
}

impl Pairs {
    fn cell(&self, pair: &CompoundPair, field: Field, to: &mut dyn Cells) -> Result<()> {
        match field {
            Field::Chrom => to.text(pair.first.contig.as_bytes()),
            Field::Pos => to.whole(one_based(pair.first.position)),
            Field::Ref => to.text(&pair.first.reference),
            Field::Alt => to.text(&pair.first.alternate),
            Field::SecondChrom => to.text(pair.second.contig.as_bytes()),
            Field::SecondPos => to.whole(one_based(pair.second.position)),
            Field::SecondRef => to.text(&pair.second.reference),
            Field::SecondAlt => to.text(&pair.second.alternate),
            Field::Gene => to.text(pair.gene.as_bytes()),
            Field::Sample => to.text(self.view.sample_name(pair.sample)?.as_bytes()),
            Field::Individual => to.maybe_text(self.view.individual_of(pair.sample)?),
            Field::Phase => to.text(match pair.phase {
                PairPhase::Trans => b"trans",
                PairPhase::Unknown => b"unknown",
            }),
            _ => to.missing(),
        }
        Ok(())
    }
}
