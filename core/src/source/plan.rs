//! What the workers need to know of the header and the options, looked up by bytes.

use super::header::Header;
use super::scan::Layout;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

/// Which parts of the input are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadOptions {
    /// INFO keys whose values are kept, at most 65,535.
    pub info_keys: Vec<String>,
    /// A genotype with a GQ below this becomes missing.
    pub min_gq: Option<f64>,
    /// A genotype with a DP below this becomes missing.
    pub min_dp: Option<f64>,
}

/// What is done with an INFO key.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InfoKey {
    pub(super) declared: bool,
    pub(super) asked: Option<u16>,
    pub(super) role: Option<Role>,
}

/// An INFO key that says where a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    End,
    SvLen,
}

type Map<V> = HashMap<Vec<u8>, V, Xxh3DefaultBuilder>;
type Set = HashSet<Vec<u8>, Xxh3DefaultBuilder>;

/// The header and the options, ready to be asked.
pub(super) struct Plan {
    pub(super) file: String,
    pub(super) samples: Arc<[String]>,
    /// Length where known.
    pub(super) contigs: Map<Option<u64>>,
    pub(super) info: Map<InfoKey>,
    pub(super) formats: Set,
    pub(super) filters: Set,
    pub(super) min_gq: Option<f64>,
    pub(super) min_dp: Option<f64>,
    /// Whether chunks keep the bytes of their records.
    pub(super) raw: bool,
}

impl Plan {
    pub(super) fn new(file: &str, header: &Header, options: &ReadOptions) -> Self {
        let bytes = |s: &str| s.as_bytes().to_vec();
        let mut info: Map<InfoKey> = Map::default();
        for definition in &header.info {
            info.entry(bytes(&definition.key)).or_default().declared = true;
        }
        info.entry(bytes("END")).or_default().role = Some(Role::End);
        info.entry(bytes("SVLEN")).or_default().role = Some(Role::SvLen);
        for (n, key) in (0..=u16::MAX).zip(&options.info_keys) {
            info.entry(bytes(key)).or_default().asked.get_or_insert(n);
        }
        let contigs = header.contigs.iter();
        Self {
            file: file.to_owned(),
            samples: Arc::clone(&header.samples),
            contigs: contigs.map(|c| (bytes(&c.name), c.length)).collect(),
            info,
            formats: header.formats.iter().map(|d| bytes(&d.key)).collect(),
            filters: header.filters.iter().map(|key| bytes(key)).collect(),
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
        layout.alone = layout.genotype == Some(0) && keys.clone().count() == 1;
        for (key, least) in [(&b"GQ"[..], self.min_gq), (b"DP", self.min_dp)] {
            if let (Some(at), Some(least)) = (place(key), least) {
                layout.least.push((at, least));
            }
        }
        Ok(layout)
    }
}
