//! A published file of a beacon: counts by strata, of which it answers what they say. What they do not is refused.

use super::asked::Asked;
use super::config::{BeaconConfig, BeaconDataset};
use super::pages::{refuse_unpicked, rows_of};
use super::parameters::{self, Doubt, Part, short_form};
use super::place::Source;
use super::refusal::{Checked, Refusal, Shown};
use super::request::EntryType;
use super::respond::{Page, ResultSet, offset_of};
use super::strata;
use super::stricter::Stricter;
use super::variants::{self, frequencies};
use crate::error::{Error, Result};
use crate::genome::{Assembly, ContigNames};
use crate::model::{Access, Date, Floor, Granularity, Policy};
use crate::publish::{Published, PublishedSite, PublishedSites, StrataGroup};
use crate::query::{ShownCounts, VariantExpr};
use crate::store::published::{TOTAL, hex};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Populations are made of some of so many fields at most.
const FIELDS_MAX: usize = 8;

/// A published file that a beacon answers from.
#[derive(Debug)]
pub(super) struct PublishedMember {
    pub(super) config: BeaconDataset,
    pub(super) file: Published,
    /// The contigs that have rows, of the assembly that the operator states where the file has none.
    names: ContigNames,
    /// By label: everybody, the strata, and unions of all that have the same values of some fields.
    populations: BTreeMap<String, StrataGroup>,
    digest: String,
}

impl PublishedMember {
    pub(super) fn new(config: BeaconDataset, file: Published) -> Result<Self> {
        let wrong = |message: &str| {
            let id = &config.id;
            Err(Error::Usage(format!("dataset {id:?}: {message}")))
        };
        if !config.cohorts.is_empty() {
            return wrong("cohorts: a published file has none");
        }
        let of = config.frequencies.as_ref();
        if of.is_some_and(|of| of.country.is_some() || !of.labels.is_empty()) {
            return wrong(
                "frequencies: a published file has strata and labels of its own: expected neither country nor labels",
            );
        }
        let file = match config.assembly {
            None => file,
            Some(assembly) => match file.with_assembly(assembly) {
                Err(Error::Usage(why)) => return wrong(&format!("assembly: {why}")),
                other => other?,
            },
        };
        // of a contig without rows the file says nothing: it may not have been asked for
        let contigs = file.info().contigs.iter().filter(|of| of.rows > 0);
        let contigs = contigs.map(|of| (of.name.clone(), of.length));
        let names = ContigNames::new(contigs, file.contig_names().assembly());
        Ok(Self {
            populations: populations(&file)?,
            digest: hex(file.digest()),
            names,
            config,
            file,
        })
    }

    /// The most that is said: the least of what is asked for, what who asks may know, what the dataset says, and yes or no where the
    /// policy of the file, or of who asks, says no more.
    pub(super) fn granularity(
        &self,
        asked: &Asked,
        access: &Access,
        config: &BeaconConfig,
    ) -> Granularity {
        let may = access.granularity.min(self.config.granularity);
        let policies = [Some(&self.file.info().policy), config.policies.of(may)];
        let policies = policies.into_iter().flatten();
        // records have nothing but counts
        let says_no_more = |policy: &Policy| policy.granularity == Granularity::Boolean;
        match policies.into_iter().any(says_no_more) {
            true => Granularity::Boolean,
            false => asked.granularity.min(may),
        }
    }

    /// Refuses a file that may not be used any more.
    pub(super) fn check_day(&self, day: Date) -> Checked<()> {
        match self.file.info().outdated_on(day) {
            None => Ok(()),
            Some(note) => Err(Refusal::unanswerable(note)),
        }
    }

    /// What is hidden beyond the file: where the beacon has a greater floor, or who asks a stricter policy.
    fn stricter(&self, access: &Access, config: &BeaconConfig) -> Option<Stricter> {
        let may = access.granularity.min(self.config.granularity);
        let policy = config.policies.of(may);
        Stricter::of(&self.file.info().policy, config.floor, policy)
    }

