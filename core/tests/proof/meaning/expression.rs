//! Expressions: what they can say, and how they are written as text and as JSON.

use super::people::{Age, Scope};
use serde_json::{Map, Value, json};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
}

impl Op {
    pub const ALL: [Self; 6] = [Self::Lt, Self::Le, Self::Gt, Self::Ge, Self::Eq, Self::Ne];

    pub fn text(self) -> &'static str {
        match self {
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Eq => "=",
            Self::Ne => "!=",
        }
    }

    pub fn holds<T: PartialOrd>(self, a: &T, b: &T) -> bool {
        match self {
            Self::Lt => a < b,
            Self::Le => a <= b,
            Self::Gt => a > b,
            Self::Ge => a >= b,
            Self::Eq => a == b,
            Self::Ne => a != b,
        }
    }
}

/// A number as people write it: so many hundredths, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hundredths(pub i64);

impl Hundredths {
    fn text(self) -> String {
        self.number().to_string()
    }

    pub fn number(self) -> f64 {
        // the quotient of two whole numbers is the double nearest to what is meant
        self.0 as f64 / 100.0
    }

    fn json(self) -> Value {
        match self.0 % 100 {
            0 => (self.0 / 100).into(),
            _ => self.number().into(),
        }
    }
}

/// A number of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Ac,
    An,
    Af,
    Het,
    Hom,
    Hemi,
    Missing,
    Quality,
    Length,
    Pos,
    Start,
    End,
}

