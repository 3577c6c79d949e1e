//! A request as expressions over one dataset, run: which variants or people there are, and how many may be spoken of.

use super::asked::Asked;
use super::cohorts;
use super::filters::{self, Filters};
use super::member::Member;
use super::parameters::{self, Doubt, Part, short_form};
use super::place::{Source, in_gene_models};
use super::refusal::{Checked, Refusal, Shown};
use super::request::EntryType;
use crate::access::Release;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::Zygosity;
use crate::query::{
    Allele, CarrierOptions, ChangeName, Counts, Group, GroupExpr, Query, Scan, Variant, VariantExpr,
};
use std::collections::HashSet;

/// What is asked of one dataset.
#[derive(Debug)]
pub(super) struct Question<'m> {
    pub(super) member: &'m Member,
    variants: Vec<Part<VariantExpr>>,
    people: Vec<Part<GroupExpr>>,
    zygosity: Option<Zygosity>,
}

/// All of these, where there are any.
fn all_of<E: Clone>(parts: &[Part<E>], and: impl Fn(E, E) -> E) -> Option<E> {
    let all = parts.iter().map(|part| part.expression.clone());
    all.reduce(and)
}

impl<'m> Question<'m> {
    pub(super) fn new(
        member: &'m Member,
        asked: &Asked,
        one: Option<&(EntryType, String)>,
        release: Release,
        has_policy: bool,
    ) -> Checked<Self> {
        let Filters {
            people,
            mut recorded,
            variants: consequences,
            zygosity,
        } = filters::read(&member.view, &asked.filters, release)?;
        let mut variants = parameters::variants(Source::View(&member.view), &asked.parameters)?;
        variants.extend(consequences);
        let mut genes: Vec<(String, String)> = parameters::genes(&asked.parameters)
            .into_iter()
            .map(|(of, gene)| (of.to_owned(), gene))
            .collect();
        if let Some((EntryType::Variants, id)) = one {
            let of = format!("the id {}", Shown(id));
            let named = ChangeName::parse(id);
            let gene = named.as_ref().and_then(ChangeName::gene);
            genes.extend(gene.map(|gene| (of.clone(), gene.to_owned())));
            variants.push(short_form(Source::View(&member.view), &of, id)?);
        }
        for (of, gene) in genes {
            if member.view.manifest().annotations.is_some()
                && !in_gene_models(&member.view, &of, &gene)?
            {
                let carriers = GroupExpr::carriers(VariantExpr::gene(gene));
                recorded.push(Part::new(of, carriers));
            }
        }
        let mut question = Self {
            member,
            variants,
            people,
            zygosity,
        };
        for part in &recorded {
            // a name that is known nowhere is refused in its turn, as one that too few have is
            let is_shown = match member.view.ask(part.expression.clone()) {
                Ok(has) => release.is_shown(has.count()),
                Err(Error::Expression(_) | Error::Usage(_)) => false,
                Err(e) => return Err(Refusal::of_host(&e)),
            };
            if !is_shown {
                return Err(not_understood(&part.of));
            }
        }
        if let Some((EntryType::Individuals, id)) = one {
            // nobody of this id is answered like somebody who may not be spoken of
            let one = GroupExpr::individuals([id.as_str()]);
            let one = match member.view.plan(one.clone()) {
                Ok(_) => one,
                Err(Error::Expression(_) | Error::Usage(_) | Error::NotAllowed { .. }) => {
                    GroupExpr::all().not()
                }
                Err(e) => return Err(Refusal::of_host(&e)),
            };
            let one = Part::new(format!("the id {}", Shown(id)), one);
            question.people.push(one);
        }
        if let Some((EntryType::Cohorts, name)) = one {
            let of = format!("the id {}", Shown(name));
            let Some(name) = cohorts::published(member, name)? else {
                return Err(Refusal::new(404, format!("{of}: no such cohort is here")));
            };
            question
                .people
                .push(Part::new(of, cohorts::expression(&name)));
        }
        for part in &question.people {
            if cohorts::uses_others(member, &part.expression)? {
                return Err(not_understood(&part.of));
            }
        }
        for part in &mut question.variants {
            // to look whether enough people have others would be a question of its own
            if has_policy && matches!(part.doubt, Some(Doubt::Version(_) | Doubt::Identifier)) {
                return Err(Refusal::unanswerable(format!(
                    "{}: under a policy alleles are asked for by their place and bases",
                    part.of
                )));
            }
            decide(member, part, release)?;
        }
        Ok(question)
    }

    /// Whether variants are asked for by what they are, or by who carries them.
    pub(super) fn says_which(&self) -> bool {
        self.asks_variants() || !self.people.is_empty()
    }

