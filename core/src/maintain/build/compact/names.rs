//! Files of the names of samples, and of what is known of samples: each addition makes one of either, and they become fewer.

use super::plan::{Extent, first_grown};
use crate::cohort::Dataset;
use crate::error::{Error, Result};
use crate::format::FileKind;
use crate::store::{Manifest, Publication, Samples};

/// Whether there are several files that would become one.
pub(super) fn are_several(manifest: &Manifest) -> bool {
    manifest.samples.len() > 1 || manifest.sample_attributes.len() > 1
}

/// Puts files of the state that is to follow together: all of them, or those at the end that have grown to the size of the
/// next greater ones.
pub(super) fn merge_names(
    dataset: &Dataset,
    (publication, manifest): (&mut Publication, &mut Manifest),
    extent: Extent,
    memory: u64,
) -> Result<()> {
    let folder = publication.folder().clone();
    let universe = dataset.universe();
    if let Some((file, first)) = merged(&dataset.samples().firsts(), universe, extent) {
        let names = (first..universe).map(|sample| dataset.samples().name(sample));
        let names: Vec<&str> = names.collect::<Result<_>>()?;
        let names = Samples::write(names).map_err(|e| Error::io(&folder, e))?;
        manifest.samples.truncate(file);
        manifest
            .samples
            .push(publication.add(FileKind::Samples, names)?);
    }
    let table = dataset.sample_table();
    if let Some((file, first)) = merged(&table.firsts(), universe, extent) {
        let samples: Vec<u32> = (first..universe).collect();
        let content = table.some(first, &samples, (&folder, memory / 2))?;
        manifest.sample_attributes.truncate(file);
        manifest
            .sample_attributes
            .push(publication.add(FileKind::SampleAttributes, content)?);
    }
    Ok(())
}

/// From which file on files become one, and its first sample; `None` where they stay.
fn merged(firsts: &[u32], universe: u32, extent: Extent) -> Option<(usize, u32)> {
    let ends = firsts.iter().skip(1).chain([&universe]);
    let counts: Vec<usize> = ends
        .zip(firsts)
        .map(|(end, first)| (end - first) as usize)
        .collect();
    let file = match extent {
        Extent::Grown => first_grown(&counts)?,
        _ if counts.len() > 1 => 0,
        _ => return None,
    };
    Some((file, *firsts.get(file)?))
}
