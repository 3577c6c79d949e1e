//! Any text, or one with counts that mostly agree, as a file of counts: what is stored is what the report says, sound, and not below the floor.

use std::fmt::Write as _;
use varidex::testing::Files;
use varidex::{
    Error, ExportFormat, ExportOptions, Policy, PublishSitesOptions, Published, PublishedSite,
    ReleasedCounts, Zero,
};

/// What the file is called, and what is made of it.
const SITES: &str = "sites";
const OUT: &str = "out.vdx";
const POLICIES: [&str; 4] = [
    "name = 'open'\ngranularity = 'record'\ntwo_tailed = false\nzero = 'shown'\ncombine = true",
    "name = 'a'\ngranularity = 'count'\nfloor.people = 3\ntwo_tailed = false\nzero = 'shown'",
    "name = 'b'\ngranularity = 'count'\nfloor.people = 2\nfloor.alleles = 5\nrounding = 3\nzero = 'hidden'",
    "name = 'c'\ngranularity = 'count'\nfloor.people = 5\nrounding = 10\nzero = 'shown'",
];
const FIELDS: [&[&str]; 4] = [&[], &["country"], &["sex"], &["country,sex"]];
/// Labels of files that are put together.
const LABELS: [&[&str]; 8] = [
    &[],
    &["F", "M"],
    &["FI", "SE", "unknown"],
    &["FI_F", "FI_M", "SE_F", "SE_M"],
    &["FI_F", "FI_M", "SE_F"],
    &["FI", "FI_F", "FI_M", "SE", "F", "M"],
    &["a\"b", "New%20York", "%75nknown", "a|b", "."],
    &["Total", "nfe", "nfe_est", "raw"],
];
const KEYS: [&[&str]; 4] = [
    &["AC", "AN", "AF", "AC_Het", "AC_Hom", "AC_Hemi"],
    &["AC", "AN"],
    &["AC", "AN", "nhomalt"],
    &["AN", "AF"],
];
/// What stands in the place of a value that does not agree.
const ODD: [&str; 8] = [".", "", "x", "-1", "1,2", "1e-3", "549755813888", "nan"];

/// The first byte says by which policy (bits 0 and 1) and fields (2 and 3), whether records that cannot be read are refused (4) and
/// others than PASS (5), and whether the rest is the file (7) or what one is put together of.
pub fn imports(data: &[u8]) {
    let Some((&how, content)) = data.split_first() else {
        return;
    };
    let bits = |shift: u32| usize::from(how >> shift & 3);
    let text = match how & 128 != 0 {
        true => content.to_vec(),
        false => put_together(content).into_bytes(),
    };
    let policy: Policy = POLICIES[bits(0)].parse().expect("a policy");
    let options = PublishSitesOptions {
        by: FIELDS[bits(2)].iter().map(|&by| by.to_owned()).collect(),
        skip_malformed: how & 16 != 0,
        only_pass: how & 32 != 0,
        // starting threads takes longer than a small file
        threads: Some(1),
        ..PublishSitesOptions::new(policy.clone(), "fuzzed")
    };
    let files = Files::default();
    files.write(SITES, text);
    let Ok(report) = files.publish_sites(SITES, &options, OUT) else {
        assert!(
            !files.exists(OUT),
            "an import that fails leaves nothing behind"
        );
        return;
    };
    assert_eq!(report.records, report.stored + report.refused_count());
    assert!(report.stored > 0);
    let file = files
        .open_published(OUT)
        .expect("what was written can be opened");
    file.verify().expect("what was written is sound");
    let sites = all_of(&file);
    assert_eq!(sites.len() as u64, report.published.sites);
    assert_eq!(file.info().rows(), report.published.sites);
    for site in &sites {
        site.strata()
            .iter()
            .flatten()
            .chain(site.total())
            .for_each(|of| check(of, &policy));
    }
    again(&files, &file);
}

fn all_of(file: &Published) -> Vec<PublishedSite> {
    let mut sites = file.sites("all").expect("a question");
    let mut all = Vec::new();
    while let Some(site) = sites.next().expect("a sound file") {
        all.push(site);
    }
    all
}

/// A carrier has one copy at least, and no number is below the floor.
fn check(of: &ReleasedCounts, policy: &Policy) {
    assert!(of.an.is_none_or(|an| of.ac <= an), "{of:?}");
    let floor = policy.floor.people.max(policy.floor.alleles);
    match of.ac {
        0 => assert_eq!(policy.zero, Zero::Shown),
        ac => assert!(ac >= floor, "{ac}"),
    }
}

