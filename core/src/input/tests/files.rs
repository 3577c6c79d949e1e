//! Files that are hard, made or collected elsewhere: each must come out as its list says.

use super::*;
use std::fs;

#[test]
fn made_files_come_out_as_expected() {
    let Some(data) = data() else { return };
    let folder = data.join("hard/made");
    let table = fs::read_to_string(folder.join("expected.tsv")).unwrap();
    // Order and duplicates are looked at by the build.
    let later = ["unsorted_positions.vcf", "interleaved_contigs.vcf"];
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        let [name, expect, records, samples, _] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let result = read_file(&folder.join(name), &How::default());
        let got = match &result {
            Err(Error::Input(e)) => format!("err {e}"),
            Err(e) => panic!("{name}: {e}"),
            Ok(r) if !r.refused.is_empty() => format!("err {}", r.refused[0]),
            Ok(r) => {
                let counts = format!("{} {}", r.sites.len(), r.header.samples.len());
                let kind = if r.warnings.is_empty() { "ok" } else { "warn" };
                format!("{kind} {counts} {:?}", r.warned())
            }
        };
        eprintln!("{name}\t{expect}\t{got}");
        let counts = format!(" {records} {samples} ");
        let right = match expect {
            _ if later.contains(&name) => got.starts_with("ok") && got.contains(&counts),
            "err" => got.starts_with("err"),
            "warn" => got.starts_with("warn") && got.contains(&counts),
            "ok" => !got.starts_with("err") && got.contains(&counts),
            "either" => true,
            other => panic!("{other}"),
        };
        if !right {
            wrong.push(format!("{name}: expected {expect}{counts}, got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What becomes of a file, in one line.
fn fate_of(path: &Path) -> String {
    match read_file(path, &How::default()) {
        Err(Error::Input(e)) => format!("refused: expected {}, found {}", e.expected, e.found),
        Err(e) => panic!("{}: {e}", path.display()),
        Ok(r) if !r.refused.is_empty() => {
            let e = &r.refused[0];
            format!("refused: expected {}, found {}", e.expected, e.found)
        }
        Ok(r) if r.warnings.is_empty() => format!("read {}", r.sites.len()),
        Ok(r) => format!("warned {} {:?}", r.sites.len(), r.warned()),
    }
}

#[test]
fn files_that_others_read_are_read() {
    let Some(data) = data() else { return };
    let folders = [
        "hard/hts-specs_4.3/passed",
        "hard/hts-specs_4.5/passed",
        "hard/bio2zarr_vcf",
        "hard/bio2zarr_vcf/out_of_order_contigs.vcf.gz.2.split",
        "hard/bio2zarr_vcf/out_of_order_fields",
        "hard/bio2zarr_vcf/sample.vcf.gz.3.split",
        "hard/ploidy_phase_micro",
        "cohorts/trio",
    ];
    let mut read = 0;
    for folder in folders {
        for entry in fs::read_dir(data.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().unwrap_or_default();
            if path.is_file() && !["csi", "tbi", "ped"].iter().any(|e| extension == *e) {
                let outcome = fate_of(&path);
                assert!(
                    !outcome.starts_with("refused"),
                    "{}: {outcome}",
                    path.display()
                );
                read += 1;
            }
        }
    }
    assert!(read > 70, "{read}");
}

/// What must become of a file that breaks the specification.
#[derive(Clone, Copy)]
enum Fate {
    /// A record or the whole is refused, where this was expected.
    Refused(&'static str),
    /// Read, and warned of so.
    Warned(&'static str),
    /// Read: the fault stands where nothing is looked at that a count depends on.
    Unseen,
}

/// The files `failed_*.vcf` of the specification's suite: name without that, fate, and why.
const FAILED: &[(&str, Fate, &str)] = {
    use Fate::*;
    const RESERVED: Fate = Warned("header line that differs from the reserved one");
    const MALFORMED: Fate = Warned("malformed header line");
    &[
        (
            "body_alt_000",
            Warned("ALT that VCF does not allow: R"),
            "identity is kept as written",
        ),
        (
            "body_alt_001",
            Refused("an allele in ALT"),
            "a space: which allele is meant is unknown",
        ),
        (
            "body_alt_002",
            Refused("an allele in ALT"),
            "an empty ALT shifts allele numbers",
        ),
        (
            "body_alt_003",
            Warned("ALT that VCF does not allow"),
            "identity is kept as written",
        ),
        (
            "body_alt_005",
            Warned("ALT that VCF does not allow"),
            "identity is kept as written",
        ),
        (
            "body_chrom_000",
            Warned("contig name that VCF does not allow"),
            "name is kept as written",
        ),
        (
            "body_chrom_001",
            Unseen,
            "a colon is legal since 4.3: HLA contigs have it",
        ),
        (
            "body_chrom_002",
            Warned("contig name that VCF does not allow"),
            "name is kept as written",
        ),
        (
            "body_chrom_003",
            Warned("contig name that VCF does not allow"),
            "name is kept as written",
        ),
        (
            "body_chrom_004",
            Unseen,
            "an asterisk inside is legal since 4.3: HLA contigs have it",
        ),
        (
            "body_contiguous",
            Unseen,
            "order of contigs is the build's to refuse",
        ),
        (
            "body_duplicated",
            Unseen,
            "duplicates are the build's to see",
        ),
        (
            "body_filter_003",
            Warned("FILTER that VCF does not allow"),
            "no genotype depends on it",
        ),
        (
            "body_filter",
            Warned("FILTER that VCF does not allow"),
            "no genotype depends on it",
        ),
        (
            "body_format_002",
            Refused("a genotype"),
            "GT is where the cells have something else",
        ),
        (
            "body_format_005",
            Warned("a FORMAT key twice"),
            "GT stands there once",
        ),
        (
            "body_format_006",
            Refused("a genotype"),
            "the genotype cannot be known",
        ),
        (
            "body_format",
            Warned("FORMAT key that VCF does not allow"),
            "GT is found all the same",
        ),
        (
            "body_id",
            Warned("ID that VCF does not allow"),
            "identity is contig, POS, REF, ALT",
        ),
        (
            "body_info_016",
            Warned("END before POS"),
            "the end is taken from REF",
        ),
        (
            "body_info_017",
            Warned("END that is no number"),
            "the end is taken from REF",
        ),
        (
            "body_info_018",
            Warned("END that is no number"),
            "the end is taken from REF",
        ),
        (
            "body_info_028",
            Warned("undeclared INFO key RS Q"),
            "no genotype depends on it",
        ),
        (
            "body_info",
            Unseen,
            "values of INFO keys that nobody asked for are not looked at",
        ),
        (
            "body_no_newline",
            Unseen,
            "the last line is read without a line end",
        ),
        (
            "body_pos",
            Refused("a number from 0 to 2147483647 in POS"),
            "no place",
        ),
        (
            "body_qual_000",
            Refused("a number or . in QUAL"),
            "the columns may be shifted",
        ),
        (
            "body_qual_001",
            Warned("negative QUAL"),
            "no genotype depends on it",
        ),
        (
            "body_ref_001",
            Unseen,
            "IUPAC codes are in reference genomes; 1000 Genomes has them",
        ),
        ("body_ref", Refused("bases in REF"), "no identity"),
        (
            "body_sample_000",
            Refused("a genotype"),
            "the genotype cannot be known",
        ),
        (
            "body_sample_001",
            Refused("an allele number that the record has"),
            "likewise",
        ),
        ("body_sample_002", Refused("a genotype"), "likewise"),
        (
            "body_sample_011",
            Refused("sample names that differ"),
            "whose genotype is it",
        ),
        (
            "body_sample",
            Unseen,
            "FORMAT fields beside the genotype are not looked at",
        ),
        ("body_unsorted", Unseen, "order is the build's to refuse"),
        ("empty_sample", Refused("VCF or BCF"), "an empty file"),
        ("empty", Refused("VCF or BCF"), "no header"),
        (
            "fileformat_000",
            Warned("no ##fileformat line"),
            "all versions 4 are read alike",
        ),
        (
            "fileformat_001",
            Warned("unknown ##fileformat"),
            "all versions 4 are read alike",
        ),
        (
            "header_000",
            Refused("column POS"),
            "the columns may be others",
        ),
        (
            "header_001",
            Warned("FORMAT column without samples"),
            "sites only",
        ),
        (
            "meta_000",
            Warned("header line that is not key=value"),
            "says nothing that is used",
        ),
        (
            "meta_002",
            Refused("a header line"),
            "the header may be cut",
        ),
        (
            "meta_004",
            Refused("a header line"),
            "the header may be cut",
        ),
        (
            "meta_005",
            Refused("a header line"),
            "the header may be cut",
        ),
        (
            "meta_009",
            Warned("empty header line reference"),
            "a hint only",
        ),
        ("meta_00", MALFORMED, "read as far as it goes"),
        ("meta_alt_003", MALFORMED, "read as far as it goes"),
        ("meta_alt_006", MALFORMED, "read as far as it goes"),
        ("meta_alt_007", MALFORMED, "read as far as it goes"),
        ("meta_alt_008", MALFORMED, "read as far as it goes"),
        ("meta_alt_009", MALFORMED, "read as far as it goes"),
        (
            "meta_alt",
            Unseen,
            "definitions of symbolic alleles are not used",
        ),
        (
            "meta_assembly_000",
            Warned("empty header line assembly"),
            "a hint only",
        ),
        ("meta_assembly", Unseen, "a hint only"),
        (
            "meta_contig_000",
            Warned("header line without ID: contig"),
            "contigs are named in records",
        ),
        (
            "meta_contig_001",
            Warned("whitespace in the ID"),
            "contigs are named in records",
        ),
        ("meta_contig_002", MALFORMED, "contigs are named in records"),
        (
            "meta_contig_003",
            Unseen,
            "an asterisk inside is legal since 4.3",
        ),
        (
            "meta_format_000",
            Warned("header line with an unknown Number"),
            "FORMAT is read by key",
        ),
        (
            "meta_format_001",
            Warned("header line with an unknown Type"),
            "FORMAT is read by key",
        ),
        ("meta_format_002", MALFORMED, "FORMAT is read by key"),
        (
            "meta_format_003",
            Unseen,
            "the order of fields says nothing",
        ),
        ("meta_format", RESERVED, "FORMAT is read by key"),
        (
            "meta_info_000",
            Warned("header line with an unknown Number"),
            "INFO is read by key",
        ),
        (
            "meta_info_001",
            Warned("header line with an unknown Type"),
            "INFO is read by key",
        ),
        ("meta_info_002", MALFORMED, "INFO is read by key"),
        ("meta_info_003", Unseen, "the order of fields says nothing"),
        (
            "meta_info_005",
            Unseen,
            "Number=. only says less than the reserved one",
        ),
        ("meta_info_032", Unseen, "MQ is not used"),
        ("meta_info", RESERVED, "INFO is read by key"),
        ("meta_meta_002", MALFORMED, "##META is not used"),
        ("meta_meta", Unseen, "##META is not used"),
        ("meta_pedigree_000", MALFORMED, "##PEDIGREE is not used"),
        ("meta_pedigree_002", MALFORMED, "##PEDIGREE is not used"),
        (
            "meta_pedigree",
            Unseen,
            "##PEDIGREE and ##pedigreeDB are not used",
        ),
        (
            "meta_sample_000",
            Warned("header line without ID: SAMPLE"),
            "##SAMPLE is not used",
        ),
        ("meta_sample_003", Unseen, "##SAMPLE is not used"),
        ("meta_sample", MALFORMED, "##SAMPLE is not used"),
    ]
};

#[test]
fn files_that_break_the_specification_are_refused_or_harmless() {
    let Some(data) = data() else { return };
    let mut wrong = Vec::new();
    let folder = data.join("hard/hts-specs_4.3/failed");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let name = stem.strip_prefix("failed_").unwrap();
        let Some((_, fate, why)) = FAILED.iter().find(|(start, ..)| name.starts_with(start)) else {
            wrong.push(format!("{name}: not in the table"));
            continue;
        };
        let outcome = fate_of(&path);
        let right = match fate {
            Fate::Refused(what) => outcome.starts_with(&format!("refused: expected {what}")),
            Fate::Warned(what) => outcome.starts_with("warned") && outcome.contains(what),
            Fate::Unseen => !outcome.starts_with("refused"),
        };
        if !right {
            wrong.push(format!("{name} ({why}): {outcome}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
