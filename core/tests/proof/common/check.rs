//! Comparing a dataset with the oracle, row by row.

use super::oracle::{Carrier, Oracle, Row};
use std::collections::BTreeSet;
use varidex::{AbsenceReason, CarrierGenotype, Counts, Group, Variant, Variants, View};

/// Whether every row, count and carrier is as the oracle has them, for everybody and for groups.
pub fn check(dataset: &View, oracle: &Oracle, groups: &[Vec<u32>]) {
    dataset.dataset().verify().unwrap();
    let names: Vec<&str> = dataset.sample_names().unwrap().collect();
    assert_eq!(names, oracle.samples);
    let info = dataset.info();
    assert_eq!(info.samples, oracle.samples.len() as u64);
    let everybody: BTreeSet<u32> = oracle.all().into_iter().collect();
    let rows: Vec<&Row> = oracle.rows.iter().collect();
    compare(&mut dataset.variants("all").unwrap(), &rows, &everybody);
    compare_dosages(dataset, &rows, &everybody);
    compare_haplotypes(dataset, &rows, &everybody);
    compare_absences(dataset, &rows);
    for group in groups {
        let members: BTreeSet<u32> = group.iter().copied().collect();
        let group = group_of(dataset, group);
        let mut variants = dataset.variants_in("all", &group).unwrap();
        compare(&mut variants, &rows, &members);
        compare_dosages(dataset, &rows, &members);
        compare_haplotypes(dataset, &rows, &members);
    }
}

/// Whether the matrix of copies has what the genotypes say.
fn compare_dosages(dataset: &View, rows: &[&Row], members: &BTreeSet<u32>) {
    let columns: Vec<u32> = members.iter().copied().collect();
    let group = group_of(dataset, &columns);
    let mut dosages = dataset.dosages(Some(&group)).unwrap();
    assert_eq!(dosages.width(), members.len());
    let blocks = dataset.genotypes("all", Some(&group), 3 * members.len());
    let mut matrix = blocks.unwrap().flat_map(|block| block.unwrap().dosages);
    let mut found = vec![0; members.len()];
    let mut variants = dataset.variants("all").unwrap();
    for row in rows {
        let mut variant = variants.next().unwrap().unwrap();
        variant.dosages(&mut dosages, &mut found).unwrap();
        assert!(
            matrix
                .by_ref()
                .take(members.len())
                .eq(found.iter().copied())
        );
        for (sample, copies) in members.iter().zip(&found) {
            let what = || format!("{}: copies of sample {sample}", show_row(row));
            match &row.genotypes[*sample as usize] {
                // another batch, which may have looked at the place
                None => assert!((-1..=0).contains(copies), "{}", what()),
                Some(genotype) if genotype.alleles.contains(&None) => {
                    assert_eq!(*copies, -1, "{}", what());
                }
                Some(genotype) => {
                    let alt = Some(row.alt_number).filter(|number| *number > 0);
                    let carried = genotype
                        .alleles
                        .iter()
                        .filter(|a| alt.is_some() && **a == alt);
                    assert_eq!(*copies as usize, carried.count(), "{}", what());
                }
            }
        }
    }
    assert_eq!(matrix.next(), None);
}

