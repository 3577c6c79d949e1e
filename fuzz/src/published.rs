//! Published files with right checksums, hashes and digest, and wrong content: they are refused, or answer; one that is sound answers
//! as a plain walk does.

use crate::dataset::{self, BESIDE, built};
use crate::files::{Section, put_together, take_apart};
use crate::segment::patch;
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;
use varidex::testing::Files;
use varidex::{
    Error, Interval, Position, PublishOptions, Published, PublishedInfo, PublishedSite,
    PublishedSites, Result, StrataGroup,
};

/// Rows that are walked over.
const ROWS: usize = 2000;
/// Rows of which each stretch is asked for.
const STRETCHES: usize = 16;
/// Groups that are asked for.
const GROUPS: usize = 40;
/// Kinds of sections: what a file says of itself, the SHA-256 of each section, and that of all of them.
const META: u64 = 288;
const HASHES: u64 = 289;
const DIGEST: u64 = 290;
/// What the file is called.
const NAME: &str = "published.vdx";

/// Files as they were published: all that there is, with floors, rounded, and by no field, one and two.
static GOOD: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let files = built(include_str!("../data/mixed.vcf"), &BESIDE);
    let dataset = files.open(dataset::DATASET);
    let view = dataset.expect("what was built can be opened").view();
    let open = "name = 'open'\ngranularity = 'record'\ntwo_tailed = false\nzero = 'shown'\ncombine = true";
    let floor = "name = 'a'\ngranularity = 'count'\nfloor.people = 2\ntwo_tailed = false\nzero = 'shown'";
    let rounded = "name = 'b'\ngranularity = 'count'\nrounding = 2\ntwo_tailed = false";
    let all = [
        (open, &["sex"][..]),
        (open, &[]),
        (open, &["sex", "population"]),
        (floor, &["sex"]),
        (rounded, &["sex"]),
    ];
    let publish = |(policy, by): (&str, &[&str])| {
        let policy = policy.parse().expect("a policy");
        let options = PublishOptions {
            by: by.iter().map(|&by| by.to_owned()).collect(),
            replace: true,
            ..PublishOptions::new(policy, "fuzzed")
        };
        files
            .publish(&view, &options, NAME)
            .expect("a sound dataset can be published");
        files.read("", NAME).expect("it was written")
    };
    all.into_iter().map(publish).collect()
});

/// The first byte says which file (bits 0-3), whether hashes and digest stay as they come (bit 6) and whether what the file says of
/// itself is replaced by the rest (bit 7); else patches follow as [`crate::segment()`] reads them.
pub fn published(data: &[u8]) {
    let Some((&which, mut patches)) = data.split_first() else {
        return;
    };
    let good = &GOOD[usize::from(which & 15) % GOOD.len()];
    let mut sections = take_apart(good);
    if which & 128 != 0 {
        let meta = sections.iter_mut().find(|of| of.kind == META);
        meta.expect("there is one").bytes = patches.to_vec();
        patches = &[];
    }
    while let &[what, section, low, high, len, ref rest @ ..] = patches {
        let at = usize::from(u16::from_le_bytes([low, high]));
        let (section, len) = (usize::from(section), usize::from(len));
        patches = patch(&mut sections, what & 3, section, at, len, rest);
    }
    if which & 64 == 0 {
        set_right(&mut sections);
    }
    let bytes = put_together(good, &sections);
    let is_good = bytes == *good;
    let files = Files::default();
    files.write(NAME, bytes);
    let file = match files.open_published(NAME) {
        Ok(file) => file,
        Err(error) => {
            assert!(!is_good, "{error}");
            return;
        }
    };
    let asked = ask_everything(&file);
    let verified = file.verify();
    if is_good {
        verified
            .as_ref()
            .expect("a file that is as it was is sound");
    }
    if verified.is_ok() {
        asked.expect("a sound file can be asked");
        agree(&file).expect("a sound file can be asked");
    }
}

/// What the file says of itself in the one way to write it, with the hash of its policy, where it can be read; and then the hashes.
fn set_right(sections: &mut [Section]) {
    if let Some(meta) = sections.iter_mut().find(|of| of.kind == META)
        && let Ok(mut info) = serde_json::from_slice::<PublishedInfo>(&meta.bytes)
    {
        info.policy_hash = info.policy.hash();
        meta.bytes = serde_json::to_vec(&info).expect("it was JSON");
    }
    let mut hashes = Vec::new();
    for section in sections.iter() {
        if !matches!(section.kind, HASHES | DIGEST) {
            hashes.extend((section.kind as u32).to_le_bytes());
            hashes.extend((section.bytes.len() as u64).to_le_bytes());
            hashes.extend(Sha256::digest(&section.bytes));
        }
    }
    let digest = Sha256::digest(&hashes).to_vec();
    for section in sections {
        match section.kind {
            HASHES => section.bytes.clone_from(&hashes),
            DIGEST => section.bytes.clone_from(&digest),
            _ => {}
        }
    }
}

