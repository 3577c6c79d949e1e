//! Files of a dataset with right checksums and wrong content: every reader must
//! say so, or answer.

use crate::dataset::{DATASET, ask_everything};
use crate::files::{self, Good, Section, manifest_for, put_together, take_apart};

/// Patches, one after the other. The first byte says of which dataset. Each patch is: what to do
/// (bits 0-1: overwrite, insert, delete, replace) in which file (bits 2-7: samples, terms,
/// people and genes as far as there are such, then the segments), the number of the section, where in it (two bytes), how many bytes, and the bytes (none
/// where they are deleted).
pub fn segment(data: &[u8]) {
    let Some((&which, mut patches)) = data.split_first() else {
        return;
    };
    let good = Good::number(which);
    let originals = good.files.iter().map(|file| &file.bytes);
    let mut sections: Vec<Vec<Section>> =
        originals.clone().map(|bytes| take_apart(bytes)).collect();
    while let &[what, section, low, high, len, ref rest @ ..] = patches {
        let file = usize::from(what >> 2) % sections.len();
        let at = usize::from(u16::from_le_bytes([low, high]));
        let (section, len) = (usize::from(section), usize::from(len));
        patches = patch(&mut sections[file], what & 3, section, at, len, rest);
    }
    let patched = originals.clone().zip(&sections);
    let files: Vec<Vec<u8>> = patched
        .map(|(original, sections)| put_together(original, sections))
        .collect();
    let manifest = manifest_for(good, &files, &sections);
    let names = good.files.iter().map(|file| file.name.as_str());
    let held = files::held(&manifest, names.zip(files.iter().map(Vec::as_slice)));
    let Ok(dataset) = held.open(DATASET) else {
        return;
    };
    let asked = ask_everything(&dataset.view(), files::ROWS);
    let verified = dataset.verify();
    if originals.eq(&files) {
        verified.expect("a dataset that is as it was is sound");
        asked.expect("a dataset that is as it was can be asked");
    }
}

/// Applies one patch; returns the bytes behind it.
pub(crate) fn patch<'a>(
    sections: &mut Vec<Section>,
    what: u8,
    section: usize,
    at: usize,
    len: usize,
    rest: &'a [u8],
) -> &'a [u8] {
    let (bytes, rest) = match what {
        2 => (&[][..], rest),
        _ => rest.split_at(len.min(rest.len())),
    };
    if sections.is_empty() {
        return rest;
    }
    let section = section % sections.len();
    let target = &mut sections[section].bytes;
    let at = at % (target.len() + 1);
    match what {
        0 => target[at..]
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from),
        1 => drop(target.splice(at..at, bytes.iter().copied())),
        2 => drop(target.drain(at..(at + len).min(target.len()))),
        _ if bytes.is_empty() => drop(sections.remove(section)),
        _ => *target = bytes.to_vec(),
    }
    rest
}