    /// What it answers.
    pub(super) fn answer(
        &self,
        (asked, of, one): (&Asked, EntryType, Option<&(EntryType, String)>),
        page: Page,
        granularity: Granularity,
        (access, config): (&Access, &BeaconConfig),
    ) -> Checked<ResultSet> {
        self.check_day(Date::today())?;
        if of == EntryType::Individuals || matches!(one, Some((EntryType::Individuals, _))) {
            return Err(Refusal::unanswerable(
                "individuals: the data are published counts by strata, without individuals",
            ));
        }
        if let Some((EntryType::Cohorts, name)) = one {
            let message = format!("the id {}: no such cohort is here", Shown(name));
            return Err(Refusal::new(404, message));
        }
        let group = strata::group(self.file.info(), &asked.filters)?;
        let parts = self.parts(asked, one)?;
        let is_picked = !parts.is_empty() || group.is_some();
        let stricter = self.stricter(access, config);
        let stricter = stricter.as_ref();
        let mut found = Found {
            member: self,
            stricter,
            sites: self.sites(&parts, stricter)?,
            group: group.unwrap_or_else(StrataGroup::total),
        };
        let (count, results) = match of {
            EntryType::Datasets if !is_picked => (1, Vec::new()),
            EntryType::Datasets | EntryType::Cohorts | EntryType::Individuals => {
                (u64::from(found.next()?.is_some()), Vec::new())
            }
            EntryType::Variants => {
                refuse_unpicked(is_picked, config)?;
                let offset = offset_of(page)?;
                let rows = offset..offset.saturating_add(page.limit);
                rows_of(granularity, rows, |to| {
                    let Some(site) = found.next()? else {
                        return Ok(false);
                    };
                    if let Some(to) = to {
                        self.write(&site, stricter, to)
                            .map_err(|e| Refusal::of_host(&e))?;
                    }
                    Ok(true)
                })?
            }
        };
        let whole = &self.file.info().of;
        if count == 0 && of == EntryType::Variants && whole != "all" {
            return Err(Refusal::unanswerable(format!(
                "nothing is found, and the data are of the variants {} alone: of others they say nothing",
                Shown(whole)
            )));
        }
        Ok(ResultSet {
            dataset: self.config.id.clone(),
            granularity,
            count,
            results,
            floor: self.floor(stricter).people,
            info: self.about(stricter),
        })
    }

    /// The parameters that must hold of a site, and the id.
    fn parts(
        &self,
        asked: &Asked,
        one: Option<&(EntryType, String)>,
    ) -> Checked<Vec<Part<VariantExpr>>> {
        let source = Source::Published(&self.names);
        let mut parts = parameters::variants(source, &asked.parameters)?;
        if let Some((EntryType::Variants, id)) = one {
            let of = format!("the id {}", Shown(id));
            parts.push(short_form(source, &of, id)?);
        }
        Ok(parts)
    }

    /// The sites of which all parts hold. What cannot be answered of counts alone is refused, and so is what only the reference could decide.
    fn sites(
        &self,
        parts: &[Part<VariantExpr>],
        stricter: Option<&Stricter>,
    ) -> Checked<PublishedSites> {
        for part in parts {
            let bound = self.file.sites_or_doubt(part.expression.clone());
            let (_, undecided) = bound.map_err(|e| match e {
                Error::Expression(_) | Error::Usage(_) => Refusal::unanswerable(format!(
                    "{}: not to be answered of published counts, which have neither genes, nor annotations, nor ids",
                    part.of
                )),
                other => Refusal::of_host(&other),
            })?;
            // what few have is like what nobody has
            let is_shown = |(site, ..): &(PublishedSite, _, _)| {
                self.is_seen(site, &StrataGroup::total(), stricter)
            };
            if matches!(part.doubt, Some(Doubt::Allele(_))) && undecided.iter().any(is_shown) {
                return Err(Refusal::unanswerable(format!(
                    "{}: whether it is there cannot be decided: it depends on bases of the reference, which are not known here",
                    part.of
                )));
            }
        }
        let all = parts.iter().map(|part| part.expression.clone());
        let all = all.reduce(VariantExpr::and);
        let sites = self
            .file
            .sites_or_doubt(all.unwrap_or_else(VariantExpr::all));
        Ok(sites.map_err(|e| Refusal::of_host(&e))?.0)
    }

