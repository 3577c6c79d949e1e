//! Pairs in cohorts written by hand.

use super::*;

/// A person is in a group or not, whichever samples name them.
#[test]
fn samples_are_of_people() {
    let folder = Folder::new();
    let record = |position, cells: [&'static str; 4]| Record {
        on_x: false,
        position,
        alts: "C",
        spelled: Spelled::Plainly,
        format: "GT",
        cells: cells.map(|gt| (gt, ".", [".", "."])).to_vec(),
    };
    // P1 has one variant in each sample, S5 the same one in two records
    let world = World {
        files: vec![vec![
            record(1, ["0|0", "0|1", "0|0", "0|0"]),
            record(2, ["0|0", "0|0", "0|1", "0|1"]),
            record(2, ["0|0", "0|0", "0|0", "1|0"]),
        ]],
        entries: None,
    };
    let dataset = dataset(&folder, &world);
    let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(ids(&dataset, "samples(S1)"), set(&["P1"]));
    assert_eq!(ids(&dataset, "!samples(S1)"), set(&["P0", "P2", "S5"]));
    let group = dataset.ask("samples(S1)").unwrap();
    assert_eq!(group.samples().iter().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(ids(&dataset, "carriers(all, at_least: 2)"), set(&["P1"]));
    assert_eq!(ids(&dataset, "carriers(all, compound)"), set(&[]));
    assert_eq!(reported(&dataset, "all"), BTreeSet::new());
}

/// A segment is made of groups of rows that know nothing of each other, and an input may have the samples in
/// another order: sets, names and of whom they are come out as they came in.
#[test]
fn phase_sets_of_many_rows_and_of_samples_in_another_order() {
    const ROWS: i64 = 9_000;
    let head = |contig: &str, samples: &str| {
        format!(
            "##fileformat=VCFv4.3\n##contig=<ID={contig}>\n\
            ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n\
            ##FORMAT=<ID=PS,Number=1,Type=String,Description=\"p\">\n\
            ##FORMAT=<ID=PSL,Number=.,Type=String,Description=\"p\">\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{samples}\n"
        )
    };
    let mut first = head("1", "a\tb");
    let mut cells = Vec::new();
    for row in 1..=ROWS {
        let set = row - row % 7;
        let reported = match row % 11 {
            0 => format!("0|1:name{}:.\t0|0:.:.", row % 5),
            1..=5 => format!("1|0:{set}:.\t0|1:{}:.", set + 100_000),
            6 => format!("0|1:.:h{row},h{}\t1|1:{set}:.", row % 3),
            _ => "0|1:.:.\t0/1:.:.".to_owned(),
        };
        first += &format!("1\t{row}\t.\tA\tC\t.\t.\t.\tGT:PS:PSL\t{reported}\n");
        cells.push(reported);
    }
    let second = head("2", "b\ta") + "2\t5\t.\tA\tC\t.\t.\t.\tGT:PS\t0|1:7\t1|0:9\n";
    let folder = Folder::new();
    let inputs = [folder.write("1.vcf", first), folder.write("2.vcf", second)];
    let path = folder.path("a.vdx");
    build(&inputs, &path, &options()).unwrap();
    let dataset = Dataset::open(path).unwrap().view();
    dataset.dataset().verify().unwrap();
    let out = folder.path("out.vcf");
    dataset
        .export("all", None, &out, &ExportOptions::default(), &mut |_| true)
        .unwrap();
    let out = std::fs::read_to_string(out).unwrap();
    let mut lines = out.lines().filter(|line| !line.starts_with('#'));
    // a record has the fields that somebody has
    for reported in &cells {
        let line = lines.next().unwrap();
        let (format, found) = line.split_once("\tGT").unwrap().1.split_once('\t').unwrap();
        let all: Vec<[String; 3]> = found
            .split('\t')
            .map(|cell| {
                let mut fields = ["GT".to_owned(), ".".to_owned(), ".".to_owned()];
                for (key, field) in format!("GT{format}").split(':').zip(cell.split(':')) {
                    let at = ["GT", "PS", "PSL"].iter().position(|known| *known == key);
                    fields[at.unwrap()] = field.to_owned();
                }
                fields
            })
            .collect();
        let shown: Vec<String> = all.iter().map(|fields| fields.join(":")).collect();
        assert_eq!(shown.join("\t"), *reported, "{line}");
    }
    let last = lines.next().unwrap();
    assert!(last.ends_with("\tGT:PS\t1|0:9\t0|1:7"), "{last}");
}
