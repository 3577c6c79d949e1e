//! What is understood, and its canonical text.

use super::super::ast::*;
use super::super::build::CarrierOptions;
use crate::genome::Interval;
use crate::model::Attribute;
use crate::model::Zygosity;

fn region(contig: &str, first: i64, last: i64) -> VariantExpr {
    VariantExpr::region(
        contig,
        Interval::from_one_based_inclusive(first, last).unwrap(),
    )
}

fn carriers(of: VariantExpr, zygosity: Option<Zygosity>, at_least: u32) -> GroupExpr {
    GroupExpr(Node::built(GroupAtom::Carriers {
        of,
        zygosity,
        at_least,
        compound: false,
        origin: None,
        samples: Default::default(),
    }))
}

#[test]
fn genes_consequences_and_groups_in_where() {
    let same = [
        "gene:RYR1 & impact>=moderate & af<0.01",
        "gene:HGNC:10483 | gene:ENSG00000196218",
        "gene:\"a b\"",
        "consequence:missense_variant & canonical & !mane",
        "impact=high",
        "protein:V600E | protein:p.Val600Glu | protein:\"p.(Val600Glu)\"",
        "NM_004333.6:c.1799T>A",
        "af(population:FIN)<0.001",
        "ac(sex:female & !HP:0003473)>=2 & n_hom(all)=0",
        "af(carriers(22:5:A:G, hom))<0.5",
    ];
    for text in same {
        let parsed: VariantExpr = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(parsed.to_string(), text);
    }
    let parsed: VariantExpr = "impact:HIGH & AF(sex:FEMALE)<.5".parse().unwrap();
    assert_eq!(parsed.to_string(), "impact=high & af(sex:female)<0.5");
    let built = VariantExpr::gene("RYR1").and(VariantExpr::impact_at_least(Impact::Moderate));
    assert_eq!(
        "gene:RYR1 & impact>=moderate"
            .parse::<VariantExpr>()
            .unwrap(),
        built
    );
}

#[test]
fn terms_attributes_and_ages() {
    let same = [
        "HP:0003473",
        "OMIM:254300 & !SNOMED:371907003",
        "\"fatigable weakness\"",
        "phenotype:HP:0003473 & disease:MONDO:0100096",
        "disease:\"COVID-19, severe\"",
        "treatment:vemurafenib & biomarker:BRAF",
        "exactly(HP:0003473) | exactly(disease:MONDO:0100096) | exactly(disease:\"flu\")",
        "excluded(HP:0003473)",
        "similar(\"congenital myasthenic syndrome\")",
        "similar(HP:0003473, HP:0001252; score>=0.4)",
        "similar(MONDO:0018940; high; measure: resnik)",
        "similar(\"high\"; low)",
        "sex:female & karyotype:XXY & population:FIN & cohort:\"a b\"",
        "dataset:x | country:FI | family:F1 | affected:yes",
        "age>=18y & age<=18y6m & age!=10d",
        "onset(MONDO:0018940)<2y | onset(disease:MONDO:0018940)>=1y1m",
        "severity(HP:0003473):\"HP:0012828\"",
        "measurement(LOINC:4548-4)>6.5 & measurement(LOINC:4548-4, \"%\")<=7",
        "individuals(a, b) & individuals(@\"ids.txt\")",
        "carriers(gene:RYR1, compound) | carriers(gene:RYR1, hom, de_novo)",
        "carriers(22, at_least: 2, maternal)",
    ];
    for text in same {
        let parsed: GroupExpr = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(parsed.to_string(), text);
    }
    let other = [
        ("SEX:Female", "sex:female"),
        (
            "similar(MONDO:0018940, HIGH)",
            "similar(MONDO:0018940; high)",
        ),
        ("similar(HP:1, medium)", "similar(HP:1)"),
        ("age < P18Y6M", "age<18y6m"),
        ("onset(HP:1) < 3w", "onset(HP:1)<21d"),
        ("disease: \"x\"", "disease:x"),
        ("ICD10:E78.0", "ICD10:E78.0"),
    ];
    for (text, canonical) in other {
        let parsed: GroupExpr = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(parsed.to_string(), canonical);
    }
    let built = GroupExpr::term("HP:0003473").and(GroupExpr::attribute(Attribute::Sex, "female"));
    assert_eq!(
        "HP:0003473 & sex:female".parse::<GroupExpr>().unwrap(),
        built
    );
}

