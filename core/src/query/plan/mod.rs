//! From an expression to a plan: what its names mean in a dataset, and which rows may be picked.

pub(super) mod annotation_names;
pub(super) mod candidates;
pub(super) mod find;
pub(super) mod group_names;
pub(super) mod listed;
pub(super) mod row_text;
pub(super) mod several;
pub(super) mod variant_names;
