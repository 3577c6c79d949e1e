//! Who carries variants of each gene of a batch, from its rows: what is stored, and what it is checked against.

use super::carriers::CarrierSet;
use super::counting::Counting;
use super::filter::EVERYBODY;
use super::place::RowRef;
use super::question::Question;
use super::run;
use super::walk::Walk;
use crate::cohort::{Mask, View, most_copies};
use crate::error::Result;
use crate::query::expr::{Node, VariantAtom, VariantExpr};
use crate::query::plan::admit::admit;
use crate::query::plan::bind::Binder;
use crate::query::plan::entries::LocalTests;
use crate::query::plan::test::Test;
use crate::stop::check_stop;
use crate::store::gene_carriers::{Carried, CarriedClass, CarriedMeta, Class, GeneCarriers, Least};
use crate::store::genes::Genes;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Genes between two looks whether to stop.
const AT_ONCE: usize = 64;

/// Calls `each` with the carriers of every gene's variants in a batch, from its rows, and with how many genes were
/// looked at. The view is of the batch alone. The pool's threads share the work.
pub(crate) fn carried_by_gene(
    view: &View,
    meta: &CarriedMeta,
    pool: Option<&rayon::ThreadPool>,
    each: &mut dyn FnMut(Carried, u64) -> Result<()>,
) -> Result<()> {
    let genes = match view.manifest().annotations.is_some() {
        true => annotated_names(view)?,
        false => modelled_names(view)?,
    };
    let mut counting = Counting::new(view, None);
    for (done, some) in (0u64..).step_by(AT_ONCE).zip(genes.chunks(AT_ONCE)) {
        check_stop()?;
        let new = || Counting::new(view, None);
        let found: Result<Vec<Option<Carried>>> = match pool {
            Some(pool) => pool.install(|| {
                let each = some.par_iter();
                let each = each.map_init(new, |counting, of| gene(view, meta, of, counting));
                each.collect()
            }),
            None => some
                .iter()
                .map(|of| gene(view, meta, of, &mut counting))
                .collect(),
        };
        for carried in found?.into_iter().flatten() {
            each(carried, done)?;
        }
    }
    Ok(())
}

/// A row of a gene that somebody carries.
struct GeneRow {
    row: RowRef,
    ac: u32,
    an: u32,
    least: Least,
}

/// The carriers of a gene's variants; `None` where there is no variant. Genes that follow each other
/// share what is counted with.
fn gene<'a>(
    view: &'a View,
    meta: &CarriedMeta,
    names: &BTreeSet<String>,
    counting: &mut Counting<'a>,
) -> Result<Option<Carried>> {
    let Some(name) = names.first() else {
        return Ok(None);
    };
    let question = bound(view, VariantAtom::Gene(name.clone()))?;
    let entries = match &question.test {
        Node::Atom(atom) => match &atom.kind {
            Test::Entry(test) => Some(Arc::clone(test)),
            _ => None,
        },
        _ => None,
    };
    let mut walk = Walk::new(view, question)?;
    let parts = walk.part_count();
    // numbers of genes are those of a segment, and so is what was looked up of them
    let mut of_parts: Vec<LocalTests> = (0..parts).map(|_| LocalTests::default()).collect();
    let (mut rows, mut any) = (Vec::new(), false);
    while walk.step()? {
        any = true;
        let mut impact = None;
        for &row in walk.rows() {
            let Some((_, segment)) = walk.part(row) else {
                continue;
            };
            if let (Some(test), Some(looked_up)) = (&entries, of_parts.get_mut(row.part)) {
                impact = impact.max(looked_up.highest_impact(segment, test, row.row)?);
            }
        }
        let least = match impact {
            Some(3) => Least::High,
            Some(2) => Least::Moderate,
            _ => Least::Any,
        };
        for (&row, of) in walk.rows().iter().zip(walk.rows_of()) {
            let everybody = counting.group_mut(EVERYBODY);
            let Some(counter) = everybody.and_then(|all| all.tally(of)) else {
                continue;
            };
            let counts = counter.ac_an(row.row)?;
            if counts.ac > 0 {
                rows.push(GeneRow {
                    row,
                    ac: counts.ac,
                    an: counts.an,
                    least,
                });
            }
        }
    }
    if !any {
        return Ok(None);
    }
    let greatest_an = rows.iter().map(|row| row.an).max().unwrap_or(0);
    Ok(Some(Carried {
        names: names.clone(),
        classes: classes(view, &walk, meta, &rows, greatest_an)?,
        greatest_an,
    }))
}

