//! What is known of a cohort, as the files say it, and what follows from it by looking at everything.

use super::alleles::{self, Change, same_change};
use super::expression::VariantExpr;
use super::genes::Gene;
use super::notes::{self, Entry};
use super::people::Person;
use super::terms::Ontology;
use super::vcf::{Call, File, Record};
use std::collections::{BTreeSet, HashMap};

/// Everything that a dataset is built from.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub files: Vec<File>,
    pub people: Vec<Person>,
    pub ontology: Ontology,
    pub genes: Vec<Gene>,
    /// Bases around genes that are theirs.
    pub pad: i64,
    /// INFO keys that are kept, with Number and Type of their declaration.
    pub keys: Vec<(String, String, String)>,
}

/// A sample: a column of a file, or of several.
#[derive(Debug, Clone)]
pub struct Sample {
    pub name: String,
    /// Files with its columns there.
    pub columns: Vec<(usize, usize)>,
}

/// A person, or a sample of which no person is known.
#[derive(Debug, Clone)]
pub struct Subject {
    pub id: String,
    /// Numbers of samples.
    pub samples: Vec<usize>,
    /// Number of the person.
    pub person: Option<usize>,
}

/// One ALT of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    pub file: usize,
    pub record: usize,
    /// The number of the ALT, from 1; 0 in a record that has none.
    pub allele: usize,
}

/// A line of a table: the rows of one variant, of each batch at most one.
#[derive(Debug, Clone)]
pub struct Line {
    pub rows: Vec<Row>,
}

/// A world, with its samples, subjects and rows numbered.
#[derive(Clone)]
pub struct Cohort<'w> {
    pub world: &'w World,
    /// Names of contigs, in their order.
    pub contigs: Vec<String>,
    pub samples: Vec<Sample>,
    pub subjects: Vec<Subject>,
    /// The batch of each file: files of the same samples are one.
    pub batches: Vec<usize>,
    /// In the order of tables.
    pub rows: Vec<Row>,
    pub lines: Vec<Line>,
    line_of: HashMap<Row, usize>,
    /// Bases that REF columns tell, by contig and position.
    bases: HashMap<(String, i64), u8>,
    /// Whether any record has an annotation (CSQ).
    pub annotated: bool,
}

/// The one name of a contig that has several.
pub fn contig(name: &str) -> String {
    const ACCESSIONS: [(&str, &str); 2] = [("NC_000022.11", "22"), ("NC_000023.11", "X")];
    let bare = name.strip_prefix("chr").unwrap_or(name);
    let known = ACCESSIONS.iter().find(|(accession, _)| *accession == name);
    known.map_or(bare, |(_, contig)| *contig).to_owned()
}

impl World {
    /// Files and nothing else.
    pub fn of_texts<T: AsRef<str>>(texts: &[T]) -> Self {
        let files: Vec<File> = texts.iter().map(|text| File::read(text.as_ref())).collect();
        let mut keys: Vec<_> = files.iter().flat_map(File::keys).collect();
        keys.sort();
        keys.dedup();
        Self {
            files,
            keys,
            ..Self::default()
        }
    }
}

impl<'w> Cohort<'w> {
    pub fn new(world: &'w World) -> Self {
        let mut samples: Vec<Sample> = Vec::new();
        let mut rows = Vec::new();
        for (number, file) in world.files.iter().enumerate() {
            for (column, name) in file.samples.iter().enumerate() {
                match samples.iter_mut().find(|sample| sample.name == *name) {
                    Some(sample) => sample.columns.push((number, column)),
                    None => samples.push(Sample {
                        name: name.clone(),
                        columns: vec![(number, column)],
                    }),
                }
            }
            for (place, record) in file.records.iter().enumerate() {
                let alleles = match record.alternates.len() {
                    0 => 0..=0,
                    n => 1..=n,
                };
                rows.extend(alleles.map(|allele| Row {
                    file: number,
                    record: place,
                    allele,
                }));
            }
        }
        let mut cohort = Self {
            world,
            contigs: contigs(world),
            subjects: subjects(world, &samples),
            samples,
            batches: batches(world),
            rows: Vec::new(),
            lines: Vec::new(),
            line_of: HashMap::new(),
            bases: HashMap::new(),
            annotated: false,
        };
        rows.sort_by_cached_key(|&row| (cohort.place(row), row));
        cohort.rows = rows;
        for &row in &cohort.rows {
            let record = cohort.record(row);
            let places = (record.position..).zip(record.reference.bytes());
            let places = places.filter(|(_, base)| b"ACGT".contains(&base.to_ascii_uppercase()));
            let places = places
                .map(|(place, base)| ((contig(&record.contig), place), base.to_ascii_uppercase()));
            cohort.bases.extend(places);
        }
        cohort.put_lines(cohort.gathered());
        cohort.annotated = cohort
            .rows
            .iter()
            .any(|&row| !cohort.entries(row).is_empty());
        cohort
    }

