//! What is asked of variants, as an expression.
//!
//! Positions of Beacon count from 0, with the end outside: those of VCF are one more, with the end inside. The stretch of a
//! variant is that of its REF, or up to where it ends, as records show it in `location.interval`:
//!
//! | asked | answered |
//! |---|---|
//! | `start`, REF and ALT | the allele, however it is spelled |
//! | `start`, ALT or a type | what begins at the base |
//! | `start` and `end` | what touches a base of them |
//! | two of each | what begins in the one and ends in the other, their last places outside |

use super::asked::Parameters;
use super::place::{Source, check_assembly, contig};
use super::refusal::{Checked, Refusal, Shown};
use crate::genome::{Change, Chromosome, Identifier, Interval, Position, parse_identifier};
use crate::query::{ChangeName, VariantExpr};

const SHORT_FORM: &str = "genomicAlleleShortForm";
const AMINO_ACID: &str = "aminoacidChange";

/// A part of a question, and the parameter or filter that it is of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part<E> {
    pub(super) of: String,
    pub(super) expression: E,
    /// What else may be meant, where it is not found.
    pub(super) doubt: Option<Doubt>,
}

/// Why what is not found may be there.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doubt {
    /// It is the one allele of this text, and whether another is the same may depend on bases that are not known.
    Allele(String),
    /// It is of one version of a transcript or a protein: the same of any version.
    Version(VariantExpr),
    /// It is a computed identifier, and some variants have one that is not known.
    Identifier,
}

impl<E> Part<E> {
    pub(super) fn new(of: impl Into<String>, expression: E) -> Self {
        Self {
            of: of.into(),
            expression,
            doubt: None,
        }
    }
}

impl Part<VariantExpr> {
    fn allele(of: impl Into<String>, text: String) -> Self {
        Self {
            of: of.into(),
            expression: VariantExpr::allele(&text),
            doubt: Some(Doubt::Allele(text)),
        }
    }
}

/// The parts that must hold of a variant.
pub(super) fn variants(source: Source<'_>, of: &Parameters) -> Checked<Vec<Part<VariantExpr>>> {
    check_assembly(source.names(), of.assembly.as_deref())?;
    let mut parts = Vec::new();
    if let Some(text) = &of.short_form {
        parts.push(short_form(source, SHORT_FORM, text)?);
    }
    if let Some(gene) = &of.gene {
        parts.push(Part::new("geneId", VariantExpr::gene(gene)));
    }
    if let Some(change) = &of.amino_acid_change {
        let of = AMINO_ACID;
        match ChangeName::of_protein(change) {
            Some(name) => {
                let is = VariantExpr::protein(change);
                parts.push(named_change(source, of, &name, is)?);
            }
            None => return Err(Refusal::bad(format!("{of}: not understood here"))),
        }
    }
    let is_exact = placed(source, of, &mut parts)?;
    if !is_exact {
        if let Some(bases) = &of.reference_bases {
            parts.push(Part::new("referenceBases", VariantExpr::reference(bases)));
        }
        // N and a type: any ALT of the type
        if let Some(bases) = &of.alternate_bases
            && (bases != "N" || of.variant_type.is_none())
        {
            parts.push(Part::new("alternateBases", VariantExpr::alternate(bases)));
        }
    }
    if let Some(kind) = of.variant_type {
        parts.push(Part::new("variantType", VariantExpr::of_type(kind)));
    }
    let length = |length: u64| length as f64;
    if let Some(least) = of.least_length {
        parts.push(Part::new(
            "variantMinLength",
            VariantExpr::length().ge(length(least)),
        ));
    }
    if let Some(greatest) = of.greatest_length {
        parts.push(Part::new(
            "variantMaxLength",
            VariantExpr::length().le(length(greatest)),
        ));
    }
    Ok(parts)
}

/// The genes that are asked for, and the parameter of each.
pub(super) fn genes(of: &Parameters) -> Vec<(&'static str, String)> {
    let gene = of.gene.clone();
    let mut genes: Vec<_> = gene.into_iter().map(|gene| ("geneId", gene)).collect();
    let changes = [
        (
            SHORT_FORM,
            of.short_form.as_deref().and_then(ChangeName::parse),
        ),
        (
            AMINO_ACID,
            of.amino_acid_change
                .as_deref()
                .and_then(ChangeName::of_protein),
        ),
    ];
    for (of, change) in changes {
        let gene = change.as_ref().and_then(ChangeName::gene);
        genes.extend(gene.map(|gene| (of, gene.to_owned())));
    }
    genes
}