    fn write(
        &self,
        site: &PublishedSite,
        stricter: Option<&Stricter>,
        to: &mut Vec<u8>,
    ) -> Result<()> {
        let strata = self.shown_strata(site, stricter);
        let splits = stricter.is_some_and(|of| self.splits(site, &strata, of));
        let is_shown = |group: &StrataGroup| {
            let mut of = group.strata().unwrap_or_default().iter();
            of.all(|&stratum| strata.get(stratum).copied().unwrap_or_default())
        };
        let populations = self.populations.iter().map(|(label, group)| {
            let shown = match (is_shown(group), stricter) {
                (false, _) => ShownCounts::default(),
                (true, None) => site.shown(group),
                (true, Some(of)) => of.shown(site.counts(group), splits),
            };
            (label, shown)
        });
        let of = self.config.frequencies.as_ref();
        let described = format!("sha256:{}", self.digest);
        let source = frequencies::Source {
            source: of.map_or(&self.config.name, |of| &of.source),
            reference: match (of, &self.config.external_url) {
                (Some(of), _) => &of.source_reference,
                (None, Some(url)) => url,
                (None, None) => &described,
            },
            version: self.config.version.as_deref(),
        };
        variants::write_published(site, &self.names, &source, populations, to)
    }

    /// The greater floor of what the file and the beacon hide.
    fn floor(&self, stricter: Option<&Stricter>) -> Floor {
        stricter.map_or(self.file.info().policy.floor, Stricter::floor)
    }

    /// What the file is, so that nothing found says something.
    fn about(&self, stricter: Option<&Stricter>) -> Value {
        let info = self.file.info();
        let floor = self.floor(stricter);
        json!({
            "assemblyId": self.names.assembly().map(Assembly::name),
            "digest": self.digest,
            "population": info.population,
            "where": info.of,
            "populations": self.populations.keys().collect::<Vec<_>>(),
            "policy": info.policy.name,
            "floor": {
                "people": floor.people,
                "alleles": floor.alleles,
            },
            "consentDate": info.consent_date.to_string(),
            "lastDay": info.last_day().to_string(),
        })
    }
}

/// Groups by label: everybody, the strata, and unions of all strata of the same values of some fields, where these are whole and
/// their labels of one meaning.
fn populations(file: &Published) -> Result<BTreeMap<String, StrataGroup>> {
    let info = file.info();
    let mut all: BTreeMap<String, StrataGroup> = file
        .groups()
        .into_iter()
        .map(|group| (group.label().to_owned(), group))
        .collect();
    if !info.has_all_groups || info.fields.len() > FIELDS_MAX {
        return Ok(all);
    }
    let mut unions: BTreeMap<String, Vec<StrataGroup>> = BTreeMap::new();
    for some in 1..(1u32 << info.fields.len()).saturating_sub(1) {
        let fields = info.fields.iter().enumerate();
        let fields = fields.filter(|(number, _)| some >> number & 1 != 0);
        let fields: Vec<String> = fields.map(|(_, field)| field.clone()).collect();
        for (_, group) in file.groups_by(&fields)? {
            let known = unions.entry(group.label().to_owned()).or_default();
            known.push(group);
        }
    }
    for (label, mut of) in unions {
        if let (Some(group), true) = (of.pop(), of.is_empty()) {
            all.entry(label).or_insert(group);
        }
    }
    debug_assert!(all.contains_key(TOTAL));
    Ok(all)
}

/// Sites that were found, one after the other.
struct Found<'m> {
    member: &'m PublishedMember,
    stricter: Option<&'m Stricter>,
    sites: PublishedSites,
    group: StrataGroup,
}

impl Found<'_> {
    /// The next site that somebody of the group has, and of which that may be said.
    fn next(&mut self) -> Checked<Option<PublishedSite>> {
        loop {
            let next = self.sites.next().map_err(|e| Refusal::of_host(&e))?;
            let Some(site) = next else { return Ok(None) };
            if self.member.is_seen(&site, &self.group, self.stricter) {
                return Ok(Some(site));
            }
        }
    }
}