    fn put_lines(&mut self, lines: Vec<Line>) {
        self.line_of.clear();
        for (number, line) in lines.iter().enumerate() {
            self.line_of
                .extend(line.rows.iter().map(|&row| (row, number)));
        }
        self.lines = lines;
    }

    /// The cohort as a question sees it: where it asks for an allele, the rows that are this allele are one
    /// variant in whatever spelling each batch has it, the first of each batch, then the second of each.
    pub fn seen_by(&self, of: &VariantExpr) -> Self {
        let mut seen = self.clone();
        let mut alleles = Vec::new();
        of.alleles(&mut alleles);
        let mut lines = self.gathered();
        for (change, name) in alleles {
            let is = |row: &Row| self.is_allele(*row, change, name) == Some(true);
            let mut own: Vec<Row> = self.rows.iter().copied().filter(is).collect();
            // shown as the first batch spells it
            own.sort_by_key(|&row| self.batch(row));
            lines
                .iter_mut()
                .for_each(|line| line.rows.retain(|row| !own.contains(row)));
            let mut joined: Vec<Line> = Vec::new();
            for row in own {
                let fits = |line: &&mut Line| {
                    line.rows
                        .iter()
                        .all(|other| self.batch(*other) != self.batch(row))
                };
                match joined.iter_mut().find(fits) {
                    Some(line) => line.rows.push(row),
                    None => joined.push(Line { rows: vec![row] }),
                }
            }
            lines.extend(joined);
        }
        lines.retain(|line| !line.rows.is_empty());
        lines.sort_by_cached_key(|line| (self.place(line.rows[0]), line.rows[0]));
        seen.put_lines(lines);
        seen
    }

    /// By what rows are ordered: contig, position, REF and ALT.
    pub fn place(&self, row: Row) -> (usize, i64, String, String) {
        let record = self.record(row);
        let name = self.contig(row);
        let number = self.contigs.iter().position(|own| contig(own) == name);
        let alternate = self.alternate(row).unwrap_or_default();
        (
            number.unwrap(),
            record.position,
            record.reference.to_uppercase(),
            alternate.to_uppercase(),
        )
    }

    /// The line of a row.
    pub fn line(&self, row: Row) -> &Line {
        &self.lines[self.line_of[&row]]
    }

    pub fn batch(&self, row: Row) -> usize {
        self.batches[row.file]
    }

