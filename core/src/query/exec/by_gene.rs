//! Who carries variants of each gene, from the rows: what stored sets are made of.

use super::carriers::CarrierSet;
use super::counts::Counting;
use super::filter::EVERYBODY;
use super::run;
use super::walk::Walk;
use crate::cohort::View;
use crate::error::Result;
use crate::query::expr::{Comparison, Node, Number, VariantAtom, VariantExpr};
use crate::query::plan::admit::admit;
use crate::query::plan::bind::Binder;
use crate::query::plan::entries::LocalTests;
use crate::query::plan::test::Test;
use crate::set::SampleSet;
use crate::stop::check_stop;
use crate::store::gene_carriers::{Carried, Class, GeneCarriers, Least, RARE};
use crate::store::genes::Genes;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Genes between two looks whether to stop.
const AT_ONCE: usize = 64;

/// Of which variants the stored sets of rare ones are: those that `af<0.01` picks.
const RARE_TEST: (Number, Comparison, f64) = (Number::Af, Comparison::Less, RARE);

/// Calls `each` with the carriers of every gene's variants, from the rows, and with how many genes were
/// looked at. The pool's threads share the work.
pub(crate) fn carried_by_gene(
    view: &View,
    pool: Option<&rayon::ThreadPool>,
    each: &mut dyn FnMut(Carried, u64) -> Result<()>,
) -> Result<()> {
    let genes = match view.manifest().annotations.is_some() {
        true => annotated_names(view)?,
        false => modelled_names(view)?,
    };
    let mut counting = Counting::new(view, None);
    for (done, some) in (0u64..).step_by(AT_ONCE).zip(genes.chunks(AT_ONCE)) {
        check_stop()?;
        let new = || Counting::new(view, None);
        let found: Result<Vec<Option<Carried>>> = match pool {
            Some(pool) => pool.install(|| {
                let each = some.par_iter();
                let each = each.map_init(new, |counting, of| gene(view, of, counting));
                each.collect()
            }),
            None => some
                .iter()
                .map(|of| gene(view, of, &mut counting))
                .collect(),
        };
        for carried in found?.into_iter().flatten() {
            each(carried, done)?;
        }
    }
    Ok(())
}

/// The carriers of a gene's variants; `None` where there is no variant. Genes that follow each other
/// share what is counted with.
fn gene<'a>(
    view: &'a View,
    names: &BTreeSet<String>,
    counting: &mut Counting<'a>,
) -> Result<Option<Carried>> {
    let Some(name) = names.first() else {
        return Ok(None);
    };
    let question = VariantExpr(Node::built(VariantAtom::Gene(name.clone())));
    let plan = Binder::new(view, "").variants(&question)?;
    let question = run::variants(view, admit(view, plan)?)?;
    let entries = match &question.test {
        Node::Atom(atom) => match &atom.kind {
            Test::Entry(test) => Some(Arc::clone(test)),
            _ => None,
        },
        _ => None,
    };
    let mut walk = Walk::new(view, question)?;
    let parts = walk.part_count();
    // numbers of genes are those of a segment, and so is what was looked up of them
    let mut of_parts: Vec<LocalTests> = (0..parts).map(|_| LocalTests::default()).collect();
    // each variant is of the narrowest class that it fits
    let narrowest: Vec<Class> = Class::all().collect();
    let mut hits: Vec<_> = (0..narrowest.len())
        .map(|_| CarrierSet::new(view, parts, None, None, None))
        .collect();
    let mut counts = vec![0u64; narrowest.len()];
    while walk.step()? {
        counting.begin(walk.place());
        let mut impact = None;
        for &row in walk.rows() {
            let Some((_, segment)) = walk.part(row) else {
                continue;
            };
            if let (Some(test), Some(looked_up)) = (&entries, of_parts.get_mut(row.part)) {
                impact = impact.max(looked_up.highest_impact(segment, test, row.row)?);
            }
        }
        let of = Class {
            rare: counting.holds(EVERYBODY, walk.rows_of(), RARE_TEST)?,
            least: match impact {
                Some(3) => Least::High,
                Some(2) => Least::Moderate,
                _ => Least::Any,
            },
        };
        let at = narrowest.iter().position(|class| *class == of).unwrap_or(0);
        if let (Some(hits), Some(count)) = (hits.get_mut(at), counts.get_mut(at)) {
            *count += 1;
            for &row in walk.rows() {
                if let Some((_, segment)) = walk.part(row) {
                    hits.add(row.part, segment, row.row)?;
                }
            }
        }
    }
    if counts.iter().all(|count| *count == 0) {
        return Ok(None);
    }
    let mut found = Vec::new();
    for (hits, count) in hits.into_iter().zip(counts) {
        found.push((count, hits.finish()?));
    }
    let classes = Class::all().map(|class| {
        let mut all = (0, SampleSet::new());
        for (of, (count, samples)) in narrowest.iter().zip(&found) {
            if of.wider().any(|wide| wide == class) {
                all = (all.0 + count, all.1.union(samples));
            }
        }
        all
    });
    Ok(Some(Carried {
        names: names.clone(),
        classes: classes.collect(),
    }))
}

