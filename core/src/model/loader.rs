//! How a host gives expressions the files that they name.

use crate::error::Result;
use std::fmt;

/// Reads the files that expressions name behind `@`: see [`Dataset::with_loader`].
///
/// Expressions themselves open no file. Whoever lets text of strangers in gives no loader, or one that
/// knows what may be read.
///
/// ```
/// use varidex::{Error, FileLoader, Result};
///
/// /// Lists that a service keeps by name, whatever lies on the disk.
/// #[derive(Debug)]
/// struct Kept;
///
/// impl FileLoader for Kept {
///     fn load(&self, name: &str) -> Result<Vec<u8>> {
///         match name {
///             "panel.bed" => Ok(b"22\t16050000\t16060000\n".to_vec()),
///             other => Err(Error::Usage(format!("no list {other:?}"))),
///         }
///     }
/// }
/// ```
///
/// [`Dataset::with_loader`]: crate::Dataset::with_loader
pub trait FileLoader: fmt::Debug + Send + Sync {
    /// The bytes of the file, by the name in the expression. Called once for each place in an
    /// expression that names a file.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being read; the question fails with it.
    fn load(&self, name: &str) -> Result<Vec<u8>>;

    /// Whether errors may show what stands in a file. Say so only where whoever reads the error may
    /// read the file as well: a line that is no id may be anything.
    fn may_show(&self) -> bool {
        false
    }
}
