//! Packets and families of Phenopackets, 1 and 2.

use super::biosample;
use super::entries;
use super::individual::{
    NO_SEX, Reported, about, hand, lists, need_id, one, reported, several, sound, tissue,
};
use super::json::{Context, Fault, Step, field, first, id};
use super::sample_facts::SampleSaid;
use super::sex::read_sex;
use super::status;
use super::tree::Json;
use crate::model::{Kin, Person, SampleNameKind};

pub(super) fn family(context: &mut Context<'_>, value: &Json, each: &mut dyn FnMut(Reported)) {
    let lines = field(value, "pedigree").and_then(|pedigree| field(pedigree, "persons"));
    let lines = lines.and_then(Json::as_array).unwrap_or(&[]);
    // ids hold within the family, whatever its lines call it
    let name = field(value, "id").or_else(|| lines.iter().find_map(|line| field(line, "familyId")));
    let name = name.and_then(id).unwrap_or_default();
    let mut each = |reported: Reported| {
        each(Reported {
            family: name.clone(),
            ..reported
        });
    };
    if let Some(proband) = field(value, "proband") {
        context.within(Step::Key("proband"), |context| {
            one(context, proband, &mut each)
        });
    }
    several(context, value, "relatives", &mut each);
    context.within(Step::Key("pedigree"), |context| {
        for (index, line) in lines.iter().enumerate() {
            context.within(Step::Key("persons"), |context| {
                context.within(Step::Index(index), |context| {
                    let reported =
                        sound(context, line).and_then(|()| relative(context, line, value));
                    hand(context, line, reported, &mut each);
                });
            });
        }
    });
}

pub(super) fn packet(context: &mut Context<'_>, value: &Json) -> Result<Reported, Fault> {
    let packet = match field(value, "id") {
        Some(_) => Some(need_id(context, value, &["id"])?),
        None => None,
    };
    if let Some(about) = field(value, "metaData") {
        version(context, about)?;
        // of the packet, not of the person
        about.pass();
    }
    let subject = field(value, "subject").unwrap_or(&Json::Null);
    let subject_id = context.within(Step::Key("subject"), |context| {
        need_id(context, subject, &["id"])
    })?;
    let mut person = Person::of(subject_id.clone());
    if let Some(packet) = &packet {
        person.name(SampleNameKind::Packet, packet.clone());
    }
    context.within(Step::Key("subject"), |context| {
        about(context, subject, &mut person)
    })?;
    lists(context, value, &mut person.records)?;
    context.each(value, &["medicalActions"], |context, action| {
        entries::action(context, action, &mut person.records)
    })?;
    let mut own = vec![subject_id.clone()];
    let mut columns = Vec::new();
    let mut samples = Vec::new();
    context.each(value, &["biosamples"], |context, sample| {
        let sample_id = need_id(context, sample, &["id"])?;
        let owner = field(sample, "individualId").and_then(id);
        if owner.is_some_and(|owner| owner != subject_id) {
            sample.pass();
            context.odd(
                "a biosample of somebody else than the subject: left out",
                sample,
            );
            return Ok(());
        }
        person.name(SampleNameKind::Biosample, sample_id.clone());
        samples.push(SampleSaid {
            names: vec![sample_id.clone()],
            said: biosample::said(context, sample),
        });
        own.push(sample_id);
        files(context, sample, &mut columns)?;
        tissue(context, sample, &mut person.records)
    })?;
    files(context, value, &mut columns)?;
    for sample in &mut samples {
        // the column of a biosample may have another name
        let own = columns
            .iter()
            .filter(|(of, _)| sample.names.first() == Some(of));
        let own: Vec<String> = own.map(|(_, name)| name.clone()).collect();
        sample.names.extend(own);
    }
    for (_, name) in columns.into_iter().filter(|(owner, _)| own.contains(owner)) {
        person.name(SampleNameKind::File, name);
    }
    let mut reported = reported(context, person, packet);
    reported.samples = samples;
    Ok(reported)
}

/// A later version may say in other ways what somebody does not have.
fn version(context: &mut Context<'_>, about: &Json) -> Result<(), Fault> {
    const KEY: &str = "phenopacketSchemaVersion";
    let Some(found) = field(about, KEY) else {
        return Ok(());
    };
    let text = found.as_str().unwrap_or_default();
    let major = text.trim_start_matches(['v', 'V']).split(['.', '-']).next();
    match major.unwrap_or_default() {
        "" | "1" | "2" if found.as_str().is_some() => Ok(()),
        _ => Err(context.within(Step::Key("metaData"), |context| {
            context.within(Step::Key(KEY), |context| {
                context.fault("version 1 or 2 of Phenopackets", found)
            })
        })),
    }
}

/// Ids, and by which names their columns go in files.
fn files(
    context: &mut Context<'_>,
    value: &Json,
    columns: &mut Vec<(String, String)>,
) -> Result<(), Fault> {
    context.each(value, &["files", "htsFiles"], |_, file| {
        let keys = [
            "individualToFileIdentifiers",
            "individualToSampleIdentifiers",
        ];
        if let Some((_, names)) = first(file, &keys) {
            let names = names.pairs();
            columns.extend(names.filter_map(|(owner, name)| Some((owner.to_owned(), id(name)?))));
        }
        Ok(())
    })
}

/// A line of the pedigree of a family of Phenopackets.
fn relative(context: &mut Context<'_>, line: &Json, family: &Json) -> Result<Reported, Fault> {
    let mut person = Person::of(need_id(context, line, &["individualId"])?);
    let parent = |key| field(line, key).and_then(id).filter(|id| id != "0");
    if let Some(sex) = field(line, "sex") {
        match read_sex(sex) {
            Some(sex) => person.sex = sex,
            None => context.odd(NO_SEX, sex),
        }
    }
    person.kin = Some(Kin {
        family: field(line, "familyId")
            .or(field(family, "id"))
            .and_then(id)
            .unwrap_or_default(),
        father: parent("paternalId"),
        mother: parent("maternalId"),
        affected: status::affected(context, line, "affectedStatus")?,
    });
    Ok(reported(context, person, None))
}