fn all_of(mut sites: PublishedSites) -> Result<Vec<PublishedSite>> {
    let mut all = Vec::new();
    while all.len() < ROWS
        && let Some(site) = sites.next()?
    {
        all.push(site);
    }
    Ok(all)
}

/// Several contigs may have one name in different spellings, or odd names: these are refused.
fn unless_refused<T>(asked: Result<T>) -> Result<Option<T>> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Usage(_) | Error::Expression(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Groups that the file has: labels, unions and fields.
fn groups(file: &Published) -> Result<Vec<StrataGroup>> {
    let mut groups = file.groups();
    let mut add = |group: Option<StrataGroup>| groups.extend(group);
    for stratum in file.strata().iter().take(4) {
        add(unless_refused(file.group(&stratum.label))?);
        add(unless_refused(
            file.group(&format!("{} | Total", stratum.label)),
        )?);
        for value in stratum.values.iter().flatten() {
            add(unless_refused(file.group(value))?);
        }
    }
    for field in file.info().fields.iter().take(4) {
        let by = unless_refused(file.groups_by(std::slice::from_ref(field)))?;
        by.into_iter()
            .flatten()
            .for_each(|(_, group)| add(Some(group)));
    }
    let by_all = unless_refused(file.groups_by(&file.info().fields))?;
    by_all
        .into_iter()
        .flatten()
        .for_each(|(_, group)| add(Some(group)));
    groups.truncate(GROUPS);
    Ok(groups)
}

/// Asks for all there is, of as many rows as are looked at; the first error is returned after all was asked.
fn ask_everything(file: &Published) -> Result<()> {
    let _ = (file.note(), file.info().last_day(), file.section_sizes());
    let groups = groups(file);
    let all = file.sites("all").and_then(all_of);
    for question in ["ac>1 & !an<4", "af<0.5 | n_hom>0", "pos>100 & n_het>0 | n_hemi>0"] {
        file.sites(question).and_then(all_of)?;
    }
    for contig in file.info().contigs.iter().take(8) {
        let interval = Interval {
            start: 0,
            end: i32::MAX,
        };
        unless_refused(file.range(&contig.name, interval).and_then(all_of))?;
        let telomere = Position::TELOMERE;
        unless_refused(file.site(&contig.name, telomere, "A", "C"))?;
    }
    let (groups, all) = (groups?, all?);
    for site in &all {
        for group in &groups {
            let shown = site.shown(group);
            let af = site.frequency(group).value();
            assert!(af.is_none_or(|af| (0.0..=1.0).contains(&af)), "{af:?}");
            assert_eq!(shown.ac.value(), site.counts(group).map(|of| of.ac));
        }
    }
    Ok(())
}

fn key(site: &PublishedSite) -> (String, i32, i32, Vec<u8>, Vec<u8>) {
    let (reference, alternate) = site.alleles();
    let Interval { start, end } = site.interval();
    let contig = site.contig().to_owned();
    (contig, start, end, reference.to_vec(), alternate.to_vec())
}

/// Look-up, stretches and numbers of a sound file are those of a plain walk over its rows.
fn agree(file: &Published) -> Result<()> {
    let all = all_of(file.sites("all")?)?;
    if file.info().rows() > ROWS as u64 {
        return Ok(());
    }
    assert_eq!(all.len() as u64, file.info().rows());
    for (number, site) in all.iter().enumerate() {
        let (reference, alternate) = site.alleles();
        let texts = [reference, alternate].map(|of| std::str::from_utf8(of).ok());
        let [Some(reference), Some(alternate)] = texts else {
            continue;
        };
        let found = file.site(site.contig(), site.position(), reference, alternate);
        let Some(found) = unless_refused(found)? else {
            continue;
        };
        let found = found.expect("a row is found by its alleles");
        assert_eq!(found.position(), site.position());
        let same = |a: &[u8], b: &[u8]| a.eq_ignore_ascii_case(b);
        assert!(same(found.alleles().0, site.alleles().0));
        assert!(same(found.alleles().1, site.alleles().1));
        if number < STRETCHES {
            let interval = site.interval();
            let inside = all_of(file.range(site.contig(), interval)?)?;
            let expected = all.iter().filter(|of| {
                of.contig() == site.contig() && of.interval().overlaps(interval)
            });
            assert!(inside.iter().map(key).eq(expected.map(key)));
        }
    }
    let more = all_of(file.sites("ac>1")?)?;
    let expected = all.iter().filter(|of| of.total().is_some_and(|of| of.ac > 1));
    assert!(more.iter().map(key).eq(expected.map(key)));
    Ok(())
}
