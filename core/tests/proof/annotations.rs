//! Annotations: every question about them, answered from the text of the VCF by its meaning.

use crate::common::{Folder, build, content, data, keeping, options, run};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use varidex::{Annotations, Annotator, BuildOptions, Dataset, Error, Impact};

const GENES: [&str; 4] = ["AAA1", "BBB2", "CCC3", ""];
const IMPACTS: [&str; 4] = ["MODIFIER", "LOW", "MODERATE", "HIGH"];
/// Consequences, and what they are.
const CONSEQUENCES: [(&str, &[&str]); 5] = [
    (
        "missense_variant",
        &[
            "missense_variant",
            "protein_altering_variant",
            "coding_sequence_variant",
        ],
    ),
    (
        "frameshift_variant",
        &[
            "frameshift_variant",
            "protein_altering_variant",
            "coding_sequence_variant",
        ],
    ),
    (
        "synonymous_variant",
        &["synonymous_variant", "coding_sequence_variant"],
    ),
    ("intron_variant", &["intron_variant"]),
    ("splice_region_variant", &["splice_region_variant"]),
];
const PROTEINS: [(&str, &str); 3] = [("Val600Glu", "V600E"), ("Arg97Ter", "R97*"), ("", "")];

/// What is said of one ALT.
#[derive(Debug, Clone)]
struct Entry {
    alt: usize,
    gene: &'static str,
    consequences: Vec<usize>,
    impact: usize,
    canonical: bool,
    mane: bool,
    protein: usize,
    transcript: u8,
}

fn entry() -> impl Strategy<Value = Entry> {
    let flags = (any::<bool>(), any::<bool>());
    (
        0..3usize,
        select(&GENES[..]),
        vec(0..5usize, 1..3),
        0..4usize,
        flags,
        0..3usize,
        0..4u8,
    )
        .prop_map(
            |(alt, gene, consequences, impact, (canonical, mane), protein, transcript)| Entry {
                alt,
                gene,
                consequences,
                impact,
                canonical,
                mane,
                protein,
                transcript,
            },
        )
}

impl Entry {
    fn hgvs(&self) -> String {
        format!(
            "NM_{}.{}:c.{}A>G",
            self.transcript, self.protein, self.impact
        )
    }

    fn text(&self, alts: &[&str]) -> String {
        let consequences: Vec<&str> = self
            .consequences
            .iter()
            .map(|&n| CONSEQUENCES[n].0)
            .collect();
        let protein = match PROTEINS[self.protein].0 {
            "" => String::new(),
            change => format!("NP_1.2:p.{change}"),
        };
        format!(
            "{}|{}|{}|{}|{}|NM_{}|{}|{protein}|{}|{}|{}.5",
            alts[self.alt % alts.len()],
            consequences.join("&"),
            IMPACTS[self.impact],
            self.gene,
            if self.gene.is_empty() {
                String::new()
            } else {
                format!("ENSG_{}", self.gene)
            },
            self.transcript,
            self.hgvs(),
            if self.canonical { "YES" } else { "" },
            if self.mane { "NM_1.2" } else { "" },
            self.impact,
        )
    }
}

/// A question, as a tree.
#[derive(Debug, Clone)]
enum Asked {
    Gene(&'static str, bool),
    Consequence(&'static str),
    Impact(&'static str, usize),
    Canonical,
    Mane,
    Protein(usize),
    Change(u8, usize, bool),
    /// Of the row and not of its entries.
    Below(usize),
    Not(Box<Asked>),
    All(Vec<Asked>),
    Any(Vec<Asked>),
}

fn asked() -> impl Strategy<Value = Asked> {
    let terms = [
        "missense_variant",
        "protein_altering_variant",
        "coding_sequence_variant",
        "intron_variant",
        "splice_region_variant",
        "stop_lost",
    ];
    let atom = prop_oneof![
        3 => (select(&GENES[..3]), any::<bool>()).prop_map(|(gene, id)| Asked::Gene(gene, id)),
        3 => select(terms.to_vec()).prop_map(Asked::Consequence),
        3 => (select(&["<", "<=", ">", ">=", "=", "!="][..]), 0..4usize)
            .prop_map(|(relation, impact)| Asked::Impact(relation, impact)),
        1 => Just(Asked::Canonical),
        1 => Just(Asked::Mane),
        1 => (0..2usize).prop_map(Asked::Protein),
        1 => (0..4u8, 0..4usize, any::<bool>())
            .prop_map(|(transcript, change, version)| Asked::Change(transcript, change, version)),
        1 => (1..30usize).prop_map(Asked::Below),
    ];
    atom.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|asked| Asked::Not(Box::new(asked))),
            vec(inner.clone(), 2..4).prop_map(Asked::All),
            vec(inner, 2..4).prop_map(Asked::Any),
        ]
    })
}

