//! The kinds of files and sections.

/// What a container holds; one byte of the magic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Variants and genotypes of a batch of samples.
    Segment = b'G' as isize,
    /// The names of samples.
    Samples = b'S' as isize,
    /// Terms of ontologies, what is like what, and what is known of diseases.
    Terms = b'T' as isize,
    /// People, and what was recorded of them.
    People = b'P' as isize,
    /// Genes and where they lie.
    Genes = b'N' as isize,
    /// Who carries variants of genes.
    Carriers = b'C' as isize,
    /// What is known of samples: of which individual each is.
    SampleAttributes = b'A' as isize,
    /// Where genotypes could be called: the regions of a kit.
    Callable = b'K' as isize,
    /// Counts of alleles by strata, and nothing of a person: a file by itself, and of no dataset.
    Published = b'F' as isize,
}

impl FileKind {
    /// What its files' names end in.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Samples => "samples",
            Self::Terms => "terms",
            Self::People => "people",
            Self::Genes => "genes",
            Self::Carriers => "carriers",
            Self::SampleAttributes => "attributes",
            Self::Callable => "callable",
            Self::Published => "published",
        }
    }

    /// Those of which datasets consist.
    pub(crate) const ALL: [Self; 8] = [
        Self::Segment,
        Self::Samples,
        Self::Terms,
        Self::People,
        Self::Genes,
        Self::Carriers,
        Self::SampleAttributes,
        Self::Callable,
    ];
}

/// The number of the column of the first INFO key, and of the first free attribute.
const INFO: u32 = 4096;
const FREE: u32 = INFO + (1 << 16);

/// Declares the section kinds with their numbers and names.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $number:literal $name:literal,)*) => {
        /// The kinds of sections. Columns of INFO keys have numbers from 4096 on, those of free attributes behind them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[$doc])* $variant,)*
            /// Values of the n-th INFO key kept.
            Info(u16),
            /// Values of the n-th free attribute.
            Free(u16),
        }

        impl Kind {
            pub(crate) fn number(self) -> u32 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::Info(n) => INFO + u32::from(n),
                    Self::Free(n) => FREE + u32::from(n),
                }
            }

            pub(crate) fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    INFO..FREE => u16::try_from(number - INFO).ok().map(Self::Info),
                    _ => number.checked_sub(FREE).and_then(|n| u16::try_from(n).ok()).map(Self::Free),
                }
            }

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Info(_) => "info",
                    Self::Free(_) => "free",
                }
            }
        }
    };
}