    /// Whether variants are asked for, alone or carried by people.
    pub(super) fn asks_variants(&self) -> bool {
        !self.variants.is_empty() || self.zygosity.is_some()
    }

    pub(super) fn zygosity(&self) -> Option<Zygosity> {
        self.zygosity
    }

    /// What is asked of people, where something is.
    pub(super) fn people_asked(&self) -> Option<GroupExpr> {
        all_of(&self.people, GroupExpr::and)
    }

    /// What is asked of variants.
    pub(super) fn variants_asked(&self) -> VariantExpr {
        all_of(&self.variants, VariantExpr::and).unwrap_or_else(VariantExpr::all)
    }

    /// The people that are asked for: those who carry such a variant, where variants are asked for as well.
    pub(super) fn individuals(&self) -> Checked<Group> {
        let who = self.who();
        self.member.view.ask(who).map_err(|e| self.refusal(&e))
    }

    /// The same as an expression.
    pub(super) fn who(&self) -> GroupExpr {
        let mut who = self.people_asked();
        if self.asks_variants() {
            let variants = self.variants_asked();
            let carriers = match self.zygosity {
                Some(zygosity) => {
                    GroupExpr::carriers_with(variants, CarrierOptions::default().zygosity(zygosity))
                }
                None => GroupExpr::carriers(variants),
            };
            who = Some(match who {
                Some(who) => who.and(carriers),
                None => carriers,
            });
        }
        who.unwrap_or_else(GroupExpr::all)
    }

    /// The variants that are asked for, counted in those who are.
    pub(super) fn variants(&self) -> Checked<Found<'m>> {
        let of = self.variants_asked();
        let run = || -> Result<Found<'m>> {
            let view = &self.member.view;
            let group = match self.people_asked() {
                Some(who) => Some(view.ask(who)?),
                None => None,
            };
            let query = Query::new(of)?.in_group(group.as_ref());
            let query = query.by(self.member.populations.clone());
            Ok(Found {
                scan: view.scan(&query)?,
                member: self.member,
                zygosity: self.zygosity,
                seen: HashSet::new(),
            })
        };
        run().map_err(|e| self.refusal(&e))
    }

    /// What is said of an error: which part of the request is not known here. What the data would have instead is not.
    pub(super) fn refusal(&self, error: &Error) -> Refusal {
        if !matches!(error, Error::Expression(_) | Error::Usage(_)) {
            return Refusal::of_host(error);
        }
        let view = &self.member.view;
        let is_wrong =
            |who: GroupExpr| matches!(view.plan(who), Err(Error::Expression(_) | Error::Usage(_)));
        for part in &self.people {
            if is_wrong(part.expression.clone()) {
                return not_understood(&part.of);
            }
        }
        for part in &self.variants {
            if is_wrong(GroupExpr::carriers(part.expression.clone())) {
                return not_understood(&part.of);
            }
        }
        Refusal::bad("the request is not understood here")
    }
}

/// What is not found may still be there: under another version of its transcript, or as an allele that is the same by
/// bases that are not known here. It is said where enough people have the other one, and else as if nobody had.
fn decide(member: &Member, part: &mut Part<VariantExpr>, release: Release) -> Checked<()> {
    let view = &member.view;
    let text = match part.doubt.take() {
        None => return Ok(()),
        Some(Doubt::Version(any)) => return decide_version(view, part, any, release),
        Some(Doubt::Identifier) => return decide_identifier(member, part, release),
        Some(Doubt::Allele(text)) => text,
    };
    let others = match view.undecided(&text) {
        Ok(others) => others,
        // what is wrong with it is found when it is asked
        Err(Error::Expression(_)) => return Ok(()),
        Err(e) => return Err(Refusal::of_host(&e)),
    };
    let people = carriers_of(view, &others).map_err(|e| Refusal::of_host(&e))?;
    match others.is_empty() {
        true => Ok(()),
        false if release.is_allele_shown(people) => Err(Refusal::unanswerable(format!(
            "{}: whether it is there cannot be decided: it depends on bases of the reference, which are not known here",
            part.of
        ))),
        false => {
            part.expression = VariantExpr::all().not();
            Ok(())
        }
    }
}

/// Other versions of a transcript count otherwise, so they are not the one that is asked for; but that nobody has it
/// would say what annotations do not.
fn decide_version(
    view: &View,
    part: &Part<VariantExpr>,
    any: VariantExpr,
    release: Release,
) -> Checked<()> {
    let is_shown = |people: Option<u64>| people.is_some_and(|people| release.is_shown(people));
    let found = people_with(view, part.expression.clone())?;
    match found.is_some() && !is_shown(found) && is_shown(people_with(view, any)?) {
        true => Err(Refusal::unanswerable(format!(
            "{}: the annotations of the data have the change of another version of this: ask for it without a version",
            part.of
        ))),
        false => Ok(()),
    }
}