    /// Numbers of the samples of a batch.
    pub fn of_batch(&self, batch: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.samples.len()).filter(move |&sample| {
            let mut columns = self.samples[sample].columns.iter();
            columns.any(|(file, _)| self.batches[*file] == batch)
        })
    }

    /// The genotype of a sample; nothing where the row is of other samples.
    pub fn call(&self, row: Row, sample: usize) -> Option<Call> {
        let mut columns = self.samples[sample].columns.iter();
        let (_, column) = columns.find(|(file, _)| *file == row.file)?;
        Some(self.record(row).call(*column))
    }

    pub fn record(&self, row: Row) -> &'w Record {
        &self.world.files[row.file].records[row.record]
    }

    pub fn alternate(&self, row: Row) -> Option<&'w str> {
        let number = row.allele.checked_sub(1)?;
        Some(self.record(row).alternates[number].as_str())
    }

    pub fn contig(&self, row: Row) -> String {
        contig(&self.record(row).contig)
    }

    /// A value of INFO that a row has of its own: that of its ALT.
    pub fn sv_length(&self, row: Row) -> Option<i64> {
        let values: Vec<&str> = self.record(row).value("SVLEN")?.split(',').collect();
        let own = match values[..] {
            [one] => Some(one),
            _ => values.get(row.allele.checked_sub(1)?).copied(),
        };
        own?.parse().ok()
    }

    fn end(&self, row: Row) -> Option<i64> {
        self.record(row).value("END")?.parse().ok()
    }

    pub fn kind(&self, row: Row) -> Option<&'static str> {
        alleles::kind(&self.record(row).reference, self.alternate(row))
    }

    pub fn length(&self, row: Row) -> Option<i64> {
        let record = self.record(row);
        let alternate = self.alternate(row);
        let (sv_length, end) = (self.sv_length(row), self.end(row));
        alleles::length(
            &record.reference,
            alternate,
            sv_length,
            record.position,
            end,
        )
    }

    /// The first and the last base that a row spans.
    pub fn span(&self, row: Row) -> (i64, i64) {
        let record = self.record(row);
        let alternate = self.alternate(row);
        let (sv_length, end) = (self.sv_length(row), self.end(row));
        let lengths = record
            .value("SVLEN")
            .map_or(0, |list| list.split(',').count());
        let of_each = record.alternates.len() > 1 && lengths == record.alternates.len();
        let last = alleles::last(
            &record.reference,
            alternate,
            (sv_length, of_each),
            record.position,
            end,
        );
        (record.position, last)
    }

    pub fn touches(&self, row: Row, name: &str, first: i64, last: i64) -> bool {
        let (from, to) = self.span(row);
        self.contig(row) == contig(name) && from <= last && first <= to
    }

    /// Whether bases change, or there is another allele that somebody can carry: not where a record
    /// only says that all is as the reference.
    pub fn is_change(&self, row: Row) -> bool {
        let alternate = self.alternate(row);
        !matches!(alternate, None | Some("<NON_REF>" | "<*>"))
    }

    /// Whether two rows tell of one variant, however it is spelled; `None` where bases decide that
    /// neither has.
    pub fn same(&self, a: Row, b: Row) -> Option<bool> {
        if self.contig(a) != self.contig(b) {
            return Some(false);
        }
        match self.bases_changed(a).zip(self.bases_changed(b)) {
            Some((one, other)) => same_change(&one, &other, &self.known_on(&self.contig(a))),
            None => Some(self.place(a) == self.place(b) && self.extent(a) == self.extent(b)),
        }
    }

    /// The change of a row of which the ALT is bases, and others than REF.
    pub fn bases_changed(&self, row: Row) -> Option<Change> {
        let record = self.record(row);
        let alternate = self
            .alternate(row)
            .filter(|alternate| alleles::is_bases(alternate))?;
        if alternate.eq_ignore_ascii_case(&record.reference) {
            return None;
        }
        Some(Change::new(record.position, &record.reference, alternate))
    }

    /// The bases of a contig that REF columns tell.
    pub fn known_on(&self, contig: &str) -> impl Fn(i64) -> Option<u8> + '_ {
        let contig = contig.to_owned();
        move |place| self.bases.get(&(contig.clone(), place)).copied()
    }

    /// What annotation says of a row: of its ALT.
    pub fn entries(&self, row: Row) -> Vec<Entry> {
        let record = self.record(row);
        let (Some(value), Some(number)) = (record.value("CSQ"), row.allele.checked_sub(1)) else {
            return Vec::new();
        };
        notes::of_alternate(value, &record.reference, &record.alternates, number)
    }

    /// The subject that owns a sample.
    pub fn owner(&self, sample: usize) -> usize {
        let mut subjects = self.subjects.iter();
        subjects
            .position(|subject| subject.samples.contains(&sample))
            .unwrap()
    }

    /// The samples of subjects.
    pub fn samples_of(&self, subjects: &BTreeSet<usize>) -> BTreeSet<usize> {
        let samples = subjects
            .iter()
            .flat_map(|&subject| &self.subjects[subject].samples);
        samples.copied().collect()
    }
}

/// Files of the same samples are one batch, by the first of them.
fn batches(world: &World) -> Vec<usize> {
    let samples = |file: &File| file.samples.iter().cloned().collect::<BTreeSet<String>>();
    let sets: Vec<_> = world.files.iter().map(samples).collect();
    let first = sets
        .iter()
        .map(|set| sets.iter().position(|other| other == set).unwrap());
    first.collect()
}

/// Contigs in the order in which the headers declare them, then in that in which they are met.
fn contigs(world: &World) -> Vec<String> {
    let declared = world.files.iter().flat_map(|file| file.contigs());
    let met = world
        .files
        .iter()
        .flat_map(|file| file.records.iter().map(|record| record.contig.clone()));
    let mut contigs: Vec<String> = Vec::new();
    for name in declared.chain(met) {
        if !contigs.iter().any(|own| contig(own) == contig(&name)) {
            contigs.push(name);
        }
    }
    contigs
}

/// People with samples in the order of their first sample, samples of nobody among them; then people
/// without samples.
fn subjects(world: &World, samples: &[Sample]) -> Vec<Subject> {
    let owner = |sample: &Sample| {
        let mut people = world.people.iter();
        people.position(|person| person.samples.contains(&sample.name))
    };
    let mut subjects: Vec<Subject> = Vec::new();
    for (number, sample) in samples.iter().enumerate() {
        let person = owner(sample);
        let known = person.and_then(|person| {
            subjects
                .iter_mut()
                .find(|subject| subject.person == Some(person))
        });
        if let Some(subject) = known {
            subject.samples.push(number);
            continue;
        }
        let id = person.map_or(&sample.name, |person| &world.people[person].id);
        subjects.push(Subject {
            id: id.clone(),
            samples: vec![number],
            person,
        });
    }
    for (number, person) in world.people.iter().enumerate() {
        if !subjects
            .iter()
            .any(|subject| subject.person == Some(number))
        {
            subjects.push(Subject {
                id: person.id.clone(),
                samples: Vec::new(),
                person: Some(number),
            });
        }
    }
    subjects
}
