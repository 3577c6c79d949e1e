//! Families of Beacon's individuals.

use super::json::{Context, Fault, coding, field, id};
use super::status;
use super::tree::Json;
use crate::model::{Kin, Person};

/// Beacon's pedigrees: the family, whether affected, and a proband's parents where they are known
/// without doubt.
pub(super) fn pedigree(
    context: &mut Context<'_>,
    value: &Json,
    person: &mut Person,
) -> Result<(), Fault> {
    let list = field(value, "pedigrees").and_then(Json::as_array);
    for pedigree in list.into_iter().flatten() {
        let members = field(pedigree, "members").and_then(Json::as_array);
        let members = || members.into_iter().flatten();
        let name = |member: &Json| field(member, "memberId").and_then(id);
        let role = |member: &Json| {
            field(member, "role")
                .and_then(coding)
                .unwrap_or_default()
                .id
        };
        let Some(own) = members().find(|member| name(member).as_ref() == Some(&person.id)) else {
            continue;
        };
        let parent = |code: &str| {
            let mut found = members().filter(|member| role(member) == code);
            let one = found.next().and_then(name);
            one.filter(|_| found.next().is_none() && role(own) == "NCIT:C64435")
        };
        person.kin = Some(Kin {
            family: field(pedigree, "id").and_then(id).unwrap_or_default(),
            father: parent("NCIT:C96572"),
            mother: parent("NCIT:C96580"),
            affected: status::affected(context, own, "affected")?,
        });
        // the others have records of their own
        members().for_each(Json::pass);
        return Ok(());
    }
    Ok(())
}
