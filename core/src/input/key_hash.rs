//! Hashes of short keys.

use std::hash::{BuildHasherDefault, Hasher};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// For maps that are asked for every record: xxHash that takes a key at once, where its state for keys in parts
/// is hundreds of bytes to begin and to end with.
pub(crate) type KeyHash = BuildHasherDefault<KeyHasher>;

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    /// The length of a key, which is in its hash anyway.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
