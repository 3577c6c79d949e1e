//! Who carries variants.

use crate::batches::{Batches, Kind, Row, schema};
use crate::counts::Site;
use varidex::{CarrierGenotype, Group, Inheritance, PairPhase, PairedVariant, Result, Trios, View};

/// `chrom pos ref alt sample individual zygosity phase`: the carriers among everybody or in a group,
/// one row for each sample and variant. With trios only their children are told, and `origin` says from
/// whom they have it.
///
/// # Errors
///
/// As [`View::variants_in`].
pub fn carriers(
    view: &View,
    of: &str,
    group: Option<&Group>,
    trios: Option<Trios>,
) -> Result<Batches> {
    let columns = [
        ("chrom", Kind::Text),
        ("pos", Kind::Whole),
        ("ref", Kind::Text),
        ("alt", Kind::MaybeText),
        ("sample", Kind::Text),
        ("individual", Kind::MaybeText),
        ("zygosity", Kind::Text),
        ("phase", Kind::MaybeText),
    ];
    let origin = trios.is_some().then_some(("origin", Kind::Text));
    let mut scan = view.scan(of, group)?;
    let view = view.clone();
    let mut site = Site::default();
    let mut found: Vec<(CarrierGenotype, Option<Inheritance>)> = Vec::new();
    // the carrier that comes next
    let mut at = 0;
    let rows = move |to: &mut Row<'_>| {
        while at >= found.len() {
            at = 0;
            found.clear();
            let more = scan.next(|mut variant| {
                site.load(&mut variant)?;
                match &trios {
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
        if let Some((carrier, origin)) = found.get(at) {
            site.write(to, false);
            to.name(view.sample_name(carrier.sample)?);
            to.text(view.individual_of(carrier.sample)?.unwrap_or_default());
            to.name(carrier.zygosity().name());
            to.text(&carrier.phase());
            if let Some(origin) = origin {
                to.name(origin.name());
            }
        }
        at += 1;
        Ok(true)
    };
    Ok(Batches::new(
        schema(columns.into_iter().chain(origin)),
        rows,
    ))
}

/// `chrom pos ref alt chrom_2 pos_2 ref_2 alt_2 gene sample individual phase`: pairs of variants of one
/// sample in one gene, on different copies as far as is known. It is computed before it is read.
///
/// # Errors
///
/// As [`View::compound_pairs`].
pub fn compounds(view: &View, of: &str, group: Option<&Group>) -> Result<Batches> {
    let columns = [
        ("chrom", Kind::Text),
        ("pos", Kind::Whole),
        ("ref", Kind::Text),
        ("alt", Kind::MaybeText),
        ("chrom_2", Kind::Text),
        ("pos_2", Kind::Whole),
        ("ref_2", Kind::Text),
        ("alt_2", Kind::MaybeText),
        ("gene", Kind::Text),
        ("sample", Kind::Text),
        ("individual", Kind::MaybeText),
        ("phase", Kind::Text),
    ];
    let mut found = Vec::new();
    view.compound_pairs(of, group, |pair| -> Result<()> {
        found.push(Pair {
            first: pair.first.clone(),
            second: pair.second.clone(),
            gene: pair.gene.to_owned(),
            sample: view.sample_name(pair.sample)?.to_owned(),
            individual: view.individual_of(pair.sample)?.map(str::to_owned),
            phase: pair.phase,
        });
        Ok(())
    })?;
    let mut pairs = found.into_iter();
    let rows = move |to: &mut Row<'_>| {
        let Some(pair) = pairs.next() else {
            return Ok(false);
        };
        for variant in [&pair.first, &pair.second] {
            to.name(&variant.contig);
            to.position(variant.position);
            to.name(&String::from_utf8_lossy(&variant.reference));
            to.text(&String::from_utf8_lossy(&variant.alternate));
        }
        to.name(&pair.gene);
        to.name(&pair.sample);
        to.text(pair.individual.as_deref().unwrap_or_default());
        to.name(match pair.phase {
            PairPhase::Trans => "trans",
            PairPhase::Unknown => "unknown",
        });
        Ok(true)
    };
    Ok(Batches::new(schema(columns), rows))
}

struct Pair {
    first: PairedVariant,
    second: PairedVariant,
    gene: String,
    sample: String,
    individual: Option<String>,
    phase: PairPhase,
}
