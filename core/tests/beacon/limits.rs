//! What a beacon does at most: seconds of a question, carriers of a record.

use crate::spec::files;
use crate::vectors::beacon;
use serde_json::Value;
use std::sync::Arc;
use varidex::{
    Access, Beacon, BeaconConfig, BeaconRequest, BuildOptions, Dataset, Granularity, build,
    interruptible,
};

#[test]
fn a_question_that_takes_too_long_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let beacon = beacon(&files()["people"], dir.path());
    let ask = |query| {
        let request = BeaconRequest::get("/g_variants", query);
        beacon.answer(&request, Some(Access::up_to(Granularity::Record)))
    };
    let query = "referenceName=22&start=0&end=2147483647";
    let in_time = interruptible(Arc::new(|| false), || ask(query));
    assert_eq!(in_time.status, 200);
    // who calls may have less patience than the configuration
    let late = interruptible(Arc::new(|| true), || ask(query));
    let answer: Value = serde_json::from_slice(&late.body).unwrap();
    assert_eq!(
        (late.status, &answer["error"]["errorCode"]),
        (503, &503.into())
    );
    assert!(answer.get("response").is_none() && answer.get("responseSummary").is_none());
}

#[test]
fn a_record_lists_carriers_up_to_a_number_and_says_of_how_many() {
    const LISTED: usize = 10_000;
    for carriers in [LISTED, LISTED + 1] {
        let dir = tempfile::tempdir().unwrap();
        let names = (0..carriers).map(|n| format!("\tS{n}"));
        let vcf = format!(
            "##fileformat=VCFv4.3\n##contig=<ID=22>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT{}\n\
             22\t100\t.\tA\tG\t.\t.\t.\tGT{}\n",
            names.collect::<String>(),
            "\t0/1".repeat(carriers),
        );
        let (input, dataset) = (dir.path().join("many.vcf"), dir.path().join("many.vdx"));
        std::fs::write(&input, vcf).unwrap();
        build(&[&input], &dataset, &BuildOptions::default(), &mut |_| true).unwrap();
        let config: BeaconConfig = "id = \"org.example\"\nname = \"Many\"\nenvironment = \"test\"\n\
            alternative_url = \"https://example.org\"\n[organization]\nid = \"example\"\nname = \"Example\"\n\
            logo_url = \"https://example.org/logo.png\"\n[[datasets]]\nid = \"many\"\nname = \"Many\"\npath = \"many.vdx\"\n"
            .parse()
            .unwrap();
        let beacon = Beacon::new(config, vec![Dataset::open(&dataset).unwrap().view()]).unwrap();
        let query = "referenceName=22&start=99&alternateBases=G&requestedGranularity=record";
        let request = BeaconRequest::get("/g_variants", query);
        let answer = beacon.answer(&request, Some(Access::up_to(Granularity::Record)));
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        let record = &answer["response"]["resultSets"][0]["results"][0];
        let listed = record["caseLevelData"].as_array().unwrap().len();
        assert_eq!(listed, LISTED);
        let info = &record["info"];
        match carriers > LISTED {
            true => {
                assert_eq!(info["caseLevelDataListed"], LISTED);
                assert_eq!(info["caseLevelDataTotal"], carriers);
            }
            false => assert!(info.is_null(), "{info}"),
        }
    }
}
