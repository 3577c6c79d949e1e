//! `varidex verify`.

use crate::args::Verify;
use crate::failure::Failure;
use crate::table::print;
use std::io::ErrorKind;
use varidex::Error;

pub(crate) fn run(args: &Verify) -> Result<(), Failure> {
    let folder = &args.dataset;
    match super::opened(folder, &args.state).and_then(|dataset| dataset.verify()) {
        Ok(()) => print("ok\n"),
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
