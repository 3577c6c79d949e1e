//! What the workers need to know of the header and the options, looked up by bytes.

use super::alike::LastHeader;
use super::header::Header;
use super::key_hash::KeyHash;
use super::phase::PhaseFields;
use super::scan::{Layout, Least};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Which parts of the input are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadOptions {
    /// INFO keys with values that are kept, at most 65,535.
    pub info_keys: Vec<String>,
    /// A genotype with a GQ (where there is none, an RGQ) below this becomes missing.
    pub min_gq: Option<f64>,
    /// A genotype with a DP (where there is none, a MIN_DP) below this becomes missing.
    pub min_dp: Option<f64>,
    pub last: LastHeader,
}

/// What is done with an INFO key.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InfoKey {
    pub(super) declared: bool,
    pub(super) asked: Option<u16>,
    pub(super) role: Option<Role>,
}

/// An INFO key that says what a record's alleles are and where they end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    End,
    SvLen,
    SvType,
    /// The contig that END is on, where that is another.
    Chr2,
}

/// From VCF 4.5 on, FORMAT LEN is the length of a sample's reference block.
const BLOCKS_FROM: u32 = 5;

/// The warnings where a bound decides nothing.
struct Undecided {
    absent: &'static str,
    unknown: &'static str,
}

/// Reference blocks have the least depth in place of the depth, and GATK gives sites without variant a
/// quality of their own.
const GQ: Undecided = Undecided {
    absent: "a record with neither GQ nor RGQ: --min-gq decides nothing there",
    unknown: "a called genotype with neither GQ nor RGQ: --min-gq decides nothing there",
};
const DP: Undecided = Undecided {
    absent: "a record with neither DP nor MIN_DP: --min-dp decides nothing there",
    unknown: "a called genotype with neither DP nor MIN_DP: --min-dp decides nothing there",
};

type Map<V> = HashMap<Vec<u8>, V, KeyHash>;
type Set = HashSet<Vec<u8>, KeyHash>;

/// What a header declares and the options ask for.
#[derive(Debug)]
pub(super) struct Keys {
    /// Length where known.
    pub(super) contigs: Map<Option<u64>>,
    pub(super) info: Map<InfoKey>,
    pub(super) formats: Set,
    pub(super) filters: Set,
}

/// The header and the options, ready to be asked.
pub(super) struct Plan {
    pub(super) file: String,
    pub(super) samples: Arc<[String]>,
    pub(super) keys: Arc<Keys>,
    /// The file is VCF 4.this.
    pub(super) version: u32,
    pub(super) min_gq: Option<f64>,
    pub(super) min_dp: Option<f64>,
    /// Whether chunks keep the bytes of their records.
    pub(super) raw: bool,
}

impl Keys {
    pub(super) fn new(header: &Header, info_keys: &[String]) -> Self {
        let bytes = |s: &str| s.as_bytes().to_vec();
        let mut info: Map<InfoKey> = Map::default();
        for definition in header.info.iter() {
            info.entry(bytes(&definition.key)).or_default().declared = true;
        }
        for (key, role) in [
            ("END", Role::End),
            ("SVLEN", Role::SvLen),
            ("SVTYPE", Role::SvType),
            ("CHR2", Role::Chr2),
        ] {
            info.entry(bytes(key)).or_default().role = Some(role);
        }
        for (n, key) in (0..=u16::MAX).zip(info_keys) {
            info.entry(bytes(key)).or_default().asked.get_or_insert(n);
        }
        let contigs = header.contigs.iter();
        Self {
            contigs: contigs.map(|c| (bytes(&c.name), c.length)).collect(),
            info,
            formats: header.formats.iter().map(|d| bytes(&d.key)).collect(),
            filters: header.filters.iter().map(|key| bytes(key)).collect(),
        }
    }
}

impl Plan {
    pub(super) fn new(file: &str, header: &Header, options: &ReadOptions) -> Self {
        Self {
            file: file.to_owned(),
            samples: Arc::clone(&header.samples),
            keys: options.last.keys(header, &options.info_keys),
            version: header.minor_version(),
            min_gq: options.min_gq,
            min_dp: options.min_dp,
            raw: false,
        }
    }

    /// Where the genotype and what decides about it stand among FORMAT's keys.
    pub(super) fn layout<'k>(
        &self,
        keys: impl Iterator<Item = &'k [u8]> + Clone,
    ) -> Result<Layout, &'static str> {
        let place = |key: &[u8]| keys.clone().position(|k| k == key);
        let twice = |key: &[u8]| keys.clone().filter(|&k| k == key).count() > 1;
        let mut layout = Layout::default();
        if twice(b"GT") || twice(b"LGT") || twice(b"LAA") {
            return Err("each FORMAT key once");
        }
        layout.genotype = place(b"GT");
        if layout.genotype.is_none() {
            layout.genotype = place(b"LGT");
            layout.local = place(b"LAA");
            match (layout.genotype, layout.local) {
                (Some(_), None) => return Err("LAA beside LGT"),
                (None, _) => layout.local = None,
                _ => {}
            }
        }
        layout.phase = PhaseFields {
            set: place(b"PS"),
            haplotypes: place(b"PSL"),
        };
        layout.alone = layout.genotype == Some(0) && keys.clone().count() == 1;
        if self.version >= BLOCKS_FROM {
            layout.block = place(b"LEN");
            layout.blocks = self.keys.formats.contains(&b"LEN"[..]);
        }
        let bounds = [
            (&GQ, [&b"GQ"[..], b"RGQ"], self.min_gq),
            (&DP, [b"DP", b"MIN_DP"], self.min_dp),
        ];
        for (names, fields, least) in bounds {
            let (Some(least), true) = (least, layout.genotype.is_some()) else {
                continue;
            };
            let fields = fields.map(place);
            match fields {
                [None, None] => layout.undecided.push(names.absent),
                fields => layout.least.push(Least {
                    fields,
                    least,
                    unknown: names.unknown,
                }),
            }
        }
        Ok(layout)
    }
}
