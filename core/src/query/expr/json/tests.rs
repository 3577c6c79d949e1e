use super::super::atoms::Listed;
use super::super::tests::laws::{any_node, any_where_atom, any_who_atom};
use super::*;
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;
use std::sync::LazyLock;

const SCHEMA: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../format-spec/expression.schema.json"
));

/// The published schema of one of the languages.
fn schema(language: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    schema.as_object_mut().unwrap().remove("anyOf").unwrap();
    schema["$ref"] = json!(format!("#/$defs/{language}"));
    jsonschema::draft202012::new(&schema).unwrap()
}

static WHERE: LazyLock<Validator> = LazyLock::new(|| schema("where"));
static GROUP: LazyLock<Validator> = LazyLock::new(|| schema("group"));

fn is_valid(json: &str, schema: &Validator) -> bool {
    schema.is_valid(&serde_json::from_str(json).unwrap())
}

fn message<T: std::fmt::Debug>(read: Result<T, Error>) -> String {
    match read.unwrap_err() {
        Error::Expression(error) => error.to_string(),
        other => panic!("{other}"),
    }
}

#[test]
fn text_and_json_say_the_same_of_variants() {
    let same = [
        ("all", r#"{"all":true}"#),
        ("22:5:A:G", r#"{"allele":"22:5:A:G"}"#),
        ("rs5", r#"{"name":"rs5"}"#),
        ("\"{\"", r#"{"name":"{"}"#),
        ("22:5-9", r#"{"region":{"contig":"22","first":5,"last":9}}"#),
        ("22:5-", r#"{"region":{"contig":"22","first":5}}"#),
        ("region(22)", r#"{"region":{"contig":"22"}}"#),
        ("regions(@a.bed)", r#"{"regions":{"file":"a.bed"}}"#),
        ("alleles(@a.vcf)", r#"{"alleles":{"file":"a.vcf"}}"#),
        ("ids(@a.txt)", r#"{"ids":{"file":"a.txt"}}"#),
        ("genes(@a.txt)", r#"{"genes":{"file":"a.txt"}}"#),
        ("begins(22)", r#"{"begins":{"contig":"22"}}"#),
        ("within(@a.bed)", r#"{"within":{"file":"a.bed"}}"#),
        (
            "within(22:5-9, region(\"a b\", 1, 2), X:7-)",
            r#"{"within":[{"contig":"22","first":5,"last":9},{"contig":"a b","first":1,"last":2},{"contig":"X","first":7}]}"#,
        ),
        ("pos>=5", r#"{"pos":{">=":5}}"#),
        ("start=5", r#"{"start":{"=":5}}"#),
        ("end<1e6", r#"{"end":{"<":1000000}}"#),
        ("22:5A>G", r#"{"allele":"22:5A>G"}"#),
        ("id:\"@rs.txt\"", r#"{"id":"@rs.txt"}"#),
        ("type:snv", r#"{"type":"snv"}"#),
        ("af<0.01", r#"{"af":{"<":0.01}}"#),
        ("ac==2", r#"{"ac":{"=":2}}"#),
        (
            "af(population:FIN)<0.001",
            r#"{"af":{"<":0.001,"in":{"population":"FIN"}}}"#,
        ),
        ("info.DB", r#"{"info":{"key":"DB"}}"#),
        ("info.CADD>20", r#"{"info":{">":20,"key":"CADD"}}"#),
        ("info.X!=007", r#"{"info":{"!=":"007","key":"X"}}"#),
        ("filter:PASS", r#"{"filter":"PASS"}"#),
        ("id:rs5", r#"{"id":"rs5"}"#),
        ("gene:RYR1", r#"{"gene":"RYR1"}"#),
        (
            "consequence:missense_variant",
            r#"{"consequence":"missense_variant"}"#,
        ),
        ("impact>=moderate", r#"{"impact":{">=":"moderate"}}"#),
        ("protein:V600E", r#"{"protein":"V600E"}"#),
        (
            "ref:N & alt:\"<DEL>\"",
            r#"{"and":[{"ref":"N"},{"alt":"<DEL>"}]}"#,
        ),
        ("canonical", r#"{"transcripts":"canonical"}"#),
        (
            "af<1 & (mane | !(type:del & 22))",
            r#"{"and":[{"af":{"<":1}},{"or":[{"transcripts":"mane"},{"not":{"and":[{"type":"del"},{"name":"22"}]}}]}]}"#,
        ),
    ];
    for (text, json) in same {
        let read: VariantExpr = text.parse().unwrap();
        assert_eq!(read.to_json(), json, "{text}");
        assert_eq!(VariantExpr::from_json(json).unwrap(), read, "{json}");
        assert_eq!(json.parse::<VariantExpr>().unwrap(), read, "{json}");
        assert!(is_valid(json, &WHERE), "{json}");
    }
}

#[test]
fn text_and_json_say_the_same_of_people() {
    let same = [
        ("all", r#"{"all":true}"#),
        ("samples(a, \"b c\")", r#"{"samples":["a","b c"]}"#),
        ("samples(\"@a\")", r#"{"samples":["@a"]}"#),
        (
            "individuals(@ids.txt)",
            r#"{"individuals":{"file":"ids.txt"}}"#,
        ),
        ("carriers(22)", r#"{"carriers":{"of":{"name":"22"}}}"#),
        (
            "carriers(22, hom, at_least: 2, maternal)",
            r#"{"carriers":{"at_least":2,"of":{"name":"22"},"origin":"maternal","zygosity":"hom"}}"#,
        ),
        (
            "carriers(gene:RYR1, compound)",
            r#"{"carriers":{"compound":true,"of":{"gene":"RYR1"}}}"#,
        ),
        ("HP:0003473", r#"{"term":"HP:0003473"}"#),
        ("phenotype:\"Ptosis\"", r#"{"phenotype":"Ptosis"}"#),
        ("exactly(HP:0003473)", r#"{"exactly":"HP:0003473"}"#),
        (
            "excluded(disease:MONDO:0100096)",
            r#"{"excluded":{"disease":"MONDO:0100096"}}"#,
        ),
        (
            "similar(MONDO:0018940)",
            r#"{"similar":{"to":["MONDO:0018940"]}}"#,
        ),
        (
            "similar(HP:0003473, HP:0001252; score>=0.4; measure: resnik)",
            r#"{"similar":{"measure":"resnik","score":0.4,"to":["HP:0003473","HP:0001252"]}}"#,
        ),
        (
            "similar(MONDO:0018940, high)",
            r#"{"similar":{"level":"high","to":["MONDO:0018940"]}}"#,
        ),
        ("sex:Female", r#"{"sex":"female"}"#),
        ("population:FIN", r#"{"population":"FIN"}"#),
        ("age>=18y", r#"{"age":{">=":"18y"}}"#),
        ("age<P1DT12H", r#"{"age":{"<":"P1DT12H"}}"#),
        (
            "onset(phenotype:HP:0003473)<2y",
            r#"{"onset":{"<":"2y","of":{"phenotype":"HP:0003473"}}}"#,
        ),
        (
            "severity(HP:0003473):HP:0012828",
            r#"{"severity":{"is":"HP:0012828","of":"HP:0003473"}}"#,
        ),
        (
            "measurement(LOINC:4548-4, \"%\")>6.5",
            r#"{"measurement":{">":6.5,"of":"LOINC:4548-4","unit":"%"}}"#,
        ),
        (
            "measurement:LOINC:4548-4",
            r#"{"measurement":"LOINC:4548-4"}"#,
        ),
    ];
    for (text, json) in same {
        let read: GroupExpr = text.parse().unwrap();
        assert_eq!(read.to_json(), json, "{text}");
        assert_eq!(GroupExpr::from_json(json).unwrap(), read, "{json}");
        assert_eq!(json.parse::<GroupExpr>().unwrap(), read, "{json}");
        assert!(is_valid(json, &GROUP), "{json}");
    }
}

/// What programs may write although it is never written.
#[test]
fn other_ways_to_say_it_in_json() {
    let read = |json: &str| {
        assert!(is_valid(json, &WHERE), "{json}");
        VariantExpr::from_json(json).unwrap().to_string()
    };
    assert_eq!(read(r#" {"and": [{"name": "22"}]} "#), "22");
    assert_eq!(
        read(r#"{"and": [{"or": [{"name": "a"}, {"or": [{"name": "b"}, {"name": "c"}]}]}]}"#),
        "a | b | c"
    );
    assert_eq!(read(r#"{"not": {"not": {"name": "22"}}}"#), "22");
    assert_eq!(
        read(r#"{"region": {"contig": "22", "first": 5.0, "last": 1e1}}"#),
        "22:5-10"
    );
    assert_eq!(read(r#"{"n\u0061me": "22"}"#), "22");
    let json = r#"{"carriers": {"of": {"all": true}, "compound": false, "at_least": 1}}"#;
    assert!(is_valid(json, &GROUP));
    assert_eq!(
        GroupExpr::from_json(json).unwrap(),
        GroupExpr::carriers(VariantExpr::all())
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let bad = [
        (
            r#"[]"#,
            "JSON expression: expected an object with one key, the kind of the expression, found an empty array",
        ),
        (
            r#"{}"#,
            "JSON expression: expected an object with one key, the kind of the expression, found an empty one",
        ),
        (
            r#"{"gene": "RYR1", "type": "snv"}"#,
            "JSON expression: expected an object with one key, the kind of the expression, found `gene` and `type`",
        ),
        (
            r#"{"and": [{"gene": "RYR1"}, {"af": {"<": "low"}}]}"#,
            "JSON expression at `/and/1/af/<`: expected a number, found the string `low`",
        ),
        (
            r#"{"and": [{"and": [{"not": {"gen/e": "RYR1"}}]}]}"#,
            "JSON expression at `/and/0/and/0/not/gen~1e`: unknown kind of expression `gen/e`; did you mean gene, genes, end?",
        ),
        (
            r#"{"disease": "COVID-19"}"#,
            "JSON expression at `/disease`: `disease` picks people, variants are picked here",
        ),
        (
            r#"{"and": []}"#,
            "JSON expression at `/and`: expected an array with an expression or more, found an empty array",
        ),
        (
            r#"{"all": false}"#,
            "JSON expression at `/all`: expected `true`, found `false`",
        ),
        (
            r#"{"type": "snp"}"#,
            "JSON expression at `/type`: expected one of bnd, cnv, del, delins, dup, indel, ins, inv, mnv, other, snv, found the string `snp`; did you mean snv, bnd, cnv?",
        ),
        (
            r#"{"af": {"<": 0.1, ">": 0.01}}"#,
            "JSON expression at `/af`: expected one comparison, found `<` and `>`",
        ),
        (
            r#"{"af": {}}"#,
            "JSON expression at `/af`: a comparison is missing: one of <, <=, >, >=, =, !=",
        ),
        (
            r#"{"qual": {">": 30, "in": {"all": true}}}"#,
            "JSON expression at `/qual`: unknown key `in`: one of <, <=, >, >=, =, !=",
        ),
        (
            r#"{"ac": {">": 3, "in": {"sex": "f"}}}"#,
            "JSON expression at `/ac/in/sex`: expected one of female, male, other, unknown, found the string `f`; did you mean male, female, other?",
        ),
        (
            r#"{"region": {"first": 5}}"#,
            "JSON expression at `/region`: the key `contig` is missing",
        ),
        (
            r#"{"region": {"contig": "22", "first": 5.5}}"#,
            "JSON expression at `/region/first`: expected a whole number from 0 to 2147483647, found the number 5.5",
        ),
        (
            r#"{"regions": "a.bed"}"#,
            "JSON expression at `/regions`: expected a file: `{\"file\": …}`, found the string `a.bed`",
        ),
        (
            r#"{"regions": {"files": "a.bed"}}"#,
            "JSON expression at `/regions`: unknown key `files`: one of file",
        ),
        (
            r#"{"info": {"key": ""}}"#,
            "JSON expression at `/info`: `info.` needs a key",
        ),
        (
            r#"{"info": {"key": "X", "<": "text"}}"#,
            "JSON expression at `/info/<`: text is compared with `=` or `!=`, not with `<`",
        ),
    ];
    for (json, wanted) in bad {
        assert_eq!(message(VariantExpr::from_json(json)), wanted, "{json}");
        assert!(!is_valid(json, &WHERE), "{json}");
    }
    let bad = [
        (
            r#"{"gene": "RYR1"}"#,
            "JSON expression at `/gene`: `gene` picks variants, people are picked here: `carriers` is who carries them",
        ),
        (
            r#"{"samples": []}"#,
            "JSON expression at `/samples`: expected an array with an id or more, found an empty array",
        ),
        (
            r#"{"samples": ["a", 5]}"#,
            "JSON expression at `/samples/1`: expected a string, found the number 5",
        ),
        (
            r#"{"carriers": {"gene": "RYR1"}}"#,
            "JSON expression at `/carriers`: unknown key `gene`: one of at_least, compound, in, not_in, of, origin, zygosity",
        ),
        (
            r#"{"carriers": {"of": {"gene": "RYR1"}, "at_least": 0}}"#,
            "JSON expression at `/carriers/at_least`: expected a whole number from 1 to 4294967295, found the number 0",
        ),
        (
            r#"{"carriers": {"of": {"gene": "RYR1"}, "compound": true, "zygosity": "het"}}"#,
            "JSON expression at `/carriers`: `compound` takes no other option",
        ),
        (
            r#"{"exactly": {"phenotypes": "HP:0003473"}}"#,
            "JSON expression at `/exactly/phenotypes`: unknown kind of record `phenotypes`; did you mean phenotype, exposure, procedure?",
        ),
        (
            r#"{"age": {">": 18}}"#,
            "JSON expression at `/age/>`: expected a string, found the number 18",
        ),
        (
            r#"{"age": {">": "18"}}"#,
            "JSON expression at `/age/>`: expected an age, as `18y`, `6m`, `18y6m`, `2w`, `10d`, `P18Y6M` are, found the string `18`",
        ),
        (
            r#"{"similar": {"to": ["HP:0003473"], "level": "low", "score": 0.4}}"#,
            "JSON expression at `/similar`: expected `level` or `score`, found both",
        ),
        (
            r#"{"disease": null}"#,
            "JSON expression at `/disease`: expected a string, found `null`",
        ),
        // it was read, and named nothing; the schema refused it
        (
            r#"{"term": ""}"#,
            "JSON expression at `/term`: a name of no letters",
        ),
    ];
    for (json, wanted) in bad {
        assert_eq!(message(GroupExpr::from_json(json)), wanted, "{json}");
        assert!(!is_valid(json, &GROUP), "{json}");
    }
}

/// What a schema cannot say.
#[test]
fn what_is_valid_and_yet_wrong() {
    let bad = [
        (
            r#"{"region": {"contig": "22", "first": 5, "last": 4}}"#,
            "JSON expression at `/region`: the region ends at 4, before it starts at 5",
        ),
        (
            r#"{"all": true, "all": true}"#,
            "JSON expression: the key `all` twice at line 1 column 19",
        ),
        (
            r#"{"af": {"in": {"disease": " "}, "<": 0.5}}"#,
            "JSON expression at `/af/in/disease`: a name of no letters",
        ),
    ];
    for (json, wanted) in bad {
        assert_eq!(message(VariantExpr::from_json(json)), wanted, "{json}");
    }
    let bad = [
        (
            "{",
            "JSON expression: EOF while parsing an object at line 1 column 1",
        ),
        (
            r#"{"all": true} x"#,
            "JSON expression: trailing characters at line 1 column 15",
        ),
        (
            r#"{"af": {"<": 1e999}}"#,
            "JSON expression: number out of range at line 1 column 18",
        ),
    ];
    for (json, wanted) in bad {
        assert_eq!(message(VariantExpr::from_json(json)), wanted, "{json}");
    }
}

#[test]
fn json_within_text_is_refused() {
    for text in ["!{\"all\":true}", "all & {x", "({\"all\":true})"] {
        let shown = message(text.parse::<VariantExpr>());
        assert!(shown.contains("stands alone"), "{shown}");
        assert!(message(text.parse::<GroupExpr>()).contains("stands alone"));
    }
}

/// Parentheses nest as deep as in text, and no deeper.
#[test]
fn nesting_is_limited() {
    let within = |open: &str, inner: &str, close: &str, n: usize| {
        format!("{}{inner}{}", open.repeat(n), close.repeat(n))
    };
    // `!(a & (b | !(…`: two parentheses each
    let open = r#"{"not": {"and": [{"name": "a"}, {"or": [{"name": "b"}, "#;
    let json = |n| within(open, r#"{"name": "c"}"#, "]}]}}", n);
    let deepest = VariantExpr::from_json(&json(50)).unwrap();
    assert_eq!(VariantExpr::from_json(&deepest.to_json()).unwrap(), deepest);
    let error = message(VariantExpr::from_json(&json(51)));
    assert!(
        error.ends_with("in the text of this, parentheses nest deeper than 100"),
        "{error}"
    );

    let open = r#"{"carriers": {"of": {"af": {"<": 1, "in": "#;
    let json = |n| within(open, r#"{"all": true}"#, "}}}}", n);
    assert!(GroupExpr::from_json(&json(50)).is_ok());
    assert!(GroupExpr::from_json(&json(51)).is_err());

    // seven levels each
    let open = r#"{"or": [{"name": "a"}, {"and": [{"name": "b"}, {"not": {"af": {"<": 1, "in": {"carriers": {"of":"#;
    let json = |n| within(open, r#"{"all": true}"#, "}}}}}]}]}", n);
    let deepest = VariantExpr::from_json(&json(50)).unwrap();
    assert_eq!(VariantExpr::from_json(&deepest.to_json()).unwrap(), deepest);
    assert!(VariantExpr::from_json(&json(51)).is_err());

    // what is no deeper in text
    let json = within(r#"{"not": "#, r#"{"name": "c"}"#, "}", 700);
    assert_eq!(
        VariantExpr::from_json(&json).unwrap(),
        VariantExpr::name("c")
    );
    let json = within(r#"{"and": ["#, r#"{"name": "c"}"#, "]}", 350);
    assert_eq!(
        VariantExpr::from_json(&json).unwrap(),
        VariantExpr::name("c")
    );
    for (open, close) in [("[", "]"), (r#"{"not":"#, "}"), (r#"{"and":["#, "]}")] {
        for json in [open.repeat(100_000), within(open, "0", close, 100_000)] {
            let error = message(GroupExpr::from_json(&json));
            assert!(
                error.starts_with("JSON expression: nested deeper than 720 at line 1"),
                "{error}"
            );
        }
    }
}

#[test]
fn length_is_limited() {
    let json = format!(r#"{{"name": "{}"}}"#, "a".repeat(8 << 20));
    let error = message(VariantExpr::from_json(&json));
    assert!(error.contains("8388608 are allowed"), "{error}");
    let json = format!(r#"{{"name": "{}"}}"#, "a".repeat(1 << 20));
    assert!(VariantExpr::from_json(&json).is_ok());
    let json = format!(r#"{{"name": "{}"}}"#, "a".repeat((1 << 20) + 1));
    let error = message(VariantExpr::from_json(&json));
    assert!(error.contains("1048576 are allowed"), "{error}");
}

/// All values within one, the outermost first.
fn values<'a>(value: &'a mut Value, n: &mut usize) -> Option<&'a mut Value> {
    if *n == 0 {
        return Some(value);
    }
    *n -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| values(item, n)),
        Value::Object(entries) => entries.values_mut().find_map(|item| values(item, n)),
        _ => None,
    }
}

#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Remove,
    Rename(String),
    Add(String, Value),
}

fn any_change() -> impl Strategy<Value = Change> {
    let value = || {
        prop::sample::select(vec![
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("x"),
            json!("18y"),
            json!("hom"),
            json!([]),
            json!(["x"]),
            json!([{"all": true}]),
            json!({}),
            json!({"all": true}),
            json!({"phenotype": "x"}),
            json!({"file": "x"}),
        ])
    };
    let key = || {
        let variants = VariantAtom::table().map(|entry| entry.name);
        let kinds = variants.chain(GroupAtom::table().map(|entry| entry.name));
        let more = [
            "and", "or", "not", "<", "=", "!=", "in", "of", "key", "contig", "first", "last",
            "level", "score", "to", "unit", "is", "file", "", "x",
        ];
        prop::sample::select(kinds.chain(more).map(String::from).collect::<Vec<_>>())
    };
    prop_oneof![
        value().prop_map(Change::Replace),
        Just(Change::Remove),
        key().prop_map(Change::Rename),
        (key(), value()).prop_map(|(key, value)| Change::Add(key, value)),
    ]
}

impl Change {
    fn apply(self, value: &mut Value) {
        match (self, value) {
            (Self::Replace(new), old) => *old = new,
            (Self::Remove, Value::Object(entries)) => {
                let first = entries.keys().next().cloned();
                first.and_then(|key| entries.remove(&key));
            }
            (Self::Remove, Value::Array(items)) => {
                items.pop();
            }
            (Self::Rename(key), Value::Object(entries)) => {
                let first = entries.keys().next().cloned();
                if let Some(value) = first.and_then(|first| entries.remove(&first)) {
                    entries.insert(key, value);
                }
            }
            (Self::Add(key, value), Value::Object(entries)) => {
                entries.insert(key, value);
            }
            (Self::Add(_, value), Value::Array(items)) => items.push(value),
            _ => {}
        }
    }
}

/// JSON with a change somewhere.
fn changed(json: &str, change: Change, place: usize) -> Value {
    let mut value: Value = serde_json::from_str(json).unwrap();
    let (mut inside, mut n) = (0, 0);
    while values(&mut value, &mut { inside }).is_some() {
        inside += 1;
    }
    n += place % inside;
    change.apply(values(&mut value, &mut n).unwrap());
    value
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn written_and_read_is_the_same_over_variants(node in any_node(any_where_atom())) {
        let built = VariantExpr(node);
        let json = built.to_json();
        prop_assert!(is_valid(&json, &WHERE), "{}", json);
        prop_assert_eq!(VariantExpr::from_json(&json).map_err(|e| e.to_string()), Ok(built), "{}", json);
    }

    #[test]
    fn written_and_read_is_the_same_over_people(node in any_node(any_who_atom())) {
        let built = GroupExpr(node);
        let json = built.to_json();
        prop_assert!(is_valid(&json, &GROUP), "{}", json);
        prop_assert_eq!(GroupExpr::from_json(&json).map_err(|e| e.to_string()), Ok(built), "{}", json);
    }

    #[test]
    fn what_the_schema_refuses_is_refused(
        of_variants in any_node(any_where_atom()),
        of_people in any_node(any_who_atom()),
        change in any_change(),
        place in any::<usize>(),
    ) {
        let json = changed(&VariantExpr(of_variants).to_json(), change.clone(), place);
        if let Ok(read) = VariantExpr::from_json(&json.to_string()) {
            prop_assert!(WHERE.is_valid(&json), "{}", json);
            prop_assert_eq!(VariantExpr::from_json(&read.to_json()).unwrap(), read);
        }
        let json = changed(&GroupExpr(of_people).to_json(), change, place);
        if let Ok(read) = GroupExpr::from_json(&json.to_string()) {
            prop_assert!(GROUP.is_valid(&json), "{}", json);
            prop_assert_eq!(GroupExpr::from_json(&read.to_json()).unwrap(), read);
        }
    }

    #[test]
    fn any_string_is_read_or_refused(text in prop_oneof![
        any::<String>(),
        r#"([\[\]{}:,"]|"and"|"not"|"of"|"carriers"|"age"|"<"|"18y"|true|0|1e9|-)+"#,
    ]) {
        for text in [text.clone(), format!("{{{text}")] {
            let _ = (VariantExpr::from_json(&text), GroupExpr::from_json(&text));
        }
    }
}