impl Field {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ac => "ac",
            Self::An => "an",
            Self::Af => "af",
            Self::Het => "n_het",
            Self::Hom => "n_hom",
            Self::Hemi => "n_hemi",
            Self::Missing => "n_missing",
            Self::Quality => "qual",
            Self::Length => "length",
            Self::Pos => "pos",
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// What is asked of an INFO key.
#[derive(Debug, Clone)]
pub enum Info {
    There,
    Number(Op, Hundredths),
    /// Equal to a text, or not.
    Text(bool, String),
}

/// Which variants.
#[derive(Debug, Clone)]
pub enum VariantExpr {
    All,
    And(Vec<VariantExpr>),
    Or(Vec<VariantExpr>),
    Not(Box<VariantExpr>),
    /// An allele: how it is written, and what it is.
    Allele(String, super::alleles::Change, String),
    /// A contig, or an id.
    Name(String),
    Id(String),
    /// A contig and the first and last base, either of which may be left out.
    Region(String, Option<i64>, Option<i64>),
    /// Those that begin in one of some regions, or lie wholly `within` them: contigs, first and last bases.
    Placed {
        within: bool,
        of: Vec<(String, i64, i64)>,
    },
    Gene(String),
    Consequence(String),
    Impact(Op, usize),
    Protein(String),
    Change(String),
    Canonical,
    Mane,
    Type(&'static str),
    /// REF, or ALT.
    Bases(bool, String),
    Filter(String),
    Info(String, Info),
    Number(Field, Option<Box<GroupExpr>>, Op, Hundredths),
}

/// A term, perhaps as what it is recorded.
#[derive(Debug, Clone)]
pub struct Named {
    pub scope: Option<Scope>,
    pub name: String,
}

/// Options of `carriers`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `het`, `hom` or `hemi`.
    pub zygosity: Option<&'static str>,
    pub at_least: Option<usize>,
    /// `de_novo`, `inherited`, `maternal` or `paternal`.
    pub origin: Option<&'static str>,
    pub compound: bool,
}

#[derive(Debug, Clone)]
pub struct Similar {
    pub to: Vec<String>,
    pub score: Hundredths,
    pub measure: Option<&'static str>,
}

/// Which people.
#[derive(Debug, Clone)]
pub enum GroupExpr {
    All,
    And(Vec<GroupExpr>),
    Or(Vec<GroupExpr>),
    Not(Box<GroupExpr>),
    Samples(Vec<String>),
    Individuals(Vec<String>),
    Carriers(VariantExpr, Options),
    Genotyped,
    Called(VariantExpr),
    Noncarriers(VariantExpr),
    Term(Named),
    Exactly(Named),
    Excluded(Named),
    Severity(Named, String),
    Onset(Named, Op, Age),
    Age(Op, Age),
    Measurement(String, Option<String>, Op, Hundredths),
    Similar(Similar),
    /// `sex`, `population` and the like.
    Attribute(&'static str, String),
}

/// A text in quotes.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A text as a word where it can be one, else in quotes.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-:*._".contains(c);
    let reserved = ["and", "or", "not", "all"].contains(&text.to_lowercase().as_str());
    match text.chars().all(plain) && !text.is_empty() && !reserved {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// Parts with an operator between; a part of lower rank in parentheses.
fn joined<T>(
    parts: &[T],
    operator: &str,
    lower: impl Fn(&T) -> bool,
    text: impl Fn(&T) -> String,
) -> String {
    let parts = parts.iter().map(|part| match lower(part) {
        true => format!("({})", text(part)),
        false => text(part),
    });
    parts.collect::<Vec<_>>().join(operator)
}

fn all_of(key: &str, parts: impl Iterator<Item = Value>) -> Value {
    json!({ key: parts.collect::<Vec<_>>() })
}

fn side(is_alternate: bool) -> &'static str {
    match is_alternate {
        true => "alt",
        false => "ref",
    }
}

fn placing(within: bool) -> &'static str {
    if within { "within" } else { "begins" }
}

/// Alternatives of one field as a list, which some of those are written as that can be.
fn list_of(parts: &[VariantExpr]) -> Option<String> {
    let field_of = |part: &VariantExpr| match part {
        VariantExpr::Gene(name) => Some(("gene", name.clone())),
        VariantExpr::Id(name) => Some(("id", name.clone())),
        VariantExpr::Consequence(name) => Some(("consequence", name.clone())),
        VariantExpr::Protein(name) => Some(("protein", name.clone())),
        VariantExpr::Type(name) => Some(("type", (*name).to_owned())),
        VariantExpr::Filter(name) => Some(("filter", name.clone())),
        _ => None,
    };
    let fields: Vec<_> = parts.iter().map(field_of).collect::<Option<_>>()?;
    let (field, first) = fields.first()?;
    let alike = fields.iter().all(|(other, _)| other == field) && first.len() % 2 == 0;
    let values: Vec<String> = fields.iter().map(|(_, value)| word(value)).collect();
    alike.then(|| format!("{field}:({})", values.join(", ")))
}

impl VariantExpr {
    /// The alleles that are asked for, with their contigs.
    pub fn alleles<'e>(&'e self, found: &mut Vec<(&'e super::alleles::Change, &'e str)>) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.alleles(found)),
            Self::Not(part) => part.alleles(found),
            Self::Allele(_, change, contig) => found.push((change, contig)),
            _ => {}
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::And(parts) => {
                joined(parts, " & ", |part| matches!(part, Self::Or(_)), Self::text)
            }
            Self::Or(parts) => match list_of(parts) {
                Some(list) => list,
                None => joined(parts, " | ", |_| false, Self::text),
            },
            Self::Not(part) => match **part {
                Self::And(_) | Self::Or(_) => format!("!({})", part.text()),
                _ => format!("!{}", part.text()),
            },
            Self::Placed { within, of } => {
                let region = |(contig, first, last): &(String, i64, i64)| match first % 2 {
                    0 => format!("region({}, {first}, {last})", word(contig)),
                    _ => format!("{contig}:{first}-{last}"),
                };
                let of: Vec<String> = of.iter().map(region).collect();
                format!("{}({})", placing(*within), of.join(", "))
            }
            Self::Allele(text, ..) => match text.contains(['<', '[', ']', '=', '>', '(']) {
                true => format!("allele({})", quoted(text)),
                false => text.clone(),
            },
            Self::Name(name) => word(name),
            Self::Id(id) => format!("id:{}", word(id)),
            Self::Region(contig, first, last) => match (first, last) {
                (Some(first), Some(last)) => format!("region({}, {first}, {last})", word(contig)),
                (Some(first), None) => format!("{contig}:{first}-"),
                _ => format!("region({})", word(contig)),
            },
            Self::Gene(name) => format!("gene:{}", word(name)),
            Self::Consequence(name) => format!("consequence:{}", word(name)),
            Self::Impact(op, grade) => {
                format!("impact{}{}", op.text(), super::notes::IMPACTS[*grade])
            }
            Self::Protein(change) => format!("protein:{}", word(change)),
            Self::Change(change) => match change.contains(['>', '*']) {
                true => format!("allele({})", quoted(change)),
                false => change.clone(),
            },
            Self::Canonical => "canonical".to_owned(),
            Self::Mane => "mane".to_owned(),
            Self::Type(name) => format!("type:{name}"),
            Self::Bases(is_alternate, pattern) => {
                format!("{}:{}", side(*is_alternate), word(pattern))
            }
            Self::Filter(name) => format!("filter:{}", word(name)),
            Self::Info(key, test) => match test {
                Info::There => format!("info.{}", word(key)),
                Info::Number(op, number) => {
                    format!("info.{}{}{}", word(key), op.text(), number.text())
                }
                Info::Text(equal, text) => {
                    format!(
                        "info.{}{}{}",
                        word(key),
                        if *equal { "=" } else { "!=" },
                        quoted(text)
                    )
                }
            },
            Self::Number(field, within, op, number) => {
                let within = within.as_ref().map(|who| format!("({})", who.text()));
                let within = within.unwrap_or_default();
                format!("{}{within}{}{}", field.name(), op.text(), number.text())
            }
        }
    }

    pub fn json(&self) -> Value {
        match self {
            Self::All => json!({ "all": true }),
            Self::And(parts) => all_of("and", parts.iter().map(Self::json)),
            Self::Or(parts) => all_of("or", parts.iter().map(Self::json)),
            Self::Not(part) => json!({ "not": part.json() }),
            Self::Allele(text, ..) | Self::Change(text) => json!({ "allele": text }),
            Self::Name(name) => json!({ "name": name }),
            Self::Id(id) => json!({ "id": id }),
            Self::Region(contig, first, last) => {
                let mut region = json!({ "contig": contig });
                if let Some(first) = first {
                    region["first"] = (*first).into();
                }
                if let Some(last) = last {
                    region["last"] = (*last).into();
                }
                json!({ "region": region })
            }
            Self::Placed { within, of } => {
                let region = |(contig, first, last): &(String, i64, i64)| json!({ "contig": contig, "first": first, "last": last });
                let of: Vec<Value> = of.iter().map(region).collect();
                json!({ placing(*within): of })
            }
            Self::Gene(name) => json!({ "gene": name }),
            Self::Consequence(name) => json!({ "consequence": name }),
            Self::Impact(op, grade) => {
                json!({ "impact": { op.text(): super::notes::IMPACTS[*grade] } })
            }
            Self::Protein(change) => json!({ "protein": change }),
            Self::Canonical => json!({ "transcripts": "canonical" }),
            Self::Mane => json!({ "transcripts": "mane" }),
            Self::Type(name) => json!({ "type": name }),
            Self::Bases(is_alternate, pattern) => json!({ side(*is_alternate): pattern }),
            Self::Filter(name) => json!({ "filter": name }),
            Self::Info(key, test) => {
                let mut info = json!({ "key": key });
                match test {
                    Info::There => {}
                    Info::Number(op, number) => info[op.text()] = number.json(),
                    Info::Text(equal, text) => {
                        info[if *equal { "=" } else { "!=" }] = text.as_str().into();
                    }
                }
                json!({ "info": info })
            }
            Self::Number(field, within, op, number) => {
                let mut test = json!({ op.text(): number.json() });
                if let Some(who) = within {
                    test["in"] = who.json();
                }
                json!({ field.name(): test })
            }
        }
    }
}

