//! Handles: what programs hold for what the library keeps.
//!
//! A handle is a number that looks like a pointer and points to nothing. The library keeps what it
//! stands for in tables, where numbers are not used again: a handle that was freed, that is of another
//! kind or that never was one is refused, and no misuse of handles is undefined. A call holds on to
//! what it uses, so another thread may free the handle meanwhile.

use crate::dataset::Opened;
use crate::entry::Failure;
use crate::error::Refusal;
use crate::group::People;
use crate::page::Page;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use varidex::{Beacon, PolicyView, Published};

/// What somebody may see of a dataset that is open, of which all questions are asked. All functions may use
/// it from any number of threads at once.
#[derive(Debug)]
pub struct vdx_view(());

/// What leaves of a dataset under a policy. It never changes, and follows the decisions of people; all functions may use it from
/// any number of threads at once. It keeps its dataset, which may be closed before it is freed.
#[derive(Debug)]
pub struct vdx_policy_view(());

/// People of a view. It never changes; all functions may use it from any number of threads at once.
/// It keeps its dataset, which may be closed before it is freed.
#[derive(Debug)]
pub struct vdx_group(());

/// Why a call failed. It never changes; all functions may use it from any number of threads at once.
#[derive(Debug)]
pub struct vdx_error(());

/// How far a table was read: see vdx_table_options. All functions may use it from any number of threads at once.
#[derive(Debug)]
pub struct vdx_page(());

/// A beacon that is open. It never changes; all functions may use it from any number of threads at once.
#[derive(Debug)]
pub struct vdx_beacon(());

/// Published counts that are open. They never change; all functions may use them from any number of threads at once.
#[derive(Debug)]
pub struct vdx_published(());

/// What a handle stands for.
#[derive(Clone)]
pub(crate) enum Held {
    View(Arc<Opened>),
    PolicyView(Arc<PolicyView>),
    Group(Arc<People>),
    Page(Arc<Page>),
    Beacon(Arc<Beacon>),
    Published(Arc<Published>),
    Error(Arc<Refusal>),
}

/// A kind of thing that programs hold a handle of.
pub(crate) trait Kind: Sized {
    /// The type in the header.
    type Handle;
    const NAME: &'static str;

    fn hold(self) -> Held;
    fn of(held: Held) -> Option<Arc<Self>>;
}

macro_rules! kind {
    ($what:ty, $handle:ty, $variant:ident, $name:literal) => {
        impl Kind for $what {
            type Handle = $handle;
            const NAME: &'static str = $name;

            fn hold(self) -> Held {
                Held::$variant(Arc::new(self))
            }

            fn of(held: Held) -> Option<Arc<Self>> {
                match held {
                    Held::$variant(what) => Some(what),
                    _ => None,
                }
            }
        }
    };
}

kind!(Opened, vdx_view, View, "view");
kind!(PolicyView, vdx_policy_view, PolicyView, "policy view");
kind!(People, vdx_group, Group, "group");
kind!(Page, vdx_page, Page, "page");
kind!(Beacon, vdx_beacon, Beacon, "beacon");
kind!(Published, vdx_published, Published, "published file");
kind!(Refusal, vdx_error, Error, "error");

/// What is held by numbers of one remainder: threads that begin and end handles seldom meet in one.
#[derive(Default)]
struct Shelf {
    held: HashMap<usize, Held>,
    /// Texts that programs own, by their addresses.
    texts: HashMap<usize, CString>,
}

/// More than there are threads that work at once, as a rule.
const SHELVES: usize = 64;

static SHELVES_OF: LazyLock<[RwLock<Shelf>; SHELVES]> =
    LazyLock::new(|| std::array::from_fn(|_| RwLock::default()));
/// The number given last.
static LAST: AtomicUsize = AtomicUsize::new(0);

/// The shelf of a handle's number.
fn shelf(number: usize) -> &'static RwLock<Shelf> {
    let [first, ..] = &*SHELVES_OF;
    SHELVES_OF.get(number % SHELVES).unwrap_or(first)
}

