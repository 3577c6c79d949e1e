//! Two variants of a person in one gene, and several different variants of a person: against a plain
//! evaluation over one and several files, phase sets, alternatives, records that tell a variant again, and
//! people of several samples. And whoever is left of a question is found as when everybody is asked about.

mod cases;
mod row;

use crate::common::{Folder, build, options};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use row::Row;
use std::collections::BTreeSet;
use varidex::{BuildOptions, Dataset, ExportOptions, PairPhase, PeopleOptions, View};

/// The samples of two files.
const FILES: [&[&str]; 2] = [&["S0", "S1", "S2", "S5"], &["S3", "S4"]];
const SAMPLES: [&str; 6] = ["S0", "S1", "S2", "S5", "S3", "S4"];
/// Of whom a sample is; of S5 nothing is known.
const OWNERS: [(&str, &str); 5] = [
    ("S0", "P0"),
    ("S1", "P1"),
    ("S2", "P1"),
    ("S3", "P0"),
    ("S4", "P2"),
];
const PED: &str = "f\tP0\tP1\tP2\t1\t1\nf\tP1\t0\t0\t1\t1\nf\tP2\t0\t0\t2\t1\n";
const GENES: [&str; 3] = ["A", "B", "C"];
/// In the words of BED: from 0, the end not included.
const PLACES: [(&str, i64, i64, &str); 4] = [
    ("1", 0, 4, "A"),
    ("1", 2, 6, "B"),
    ("1", 6, 9, "A"),
    ("X", 0, 9, "C"),
];

/// What is said of an ALT: the gene, and whether the impact is high.
type Entry = (usize, bool);