/// A change of a transcript or a protein, by annotation. Where annotations have no names of its kind, that it is not
/// among them says nothing.
fn named_change(
    source: Source<'_>,
    of: &str,
    name: &ChangeName,
    is: VariantExpr,
) -> Checked<Part<VariantExpr>> {
    if !name.is_understood() {
        return Err(Refusal::bad(format!(
            "{of}: expected a change as in NM_004333.6:c.1799T>A, NP_004324.2:p.Val600Glu or V600E"
        )));
    }
    let Source::View(view) = source else {
        return Err(Refusal::unanswerable(format!(
            "{of}: published counts have no annotations, by which changes of transcripts and proteins are found"
        )));
    };
    if view.manifest().annotations.is_none() {
        return Err(Refusal::unanswerable(format!(
            "{of}: the data have no annotations, by which changes of transcripts and proteins are found"
        )));
    }
    let is_named = view.names_changes_like(name);
    if !is_named.map_err(|e| Refusal::of_host(&e))? {
        return Err(Refusal::unanswerable(format!(
            "{of}: the annotations of the data name no changes by {}",
            name.kind()
        )));
    }
    let mut part = Part::new(of, is);
    let any = name.of_any_version();
    part.doubt = any.map(|any| Doubt::Version(VariantExpr::allele(any)));
    Ok(part)
}

/// An allele by one of its names, or an id.
pub(super) fn short_form(source: Source<'_>, of: &str, text: &str) -> Checked<Part<VariantExpr>> {
    if let Some(name) = ChangeName::parse(text) {
        // a change of a protein alone is no allele by its form
        let is = match text.contains(':') {
            true => VariantExpr::allele(text),
            false => VariantExpr::protein(text),
        };
        return named_change(source, of, &name, is);
    }
    let parsed = parse_identifier(text)
        .map_err(|e| Refusal::bad(format!("{of}: {}: {}", Shown(text), e.message)))?;
    let name = match parsed {
        // what begins as an allele does is one that is misspelled
        Identifier::Id(id)
            if id
                .split_once([':', '-'])
                .is_some_and(|(name, _)| Chromosome::from_name(name).is_some()) =>
        {
            return Err(Refusal::bad(format!(
                "{of}: expected contig, position, REF and ALT, as in 22:16050075:A:G, found {}",
                Shown(id)
            )));
        }
        Identifier::Id(id) => return Ok(Part::new(of, VariantExpr::id(id))),
        Identifier::Vrs(_) => {
            let mut part = Part::new(of, VariantExpr::allele(text));
            part.doubt = Some(Doubt::Identifier);
            return Ok(part);
        }
        Identifier::Allele(name) => name,
    };
    let contig = contig(source.names(), of, name.contig)?;
    match &name.change {
        // what is no bases may be several variants, of different lengths
        Change::Exact {
            position,
            reference,
            alternate,
        } if alternate.contains('<') => {
            let start = position.zero_based();
            let end = start.saturating_add(1);
            let begins = VariantExpr::begins([(contig.to_owned(), Interval { start, end })]);
            let is = begins
                .and(VariantExpr::reference(reference.as_ref()))
                .and(VariantExpr::alternate(alternate.as_ref()));
            Ok(Part::new(of, is))
        }
        _ => Ok(Part::allele(of, text.to_owned())),
    }
}

