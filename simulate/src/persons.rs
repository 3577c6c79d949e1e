//! What is recorded of each person.
//!
//! As in a clinic's files: most people have little recorded, some nothing; a diagnosis is not made of
//! everybody who has the disease; phenotypes are forgotten, or recorded less exactly than they are, or
//! in another vocabulary.

use super::random::Random;
use super::vocabulary::{DISEASES, Disease, MYASTHENIC, NOT, OTHERS, PHENOTYPES, Term, X_LINKED};
use super::{Sex, people};

/// Something coded that is recorded of a person.
#[derive(Clone, Copy)]
pub(super) struct Recorded {
    /// The id by which the vocabulary of the simulation knows it.
    pub(super) id: &'static str,
    /// The id that is written: of the term itself, or of what is the same elsewhere.
    pub(super) code: &'static str,
    pub(super) label: &'static str,
    pub(super) excluded: bool,
    pub(super) onset: Option<Onset>,
    pub(super) severity: Option<Severity>,
}

/// How bad: id and label.
pub(super) type Severity = (&'static str, &'static str);

/// When something began.
#[derive(Clone, Copy)]
pub(super) enum Onset {
    /// At an age in months.
    Age(u32),
    /// Between two ages in years.
    Between(u32, u32),
    /// In a stage of life: id and label.
    Stage(&'static str, &'static str),
}

/// A value of an assay.
#[derive(Clone, Copy)]
pub(super) struct Measured {
    pub(super) assay: &'static Term,
    pub(super) value: Value,
}

#[derive(Clone, Copy)]
pub(super) enum Value {
    /// In tenths, with a unit where one is given.
    Number(u32, Option<&'static str>),
    /// Whether it was found.
    Found(bool),
}

/// A drug and the year in which it was given first.
#[derive(Clone, Copy)]
pub(super) struct Treated {
    pub(super) drug: Recorded,
    pub(super) year: u32,
}

/// Where a person's sample is named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// The sample has the person's own id.
    Own,
    /// It is one of the person's biosamples.
    Biosample,
    /// The person's files tell it.
    File,
}

/// A person; the n-th has the n-th sample, as long as there are samples.
pub(super) struct Person {
    pub(super) number: usize,
    /// How its sample is named; `None` of a person without one.
    pub(super) named: Option<Named>,
    pub(super) sex: Option<Sex>,
    /// An index into the populations.
    pub(super) population: Option<u8>,
    /// Age when last seen, in months.
    pub(super) age: Option<u32>,
    pub(super) phenotypes: Vec<Recorded>,
    pub(super) diseases: Vec<Recorded>,
    pub(super) treatments: Vec<Treated>,
    pub(super) markers: Vec<Recorded>,
    pub(super) measured: Vec<Measured>,
}

impl Person {
    pub(super) fn id(&self) -> String {
        id(self.number, self.named == Some(Named::Own))
    }
}

/// The id of the n-th person.
pub(super) fn id(number: usize, own: bool) -> String {
    match own {
        true => people::name(number),
        false => format!("PAT{:07}", number + 1),
    }
}

/// Samples of whom no person is known.
const NOBODYS: f64 = 0.05;
/// People without a sample, for each sample.
const WITHOUT_SAMPLE: f64 = 0.04;
/// People seen for a rare disease.
const RARE: f64 = 0.02;
/// Of those, the ones with a disease that is found.
const DIAGNOSED: f64 = 0.7;
/// People of whom no phenotype is recorded, unless they have a rare disease.
const UNDESCRIBED: f64 = 0.45;