/// GT, PS, and the names of PSL.
type Cell = (&'static str, &'static str, [&'static str; 2]);

#[derive(Debug, Clone)]
struct Record {
    on_x: bool,
    position: i64,
    alts: &'static str,
    /// With a base more behind or before, which both alleles have.
    spelled: Spelled,
    /// Which fields there are.
    format: &'static str,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelled {
    Plainly,
    Behind,
    Before,
}

impl Record {
    /// POS, REF and ALT as they are written.
    fn written(&self) -> (i64, &'static str, String) {
        match self.spelled {
            Spelled::Plainly => (self.position, "A", self.alts.to_owned()),
            Spelled::Behind => (self.position, "AT", format!("{}T", self.alts)),
            Spelled::Before => (self.position - 1, "GA", format!("G{}", self.alts)),
        }
    }
}

#[derive(Debug, Clone)]
struct World {
    /// Of one or two files.
    files: Vec<Vec<Record>>,
    /// By contig, position and ALT, where rows are annotated.
    entries: Option<Vec<Vec<Entry>>>,
}

fn records(samples: usize) -> impl Strategy<Value = Vec<Record>> {
    const CELLS: [&str; 16] = [
        "0|0", "0|0", "0/0", "0|1", "0|1", "1|0", "1|0", "0/1", "1|1", "0|2", "2|0", "1|2", "1/2",
        ".|1", "./.", "1",
    ];
    // numbers near and far, one that is written otherwise, a name
    let set = select(&[".", ".", "3", "3", "70000", "03", "x"][..]);
    let name = || select(&[".", "h1", "h2", "x"][..]);
    let cell = (select(&CELLS[..]), set, (name(), name()));
    let cell = cell.prop_map(|(gt, set, (a, b))| (gt, set, [a, b]));
    let record = (
        prop::bool::weighted(0.2),
        1..9i64,
        select(&["C", "C", "G", "C,G", "G,C", "*,C"][..]),
        select(&["GT", "GT:PS", "GT:PS", "GT:PSL:PS", "GT:PSL"][..]),
        select(
            &[
                Spelled::Plainly,
                Spelled::Plainly,
                Spelled::Behind,
                Spelled::Before,
            ][..],
        ),
        vec(cell, samples),
    );
    let record = record.prop_map(|(on_x, position, alts, format, spelled, mut cells)| {
        for (gt, ..) in &mut cells {
            if !alts.contains(',') {
                *gt = with_one_alt(gt);
            }
        }
        Record {
            on_x,
            position,
            alts,
            spelled: match alts.len() {
                1 => spelled,
                _ => Spelled::Plainly,
            },
            format,
            cells,
        }
    });
    vec(record, 0..10).prop_map(sorted)
}

/// Stable: a variant may be reported more than once.
fn sorted(mut records: Vec<Record>) -> Vec<Record> {
    records.sort_by_key(|record| (record.on_x, record.written().0));
    records
}

fn with_one_alt(cell: &'static str) -> &'static str {
    match cell {
        "0|2" => "0|1",
        "2|0" | "1|2" => "1|0",
        "1/2" => "0/1",
        cell => cell,
    }
}

fn world() -> impl Strategy<Value = World> {
    let files = (records(4), option::of(records(2)));
    let entry = (0..3usize, any::<bool>());
    (files, option::of(vec(vec(entry, 0..3), 60))).prop_map(|((first, second), entries)| World {
        files: std::iter::once(first).chain(second).collect(),
        entries,
    })
}

fn entries_of<'w>(world: &'w World, contig: &str, position: i64, alt: &str) -> &'w [Entry] {
    let Some(all) = &world.entries else {
        return &[];
    };
    let alt = ["C", "G", "*"].iter().position(|known| *known == alt);
    let number = 30 * usize::from(contig == "X") + 3 * position as usize + alt.unwrap();
    &all[number]
}

fn csq(entries: &[Entry], alt: &str) -> Vec<String> {
    let one = |(gene, high): &Entry| {
        let (term, impact) = match high {
            true => ("stop_gained", "HIGH"),
            false => ("missense_variant", "LOW"),
        };
        format!("{alt}|{term}|{impact}|{}", GENES[*gene])
    };
    entries.iter().map(one).collect()
}

fn text(world: &World, file: usize) -> String {
    let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1>\n##contig=<ID=X>\n\
        ##INFO=<ID=CSQ,Number=.,Type=String,Description=\"VEP. Format: \
        Allele|Consequence|IMPACT|SYMBOL\">\n\
        ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
        ##FORMAT=<ID=PS,Number=1,Type=String,Description=\"Phase set\">\n\
        ##FORMAT=<ID=PSL,Number=.,Type=String,Description=\"Haplotypes\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
        .to_owned();
    text += &FILES[file].join("\t");
    text += "\n";
    let mut line = |contig: &str, alleles, said: Vec<String>, format: &str, cells: &[Cell]| {
        let (position, reference, alts): (i64, &str, String) = alleles;
        let info = match said.is_empty() {
            true => ".".to_owned(),
            false => format!("CSQ={}", said.join(",")),
        };
        let cells: Vec<String> = cells.iter().map(|cell| cell_text(cell, format)).collect();
        let cells = cells.join("\t");
        text += &format!(
            "{contig}\t{position}\t.\t{reference}\t{alts}\t.\t.\t{info}\t{format}\t{cells}\n"
        );
    };
    for record in &world.files[file] {
        let contig = if record.on_x { "X" } else { "1" };
        let alts = record.alts.split(',');
        let said = alts.flat_map(|alt| csq(entries_of(world, contig, record.position, alt), alt));
        let alleles = record.written();
        line(
            contig,
            alleles,
            said.collect(),
            record.format,
            &record.cells,
        );
    }
    // every gene stands somewhere, or else asking for it is an error
    if world.entries.is_some() {
        let said = csq(&[(0, false), (1, false), (2, false)], "C");
        let nobody = vec![("0|0", ".", [".", "."]); FILES[file].len()];
        line("X", (99, "A", "C".to_owned()), said, "GT", &nobody);
    }
    text
}

fn cell_text((gt, set, names): &Cell, format: &str) -> String {
    let fields = format.split(':').map(|key| match key {
        "GT" => (*gt).to_owned(),
        "PS" => (*set).to_owned(),
        _ if gt.len() < 3 => ".".to_owned(),
        _ => names.join(","),
    });
    fields.collect::<Vec<_>>().join(":")
}

fn dataset(folder: &Folder, world: &World) -> View {
    let inputs: Vec<_> = (0..world.files.len())
        .map(|file| folder.write(&format!("{file}.vcf"), text(world, file)))
        .collect();
    let genes: String = PLACES
        .iter()
        .map(|(contig, from, to, gene)| format!("{contig}\t{from}\t{to}\t{gene}\n"))
        .collect();
    let here: Vec<&str> = FILES[..inputs.len()].concat();
    let owners = OWNERS.iter().filter(|(sample, _)| here.contains(sample));
    let map: String = owners.map(|(s, p)| format!("{s}\t{p}\n")).collect();
    let options = BuildOptions {
        genes: vec![folder.write("genes.bed", genes)],
        people: PeopleOptions {
            files: vec![folder.write("a.ped", PED)],
            sample_map: Some(folder.write("map.tsv", map)),
            ..PeopleOptions::default()
        },
        ..options()
    };
    let path = folder.path("a.vdx");
    build(&inputs, &path, &options).unwrap();
    let dataset = Dataset::open(path).unwrap().view();
    dataset.dataset().verify().unwrap();
    dataset
}

/// A question to variants.
#[derive(Debug, Clone)]
enum Asked {
    Region(&'static str, i64, i64),
    Gene(usize),
    High,
    Not(Box<Asked>),
    All(Vec<Asked>),
    Any(Vec<Asked>),
}

fn asked() -> impl Strategy<Value = Asked> {
    let atom = prop_oneof![
        2 => (select(&["1", "X"][..]), 1..9i64, 0..9i64)
            .prop_map(|(contig, from, more)| Asked::Region(contig, from, from + more)),
        2 => (0..3usize).prop_map(Asked::Gene),
        2 => Just(Asked::High),
    ];
    atom.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            // what is negated twice is not negated
            inner.clone().prop_map(|asked| match asked {
                Asked::Not(inner) => *inner,
                asked => Asked::Not(Box::new(asked)),
            }),
            vec(inner.clone(), 2..4).prop_map(Asked::All),
            vec(inner, 2..4).prop_map(Asked::Any),
        ]
    })
}

