//! `varidex variants`.

use crate::args::Variants;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::write;

pub(crate) fn run(args: &Variants, messages: Messages) -> Result<(), Failure> {
    let view = super::open(&args.dataset)?;
    let query = super::query(args, None)?;
    super::say_notes_on(&query, &view, messages)?;
    let table = varidex_columns::variants(&view, &query)?;
    write(table, &args.columns, args.format, messages)
}
