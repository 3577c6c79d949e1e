//! Records of variants.

use super::member::Member;
use super::variant_types::type_name;
use crate::error::{Error, Result};
use crate::genome::{
    AlleleType, ContigNames, Interval, StoredAllele, VrsContig, VrsId, VrsVersion, is_sequence,
};
use crate::model::{Zygosity, consequence};
use crate::publish::PublishedSite;
use crate::query::{Counts, ShownCounts, Variant, VariantNames, vrs_id_of};
use serde::Serialize;
use std::borrow::Cow;

pub(super) mod frequencies;

/// Carriers that a record lists; it says where there are more.
const CARRIERS_MAX: usize = 10_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    variant_internal_id: &'a str,
    variation: Variation<'a>,
    #[serde(skip_serializing_if = "Identifiers::is_empty")]
    identifiers: Identifiers<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    molecular_attributes: Option<Molecular>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    case_level_data: Vec<Case>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<RecordInfo>,
}

/// What of a record is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordInfo {
    case_level_data_listed: usize,
    case_level_data_total: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Variation<'a> {
    variant_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_bases: Option<String>,
    alternate_bases: String,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    sequence_id: &'a str,
    interval: SequenceInterval,
}

#[derive(Serialize)]
struct SequenceInterval {
    #[serde(rename = "type")]
    kind: &'static str,
    start: Number,
    end: Number,
}

#[derive(Serialize)]
struct Number {
    #[serde(rename = "type")]
    kind: &'static str,
    value: i32,
}

impl Number {
    fn new(value: i32) -> Self {
        Self {
            kind: "Number",
            value,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identifiers<'a> {
    #[serde(skip_serializing_if = "Option::is_none", rename = "genomicHGVSId")]
    genomic_hgvs_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty", rename = "transcriptHGVSIds")]
    transcript_hgvs_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", rename = "proteinHGVSIds")]
    protein_hgvs_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variant_alternative_ids: Vec<Alternative<'a>>,
}

impl Identifiers<'_> {
    fn is_empty(&self) -> bool {
        self.genomic_hgvs_id.is_none()
            && self.transcript_hgvs_ids.is_empty()
            && self.protein_hgvs_ids.is_empty()
            && self.variant_alternative_ids.is_empty()
    }
}

#[derive(Serialize)]
struct Alternative<'a> {
    id: Cow<'a, str>,
    notes: &'static str,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Molecular {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gene_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    molecular_effects: Vec<Term>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aminoacid_changes: Vec<String>,
}

#[derive(Serialize)]
struct Term {
    id: Cow<'static, str>,
    label: Cow<'static, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    biosample_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    individual_id: Option<String>,
    zygosity: Term,
}

/// Writes the record of a variant.
pub(super) fn write(
    member: &Member,
    variant: &mut Variant<'_, '_>,
    counts: Counts,
    to: &mut Vec<u8>,
) -> Result<()> {
    let names = variant.names()?;
    let annotated = annotated(member, variant)?;
    let (case_level_data, info) = match member.config.case_level {
        true => cases(member, variant, counts)?,
        false => (Vec::new(), None),
    };
    let (interval, contig) = (variant.interval()?, variant.contig());
    let allele_type = variant.allele_type()?;
    let identifiers = identifiers(variant, &names, annotated.hgvs)?;
    let (reference, alternate) = variant.alleles()?;
    let allele = Allele {
        contig,
        interval,
        allele_type,
        reference,
        alternate,
    };
    let ids = Ids::of(&allele, &names);
    let record = Record {
        variant_internal_id: &ids.internal,
        variation: allele.variation(&ids.sequence),
        identifiers,
        molecular_attributes: annotated.molecular,
        case_level_data,
        info,
    };
    json(&record, to)?;
    frequencies::write(member, variant, to)
}

