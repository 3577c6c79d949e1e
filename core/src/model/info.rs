//! INFO keys that a dataset keeps as columns.

/// How the values of an INFO key are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InfoType {
    /// Present or not.
    Flag,
    /// Whole numbers, one a row.
    Integer,
    /// Numbers of 32 bits, one a row (as BCF has them).
    Float,
    /// Text as it stands in the VCF: strings, and lists of which the length does not follow the ALTs.
    Text,
    /// Text as it stands in the VCF that is a list of numbers of 32 bits, and compares as such.
    Floats,
}

impl InfoType {
    const NAMES: [(Self, &str); 5] = [
        (Self::Flag, "flag"),
        (Self::Integer, "integer"),
        (Self::Float, "float"),
        (Self::Text, "text"),
        (Self::Floats, "floats"),
    ];

    /// The type of this name in manifests and segments.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut all = Self::NAMES.into_iter();
        all.find(|(_, known)| *known == name).map(|(kind, _)| kind)
    }

    fn name(self) -> &'static str {
        let mut all = Self::NAMES.into_iter();
        all.find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether its values are stored as text.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Floats)
    }
}

/// Which of a record's values belongs to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InfoNumber {
    /// One for the record (VCF 0 or 1), or a list for the record as a whole.
    Record,
    /// One for each ALT (`A`).
    Alt,
    /// One for REF and each ALT (`R`).
    Allele,
}

/// An INFO key to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InfoKey {
    pub(crate) name: String,
    pub(crate) kind: InfoType,
    pub(crate) number: InfoNumber,
}

impl InfoKey {
    /// Whether values of the key are numbers of everybody in the source: counts, frequencies and tests of a
    /// cohort, as bcftools, GATK and others write them. They say more than who is seen.
    pub(crate) fn is_of_cohort(name: &str) -> bool {
        const NAMES: [&str; 10] = [
            "AC",
            "AN",
            "AF",
            "NS",
            "MAF",
            "MLEAC",
            "MLEAF",
            "HWE",
            "ExcHet",
            "InbreedingCoeff",
        ];
        let of_group = ["AC_", "AN_", "AF_"];
        NAMES.contains(&name) || of_group.iter().any(|prefix| name.starts_with(prefix))
    }

    /// From a header's Number and Type.
    pub(crate) fn new(name: &str, (number, kind): (&str, &str)) -> Self {
        let per = match number {
            "A" => InfoNumber::Alt,
            "R" => InfoNumber::Allele,
            _ => InfoNumber::Record,
        };
        let single = number == "1" || per != InfoNumber::Record;
        let kind = match kind {
            "Flag" => InfoType::Flag,
            "Integer" if single => InfoType::Integer,
            "Float" if single => InfoType::Float,
            "Float" => InfoType::Floats,
            _ => InfoType::Text,
        };
        Self {
            name: name.to_owned(),
            kind,
            number: per,
        }
    }

    /// The line of the `info_keys` section.
    pub(crate) fn to_line(&self) -> String {
        let kind = self.kind.name();
        let number = match self.number {
            InfoNumber::Record => "record",
            InfoNumber::Alt => "alt",
            InfoNumber::Allele => "allele",
        };
        format!("{kind}\t{number}\t{}", self.name)
    }

    /// From a line of the `info_keys` section.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let mut fields = line.splitn(3, '\t');
        let kind = InfoType::named(fields.next()?)?;
        let number = match fields.next()? {
            "record" => InfoNumber::Record,
            "alt" => InfoNumber::Alt,
            "allele" => InfoNumber::Allele,
            _ => return None,
        };
        Some(Self {
            name: fields.next()?.to_owned(),
            kind,
            number,
        })
    }

    /// The part of a record's value that belongs to its ALT number `alt`; `None` where it is missing.
    pub(crate) fn part<'a>(&self, value: &'a [u8], alt: u32) -> Option<&'a [u8]> {
        let index = match self.number {
            InfoNumber::Record => return Some(value),
            InfoNumber::Alt => alt.checked_sub(1)?,
            InfoNumber::Allele => alt,
        };
        value
            .split(|&b| b == b',')
            .nth(index as usize)
            .filter(|part| *part != b".")
    }
}
