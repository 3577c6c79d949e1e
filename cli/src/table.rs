//! What goes to standard output, or a file: tables, and answers of a few lines.

use crate::failure::Failure;
use crate::progress::{self, Messages};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use varidex::Error;
use varidex_columns::{Table, WriteError, Written as Rows};

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Columns set apart by tabs, one header line; `.` is missing
    Tsv,
    /// Columns set apart by commas, one header line, quoted where needed; nothing is missing
    Csv,
    /// One array of objects; null is missing
    Json,
    /// One object a line; null is missing
    Ndjson,
    /// A stream of Arrow IPC
    Arrow,
}

/// How plain answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PlainFormat {
    /// Lines of text
    Tsv,
    /// One value
    Json,
    /// One value a line
    Ndjson,
}

impl From<PlainFormat> for varidex_columns::Format {
    fn from(format: PlainFormat) -> Self {
        match format {
            PlainFormat::Tsv => Self::Tsv,
            PlainFormat::Json => Self::Json,
            PlainFormat::Ndjson => Self::Ndjson,
        }
    }
}

impl From<Format> for varidex_columns::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Tsv => Self::Tsv,
            Format::Csv => Self::Csv,
            Format::Json => Self::Json,
            Format::Ndjson => Self::Ndjson,
            Format::Arrow => Self::Arrow,
        }
    }
}

/// What of a table is written, how and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Written {
    /// Only these columns, in this order; also those that are there only where they are asked for (an unknown name
    /// lists them)
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    columns: Vec<String>,
    /// At most so many rows; a message says how to go on
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Without the first so many rows; --after costs less
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    offset: u64,
    /// How many rows there are, in place of the rows
    #[arg(long, conflicts_with_all = ["columns", "no_header"])]
    count: bool,
    /// Without the line of names of TSV and CSV
    #[arg(long)]
    no_header: bool,
    /// The file to write; it appears whole or not at all, and replaces one of that name. `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How the table is written
    #[arg(long, value_enum, default_value_t = Format::Tsv)]
    format: Format,
}

impl Written {
    /// Writes a table.
    pub(crate) fn write(&self, table: Table, messages: Messages) -> Result<(), Failure> {
        let table = table.page(self.offset, self.limit);
        if self.count {
            return self.write_count(table);
        }
        let table = match &self.columns[..] {
            [] => table,
            names => table.select(names)?,
        };
        let table = match self.no_header {
            true => table.without_header(),
            false => table,
        };
        let format = self.format.into();
        let written = match self.file() {
            None => written(table.write(format, &mut io::stdout().lock()))?,
            Some(file) => to_file(file, |out| table.write(format, out))?,
        };
        say_cut(written, messages);
        Ok(())
    }

    /// The file to write; `None` is standard output.
    fn file(&self) -> Option<&Path> {
        let output = self.output.as_deref();
        output.filter(|output| *output != Path::new("-"))
    }

    fn write_count(&self, table: Table) -> Result<(), Failure> {
        let text = |rows: u64| match self.format {
            Format::Json | Format::Ndjson => {
                Ok(format!("{}\n", serde_json::json!({ "count": rows })))
            }
            Format::Tsv | Format::Csv => Ok(format!("{rows}\n")),
            Format::Arrow => {
                let message = "a count is one number: --format tsv, csv, json or ndjson";
                Err(Error::Usage(message.to_owned()))
            }
        };
        // before it is counted, which may take long
        text(0)?;
        let text = text(table.count()?)?;
        match self.file() {
            None => print(&text),
            Some(file) => to_file(file, |out| Ok(out.write_all(text.as_bytes())?)),
        }
    }
}

/// Writes a table that is not cut, with all of its columns.
pub(crate) fn write(
    table: Table,
    format: impl Into<varidex_columns::Format>,
    messages: Messages,
) -> Result<(), Failure> {
    let rows = written(table.write(format.into(), &mut io::stdout().lock()))?;
    say_cut(rows, messages);
    Ok(())
}

fn written<T>(result: Result<T, WriteError>) -> Result<T, Failure> {
    result.map_err(|error| match error {
        WriteError::Question(error) => Failure::Library(error),
        WriteError::Output(error) => Failure::Output(error),
    })
}

fn say_cut(written: Rows, messages: Messages) {
    match written {
        Rows::Whole => {}
        Rows::Cut(Some(token)) => messages.say(format_args!(
            "note: cut at the limit, go on with --after {token}"
        )),
        Rows::Cut(None) => messages.say("note: cut at the limit, there are more rows"),
    }
}

/// A file that takes no more once somebody asked to stop.
struct Watched<'f>(&'f mut File);

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match progress::interrupted() {
            true => Err(io::Error::other("asked to stop")),
            false => self.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Lets `f` write a file, which appears whole or not at all.
fn to_file<T>(
    to: &Path,
    f: impl FnOnce(&mut dyn Write) -> Result<T, WriteError>,
) -> Result<T, Failure> {
    let failed = |error| Failure::Library(Error::io(to, error));
    let watched = |file: &mut File| {
        let done = progress::stoppable(|| f(&mut Watched(file)));
        done.map_err(|error| match error {
            _ if progress::interrupted() => Failure::Library(Error::Cancelled),
            WriteError::Question(error) => Failure::Library(error),
            WriteError::Output(error) => failed(error),
        })
    };
    // a device or a pipe is written to: it must not be replaced
    if fs::metadata(to).is_ok_and(|known| !known.is_file()) {
        let mut file = File::options().write(true).open(to).map_err(failed)?;
        return watched(&mut file);
    }
    let directory = match to.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".varidex-table-");
    // temporary files are private by default; results are read by whom the umask allows
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(directory).map_err(failed)?;
    let done = watched(temporary.as_file_mut())?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(to).map_err(|e| failed(e.error))?;
    Ok(done)
}

/// Writes one line, or a few, to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

/// Writes a JSON value in lines that people can read.
pub(crate) fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}
