//! What the index is for: a few commands as a user would type them, and what they answer.

use super::truth::Allele;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::table::print;
use clap::Parser;
use std::path::Path;
use varidex::View;

/// People of whom something like this disease is recorded, and who carry a variant of this gene.
const GENE: &str = "RYR1";
const DISEASE: &str = "congenital myasthenic syndrome";

/// Asks a few questions with the program's own commands, and shows each command before its answer.
pub(super) fn commands(
    view: &View,
    dataset: &Path,
    contig: &str,
    alleles: &[Allele],
) -> Result<(), Failure> {
    let dataset = dataset.display().to_string();
    let find = |test: fn(&Allele) -> bool| {
        let found = alleles.iter().find(|allele| test(allele))?;
        let Allele {
            position,
            reference,
            alternate,
            ..
        } = found;
        Some(format!("{contig}:{position}:{reference}:{alternate}"))
    };
    if let Some(rare) = find(|a| (2..=6).contains(&a.everybody[0]) && a.is_short()) {
        print("\nwho carries a rare allele\n")?;
        run(&["carriers", &dataset, &rare])?;
    }
    if let Some(common) = find(|a| (0.05..0.4).contains(&a.frequency()) && a.is_short()) {
        print("\nhow frequent an allele is, in everybody and in each population\n")?;
        run(&["frequencies", &dataset, &common, "--by", "population"])?;
    }
    let who = format!("carriers(gene:{GENE}) & similar(\"{DISEASE}\")");
    let group = view.ask(who.as_str())?;
    let ranked = group.ranked()?;
    let Some(&(first, _)) = ranked.first() else {
        return Ok(());
    };
    print("\npeople with a variant in a gene and phenotypes like those of a disease\n")?;
    run(&["ask", &dataset, &who, "--ids", "--top", "3"])?;
    print("\nand what the first of them carries there\n")?;
    let of = format!("gene:{GENE}");
    let only = format!("individuals(\"{first}\")");
    run(&[
        "carriers", &dataset, &of, "--group", &only, "--limit", "3", "-q",
    ])?;
    run(&["individual", &dataset, first, "-q"])
}

/// Says what to type next.
pub(super) fn next(dataset: &Path) -> Result<(), Failure> {
    let dataset = dataset.display();
    print(&format!(
        "\nnow it is yours: {dataset}\n  \
         varidex info {dataset}\n  \
         varidex people {dataset}\n  \
         varidex terms {dataset} weakness\n  \
         varidex variants {dataset} 'gene:{GENE} & impact>=high' --limit 5\n  \
         varidex ask {dataset} 'carriers(gene:TLR7) & disease:\"COVID-19\"' --explain\n  \
         varidex help\n"
    ))
}

/// Shows a command, and runs it as if it had been typed.
fn run(arguments: &[&str]) -> Result<(), Failure> {
    let quoted = arguments.iter().filter(|text| **text != "-q").map(|text| {
        match text.contains(|c: char| !c.is_ascii_alphanumeric() && !"-_./:,".contains(c)) {
            true => format!("'{text}'"),
            false => (*text).to_owned(),
        }
    });
    let quoted: Vec<String> = quoted.collect();
    print(&format!("$ varidex {}\n", quoted.join(" ")))?;
    let typed = std::iter::once("varidex").chain(arguments.iter().copied());
    match Arguments::try_parse_from(typed) {
        Ok(arguments) => super::super::run(arguments),
        Err(error) => Err(varidex::Error::Usage(error.to_string()).into()),
    }
}
