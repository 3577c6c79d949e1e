//! `varidex frequencies`.

use crate::args::Frequencies;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::write;

pub(crate) fn run(args: &Frequencies, messages: Messages) -> Result<(), Failure> {
    let asked = &args.grouped.variants;
    let view = super::open(&asked.dataset)?;
    let group = super::group(&view, args.grouped.group.as_deref(), messages)?;
    let counting = match &group {
        Some(group) => group.counting_note(),
        None => view.all()?.counting_note(),
    };
    super::say_notes(&counting, messages);
    let query = super::query(asked, group.as_ref())?;
    super::say_notes_on(&query, &view, messages)?;
    let table = varidex_columns::frequencies(&view, &query, &args.by)?;
    write(table, &asked.columns, asked.format, messages)
}
