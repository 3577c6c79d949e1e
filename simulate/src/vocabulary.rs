//! The terms that are recorded of simulated people, and what is more general than what.
//!
//! Ids and labels are the public ones of their vocabularies; the hierarchy is a small one written by
//! hand, with fewer steps than the ontologies have.

use std::io::{self, Write};

/// A term.
pub(super) struct Term {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    /// Ids of what is more general.
    pub(super) parents: &'static [&'static str],
    /// The same in other vocabularies, in which it is recorded at times.
    pub(super) same: &'static [&'static str],
}

const fn t(
    id: &'static str,
    label: &'static str,
    parents: &'static [&'static str],
    same: &'static [&'static str],
) -> Term {
    Term {
        id,
        label,
        parents,
        same,
    }
}

/// Signs and symptoms, and what is said of them: the Human Phenotype Ontology.
#[rustfmt::skip]
pub(super) const PHENOTYPES: &[Term] = &[
    t("HP:0000001", "All", &[], &[]),
    t("HP:0000005", "Mode of inheritance", &["HP:0000001"], &[]),
    t("HP:0000006", "Autosomal dominant inheritance", &["HP:0000005"], &[]),
    t("HP:0000007", "Autosomal recessive inheritance", &["HP:0000005"], &[]),
    t("HP:0001417", "X-linked inheritance", &["HP:0000005"], &[]),
    t("HP:0012823", "Clinical modifier", &["HP:0000001"], &[]),
    t("HP:0003674", "Onset", &["HP:0012823"], &[]),
    t("HP:0003577", "Congenital onset", &["HP:0003674"], &[]),
    t("HP:0003623", "Neonatal onset", &["HP:0003674"], &[]),
    t("HP:0410280", "Pediatric onset", &["HP:0003674"], &[]),
    t("HP:0003593", "Infantile onset", &["HP:0410280"], &[]),
    t("HP:0011463", "Childhood onset", &["HP:0410280"], &[]),
    t("HP:0003621", "Juvenile onset", &["HP:0410280"], &[]),
    t("HP:0003581", "Adult onset", &["HP:0003674"], &[]),
    t("HP:0012824", "Severity", &["HP:0012823"], &[]),
    t("HP:0012825", "Mild", &["HP:0012824"], &[]),
    t("HP:0012826", "Moderate", &["HP:0012824"], &[]),
    t("HP:0012828", "Severe", &["HP:0012824"], &[]),
    t("HP:0000118", "Phenotypic abnormality", &["HP:0000001"], &[]),
    t("HP:0033127", "Abnormality of the musculoskeletal system", &["HP:0000118"], &[]),
    t("HP:0003011", "Abnormality of the musculature", &["HP:0033127"], &[]),
    t("HP:0011804", "Abnormal muscle physiology", &["HP:0003011"], &[]),
    t("HP:0011805", "Abnormal skeletal muscle morphology", &["HP:0003011"], &[]),
    t("HP:0003198", "Myopathy", &["HP:0011805"], &[]),
    t("HP:0001324", "Muscle weakness", &["HP:0011804"], &["SNOMED:26544005"]),
    t("HP:0003473", "Fatigable weakness", &["HP:0001324", "HP:0003398"], &[]),
    t("HP:0003324", "Generalized muscle weakness", &["HP:0001324"], &[]),
    t("HP:0003690", "Limb muscle weakness", &["HP:0001324"], &[]),
    t("HP:0003325", "Limb-girdle muscle weakness", &["HP:0003690"], &[]),
    t("HP:0003701", "Proximal muscle weakness", &["HP:0001324"], &[]),
    t("HP:0003391", "Gowers sign", &["HP:0003701"], &[]),
    t("HP:0002460", "Distal muscle weakness", &["HP:0001324"], &[]),
    t("HP:0000467", "Neck muscle weakness", &["HP:0001324"], &[]),
    t("HP:0030319", "Weakness of facial musculature", &["HP:0001324", "HP:0000152"], &[]),
    t("HP:0004347", "Weakness of muscles of respiration", &["HP:0001324", "HP:0002795"], &[]),
    t("HP:0003808", "Abnormal muscle tone", &["HP:0011804"], &[]),
    t("HP:0001252", "Hypotonia", &["HP:0003808"], &["SNOMED:398152000"]),
    t("HP:0001290", "Generalized hypotonia", &["HP:0001252"], &[]),
    t("HP:0003394", "Muscle spasm", &["HP:0011804"], &[]),
    t("HP:0002486", "Myotonia", &["HP:0011804"], &[]),
    t("HP:0003457", "EMG abnormality", &["HP:0011804"], &[]),
    t("HP:0100285", "EMG: impaired neuromuscular transmission", &["HP:0003457"], &[]),
    t("HP:0003403", "EMG: decremental response of compound muscle action potential to repetitive nerve stimulation", &["HP:0100285"], &[]),
    t("HP:0001371", "Flexion contracture", &["HP:0033127"], &[]),
    t("HP:0002804", "Arthrogryposis multiplex congenita", &["HP:0001371"], &[]),
    t("HP:0000924", "Abnormality of the skeletal system", &["HP:0033127"], &[]),
    t("HP:0002650", "Scoliosis", &["HP:0000924"], &["SNOMED:298382003"]),
    t("HP:0001166", "Arachnodactyly", &["HP:0000924"], &[]),
    t("HP:0004322", "Short stature", &["HP:0000118"], &[]),
    t("HP:0000152", "Abnormality of head or neck", &["HP:0000118"], &[]),
    t("HP:0000256", "Macrocephaly", &["HP:0000152"], &[]),
    t("HP:0000218", "High palate", &["HP:0000152"], &[]),
    t("HP:0000347", "Micrognathia", &["HP:0000152"], &[]),
    t("HP:0000478", "Abnormality of the eye", &["HP:0000118"], &[]),
    t("HP:0012373", "Abnormal eye physiology", &["HP:0000478"], &[]),
    t("HP:0000508", "Ptosis", &["HP:0012373"], &["SNOMED:11934000"]),
    t("HP:0000496", "Abnormality of eye movement", &["HP:0012373"], &[]),
    t("HP:0000486", "Strabismus", &["HP:0000496"], &["SNOMED:22066006"]),
    t("HP:0000597", "Ophthalmoparesis", &["HP:0000496"], &[]),
    t("HP:0000602", "Ophthalmoplegia", &["HP:0000597"], &[]),
    t("HP:0000651", "Diplopia", &["HP:0012373"], &["SNOMED:24982008"]),
    t("HP:0000518", "Cataract", &["HP:0000478"], &["SNOMED:193570009"]),
    t("HP:0001083", "Ectopia lentis", &["HP:0000478"], &[]),
    t("HP:0001626", "Abnormality of the cardiovascular system", &["HP:0000118"], &[]),
    t("HP:0000822", "Hypertension", &["HP:0001626"], &["SNOMED:38341003"]),
    t("HP:0001638", "Cardiomyopathy", &["HP:0001626"], &["SNOMED:85898001"]),
    t("HP:0001639", "Hypertrophic cardiomyopathy", &["HP:0001638"], &[]),
    t("HP:0001642", "Pulmonic stenosis", &["HP:0001626"], &[]),
    t("HP:0002616", "Aortic root aneurysm", &["HP:0001626"], &[]),
    t("HP:0002086", "Abnormality of the respiratory system", &["HP:0000118"], &[]),
    t("HP:0002795", "Abnormal respiratory system physiology", &["HP:0002086"], &[]),
    t("HP:0002093", "Respiratory insufficiency", &["HP:0002795"], &[]),
    t("HP:0002747", "Respiratory insufficiency due to muscle weakness", &["HP:0002093", "HP:0004347"], &[]),
    t("HP:0002878", "Respiratory failure", &["HP:0002093"], &["SNOMED:409622000"]),
    t("HP:0002094", "Dyspnea", &["HP:0002795"], &["SNOMED:267036007"]),
    t("HP:0002104", "Apnea", &["HP:0002795"], &[]),
    t("HP:0002872", "Apneic episodes precipitated by illness, fatigue, stress", &["HP:0002104"], &[]),
    t("HP:0012735", "Cough", &["HP:0002795"], &["SNOMED:49727002"]),
    t("HP:0002099", "Asthma", &["HP:0002795"], &["SNOMED:195967001"]),
    t("HP:0002205", "Recurrent respiratory infections", &["HP:0002086"], &[]),
    t("HP:0002090", "Pneumonia", &["HP:0002086"], &["SNOMED:233604007"]),
    t("HP:0002110", "Bronchiectasis", &["HP:0002086"], &[]),
    t("HP:0000707", "Abnormality of the nervous system", &["HP:0000118"], &[]),
    t("HP:0012638", "Abnormal nervous system physiology", &["HP:0000707"], &[]),
    t("HP:0003398", "Abnormal synaptic transmission at the neuromuscular junction", &["HP:0012638"], &[]),
    t("HP:0003436", "Prolonged miniature endplate currents", &["HP:0003398"], &[]),
    t("HP:0003402", "Decreased miniature endplate potentials", &["HP:0003398"], &[]),
    t("HP:0001250", "Seizure", &["HP:0012638"], &["SNOMED:91175000"]),
    t("HP:0012759", "Neurodevelopmental abnormality", &["HP:0012638"], &[]),
    t("HP:0001249", "Intellectual disability", &["HP:0012759"], &[]),
    t("HP:0001263", "Global developmental delay", &["HP:0012759"], &[]),
    t("HP:0001270", "Motor delay", &["HP:0012759"], &[]),
    t("HP:0001265", "Hyporeflexia", &["HP:0012638"], &[]),
    t("HP:0001284", "Areflexia", &["HP:0012638"], &[]),
    t("HP:0001260", "Dysarthria", &["HP:0012638"], &["SNOMED:8011004"]),
    t("HP:0002072", "Chorea", &["HP:0012638"], &[]),
    t("HP:0002315", "Headache", &["HP:0012638"], &["SNOMED:25064002"]),
    t("HP:0000458", "Anosmia", &["HP:0012638"], &["SNOMED:44169009"]),
    t("HP:0002015", "Dysphagia", &["HP:0012638", "HP:0025031"], &["SNOMED:40739000"]),
    t("HP:0025031", "Abnormality of the digestive system", &["HP:0000118"], &[]),
    t("HP:0002020", "Gastroesophageal reflux", &["HP:0025031"], &["SNOMED:235595009"]),
    t("HP:0002024", "Malabsorption", &["HP:0025031"], &[]),
    t("HP:0000818", "Abnormality of the endocrine system", &["HP:0000118"], &[]),
    t("HP:0000819", "Diabetes mellitus", &["HP:0000818"], &["SNOMED:73211009"]),
    t("HP:0001939", "Abnormality of metabolism/homeostasis", &["HP:0000118"], &[]),
    t("HP:0003236", "Elevated circulating creatine kinase concentration", &["HP:0001939"], &[]),
    t("HP:0004370", "Abnormality of temperature regulation", &["HP:0001939"], &[]),
    t("HP:0001945", "Fever", &["HP:0004370"], &["SNOMED:386661006"]),
    t("HP:0002047", "Malignant hyperthermia", &["HP:0004370"], &[]),
    t("HP:0025142", "Constitutional symptom", &["HP:0000118"], &[]),
    t("HP:0012378", "Fatigue", &["HP:0025142"], &["SNOMED:84229001"]),
    t("HP:0012531", "Pain", &["HP:0025142"], &["SNOMED:22253000"]),
    t("HP:0002829", "Arthralgia", &["HP:0012531"], &["SNOMED:57676002"]),
    t("HP:0002664", "Neoplasm", &["HP:0000118"], &[]),
    t("HP:0002861", "Melanoma", &["HP:0002664"], &[]),
    t("HP:0001197", "Abnormality of prenatal development or birth", &["HP:0000118"], &[]),
    t("HP:0001558", "Decreased fetal movement", &["HP:0001197"], &[]),
];

