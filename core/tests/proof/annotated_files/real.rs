//! Annotations of real files.

use super::*;

/// Real files: genes, impacts and consequences as a scan of the text has them.
#[test]
fn real_annotations() {
    let Some(data) = data() else { return };
    // file, key, and where gene, consequence and impact stand in an entry
    let files = [
        ("people/cineca_uk1/chr22_ann.vcf.gz", "ANN", 3, 1, Some(2)),
        ("cohorts/trio/ashk-trio.vcf.gz", "BCSQ", 1, 0, None),
        (
            "beacon/pi20/synthetic_usecases_4beacon_testingV4.vcf.gz",
            "CSQ",
            3,
            1,
            Some(2),
        ),
    ];
    for (file, key, gene, consequence, impact) in files {
        let path = data.join(file);
        let format = format!("%CHROM\t%POS\t%REF\t%ALT\t%INFO/{key}\n");
        let name = path.display().to_string();
        let Some(text) = run("bcftools", &["query", "-f", &format, &name]) else {
            return;
        };
        let folder = Folder::new();
        let to = folder.path("dataset.vdx");
        let skipping = BuildOptions {
            skip_malformed: true,
            ..options()
        };
        let report = build(&[&path], &to, &skipping).unwrap();
        let reported = report.annotations.unwrap();
        assert_eq!(reported.annotator.key(), key);
        assert_eq!(reported.read, reported.stored + reported.refused_count());
        let dataset = Dataset::open(&to).unwrap().view();
        dataset.dataset().verify().unwrap();

        // rows by gene, by impact and by both of one entry; only records of one ALT are distinguished here
        let mut by_gene = BTreeMap::<String, BTreeSet<String>>::new();
        let mut by_impact = BTreeMap::<String, BTreeSet<String>>::new();
        let mut of_both = BTreeMap::<(String, String), BTreeSet<String>>::new();
        let mut by_term = BTreeMap::<String, BTreeSet<String>>::new();
        let (mut entries, mut several) = (0, BTreeSet::new());
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let place = format!("{}:{}:{}:{}", fields[0], fields[1], fields[2], fields[3]);
            if fields[4] == "." {
                continue;
            }
            if fields[3].contains(',') {
                several.insert(format!("{}:{}", fields[0], fields[1]));
            }
            for entry in fields[4].split(',') {
                entries += 1;
                let entry: Vec<&str> = entry.split('|').collect();
                let of = entry[gene].to_lowercase();
                by_gene.entry(of.clone()).or_default().insert(place.clone());
                for term in entry[consequence].split('&') {
                    let term = term.trim_start_matches('*').to_owned();
                    by_term.entry(term).or_default().insert(place.clone());
                }
                if let Some(impact) = impact {
                    let impact = entry[impact].to_lowercase();
                    by_impact
                        .entry(impact.clone())
                        .or_default()
                        .insert(place.clone());
                    let both = (of, impact);
                    of_both.entry(both).or_default().insert(place.clone());
                }
            }
        }
        assert_eq!(reported.read, entries, "{file}");
        by_gene.remove("");
        assert!(!by_gene.is_empty(), "{file}");
        let plain = |place: &String| {
            let mut fields = place.split(':');
            let at = (fields.next().unwrap(), fields.next().unwrap());
            !several.contains(&format!("{}:{}", at.0, at.1))
        };
        let check = |question: String, expected: &BTreeSet<String>| {
            let mut variants = dataset.variants(&question).unwrap();
            let mut rows = BTreeSet::new();
            while let Some(mut variant) = variants.next().unwrap() {
                let place = variant.names().unwrap().vcf.unwrap();
                rows.insert(place);
            }
            rows.retain(plain);
            let expected: BTreeSet<String> = expected
                .iter()
                .filter(|place| plain(place))
                .cloned()
                .collect();
            let wrong: Vec<&String> = rows.symmetric_difference(&expected).take(5).collect();
            assert!(wrong.is_empty(), "{file}: {question}: {wrong:?}");
        };
        for (gene, rows) in by_gene.iter().take(400) {
            check(format!("gene:\"{gene}\""), rows);
        }
        for (impact, rows) in &by_impact {
            check(format!("impact:{impact}"), rows);
        }
        for ((gene, impact), rows) in of_both.iter().filter(|((gene, _), _)| !gene.is_empty()) {
            check(format!("gene:\"{gene}\" & impact:{impact}"), rows);
        }
        // these have nothing below them that annotators write
        for term in [
            "missense_variant",
            "missense",
            "stop_gained",
            "frameshift",
            "5_prime_utr",
        ] {
            if let Some(rows) = by_term.get(term) {
                check(format!("consequence:{term}"), rows);
            }
        }
    }
}
