//! Writing free attributes, row by row.

use super::{AGES, ATTRIBUTES_MAX, DAYS, of_number, of_span};
use crate::error::{Error, Result};
use crate::format::{
    ColumnWriter, ContainerWriter, Folder, Kind, Spool, TextWriter, plain, unnamed,
};
use crate::model::{AttributeType, AttributeValue};
use crate::store::Texts;
use std::io;

/// Between the id and the label of a code: no text has it.
const BETWEEN: u8 = b'\n';

/// So many bytes of texts are held in any case. Tests have little time for so many.
const LEAST: u64 = if cfg!(test) { 1 << 12 } else { 1 << 20 };

/// The columns of attributes in the making.
pub(crate) struct FreeWriter {
    attributes: Vec<(String, AttributeType)>,
    columns: Vec<ColumnWriter>,
    texts: Texts,
    codes: Texts,
    /// Bytes of texts and codes, and how many there may be.
    held: u64,
    most: u64,
    code: Vec<u8>,
}

impl FreeWriter {
    /// Of attributes in the order of their names in lower case. Different texts take up to about
    /// `most` bytes, or a million.
    pub(crate) fn new(
        attributes: Vec<(String, AttributeType)>,
        folder: Option<&Folder>,
        most: u64,
    ) -> Result<Self> {
        if attributes.len() > ATTRIBUTES_MAX {
            return Err(Error::Usage(format!(
                "{} free attributes: at most {ATTRIBUTES_MAX} are kept",
                attributes.len()
            )));
        }
        let column = |_| ColumnWriter::nullable().spooled(Spool::new(unnamed(folder)));
        Ok(Self {
            columns: attributes.iter().map(column).collect(),
            attributes,
            texts: Texts::default(),
            codes: Texts::default(),
            held: 0,
            most: most.max(LEAST),
            code: Vec::new(),
        })
    }

    /// The next row: the values that there are, with the numbers of their attributes, ascending.
    pub(crate) fn push(&mut self, row: &[(u32, AttributeValue)]) -> Result<()> {
        let mut row = row.iter().peekable();
        for number in 0..self.attributes.len() {
            let value = row.next_if(|(of, _)| *of as usize == number);
            let value = match value {
                Some((_, value)) => Some(self.stored(number, value)?),
                None => None,
            };
            if let Some(column) = self.columns.get_mut(number) {
                column.push_nullable(value);
            }
        }
        Ok(())
    }

    fn stored(&mut self, number: usize, value: &AttributeValue) -> Result<i64> {
        let known = match value {
            AttributeValue::Text(text) => Some(self.text(number, text)?),
            AttributeValue::Code(code) => {
                let mut joined = std::mem::take(&mut self.code);
                joined.clear();
                joined.extend_from_slice(plain(&code.id).as_bytes());
                joined.push(BETWEEN);
                joined.extend_from_slice(plain(&code.label).as_bytes());
                let before = self.codes.len();
                let entry = self.codes.add(&joined);
                self.hold(number, (before != self.codes.len()).then_some(joined.len()))?;
                self.code = joined;
                Some(i64::from(entry))
            }
            AttributeValue::Number(value) => value.is_finite().then(|| of_number(*value)),
            AttributeValue::Date(days) => of_span((days.first, days.last), DAYS),
            AttributeValue::Age(ages) => of_span((ages.low.0, ages.high.0), AGES),
        };
        known.ok_or_else(|| {
            let name = self.name(number);
            Error::Usage(format!("attribute {name}: {value:?} cannot be stored"))
        })
    }

    fn text(&mut self, number: usize, text: &str) -> Result<i64> {
        let text = plain(text);
        let before = self.texts.len();
        let entry = self.texts.add(text.as_bytes());
        self.hold(number, (before != self.texts.len()).then_some(text.len()))?;
        Ok(i64::from(entry))
    }

    /// Counts a new text of so many bytes.
    fn hold(&mut self, number: usize, new: Option<usize>) -> Result<()> {
        /// What a text takes beside its bytes.
        const COST: u64 = 24;
        let Some(len) = new else {
            return Ok(());
        };
        self.held += len as u64 + COST;
        match self.held <= self.most {
            true => Ok(()),
            false => Err(Error::Usage(format!(
                "attribute {}: different texts of attributes take more than {} bytes of memory: allow more, or leave \
                 it out",
                self.name(number),
                self.most
            ))),
        }
    }

    fn name(&self, number: usize) -> &str {
        let attribute = self.attributes.get(number);
        attribute.map_or("", |(name, _)| name)
    }

    /// The sections. Attributes of which no row has a value are left out.
    pub(crate) fn finish(self, file: &mut ContainerWriter) -> io::Result<()> {
        let mut names = TextWriter::default();
        let mut columns = Vec::new();
        for ((name, kind), column) in self.attributes.iter().zip(self.columns) {
            let section = column.finish_spooled()?;
            if section.len() > 0 {
                names.push(format!("{name}\t{}", kind.name()).as_bytes());
                columns.push(section);
            }
        }
        let mut texts = TextWriter::default();
        (0..self.texts.len()).for_each(|n| texts.push(self.texts.bytes_of(n)));
        let (mut ids, mut labels) = (TextWriter::default(), TextWriter::default());
        for number in 0..self.codes.len() {
            let code = self.codes.get(number);
            let (id, label) = code.split_once(char::from(BETWEEN)).unwrap_or_default();
            ids.push(id.as_bytes());
            labels.push(label.as_bytes());
        }
        file.add(Kind::FreeNames, names.finish(true)?);
        file.add(Kind::FreeTexts, texts.finish(true)?);
        file.add(Kind::FreeCodeIds, ids.finish(true)?);
        file.add(Kind::FreeCodeLabels, labels.finish(true)?);
        for (number, section) in (0..).zip(columns) {
            file.add_section(Kind::Free(number), section);
        }
        Ok(())
    }
}
