//! `varidex ask`.

use crate::args::Ask;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::{PlainFormat as Format, print, print_json, write};
use serde_json::{Value, json};
use varidex::{Granularity, PolicyView, View};

/// What is said of an answer of which a budget decided who is counted.
const CAPPED: &str = "of those who may still be counted for this asker: others are counted as if they had the other allele";

pub(crate) fn run(args: &Ask, messages: Messages) -> Result<(), Failure> {
    if let Some(view) = super::open_shown(&args.dataset, &args.seen, messages)? {
        return shown(&view, args, messages);
    }
    let view = super::open(&args.dataset, &args.seen, messages)?;
    if args.explain {
        return explain(&view, args);
    }
    let group = view.ask(&args.who)?;
    super::say_notes(group.hints(), messages);
    if args.ids {
        if group.has_scores() {
            return write(
                varidex_columns::ids(&group, args.top)?,
                args.format,
                messages,
            );
        }
        let mut ranked = group.ranked()?;
        ranked.truncate(args.top.unwrap_or(usize::MAX));
        let lines = |line: fn(&str) -> String| -> String {
            let mut text = String::new();
            for (id, _) in &ranked {
                text.push_str(&line(id));
                text.push('\n');
            }
            text
        };
        return match args.format {
            // no header: the list is what `individuals(@FILE)` reads
            Format::Tsv => print(&lines(str::to_owned)),
            Format::Json => print_json(&ranked.iter().map(|(id, _)| Value::from(*id)).collect()),
            Format::Ndjson => print(&lines(|id| Value::from(id).to_string())),
        };
    }
    let (key, value) = if args.exists {
        ("exists", Value::from(group.exists()))
    } else {
        ("count", Value::from(group.count()))
    };
    match args.format {
        Format::Tsv => print(&format!("{value}\n")),
        Format::Json | Format::Ndjson => print(&format!("{}\n", json!({ key: value }))),
    }
}

/// Under a policy: what may be said, or that it is withheld.
fn shown(view: &PolicyView, args: &Ask, messages: Messages) -> Result<(), Failure> {
    if args.ids {
        view.records()?;
    }
    if args.explain {
        let parts = view.explain(&args.who)?;
        if args.format == Format::Tsv {
            let lines = parts.iter().map(|(what, how)| format!("{what}: {how}\n"));
            return print(&lines.collect::<String>());
        }
        let parts = parts.into_iter();
        return print_json(
            &parts
                .map(|(what, how)| json!({"what": what, "how": how}))
                .collect(),
        );
    }
    let found = view.ask(&args.who)?;
    let says_only_whether = view.policy().granularity == Granularity::Boolean;
    let (key, value, status) = match args.exists || (says_only_whether && !args.count) {
        true => (
            "exists",
            found.exists.value().map(Value::from),
            found.exists.status(),
        ),
        false => (
            "count",
            found.count.value().map(Value::from),
            found.count.status(),
        ),
    };
    if status == "capped" {
        messages.say(format_args!("note: {CAPPED}"));
    }
    match args.format {
        Format::Tsv => match value {
            Some(value) => print(&format!("{value}\n")),
            None => print(&format!("{status}\n")),
        },
        Format::Json | Format::Ndjson => {
            print(&format!("{}\n", json!({ key: value, "status": status })))
        }
    }
}

fn explain(view: &View, args: &Ask) -> Result<(), Failure> {
    let plan = view.plan(&args.who)?;
    if args.format == Format::Tsv {
        // before it is run, which may take long
        print(&plan.to_string())?;
        return print(&plan.run()?.to_string());
    }
    let planned: Vec<Value> = plan
        .parts()
        .iter()
        .map(|part| {
            json!({
                "what": part.what,
                "how": part.how,
                "individuals_at_most": part.individuals,
                "candidate_rows": part.candidate_rows,
                "segments_read": part.segments.0,
                "segments_skipped": part.segments.1,
            })
        })
        .collect();
    let explanation = plan.run()?;
    let steps: Vec<Value> = explanation
        .steps
        .iter()
        .map(|step| {
            json!({
                "what": step.what,
                "notes": step.notes,
                "segments_read": step.segments.0,
                "segments_skipped": step.segments.1,
                "candidate_rows": step.candidate_rows,
                "variants": step.variants,
                "set_bytes": step.set_bytes,
                "individuals": step.individuals,
            })
        })
        .collect();
    let value = json!({
        "expression": explanation.expression,
        "plan": planned,
        "steps": steps,
        "notes": explanation.notes,
        "individuals": explanation.individuals,
        "seconds": explanation.seconds,
    });
    match args.format {
        Format::Ndjson => print(&format!("{value}\n")),
        _ => print_json(&value),
    }
}