/// Whether a gene can be asked for by a name.
fn is_askable(name: &str) -> bool {
    !name.is_empty() && name.trim() == name
}

/// The names of genes by position, in lower case: those that mean one gene.
fn modelled_names(view: &View) -> Result<Vec<BTreeSet<String>>> {
    let mut all = Vec::new();
    let Some(genes) = view.genes() else {
        return Ok(all);
    };
    let (known, meant) = names_and_meanings(genes)?;
    for (number, names) in (0u32..).zip(known) {
        // a name of several genes is none to ask by
        let names = names.into_iter();
        let names = names.filter(|name| is_askable(name) && meant.get(name) == Some(&Some(number)));
        all.push(names.collect());
    }
    Ok(all)
}

/// The names of each gene, and of each name the gene that [`Genes::find`] finds, if it is one: the one with
/// this symbol, or else with this alias or id. Each gene is read once.
#[expect(
    clippy::type_complexity,
    reason = "two lists, of which the second is looked up"
)]
fn names_and_meanings(genes: &Genes) -> Result<(Vec<Vec<String>>, HashMap<String, Option<u32>>)> {
    let mut all = Vec::new();
    let mut by_symbol = HashMap::<String, Option<u32>>::new();
    let mut others = HashMap::<String, Option<u32>>::new();
    for number in 0..genes.len() {
        let gene = genes.gene(number)?;
        let symbol = gene.symbol.to_lowercase();
        let names: Vec<String> = gene.names().into_iter().collect();
        for name in names.iter().filter(|name| **name != symbol) {
            let found = others.entry(name.clone());
            found.and_modify(|of| *of = None).or_insert(Some(number));
        }
        let found = by_symbol.entry(symbol);
        found.and_modify(|of| *of = None).or_insert(Some(number));
        all.push(names);
    }
    others.extend(by_symbol);
    Ok((all, others))
}

/// The names of annotated genes, in lower case: names that mean the same genes stand together.
fn annotated_names(view: &View) -> Result<Vec<BTreeSet<String>>> {
    // a gene is its number in a part
    let mut meant = BTreeMap::<String, BTreeSet<(usize, u32)>>::new();
    for (index, part) in view.parts().iter().enumerate() {
        let segment = view.segment(part)?;
        let Some(annotations) = segment.annotations() else {
            continue;
        };
        for (number, gene) in (0u32..).zip(annotations.all_genes(segment.file())?) {
            for name in gene.all() {
                meant.entry(name).or_default().insert((index, number));
            }
        }
    }
    // a gene that is not annotated by a name may be by another of its names
    let mut others = Vec::new();
    if let Some(genes) = view.genes() {
        let (known, found) = names_and_meanings(genes)?;
        for (number, names) in (0u32..).zip(known) {
            let all: BTreeSet<(usize, u32)> = names
                .iter()
                .filter_map(|name| meant.get(name))
                .flatten()
                .copied()
                .collect();
            for name in names {
                if !all.is_empty()
                    && !meant.contains_key(&name)
                    && found.get(&name) == Some(&Some(number))
                {
                    others.push((name, all.clone()));
                }
            }
        }
    }
    meant.extend(others);
    meant.retain(|name, _| is_askable(name));
    let mut together = BTreeMap::<BTreeSet<(usize, u32)>, BTreeSet<String>>::new();
    for (name, genes) in meant {
        together.entry(genes).or_default().insert(name);
    }
    Ok(together.into_values().collect())
}

