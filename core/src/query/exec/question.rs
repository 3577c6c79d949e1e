//! A question for variants that is ready to be walked: the questions within it are answered. Only files beside
//! this one make and open it.

use crate::query::expr::Node;
use crate::query::plan::rows::Rows;
use crate::query::plan::test::Test;
use crate::set::SampleSet;

/// Which variants.
#[derive(Debug, Clone)]
pub(in crate::query) struct Question {
    pub(super) test: Node<Test>,
    /// Candidates by part.
    pub(super) rows: Vec<Option<Rows>>,
    /// The samples that [`Test::NumberIn`] counts in, by its number.
    pub(super) groups: Vec<SampleSet>,
}
