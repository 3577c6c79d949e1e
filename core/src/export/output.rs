//! Files that appear whole or not at all.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file, which replaces one that is there once it is whole; into a device or a pipe as it comes.
pub(crate) fn write_whole<T>(to: &Path, write: impl FnOnce(&mut File) -> Result<T>) -> Result<T> {
    let failed = |e| Error::io(to, e);
    // a device or a pipe is written to: it must not be replaced
    if fs::metadata(to).is_ok_and(|known| !known.is_file()) {
        let mut file = File::options().write(true).open(to).map_err(failed)?;
        return write(&mut file);
    }
    let directory = match to.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".varidex-export-");
    // temporary files are private by default; results are read by whom the umask allows
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(directory).map_err(failed)?;
    let written = write(temporary.as_file_mut())?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(to).map_err(|e| failed(e.error))?;
    Ok(written)
}

/// Counts what passes through.
pub(crate) struct Counted<'w> {
    pub(crate) out: &'w mut dyn Write,
    pub(crate) bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