/// The shelf of a text by its address, of which the low bits are the same in all.
fn shelf_of_text(address: usize) -> &'static RwLock<Shelf> {
    shelf(address >> 4)
}

fn read(shelf: &RwLock<Shelf>) -> RwLockReadGuard<'_, Shelf> {
    shelf.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(shelf: &RwLock<Shelf>) -> RwLockWriteGuard<'_, Shelf> {
    shelf.write().unwrap_or_else(PoisonError::into_inner)
}

/// A new handle.
pub(crate) fn put<K: Kind>(what: K) -> *mut K::Handle {
    let held = what.hold();
    let number = loop {
        // only where all numbers of a small machine were used are they used again
        let number = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        if number == 0 {
            continue;
        }
        if let Entry::Vacant(place) = write(shelf(number)).held.entry(number) {
            place.insert(held);
            break number;
        }
    };
    ptr::without_provenance_mut(number)
}

/// What a handle stands for.
pub(crate) fn get<K: Kind>(handle: *const K::Handle) -> Result<Arc<K>, Failure> {
    if handle.is_null() {
        return Err(Failure::Argument(format!("{} is NULL", K::NAME)));
    }
    let held = read(shelf(handle.addr())).held.get(&handle.addr()).cloned();
    held.and_then(K::of).ok_or_else(no_handle::<K>)
}

/// The same, and nothing where it is NULL.
pub(crate) fn get_some<K: Kind>(handle: *const K::Handle) -> Result<Option<Arc<K>>, Failure> {
    match handle.is_null() {
        true => Ok(None),
        false => get(handle).map(Some),
    }
}

/// Ends a handle; NULL is none.
pub(crate) fn free<K: Kind>(handle: *mut K::Handle) -> Result<(), Failure> {
    if handle.is_null() {
        return Ok(());
    }
    let gone = {
        let mut shelf = write(shelf(handle.addr()));
        let held = shelf.held.get(&handle.addr()).cloned();
        held.and_then(K::of).inspect(|_| {
            shelf.held.remove(&handle.addr());
        })
    };
    // what it stood for is dropped here, behind the lock
    gone.map(drop).ok_or_else(no_handle::<K>)
}

fn no_handle<K: Kind>() -> Failure {
    let name = K::NAME;
    Failure::Handle(format!(
        "{name} is not the handle of a {name}, or was freed"
    ))
}

/// How many handles and texts are held.
pub(crate) fn count() -> usize {
    let of = |shelf| {
        let shelf = read(shelf);
        shelf.held.len() + shelf.texts.len()
    };
    SHELVES_OF.iter().map(of).sum()
}

/// A text that the program owns from now on.
pub(crate) fn put_text(text: &str) -> *mut c_char {
    let text = c_text(text);
    let place = text.as_ptr();
    write(shelf_of_text(place.addr()))
        .texts
        .insert(place.addr(), text);
    place.cast_mut()
}

/// Ends a text; NULL is none.
pub(crate) fn free_text(text: *mut c_char) -> Result<(), Failure> {
    if text.is_null() {
        return Ok(());
    }
    let gone = write(shelf_of_text(text.addr())).texts.remove(&text.addr());
    if gone.is_some() {
        return Ok(());
    }
    let message = "text is not one that the library gave, or was freed";
    Err(Failure::Handle(message.to_owned()))
}

/// A text for C. C cannot hold what is behind a NUL: it stands as U+FFFD, which nobody takes for data.
pub(crate) fn c_text(text: &str) -> CString {
    CString::new(text)
        .or_else(|_| CString::new(text.replace('\0', "\u{fffd}")))
        .unwrap_or_default()
}

/// Where a text begins, NULL where there is none.
pub(crate) fn place_of(text: Option<&CString>) -> *const c_char {
    text.map_or(ptr::null(), |text| CStr::as_ptr(text))
}
