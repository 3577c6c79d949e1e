//! `varidex variants`.

use crate::args::Variants;
use crate::failure::Failure;
use crate::progress::Messages;

pub(crate) fn run(args: &Variants, messages: Messages) -> Result<(), Failure> {
    let view = super::open(&args.dataset, &args.seen, messages)?;
    let group = super::group(&view, args.group.as_deref(), messages)?;
    let query = super::query(args, group.as_ref())?;
    super::say_notes_on(&query, &view, messages)?;
    let table = varidex_columns::variants(&view, &query)?;
    args.written.write(table, messages)
}