/// What is exported can be read again, where it can be written; a record has no other counts of everybody then.
fn again(files: &Files, file: &Published) {
    let options = ExportOptions {
        format: Some(ExportFormat::Vcf),
        ..ExportOptions::default()
    };
    let mut bytes = Vec::new();
    match file.export_to("all", &mut bytes, &options, &mut |_| true) {
        // two labels may be one key
        Err(Error::Usage(_)) => return,
        written => written.expect("a sound file can be written"),
    };
    files.write("exported", bytes);
    let options = PublishSitesOptions {
        threads: Some(1),
        skip_malformed: true,
        ..PublishSitesOptions::new(POLICIES[0].parse().expect("a policy"), "fuzzed")
    };
    // names of contigs and alleles may be odd, and rounded strata more than everybody
    if let Ok(report) = files.publish_sites("exported", &options, "again.vdx") {
        assert_eq!(report.records, report.stored + report.refused_count());
        let again = files
            .open_published("again.vdx")
            .expect("what was written can be opened");
        again.verify().expect("what was written is sound");
    }
}

/// Three bytes say which labels and keys there are and how they are written, and then records follow: four bytes of each ALT for each
/// stratum and for those in none, behind one of the place and three of a value that is otherwise.
fn put_together(mut content: &[u8]) -> String {
    let mut next = || {
        let (first, rest) = content.split_first()?;
        content = rest;
        Some(usize::from(*first))
    };
    let mut header = || Some((next()?, next()?, next()?));
    let (labels, keys, style) = header().unwrap_or_default();
    let (labels, keys) = (LABELS[labels % LABELS.len()], KEYS[keys % KEYS.len()]);
    let key = |of: &str, label: &str| match (label, style & 1) {
        ("", _) => of.to_owned(),
        (label, 0) => format!("{of}_{label}"),
        (label, _) => format!("{label}_{of}"),
    };
    let mut text =
        "##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n##contig=<ID=X>\n".to_owned();
    for label in labels.iter().chain(&[""]) {
        for of in keys {
            // writing to a text does not fail
            let _ = writeln!(
                text,
                "##INFO=<ID={},Number=.,Type=String,Description=\"x\">",
                key(of, label)
            );
        }
    }
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    let (mut position, mut was_x) = (0, false);
    while let Some(place) = next() {
        let (is_x, alts) = (was_x || place & 1 != 0, 1 + (place >> 1 & 1));
        position = if is_x == was_x { position } else { 0 } + (place >> 2 & 15);
        was_x = is_x;
        let Some(wrong) = next().zip(next()).zip(next()) else {
            break;
        };
        // het, hom, hemi and copies of others; at last of those in no stratum, and then of everybody
        let mut cells = vec![vec![[0; 4]; labels.len() + 1]; alts];
        for cells in &mut cells {
            for cell in cells.iter_mut() {
                cell.iter_mut()
                    .for_each(|of| *of = next().unwrap_or_default() & 63);
                if !is_x {
                    cell[2] = 0;
                }
            }
            let sum = cells
                .iter()
                .fold([0; 4], |sum, of| [0, 1, 2, 3].map(|at| sum[at] + of[at]));
            if let Some(everybody) = cells.last_mut() {
                *everybody = sum;
            }
        }
        let ((field, value), whether) = wrong;
        let mut fields = Vec::new();
        for (at, label) in labels.iter().chain(&[""]).enumerate() {
            let ac = |of: &[usize; 4]| of[0] + 2 * of[1] + of[2];
            let an: usize = cells
                .iter()
                .map(|cells| ac(&cells[at]) + cells[at][3])
                .sum();
            for of in keys {
                let number = |cells: &Vec<[usize; 4]>| {
                    let cell = &cells[at];
                    match *of {
                        "AC" => ac(cell).to_string(),
                        "AF" if an == 0 => ".".to_owned(),
                        "AF" => format!("{:.6}", ac(cell) as f64 / an as f64),
                        "AC_Het" => cell[0].to_string(),
                        "AC_Hom" => (2 * cell[1]).to_string(),
                        "AC_Hemi" => cell[2].to_string(),
                        _ => cell[1].to_string(),
                    }
                };
                let all = match *of {
                    "AN" => an.to_string(),
                    _ => cells.iter().map(number).collect::<Vec<_>>().join(","),
                };
                fields.push((key(of, label), all));
            }
        }
        let number = fields.len();
        if whether & 3 == 3
            && let Some((_, text)) = fields.get_mut(field % number)
        {
            ODD[value % ODD.len()].clone_into(text);
        }
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let (contig, alts) = (if is_x { "X" } else { "1" }, ["G", "G,<DEL>"][alts - 1]);
        let filter = if whether & 4 == 0 { "PASS" } else { "AC0" };
        let _ = writeln!(
            text,
            "{contig}\t{position}\t.\tA\t{alts}\t.\t{filter}\t{}",
            fields.join(";")
        );
    }
    text
}