/// Share among everybody, of drugs and phenotypes among those who have it.
type Share = (&'static str, f64);

struct Common {
    id: &'static str,
    share: f64,
    drugs: &'static [Share],
    phenotypes: &'static [Share],
    /// Of its tumour, one at most.
    markers: &'static [Share],
}

const fn common(
    id: &'static str,
    share: f64,
    drugs: &'static [Share],
    phenotypes: &'static [Share],
    markers: &'static [Share],
) -> Common {
    Common {
        id,
        share,
        drugs,
        phenotypes,
        markers,
    }
}

const COVID: &str = "MONDO:0100096";
const LONG_COVID: &str = "MONDO:0100233";
const MELANOMA: &str = "MONDO:0005105";
const SKIN_MELANOMA: &str = "MONDO:0005012";
const DIABETES: &str = "MONDO:0005148";
const BRAF: &str = "HGNC:1097";
const V600E: &str = "civic.vid:12";
const V600K: &str = "civic.vid:17";
const KRAS: &str = "HGNC:6407";
const VEMURAFENIB: &str = "NCIT:C64768";
const DABRAFENIB: &str = "ATC:L01EC02";
const TRAMETINIB: &str = "ATC:L01EE01";

#[rustfmt::skip]
const COMMON: &[Common] = &[
    common(COVID, 0.22,
        &[("ATC:H02AB02", 0.04), ("ATC:J05AB16", 0.02)],
        &[("HP:0001945", 0.5), ("HP:0012735", 0.45), ("HP:0000458", 0.25), ("HP:0002094", 0.15), ("HP:0012378", 0.3), ("HP:0002090", 0.05)],
        &[]),
    common("MONDO:0005812", 0.03, &[], &[("HP:0001945", 0.6), ("HP:0012735", 0.4)], &[]),
    common(DIABETES, 0.08, &[("ATC:A10BA02", 0.6)], &[("HP:0000819", 0.3)], &[]),
    common("MONDO:0005044", 0.15, &[], &[("HP:0000822", 0.5)], &[]),
    common("MONDO:0004979", 0.07, &[("ATC:R03AC02", 0.5)], &[("HP:0002099", 0.3), ("HP:0012735", 0.2)], &[]),
    common("MONDO:0005277", 0.08, &[], &[("HP:0002315", 0.5)], &[]),
    common("MONDO:0002050", 0.09, &[], &[("HP:0012378", 0.2)], &[]),
    common(MELANOMA, 0.02,
        &[("ATC:L01FF02", 0.3), ("ATC:L01FF01", 0.15)],
        &[("HP:0002861", 0.3)],
        &[(V600E, 0.33), (V600K, 0.06), (BRAF, 0.04)]),
    common("MONDO:0005575", 0.015, &[], &[], &[(V600E, 0.08), (KRAS, 0.35)]),
    common("MONDO:0008903", 0.01, &[("ATC:L01FF02", 0.2)], &[("HP:0012735", 0.3)], &[(V600E, 0.02), (KRAS, 0.25)]),
    common("MONDO:0007254", 0.02, &[], &[], &[("HGNC:3430", 0.15)]),
];

/// Phenotypes that people come with for many reasons.
#[rustfmt::skip]
const COMPLAINTS: &[Share] = &[
    ("HP:0000822", 0.12), ("HP:0002315", 0.06), ("HP:0012378", 0.08), ("HP:0012531", 0.07), ("HP:0002829", 0.06),
    ("HP:0002020", 0.07), ("HP:0012735", 0.03), ("HP:0002094", 0.03), ("HP:0000518", 0.04), ("HP:0002650", 0.02),
    ("HP:0001324", 0.02), ("HP:0001250", 0.01), ("HP:0002015", 0.01), ("HP:0004322", 0.01), ("HP:0001638", 0.008),
    ("HP:0001249", 0.008), ("HP:0001263", 0.008), ("HP:0000508", 0.006), ("HP:0000651", 0.005), ("HP:0003701", 0.004),
    ("HP:0000486", 0.01), ("HP:0001252", 0.003), ("HP:0003473", 0.001), ("HP:0000597", 0.001),
];

const STAGES: [Severity; 5] = [
    ("HP:0003577", "Congenital onset"),
    ("HP:0003593", "Infantile onset"),
    ("HP:0011463", "Childhood onset"),
    ("HP:0003621", "Juvenile onset"),
    ("HP:0003581", "Adult onset"),
];
const SEVERITIES: [Severity; 3] = [
    ("HP:0012825", "Mild"),
    ("HP:0012826", "Moderate"),
    ("HP:0012828", "Severe"),
];

/// Draws people one after the other.
pub(super) struct Persons<'a> {
    random: Random,
    people: &'a people::People,
    populations: usize,
    /// People of families, ascending: the pedigree has all of them, by the names of their samples.
    families: Vec<u32>,
    next: usize,
    /// How many there are, those included who are only a sample.
    total: usize,
}

impl<'a> Persons<'a> {
    pub(super) fn new(
        people: &'a people::People,
        populations: usize,
        families: Vec<u32>,
        random: Random,
    ) -> Self {
        let samples = people.sex.len();
        Self {
            random,
            people,
            populations,
            families,
            next: 0,
            total: samples + (samples as f64 * WITHOUT_SAMPLE) as usize,
        }
    }

    fn in_family(&self, number: usize) -> bool {
        u32::try_from(number).is_ok_and(|n| self.families.binary_search(&n).is_ok())
    }