/// Diseases, treatments, markers and assays.
#[rustfmt::skip]
pub(super) const OTHERS: &[Term] = &[
    t("MONDO:0000001", "disease", &[], &[]),
    t("MONDO:0005550", "infectious disease", &["MONDO:0000001"], &[]),
    t("MONDO:0005108", "viral infectious disease", &["MONDO:0005550"], &[]),
    t("MONDO:0100096", "COVID-19", &["MONDO:0005108"], &["SNOMED:840539006", "ICD10:U07.1"]),
    t("MONDO:0100233", "long COVID-19", &["MONDO:0100096"], &[]),
    t("MONDO:0005812", "influenza", &["MONDO:0005108"], &["SNOMED:6142004"]),
    t("MONDO:0004992", "cancer", &["MONDO:0000001"], &[]),
    t("MONDO:0005105", "melanoma", &["MONDO:0004992"], &["NCIT:C3224", "SNOMED:372244006"]),
    t("MONDO:0005012", "cutaneous melanoma", &["MONDO:0005105"], &[]),
    t("MONDO:0005575", "colorectal cancer", &["MONDO:0004992"], &[]),
    t("MONDO:0008903", "lung cancer", &["MONDO:0004992"], &[]),
    t("MONDO:0007254", "breast cancer", &["MONDO:0004992"], &[]),
    t("MONDO:0005015", "diabetes mellitus", &["MONDO:0000001"], &[]),
    t("MONDO:0005148", "type 2 diabetes mellitus", &["MONDO:0005015"], &["SNOMED:44054006", "ICD10:E11"]),
    t("MONDO:0005044", "hypertensive disorder", &["MONDO:0000001"], &["ICD10:I10"]),
    t("MONDO:0004979", "asthma", &["MONDO:0000001"], &["ICD10:J45"]),
    t("MONDO:0005277", "migraine disorder", &["MONDO:0000001"], &["SNOMED:37796009"]),
    t("MONDO:0002050", "depressive disorder", &["MONDO:0000001"], &["SNOMED:35489007"]),
    t("MONDO:0003847", "hereditary disease", &["MONDO:0000001"], &[]),
    t("MONDO:0019056", "neuromuscular disease", &["MONDO:0000001"], &[]),
    t("MONDO:0018940", "congenital myasthenic syndrome", &["MONDO:0019056", "MONDO:0003847"], &["ORPHA:590"]),
    t("ATC:L01", "antineoplastic agents", &[], &[]),
    t("ATC:L01EC", "B-Raf serine-threonine kinase (BRAF) inhibitors", &["ATC:L01"], &[]),
    t("NCIT:C64768", "vemurafenib", &["ATC:L01EC"], &["ATC:L01EC01"]),
    t("ATC:L01EC02", "dabrafenib", &["ATC:L01EC"], &[]),
    t("ATC:L01EE01", "trametinib", &["ATC:L01"], &[]),
    t("ATC:L01FF01", "nivolumab", &["ATC:L01"], &[]),
    t("ATC:L01FF02", "pembrolizumab", &["ATC:L01"], &[]),
    t("ATC:A10BA02", "metformin", &[], &[]),
    t("ATC:H02AB02", "dexamethasone", &[], &[]),
    t("ATC:J05AB16", "remdesivir", &[], &[]),
    t("ATC:N07AA02", "pyridostigmine", &[], &[]),
    t("ATC:R03AC02", "salbutamol", &[], &[]),
    t("HGNC:1097", "BRAF", &[], &[]),
    t("civic.vid:12", "BRAF V600E", &["HGNC:1097"], &[]),
    t("civic.vid:17", "BRAF V600K", &["HGNC:1097"], &[]),
    t("HGNC:6407", "KRAS", &[], &[]),
    t("HGNC:3430", "ERBB2", &[], &[]),
    t("LOINC:4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", &[], &[]),
    t("LOINC:39156-5", "Body mass index (BMI) [Ratio]", &[], &[]),
    t("LOINC:2157-6", "Creatine kinase [Enzymatic activity/volume] in Serum or Plasma", &[], &[]),
    t("LOINC:94500-6", "SARS-CoV-2 (COVID-19) RNA [Presence] in Respiratory specimen by NAA with probe detection", &[], &[]),
];