/// Text, the same built, and canonical text where it differs.
fn good_where() -> Vec<(&'static str, VariantExpr, &'static str)> {
    const MAX: i64 = i32::MAX as i64;
    let name = |text: &str| VariantExpr::name(text);
    let allele = |text: &str| VariantExpr::allele(text);
    vec![
        ("all", VariantExpr::all(), ""),
        (" ALL\t", VariantExpr::all(), "all"),
        // alleles
        ("22:16050075:A:G", allele("22:16050075:A:G"), ""),
        ("22-16050075-A-G", allele("22-16050075-A-G"), ""),
        ("22:16050075:A:<DEL>", allele("22:16050075:A:<DEL>"), ""),
        ("22-16050075-A-<DEL>", allele("22-16050075-A-<DEL>"), ""),
        ("22:5:A:<INS:ME:ALU>", allele("22:5:A:<INS:ME:ALU>"), ""),
        ("22:5:A:*", allele("22:5:A:*"), ""),
        ("22:5:G:G]17:198982]", allele("22:5:G:G]17:198982]"), ""),
        ("22:5:G:[<c1>:7[G", allele("22:5:G:[<c1>:7[G"), ""),
        ("22:5:G:C<c1>", allele("22:5:G:C<c1>"), ""),
        (
            "HLA-A*01:01:01:01:100:A:G",
            allele("HLA-A*01:01:01:01:100:A:G"),
            "",
        ),
        ("HLA-A*01:01-100-A-G", allele("HLA-A*01:01-100-A-G"), ""),
        (
            "NC_000022.10:16050074:A:G",
            allele("NC_000022.10:16050074:A:G"),
            "",
        ),
        (
            "NC_000022.10:16050074:1:G",
            allele("NC_000022.10:16050074:1:G"),
            "",
        ),
        (
            "NC_000022.10:16050074::G",
            allele("NC_000022.10:16050074::G"),
            "",
        ),
        (
            "NC_000022.10:16050074:A:",
            allele("NC_000022.10:16050074:A:"),
            "",
        ),
        (
            "NC_000022.10:g.16050075A>G",
            allele("NC_000022.10:g.16050075A>G"),
            "",
        ),
        ("NC_000022.10:g.5=", allele("NC_000022.10:g.5="), ""),
        (
            "NC_012920.1:m.3243A>G|all",
            allele("NC_012920.1:m.3243A>G").or(VariantExpr::all()),
            "NC_012920.1:m.3243A>G | all",
        ),
        (
            "ga4gh:VA.EgHPXXhULTwoP4-ACfs-YCXaeUQJBjH_",
            allele("ga4gh:VA.EgHPXXhULTwoP4-ACfs-YCXaeUQJBjH_"),
            "",
        ),
        (r#"allele("22:5:A:<A B>")"#, allele("22:5:A:<A B>"), ""),
        (r#"allele(rs1)"#, allele("rs1"), r#"allele("rs1")"#),
        // names
        ("rs587697622", name("rs587697622"), ""),
        ("22", name("22"), ""),
        ("chrUn_KI270742v1", name("chrUn_KI270742v1"), ""),
        ("HLA-A*01:01:01:01", name("HLA-A*01:01:01:01"), ""),
        ("HLA-B*15:220", name("HLA-B*15:220"), ""),
        ("HLA-DRB1*15:02:01:02L", name("HLA-DRB1*15:02:01:02L"), ""),
        ("22:abc", name("22:abc"), ""),
        (r#""a b & \"c\" \\""#, name(r#"a b & "c" \"#), ""),
        (r#""22:1-5""#, name("22:1-5"), ""),
        (r#""all""#, name("all"), ""),
        (r#""Not""#, name("Not"), ""),
        (r#""af""#, name("af"), ""),
        (r#""plain""#, name("plain"), "plain"),
        ("android", name("android"), ""),
        ("über:x", name("über:x"), ""),
        (
            "nothing|order",
            name("nothing").or(name("order")),
            "nothing | order",
        ),
        // regions
        (
            "22:16,000,000-17,000,000",
            region("22", 16_000_000, 17_000_000),
            "22:16000000-17000000",
        ),
        ("chrX:5-", region("chrX", 5, MAX), ""),
        (
            "22:16050075",
            region("22", 16_050_075, 16_050_075),
            "22:16050075-16050075",
        ),
        ("22:0-", region("22", 0, MAX), ""),
        (
            "HLA-A*01:01:01:01:1-10",
            region("HLA-A*01:01:01:01", 1, 10),
            "",
        ),
        (
            "region(22, 16000000, 17000000)",
            region("22", 16_000_000, 17_000_000),
            "22:16000000-17000000",
        ),
        ("REGION (22,5,6)", region("22", 5, 6), "22:5-6"),
        ("region(22)", region("22", 0, MAX), "22:0-"),
        (r#"region("a b", 5, 6)"#, region("a b", 5, 6), ""),
        (
            r#"regions(@"capture.bed")"#,
            VariantExpr::regions("capture.bed"),
            "",
        ),
        (
            "Regions( @capture.bed )",
            VariantExpr::regions("capture.bed"),
            r#"regions(@"capture.bed")"#,
        ),
        // a quoted text is never a file
        (r#"id:"@rs.txt""#, VariantExpr::id("@rs.txt"), ""),
        (r#""@rs.txt""#, VariantExpr::name("@rs.txt"), ""),
        (r#"info.X="@x""#, VariantExpr::info("X").eq("@x"), ""),
        (r#"gene:a@b"#, VariantExpr::gene("a@b"), ""),
        // fields
        ("type:snv", VariantExpr::of_type(VariantType::Snv), ""),
        (
            "Type: DEL",
            VariantExpr::of_type(VariantType::Del),
            "type:del",
        ),
        (
            "ref:C & alt:T",
            VariantExpr::reference("C") & VariantExpr::alternate("T"),
            "",
        ),
        ("ALT:<DEL>", VariantExpr::alternate("<DEL>"), "alt:<DEL>"),
        ("length>=50", VariantExpr::length().ge(50), ""),
        ("af<0.01", VariantExpr::af().lt(0.01), ""),
        ("AF <= 1e-3", VariantExpr::af().le(0.001), "af<=0.001"),
        ("ac==2", VariantExpr::ac().eq(2), "ac=2"),
        ("an!=.5", VariantExpr::an().ne(0.5), "an!=0.5"),
        ("n_het>0", VariantExpr::n_het().gt(0), ""),
        ("n_hom>0", VariantExpr::n_hom().gt(0), ""),
        ("n_hemi>0", VariantExpr::n_hemi().gt(0), ""),
        ("n_missing=0", VariantExpr::n_missing().eq(0), ""),
        ("qual>-30.5", VariantExpr::qual().gt(-30.5), ""),
        ("qual<1e300", VariantExpr::qual().lt(1e300), ""),
        ("info.CADD>20", VariantExpr::info("CADD").gt(20), ""),
        ("INFO.DB", VariantExpr::info("DB").present(), "info.DB"),
        (
            "info.X=abc",
            VariantExpr::info("X").eq("abc"),
            r#"info.X="abc""#,
        ),
        (
            "info.X != 007",
            VariantExpr::info("X").ne("007"),
            r#"info.X!="007""#,
        ),
        (r#"info.X="20""#, VariantExpr::info("X").eq("20"), ""),
        ("info.X=20", VariantExpr::info("X").eq(20), ""),
        (r#"info."a b"<2"#, VariantExpr::info("a b").lt(2), ""),
        (r#"info."a:b""#, VariantExpr::info("a:b").present(), ""),
        ("filter:PASS", VariantExpr::filter("PASS"), ""),
        ("filter:.", VariantExpr::filter("."), ""),
        (r#"filter:"a b""#, VariantExpr::filter("a b"), ""),
        (r#"id:"rs1;rs2""#, VariantExpr::id("rs1;rs2"), ""),
        ("id:rs1", VariantExpr::id("rs1"), r#"id:"rs1""#),
        // set algebra
        (
            "22 & rs1 | !rs2",
            name("22").and(name("rs1")).or(name("rs2").not()),
            "",
        ),
        (
            "22 && (rs1 || rs2)",
            name("22").and(name("rs1").or(name("rs2"))),
            "22 & (rs1 | rs2)",
        ),
        (
            "22 AND Not rs1 oR rs2",
            name("22") & !name("rs1") | name("rs2"),
            "22 & !rs1 | rs2",
        ),
        (
            "not(22 or rs1)and(rs2)",
            name("22").or(name("rs1")).not().and(name("rs2")),
            "!(22 | rs1) & rs2",
        ),
        (
            "22&(rs1&rs2)",
            name("22").and(name("rs1")).and(name("rs2")),
            "22 & rs1 & rs2",
        ),
        ("! not !22", name("22").not(), "!22"),
        (
            "af<0.01&22:1-5&!type:snv",
            VariantExpr::af()
                .lt(0.01)
                .and(region("22", 1, 5))
                .and(VariantExpr::of_type(VariantType::Snv).not()),
            "af<0.01 & 22:1-5 & !type:snv",
        ),
    ]
}

fn good_who() -> Vec<(&'static str, GroupExpr, &'static str)> {
    vec![
        ("all", GroupExpr::all(), ""),
        (
            "samples(HG00096,HG00097)",
            GroupExpr::samples(["HG00096", "HG00097"]),
            "samples(HG00096, HG00097)",
        ),
        (
            r#"Samples(a, b ,"c d")"#,
            GroupExpr::samples(["a", "b", "c d"]),
            r#"samples(a, b, "c d")"#,
        ),
        (
            "samples(100,200)",
            GroupExpr::samples(["100", "200"]),
            "samples(100, 200)",
        ),
        (
            "samples(a:1,200,a<b>=c)",
            GroupExpr::samples(["a:1", "200", "a<b>=c"]),
            "samples(a:1, 200, a<b>=c)",
        ),
        (
            r#"samples("ids.txt")"#,
            GroupExpr::samples(["ids.txt"]),
            "samples(ids.txt)",
        ),
        ("samples(ids.txt)", GroupExpr::samples(["ids.txt"]), ""),
        (r#"samples("c d")"#, GroupExpr::samples(["c d"]), ""),
        (
            r#"samples("c d",)"#,
            GroupExpr::samples(["c d"]),
            r#"samples("c d")"#,
        ),
        (r#"samples("@a")"#, GroupExpr::samples(["@a"]), ""),
        (r#"samples(@"@a")"#, GroupExpr::samples_file("@a"), ""),
        (
            "individuals(@-)",
            GroupExpr::individuals_file("-"),
            r#"individuals(@"-")"#,
        ),
        (
            "samples(@ids.txt)",
            GroupExpr::samples_file("ids.txt"),
            r#"samples(@"ids.txt")"#,
        ),
        (
            r#"samples(@"my ids")"#,
            GroupExpr::samples_file("my ids"),
            "",
        ),
        (r#"samples("@a", b)"#, GroupExpr::samples(["@a", "b"]), ""),
        (
            "carriers(22:16,000,000-17,000,000, hom)",
            carriers(region("22", 16_000_000, 17_000_000), Some(Zygosity::Hom), 1),
            "carriers(22:16000000-17000000, hom)",
        ),
        (
            "carriers(22:16,000-17,000,hom)",
            carriers(region("22", 16_000, 17_000), Some(Zygosity::Hom), 1),
            "carriers(22:16000-17000, hom)",
        ),
        (
            "carriers(all,at_least:2,zygosity: het)",
            GroupExpr::carriers_with(
                VariantExpr::all(),
                CarrierOptions::default()
                    .zygosity(Zygosity::Het)
                    .at_least(2),
            ),
            "carriers(all, het, at_least: 2)",
        ),
        (
            "carriers(all, at_least: 1)",
            GroupExpr::carriers(VariantExpr::all()),
            "carriers(all)",
        ),
        (
            "Carriers( (af<0.01 | 22:5:A:<DEL>) & filter:PASS , HEMI )",
            carriers(
                VariantExpr::af()
                    .lt(0.01)
                    .or(VariantExpr::allele("22:5:A:<DEL>"))
                    .and(VariantExpr::filter("PASS")),
                Some(Zygosity::Hemi),
                1,
            ),
            "carriers((af<0.01 | 22:5:A:<DEL>) & filter:PASS, hemi)",
        ),
        (
            "carriers(NC_000022.10:g.5A>G, hom)&!samples(a)",
            carriers(
                VariantExpr::allele("NC_000022.10:g.5A>G"),
                Some(Zygosity::Hom),
                1,
            ) & !GroupExpr::samples(["a"]),
            "carriers(NC_000022.10:g.5A>G, hom) & !samples(a)",
        ),
        (
            "all and not (samples(a) or samples(b))",
            GroupExpr::all().and(
                GroupExpr::samples(["a"])
                    .or(GroupExpr::samples(["b"]))
                    .not(),
            ),
            "all & !(samples(a) | samples(b))",
        ),
    ]
}

#[test]
fn good_expressions_over_variants() {
    for (text, built, canonical) in good_where() {
        assert_eq!(VariantExpr::parse(text).as_ref(), Ok(&built), "{text}");
        let canonical = if canonical.is_empty() {
            text
        } else {
            canonical
        };
        assert_eq!(built.to_string(), canonical);
        assert_eq!(
            VariantExpr::parse(canonical).as_ref(),
            Ok(&built),
            "{canonical}"
        );
    }
}

#[test]
fn good_expressions_over_people() {
    for (text, built, canonical) in good_who() {
        assert_eq!(GroupExpr::parse(text).as_ref(), Ok(&built), "{text}");
        let canonical = if canonical.is_empty() {
            text
        } else {
            canonical
        };
        assert_eq!(built.to_string(), canonical);
        assert_eq!(
            GroupExpr::parse(canonical).as_ref(),
            Ok(&built),
            "{canonical}"
        );
    }
}
