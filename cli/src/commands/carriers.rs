//! `varidex carriers`.

use crate::args::Carriers;
use crate::failure::Failure;
use crate::progress::Messages;
use varidex::Trios;

pub(crate) fn run(args: &Carriers, messages: Messages) -> Result<(), Failure> {
    let asked = &args.variants;
    let view = super::open(&asked.dataset, &asked.seen, messages)?;
    let group = super::group(&view, asked.group.as_deref(), messages)?;
    let query = super::query(asked, group.as_ref())?;
    super::say_notes_on(&query, &view, messages)?;
    let table = match (args.compound, &args.trio) {
        (true, _) => varidex_columns::compounds(&view, &query)?,
        (false, trio) => {
            let trios = trio.as_ref().map(|ped| Trios::from_ped(&view, ped));
            varidex_columns::carriers(&view, &query, trios.transpose()?)?
        }
    };
    asked.written.write(table, messages)
}