impl Asked {
    fn text(&self) -> String {
        let join = |all: &[Self], with: &str| {
            let all: Vec<String> = all.iter().map(|one| format!("({})", one.text())).collect();
            all.join(with)
        };
        match self {
            Self::Gene(gene, false) => format!("gene:{}", gene.to_lowercase()),
            Self::Gene(gene, true) => format!("gene:ENSG_{gene}"),
            Self::Consequence(term) => format!("consequence:{term}"),
            Self::Impact(relation, impact) => {
                format!("impact{relation}{}", IMPACTS[*impact].to_lowercase())
            }
            Self::Canonical => "canonical".to_owned(),
            Self::Mane => "mane".to_owned(),
            Self::Protein(n) => format!("protein:p.{}", PROTEINS[*n].0),
            Self::Change(transcript, change, version) => {
                let version = if *version { ".1" } else { "" };
                format!("NM_{transcript}{version}:c.{change}A>G")
            }
            Self::Below(position) => format!("1:1-{position}"),
            Self::Not(inner) => format!("!({})", inner.text()),
            Self::All(all) => join(all, " & "),
            Self::Any(all) => join(all, " | "),
        }
    }

    /// Whether it is about a single entry: then what stands beside it must hold of the same.
    fn of_entry(&self) -> bool {
        match self {
            Self::Below(_) | Self::Not(_) => false,
            Self::All(all) | Self::Any(all) => all.iter().all(Self::of_entry),
            _ => true,
        }
    }

    fn holds_of(&self, entry: &Entry) -> bool {
        match self {
            Self::Gene(gene, _) => entry.gene == *gene,
            Self::Consequence(term) => {
                let mut all = entry.consequences.iter();
                all.any(|&n| CONSEQUENCES[n].1.contains(term))
            }
            Self::Impact(relation, impact) => match *relation {
                "<" => entry.impact < *impact,
                "<=" => entry.impact <= *impact,
                ">" => entry.impact > *impact,
                ">=" => entry.impact >= *impact,
                "=" => entry.impact == *impact,
                _ => entry.impact != *impact,
            },
            Self::Canonical => entry.canonical,
            Self::Mane => entry.mane,
            Self::Protein(n) => entry.protein == *n,
            Self::Change(transcript, change, version) => {
                entry.transcript == *transcript
                    && entry.impact == *change
                    && (!version || entry.protein == 1)
            }
            Self::All(all) => all.iter().all(|one| one.holds_of(entry)),
            Self::Any(all) => all.iter().any(|one| one.holds_of(entry)),
            Self::Below(_) | Self::Not(_) => unreachable!("not about an entry"),
        }
    }

    fn holds(&self, position: usize, entries: &[Entry]) -> bool {
        match self {
            one if one.of_entry() => entries.iter().any(|entry| one.holds_of(entry)),
            Self::Below(last) => position <= *last,
            Self::Not(inner) => !inner.holds(position, entries),
            Self::Any(all) => all.iter().any(|one| one.holds(position, entries)),
            Self::All(all) => {
                // `a & (b & c)` is one conjunction
                let mut flat: Vec<&Self> = all.iter().collect();
                while let Some(at) = flat.iter().position(|one| matches!(one, Self::All(_))) {
                    if let Self::All(more) = flat.remove(at) {
                        flat.extend(more);
                    }
                }
                let (together, rest): (Vec<&Self>, Vec<&Self>) =
                    flat.into_iter().partition(|one| one.of_entry());
                let one = |entry: &Entry| together.iter().all(|asked| asked.holds_of(entry));
                (together.is_empty() || entries.iter().any(one))
                    && rest.iter().all(|one| one.holds(position, entries))
            }
            _ => unreachable!("about an entry"),
        }
    }
}

