//! Varidex for Python: every function converts, calls the library without the GIL, and converts.

mod annotate;
mod arguments;
mod asked;
mod beacon;
mod build;
mod compact;
mod consent;
mod dataset;
mod error;
mod explanation;
mod export;
mod frequency;
mod group;
mod info;
mod interrupt;
mod matrices;
mod open;
mod products;
mod published;
mod record;
mod rows;
mod shown;
mod table;
mod texts;

use pyo3::prelude::*;

/// The native half of the package; import `varidex`.
#[pymodule]
mod _varidex {
    #[pymodule_export]
    use crate::annotate::{annotate, annotate_file};
    #[pymodule_export]
    use crate::beacon::{Beacon, BeaconResponse};
    #[pymodule_export]
    use crate::build::{add, build, load_people, simulate};
    #[pymodule_export]
    use crate::compact::compact;
    #[pymodule_export]
    use crate::dataset::Dataset;
    #[pymodule_export]
    use crate::explanation::Explanation;
    #[pymodule_export]
    use crate::frequency::{Frequencies, Frequency};
    #[pymodule_export]
    use crate::group::{_regroup, Group};
    #[pymodule_export]
    use crate::matrices::{GenotypeBlocks, HaplotypeBlocks, Haplotypes};
    #[pymodule_export]
    use crate::open::{_reopen, open};
    #[pymodule_export]
    use crate::published::{Published, open_published};
    #[pymodule_export]
    use crate::rows::Rows;
    #[pymodule_export]
    use crate::run_program;
    #[pymodule_export]
    use crate::shown::{PolicyView, ShownPeople};
    #[pymodule_export]
    use crate::table::{_table, Table};

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        use pyo3::types::PyModuleMethods;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

/// Runs the command line with these arguments, of which the first is the program's name; its exit code.
#[pyfunction]
fn run_program(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| varidex_cli::main(arguments))
}