impl View {
    /// Checks that the carriers stored by gene are those of the rows.
    pub(crate) fn verify_gene_carriers(&self, stored: &GeneCarriers) -> Result<()> {
        let mut check = stored.check()?;
        carried_by_gene(self, None, &mut |gene, _| check.gene(&gene))?;
        check.finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use crate::BuildOptions;
    use crate::cohort::Dataset;
    use crate::error::Error;
    use crate::format::Folder;
    use crate::maintain::build;
    use crate::store::Manifest;
    use std::fmt::Write;
    use std::path::Path;
    use varidex_simulate::{Options, simulate};

    /// What stands behind a gene, whether the stored sets are its answer, and what is asked beside.
    const ASKED: [(&str, bool, &str); 14] = [
        ("", true, ""),
        (" & af<0.01", true, ""),
        (" & af<0.005", false, ""),
        (" & af<=0.01", false, ""),
        (" & af>0.01", false, ""),
        (" & type:snv", false, ""),
        ("", false, ", het"),
        (" & af<0.01", false, ", at_least: 2"),
        (" & impact>=moderate", true, ""),
        (" & impact:high & af<0.01", true, ""),
        (" & impact>=low & af<0.01", false, ""),
        (" & impact:moderate", false, ""),
        (" & consequence:missense_variant", false, ""),
        (" & (impact:high | af<0.001)", false, ""),
    ];

    /// Asks a dataset with its stored sets and without, about each gene under each of its names.
    fn compare(path: &Path, names: &[&str], annotated: bool) {
        let dataset = Dataset::open(path).unwrap().view();
        dataset.dataset().verify().unwrap();
        assert!(dataset.gene_carriers().is_some());
        let without = Manifest {
            carriers: None,
            ..dataset.manifest().clone()
        };
        let without = Dataset::open_state(&Folder::on_disk(path), without)
            .unwrap()
            .view();
        let mut found = 0;
        for name in names {
            for (beside, answered, option) in ASKED {
                if !annotated && (beside.contains("impact") || beside.contains("consequence")) {
                    continue;
                }
                let question = format!("carriers(gene:\"{name}\"{beside}{option})");
                let expected = without.ask(&*question).unwrap();
                let explained = dataset.explain(&*question).unwrap();
                assert_eq!(explained.individuals, expected.count(), "{question}");
                let stored = dataset.ask(&*question).unwrap();
                assert_eq!(stored.samples(), expected.samples(), "{question}");
                // of those who are left something else is rare
                let left = [&dataset, &without].map(|all| {
                    let some = (0..all.universe()).filter(|sample| sample % 3 > 0);
                    let view = all.without(some.collect()).unwrap();
                    view.ask(&*question).unwrap().samples().clone()
                });
                assert_eq!(left[0], left[1], "{question}");
                let text = explained.to_string();
                assert_eq!(text.contains("no row is read"), answered, "{text}");
                found += expected.count();
            }
        }
        assert!(found > 100, "{found}");
    }

    #[test]
    fn stored_carriers_answer_as_the_rows_do() {
        let place = tempfile::tempdir().unwrap();
        let options = Options {
            samples: 400,
            variants: 1_500,
            people: true,
            annotations: true,
            ..Options::default()
        };
        let cohort = simulate(&options, place.path(), &mut |_, _| true).unwrap();
        let to = place.path().join("cohort.vdx");
        let options = BuildOptions {
            genes: vec![place.path().join("genes.gff3.gz")],
            ..BuildOptions::default()
        };
        build(&[&cohort.genotypes], &to, &options, &mut |_| true).unwrap();
        compare(&to, &["PTEN", "ryr1", "BRAF", "TLR7"], true);
    }

    /// A gene has another number in each segment.
    #[test]
    fn stored_carriers_are_of_all_segments() {
        let place = tempfile::tempdir().unwrap();
        let said = [
            &["AAA|LOW", "BBB|HIGH", "CCC|MODERATE"][..],
            &[
                "ZZZ|LOW",
                "CCC|HIGH",
                "BBB|LOW",
                "AAA|MODERATE",
                "BBB|MODERATE",
            ],
        ];
        let mut inputs = Vec::new();
        for (contig, said) in (1..).zip(said) {
            let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=1>\n##contig=<ID=2>\n\
                ##INFO=<ID=CSQ,Number=.,Type=String,Description=\"VEP. Format: \
                Allele|Consequence|SYMBOL|IMPACT\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\t\
                INFO\tFORMAT"
                .to_owned();
            (0..300).for_each(|sample| write!(vcf, "\tS{sample}").unwrap());
            for (row, said) in (0u32..).zip(said.iter().cycle().take(40)) {
                write!(vcf, "\n{contig}\t{}\t.\tA\tC\t.\t.\t", 10 + row).unwrap();
                write!(vcf, "CSQ=C|missense_variant|{said}\tGT").unwrap();
                let every = if row % 3 == 0 { 20 } else { 150 };
                for sample in 0u32..300 {
                    let carries = (sample + 7 * row).is_multiple_of(every);
                    vcf.push_str(if carries { "\t0|1" } else { "\t0|0" });
                }
            }
            vcf.push('\n');
            let input = place.path().join(format!("{contig}.vcf"));
            std::fs::write(&input, vcf).unwrap();
            inputs.push(input);
        }
        // a name that the gene's model has, and its annotations do not
        let genes = place.path().join("genes.gff3");
        let model = "##gff-version 3\n1\t.\tgene\t11\t20\t.\t+\t.\tID=g;Name=AAA;Alias=OLD1\n";
        std::fs::write(&genes, model).unwrap();
        let to = place.path().join("cohort.vdx");
        let options = BuildOptions {
            genes: vec![genes],
            ..BuildOptions::default()
        };
        build(&inputs, &to, &options, &mut |_| true).unwrap();
        assert_eq!(Dataset::open(&to).unwrap().parts().len(), 2);
        compare(&to, &["AAA", "bbb", "CCC", "old1"], true);
    }

    /// Nobody can ask for ` B`: it ended the build once, or the genes that it stands with had the carriers
    /// of `B`.
    #[test]
    fn names_with_blanks_around_are_not_asked_by() {
        let place = tempfile::tempdir().unwrap();
        let input = place.path().join("in.vcf");
        let head = "##fileformat=VCFv4.3\n##contig=<ID=1>\n##INFO=<ID=CSQ,Number=.,Type=String,\
            Description=\"VEP. Format: Allele|Consequence|IMPACT|SYMBOL\">\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS0\tS1\n\
            1\t10\t.\tA\tC\t.\t.\tCSQ=C|fusion|HIGH|A& B\tGT\t0|1\t0|0\n";
        let other = "1\t20\t.\tA\tC\t.\t.\tCSQ=C|missense_variant|LOW|B\tGT\t0|0\t0|1\n";
        for (text, others) in [(head.to_owned(), 0), (format!("{head}{other}"), 1)] {
            std::fs::write(&input, text).unwrap();
            let to = place.path().join("out.vdx");
            let options = BuildOptions {
                replace: true,
                ..BuildOptions::default()
            };
            build(&[&input], &to, &options, &mut |_| true).unwrap();
            let dataset = Dataset::open(&to).unwrap().view();
            dataset.dataset().verify().unwrap();
            let carriers = |question| {
                let group = dataset.ask(question)?;
                Ok::<_, Error>(
                    group
                        .ids()?
                        .into_iter()
                        .map(str::to_owned)
                        .collect::<Vec<_>>(),
                )
            };
            assert_eq!(carriers("carriers(gene:A)").unwrap(), ["S0"]);
            let of_b = carriers("carriers(gene:B)").unwrap_or_default();
            assert_eq!(of_b, ["S1"][..others]);
        }
    }

    /// What is rare in one batch may be common in all.
    #[test]
    fn stored_carriers_are_of_all_batches() {
        let place = tempfile::tempdir().unwrap();
        let mut inputs = Vec::new();
        for batch in 0u32..2 {
            let mut vcf =
                "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\t\
                FILTER\tINFO\tFORMAT"
                    .to_owned();
            (0..150).for_each(|sample| write!(vcf, "\tS{batch}_{sample}").unwrap());
            for row in 0u32..60 {
                write!(vcf, "\n1\t{}\t.\tA\tC\t.\t.\t.\tGT", 10 + row * 10).unwrap();
                // of every third variant batch 0 has one carrier, and batch 1 has many
                let every = match (row % 3, batch) {
                    (0, 1) => 2,
                    (1, _) => 7,
                    _ => 150,
                };
                for sample in 0u32..150 {
                    let carries = (sample + row).is_multiple_of(every);
                    vcf.push_str(if carries { "\t0|1" } else { "\t0|0" });
                }
            }
            vcf.push('\n');
            let input = place.path().join(format!("{batch}.vcf"));
            std::fs::write(&input, vcf).unwrap();
            inputs.push(input);
        }
        let genes = place.path().join("genes.bed");
        std::fs::write(
            &genes,
            "1\t100\t200\tAAA\n1\t150\t420\tBBB\n1\t9000\t9100\tCCC\n",
        )
        .unwrap();
        let to = place.path().join("cohort.vdx");
        let options = BuildOptions {
            genes: vec![genes],
            ..BuildOptions::default()
        };
        build(&inputs, &to, &options, &mut |_| true).unwrap();
        compare(&to, &["AAA", "bbb"], false);
    }
}