/// Writes the record of a site that was published, with its counts in populations.
pub(super) fn write_published(
    site: &PublishedSite,
    of: &ContigNames,
    source: &frequencies::Source<'_>,
    populations: impl IntoIterator<Item = (impl AsRef<str>, ShownCounts)>,
    to: &mut Vec<u8>,
) -> Result<()> {
    let (reference, alternate) = site.alleles();
    let row = StoredAllele {
        position: site.position(),
        reference,
        alternate,
        roll: 0,
    };
    let number = of.resolve_listed(site.contig()).ok().flatten();
    let names = VariantNames::of(&row, of, number.unwrap_or(usize::MAX));
    let contig = number.and_then(|number| of.refget(number));
    let contig = contig.and_then(|(accession, length)| {
        Some(VrsContig {
            accession,
            length: i64::try_from(length).ok()?,
            reference: None,
        })
    });
    let vrs = |version| Ok(contig.and_then(|contig| vrs_id_of(&row, &contig, version)));
    let allele = Allele {
        contig: site.contig(),
        interval: site.interval(),
        allele_type: site.allele_type(),
        reference,
        alternate,
    };
    let ids = Ids::of(&allele, &names);
    let record = Record {
        variant_internal_id: &ids.internal,
        variation: allele.variation(&ids.sequence),
        identifiers: Identifiers {
            genomic_hgvs_id: names.hgvs.as_deref(),
            transcript_hgvs_ids: Vec::new(),
            protein_hgvs_ids: Vec::new(),
            variant_alternative_ids: computed(&names, vrs)?,
        },
        molecular_attributes: None,
        case_level_data: Vec::new(),
        info: None,
    };
    json(&record, to)?;
    let numbers = populations.into_iter();
    let numbers = numbers.map(|(label, shown)| Ok((label, frequencies::Numbers::of_shown(&shown))));
    frequencies::write_all(source, numbers, to)
}

/// What is said of an allele, whoever has it.
struct Allele<'a> {
    contig: &'a str,
    interval: Interval,
    allele_type: AlleleType,
    reference: &'a [u8],
    alternate: &'a [u8],
}

/// What an allele is called, and what the sequence that it is on.
struct Ids<'n> {
    internal: Cow<'n, str>,
    sequence: String,
}

impl<'n> Ids<'n> {
    fn of(allele: &Allele<'_>, names: &'n VariantNames) -> Self {
        let first = allele.interval.start.saturating_add(1);
        let internal = match &names.vcf {
            Some(name) => Cow::Borrowed(name.as_str()),
            None => Cow::Owned(format!("{}:{first}", allele.contig)),
        };
        let change = names.hgvs.as_deref().and_then(|hgvs| hgvs.split_once(':'));
        let chromosome = allele.contig.trim_start_matches("chr");
        let sequence = match change {
            Some((_, change)) => format!("HGVSid:{chromosome}:{change}"),
            None => format!("HGVSid:{chromosome}:g.{first}"),
        };
        Self { internal, sequence }
    }
}

/// Writes a value as JSON.
fn json(value: &impl Serialize, to: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(to, value).map_err(|e| Error::Usage(e.to_string()))
}

impl Allele<'_> {
    fn variation<'s>(&self, sequence_id: &'s str) -> Variation<'s> {
        let bases = |text: &[u8]| {
            is_sequence(text).then(|| String::from_utf8_lossy(text).to_ascii_uppercase())
        };
        Variation {
            variant_type: type_name(self.allele_type),
            reference_bases: bases(self.reference),
            // what is no bases has no place here: the internal id has its text
            alternate_bases: bases(self.alternate).unwrap_or_else(|| ".".to_owned()),
            location: Location {
                kind: "SequenceLocation",
                sequence_id,
                interval: SequenceInterval {
                    kind: "SequenceInterval",
                    start: Number::new(self.interval.start),
                    end: Number::new(self.interval.end),
                },
            },
        }
    }
}

/// Names that are computed: SPDI, and identifiers of VRS.
fn computed<'n>(
    names: &'n VariantNames,
    mut vrs: impl FnMut(VrsVersion) -> Result<Option<VrsId>>,
) -> Result<Vec<Alternative<'n>>> {
    let spdi = names.spdi.as_deref().map(|id| Alternative {
        id: Cow::Borrowed(id),
        notes: "SPDI",
    });
    let mut all: Vec<Alternative<'_>> = spdi.into_iter().collect();
    for (version, notes) in [(VrsVersion::V2_0, "VRS 2.0"), (VrsVersion::V1_3, "VRS 1.3")] {
        if let Some(id) = vrs(version)? {
            all.push(Alternative {
                id: Cow::Owned(id.to_string()),
                notes,
            });
        }
    }
    Ok(all)
}