/// A question of one atom.
fn bound(view: &View, atom: VariantAtom) -> Result<Question> {
    let of = VariantExpr(Node::built(atom));
    let plan = Binder::new(view, "").variants(&of)?;
    run::variants(view, admit(view, plan)?)
}

/// The classes of a gene's rows.
fn classes(
    view: &View,
    walk: &Walk<'_>,
    meta: &CarriedMeta,
    rows: &[GeneRow],
    greatest_an: u32,
) -> Result<Vec<CarriedClass>> {
    // each row is in the least class that it fits, and what is above has it, too
    let bound = |number: usize| meta.bound(number, greatest_an).unwrap_or(u32::MAX);
    let mut ascending: Vec<usize> = (0..meta.bound_count()).collect();
    ascending.sort_by_key(|&number| (bound(number), number));
    let least_of = |row: &GeneRow| {
        let fits = |&number: &usize| bound(number) >= row.ac;
        Class {
            least: row.least,
            bound: ascending.iter().copied().find(fits).unwrap_or(0),
        }
    };
    let mut own: Vec<(Class, CarriedClass)> = Vec::new();
    for class in meta.classes() {
        let mut found = CarriedClass::default();
        let mut hits = CarrierSet::new(view, walk.part_count(), (None, None), None, None);
        let mut first = None;
        for row in rows.iter().filter(|row| least_of(row) == class) {
            if let Some(part) = walk.part(row.row) {
                hits.add(row.row.part, part, row.row.row)?;
                first = first.or(Some(part.1));
                found.rows += 1;
                found.see((row.ac, row.an));
            }
        }
        if let Some(segment) = first {
            let samples = Mask::of(&hits.finish()?, segment).members();
            found.samples = samples.into_iter().collect();
            own.push((class, found));
        }
    }
    let classes = meta.classes().map(|class| {
        let mut all = CarriedClass::default();
        let within = |of: &Class| of.least >= class.least && bound(of.bound) <= bound(class.bound);
        for (_, of) in own.iter().filter(|(of, _)| within(of)) {
            all.add(of);
        }
        all
    });
    Ok(classes.collect())
}

/// Whether a gene can be asked for by a name.
fn is_askable(name: &str) -> bool {
    !name.is_empty() && name.trim() == name
}

/// The names of genes by position, in lower case: those that mean one gene.
fn modelled_names(view: &View) -> Result<Vec<BTreeSet<String>>> {
    let mut all = Vec::new();
    let Some(genes) = view.genes() else {
        return Ok(all);
    };
    let (known, meant) = names_and_meanings(genes)?;
    for (number, names) in (0u32..).zip(known) {
        // a name of several genes is none to ask by
        let names = names.into_iter();
        let names = names.filter(|name| is_askable(name) && meant.get(name) == Some(&Some(number)));
        all.push(names.collect());
    }
    Ok(all)
}

/// The names of each gene, and of each name the gene that [`Genes::find`] finds, if it is one: the one with
/// this symbol, or else with this alias or id. Each gene is read once.
#[expect(
    clippy::type_complexity,
    reason = "two lists, of which the second is looked up"
)]
fn names_and_meanings(genes: &Genes) -> Result<(Vec<Vec<String>>, HashMap<String, Option<u32>>)> {
    let mut all = Vec::new();
    let mut by_symbol = HashMap::<String, Option<u32>>::new();
    let mut others = HashMap::<String, Option<u32>>::new();
    for number in 0..genes.len() {
        let gene = genes.gene(number)?;
        let symbol = gene.symbol.to_lowercase();
        let names: Vec<String> = gene.names().into_iter().collect();
        for name in names.iter().filter(|name| **name != symbol) {
            let found = others.entry(name.clone());
            found.and_modify(|of| *of = None).or_insert(Some(number));
        }
        let found = by_symbol.entry(symbol);
        found.and_modify(|of| *of = None).or_insert(Some(number));
        all.push(names);
    }
    others.extend(by_symbol);
    Ok((all, others))
}

