//! Where a file and its dataset both answer they say the same.

use super::*;
use crate::maintain::mask_tests::cohort;
use crate::model::Policy;
use proptest::prelude::*;

const POLICIES: [&str; 4] = [
    OPEN,
    "name = 'a'\ngranularity = 'count'\nfloor.people = 2\ntwo_tailed = false\nzero = 'shown'",
    "name = 'b'\ngranularity = 'count'\nfloor.people = 3\ntwo_tailed = true\nzero = 'hidden'",
    "name = 'c'\ngranularity = 'count'\nfloor.people = 2\nfloor.alleles = 4\nzero = 'hidden'",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Where both answer they say the same.
    #[test]
    fn a_file_answers_as_its_dataset(
        cohort in cohort(),
        (floor, policy) in (0..4u64, 0..POLICIES.len()),
        places in proptest::collection::vec((1..4u8, 0..600i32, 1..90i32), 6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let Some(view) = cohort.write(&folder.path().join("d"), None) else {
            return Ok(());
        };
        let policy: Policy = POLICIES[policy].parse().unwrap();
        let is_open = policy.shows_records();
        let floor = if is_open { floor.min(1) } else { floor };
        let options = PublishOptions {
            by: vec!["population".to_owned(), "sex".to_owned()],
            ..PublishOptions::new(policy.clone(), "p")
        };
        let out = folder.path().join("out.vdx");
        publish(&view, &options, &out).unwrap();
        let file = Published::open(&out).unwrap();
        let rules = match is_open {
            true => String::new(),
            false => format!("policies.count = {}", {
                let mut table: toml::Table = POLICIES.iter().find(|of| of.contains(&format!("'{}'", policy.name))).unwrap().parse().unwrap();
                table.insert("combine".to_owned(), true.into());
                toml::Value::Table(table).to_string()
            }),
        };
        let by = format!("{FREQUENCIES}\ncountry = 'population'");
        let live = Beacon::new(config(floor, &rules, &by), vec![view.clone()]).unwrap();
        let of_file = Beacon::new(config(floor, "", FREQUENCIES), vec![file.clone()]).unwrap();
        let (record, count) = (Granularity::Record, Granularity::Count);
        let theirs = records(&ask(&live, "g_variants", "", record));
        let ours = records(&ask(&of_file, "g_variants", "", record));
        let least = floor.max(policy.floor.people);
        let to = if policy.floor.people > 1 { 2 * policy.floor.people } else { 1 };
        for (id, populations) in &ours {
            let known = &theirs[id];
            if is_open {
                // labels of those without a sex or a population are of files alone
                let shared: Populations = populations.iter().filter(|(label, _)| known.contains_key(*label))
                    .map(|(label, of)| (label.clone(), of.clone())).collect();
                prop_assert_eq!(&shared, known, "{}", id);
            }
            for (label, numbers) in populations {
                let Some(known) = known.get(label) else { continue };
                let [ac, an] = ["alleleCount", "alleleNumber"].map(|key| [number(numbers, key), number(known, key)]);
                let all_copies = to > 1 && ac[1] == an[1];
                prop_assert!(ac[0] == ac[1] || all_copies, "{} {}: {:?}", id, label, ac);
                prop_assert!(an[0].abs_diff(an[1]) <= to, "{} {}: {:?}", id, label, an);
                let carriers = ["genotypeHomozygous", "genotypeHeterozygous", "genotypeHemizygous"].map(|key| number(known, key));
                let carriers: u64 = carriers.iter().sum();
                prop_assert!(carriers == 0 || carriers >= least, "{} {}: {}", id, label, carriers);
            }
            // an allele by its id
            let path = format!("g_variants/{}", id.replace('/', "%2F"));
            let (a, b) = (ask(&of_file, &path, "", count), ask(&live, &path, "", count));
            if a.0 == 200 && b.0 == 200 {
                prop_assert_eq!((total(&a.1), id), (Some(1), id));
                prop_assert!(total(&b.1) == Some(1), "{} {}", id, b.1);
            }
            if is_open {
                prop_assert_eq!(a.0, b.0, "{} {} {}", id, &a.1, &b.1);
            }
        }
        for (contig, start, length) in &places {
            let contig = match contig { 1 => "1", 2 => "2", _ => "3" };
            let end = start + length;
            for place in [
                format!("referenceName={contig}&start={start}&end={end}"),
                format!("referenceName={contig}&start={start},{end}&end={start},{}", end + 3),
                format!("referenceName={contig}&start={start}&end={end}&alternateBases=G"),
                format!("referenceName={contig}&start={start}&end={end}&variantType=INDEL&variantMinLength=1"),
                format!("referenceName={contig}&start={}&alternateBases=S", start / 20 * 20 + 9),
            ] {
                for who in ["", "&filters=NCIT:C16576"] {
                    let query = format!("{place}{who}");
                    let (a, b) = (ask(&of_file, "g_variants", &query, count), ask(&live, "g_variants", &query, count));
                    match (a.0, b.0) {
                        (200, 200) if is_open => prop_assert_eq!(total(&a.1), total(&b.1), "{}", &query),
                        (200, 200) => prop_assert!(total(&a.1) <= total(&b.1), "{}: {:?} {:?}", &query, total(&a.1), total(&b.1)),
                        // nobody is a woman there, or some strata are too small; or the policy speaks of no group
                        (422, _) | (_, 422) => {}
                        other => prop_assert_eq!(other.0, other.1, "{}", &query),
                    }
                }
            }
        }
    }
}