impl Asked {
    fn text(&self, annotated: bool) -> String {
        let join = |all: &[Self], with: &str| {
            let all: Vec<String> = all.iter().map(|one| one.text(annotated)).collect();
            format!("({})", all.join(with))
        };
        match self {
            Self::Region(contig, from, to) => format!("{contig}:{from}-{to}"),
            Self::Gene(gene) => format!("gene:{}", GENES[*gene]),
            Self::High if annotated => "impact:high".to_owned(),
            Self::High => "1:2-5".to_owned(),
            Self::Not(inner) => format!("!({})", inner.text(annotated)),
            Self::All(all) => join(all, " & "),
            Self::Any(all) => join(all, " | "),
        }
    }

    /// Whether it is about a single entry: then what stands beside it must hold of the same.
    fn of_entry(&self) -> bool {
        match self {
            Self::Region(..) | Self::Not(_) => false,
            Self::Gene(_) | Self::High => true,
            Self::All(all) | Self::Any(all) => all.iter().all(Self::of_entry),
        }
    }

    fn holds_of(&self, entry: &Entry) -> bool {
        match self {
            Self::Gene(gene) => entry.0 == *gene,
            Self::High => entry.1,
            Self::All(all) => all.iter().all(|one| one.holds_of(entry)),
            Self::Any(all) => all.iter().any(|one| one.holds_of(entry)),
            Self::Region(..) | Self::Not(_) => unreachable!("not about an entry"),
        }
    }

    /// Whether a row passes by these of its entries; what is negated is asked of all.
    fn holds(&self, row: &Row<'_>, entries: &[Entry]) -> bool {
        match self {
            one if one.of_entry() => entries.iter().any(|entry| one.holds_of(entry)),
            Self::Region(contig, from, to) => row.touches(contig, *from, *to),
            Self::Not(inner) => !inner.holds(row, row.entries),
            Self::Any(all) => all.iter().any(|one| one.holds(row, entries)),
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
                    && rest.iter().all(|one| one.holds(row, entries))
            }
            _ => unreachable!("about an entry"),
        }
    }

    /// The same without annotations.
    fn holds_by_place(&self, row: &Row<'_>) -> bool {
        match self {
            Self::Region(contig, from, to) => row.touches(contig, *from, *to),
            Self::Gene(gene) => row.in_place(*gene),
            Self::High => row.touches("1", 2, 5),
            Self::Not(inner) => !inner.holds_by_place(row),
            Self::All(all) => all.iter().all(|one| one.holds_by_place(row)),
            Self::Any(all) => all.iter().any(|one| one.holds_by_place(row)),
        }
    }

    fn passes(&self, world: &World, row: &Row<'_>) -> bool {
        match world.entries {
            Some(_) => self.holds(row, row.entries),
            None => self.holds_by_place(row),
        }
    }

    /// The genes that a row which passes counts for.
    fn genes(&self, world: &World, row: &Row<'_>) -> Vec<usize> {
        let of_gene = |gene: &usize| {
            let of: Vec<Entry> = row
                .entries
                .iter()
                .copied()
                .filter(|e| e.0 == *gene)
                .collect();
            match world.entries {
                Some(_) => !of.is_empty() && self.holds(row, &of),
                None => row.in_place(*gene),
            }
        };
        (0..GENES.len()).filter(of_gene).collect()
    }
}