kinds! {
    /// Fixed numbers of the segment.
    Meta = 1 "meta",
    /// Row ranges of contigs.
    Contigs = 2 "contigs",
    /// Zone maps of 65,536 rows.
    Blocks = 3 "blocks",
    /// Zone maps and set bases of 1,024 rows.
    Pages = 4 "pages",
    /// Dataset numbers of the samples, where they do not follow each other.
    SampleNumbers = 5 "sample_numbers",
    Position = 16 "position",
    Span = 17 "span",
    Allele = 18 "allele",
    Ac = 19 "ac",
    Hom = 20 "hom",
    Hemi = 21 "hemi",
    HetExcess = 22 "het_excess",
    AnShort = 23 "an_short",
    MissingCount = 24 "missing_count",
    Filter = 25 "filter",
    Quality = 26 "quality",
    AltNumber = 27 "alt_number",
    RecordRank = 28 "record_rank",
    Roll = 29 "roll",
    SvLength = 30 "sv_length",
    /// Types by SVTYPE, where REF and ALT decide none.
    StatedType = 31 "stated_type",
    Carriers = 32 "carriers",
    Missing = 33 "missing",
    Haploid = 34 "haploid",
    Unphased = 35 "unphased",
    /// Where the phase sets of each row end.
    PhaseEnds = 36 "phase_ends",
    PhaseSets = 37 "phase_sets",
    /// Names of phase sets and of haplotypes.
    PhaseNames = 38 "phase_names",
    /// By how much the shortest reference block of a sample is shorter than the row.
    BlockShort = 39 "block_short",
    /// The bytes of stored sets.
    Sets = 40 "sets",
    OrderDirectory = 41 "order_directory",
    Orders = 42 "orders",
    /// Samples that have the row's record, where these are not those that carry.
    Recorded = 43 "recorded",
    /// Samples that were not looked at where the row is.
    Uncovered = 44 "uncovered",
    /// Samples of which another row of the same variant reports.
    Outside = 45 "outside",
    /// What is known of samples between rows: stretches.
    Coverage = 46 "coverage",
    CoverageStates = 47 "coverage_states",
    AlleleCodes = 48 "allele_codes",
    LongAlleles = 49 "long_alleles",
    LongHashes = 50 "long_hashes",
    Ids = 52 "ids",
    IdIndex = 53 "id_index",
    /// The names of the segment's contigs, where ids of rows are put together of them.
    IdContigs = 54 "id_contigs",
    Filters = 56 "filters",
    PolyploidRows = 60 "polyploid_rows",
    Polyploid = 61 "polyploid",
    OriginalRows = 64 "original_rows",
    Originals = 65 "originals",
    /// Rows that are not spelled plainly, by where their changes start.
    Respelled = 66 "respelled",
    InfoKeys = 72 "info_keys",
    /// Names of samples, by number.
    Names = 80 "names",
    /// Samples by the hashes of their names.
    NameIndex = 81 "name_index",
    /// How many items, entries, classes, genes, transcripts and consequences the annotations have.
    AnnotationMeta = 96 "annotation_meta",
    /// Where the items of each row end.
    AnnotationEnds = 97 "annotation_ends",
    /// The entry that each item is, where that is not its own number.
    AnnotationItems = 98 "annotation_items",
    EntryClasses = 99 "entry_classes",
    /// HGVS of the transcript and of the protein, and the protein's change.
    EntryTexts = 100 "entry_texts",
    ClassGenes = 101 "class_genes",
    ClassTranscripts = 102 "class_transcripts",
    ClassConsequences = 103 "class_consequences",
    /// Impact, and what kind of transcript it is.
    ClassGrades = 104 "class_grades",
    AnnotatedGenes = 105 "annotated_genes",
    Transcripts = 106 "transcripts",
    Consequences = 107 "consequences",
    /// The rows of each gene, of each consequence and of each impact.
    GeneRows = 108 "gene_rows",
    ConsequenceRows = 109 "consequence_rows",
    ImpactRows = 110 "impact_rows",
    /// The bytes of sets of rows.
    AnnotationSets = 111 "annotation_sets",
    /// Genes by the hashes of their names.
    GeneNameIndex = 112 "gene_name_index",
    /// Rows by the hashes of changes of transcripts and proteins.
    ChangeIndex = 113 "change_index",
    TermIds = 128 "term_ids",
    /// Labels and synonyms.
    TermNames = 129 "term_names",
    AlternativeIds = 130 "alternative_ids",
    Parents = 131 "parents",
    Equivalents = 132 "equivalents",
    Closures = 133 "closures",
    /// What is obsolete, and by what it is replaced.
    Replacements = 134 "replacements",
    /// Terms by the hashes of their ids and names.
    TermIndex = 135 "term_index",
    /// Information content, by term.
    Information = 136 "information",
    /// Phenotypes of diseases, by term.
    Phenotypes = 137 "phenotypes",
    /// The ontologies that were read.
    Versions = 138 "versions",
    /// Counts of a people file, and the terms that its closed sets follow.
    PeopleMeta = 160 "people_meta",
    PersonIds = 161 "person_ids",
    PersonFlags = 163 "person_flags",
    AgeLow = 164 "age_low",
    AgeHigh = 165 "age_high",
    BirthFirst = 166 "birth_first",
    BirthLast = 167 "birth_last",
    Families = 168 "families",
    Fathers = 169 "fathers",
    Mothers = 170 "mothers",
    Countries = 171 "countries",
    /// The terms recorded, as the sources write them.
    CodingIds = 172 "coding_ids",
    CodingLabels = 173 "coding_labels",
    /// Their numbers in the terms file.
    CodingTerms = 174 "coding_terms",
    AttributeKinds = 176 "attribute_kinds",
    AttributeValues = 177 "attribute_values",
    AttributeSets = 178 "attribute_sets",
    TermSetKeys = 180 "term_set_keys",
    TermSetTerms = 181 "term_set_terms",
    TermSets = 182 "term_sets",
    /// The bytes of sets of individuals.
    PeopleSets = 184 "people_sets",
    /// Where the events of each individual begin.
    EventStarts = 190 "event_starts",
    EventFlags = 191 "event_flags",
    EventTerms = 192 "event_terms",
    OnsetLow = 193 "onset_low",
    OnsetHigh = 194 "onset_high",
    EndLow = 195 "end_low",
    EndHigh = 196 "end_high",
    Severities = 197 "severities",
    EventValues = 198 "event_values",
    Units = 199 "units",
    /// Symbols and aliases.
    GeneNames = 208 "gene_names",
    GeneIds = 209 "gene_ids",
    GeneContigs = 210 "gene_contigs",
    /// Contig, start and end of each stretch of a gene.
    GenePlaces = 211 "gene_places",
    /// Genes by the hashes of their names.
    GeneIndex = 212 "gene_index",
    /// Bases around a gene that count as the gene's.
    GenePad = 213 "gene_pad",
    /// Genes by all names that mean the same variants.
    CarriedGenes = 224 "carried_genes",
    /// Genes by the hashes of their names.
    CarriedIndex = 225 "carried_index",
    /// The carriers of each class of each gene's variants.
    CarriedClasses = 226 "carried_classes",
    /// The bytes of sets of samples.
    CarriedSets = 227 "carried_sets",
    /// What the batch is, and the bounds of classes.
    CarriedMeta = 228 "carried_meta",
    /// The greatest AN of each gene's rows.
    CarriedAn = 229 "carried_an",
    /// AC and AN of the row with the greatest AF, by class.
    CarriedTopAc = 230 "carried_top_ac",
    CarriedTopAn = 231 "carried_top_an",
    /// How many samples the file is of.
    SampleMeta = 240 "sample_meta",
    /// The individual of each sample.
    SampleOwners = 241 "sample_owners",
    /// Names and types of free attributes.
    FreeNames = 256 "free_names",
    /// Texts that are values of free attributes.
    FreeTexts = 257 "free_texts",
    /// Codes that are values of free attributes, as the sources write them.
    FreeCodeIds = 258 "free_code_ids",
    FreeCodeLabels = 259 "free_code_labels",
    /// The contigs of callable regions, by name.
    CallableContigs = 272 "callable_contigs",
    /// Callable regions: contig, start and end.
    CallableRegions = 273 "callable_regions",
    /// Of whom, by which rules and until when the counts are: JSON.
    PublishedMeta = 288 "published_meta",
    /// Kind, length and SHA-256 of every other section.
    PublishedHashes = 289 "published_hashes",
    /// SHA-256 of the section of hashes: the digest of the file.
    PublishedDigest = 290 "published_digest",
    PublishedPosition = 291 "published_position",
    PublishedSpan = 292 "published_span",
    PublishedAllele = 293 "published_allele",
    /// REF and ALT that are no code, by number.
    PublishedLong = 294 "published_long",
    /// How far the rows of a page reach, and the AN that each stratum has at most.
    PublishedPages = 295 "published_pages",
    /// Where the counts of each row end.
    PublishedEnds = 296 "published_ends",
    /// Counts, row by row.
    PublishedCounts = 297 "published_counts",
}