/// Whether the matrix of alleles has the copies that the genotypes have, in their order where that is known.
fn compare_haplotypes(dataset: &View, rows: &[&Row], members: &BTreeSet<u32>) {
    let columns: Vec<u32> = members.iter().copied().collect();
    let group = group_of(dataset, &columns);
    let blocks = dataset.haplotypes("all", Some(&group), 7 * members.len());
    let blocks = blocks.unwrap();
    assert_eq!(blocks.samples(), columns);
    let ploidy = blocks.ploidy();
    let most = rows.iter().flat_map(|row| {
        let of = |sample: &u32| row.genotypes[*sample as usize].as_ref();
        members.iter().filter_map(of).map(|of| of.alleles.len())
    });
    assert_eq!(ploidy, most.max().unwrap_or(0).max(2));
    let (mut alleles, mut phased, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for block in blocks {
        let block = block.unwrap();
        assert_eq!(block.alleles.len(), block.phased.len() * ploidy);
        names.extend(block.variants.into_iter().map(|variant| variant.position));
        alleles.extend(block.alleles);
        phased.extend(block.phased);
    }
    assert_eq!(names.len(), rows.len());
    assert_eq!(phased.len(), rows.len() * members.len());
    let whole = dataset.genotypes("all", Some(&group), usize::MAX).unwrap();
    let copies: Vec<i8> = whole.flat_map(|block| block.unwrap().dosages).collect();
    let mut cells = alleles.chunks(ploidy).zip(&phased).zip(&copies);
    for row in rows {
        for sample in members {
            let ((cell, phased), copies) = cells.next().unwrap();
            let what = format!("{}: alleles of sample {sample}: {cell:?}", show_row(row));
            let carried = cell.iter().filter(|allele| **allele == 1).count();
            match cell.contains(&-1) {
                true => assert_eq!(*copies, -1, "{what}"),
                false => assert_eq!(*copies as usize, carried, "{what}"),
            }
            let Some(genotype) = &row.genotypes[*sample as usize] else {
                assert_eq!(carried, 0, "{what}");
                continue;
            };
            // of a record without GT the oracle has one copy that is not known, and we have two
            if genotype.alleles.iter().all(Option::is_none) {
                let unknown = cell.iter().all(|allele| *allele < 0) && cell[0] == -1;
                assert!(unknown && !phased, "{what}");
                continue;
            }
            let alt = Some(row.alt_number).filter(|number| *number > 0);
            let allele = |allele: &Option<u32>| match allele {
                None => -1,
                Some(_) => i8::from(alt.is_some() && *allele == alt),
            };
            let mut expected: Vec<i8> = genotype.alleles.iter().map(allele).collect();
            let in_order = genotype.phased && expected.iter().any(|allele| *allele >= 0);
            assert_eq!(*phased, in_order, "{what}");
            if !in_order {
                expected.sort_unstable();
            }
            expected.resize(ploidy, -2);
            assert_eq!(cell, expected, "{what}");
        }
    }
}

/// Whether what is known at the place of an allele that is not there is what the genotypes of a record there say.
fn compare_absences(dataset: &View, rows: &[&Row]) {
    const ASKED: usize = 12;
    let bases = |text: &str| text.bytes().all(|base| b"ACGT".contains(&base));
    // odd contigs cannot be named in an allele
    let typed = |name: &str| {
        name.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let site = |row: &Row| (row.contig.clone(), row.position);
    let sites: Vec<_> = rows.chunk_by(|a, b| site(a) == site(b)).collect();
    for of in sites
        .iter()
        .filter(|of| bases(&of[0].reference) && typed(&of[0].contig))
        .take(ASKED)
    {
        let Row {
            contig,
            position,
            reference,
            ..
        } = of[0];
        let Some(genotypes) = of[0].genotypes.iter().cloned().collect::<Option<Vec<_>>>() else {
            continue;
        };
        // so long an insertion is no other spelling of anything here
        let absent = format!(
            "{contig}:{position}:{reference}:{reference}{}",
            "ACCGGGTTTT".repeat(9)
        );
        let found = dataset.absence(&absent, None).unwrap().unwrap();
        let known = genotypes.iter().flat_map(|of| of.alleles.iter().flatten());
        let missing = genotypes.iter().filter(|of| of.alleles.contains(&None));
        let expected = (Some(known.count() as u64), Some(missing.count() as u64));
        assert_eq!((found.an, found.n_missing), expected, "{absent}: {found}");
        assert_eq!(found.reason, AbsenceReason::NotCarried, "{absent}");
        assert_eq!(found.samples, genotypes.len() as u64);
        let changes = of
            .iter()
            .filter(|row| !["", "<*>", "<NON_REF>"].contains(&&*row.alternate));
        let changes = changes.map(|row| (row.reference.clone(), row.alternate.clone()));
        // so many are named at most
        let changes: Vec<_> = changes.take(100).collect();
        assert_eq!(found.others, changes, "{absent}");
        let base = if reference.starts_with('A') { "C" } else { "A" };
        // records that contradict each other say that it was looked at
        if of.iter().any(|row| row.reference == base) {
            continue;
        }
        let other = dataset
            .absence(&format!("{contig}:{position}:{base}:G"), None)
            .unwrap();
        let reason = other.map(|absence| absence.reason);
        let differs = AbsenceReason::OtherReference {
            asked: base.to_owned(),
            found: reference[..1].to_owned(),
        };
        assert_eq!(reason, Some(differs), "{contig}:{position}:{base}:G");
    }
}

/// The group of these samples, by the names they have.
pub fn group_of(dataset: &View, members: &[u32]) -> Group {
    if members.is_empty() {
        return dataset.ask("!all").unwrap();
    }
    let names: Vec<&str> = members
        .iter()
        .map(|&n| dataset.sample_name(n).unwrap())
        .collect();
    let group = dataset.ask(varidex::GroupExpr::samples(names)).unwrap();
    let found: BTreeSet<u32> = group.samples().iter().collect();
    assert_eq!(found, members.iter().copied().collect());
    group
}

/// Whether the variants are these rows, counted among the members.
pub fn compare(variants: &mut Variants<'_>, rows: &[&Row], members: &BTreeSet<u32>) {
    let of = |sample: u32| members.contains(&sample);
    let mut expected = rows.iter();
    while let Some(mut variant) = variants.next().unwrap() {
        let shown = show(&mut variant);
        let Some(row) = expected.next() else {
            panic!("one more than there are: {shown}");
        };
        assert_eq!(shown, show_row(row));
        let counts = row.counts(&of);
        assert_eq!(variant.counts().unwrap(), counts, "{shown}");
        assert_eq!(
            variant.ac_an().unwrap(),
            (counts.ac, counts.an),
            "{shown}: AC and AN alone"
        );
        compare_carriers(&mut variant, row, &of, &shown);
    }
    assert_eq!(
        expected.next().map(|row| show_row(row)),
        None,
        "the last that was found"
    );
}

fn compare_carriers(
    variant: &mut Variant<'_, '_>,
    row: &Row,
    of: &dyn Fn(u32) -> bool,
    shown: &str,
) {
    let mut found = Vec::new();
    variant.carriers(|carrier| found.push(carrier)).unwrap();
    found.sort_by_key(|carrier| carrier.sample);
    let plain: Vec<Carrier> = found
        .iter()
        .map(|c| Carrier {
            sample: c.sample,
            carried: c.carried,
            ploidy: c.ploidy,
        })
        .collect();
    let mut expected = row.carriers();
    expected.retain(|carrier| of(carrier.sample));
    assert_eq!(plain, expected, "{shown}: carriers");
    for carrier in found {
        compare_copies(carrier, row, shown);
    }
}

/// Phase, and which copies carry or are missing as far as their order is known.
fn compare_copies(carrier: CarrierGenotype, row: &Row, shown: &str) {
    let genotype = row.genotypes[carrier.sample as usize].as_ref().unwrap();
    let copies = &genotype.alleles;
    let phased = copies.len() == 1 || genotype.phased;
    assert_eq!(
        carrier.phased, phased,
        "{shown}: phase of {carrier:?}, {genotype:?}"
    );
    if copies.len() > 2 {
        return;
    }
    let bits = |is: &dyn Fn(&Option<u32>) -> bool| {
        let each = copies.iter().zip(0..).filter(|(allele, _)| is(allele));
        each.fold(0, |bits, (_, copy)| bits | 1u32 << copy)
    };
    let carried = bits(&|allele| *allele == Some(row.alt_number));
    let missing = bits(&|allele| allele.is_none());
    if phased {
        let found = (carrier.copies, carrier.missing);
        assert_eq!(found, (carried, missing), "{shown}: copies of {carrier:?}");
    } else {
        let found = (carrier.copies.count_ones(), carrier.missing.count_ones());
        let expected = (carried.count_ones(), missing.count_ones());
        assert_eq!(found, expected, "{shown}: copies of {carrier:?}");
    }
}

/// Six digits of a quality, as bcftools prints it.
fn digits(quality: Option<f32>) -> String {
    quality.map_or(String::new(), |quality| format!("{quality:.5e}"))
}

/// A variant's site, in one line.
pub fn show(variant: &mut Variant<'_, '_>) -> String {
    let (contig, position) = (variant.contig(), variant.position().unwrap().one_based());
    let end = variant.interval().unwrap().end;
    let id = String::from_utf8_lossy(variant.id().unwrap()).into_owned();
    let (filter, quality) = (
        variant.filter().unwrap(),
        digits(variant.quality().unwrap()),
    );
    let (reference, alternate) = variant.alleles().unwrap();
    let reference = String::from_utf8_lossy(reference);
    let alternate = String::from_utf8_lossy(alternate);
    format!("{contig} {position}-{end} {reference}>{alternate} {id} {filter} {quality}")
}

/// A row's site, likewise.
pub fn show_row(row: &Row) -> String {
    let (contig, position, end) = (&row.contig, row.position, row.end);
    let (reference, alternate) = (&row.reference, &row.alternate);
    let (id, filter, quality) = (&row.id, &row.filter, digits(row.quality));
    format!("{contig} {position}-{end} {reference}>{alternate} {id} {filter} {quality}")
}

/// Everything that a dataset answers, as text: two datasets with equal dumps answer alike.
pub fn dump(dataset: &View) -> varidex::Result<String> {
    let mut text = String::new();
    for name in dataset.sample_names()? {
        text += &format!("{name}:{:?} ", dataset.sample_number(name)?);
    }
    let half: Vec<u32> = (0..dataset.sample_count()).step_by(2).collect();
    let names: varidex::Result<Vec<&str>> = half.iter().map(|&n| dataset.sample_name(n)).collect();
    let group = match names? {
        names if names.is_empty() => dataset.all().unwrap(),
        names => dataset.ask(varidex::GroupExpr::samples(names))?,
    };
    dump_variants(&mut dataset.variants("all")?, &mut text)?;
    dump_variants(&mut dataset.variants_in("all", &group)?, &mut text)?;
    for question in [
        "carriers(all)",
        "carriers(af<0.3)",
        "carriers(all, hom)",
        "carriers(type:snv, at_least: 3)",
        "carriers(info.DEPTH>2 | filter:PASS)",
        "carriers(gene:GENE1 & impact>=moderate)",
        "carriers(gene:GENE2 | gene:ENSG15)",
        "carriers(consequence:coding_sequence_variant & canonical)",
        "carriers(protein:V15E | ENST45.1:c.45A>G)",
    ] {
        text += &match dataset.ask(question) {
            Ok(group) => format!("{:?}\n", group.ids()?),
            // a key that is not kept is an answer too
            Err(error @ varidex::Error::Expression(_)) => format!("{error}\n"),
            Err(error) => return Err(error),
        };
    }
    Ok(text)
}

fn dump_variants(variants: &mut Variants<'_>, text: &mut String) -> varidex::Result<()> {
    while let Some(mut variant) = variants.next()? {
        let (contig, position) = (variant.contig(), variant.position()?);
        let (interval, filter) = (variant.interval()?, variant.filter()?);
        let (quality, counts): (_, Counts) = (variant.quality()?, variant.counts()?);
        let (alleles, pair) = (format!("{:?}", variant.alleles()?), variant.ac_an()?);
        let (id, kind) = (variant.id()?.to_vec(), variant.allele_type()?);
        *text += &format!(
            "{contig} {position:?} {interval} {alleles} {id:?} {kind} {filter} {quality:?} {counts:?} {pair:?}"
        );
        variant.carriers(|carrier| *text += &format!(" {carrier:?}"))?;
        *text += &format!(
            " {:?} {:?}\n",
            variant.annotation()?,
            variant.annotations()?
        );
    }
    Ok(())
}
