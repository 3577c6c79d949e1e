//! Which rows and columns of a table there are, and where it goes on.

use crate::entry::{Answer, Growing, caught, entry, out, parse, read_options, some_text, texts};
use crate::error::{plain_status, vdx_status};
use crate::handle::{free, get, put, put_text, vdx_error, vdx_page};
use std::ffi::c_char;
use std::mem::offset_of;
use std::sync::{Arc, Mutex, PoisonError};
use varidex::RowToken;
use varidex_columns::Table;

/// Which rows and columns of a table there are. Begin with vdx_table_options_init; all zero is the whole table.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_table_options {
    /// sizeof(vdx_table_options), set by the program.
    pub struct_size: usize,
    /// Only these columns, in this order, also those that there are only where they are asked for: qual, end, covered,
    /// info.KEY ... An unknown name is an error that lists them.
    pub columns: *const *const c_char,
    /// How many; 0: the usual ones.
    pub n_columns: usize,
    /// Rows to be left out at the beginning. They are walked: `after` costs less.
    pub offset: u64,
    /// Rows at most; 0: all.
    pub limit: u64,
    /// Only rows behind the one that this token is of, as vdx_page_token gave it for the same question: of variants,
    /// frequencies and carriers. Other tables refuse it with VDX_USAGE.
    pub after: *const c_char,
    /// Where it is not NULL, it takes a handle that says how far the stream was read: see vdx_page_token. Free it with
    /// vdx_page_free.
    pub page: *mut *mut vdx_page,
    /// Where it is not NULL, it takes how many rows there are, and nothing else is computed: `stream` may be NULL then,
    /// and where it is not, it is set to one that was released.
    pub count: *mut u64,
}

// SAFETY: the first field is a `usize`, and zeros are NULL and numbers
unsafe impl Growing for vdx_table_options {
    const FIRST: usize = offset_of!(Self, count) + size_of::<*mut u64>();
}

/// How far a table was read: where it goes on behind that.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page(Arc<Mutex<Option<RowToken>>>);

impl Page {
    /// Keeps where the table goes on; `None` where there are no more rows.
    pub(crate) fn set(&self, token: Option<RowToken>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    fn token(&self) -> Option<RowToken> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What of a table is asked for.
pub(crate) struct Part<'a> {
    columns: Vec<&'a str>,
    offset: u64,
    limit: Option<u64>,
    after: Option<RowToken>,
    page: Option<crate::entry::Out<*mut vdx_page>>,
    pub(crate) count: Option<crate::entry::Out<u64>>,
}

impl Part<'_> {
    /// What the options say.
    ///
    /// # Safety
    ///
    /// `options`, and what they point to, are as the header says.
    pub(crate) unsafe fn of(options: *const vdx_table_options) -> Answer<Self> {
        // SAFETY: the same promise
        unsafe {
            let given = read_options(options, "options")?;
            let page = match given.page.is_null() {
                true => None,
                false => Some(out(given.page, "page")?),
            };
            if let Some(page) = &page {
                page.set(std::ptr::null_mut());
            }
            let count = match given.count.is_null() {
                true => None,
                false => Some(out(given.count, "count")?),
            };
            Ok(Self {
                columns: texts(given.columns, given.n_columns, "columns")?,
                offset: given.offset,
                limit: (given.limit != 0).then_some(given.limit),
                after: some_text(given.after, "after")?.map(parse).transpose()?,
                page,
                count,
            })
        }
    }

    /// The row behind which the table begins, of a question with a table that can be read in pages.
    pub(crate) fn after(&mut self) -> Option<RowToken> {
        self.after.take()
    }

    /// The rows and columns of a table.
    pub(crate) fn of_table(&self, table: Table) -> Answer<Table> {
        if self.after.is_some() {
            let message = "this table cannot be read in pages: `after` must be NULL";
            return Err(varidex::Error::Usage(message.to_owned()).into());
        }
        let table = table.page(self.offset, self.limit);
        Ok(match &self.columns[..] {
            [] => table,
            names => table.select(names)?,
        })
    }

    /// What keeps how far the table is read, which the program gets a handle of where it wants one.
    pub(crate) fn page(&self) -> Page {
        let page = Page::default();
        if let Some(place) = &self.page {
            place.set(put(page.clone()));
        }
        page
    }
}

/// Where a table goes on behind the rows that were read of its stream, for vdx_table_options.after: `token` takes a text,
/// which is to be freed with vdx_text_free, or NULL where there are no more rows, where nothing was read yet, and of
/// tables that cannot be read in pages. A token is of one state of a dataset and of one question.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_page_token(
    page: *const vdx_page,
    token: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `token` is as the header says
        let to = unsafe { out(token, "token") }?;
        to.set(std::ptr::null_mut());
        if let Some(token) = get::<Page>(page)?.token() {
            to.set(put_text(&token.to_string()));
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Frees a page; NULL is none. The stream it is of is not touched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_page_free(page: *mut vdx_page) -> vdx_status {
    plain_status(caught(|| free::<Page>(page)).flatten())
}
