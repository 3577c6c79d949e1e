//! A question for variants that is ready to be walked: the questions within it are answered.

use crate::query::expr::Node;
use crate::query::plan::rows::Rows;
use crate::query::plan::test::Test;
use crate::set::SampleSet;

/// Which variants.
#[derive(Debug, Clone)]
pub(in crate::query) struct Question {
    pub(in crate::query) test: Node<Test>,
    /// Candidates by part.
    pub(in crate::query) rows: Vec<Option<Rows>>,
    /// The samples that [`Test::NumberIn`] counts in, by its number.
    pub(in crate::query) groups: Vec<SampleSet>,
}