const META: &str = "##fileformat=VCFv4.3
##contig=<ID=1>
##INFO=<ID=CSQ,Number=.,Type=String,Description=\"VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|HGVSc|HGVSp|CANONICAL|MANE_SELECT|CADD\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS0\n";

fn record(position: usize, alts: &[&str], csq: &str) -> String {
    let info = match csq {
        "" => ".".to_owned(),
        csq => format!("CSQ={csq}"),
    };
    format!(
        "1\t{position}\t.\tA\t{}\t.\t.\t{info}\tGT\t0|1\n",
        alts.join(",")
    )
}

/// Position and ALT of what a question finds.
fn found(dataset: &Dataset, text: &str) -> BTreeSet<(usize, String)> {
    let mut variants = dataset.variants(text).unwrap();
    let mut found = BTreeSet::new();
    while let Some(mut variant) = variants.next().unwrap() {
        let position = variant.position().unwrap().one_based() as usize;
        let alternate = String::from_utf8_lossy(variant.alleles().unwrap().1).into_owned();
        found.insert((position, alternate));
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn questions_hold_of_one_entry(
        records in vec((1..4usize, vec(entry(), 0..6)), 1..30),
        asked in vec(asked(), 12),
    ) {
        let folder = Folder::new();
        let all = ["C", "G", "T"];
        let mut text = META.to_owned();
        let mut rows = Vec::new();
        // every gene stands somewhere: an unknown one is an error
        let known = |gene| Entry {
            alt: 0, gene, consequences: vec![3], impact: 0, canonical: false, mane: false,
            protein: 2, transcript: 9,
        };
        let first: Vec<Entry> = GENES.into_iter().map(known).collect();
        for (n, (count, entries)) in std::iter::once(&(1, first)).chain(&records).enumerate() {
            let alts = &all[..*count];
            let csq: Vec<String> = entries.iter().map(|entry| entry.text(alts)).collect();
            text += &record(n + 1, alts, &csq.join(","));
            for (alt, name) in alts.iter().enumerate() {
                let of = |entry: &&Entry| entry.alt % alts.len() == alt;
                let of: Vec<Entry> = entries.iter().filter(of).cloned().collect();
                rows.push((n + 1, (*name).to_owned(), of));
            }
        }
        let dataset = folder.dataset(&text, &keeping(&["CSQ.CADD"]));
        dataset.verify().unwrap();
        for asked in &asked {
            let expected: BTreeSet<(usize, String)> = rows
                .iter()
                .filter(|(position, _, entries)| asked.holds(*position, entries))
                .map(|(position, alt, _)| (*position, alt.clone()))
                .collect();
            prop_assert_eq!(found(&dataset, &asked.text()), expected, "{}", asked.text());
        }
        // a kept field: any of the values of a row
        let expected: BTreeSet<(usize, String)> = rows
            .iter()
            .filter(|(_, _, entries)| entries.iter().any(|entry| entry.impact >= 2))
            .map(|(position, alt, _)| (*position, alt.clone()))
            .collect();
        prop_assert_eq!(found(&dataset, "info.CSQ.CADD>2"), expected);
        // what is said of each row comes back, in order
        let mut variants = dataset.variants("all").unwrap();
        for (position, alt, entries) in &rows {
            let mut variant = variants.next().unwrap().unwrap();
            let told = variant.annotations().unwrap();
            prop_assert_eq!(told.len(), entries.len(), "{}:{}", position, alt);
            for (told, entry) in told.iter().zip(entries) {
                prop_assert_eq!(told.gene(), entry.gene);
                prop_assert_eq!(&told.hgvs_c, &entry.hgvs());
                prop_assert_eq!(told.impact.name(), IMPACTS[entry.impact].to_lowercase());
                prop_assert_eq!((told.canonical, told.mane), (entry.canonical, entry.mane));
                prop_assert_eq!(&told.protein, PROTEINS[entry.protein].1);
            }
            let shown = variant.annotation().unwrap();
            let shown = shown.map(|told| told.impact.name().to_uppercase());
            let worst = entries.iter().map(|entry| entry.impact).max();
            prop_assert_eq!(shown.as_deref(), worst.map(|n| IMPACTS[n]));
        }
    }
}

/// What bcftools csq tells of several records together stands at one of them, and the others point to
/// it, forwards or backwards: they are no less affected.
#[test]
fn records_that_point_to_another_have_its_entry() {
    let folder = Folder::new();
    let meta = META
        .replace("ID=CSQ", "ID=BCSQ")
        .replace("1>", "1>\n##contig=<ID=2>");
    let record = |contig: &str, position: usize, alts: &str, bcsq: &str| {
        format!("{contig}\t{position}\t.\tA\t{alts}\t.\t.\tBCSQ={bcsq}\tGT\t0|1\n")
    };
    let text =
        meta + &record(
            "1",
            10,
            "G",
            "missense|AAA1|T1|protein_coding|+|5V>5E|10A>G+12A>C",
        ) + &record("1", 12, "T,C", "@10,intron|BBB2|T2|protein_coding")
            + &record("1", 14, "C", "@10")
            + &record("1", 20, "G", "@30,@30")
            + &record(
                "1",
                30,
                "T",
                "stop_gained|CCC3|T3|protein_coding|-|6K>6*|20A>G+30A>T",
            )
            + &record("2", 12, "C", "@10,@x");
    let input = folder.write("input.vcf", text);
    let to = folder.path("dataset.vdx");
    let report = build(&[&input], &to, &options()).unwrap();
    let told = report.annotations.unwrap();
    assert_eq!(told.annotator, Annotator::Bcsq);
    assert_eq!((told.read, told.stored, told.refused_count()), (9, 6, 3));
    let dataset = Dataset::open(&to).unwrap();
    dataset.verify().unwrap();
    let rows = |text: &str| -> Vec<String> {
        let found = found(&dataset, text).into_iter();
        found
            .map(|(position, alt)| format!("{position}{alt}"))
            .collect()
    };
    assert_eq!(
        rows("gene:AAA1 & consequence:missense_variant"),
        ["10G", "12C"]
    );
    assert_eq!(rows("protein:V5E"), ["10G", "12C"]);
    assert_eq!(rows("gene:CCC3 & impact:high"), ["20G", "30T"]);
    assert_eq!(rows("gene:BBB2"), ["12C", "12T"]);
    let mut at = dataset.variants("1:12:A:C").unwrap();
    let told = at.next().unwrap().unwrap().annotations().unwrap();
    let genes: Vec<&str> = told.iter().map(|told| told.gene()).collect();
    assert_eq!(genes, ["BBB2", "AAA1"]);
}

fn csq(folder: &Folder, name: &str, csq: &str) -> std::path::PathBuf {
    folder.write(name, META.to_owned() + &record(5, &["C"], csq))
}

#[test]
fn one_is_chosen_and_what_is_asked_for_must_be_there() {
    let folder = Folder::new();
    let entry = "C|missense_variant|LOW|AAA1|ENSG1|T|||||";
    let input = csq(&folder, "input.vcf", entry);
    let to = folder.path("dataset.vdx");
    let with = |annotations: &str, info: &[&str]| {
        let options = BuildOptions {
            annotations: annotations.parse().unwrap(),
            replace: true,
            ..keeping(info)
        };
        build(&[&input], &to, &options)
    };
    let report = with("auto", &[]).unwrap();
    assert_eq!(report.annotations.unwrap().annotator, Annotator::Csq);
    let dataset = Dataset::open(&to).unwrap();
    let variants = dataset
        .variants("gene:aaa1")
        .unwrap()
        .next()
        .unwrap()
        .is_some();
    assert!(variants);
    let error = dataset.variants("gene:AAA2").err().unwrap();
    assert!(error.to_string().contains("did you mean AAA1?"), "{error}");
    let error = dataset
        .variants("consequence:missens_variant")
        .err()
        .unwrap();
    assert!(error.to_string().contains("missense_variant"), "{error}");
    let error = dataset.variants("protein:V").err().unwrap();
    assert!(matches!(error, Error::Expression(_)), "{error}");

    assert!(with("none", &[]).unwrap().annotations.is_none());
    let dataset = Dataset::open(&to).unwrap();
    let error = dataset.variants("impact:high").err().unwrap();
    assert!(error.to_string().contains("no annotations"), "{error}");

    assert!(matches!(with("ann", &[]), Err(Error::Usage(_))));
    assert!(matches!(
        with("csq", &["CSQ.nothing"]),
        Err(Error::Input(_))
    ));
    assert!(matches!(with("auto", &["ANN.Rank"]), Err(Error::Usage(_))));
    assert!(matches!(with("none", &["CSQ.CADD"]), Err(Error::Usage(_))));
    assert!("vep".parse::<Annotations>().is_err());
}

#[test]
fn entries_that_cannot_be_read_are_counted() {
    let folder = Folder::new();
    let text =
        "G|missense_variant|LOW|AAA1|||||||,C||LOW|AAA1|||||||,C|wild_variant|HIGH|BBB2|||||||";
    let input = csq(&folder, "input.vcf", text);
    let to = folder.path("dataset.vdx");
    let report = build(&[&input], &to, &options()).unwrap();
    let told = report.annotations.as_ref().unwrap();
    assert_eq!((told.read, told.stored, told.refused_count()), (3, 1, 2));
    let reasons: Vec<&str> = told.refused.iter().map(|told| told.what.as_str()).collect();
    let expected = [
        "an allele that the record does not have",
        "an entry without a consequence",
    ];
    assert_eq!(reasons, expected);
    assert!(told.refused[0].first.ends_with("input.vcf:6"), "{told:?}");
    assert!(
        report
            .warnings
            .iter()
            .any(|w| w.what.contains("wild_variant"))
    );
    let dataset = Dataset::open(&to).unwrap();
    // what the ontology does not know is found as it stands
    assert_eq!(
        found(&dataset, "consequence:wild_variant & gene:BBB2").len(),
        1
    );
    assert!(dataset.variants("gene:AAA1").is_err());
}

/// A row shows what was asked for, else the worst.
#[test]
fn what_is_shown_is_what_was_asked_for() {
    let folder = Folder::new();
    let text = "C|stop_gained|HIGH|AAA1|||||||,C|missense_variant|MODERATE|BBB2|||||||,C|intron_variant|MODIFIER|BBB2|||||||";
    let dataset = folder.dataset(&(META.to_owned() + &record(5, &["C"], text)), &options());
    let shown = |text: &str| {
        let mut variants = dataset.variants(text).unwrap();
        let told = variants
            .next()
            .unwrap()
            .unwrap()
            .annotation()
            .unwrap()
            .unwrap();
        (told.gene().to_owned(), told.consequence, told.impact)
    };
    let high = ("AAA1".to_owned(), "stop_gained".to_owned(), Impact::High);
    assert_eq!(shown("all"), high);
    assert_eq!(shown("!gene:BBB2 | gene:AAA1"), high);
    let missense = (
        "BBB2".to_owned(),
        "missense_variant".to_owned(),
        Impact::Moderate,
    );
    assert_eq!(shown("gene:BBB2"), missense);
    assert_eq!(shown("gene:BBB2 & impact<low").1, "intron_variant");
}

/// The same input gives the same bytes, whatever the number of threads.
#[test]
fn threads_do_not_show() {
    let folder = Folder::new();
    let mut text = META.to_owned();
    for n in 0..9_000usize {
        let entry = Entry {
            alt: 0,
            gene: GENES[n / 100 % 4],
            consequences: vec![n % 5],
            impact: n % 4,
            canonical: n % 3 == 0,
            mane: false,
            protein: n % 3,
            transcript: (n % 200) as u8,
        };
        text += &record(n + 1, &["C"], &entry.text(&["C"]));
    }
    let one = folder.dataset(&text, &options()).path().to_owned();
    let one = content(&one);
    let threads = BuildOptions {
        threads: Some(4),
        ..options()
    };
    let dataset = folder.dataset(&text, &threads);
    assert!(one == content(dataset.path()));
    dataset.verify().unwrap();
}

/// Real files: genes, impacts and consequences as a scan of the text has them.
#[test]
fn real_annotations() {
    let Some(data) = data() else { return };
    // file, key, and where gene, consequence and impact stand in an entry
    let files = [
        ("people/cineca_uk1/chr22_ann.vcf.gz", "ANN", 3, 1, Some(2)),
        ("cohorts/trio/ashk-trio.vcf.gz", "BCSQ", 1, 0, None),
        (
            "beacon/pi20/synthetic_usecases_4beacon_testingV4.vcf.gz",
            "CSQ",
            3,
            1,
            Some(2),
        ),
    ];
    for (file, key, gene, consequence, impact) in files {
        let path = data.join(file);
        let format = format!("%CHROM\t%POS\t%REF\t%ALT\t%INFO/{key}\n");
        let name = path.display().to_string();
        let Some(text) = run("bcftools", &["query", "-f", &format, &name]) else {
            return;
        };
        let folder = Folder::new();
        let to = folder.path("dataset.vdx");
        let skipping = BuildOptions {
            skip_malformed: true,
            ..options()
        };
        let report = build(&[&path], &to, &skipping).unwrap();
        let told = report.annotations.unwrap();
        assert_eq!(told.annotator.key(), key);
        assert_eq!(told.read, told.stored + told.refused_count());
        let dataset = Dataset::open(&to).unwrap();
        dataset.verify().unwrap();

        // rows by gene, by impact and by both of one entry; only records of one ALT are told apart here
        let mut by_gene = BTreeMap::<String, BTreeSet<String>>::new();
        let mut by_impact = BTreeMap::<String, BTreeSet<String>>::new();
        let mut of_both = BTreeMap::<(String, String), BTreeSet<String>>::new();
        let mut by_term = BTreeMap::<String, BTreeSet<String>>::new();
        let (mut entries, mut several) = (0, BTreeSet::new());
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let place = format!("{}:{}:{}:{}", fields[0], fields[1], fields[2], fields[3]);
            if fields[4] == "." {
                continue;
            }
            if fields[3].contains(',') {
                several.insert(format!("{}:{}", fields[0], fields[1]));
            }
            for entry in fields[4].split(',') {
                entries += 1;
                let entry: Vec<&str> = entry.split('|').collect();
                let of = entry[gene].to_lowercase();
                by_gene.entry(of.clone()).or_default().insert(place.clone());
                for term in entry[consequence].split('&') {
                    let term = term.trim_start_matches('*').to_owned();
                    by_term.entry(term).or_default().insert(place.clone());
                }
                if let Some(impact) = impact {
                    let impact = entry[impact].to_lowercase();
                    by_impact
                        .entry(impact.clone())
                        .or_default()
                        .insert(place.clone());
                    let both = (of, impact);
                    of_both.entry(both).or_default().insert(place.clone());
                }
            }
        }
        assert_eq!(told.read, entries, "{file}");
        by_gene.remove("");
        assert!(!by_gene.is_empty(), "{file}");
        let plain = |place: &String| {
            let mut fields = place.split(':');
            let at = (fields.next().unwrap(), fields.next().unwrap());
            !several.contains(&format!("{}:{}", at.0, at.1))
        };
        let check = |question: String, expected: &BTreeSet<String>| {
            let mut variants = dataset.variants(&question).unwrap();
            let mut rows = BTreeSet::new();
            while let Some(mut variant) = variants.next().unwrap() {
                let place = variant.names().unwrap().vcf.unwrap();
                rows.insert(place);
            }
            rows.retain(plain);
            let expected: BTreeSet<String> = expected
                .iter()
                .filter(|place| plain(place))
                .cloned()
                .collect();
            let wrong: Vec<&String> = rows.symmetric_difference(&expected).take(5).collect();
            assert!(wrong.is_empty(), "{file}: {question}: {wrong:?}");
        };
        for (gene, rows) in by_gene.iter().take(400) {
            check(format!("gene:\"{gene}\""), rows);
        }
        for (impact, rows) in &by_impact {
            check(format!("impact:{impact}"), rows);
        }
        for ((gene, impact), rows) in of_both.iter().filter(|((gene, _), _)| !gene.is_empty()) {
            check(format!("gene:\"{gene}\" & impact:{impact}"), rows);
        }
        // these have nothing below them that annotators write
        for term in [
            "missense_variant",
            "missense",
            "stop_gained",
            "frameshift",
            "5_prime_utr",
        ] {
            if let Some(rows) = by_term.get(term) {
                check(format!("consequence:{term}"), rows);
            }
        }
    }
}
