//! Files of alleles, ids, genes and regions: what they pick is what their lines pick, each asked for alone.

use crate::common::Folder;
use crate::meaning::choices::Choices;
use crate::meaning::expression::VariantExpr;
use crate::meaning::generate::{Asking, Kinds, seeds};
use crate::meaning::{Cohort, World};
use proptest::prelude::*;
use std::collections::HashMap;
use varidex::{Error, FileLoader, LocalFiles, Query, Result, View};

/// Files by name.
#[derive(Debug, Default)]
struct Files(HashMap<&'static str, String>, bool);

impl FileLoader for Files {
    fn load(&self, name: &str) -> Result<Vec<u8>> {
        Ok(self.0[name].clone().into_bytes())
    }

    fn may_show(&self) -> bool {
        self.1
    }
}

fn with(dataset: &View, files: &[(&'static str, String)]) -> View {
    let files = Files(files.iter().cloned().collect(), true);
    dataset.dataset().clone().with_loader(files).view()
}

/// All that is shown of variants.
fn rows(view: &View, of: &str) -> Result<Vec<String>> {
    let mut variants = view.variants(of)?;
    let mut all = Vec::new();
    while let Some(mut variant) = variants.next()? {
        let contig = variant.contig().to_owned();
        let position = variant.position()?.one_based();
        let alleles = variant.alleles()?;
        let alleles = (alleles.0.to_vec(), alleles.1.to_vec());
        let counts = variant.counts()?;
        all.push(format!("{contig} {position} {alleles:?} {counts:?}"));
    }
    Ok(all)
}

/// What a file picks, alone and among others, against what its lines pick.
fn same(view: &View, file: &str, apart: &str) -> Result<(), TestCaseError> {
    for (file, apart) in [
        (file.to_owned(), apart.to_owned()),
        (format!("!{file} & ac>1"), format!("!({apart}) & ac>1")),
        (
            format!("{file} & type:snv"),
            format!("({apart}) & type:snv"),
        ),
        (format!("ac=1 | {file}"), format!("ac=1 | {apart}")),
    ] {
        let expected = rows(view, &apart).unwrap();
        prop_assert_eq!(rows(view, &file).unwrap(), expected, "{} {}", file, apart);
    }
    let carriers = |of: &str| view.ask(&format!("carriers({of}, at_least: 2)"));
    let expected = carriers(apart).unwrap();
    prop_assert!(carriers(file).unwrap() == expected, "{} {}", file, apart);
    Ok(())
}

fn check_alleles(world: &World, stream: &[Vec<u16>]) -> Result<(), TestCaseError> {
    let cohort = Cohort::new(world);
    let folder = Folder::new();
    let dataset = world.build(&folder);
    let asking = Asking {
        cohort: &cohort,
        people: false,
        spelled: true,
    };
    let (mut texts, mut atoms) = (Vec::new(), Vec::new());
    for stream in stream {
        let allele = asking.allele(&mut Choices::new(stream));
        if let Some(of @ VariantExpr::Allele(..)) = &allele
            && !cohort.refuses(of)
            && let VariantExpr::Allele(text, ..) = of
        {
            texts.push(text.clone());
            atoms.push(of.text());
        }
    }
    if atoms.is_empty() {
        return Ok(());
    }
    let file = format!("# alleles\n\n{}\n", texts.join("\n"));
    let view = with(&dataset, &[("f", file)]);
    same(&view, "alleles(@f)", &atoms.join(" | "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn alleles_of_a_file_are_each_of_them(seeds in seeds(8, 0, 12)) {
        let kinds = Kinds { spelled: true, ..Kinds::default() };
        check_alleles(&seeds.world(kinds), &seeds.expressions)?;
    }

    #[test]
    fn records_ids_and_genes_of_files_are_each_of_them(seeds in seeds(10, 0, 4)) {
        let world = seeds.world(Kinds::default());
        let cohort = Cohort::new(&world);
        let folder = Folder::new();
        let dataset = world.build(&folder);
        let mut choices = Choices::new(seeds.expressions.first().map_or(&[][..], Vec::as_slice));
        let mut vcf = String::from("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\n");
        let (mut atoms, mut ids) = (Vec::new(), Vec::new());
        for &row in &cohort.rows {
            let record = cohort.record(row);
            ids.extend(record.ids.iter().filter(|_| choices.once_in(2)).cloned());
            let Some(alternate) = cohort.alternate(row) else { continue };
            if alternate.starts_with('<') || choices.once_in(3) {
                continue;
            }
            let (contig, position, reference) = (&record.contig, record.position, &record.reference);
            let atom = format!("allele(\"{contig}:{position}:{reference}:{alternate}\")");
            if view_refuses(&dataset, &atom) {
                continue;
            }
            atoms.push(atom);
            vcf += &format!("{contig}\t{position}\t.\t{reference}\t{alternate}\t.\t.\t.\n");
        }
        vcf += "chrNone\t5\t.\tA\tG\t.\t.\t.\n";
        ids.push("nothing".to_owned());
        let genes = ["AAA", "bbb", "CCC"].into_iter();
        let genes: Vec<&str> = genes.filter(|gene| !view_refuses(&dataset, &format!("gene:{gene}"))).collect();
        let files = [("a.vcf", vcf), ("i", ids.join("\n")), ("g", genes.join("\n"))];
        let view = with(&dataset, &files);
        if !atoms.is_empty() {
            same(&view, "alleles(@a.vcf)", &atoms.join(" | "))?;
            let notes = view.notes_on(&Query::new("alleles(@a.vcf)").unwrap()).unwrap();
            prop_assert_eq!(&notes, &["a.vcf: left out 1 allele of contigs that are not here: chrNone"]);
        }
        let of_ids: Vec<String> = ids.iter().map(|id| format!("id:\"{id}\"")).collect();
        same(&view, "ids(@i)", &of_ids.join(" | "))?;
        same(&view, &format!("({})", of_ids.join(" | ")), &format!("id:({})", ids.join(", ")))?;
        if !genes.is_empty() {
            same(&view, "genes(@g)", &format!("gene:({})", genes.join(", ")))?;
        }
    }
}

fn view_refuses(view: &View, of: &str) -> bool {
    rows(view, of).is_err()
}

/// A cohort of one contig, with gene models, and a contig without variants.
fn small() -> (Folder, View) {
    let folder = Folder::new();
    let mut text =
        String::from("##fileformat=VCFv4.3\n##contig=<ID=chr1,length=1000>\n##contig=<ID=chr2>\n");
    text += "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n";
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS0\tS1\n";
    text += "chr1\t10\trs1\tT\tC\t.\tPASS\t.\tGT\t0|1\t0|0\n";
    text += "chr1\t20\trs2\tAC\tA\t.\tq10\t.\tGT\t0|1\t1|1\n";
    let options = crate::common::options();
    let view = folder.dataset(&text, &options);
    (folder, view)
}

/// What a file has that is not here is reported, and what is wrong has its line.
#[test]
fn what_files_have_that_is_not_here() {
    let (_folder, dataset) = small();
    let bed =
        "chr4_GL000008v2_random\t1\t5\nchr1\t0\t15\nchr4_GL000008v2_random\t7\t9\nchrUn_1\t1\t2\n";
    let files = [
        ("f.bed", bed.to_owned()),
        ("none.bed", "chr9\t1\t5\n".to_owned()),
        ("a", "chr1:10:T:C\nrs2\n".to_owned()),
        ("b", "chr1:10T>C\n chr1-20-AC-A \nchr9:5:A:G\n".to_owned()),
        ("c", "BCF\u{2}".to_owned()),
        ("d", "##fileformat=VCFv4.2\nchr1\tten\t.\tA\tG\n".to_owned()),
        ("g", "NOPE\n".to_owned()),
    ];
    let view = with(&dataset, &files);
    let note =
        "f.bed: left out 3 regions of contigs that are not here: chr4_GL000008v2_random, chrUn_1";
    for question in [
        "regions(@f.bed)",
        "begins(@f.bed)",
        "within(@f.bed)",
        "af(carriers(regions(@f.bed)))>0.4 & pos=10",
    ] {
        assert_eq!(rows(&view, question).unwrap().len(), 1, "{question}");
        assert_eq!(
            view.notes_on(&Query::new(question).unwrap()).unwrap(),
            [note],
            "{question}"
        );
    }
    let group = view
        .ask("carriers(regions(@f.bed)) | carriers(regions(@f.bed), hom)")
        .unwrap();
    assert_eq!(group.hints(), [note]);
    assert_eq!(
        view.plan("carriers(regions(@f.bed))").unwrap().notes(),
        [note]
    );
    assert_eq!(rows(&view, "alleles(@b)").unwrap().len(), 2);
    let refused = |of: &str| rows(&view, of).unwrap_err().to_string();
    for (question, why) in [
        (
            "regions(@none.bed)",
            "none.bed:1: expected contigs of the dataset, of which this file has none, found \"chr9\"",
        ),
        (
            "alleles(@a)",
            "a:2: expected an allele, as 22:16050075:A:G, found \"rs2\": `ids(@a)` takes ids",
        ),
        (
            "alleles(@c)",
            "c:1: expected alleles, one a line, or a VCF, found a BCF: `bcftools view` makes a VCF of it",
        ),
        (
            "alleles(@d)",
            "d:2: expected CHROM, POS, ID, REF and ALT of a VCF, between tabs, found \"chr1\\tten\\t.\\tA\\tG\"",
        ),
        ("genes(@g)", "no genes are known here"),
    ] {
        let error = refused(question);
        assert!(error.starts_with(why), "{question}: {error}");
    }
    // strangers are shown nothing of a file
    let hidden = Files(files.iter().cloned().collect(), false);
    let hidden = dataset.dataset().clone().with_loader(hidden).view();
    let error = rows(&hidden, "alleles(@a)").unwrap_err().to_string();
    assert!(!error.contains("rs2"), "{error}");
    let notes = hidden
        .notes_on(&Query::new("regions(@f.bed)").unwrap())
        .unwrap();
    assert_eq!(
        notes,
        ["f.bed: left out 3 regions of contigs that are not here"]
    );
    // and without a loader nothing is read
    for question in ["alleles(@a)", "ids(@a)", "genes(@a)", "begins(@a)"] {
        let error = rows(&dataset, question).unwrap_err().to_string();
        assert!(
            error.starts_with("`@` marks a file, and no files are read here"),
            "{error}"
        );
    }
    let local = dataset
        .dataset()
        .clone()
        .with_loader(LocalFiles::new())
        .view();
    let error = rows(&local, "ids(@-)").unwrap_err().to_string();
    assert!(error.contains("standard input"), "{error}");
}

/// An answer of nothing says what is at the place instead, and where the contig ends.
#[test]
fn notes_on_what_is_not_there() {
    let (_folder, view) = small();
    let notes = |of: &str| view.notes_on(&Query::new(of).unwrap()).unwrap();
    for (question, note) in [
        (
            "chr1:10:T:G",
            "`chr1:10:T:G` is not here: at this place there is T>C",
        ),
        (
            "chr1:10:A:G",
            "`chr1:10:A:G` is not here: at this place there is T>C, of another REF",
        ),
        (
            "chr1:10 T>A & ac>0",
            "`chr1:10 T>A` is not here: at this place there is T>C",
        ),
        (
            "chr1:1001:A:G",
            "`chr1:1001:A:G` lies behind the end of contig chr1 (1,000 bases)",
        ),
        (
            "!chr1:2000-3000",
            "`chr1:2000-3000` lies behind the end of contig chr1 (1,000 bases)",
        ),
        ("chr2", "`chr2`: there is no variant of contig chr2 here"),
        (
            "2:5:A:G",
            "`2:5:A:G`: there is no variant of contig chr2 here",
        ),
    ] {
        assert_eq!(notes(question), [note], "{question}");
    }
    for question in [
        "chr1:10:T:C",
        "chr1:500:A:G",
        "chr1:1000",
        "rs1",
        "chr1",
        "all",
        "chr1:20:AC:A",
    ] {
        assert_eq!(notes(question), [""; 0], "{question}");
    }
    assert_eq!(view.ask("carriers(chr1:10:T:G)").unwrap().hints().len(), 1);
    assert!(
        view.ask("carriers(chr1:10:T:C)")
            .unwrap()
            .hints()
            .is_empty()
    );
}

/// The atom that fits is proposed.
#[test]
fn bare_words_propose_what_they_may_be() {
    let (folder, _) = small();
    let genes = folder.write("genes.bed", "chr1\t0\t15\tRYR1\n");
    let input = folder.path("input.vcf");
    let options = varidex::BuildOptions {
        genes: vec![genes],
        replace: true,
        ..crate::common::options()
    };
    let to = folder.path("genes.vdx");
    crate::common::build(&[input], &to, &options).unwrap();
    let view = varidex::Dataset::open(to).unwrap().view();
    let of_variants = |of: &str| match rows(&view, of) {
        Err(Error::Expression(error)) => error.candidates,
        other => panic!("{of}: {other:?}"),
    };
    assert_eq!(of_variants("RYR1"), ["gene:RYR1"]);
    assert_eq!(of_variants("snv & ac>0"), ["type:snv"]);
    assert_eq!(of_variants("PASS"), ["filter:PASS"]);
    assert_eq!(of_variants("S0"), ["ac(samples(S0))>0"]);
    let of_people = |who: &str| match view.ask(who) {
        Err(Error::Expression(error)) => error.candidates,
        other => panic!("{who}: {other:?}"),
    };
    assert_eq!(of_people("S1"), ["samples(S1)"]);
    assert_eq!(of_people("RYR1"), ["carriers(gene:RYR1)"]);
    assert_eq!(of_people("rs1"), ["carriers(rs1)"]);
    assert_eq!(of_people("chr1 | S1"), ["carriers(chr1)"]);
    assert_eq!(of_people("female"), ["sex:female"]);
    assert_eq!(of_people("HP_0001083"), ["HP:0001083"]);
    assert_eq!(of_people("carriers(RYR1)"), ["gene:RYR1"]);
    assert_eq!(of_people("nobody"), ["samples(nobody)", "carriers(nobody)"]);
    assert_eq!(
        of_people("samples(\"nofile.txt\")"),
        ["samples(@nofile.txt)"]
    );
    assert_eq!(
        of_people("samples(\"lists/my ids\")"),
        ["samples(@\"lists/my ids\")"]
    );
}