/// A phenotype of a disease, and how often: as a fraction, a percentage, a class of HPO, nothing for
/// always, or [`NOT`].
type Often = (&'static str, &'static str);

/// The disease is known not to have the phenotype.
pub(super) const NOT: &str = "NOT";

/// A disease with the phenotypes that are known of it.
pub(super) struct Disease {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// What it is a kind of.
    pub(super) kind: &'static str,
    pub(super) inheritance: &'static str,
    pub(super) phenotypes: &'static [Often],
}

const fn d(
    id: &'static str,
    name: &'static str,
    kind: &'static str,
    inheritance: &'static str,
    phenotypes: &'static [Often],
) -> Disease {
    Disease {
        id,
        name,
        kind,
        inheritance,
        phenotypes,
    }
}

/// Of diseases that are all of the same kind.
pub(super) const MYASTHENIC: &str = "MONDO:0018940";
const NEUROMUSCULAR: &str = "MONDO:0019056";
const HEREDITARY: &str = "MONDO:0003847";
const DOMINANT: &str = "HP:0000006";
const RECESSIVE: &str = "HP:0000007";
pub(super) const X_LINKED: &str = "HP:0001417";

/// Rare diseases. The shares are invented, near to what is known.
#[rustfmt::skip]
pub(super) const DISEASES: &[Disease] = &[
    d("OMIM:601462", "Myasthenic syndrome, congenital, 1A, slow-channel", MYASTHENIC, DOMINANT, &[
        ("HP:0003473", "9/10"), ("HP:0000508", "12/20"), ("HP:0000597", "40%"), ("HP:0003690", "HP:0040281"),
        ("HP:0003436", "3/4"), ("HP:0002015", "HP:0040283"), ("HP:0002650", "25%"), ("HP:0003403", "8/10"),
    ]),
    d("OMIM:605809", "Myasthenic syndrome, congenital, 4A, slow-channel", MYASTHENIC, RECESSIVE, &[
        ("HP:0003473", ""), ("HP:0000508", "HP:0040281"), ("HP:0000602", "7/10"), ("HP:0001290", "5/10"),
        ("HP:0002872", "30%"), ("HP:0003402", "3/5"), ("HP:0002015", "4/10"), ("HP:0002747", "35%"),
    ]),
    d("OMIM:608931", "Myasthenic syndrome, congenital, 4C, associated with acetylcholine receptor deficiency", MYASTHENIC, RECESSIVE, &[
        ("HP:0003473", "19/20"), ("HP:0000508", "18/20"), ("HP:0000597", "15/20"), ("HP:0030319", "10/20"),
        ("HP:0001270", "9/20"), ("HP:0003403", "14/16"), ("HP:0000218", "6/20"), ("HP:0003236", "NOT"),
    ]),
    d("OMIM:254300", "Myasthenia, limb-girdle, familial", MYASTHENIC, RECESSIVE, &[
        ("HP:0003473", "17/19"), ("HP:0003325", "19/19"), ("HP:0000508", "13/19"), ("HP:0030319", "12/19"),
        ("HP:0003391", "HP:0040282"), ("HP:0000597", "0/19"), ("HP:0002747", "4/19"), ("HP:0003394", "HP:0040284"),
    ]),
    d("OMIM:254210", "Myasthenic syndrome, congenital, 6, presynaptic", MYASTHENIC, RECESSIVE, &[
        ("HP:0002872", "18/20"), ("HP:0003473", "15/20"), ("HP:0000508", "HP:0040282"), ("HP:0001252", "60%"),
        ("HP:0002015", "45%"), ("HP:0002878", "8/20"), ("HP:0002804", "HP:0040283"),
    ]),
    d("OMIM:117000", "Central core disease", NEUROMUSCULAR, DOMINANT, &[
        ("HP:0001252", "75%"), ("HP:0003701", "HP:0040281"), ("HP:0001270", "14/20"), ("HP:0002650", "9/20"),
        ("HP:0003198", ""), ("HP:0002047", "30%"), ("HP:0003236", "25%"), ("HP:0001249", "NOT"),
    ]),
    d("OMIM:145600", "Malignant hyperthermia, susceptibility to, 1", NEUROMUSCULAR, DOMINANT, &[
        ("HP:0002047", ""), ("HP:0003236", "HP:0040282"), ("HP:0003394", "40%"),
    ]),
    d("OMIM:256030", "Nemaline myopathy 2, autosomal recessive", NEUROMUSCULAR, RECESSIVE, &[
        ("HP:0001252", "HP:0040281"), ("HP:0030319", "16/20"), ("HP:0003324", "18/20"), ("HP:0002747", "11/20"),
        ("HP:0000218", "50%"), ("HP:0002015", "12/20"), ("HP:0003198", ""), ("HP:0001558", "HP:0040283"),
    ]),
    d("OMIM:310200", "Duchenne muscular dystrophy", NEUROMUSCULAR, X_LINKED, &[
        ("HP:0003236", ""), ("HP:0003391", "18/20"), ("HP:0003701", "19/20"), ("HP:0001638", "13/20"),
        ("HP:0002650", "HP:0040282"), ("HP:0001249", "25%"), ("HP:0001270", "14/20"),
    ]),
    d("OMIM:253300", "Spinal muscular atrophy, type I", NEUROMUSCULAR, RECESSIVE, &[
        ("HP:0001290", ""), ("HP:0001284", "18/20"), ("HP:0003701", "HP:0040281"), ("HP:0002878", "16/20"),
        ("HP:0002015", "60%"), ("HP:0001558", "HP:0040283"), ("HP:0001249", "NOT"),
    ]),
    d("OMIM:160900", "Myotonic dystrophy 1", NEUROMUSCULAR, DOMINANT, &[
        ("HP:0002486", "19/20"), ("HP:0002460", "17/20"), ("HP:0000518", "15/20"), ("HP:0000508", "10/20"),
        ("HP:0030319", "HP:0040282"), ("HP:0000819", "HP:0040283"), ("HP:0001265", "40%"),
    ]),
    d("OMIM:154700", "Marfan syndrome", HEREDITARY, DOMINANT, &[
        ("HP:0001166", "16/20"), ("HP:0001083", "12/20"), ("HP:0002616", "HP:0040281"), ("HP:0002650", "60%"),
        ("HP:0000218", "HP:0040282"), ("HP:0004322", "NOT"),
    ]),
    d("OMIM:158350", "Cowden syndrome 1", HEREDITARY, DOMINANT, &[
        ("HP:0000256", "HP:0040281"), ("HP:0001249", "HP:0040283"), ("HP:0002664", "85%"),
    ]),
    d("OMIM:163950", "Noonan syndrome 1", HEREDITARY, DOMINANT, &[
        ("HP:0004322", "70%"), ("HP:0001642", "12/20"), ("HP:0001639", "4/20"), ("HP:0000508", "9/20"),
        ("HP:0001249", "HP:0040283"),
    ]),
    d("OMIM:219700", "Cystic fibrosis", HEREDITARY, RECESSIVE, &[
        ("HP:0002205", "HP:0040281"), ("HP:0002110", "16/20"), ("HP:0012735", "19/20"), ("HP:0002024", "80%"),
        ("HP:0000819", "HP:0040283"),
    ]),
    d("OMIM:143100", "Huntington disease", HEREDITARY, DOMINANT, &[
        ("HP:0002072", ""), ("HP:0001260", "HP:0040282"), ("HP:0002015", "50%"),
    ]),
];