/// Where the variants are; whether that is one allele, of which the bases say all.
fn placed(
    source: Source<'_>,
    of: &Parameters,
    parts: &mut Vec<Part<VariantExpr>>,
) -> Checked<bool> {
    let name = match (&of.reference_name, &of.start[..], &of.end[..]) {
        (None, [], []) => return Ok(false),
        (None, ..) => {
            let why = "referenceName: expected one beside start and end";
            return Err(Refusal::bad(why));
        }
        (Some(name), ..) => contig(source.names(), "referenceName", name)?,
    };
    let begins = |start, end| VariantExpr::begins([(name.to_owned(), Interval { start, end })]);
    match (&of.start[..], &of.end[..]) {
        ([], []) => {
            let whole = Interval {
                start: 0,
                end: i32::MAX,
            };
            parts.push(Part::new("referenceName", VariantExpr::region(name, whole)));
            Ok(false)
        }
        ([start], []) => {
            if let (Some(reference), Some(alternate)) = (&of.reference_bases, &of.alternate_bases)
                && let Some(allele) = allele(source, name, *start, [reference, alternate])?
            {
                parts.push(Part::allele(
                    "start, referenceBases and alternateBases",
                    allele,
                ));
                return Ok(true);
            }
            if of.alternate_bases.is_none() && of.variant_type.is_none() {
                let why =
                    "requestParameters: expected alternateBases, variantType or end beside start";
                return Err(Refusal::bad(why));
            }
            let start = base("start", *start)?;
            parts.push(Part::new("start", begins(start, start.saturating_add(1))));
            Ok(false)
        }
        ([start], [end]) => {
            let stretch = VariantExpr::region(name, range(*start, *end)?);
            parts.push(Part::new("start and end", stretch));
            Ok(false)
        }
        (&[start, start_to], &[end, end_to]) => {
            if start_to <= start || end_to <= end {
                let why = "start, end: expected the second of two positions behind the first";
                return Err(Refusal::bad(why));
            }
            let [start, start_to] = bases("start", [start, start_to])?;
            parts.push(Part::new("start", begins(start, start_to)));
            // the first base outside, counted from 0, is the last one inside, counted from 1
            let [end, end_to] = bases("end", [end, end_to])?;
            let [from, to] = [VariantExpr::end().ge(end), VariantExpr::end().lt(end_to)];
            parts.push(Part::new("end", from.and(to)));
            Ok(false)
        }
        _ => Err(Refusal::bad(
            "start, end: expected one of each, two of each, or a start alone",
        )),
    }
}

fn bases(of: &str, [first, second]: [u64; 2]) -> Checked<[i32; 2]> {
    Ok([base(of, first)?, base(of, second)?])
}

fn range(start: u64, end: u64) -> Checked<Interval> {
    let interval = Interval {
        start: base("start", start)?,
        end: base("end", end)?,
    };
    match interval.start < interval.end {
        true => Ok(interval),
        false => Err(Refusal::bad(format!(
            "end: expected more than the start {start}, found {end}"
        ))),
    }
}

/// A place between bases, counted from 0.
fn base(of: &str, number: u64) -> Checked<i32> {
    i32::try_from(number).map_err(|_| {
        Refusal::bad(format!(
            "{of}: expected less than 2147483648, found {number}"
        ))
    })
}

/// The allele of REF and ALT; `None` where letters stand for several bases, for they are no allele.
fn allele(
    source: Source<'_>,
    contig: &str,
    start: u64,
    [reference, alternate]: [&str; 2],
) -> Checked<Option<String>> {
    let plain = |bases: &str| bases.bytes().all(|b| b"ACGT".contains(&b));
    let bare = |bases: &str| bases.is_empty() || bases == "-";
    let start = base("start", start)?;
    // what is put in or taken out without the base before it, as SPDI has it
    if bare(reference) != bare(alternate)
        && [reference, alternate]
            .iter()
            .all(|of| bare(of) || plain(of))
    {
        let names = source.names();
        let accession = names.assembly().and_then(|assembly| {
            let chromosome = names.chromosome(names.resolve(contig).ok()?)?;
            assembly.refseq(chromosome)
        });
        let Some(accession) = accession else {
            return Err(Refusal::unanswerable(
                "referenceBases, alternateBases: without the base before the change they need an assembly, which is not \
                 known of the data",
            ));
        };
        let [reference, alternate] = [reference, alternate].map(|of| of.trim_matches('-'));
        let text = format!("{accession}:{start}:{reference}:{alternate}");
        return Ok(Some(text));
    }
    let is_allele = [reference, alternate]
        .iter()
        .all(|of| !of.is_empty() && plain(of));
    let position = Position::from_zero_based(start.into()).map(Position::one_based);
    Ok(match (is_allele, position) {
        (true, Some(position)) => Some(format!("{contig}:{position}:{reference}:{alternate}")),
        _ => None,
    })
}