impl Named {
    fn text(&self) -> String {
        match self.scope {
            Some(scope) => format!("{}:{}", scope.name(), word(&self.name)),
            None if self.name.contains(':') => word(&self.name),
            None => quoted(&self.name),
        }
    }

    fn json(&self) -> Value {
        match self.scope {
            Some(scope) => json!({ scope.name(): self.name }),
            None => self.name.as_str().into(),
        }
    }
}

impl Options {
    fn text(&self) -> String {
        let mut text = String::new();
        for word in self.zygosity.iter().chain(&self.origin) {
            text += &format!(", {word}");
        }
        if let Some(at_least) = self.at_least {
            text += &format!(", at_least: {at_least}");
        }
        if self.compound {
            text += ", compound";
        }
        text
    }

    fn put_into(&self, carriers: &mut Map<String, Value>) {
        if let Some(zygosity) = self.zygosity {
            carriers.insert("zygosity".to_owned(), zygosity.into());
        }
        if let Some(origin) = self.origin {
            carriers.insert("origin".to_owned(), origin.into());
        }
        if let Some(at_least) = self.at_least {
            carriers.insert("at_least".to_owned(), at_least.into());
        }
        if self.compound {
            carriers.insert("compound".to_owned(), true.into());
        }
    }
}

fn list(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| word(id)).collect();
    ids.join(", ")
}