fn identifiers<'n>(
    variant: &mut Variant<'_, '_>,
    names: &'n VariantNames,
    [transcript_hgvs_ids, protein_hgvs_ids]: [Vec<String>; 2],
) -> Result<Identifiers<'n>> {
    let ids = String::from_utf8_lossy(variant.id()?);
    let of_source = ids.split(';').filter(|id| !id.is_empty());
    let mut alternatives: Vec<Alternative<'_>> = of_source
        .map(|id| Alternative {
            id: Cow::Owned(id.to_owned()),
            notes: "ID of the source",
        })
        .collect();
    alternatives.extend(computed(names, |version| variant.vrs_id(version))?);
    Ok(Identifiers {
        genomic_hgvs_id: names.hgvs.as_deref(),
        transcript_hgvs_ids,
        protein_hgvs_ids,
        variant_alternative_ids: alternatives,
    })
}

/// What annotations say of a variant.
#[derive(Default)]
struct Annotated {
    molecular: Option<Molecular>,
    /// Of transcripts, and of proteins.
    hgvs: [Vec<String>; 2],
}

fn annotated(member: &Member, variant: &mut Variant<'_, '_>) -> Result<Annotated> {
    if member.view.manifest().annotations.is_none() {
        return Ok(Annotated::default());
    }
    let mut molecular = Molecular::default();
    let mut hgvs = <[Vec<String>; 2]>::default();
    let mut effects = Vec::new();
    for entry in variant.annotations()? {
        let gene = entry.gene();
        if !gene.is_empty() {
            molecular.gene_ids.push(gene.to_owned());
        }
        effects.extend(entry.consequence.split('&').map(str::to_owned));
        if !entry.protein.is_empty() {
            molecular.aminoacid_changes.push(entry.protein);
        }
        for (to, text) in hgvs.iter_mut().zip([entry.hgvs_c, entry.hgvs_p]) {
            if text.contains(':') {
                to.push(text);
            }
        }
    }
    let [of_transcripts, of_proteins] = &mut hgvs;
    let lists = [
        &mut molecular.gene_ids,
        &mut molecular.aminoacid_changes,
        &mut effects,
    ];
    for list in lists.into_iter().chain([of_transcripts, of_proteins]) {
        list.sort_unstable();
        list.dedup();
    }
    let effects = effects.into_iter().filter_map(|label| {
        let id = consequence::id(&label)?;
        Some(Term {
            id: Cow::Owned(id),
            label: Cow::Owned(label),
        })
    });
    molecular.molecular_effects = effects.collect();
    Ok(Annotated {
        molecular: Some(molecular),
        hgvs,
    })
}

/// Who carries a variant, of those who were asked for; and how many, where not all are listed.
fn cases(
    member: &Member,
    variant: &mut Variant<'_, '_>,
    counts: Counts,
) -> Result<(Vec<Case>, Option<RecordInfo>)> {
    let total = counts.n_het + counts.n_hom + counts.n_hemi;
    let mut carriers = Vec::new();
    variant.carriers(|carrier| {
        if carriers.len() < CARRIERS_MAX {
            carriers.push(carrier);
        }
    })?;
    let mut cases = Vec::with_capacity(carriers.len());
    for carrier in carriers {
        let (id, label) = match carrier.zygosity() {
            Zygosity::Het => ("GENO:0000135", "heterozygous"),
            Zygosity::Hom => ("GENO:0000136", "homozygous"),
            Zygosity::Hemi => ("GENO:0000134", "hemizygous"),
        };
        cases.push(Case {
            biosample_id: member.view.sample_name(carrier.sample)?.to_owned(),
            individual_id: member
                .view
                .individual_of(carrier.sample)?
                .map(str::to_owned),
            zygosity: Term {
                id: Cow::Borrowed(id),
                label: Cow::Borrowed(label),
            },
        });
    }
    let info = (total > cases.len() as u64).then_some(RecordInfo {
        case_level_data_listed: cases.len(),
        case_level_data_total: total,
    });
    Ok((cases, info))
}