/// Contig, position and ALT: a gene may be said of variants of several contigs.
type Called = (String, i64, String);

/// A gene, a sample, two variants, whether they are known to be apart.
type Pair = (String, String, Called, Called, bool);

/// Where one of two copies alone carries: its haplotype and that of the other copy.
fn hit(row: &Row<'_>, sample: &str) -> Option<[Option<String>; 2]> {
    let [first, second] = row.haplotypes(sample);
    match (&row.copies(sample)[..], row.alt) {
        (_, "*") => None,
        ([true, false], _) => Some([first, second]),
        ([false, true], _) => Some([second, first]),
        _ => None,
    }
}

fn pairs(world: &World, question: &Asked) -> BTreeSet<Pair> {
    let rows = Row::all(world);
    let rows: Vec<&Row<'_>> = rows
        .iter()
        .filter(|row| question.passes(world, row))
        .collect();
    let mut found = BTreeSet::new();
    for sample in SAMPLES {
        for (i, a) in rows.iter().enumerate() {
            for b in &rows[..i] {
                let (Some(x), Some(y)) = (hit(a, sample), hit(b, sample)) else {
                    continue;
                };
                let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
                if a.variant() == b.variant() || a.contig != b.contig || same(&x[0], &y[0]) {
                    continue;
                }
                let phased = same(&x[0], &y[1]) || same(&x[1], &y[0]);
                let of_b = question.genes(world, b);
                for gene in question.genes(world, a) {
                    if of_b.contains(&gene) {
                        let of = |row: &Row<'_>| {
                            let (contig, position, alt) = row.variant();
                            (contig.to_owned(), position, alt.to_owned())
                        };
                        let (first, second) = (of(a).min(of(b)), of(a).max(of(b)));
                        let apart = phased || (a.file, a.record) == (b.file, b.record);
                        let sample = sample.to_owned();
                        found.insert((GENES[gene].to_owned(), sample, first, second, apart));
                    }
                }
            }
        }
    }
    // of two calls of a variant one may know more
    let known: BTreeSet<Pair> = found.iter().filter(|pair| pair.4).cloned().collect();
    found.retain(|pair| {
        let mut other = pair.clone();
        other.4 = true;
        pair.4 || !known.contains(&other)
    });
    found
}

fn reported(dataset: &View, of: &str) -> BTreeSet<Pair> {
    let mut found = BTreeSet::new();
    for pair in dataset
        .compound_pairs(&varidex::Query::new(of).unwrap())
        .unwrap()
    {
        let pair = pair.unwrap();
        let of = |variant: &varidex::PairedVariant| {
            let alternate = String::from_utf8(variant.alternate.clone()).unwrap();
            let position = variant.position.one_based();
            // whichever spelling was met
            let (position, alternate) = match alternate.split_at(alternate.len() - 1) {
                ("", alternate) => (position, alternate),
                ("G", alternate) if variant.reference == b"GA" => (position + 1, alternate),
                (alternate, _) => (position, alternate),
            };
            (variant.contig.clone(), position, alternate.to_owned())
        };
        let apart = pair.phase == PairPhase::Trans;
        let sample = dataset.sample_name(pair.sample).unwrap().to_owned();
        let (a, b) = (of(&pair.first), of(&pair.second));
        let (first, second) = (a.clone().min(b.clone()), a.max(b));
        assert!(found.insert((pair.gene.to_string(), sample, first, second, apart)));
    }
    found
}

fn person(sample: &str) -> &str {
    let owner = OWNERS.iter().find(|(name, _)| *name == sample);
    owner.map_or(sample, |(_, person)| *person)
}

