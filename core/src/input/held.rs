//! Inputs in memory instead of on disk, for fuzz targets.

use crate::format::Storage;
use std::cell::RefCell;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

thread_local! {
    static FROM: RefCell<Option<Arc<dyn Storage>>> = const { RefCell::new(None) };
}

/// Calls `f`, while this thread opens all its inputs in `storage` and none on disk.
pub(crate) fn reading_from<T>(storage: Arc<dyn Storage>, f: impl FnOnce() -> T) -> T {
    /// Also where `f` panics.
    struct Back(Option<Arc<dyn Storage>>);
    impl Drop for Back {
        fn drop(&mut self) {
            FROM.set(self.0.take());
        }
    }
    let _back = Back(FROM.replace(Some(storage)));
    f()
}

/// The same for another thread, which opens inputs where this one does.
pub(crate) fn as_here<T>() -> impl FnOnce(&mut dyn FnMut() -> T) -> T {
    let from = FROM.with_borrow(Clone::clone);
    move |f| match from {
        Some(storage) => reading_from(storage, f),
        None => f(),
    }
}

/// An input and its length; `None` where inputs are on disk.
pub(super) fn open(path: &Path) -> Option<io::Result<(impl Read + Send + 'static, u64)>> {
    let mapped = FROM.with_borrow(|from| from.as_ref().map(|from| from.map(path)))?;
    Some(mapped.map(|bytes| {
        let len = bytes.len() as u64;
        (Cursor::new(bytes), len)
    }))
}
