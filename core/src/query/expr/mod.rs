//! The expression language: [`VariantExpr`] picks variants, [`GroupExpr`] picks people.
//!
//! A typed form and a text form share one syntax tree, so that
//! `VariantExpr::af().lt(0.01).and(VariantExpr::filter("PASS"))` equals `af<0.01 & filter:PASS`. Trees are
//! checked in their text form: what a builder cannot refuse (a NaN, an interval that is empty,
//! no sample at all, nesting without measure) is refused when the printed text is parsed, with a
//! place in that text.
//!
//! `format-spec/expressions.md` is the reference for users. Programs may use a JSON form.
//!
//! # Grammar
//!
//! ```text
//! expression = and-part { ("|" | "or") and-part }
//! and-part   = unary { ("&" | "and") unary }
//! unary      = { "!" | "not" } ( "(" expression ")" | atom )
//!            | field ":(" ( word | string ) { "," ( word | string ) } ")"    any of these values
//! WHERE atom = "all" | word | string                     allele, region or name, by its shape
//!            | number-field [ "(" GROUP ")" ] op number
//!            | "info." key [ op ( number | string | word ) ]
//!            | ("type:" | "filter:" | "id:" | "gene:" | "consequence:" | "protein:" | "ref:" | "alt:") ( word | string )
//!            | "impact" ( op | ":" ) impact | "canonical" | "mane"
//!            | "region(" contig [ "," first "," last ] ")" | "allele(" text ")"
//!            | ("regions" | "alleles" | "ids" | "genes") "(" "@" file ")"
//!            | ("begins" | "within") "(" ( region { "," region } | "@" file ) ")"
//! GROUP atom = "all" | ("samples" | "individuals") "(" ( list | "@" file ) ")"
//!            | "carriers(" WHERE { "," option } ")" | "genotyped" | "proof" | ( "called" | "noncarriers" ) "(" WHERE ")"
//!            | "attribute." test | "sample(" SAMPLE ")"
//!            | CURIE | string | scope ":" ( CURIE | word | string )
//!            | ("exactly" | "excluded") "(" term ")" | "similar(" term { ("," | ";") term-or-option } ")"
//!            | attribute ":" ( word | string ) | "age" op age | "onset(" term ")" op age
//!            | "severity(" term "):" term | "measurement(" assay [ "," unit ] ")" op number
//! SAMPLE atom = "all" | [ "attribute." ] test
//! test       = name [ ( ":" | op ) ( word | string ) ]
//! term       = [ scope ":" ] ( CURIE | word | string )
//! op         = "<" | "<=" | ">" | ">=" | "=" | "==" | "!="
//! ```
//!
//! `&&` and `||` are read as `&` and `|`. Operators, fields, functions and options are read in any
//! case; names are not. `a & (b & c)` is `a & b & c`, and `!!a` is `a`.
//!
//! # Words
//!
//! There is no separate tokenizer: alleles and contig names hold the very characters that separate
//! other things (`g.5A>G`, `<DEL>`, `HLA-A*01:01`, `16,000,000`), so what ends a word depends on
//! where it stands.
//!
//! * White space, parentheses, `&`, `|`, `!`, `;` and `"` end every word. `-`, `:`, `*`, `.`, `_`
//!   and all else belong to words; `-` is no operator.
//! * In a WHERE, `<`, `>` and `=` end a word, except `<…>` after `:`, `-`, a bracket or three colons
//!   (a symbolic ALT), `>` between bases behind a position, and in words with `:g.` or another HGVS prefix. A comma ends it, except
//!   between two digits after a colon (`22:16,000,000-17,000,000`).
//! * In a list of arguments every comma ends a word, and `<`, `>`, `=` do not.
//! * After an operator, a comma and `<`, `>`, `=` end a word; a comma between digits is an error,
//!   because `0,01` would otherwise be cut in two.
//! * Only `@` marks a file, before the one argument of `samples`, `individuals`, `regions`, `alleles` and the like; a value
//!   or an atom that begins with it is an error elsewhere. Nothing here reads a file.
//! * Strings stand in double quotes, with `\"` and `\\`. A string as an atom is always a name, never
//!   an allele or a region: `region("a b", 1, 5)` and `allele("…")` take awkward ones.
//!
//! # What a bare word is
//!
//! In this order: `all`; `type:`, `filter:` or `id:` with a value; an allele
//! (`contig:position:REF:ALT`, the same with dashes, SPDI, anything with an HGVS prefix, `ga4gh:…`);
//! a region (`contig:first-last`, `contig:first-`, `contig:position`, 1-based, both ends inside); an
//! error where a field-like word stands before the first colon; else a name, which the dataset
//! knows as a contig or as a variant's id. A contig with `*` in its name needs the form
//! `contig:first-last`, since HLA contigs themselves end in `:number`. Names of number fields and
//! `and`, `or`, `not`, `all` must be quoted to be names.

mod ast;
mod atoms;
mod build;
mod build_places;
mod build_samples;
mod display;
mod error;
pub(in crate::query) mod hints;
mod into;
mod json;
mod list_atom;
mod number;
mod outline;
mod parse;
mod region_list;
mod sample_atom;
mod scan;
mod shape;
mod term_atom;
#[cfg(test)]
mod tests;
mod where_atom;
mod who_atom;

pub(crate) use ast::{
    Atom, AttributeTest, Comparison, GroupAtom, InfoTest, Node, Number, Placing, RegionList,
    SampleAtom, SampleList, Stretch, Threshold, VariantAtom,
};
pub use ast::{GroupExpr, Impact, Origin, SampleExpr, Transcripts, VariantExpr, VariantType};
pub use build::{CarrierOptions, InfoField, InfoValue, NumberField, NumberWithin};
pub use build_samples::AttributeField;
pub use error::nearest;
pub use into::{IntoGroupExpr, IntoVariantExpr};