/// Who carries so many different variants, each in this zygosity.
fn carriers(
    world: &World,
    question: &Asked,
    zygosity: Option<&str>,
    at_least: usize,
) -> BTreeSet<String> {
    let rows = Row::all(world);
    let mut found = BTreeSet::new();
    for who in SAMPLES.map(person) {
        let mut variants = BTreeSet::new();
        for row in rows.iter().filter(|row| question.passes(world, row)) {
            for sample in SAMPLES.into_iter().filter(|sample| person(sample) == who) {
                let copies = row.copies(sample);
                let carried = copies.iter().filter(|carries| **carries).count();
                let is = match (carried, copies.len()) {
                    (0, _) => continue,
                    (_, 1) => "hemi",
                    (a, b) if a == b => "hom",
                    _ => "het",
                };
                if zygosity.is_none_or(|wanted| wanted == is) {
                    variants.insert(row.variant());
                }
            }
        }
        if variants.len() >= at_least {
            found.insert(who.to_owned());
        }
    }
    found
}

fn ids(dataset: &View, text: &str) -> BTreeSet<String> {
    let group = dataset.ask(text).unwrap();
    group
        .ids()
        .unwrap()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn pairs_and_counts_of_variants(
        world in world(),
        questions in vec(asked(), 6),
        zygosity in select(vec![None, Some("het"), Some("hom"), Some("hemi")]),
        at_least in 2..4usize,
    ) {
        let folder = Folder::new();
        let dataset = dataset(&folder, &world);
        for question in &questions {
            let text = question.text(world.entries.is_some());
            let expected = pairs(&world, question);
            prop_assert_eq!(&reported(&dataset, &text), &expected, "{}", &text);
            let people = expected.iter().map(|pair| person(&pair.1).to_owned()).collect();
            let found = ids(&dataset, &format!("carriers({text}, compound)"));
            prop_assert_eq!(found, people, "{}", &text);
            let option = zygosity.map_or(String::new(), |zygosity| format!(", {zygosity}"));
            let found = ids(&dataset, &format!("carriers({text}{option}, at_least: {at_least})"));
            let people = carriers(&world, question, zygosity, at_least);
            prop_assert_eq!(found, people, "{}", &text);
        }
    }

    /// What is reported of phase comes back through a file, and is the same for who reads it.
    #[test]
    fn phase_sets_survive_an_export(records in records(4), bcf in any::<bool>()) {
        let folder = Folder::new();
        let world = World { files: vec![records], entries: None };
        let first = dataset(&folder, &world);
        let file = folder.path(if bcf { "out.bcf" } else { "out.vcf" });
        first.export("all", None, &file, &ExportOptions::default(), &mut |_| true).unwrap();
        let path = folder.path("b.vdx");
        let options = BuildOptions { genes: vec![folder.path("genes.bed")], ..options() };
        let report = build(&[&file], &path, &options).unwrap();
        prop_assert_eq!(report.refused_count(), 0);
        let second = Dataset::open(&path).unwrap().view();
        second.dataset().verify().unwrap();
        prop_assert_eq!(reported(&second, "all"), reported(&first, "all"));
        // and once more, letter by letter
        let again = folder.path(if bcf { "again.bcf" } else { "again.vcf" });
        second.export("all", None, &again, &ExportOptions::default(), &mut |_| true).unwrap();
        prop_assert!(std::fs::read(&again).unwrap() == std::fs::read(&file).unwrap());
    }

    /// What stands beside a question for carriers takes people away, and changes nothing else.
    #[test]
    fn who_is_left_is_found_as_everybody_is(
        world in world(),
        questions in vec(asked(), 4),
        left in vec(select(&SAMPLES[..4]), 1..4),
        at_least in 1..3u32,
    ) {
        let folder = Folder::new();
        let dataset = dataset(&folder, &world);
        let samples = left.join(", ");
        let left: BTreeSet<String> = left.iter().map(|sample| person(sample).to_owned()).collect();
        prop_assert_eq!(&ids(&dataset, &format!("samples({samples})")), &left);
        for question in &questions {
            let text = question.text(world.entries.is_some());
            for option in ["compound", "de_novo", "inherited, het", "paternal", "hom"] {
                let option = match option {
                    "compound" => option.to_owned(),
                    option => format!("{option}, at_least: {at_least}"),
                };
                let asked = format!("carriers({text}, {option})");
                let all = ids(&dataset, &asked);
                let found = ids(&dataset, &format!("samples({samples}) & {asked}"));
                prop_assert_eq!(&found, &(&all & &left), "{}", &asked);
                let found = ids(&dataset, &format!("samples({samples}) & !{asked}"));
                prop_assert_eq!(&found, &(&left - &all), "{}", &asked);
            }
        }
    }
}
