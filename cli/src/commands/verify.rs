//! `varidex verify`.

use crate::args::Verify;
use crate::failure::Failure;
use crate::signature;
use crate::table::print;
use std::io::ErrorKind;
use std::path::Path;
use varidex::{Error, Published};

/// Of a published file that is sound, by the key of who published it.
fn signed(file: &Path, key: &Path) -> Result<(), Failure> {
    let key = signature::public_key(key)?;
    if !file.is_file() {
        let found = "--key is for published files, found a dataset";
        return Err(Error::Usage(format!("{}: {found}", file.display())).into());
    }
    if signature::is_signed(&Published::open_outdated(file)?, &key)? {
        return print("ok, signed\n");
    }
    print(&format!(
        "damaged: {}\nsection: signature\noffset: 0\nexpected: the signature of this file by this key\nfound: another\n",
        signature::path_of(file).display()
    ))?;
    Err(Failure::BadAnswer)
}

pub(crate) fn run(args: &Verify) -> Result<(), Failure> {
    let folder = &args.dataset;
    let verified = match folder.is_file() {
        // how old it is says nothing of its bytes
        true => Published::open_outdated(folder).and_then(|file| file.verify()),
        false => super::opened(folder, &args.state).and_then(|dataset| dataset.verify()),
    };
    match verified {
        Ok(()) => match &args.key {
            Some(key) => signed(folder, key),
            None => print("ok\n"),
        },
        Err(Error::Damaged(damage)) => {
            print(&format!(
                "damaged: {}\nsection: {}\noffset: {}\nexpected: {}\nfound: {}\n",
                damage.file.display(),
                damage.section,
                damage.offset,
                damage.expected,
                damage.found
            ))?;
            Err(Failure::BadAnswer)
        }
        // a file that a manifest lists and nobody finds is damage; a dataset nobody finds is not
        Err(Error::Io { path, source })
            if source.kind() == ErrorKind::NotFound
                && path.parent() == Some(folder)
                && folder.join("manifest.json").exists() =>
        {
            print(&format!(
                "damaged: {}\nsection: file\noffset: 0\nexpected: a file\nfound: none\n",
                path.display()
            ))?;
            Err(Failure::BadAnswer)
        }
        Err(other) => Err(other.into()),
    }
}
