//! Cases against controls, variant by variant.

use crate::counts::{Counted, Needed, SITE, carriers, count_cell, interval, is_count, site_cell};
use crate::field::{COUNTS, Column, Field, columns};
use crate::table::{Cells, Rows, Table};
use varidex::{Error, Group, Query, Result, RowToken, Scan, TwoByTwo, View};

/// Names of the two groups, in the order of their counts.
const SIDES: [&str; 2] = ["cases", "controls"];

/// `chrom pos id ref alt`, `ac an af` of cases and of controls (`ac_cases` …), `odds_ratio` and `p`: whether an ALT
/// is as frequent among cases as among controls. Both are of alleles: AC, and AN − AC.
///
/// `odds_ratio` is that of the sample ([`TwoByTwo::odds_ratio`]): infinite where only the divisor is 0, null where
/// both are; `p` is the two-sided p value of Fisher's exact test ([`TwoByTwo::fisher_exact`]). Both are null where AN
/// of either is 0 or not known.
///
/// Where they are asked for, also the other counts of both, their `carriers` and `noncarriers` (samples of which all
/// copies are known, and none carries the ALT), and `carrier_odds_ratio` and `carrier_p`: the same of
/// samples. Only those of the question's group are looked at, where there is one.
///
/// # Errors
///
/// As [`View::scan`]; [`Error::Usage`] where somebody is a case and a control.
pub fn cases_and_controls(
    view: &View,
    query: &Query,
    cases: &Group,
    controls: &Group,
) -> Result<Table> {
    let within = |group: &Group| match query.group() {
        Some(all) => group.intersection(all),
        None => Ok(group.clone()),
    };
    let (cases, controls) = (within(cases)?, within(controls)?);
    let both = cases.intersection(&controls)?;
    if let Some(first) = both.ids()?.first() {
        return Err(Error::Usage(format!(
            "{} of the cases are controls as well, such as {first}: nobody can be both",
            both.count()
        )));
    }
    let of = |side: usize, fields: &[Field]| -> Vec<Column> {
        let name = SIDES.get(side).copied().unwrap_or_default();
        let fields = columns(fields.iter().copied()).into_iter();
        fields.map(|column| column.of_group(side, name)).collect()
    };
    let first = [Field::Ac, Field::An, Field::Af];
    let mut all = columns(SITE);
    all.extend(of(0, &first).into_iter().chain(of(1, &first)));
    all.extend(columns([Field::OddsRatio, Field::P]));
    let rest: Vec<Field> = COUNTS
        .into_iter()
        .filter(|field| !first.contains(field))
        .collect();
    let mut more = Vec::new();
    for side in 0..SIDES.len() {
        let name = SIDES.get(side).copied().unwrap_or_default();
        more.extend(of(side, &rest));
        more.extend(of(
            side,
            &[Field::Carriers, Field::Noncarriers, Field::Covered],
        ));
        more.extend(
            interval()
                .into_iter()
                .map(|column| column.of_group(side, name)),
        );
    }
    more.extend(columns([Field::CarrierOddsRatio, Field::CarrierP]));
    let whole = query.clone().in_group(None).offset(0).limit(None);
    let whole = whole.for_table("cases and controls");
    let rows = Compared {
        scan: view.scan(&whole.by(vec![cases, controls]))?,
    };
    Ok(Table::new(all, rows).with_more(more).limited(query))
}

struct Compared {
    scan: Scan,
}

/// The alleles of both.
fn alleles([cases, controls]: &[Counted; 2]) -> Option<TwoByTwo> {
    let of = |counted: &Counted| {
        let (ac, an) = (counted.counts.ac, counted.counts.an?);
        Some((ac, an.checked_sub(ac)?))
    };
    Some(TwoByTwo {
        cases: of(cases)?,
        controls: of(controls)?,
    })
}

/// The samples of both; `None` where not all were looked at, as for AN.
fn samples([cases, controls]: &[Counted; 2]) -> Option<TwoByTwo> {
    let of = |counted: &Counted| {
        counted.counts.an?;
        Some((carriers(&counted.counts), counted.looked.noncarriers))
    };
    Some(TwoByTwo {
        cases: of(cases)?,
        controls: of(controls)?,
    })
}

fn test_cell(field: Field, both: &[Counted; 2], to: &mut dyn Cells) {
    let found = match field {
        Field::OddsRatio => alleles(both).and_then(|table| table.odds_ratio()),
        Field::P => alleles(both).and_then(|table| table.fisher_exact()),
        Field::CarrierOddsRatio => samples(both).and_then(|table| table.odds_ratio()),
        Field::CarrierP => samples(both).and_then(|table| table.fisher_exact()),
        _ => None,
    };
    to.maybe_statistic(found);
}

impl Rows for Compared {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        let needed = Needed::by(columns);
        let row = self.scan.next(|mut variant| {
            let both = [
                needed.counted_of(&mut variant, 0)?,
                needed.counted_of(&mut variant, 1)?,
            ];
            for column in columns {
                match column.field {
                    Field::OddsRatio | Field::P | Field::CarrierOddsRatio | Field::CarrierP => {
                        test_cell(column.field, &both, to);
                    }
                    field if is_count(field) => match both.get(column.of) {
                        Some(counted) => count_cell(field, counted, to),
                        None => to.missing(),
                    },
                    field => site_cell(field, &mut variant, to)?,
                }
            }
            Ok(())
        })?;
        Ok(row.is_some())
    }

    fn token(&self) -> Option<RowToken> {
        Some(self.scan.token())
    }
}