/// `terms.obo`.
pub(super) fn write_terms(out: &mut impl Write) -> io::Result<()> {
    out.write_all(
        b"format-version: 1.4\nontology: varidex-simulate\n\
          remark: a few terms of public vocabularies, arranged by hand for simulated people\n",
    )?;
    for term in PHENOTYPES.iter().chain(OTHERS) {
        write!(out, "\n[Term]\nid: {}\nname: {}\n", term.id, term.label)?;
        for same in term.same {
            writeln!(out, "xref: {same}")?;
        }
        for parent in term.parents {
            writeln!(out, "is_a: {parent}")?;
        }
    }
    for disease in DISEASES {
        let Disease { id, name, kind, .. } = disease;
        write!(out, "\n[Term]\nid: {id}\nname: {name}\nis_a: {kind}\n")?;
    }
    Ok(())
}

/// `diseases.hpoa`, in the format of HPO's `phenotype.hpoa`.
pub(super) fn write_diseases(out: &mut impl Write) -> io::Result<()> {
    out.write_all(
        b"#description: invented shares of phenotypes, for simulated people\n\
          database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\t\
          aspect\tbiocuration\n",
    )?;
    for Disease {
        id,
        name,
        inheritance,
        phenotypes,
        ..
    } in DISEASES
    {
        let mut line = |qualifier: &str, term: &str, often: &str, aspect: &str| {
            writeln!(
                out,
                "{id}\t{name}\t{qualifier}\t{term}\t{id}\tTAS\t\t{often}\t\t\t{aspect}\tvaridex:simulate"
            )
        };
        line("", inheritance, "", "I")?;
        for &(term, often) in *phenotypes {
            match often {
                NOT => line(NOT, term, "", "P")?,
                often => line("", term, often, "P")?,
            }
        }
    }
    Ok(())
}
