//! Our own answers, in this process, warm: each task once before it is timed.

use std::hint::black_box;
use std::time::Instant;

use varidex::{Group, GroupExpr, View};
use varidex_benches::{Result, Site, count_in_groups, group_of};

use crate::figures::Figures;
use crate::tasks::Tasks;

/// Seconds that `f` takes the second time, over `calls` calls in it.
fn timed(calls: usize, mut f: impl FnMut() -> Result<u64>) -> Result<f64> {
    black_box(f()?);
    let started = Instant::now();
    black_box(f()?);
    Ok(started.elapsed().as_secs_f64() / calls.max(1) as f64)
}

pub(crate) fn round(dataset: &View, tasks: &Tasks, figures: &mut Figures) -> Result<()> {
    let mut add = |what: &str, seconds: f64| figures.add(what, "varidex", seconds);
    for (class, sites) in &tasks.points {
        let seconds = timed(sites.len(), || {
            let mut sum = 0;
            for site in sites {
                let allele = dataset.allele(
                    &site.contig,
                    site.position,
                    &site.reference,
                    &site.alternate,
                )?;
                if let Some(allele) = allele {
                    sum += allele.counts()?.ac;
                }
            }
            Ok(sum)
        })?;
        add(&format!("counts {}", class.name()), seconds);
        let seconds = timed(sites.len(), || {
            sites
                .iter()
                .try_fold(0, |sum, site| Ok(sum + carriers_of(dataset, site)?))
        })?;
        add(&format!("carriers {}", class.name()), seconds);
    }

    let questions: Vec<String> = tasks
        .small
        .iter()
        .map(|window| format!("carriers({})", window.region()))
        .collect();
    let seconds = timed(questions.len(), || {
        questions
            .iter()
            .try_fold(0, |sum, text| Ok(sum + dataset.ask(text.as_str())?.count()))
    })?;
    add("region carriers", seconds);

    let few = group(dataset, tasks, 5)?;
    let rare: Vec<String> = tasks
        .small
        .iter()
        .map(|window| format!("carriers({} & af<0.01)", window.region()))
        .collect();
    let seconds = timed(rare.len(), || {
        rare.iter().try_fold(0, |sum, text| {
            Ok(sum + dataset.ask(text.as_str())?.intersection(&few)?.count())
        })
    })?;
    add("rare in group", seconds);

    for share in [10, 50] {
        let people = group(dataset, tasks, share)?;
        for (what, full) in [("ac_an", false), ("full counts", true)] {
            let seconds = timed(tasks.large.len(), || {
                tasks.large.iter().try_fold(0, |sum, window| {
                    Ok(sum + count_rows(dataset, &window.region(), &people, full)?)
                })
            })?;
            add(&format!("{what} {share}"), seconds);
        }
    }

    let groups = tasks.strata.iter().map(|people| group_of(dataset, people));
    let groups = groups.collect::<Result<Vec<Group>>>()?;
    let seconds = timed(tasks.grouped().len(), || {
        tasks.grouped().iter().try_fold(0, |sum, window| {
            Ok(sum + count_in_groups(dataset, &window.region(), &groups)?)
        })
    })?;
    add("by groups", seconds);

    let mut cells = vec![0; MATRIX_CELLS.max(tasks.people as usize)];
    let seconds = timed(tasks.matrix().len(), || {
        tasks.matrix().iter().try_fold(0, |sum, window| {
            Ok(sum + matrix(dataset, &window.region(), &mut cells)?)
        })
    })?;
    add("matrix", seconds);

    let everybody = dataset.all()?;
    add(
        "every ac",
        timed(1, || count_rows(dataset, "all", &everybody, false))?,
    );

    let question = "carriers(22:16,000,000-17,000,000 & type:snv & (af<0.01 | n_hom>0), at_least: 2) & !samples(HG00096)";
    let seconds = timed(1_000, || {
        for _ in 0..1_000 {
            black_box(black_box(question).parse::<GroupExpr>()?);
        }
        Ok(0)
    })?;
    add("parse", seconds);
    if let Some((_, sites)) = tasks.points.first() {
        let texts: Vec<String> = sites
            .iter()
            .map(|site| format!("carriers({})", site.expression()))
            .collect();
        let seconds = timed(texts.len(), || {
            texts
                .iter()
                .try_fold(0, |sum, text| Ok(sum + dataset.ask(text.as_str())?.count()))
        })?;
        add("ask allele", seconds);
    }
    Ok(())
}

/// Cells of a matrix that are in memory at a time; `pgenlib_peer.py` has as many.
const MATRIX_CELLS: usize = 64_000_000;

/// Dosages of everybody, row after row, from the first cell again where there is no more room.
fn matrix(dataset: &View, of: &str, cells: &mut [i8]) -> Result<u64> {
    let mut dosages = dataset.dosages(None)?;
    let mut variants = dataset.variants(of)?;
    let (width, mut at, mut rows) = (dataset.sample_count() as usize, 0, 0);
    while let Some(mut variant) = variants.next()? {
        if at + width > cells.len() {
            at = 0;
        }
        if let Some(row) = cells.get_mut(at..at + width) {
            variant.dosages(&mut dosages, row)?;
        }
        at += width;
        rows += 1;
    }
    black_box(cells);
    Ok(rows)
}

fn group(dataset: &View, tasks: &Tasks, share: usize) -> Result<Group> {
    let file = tasks.group(share)?.file.display().to_string();
    Ok(dataset.ask(format!("samples(@\"{file}\")").as_str())?)
}

fn carriers_of(dataset: &View, site: &Site) -> Result<u64> {
    let allele = dataset.allele(
        &site.contig,
        site.position,
        &site.reference,
        &site.alternate,
    )?;
    let mut found = 0;
    if let Some(allele) = allele {
        allele.carriers(|carrier| {
            black_box(carrier.sample);
            found += 1;
        })?;
    }
    Ok(found)
}

fn count_rows(dataset: &View, of: &str, group: &Group, full: bool) -> Result<u64> {
    let mut variants = dataset.variants_in(of, group)?;
    let mut sum = 0;
    while let Some(mut variant) = variants.next()? {
        sum += match full {
            true => variant.counts()?.n_hom,
            false => variant.ac_an()?.0,
        };
    }
    Ok(sum)
}