/// The names of annotated genes, in lower case: names that mean the same genes stand together. Who asks for a gene
/// by a name of its model alone looks for its other names.
fn annotated_names(view: &View) -> Result<Vec<BTreeSet<String>>> {
    // a gene is its number in a part
    let mut meant = BTreeMap::<String, BTreeSet<(usize, u32)>>::new();
    for (index, part) in view.parts().iter().enumerate() {
        let segment = view.segment(part)?;
        let Some(annotations) = segment.annotations() else {
            continue;
        };
        for (number, gene) in (0u32..).zip(annotations.all_genes(segment.file())?) {
            for name in gene.all() {
                meant.entry(name).or_default().insert((index, number));
            }
        }
    }
    meant.retain(|name, _| is_askable(name));
    let mut together = BTreeMap::<BTreeSet<(usize, u32)>, BTreeSet<String>>::new();
    for (name, genes) in meant {
        together.entry(genes).or_default().insert(name);
    }
    Ok(together.into_values().collect())
}

/// The batches of which the annotations of a variant are of other genes or impacts than those of the first batch that
/// has it: a question for a gene finds the variant in all of them by what any says.
pub(crate) fn disagreeing_batches(view: &View) -> Result<BTreeSet<u32>> {
    let mut found = BTreeSet::new();
    if view.manifest().annotations.is_none() || !view.has_several_batches() {
        return Ok(found);
    }
    let names = GeneNumbers::of(view)?;
    let mut walk = Walk::new(view, bound(view, VariantAtom::All)?)?;
    let mut of_batch = BTreeMap::<u32, BTreeMap<u32, u8>>::new();
    while walk.step()? {
        if walk.rows().len() < 2 {
            continue;
        }
        of_batch.clear();
        for (part, segment, row) in walk.rows_of() {
            let genes = of_batch.entry(view.batch(part)).or_default();
            let Some(of) = segment.annotations() else {
                continue;
            };
            for item in of.items(segment.file(), row)? {
                let class = of.class_of(segment.file(), of.entry(segment.file(), item)?)?;
                let impact = of.grade_of(segment.file(), class)?.impact();
                let gene = of.gene_of(segment.file(), class)?;
                for &name in names.named(part, gene) {
                    let highest = genes.entry(name).or_default();
                    *highest = impact.max(*highest);
                }
            }
        }
        let mut all = of_batch.iter();
        if let Some((_, first)) = all.next() {
            let others = all.filter(|(_, genes)| *genes != first);
            found.extend(others.map(|(batch, _)| *batch));
        }
    }
    Ok(found)
}

/// Names of annotated genes by number, the same ones in all parts.
struct GeneNumbers {
    /// By part, by gene: its names.
    of_parts: Vec<Vec<Vec<u32>>>,
}

impl GeneNumbers {
    fn of(view: &View) -> Result<Self> {
        let mut numbers = HashMap::<String, u32>::new();
        let mut of_parts = Vec::new();
        for part in view.parts() {
            let segment = view.segment(part)?;
            let genes = match segment.annotations() {
                Some(annotations) => annotations.all_genes(segment.file())?,
                None => Vec::new(),
            };
            let mut of_genes = Vec::new();
            for gene in genes {
                let mut named = Vec::new();
                for name in gene.all() {
                    let next = numbers.len() as u32;
                    named.push(*numbers.entry(name).or_insert(next));
                }
                of_genes.push(named);
            }
            of_parts.push(of_genes);
        }
        Ok(Self { of_parts })
    }

    fn named(&self, part: usize, gene: Option<u32>) -> &[u32] {
        let genes = self.of_parts.get(part);
        let named = genes.and_then(|genes| genes.get(gene? as usize));
        named.map_or(&[], Vec::as_slice)
    }
}

impl View {
    /// Checks what is stored of the carriers of a batch by gene against its rows: of the batch alone.
    pub(crate) fn verify_gene_carriers(&self, stored: &GeneCarriers, agrees: bool) -> Result<()> {
        let own = stored.meta();
        let mut check = stored.check(&self.carried_meta(agrees)?)?;
        carried_by_gene(self, own, None, &mut |gene, _| check.gene(&gene))?;
        check.finish()
    }

    /// What a file of carriers says of this batch.
    pub(crate) fn carried_meta(&self, agrees: bool) -> Result<CarriedMeta> {
        let samples = match self.parts().first() {
            Some(part) => self.segment(part)?.meta().samples,
            None => 0,
        };
        Ok(CarriedMeta::new(samples, most_copies(self)?, agrees))
    }
}
