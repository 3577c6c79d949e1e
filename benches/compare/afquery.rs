//! afquery, on a cohort small enough for it: it takes one VCF per sample.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, json};
use varidex_benches::{Result, Site};

use crate::child;
use crate::data::{Data, run};
use crate::figures::Figures;
use crate::ours;
use crate::peers::{Tools, python};
use crate::size_of;
use crate::table::Table;
use crate::tasks::Tasks;

const PEOPLE: usize = 100;
const POINTS: usize = 50;

/// Cuts 100 people and a megabase out of the cohort, builds and asks both.
pub(crate) fn measure(whole: &Data, dir: &Path, tools: &Tools, rounds: usize) -> Result<Table> {
    if !tools.bcftools {
        return Err("needs bcftools to cut single-sample files".into());
    }
    let dataset = varidex::Dataset::open(&whole.dataset)?.view();
    let window = Tasks::choose(&dataset, whole)?;
    let window = window.large.first().ok_or("no rows to choose from")?;
    let names: Vec<&str> = dataset.sample_names()?.take(PEOPLE).collect();

    let name = format!("{}_{PEOPLE}_people", whole.name);
    let folder = dir.join("compare").join(&name);
    fs::create_dir_all(&folder)?;
    let part = folder.join(format!("{name}.vcf.gz"));
    // biallelic records, as afquery wants them
    cut(whole, &window.region(), &names.join(","), &part)?;
    let data = Data::prepare(&part, dir, tools)?;
    let mut manifest = "sample_name\tsex\ttech_name\tvcf_path\tphenotype_codes\n".to_owned();
    for name in &names {
        let single = folder.join(format!("{name}.vcf.gz"));
        run(Command::new("bcftools")
            .args(["view", "-s", name, "-c1", "-Oz", "-o"])
            .arg(&single)
            .arg(&part))?;
        let single = fs::canonicalize(single)?;
        manifest += &format!("{name}\tfemale\tWGS\t{}\tnone\n", single.display());
    }
    let list = folder.join("manifest.tsv");
    fs::write(&list, manifest)?;

    let mut figures = Figures::default();
    let program = tools.python.with_file_name("afquery");
    let database = folder.join("afquery");
    for round in 1..=rounds.max(1) {
        eprintln!("afquery beside ours, round {round} of {rounds}");
        child::ours(&data, 2, &mut figures)?;
        if figures.is_slow("build", "afquery") {
            continue;
        }
        if database.exists() {
            fs::remove_dir_all(&database)?;
        }
        let usage = child::measured(
            &program.to_string_lossy(),
            &[
                "create-db".as_ref(),
                "--manifest".as_ref(),
                list.as_os_str(),
                "--output-dir".as_ref(),
                database.as_os_str(),
                "--genome-build".as_ref(),
                "GRCh38".as_ref(),
                "--threads".as_ref(),
                "2".as_ref(),
            ],
        )?;
        figures.add("build", "afquery", usage.seconds);
        figures.add("build memory", "afquery", usage.bytes);
    }
    figures.add("size", "varidex", size_of(&data.dataset)? as f64);
    figures.add("size", "afquery", size_of(&database)? as f64);

    let small = varidex::Dataset::open(&data.dataset)?.view();
    let mut tasks = Tasks::choose(&small, &data)?;
    tasks.note_sizes(&small, &mut figures)?;
    for (_, sites) in &mut tasks.points {
        sites.truncate(POINTS);
    }
    let mut points = Map::new();
    for (class, sites) in &tasks.points {
        points.insert(class.name().to_owned(), sites.iter().map(point).collect());
    }
    let input = json!({"database": database.to_string_lossy(), "points": points});
    for _ in 0..rounds.max(1) {
        ours::round(&small, &tasks, &mut figures)?;
        python(
            tools,
            include_str!("afquery_peer.py"),
            &input,
            "afquery",
            &mut figures,
        )?;
    }
    Ok(Table::new(&data, figures, Vec::new()))
}

fn point(site: &Site) -> serde_json::Value {
    json!([
        site.contig,
        site.position.one_based(),
        site.reference,
        site.alternate
    ])
}

fn cut(whole: &Data, region: &str, names: &str, to: &Path) -> Result<()> {
    let between = to.with_extension("bcf");
    run(Command::new("bcftools")
        .args([
            "view", "-m2", "-M2", "-c1", "-Ob", "-r", region, "-s", names, "-o",
        ])
        .arg(&between)
        .arg(&whole.bcf))?;
    run(Command::new("bcftools")
        .args(["view", "-Oz", "-o"])
        .arg(to)
        .arg(&between))
}