    fn draw(&mut self, number: usize, family: bool) -> Person {
        let sample = number < self.people.sex.len();
        let random = &mut self.random;
        let named = match random.unit() {
            _ if !sample => None,
            _ if family => Some(Named::Own),
            draw if draw < 0.6 => Some(Named::Own),
            draw if draw < 0.85 => Some(Named::Biosample),
            _ => Some(Named::File),
        };
        let drawn_sex = [Sex::Female, Sex::Male][random.below(2)];
        let sex = self.people.sex.get(number).copied().unwrap_or(drawn_sex);
        let drawn_population = random.below(self.populations) as u8;
        let population = self.people.population.get(number).copied();
        let population = population.unwrap_or(drawn_population);
        let patient = random.chance(RARE);
        let child = random.chance(if patient { 0.5 } else { 0.05 });
        let years = match child {
            true => 18.0 * random.unit(),
            false => 18.0 + 72.0 * random.unit(),
        };
        let age = (12.0 * years) as u32;
        let mut person = Person {
            number,
            named,
            sex: (!random.chance(0.01)).then_some(sex),
            population: (!random.chance(0.08)).then_some(population),
            age: (!random.chance(0.1)).then_some(age),
            phenotypes: Vec::new(),
            diseases: Vec::new(),
            treatments: Vec::new(),
            markers: Vec::new(),
            measured: Vec::new(),
        };
        let described = !random.chance(UNDESCRIBED);
        let mut draws = Draws { random, age };
        if patient {
            draws.rare(&mut person, sex);
        }
        for common in COMMON {
            if draws.random.chance(common.share) {
                draws.common(&mut person, common, described);
            } else if common.id == COVID && draws.random.chance(0.03) {
                let mut tested = draws.record(COVID);
                (tested.excluded, tested.onset) = (true, None);
                person.diseases.push(tested);
            }
        }
        if described {
            for &(phenotype, share) in COMPLAINTS {
                draws.feature(&mut person, phenotype, share, 0.02);
            }
        }
        draws.measure(&mut person);
        person
    }
}

impl Iterator for Persons<'_> {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        while self.next < self.total {
            let number = self.next;
            self.next += 1;
            let family = self.in_family(number);
            let unknown = self.random.chance(NOBODYS);
            let person = self.draw(number, family);
            if !unknown || family || person.named.is_none() {
                return Some(person);
            }
        }
        None
    }
}

/// The draws of one person.
struct Draws<'r> {
    random: &'r mut Random,
    age: u32,
}

/// The term of an id; none that the simulation uses is missing.
pub(super) fn term(id: &str) -> Option<&'static Term> {
    PHENOTYPES.iter().chain(OTHERS).find(|term| term.id == id)
}