impl GroupExpr {
    pub fn text(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::And(parts) => {
                joined(parts, " & ", |part| matches!(part, Self::Or(_)), Self::text)
            }
            Self::Or(parts) => joined(parts, " | ", |_| false, Self::text),
            Self::Not(part) => match **part {
                Self::And(_) | Self::Or(_) => format!("!({})", part.text()),
                _ => format!("!{}", part.text()),
            },
            Self::Samples(ids) => format!("samples({})", list(ids)),
            Self::Individuals(ids) => format!("individuals({})", list(ids)),
            Self::Carriers(of, options) => format!("carriers({}{})", of.text(), options.text()),
            Self::Genotyped => "genotyped".to_owned(),
            Self::Called(of) => format!("called({})", of.text()),
            Self::Noncarriers(of) => format!("noncarriers({})", of.text()),
            Self::Term(term) => term.text(),
            Self::Exactly(term) => format!("exactly({})", term.text()),
            Self::Excluded(term) => format!("excluded({})", term.text()),
            Self::Severity(term, is) => format!("severity({}):{}", term.text(), word(is)),
            Self::Onset(term, op, age) => {
                format!("onset({}){}{}", term.text(), op.text(), age.short())
            }
            Self::Age(op, age) => format!("age{}{}", op.text(), age.short()),
            Self::Measurement(assay, unit, op, number) => {
                let unit = unit.as_ref().map(|unit| format!(", {}", quoted(unit)));
                let (assay, unit) = (word(assay), unit.unwrap_or_default());
                format!("measurement({assay}{unit}){}{}", op.text(), number.text())
            }
            Self::Similar(similar) => {
                let measure = similar.measure.map(|name| format!("; measure: {name}"));
                let (to, score) = (list(&similar.to), similar.score.text());
                format!(
                    "similar({to}; score>={score}{})",
                    measure.unwrap_or_default()
                )
            }
            Self::Attribute(name, value) => format!("{name}:{}", word(value)),
        }
    }

    pub fn json(&self) -> Value {
        match self {
            Self::All => json!({ "all": true }),
            Self::And(parts) => all_of("and", parts.iter().map(Self::json)),
            Self::Or(parts) => all_of("or", parts.iter().map(Self::json)),
            Self::Not(part) => json!({ "not": part.json() }),
            Self::Samples(ids) => json!({ "samples": ids }),
            Self::Individuals(ids) => json!({ "individuals": ids }),
            Self::Carriers(of, options) => {
                let mut carriers = Map::new();
                carriers.insert("of".to_owned(), of.json());
                options.put_into(&mut carriers);
                json!({ "carriers": carriers })
            }
            Self::Genotyped => json!({ "genotyped": true }),
            Self::Called(of) => json!({ "called": of.json() }),
            Self::Noncarriers(of) => json!({ "noncarriers": of.json() }),
            Self::Term(term) => match term.scope {
                Some(_) => term.json(),
                None => json!({ "term": term.name }),
            },
            Self::Exactly(term) => json!({ "exactly": term.json() }),
            Self::Excluded(term) => json!({ "excluded": term.json() }),
            Self::Severity(term, is) => json!({ "severity": { "of": term.json(), "is": is } }),
            Self::Onset(term, op, age) => {
                json!({ "onset": { "of": term.json(), op.text(): age.short() } })
            }
            Self::Age(op, age) => json!({ "age": { op.text(): age.short() } }),
            Self::Measurement(assay, unit, op, number) => {
                let mut measurement = json!({ "of": assay, op.text(): number.json() });
                if let Some(unit) = unit {
                    measurement["unit"] = unit.as_str().into();
                }
                json!({ "measurement": measurement })
            }
            Self::Similar(similar) => {
                let mut json = json!({ "to": similar.to, "score": similar.score.json() });
                if let Some(measure) = similar.measure {
                    json["measure"] = measure.into();
                }
                json!({ "similar": json })
            }
            Self::Attribute(name, value) => json!({ *name: value }),
        }
    }
}
