//! Figures as a table: what, the bar, ours, theirs, the ratio.

use std::fmt::{self, Write};
use std::fs;

use varidex_benches::{Class, STRATA};

use crate::data::Data;
use crate::figures::Figures;
use crate::peers::Tools;

const OURS: &str = "varidex";

/// The figures of one cohort.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) title: String,
    lines: Vec<Line>,
}

/// One comparison.
#[derive(Debug)]
struct Line {
    what: String,
    unit: Unit,
    bar: String,
    met: Option<bool>,
    ours: f64,
    peer: Option<(String, f64)>,
    /// The least of ours by the least of theirs.
    of_least: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    Seconds,
    Bytes,
}

/// What is to be reached.
enum Bar {
    None,
    /// At most this.
    AtMost(f64),
    /// At most this share of a peer's figure.
    OfPeer(&'static str, f64),
    /// At most this share of every peer's figure, the floor's apart, and of the named one another.
    Build,
}

struct Spec {
    key: String,
    what: String,
    unit: Unit,
    bar: Bar,
}

fn spec(key: &str, what: impl Into<String>, unit: Unit, bar: Bar) -> Spec {
    Spec {
        key: key.to_owned(),
        what: what.into(),
        unit,
        bar,
    }
}

/// Everything that is measured, in the order of the table.
fn specs(figures: &Figures) -> Vec<Spec> {
    use Unit::{Bytes, Seconds};
    let known = |key: &str| figures.median(key, "").unwrap_or(0.0);
    let (small, large) = (known("rows of small"), known("rows of large"));
    let mut all = vec![
        spec("build", "build", Seconds, Bar::Build),
        spec(
            "build memory",
            "build, peak memory",
            Bytes,
            Bar::AtMost(f64::from(1 << 30)),
        ),
        spec("size", "size", Bytes, Bar::OfPeer("BCF", 0.35)),
        spec("open", "open", Seconds, Bar::AtMost(1e-3)),
        spec(
            "open and first row",
            "open and count a row",
            Seconds,
            Bar::None,
        ),
        spec(
            "open memory",
            "the same, memory of the process",
            Bytes,
            Bar::AtMost(20e6),
        ),
        spec(
            "open memory, added",
            "the same, memory added",
            Bytes,
            Bar::None,
        ),
    ];
    for class in Class::ALL {
        let name = class.name();
        let carriers = known(&format!("carriers of {name}"));
        let bar = || Bar::AtMost(1e-6 + 2e-9 * carriers);
        let counts = format!("counts {name}");
        all.push(spec(
            &counts,
            format!("{name} allele: counts"),
            Seconds,
            Bar::AtMost(1e-6),
        ));
        let key = format!("carriers {name}");
        let what = format!("{name} allele: {carriers:.0} carriers");
        all.push(spec(&key, what, Seconds, bar()));
    }
    all.push(spec(
        "region carriers",
        format!("all carriers in 100 kb ({small:.0} rows)"),
        Seconds,
        Bar::AtMost(0.5e-3),
    ));
    all.push(spec(
        "rare in group",
        "people of a 5 % group with a rare allele in 100 kb",
        Seconds,
        Bar::AtMost(0.2e-3),
    ));
    for (key, what) in [("ac_an", "AC, AN"), ("full counts", "AC, AN, het, hom")] {
        for share in [10, 50] {
            let what = format!("{what} of {share} % over 1 Mb ({large:.0} rows)");
            let bar = match key {
                "ac_an" => Bar::AtMost(large / 8e6),
                _ => Bar::None,
            };
            all.push(spec(&format!("{key} {share}"), what, Seconds, bar));
        }
    }
    let grouped = known("rows of grouped");
    let what = format!("all counts in {STRATA} groups over 100 kb ({grouped:.0} rows)");
    all.push(spec("by groups", what, Seconds, Bar::None));
    let rows = known("rows of matrix");
    let what = format!("dosages of everybody over 1 Mb ({rows:.0} rows)");
    all.push(spec("matrix", what, Seconds, Bar::None));
    let every = format!("AC, AN of every row ({:.0})", known("rows"));
    // the bar is for 79,222 rows
    let bar = Bar::AtMost(2e-3 * (known("rows") / 79_222.0).max(1.0));
    all.push(spec("every ac", every, Seconds, bar));
    all.push(spec("parse", "parse a long expression", Seconds, Bar::None));
    all.push(spec(
        "ask allele",
        "ask for carriers of a singleton",
        Seconds,
        Bar::None,
    ));
    all
}

impl Table {
    pub(crate) fn new(data: &Data, figures: Figures, sections: Vec<(String, u64)>) -> Self {
        let title = data.name.clone();
        let mut lines = Vec::new();
        for spec in specs(&figures) {
            push_lines(&mut lines, &figures, &spec);
        }
        for (name, bytes) in sections {
            lines.push(Line {
                what: format!("  section {name}"),
                unit: Unit::Bytes,
                bar: String::new(),
                met: None,
                ours: bytes as f64,
                peer: figures
                    .median("size", "BCF")
                    .map(|bcf| ("BCF".to_owned(), bcf)),
                of_least: None,
            });
        }
        Self { title, lines }
    }
}

fn push_lines(lines: &mut Vec<Line>, figures: &Figures, spec: &Spec) {
    let Some(ours) = figures.median(&spec.key, OURS) else {
        return;
    };
    let peers = figures.peers(&spec.key);
    let mut peers: Vec<Option<(String, f64)>> = peers
        .into_iter()
        .map(|peer| Some((peer.to_owned(), figures.median(&spec.key, peer)?)))
        .collect();
    // an absolute bar stands once, before the peers
    if peers.is_empty() || matches!(spec.bar, Bar::AtMost(_)) {
        peers.insert(0, None);
    }
    for peer in peers {
        let share = |most: f64| {
            let met = peer.as_ref().map(|(_, theirs)| ours <= most * theirs);
            (format!("<= {most:.2} x"), met)
        };
        let (bar, met) = match (&spec.bar, peer.as_ref().map(|(name, _)| name.as_str())) {
            (Bar::AtMost(most), None) => (
                format!("<= {}", show(*most, spec.unit)),
                Some(ours <= *most),
            ),
            (Bar::OfPeer(wanted, most), Some(name)) if *wanted == name => share(*most),
            (Bar::Build, Some(name)) if name.contains("floor") => share(2.0),
            (Bar::Build, Some(_)) => share(1.0 / 3.0),
            _ => (String::new(), None),
        };
        let least = |tool: &str| figures.least(&spec.key, tool);
        let theirs = peer.as_ref().and_then(|(name, _)| least(name));
        lines.push(Line {
            what: spec.what.clone(),
            unit: spec.unit,
            bar,
            met,
            ours,
            peer,
            of_least: least(OURS).zip(theirs).map(|(ours, theirs)| ours / theirs),
        });
    }
}

fn show(value: f64, unit: Unit) -> String {
    let steps: &[(f64, &str)] = match unit {
        Unit::Seconds => &[(1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")],
        Unit::Bytes => &[(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")],
    };
    let last = steps.last().copied().unwrap_or((1.0, ""));
    let (scale, name) = steps
        .iter()
        .copied()
        .find(|(s, _)| value >= *s)
        .unwrap_or(last);
    let scaled = value / scale;
    let digits = match scaled {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{scaled:.digits$} {name}")
}

fn yes_or_no(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "",
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        writeln!(
            f,
            "{:<54} {:>10} {:>12} {:>4}  {:<20} {:>10} {:>12} {:>9}",
            "what", "ours", "bar", "met", "peer", "theirs", "ours/theirs", "of least"
        )?;
        let mut before = "";
        for line in &self.lines {
            let again = before == line.what;
            before = &line.what;
            let (peer, theirs, ratio) = match &line.peer {
                Some((name, theirs)) => (
                    name.as_str(),
                    show(*theirs, line.unit),
                    ratio_text(line.ours / theirs),
                ),
                None => ("", String::new(), String::new()),
            };
            let of_least = line.of_least.map_or(String::new(), ratio_text);
            writeln!(
                f,
                "{:<54} {:>10} {:>12} {:>4}  {peer:<20} {theirs:>10} {ratio:>12} {of_least:>9}",
                if again { "" } else { &line.what },
                if again {
                    String::new()
                } else {
                    show(line.ours, line.unit)
                },
                line.bar,
                yes_or_no(line.met),
            )?;
        }
        Ok(())
    }
}

fn ratio_text(ratio: f64) -> String {
    match ratio {
        ..0.01 => format!("1/{:.0}", 1.0 / ratio),
        _ => format!("{ratio:.3}"),
    }
}

/// All tables with one header; seconds and bytes.
pub(crate) fn tsv(machine: &str, tables: &[Table]) -> String {
    let mut out = String::new();
    for line in machine.lines() {
        out += &format!("# {line}\n");
    }
    out += "data\twhat\tunit\tbar\tmet\tours\tpeer\ttheirs\tratio\tof_least\n";
    for (title, line) in tables
        .iter()
        .flat_map(|t| t.lines.iter().map(|l| (&t.title, l)))
    {
        let unit = match line.unit {
            Unit::Seconds => "s",
            Unit::Bytes => "bytes",
        };
        let (peer, theirs, ratio) = match &line.peer {
            Some((name, theirs)) => (
                name.as_str(),
                theirs.to_string(),
                (line.ours / theirs).to_string(),
            ),
            None => (".", ".".to_owned(), ".".to_owned()),
        };
        let met = yes_or_no(line.met);
        let of_least = line.of_least.map_or(".".to_owned(), |r| r.to_string());
        // writing to a String cannot fail
        let _ = writeln!(
            out,
            "{title}\t{}\t{unit}\t{}\t{met}\t{}\t{peer}\t{theirs}\t{ratio}\t{of_least}",
            line.what.trim(),
            line.bar,
            line.ours
        );
    }
    out
}

/// The machine, and how busy it is: figures of a busy machine are worth less.
pub(crate) fn machine(tools: &Tools) -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |line| {
        line.trim_start_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory.lines().next().unwrap_or("").to_owned();
    let load = load();
    let busy = match load.parse::<f64>() {
        Ok(load) if load > 0.5 => " (busy: take the ratios, not the times)",
        _ => "",
    };
    format!("{model}, {cores} cores, {memory}\nload average at the start {load}{busy}\n{tools}")
}

/// The load average over the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}