/// An identifier that too few have is like one that nobody has; and whether anybody has that one is not known, where
/// enough people carry a variant of which the identifier is not.
fn decide_identifier(
    member: &Member,
    part: &mut Part<VariantExpr>,
    release: Release,
) -> Checked<()> {
    let found = people_with(&member.view, part.expression.clone())?;
    if found.is_some_and(|people| release.is_shown(people)) {
        return Ok(());
    }
    let others = member.people_unidentified();
    if release.is_shown(others.map_err(|e| Refusal::of_host(&e))?) {
        return Err(Refusal::unanswerable(format!(
            "{}: whether it is there cannot be decided: identifiers of some variants depend on bases of the reference, or \
             on an assembly, which are not known here",
            part.of
        )));
    }
    part.expression = VariantExpr::all().not();
    Ok(())
}

/// How many people carry such a variant; `None` where the expression is wrong, which is found when it is asked.
fn people_with(view: &View, of: VariantExpr) -> Checked<Option<u64>> {
    match view.ask(GroupExpr::carriers(of)) {
        Ok(group) => Ok(Some(group.count())),
        Err(Error::Expression(_) | Error::Usage(_)) => Ok(None),
        Err(e) => Err(Refusal::of_host(&e)),
    }
}

/// How many people carry any of these.
pub(super) fn carriers_of(view: &View, alleles: &[Allele<'_>]) -> Result<u64> {
    let (mut samples, mut people) = (HashSet::new(), HashSet::new());
    for allele in alleles {
        allele.carriers(|carrier| {
            samples.insert(carrier.sample);
        })?;
    }
    for sample in samples {
        people.insert(match view.sample_table().individual_of(sample)? {
            Some(individual) => (true, individual),
            None => (false, sample),
        });
    }
    Ok(people.len() as u64)
}

fn not_understood(part: &str) -> Refusal {
    Refusal::bad(format!("{part}: not understood here"))
}

/// Variants that were found, one after the other.
pub(super) struct Found<'m> {
    scan: Scan,
    member: &'m Member,
    zygosity: Option<Zygosity>,
    /// Who carries a variant, where people have several samples.
    seen: HashSet<u32>,
}

impl Found<'_> {
    /// Calls `f` with the next variant that may be spoken of, and its counts in those who were asked for; `None` after
    /// the last.
    pub(super) fn next<T>(
        &mut self,
        release: Release,
        mut f: impl FnMut(&mut Variant<'_, '_>, Counts) -> Result<T>,
    ) -> Checked<Option<T>> {
        loop {
            let (seen, member, zygosity) = (&mut self.seen, self.member, self.zygosity);
            let next = self.scan.next(|mut variant| {
                let counts = variant.counts()?;
                let people = people_of(&mut variant, counts, zygosity, member, seen)?;
                match release.is_shown(people) {
                    true => f(&mut variant, counts).map(Some),
                    false => Ok(None),
                }
            });
            match next.map_err(|e| Refusal::of_host(&e))? {
                None => return Ok(None),
                Some(None) => {}
                Some(found) => return Ok(found),
            }
        }
    }
}

/// How many people carry a variant, with this zygosity where one is asked for.
fn people_of(
    variant: &mut Variant<'_, '_>,
    counts: Counts,
    zygosity: Option<Zygosity>,
    member: &Member,
    seen: &mut HashSet<u32>,
) -> Result<u64> {
    let samples = match zygosity {
        None => counts.n_het + counts.n_hom + counts.n_hemi,
        Some(Zygosity::Het) => counts.n_het,
        Some(Zygosity::Hom) => counts.n_hom,
        Some(Zygosity::Hemi) => counts.n_hemi,
    };
    if samples == 0 || member.one_sample_each {
        return Ok(samples);
    }
    seen.clear();
    let table = member.view.sample_table();
    let mut others = 0;
    let mut failed = None;
    variant.carriers(|carrier| {
        if zygosity.is_some_and(|zygosity| carrier.zygosity() != zygosity) {
            return;
        }
        match table.individual_of(carrier.sample) {
            Ok(Some(individual)) => {
                seen.insert(individual);
            }
            Ok(None) => others += 1,
            Err(e) => failed = Some(e),
        }
    })?;
    match failed {
        Some(e) => Err(e),
        None => Ok(others + seen.len() as u64),
    }
}
