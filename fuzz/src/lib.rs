//! What the fuzz targets do with their bytes. It stands in a library so that saved inputs can be run
//! by plain `cargo test` too.

mod beacon;
mod container;
mod dataset;
mod decisions;
mod differential;
mod expression;
mod files;
mod imports;
mod merged;
mod people;
mod policy;
mod published;
mod segment;
mod states;
mod vcf_build;

pub use beacon::beacon;
pub use container::container;
pub use decisions::decisions;
pub use differential::differential;
pub use expression::expression;
pub use imports::imports;
pub use merged::merged;
pub use people::people;
pub use policy::policy;
pub use published::published;
pub use segment::segment;
pub use states::states;
pub use vcf_build::vcf_build;
