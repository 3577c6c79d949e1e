//! What a cohort has in a gene: `gene DATASET GENE`. The book's tutorial for tool builders explains it.

// ANCHOR: use
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use varidex::{Dataset, GroupExpr, Impact, PairPhase, Query, RowToken, Scope, VariantExpr, View};

type Done = Result<(), Box<dyn Error>>;
// ANCHOR_END: use

// ANCHOR: which
/// Variants that may matter. The gene's name comes from outside: as a value it
/// cannot become anything else.
fn damaging(gene: &str) -> VariantExpr {
    VariantExpr::gene(gene)
        & VariantExpr::impact_at_least(Impact::High)
        & VariantExpr::af().lt(0.01)
}
// ANCHOR_END: which

// ANCHOR: counts
/// Each variant with its counts in everybody and by sex.
fn counts(view: &View, gene: &str, to: &mut impl Write) -> Done {
    let by = view.groups_by(&view.by(&["sex"])?, None)?;
    let (values, groups): (Vec<_>, Vec<_>) = by.into_iter().unzip();
    let mut variants = view.variants_by(damaging(gene), &groups)?;
    while let Some(mut variant) = variants.next()? {
        let place = variant.position()?.one_based();
        let (reference, alternate) = variant.alleles()?;
        let alleles = [reference, alternate]
            .map(String::from_utf8_lossy)
            .join(">");
        write!(to, "{}:{place} {alleles}", variant.contig())?;
        let all = variant.counts()?;
        write!(to, ", {} of {}", all.ac, known(all.an))?;
        for (number, value) in values.iter().enumerate() {
            let counts = variant.counts_of(number)?;
            let sex = value[0].as_deref().unwrap_or("not known");
            write!(to, ", {sex} {} of {}", counts.ac, known(counts.an))?;
        }
        writeln!(to)?;
    }
    Ok(())
}

/// AN is not known where somebody was not looked at. That is not 0.
fn known(an: Option<u64>) -> String {
    an.map_or_else(|| "?".to_owned(), |an| an.to_string())
}
// ANCHOR_END: counts

// ANCHOR: people
/// Who has what: carriers with a disease, and who has two such variants.
fn people(view: &View, gene: &str, to: &mut impl Write) -> Done {
    let carriers = view.ask(GroupExpr::carriers(damaging(gene)))?;
    let sick = view.ask(GroupExpr::term_as(Scope::Disease, "COVID-19"))?;
    let both = carriers.intersection(&sick)?;
    writeln!(
        to,
        "{} carriers, {} with COVID-19",
        carriers.count(),
        both.count()
    )?;

    for pair in view.compound_pairs(&Query::new(damaging(gene))?)? {
        let pair = pair?;
        let sample = view.sample_name(pair.sample)?;
        let phase = match pair.phase {
            PairPhase::Trans => "on different copies",
            _ => "copies not known",
        };
        let places = [&pair.first, &pair.second].map(|one| one.position.one_based());
        writeln!(to, "{sample}: {} and {}, {phase}", places[0], places[1])?;
    }
    Ok(())
}
// ANCHOR_END: people

// ANCHOR: pages
/// A page of two rows, and the token of the next, for a link to it.
fn page(
    view: &View,
    gene: &str,
    token: Option<&str>,
    to: &mut impl Write,
) -> Result<String, Box<dyn Error>> {
    let token: Option<RowToken> = token.map(str::parse).transpose()?;
    let mut rows = view.scan(&Query::new(damaging(gene))?.after(token).limit(2))?;
    while let Some(place) = rows.next(|variant| Ok(variant.position()?.one_based()))? {
        write!(to, "{place} ")?;
    }
    writeln!(to)?;
    Ok(rows.token().to_string())
}
// ANCHOR_END: pages

// ANCHOR: main
/// All of it.
pub(crate) fn report(dataset: &Path, gene: &str, to: &mut impl Write) -> Done {
    let view = Dataset::open(dataset)?.view();
    counts(&view, gene, to)?;
    people(&view, gene, to)?;
    let next = page(&view, gene, None, to)?;
    page(&view, gene, Some(&next), to)?;
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dataset, gene] = arguments.as_slice() else {
        eprintln!("usage: gene DATASET GENE");
        return ExitCode::from(2);
    };
    match report(dataset.as_ref(), gene, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // what `{error:?}` prints is for programmers; this is for users
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
// ANCHOR_END: main