impl Kind {
    /// Whether only batches have it that are put together from inputs of one sample each.
    pub(crate) fn is_of_merged(self) -> bool {
        matches!(
            self,
            Self::Recorded
                | Self::Uncovered
                | Self::Outside
                | Self::Coverage
                | Self::CoverageStates
        )
    }

    /// Whether the section stands in files of a kind.
    pub(crate) fn is_of(self, file: FileKind) -> bool {
        match self.number() {
            80..96 => file == FileKind::Samples,
            128..160 => file == FileKind::Terms,
            160..208 => file == FileKind::People,
            208..224 => file == FileKind::Genes,
            224..240 => file == FileKind::Carriers,
            240..256 => file == FileKind::SampleAttributes,
            272..288 => file == FileKind::Callable,
            288..304 => file == FileKind::Published,
            256..272 | FREE.. => matches!(file, FileKind::People | FileKind::SampleAttributes),
            _ => file == FileKind::Segment,
        }
    }

    /// Whether the section is a text, in files that are checked by writing them again.
    pub(crate) fn is_text(self) -> bool {
        matches!(
            self,
            Self::TermIds
                | Self::TermNames
                | Self::AlternativeIds
                | Self::Versions
                | Self::PersonIds
                | Self::Families
                | Self::Fathers
                | Self::Mothers
                | Self::CodingIds
                | Self::CodingLabels
                | Self::AttributeValues
                | Self::FreeTexts
                | Self::FreeCodeIds
                | Self::FreeCodeLabels
                | Self::GeneNames
                | Self::GeneIds
                | Self::GeneContigs
        )
    }
}