impl Draws<'_> {
    /// A record of a term, at times in another vocabulary.
    fn record(&mut self, id: &'static str) -> Recorded {
        let term = term(id);
        let same = term.map_or(&[][..], |term| term.same);
        let elsewhere = self.random.chance(0.3);
        let which = self.random.below(same.len());
        let code = same.get(which).filter(|_| elsewhere).copied();
        Recorded {
            id,
            code: code.unwrap_or(id),
            label: term.map_or("", |term| term.label),
            excluded: false,
            onset: self.onset(),
            severity: None,
        }
    }

    fn onset(&mut self) -> Option<Onset> {
        let age = (f64::from(self.age) * self.random.unit()) as u32;
        let (kind, wide) = (self.random.unit(), self.random.below(5) as u32);
        match kind {
            k if k < 0.4 => None,
            k if k < 0.8 => Some(Onset::Age(age)),
            k if k < 0.88 => Some(Onset::Between(age / 12, age / 12 + wide + 1)),
            _ => {
                let stage = match age / 12 {
                    0 => wide.min(1),
                    1..5 => 2,
                    5..16 => 3,
                    _ => 4,
                };
                let stage = STAGES.get(stage as usize).copied();
                stage.map(|(id, label)| Onset::Stage(id, label))
            }
        }
    }

    /// A phenotype with its share among such people: recorded, forgotten, or found absent.
    fn feature(&mut self, person: &mut Person, id: &'static str, share: f64, absent: f64) {
        let (has, forgotten, vague) = (
            self.random.chance(share),
            self.random.chance(0.25),
            self.random.chance(0.12),
        );
        if !has {
            if self.random.chance(absent) {
                let mut record = self.record(id);
                (record.excluded, record.onset) = (true, None);
                self.add(person, record);
            }
            return;
        }
        if forgotten {
            return;
        }
        let general = term(id).and_then(|term| term.parents.first()).copied();
        let mut record = self.record(general.filter(|_| vague).unwrap_or(id));
        if self.random.chance(0.2) {
            record.severity = SEVERITIES.get(self.random.below(3)).copied();
        }
        self.add(person, record);
    }

    /// A phenotype once, and not both present and absent.
    fn add(&self, person: &mut Person, record: Recorded) {
        if !person.phenotypes.iter().any(|known| known.id == record.id) {
            person.phenotypes.push(record);
        }
    }

    fn rare(&mut self, person: &mut Person, sex: Sex) {
        let Some(disease) = DISEASES.get(self.random.below(DISEASES.len())) else {
            return;
        };
        if disease.inheritance == X_LINKED && sex == Sex::Female {
            return;
        }
        if self.random.chance(DIAGNOSED) {
            let record = self.diagnosis(disease);
            person.diseases.push(record);
        }
        for &(phenotype, often) in disease.phenotypes {
            match often {
                NOT => self.feature(person, phenotype, 0.0, 0.3),
                often => self.feature(person, phenotype, share(often).into(), 0.25),
            }
        }
        if disease.kind == MYASTHENIC && self.random.chance(0.6) {
            self.treat(person, "ATC:N07AA02");
        }
        if self.random.chance(0.4)
            && let Some(assay) = term("LOINC:2157-6")
        {
            let value = 400 + self.random.below(20_000) as u32;
            let value = Value::Number(value, Some("U/L"));
            person.measured.push(Measured { assay, value });
        }
    }

    /// Often it is known of which kind a disease is, but not which it is.
    fn diagnosis(&mut self, disease: &'static Disease) -> Recorded {
        let mut record = self.record(disease.kind);
        if disease.kind != MYASTHENIC || self.random.chance(0.5) {
            (record.id, record.code, record.label) = (disease.id, disease.id, disease.name);
        }
        record
    }

    fn common(&mut self, person: &mut Person, common: &Common, described: bool) {
        let special = match common.id {
            COVID if self.random.chance(0.06) => LONG_COVID,
            MELANOMA if self.random.chance(0.6) => SKIN_MELANOMA,
            id => id,
        };
        let record = self.record(special);
        person.diseases.push(record);
        if described {
            for &(phenotype, share) in common.phenotypes {
                self.feature(person, phenotype, share, 0.05);
            }
        }
        let mut draw = self.random.unit();
        let mut marker = None;
        for &(id, share) in common.markers {
            if (0.0..share).contains(&draw) {
                marker = Some(id);
            }
            draw -= share;
        }
        if let Some(id) = marker {
            let mut record = self.record(id);
            record.onset = None;
            person.markers.push(record);
        }
        if common.id == MELANOMA {
            self.inhibitors(person, marker.is_some());
        }
        for &(drug, share) in common.drugs {
            if self.random.chance(share) {
                self.treat(person, drug);
            }
        }
        if common.id == COVID && self.random.chance(0.3) {
            self.tested(person, true);
        }
    }

    /// Drugs against a BRAF that is mutated; of few who get them the marker is not recorded.
    fn inhibitors(&mut self, person: &mut Person, marked: bool) {
        let [first, second] = if marked { [0.45, 0.3] } else { [0.02, 0.02] };
        if self.random.chance(first) {
            self.treat(person, VEMURAFENIB);
        } else if self.random.chance(second) {
            self.treat(person, DABRAFENIB);
            self.treat(person, TRAMETINIB);
        }
    }

    fn treat(&mut self, person: &mut Person, id: &'static str) {
        let mut drug = self.record(id);
        drug.onset = None;
        let year = 2012 + self.random.below(12) as u32;
        if !person.treatments.iter().any(|known| known.drug.id == id) {
            person.treatments.push(Treated { drug, year });
        }
    }

    fn tested(&self, person: &mut Person, found: bool) {
        if let Some(assay) = term("LOINC:94500-6") {
            let value = Value::Found(found);
            person.measured.push(Measured { assay, value });
        }
    }

    fn measure(&mut self, person: &mut Person) {
        let unit = |random: &mut Random, unit| (!random.chance(0.05)).then_some(unit);
        if self.random.chance(0.5)
            && let Some(assay) = term("LOINC:39156-5")
        {
            let tenths = 170 + self.random.below(90) as u32 + self.random.below(90) as u32;
            let value = Value::Number(tenths, unit(self.random, "kg/m2"));
            person.measured.push(Measured { assay, value });
        }
        let diabetic = person.diseases.iter().any(|record| record.id == DIABETES);
        if self.random.chance(if diabetic { 0.8 } else { 0.1 })
            && let Some(assay) = term("LOINC:4548-4")
        {
            let least = if diabetic { 60 } else { 48 };
            let tenths = least + self.random.below(12) as u32 + self.random.below(12) as u32;
            let value = Value::Number(tenths, unit(self.random, "%"));
            person.measured.push(Measured { assay, value });
        }
        if self.random.chance(0.05) {
            self.tested(person, false);
        }
    }
}

/// The share that a text of the table of diseases gives.
pub(super) fn share(often: &str) -> f32 {
    let number = |text: &str| text.parse::<f32>().unwrap_or(0.0);
    match often {
        "" => 1.0,
        "HP:0040281" => 0.9,
        "HP:0040282" => 0.55,
        "HP:0040283" => 0.17,
        "HP:0040284" => 0.025,
        NOT => 0.0,
        text => match text.split_once('/') {
            Some((n, of)) => number(n) / number(of),
            None => number(text.trim_end_matches('%')) / 100.0,
        },
    }
}
