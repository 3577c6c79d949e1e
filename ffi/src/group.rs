//! Questions about people.

use crate::dataset::Opened;
use crate::each::{go_on, needed};
use crate::entry::{Answer, array, caught, entry, out, text};
use crate::error::{plain_status, vdx_status};
use crate::handle::{c_text, free, get, put, put_text, vdx_error, vdx_group, vdx_view};
use std::ffi::{c_char, c_int, c_void};
use varidex::{Group, Result};

/// A group, as a handle keeps it.
#[derive(Debug)]
pub(crate) struct People(pub(crate) Group);

/// Somebody of a group. The text is gone when the callback returns.
#[repr(C)]
pub struct vdx_person {
    /// The person's id, or the name of a sample of which no person is known.
    pub id: *const c_char,
    /// How similar they are where a similarity was asked for, NaN otherwise.
    pub score: f64,
}

/// Takes somebody of a group; other than 0 ends the listing with VDX_CANCELLED.
pub type vdx_person_fn =
    Option<unsafe extern "C" fn(person: *const vdx_person, user: *mut c_void) -> c_int>;

/// The people that an expression picks, such as `carriers(gene:RYR1 & af<0.01) & sex:female`. Free them
/// with vdx_group_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_ask(
    view: *const vdx_view,
    expression: *const c_char,
    group: *mut *mut vdx_group,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, who) = unsafe { (out(group, "group")?, text(expression, "expression")) };
        to.set(std::ptr::null_mut());
        let opened = get::<Opened>(view)?;
        to.set(put(People(opened.view.ask(who?)?)));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// What is done to find the people that an expression picks, in lines for people to read. Free the text
/// with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_explain(
    view: *const vdx_view,
    expression: *const c_char,
    explanation: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, who) = unsafe {
            (
                out(explanation, "explanation")?,
                text(expression, "expression"),
            )
        };
        to.set(std::ptr::null_mut());
        let opened = get::<Opened>(view)?;
        to.set(put_text(&opened.view.explain(who?)?.to_string()));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// How many individuals: a person once, however many samples there are; a sample of which no person is
/// known as one of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_group_count(
    group: *const vdx_group,
    count: *mut u64,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `count` is as the header says
        let to = unsafe { out(count, "count") }?;
        to.set(get::<People>(group)?.0.count());
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Whether somebody with this id is in a group: 1 or 0. A person's id, or the name of a sample.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_group_contains(
    group: *const vdx_group,
    id: *const c_char,
    contains: *mut c_int,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, id) = unsafe { (out(contains, "contains")?, text(id, "id")?) };
        to.set(get::<People>(group)?.0.contains(id)?.into());
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Lists a group: in the order of samples, then people without samples; the most similar first where a
/// similarity was asked for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_each_person(
    group: *const vdx_group,
    each: vdx_person_fn,
    user: *mut c_void,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        let people = get::<People>(group)?;
        let each = needed(each)?;
        for (id, score) in people.0.ranked()? {
            let id = c_text(id);
            let person = vdx_person {
                id: id.as_ptr(),
                score: score.unwrap_or(f64::NAN),
            };
            // SAFETY: the program gave the function together with `user`; `person` outlives the call
            go_on(unsafe { each(&raw const person, user) })?;
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// The numbers of a group's samples, ascending. `count` is how many there are; up to `room` of them are
/// written to `numbers`, which may be NULL where `room` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_group_samples(
    group: *const vdx_group,
    numbers: *mut u32,
    room: usize,
    count: *mut usize,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `count` is as the header says
        let to = unsafe { out(count, "count") }?;
        // SAFETY: so is `numbers`; the slice is only checked, and written to by its pointer
        let room = unsafe { array(numbers.cast_const().cast::<MaybeNumber>(), room, "numbers") }?;
        let people = get::<People>(group)?;
        for (i, sample) in people.0.samples().iter().take(room.len()).enumerate() {
            // SAFETY: `array` has checked `numbers`, and `i` is below the room there
            unsafe { numbers.add(i).write(sample) };
        }
        to.set(usize::try_from(people.0.samples().len()).unwrap_or(usize::MAX));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// A number that may not be there yet.
type MaybeNumber = std::mem::MaybeUninit<u32>;

/// How two groups make a third.
type Join = fn(&Group, &Group) -> Result<Group>;

/// # Safety
///
/// `group` and `error` are as the header says.
unsafe fn join(
    a: *const vdx_group,
    b: *const vdx_group,
    group: *mut *mut vdx_group,
    error: *mut *mut vdx_error,
    how: Join,
) -> vdx_status {
    let work = || -> Answer {
        // SAFETY: `group` is as the header says
        let to = unsafe { out(group, "group") }?;
        to.set(std::ptr::null_mut());
        let (a, b) = (get::<People>(a)?, get::<People>(b)?);
        to.set(put(People(how(&a.0, &b.0)?)));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Those of both groups, which must be of the same state of a dataset.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_group_and(
    a: *const vdx_group,
    b: *const vdx_group,
    group: *mut *mut vdx_group,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe { join(a, b, group, error, Group::intersection) }
}

/// Those of either group.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_group_or(
    a: *const vdx_group,
    b: *const vdx_group,
    group: *mut *mut vdx_group,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe { join(a, b, group, error, Group::union) }
}

/// Those of the first group that are not in the second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_group_without(
    a: *const vdx_group,
    b: *const vdx_group,
    group: *mut *mut vdx_group,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe { join(a, b, group, error, Group::difference) }
}

/// Frees a group; NULL is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_group_free(group: *mut vdx_group) -> vdx_status {
    plain_status(caught(|| free::<People>(group)).flatten())
}
