/*
 * Varidex: an embedded index of a cohort's variants and its people. C99 and C++.
 *
 * Handles. vdx_view, vdx_policy_view, vdx_published, vdx_group, vdx_page, vdx_beacon and vdx_error are handles: numbers in the guise of
 * pointers. A handle that is NULL, was freed, is of another kind or never was one is refused with VDX_ARGUMENT or
 * VDX_HANDLE. What a function gives in `**` is the program's, which frees it with the function that is
 * named there; freeing NULL does nothing.
 *
 * Errors. A function that can fail returns a vdx_status and takes a `vdx_error **`, which may be NULL.
 * It is set to NULL first, and to an error where the status is not VDX_OK; free it with vdx_error_free.
 * What a function should have given is NULL, or unchanged where it is a number, when it fails.
 *
 * Threads. Every function may be called from any number of threads at once, also with the same handles,
 * also while another thread frees one of them. Callbacks are called on the thread that called the
 * function. An Arrow stream is for one thread at a time. vdx_stop_when is of the thread that calls it.
 *
 * Texts. What goes in is UTF-8 that ends with NUL (paths on Unix: any bytes), read during the call only.
 * `const char *` that comes out is the library's, and stays until the handle that it came from is freed,
 * or, in a callback, until the callback returns. `char *` is the program's: vdx_text_free.
 *
 * Tables are Arrow C streams: computed while they are read, a batch at a time. Which of their rows and columns
 * there are say vdx_table_options. The first two columns of a hundred variants, and of the next hundred:
 *
 *     const char *columns[] = {"chrom", "pos"};
 *     struct ArrowArrayStream stream;
 *     vdx_page *page = NULL;
 *     char *token = NULL;
 *     vdx_table_options options = vdx_table_options_init();
 *     options.columns = columns;
 *     options.n_columns = 2;
 *     options.limit = 100;
 *     options.page = &page;
 *     do {
 *         options.after = token;
 *         status = vdx_variants(view, "gene:RYR1", NULL, &options, &stream, &error);
 *         vdx_text_free(token);
 *         token = NULL;
 *         ... where the status is VDX_OK: read the stream to its end, and release it ...
 *         status = vdx_page_token(page, &token, &error);
 *         vdx_page_free(page);
 *     } while (token != NULL);
 *
 * Positions are 1-based, as in VCF; SPDI within expressions is 0-based, as SPDI is.
 *
 * Structs with struct_size may grow at their end: set it to the struct's sizeof, which the functions
 * vdx_..._init do, and a program goes on working with later versions of the library. An option that is
 * zero or NULL is as usual.
 *
 * Callbacks must return: no longjmp, and no C++ exception out of them. They may call the library.
 *
 * What the library cannot check: that a pointer which is neither NULL nor a handle points to what is
 * said here; that a file of a dataset is not truncated while it is open, which ends the program (SIGBUS),
 * as with every mapped file. Datasets are replaced, never changed, so Varidex itself does not do that.
 */


#ifndef VARIDEX_H
#define VARIDEX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The version that this header is of, and the interface that a program is made for: see vdx_version and
 * vdx_abi_version for those of the library that runs. */
#define VDX_VERSION_MAJOR 0
#define VDX_VERSION_MINOR 1
#define VDX_VERSION_PATCH 0

/* The Arrow C data and stream interfaces: https://arrow.apache.org/docs/format/CDataInterface.html */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#ifdef __cplusplus
}
#endif
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#ifdef __cplusplus
}
#endif
#endif


// The interface. It changes where programs that were built before would break; what is only added does
// not change it.
#define VDX_ABI_VERSION 2

// How a call went. All but VDX_OK come with an error that says more.
typedef enum {
    // It is done.
    VDX_OK = 0,
    // An expression is not understood, or names nothing here: see the marked part of it.
    VDX_EXPRESSION = 1,
    // Options that make no sense, or a question that this dataset cannot be asked.
    VDX_USAGE = 2,
    // An input file says something that it may not say: see file and place.
    VDX_INPUT = 3,
    // Bytes of a dataset are not what was written: see file, section and place.
    VDX_DAMAGED = 4,
    // A dataset was written by a newer version.
    VDX_TOO_NEW = 5,
    // The operating system refused: see file and os_error.
    VDX_IO = 6,
    // Another process writes the dataset.
    VDX_LOCKED = 7,
    // A callback of the program ended the work.
    VDX_CANCELLED = 8,
    // What was passed cannot be used: NULL where something is needed, a text that is not UTF-8, a struct
    // without its size.
    VDX_ARGUMENT = 9,
    // A handle that was freed, that is of another kind, or that never was one.
    VDX_HANDLE = 10,
    // A fault of the library itself. The call had no effect, others are not touched by it. Please report.
    VDX_PANIC = 11,
    // A dataset was written by an older version, in a format that is no longer read: build it again.
    VDX_TOO_OLD = 12,
} vdx_status;

// Of what a place in a file counts; the first line and record are 1, the first byte is 0.
typedef enum {
    // The file as a whole.
    VDX_PLACE_FILE = 0,
    // A line of text.
    VDX_PLACE_LINE = 1,
    // A record of a binary file.
    VDX_PLACE_RECORD = 2,
    // A byte of the file as stored.
    VDX_PLACE_BYTE = 3,
} vdx_place;

// What a policy says of a number.
typedef enum {
    // It is as it is given.
    VDX_KNOWN_EXACT = 0,
    // It is rounded to a multiple of what the policy says.
    VDX_KNOWN_ROUNDED = 1,
    // Nobody looked.
    VDX_KNOWN_NOT_COVERED = 2,
    // It may not be shown.
    VDX_KNOWN_WITHHELD = 3,
    // The number of those who may still be counted for this asker, under a budget of influence: others are counted as if they had the other
    // allele. It may be any number of them away from the truth.
    VDX_KNOWN_CAPPED = 4,
} vdx_known;

// A beacon that is open. It never changes; all functions may use it from any number of threads at once.
typedef struct vdx_beacon vdx_beacon;

// Why a call failed. It never changes; all functions may use it from any number of threads at once.
typedef struct vdx_error vdx_error;

// People of a view. It never changes; all functions may use it from any number of threads at once.
// It keeps its dataset, which may be closed before it is freed.
typedef struct vdx_group vdx_group;

// How far a table was read: see vdx_table_options. All functions may use it from any number of threads at once.
typedef struct vdx_page vdx_page;

// What leaves of a dataset under a policy. It never changes, and follows the decisions of people; all functions may use it from
// any number of threads at once. It keeps its dataset, which may be closed before it is freed.
typedef struct vdx_policy_view vdx_policy_view;

// Published counts that are open. They never change; all functions may use them from any number of threads at once.
typedef struct vdx_published vdx_published;

// What somebody may see of a dataset that is open, of which all questions are asked. All functions may use
// it from any number of threads at once.
typedef struct vdx_view vdx_view;

// What is known of an error. Texts are NULL where they say nothing, and the error's: they are gone when
// it is freed.
typedef struct {
    // sizeof(vdx_error_details), set by the program.
    size_t struct_size;
    // The file or directory.
    const char *file;
    // The section of a damaged file.
    const char *section;
    // What should stand there.
    const char *expected;
    // What stands there.
    const char *found;
    // What `place` counts: a vdx_place.
    int place_kind;
    // The operating system's number, 0 where it has none.
    int os_error;
    // Where in the file.
    uint64_t place;
    // The whole expression.
    const char *expression;
    // The first byte of it that is wrong.
    size_t begin;
    // Behind the last.
    size_t end;
    // What is wrong with the expression, in one sentence.
    const char *reason;
    // How many names are near to what was written: see vdx_error_candidate.
    size_t candidates;
} vdx_error_details;

// What a dataset holds. Texts are the dataset's: they are gone when it is closed.
typedef struct {
    // sizeof(vdx_info), set by the program.
    size_t struct_size;
    // The directory.
    const char *path;
    // Names the state that was opened: equal ids, equal answers.
    const char *snapshot;
    // NULL where it is not known.
    const char *assembly;
    // Samples.
    uint64_t samples;
    // People of whom something is known.
    uint64_t people;
    // What was recorded of them.
    uint64_t people_records;
    // Terms of ontologies.
    uint64_t terms;
    // Genes.
    uint64_t genes;
    // Bases on both sides of each that count as the gene's.
    uint64_t gene_pad;
    // VCF records; `UINT64_MAX` where somebody may not be seen, for of whom a record is, only its rows say.
    uint64_t records;
    // Rows: one for each ALT of each record.
    uint64_t rows;
    // Contigs with rows.
    uint64_t contigs;
    // Segments.
    uint64_t segments;
    // Bytes of all files.
    uint64_t bytes;
} vdx_info;

// A sample. Texts are gone when the callback returns.
typedef struct {
    // From 0, without gaps.
    uint32_t number;
    // The column of the VCF.
    const char *name;
    // The person that it is of, NULL where none is known.
    const char *individual;
} vdx_sample;

// Takes a sample; other than 0 ends the listing with VDX_CANCELLED.
typedef int (*vdx_sample_fn)(const vdx_sample *sample, void *user);

// A contig. The text is gone when the callback returns.
typedef struct {
    // By its name in the input.
    const char *name;
    // Rows on it: one for each ALT of each record.
    uint64_t rows;
} vdx_contig;

// Takes a contig; other than 0 ends the listing with VDX_CANCELLED.
typedef int (*vdx_contig_fn)(const vdx_contig *contig, void *user);

// Asked now and then while a question runs, on the thread that asked it; other than 0 ends the
// question with VDX_CANCELLED.
typedef int (*vdx_stop_fn)(void *user);

// Counts of an allele in a group of people, or in everybody. It does not grow.
typedef struct {
    // Copies that carry the ALT.
    uint64_t ac;
    // Copies with a known allele; without meaning where an_known is 0.
    uint64_t an;
    // ac / an; NaN where an is 0 or not known.
    double af;
    // Samples with fewer copies of the ALT than their ploidy, and at least one.
    uint64_t n_het;
    // Samples with two copies or more, all of them the ALT.
    uint64_t n_hom;
    // Samples with one copy, the ALT.
    uint64_t n_hemi;
    // Samples of which at least one copy has an unknown allele; without meaning where an_known is 0.
    uint64_t n_missing;
    // 1 where the dataset has the allele; 0 where it does not: then all else is 0, and af is NaN.
    uint8_t found;
    // 1 where an and n_missing are known; 0 where some of the group were not looked at here.
    uint8_t an_known;
    // Zero.
    uint8_t reserved[6];
} vdx_counts;

// Somebody of a group. The text is gone when the callback returns.
typedef struct {
    // The person's id, or the name of a sample of which no person is known.
    const char *id;
    // How similar they are where a similarity was asked for, NaN otherwise.
    double score;
} vdx_person;

// Takes somebody of a group; other than 0 ends the listing with VDX_CANCELLED.
typedef int (*vdx_person_fn)(const vdx_person *person, void *user);

// A variant: one ALT of one record. Texts are gone when the callback returns. It may grow at its end.
typedef struct {
    // The contig, by its name in the input.
    const char *chrom;
    // Where REF begins, 1-based as in VCF.
    int64_t pos;
    // NULL where the record has none.
    const char *id;
    // REF.
    const char *ref;
    // NULL where the record has none.
    const char *alt;
    // `snv`, `ins`, `del` ...
    const char *type;
    // NULL where none is recorded.
    const char *filter;
    // NaN where none is recorded.
    double qual;
    // In the group that was asked for, or in everybody.
    vdx_counts counts;
    // What annotations say of it, the most severe of what the expression picks: the gene, by its symbol
    // or id. NULL where none is recorded.
    const char *gene;
    // Terms of the Sequence Ontology, joined by `&`. NULL as above.
    const char *consequence;
    // `high`, `moderate`, `low` or `modifier`. NULL as above.
    const char *impact;
} vdx_variant;

// Takes a variant; other than 0 ends the listing with VDX_CANCELLED.
typedef int (*vdx_variant_fn)(const vdx_variant *variant, void *user);

// A sample that carries a variant. Texts are gone when the callback returns. It may grow at its end.
typedef struct {
    // Of the variant, as in vdx_variant.
    const char *chrom;
    // The same.
    int64_t pos;
    // The same.
    const char *ref;
    // The same.
    const char *alt;
    // The sample, by its name.
    const char *sample;
    // The person that it is of, NULL where none is known.
    const char *individual;
    // The sample, by its number.
    uint32_t number;
    // Copies that carry the ALT.
    uint32_t carried;
    // Copies that the sample has here.
    uint32_t ploidy;
    // 1 where the order of the copies is known.
    int phased;
    // `het`, `hom` or `hemi`.
    const char *zygosity;
    // The genotype with respect to the ALT: `0|1`, `./1`; NULL of more than 32 copies.
    const char *phase;
} vdx_carrier;

// Takes a carrier; other than 0 ends the listing with VDX_CANCELLED.
typedef int (*vdx_carrier_fn)(const vdx_carrier *carrier, void *user);

// Takes a variant and, of `n` samples, how many copies of its ALT each has: of at most 127, and -1 where
// a copy is not known. Other than 0 ends the listing with VDX_CANCELLED.
typedef int (*vdx_genotypes_fn)(const vdx_variant *variant,
                                const int8_t *copies,
                                size_t n,
                                void *user);

// Which rows and columns of a table there are. Begin with vdx_table_options_init; all zero is the whole table.
typedef struct {
    // sizeof(vdx_table_options), set by the program.
    size_t struct_size;
    // Only these columns, in this order, also those that there are only where they are asked for: qual, end, covered,
    // info.KEY ... An unknown name is an error that lists them.
    const char *const *columns;
    // How many; 0: the usual ones.
    size_t n_columns;
    // Rows to be left out at the beginning. They are walked: `after` costs less.
    uint64_t offset;
    // Rows at most; 0: all.
    uint64_t limit;
    // Only rows behind the one that this token is of, as vdx_page_token gave it for the same question: of variants,
    // frequencies and carriers. Other tables refuse it with VDX_USAGE.
    const char *after;
    // Where it is not NULL, it takes a handle that says how far the stream was read: see vdx_page_token. Free it with
    // vdx_page_free.
    vdx_page **page;
    // Where it is not NULL, it takes how many rows there are, and nothing else is computed: `stream` may be NULL then,
    // and where it is not, it is set to one that was released.
    uint64_t *count;
} vdx_table_options;

// How far something is. The text is gone when the callback returns. It may grow at its end.
typedef struct {
    // What is being done, or the input that is being read.
    const char *what;
    // Bytes of inputs read so far; of an export, 0.
    uint64_t bytes;
    // Bytes to be read; 0 where that is not known.
    uint64_t total;
    // Records read or written so far.
    uint64_t records;
} vdx_progress;

// Called now and then with how far something is; other than 0 ends it with VDX_CANCELLED, and nothing of it
// is left.
typedef int (*vdx_progress_fn)(const vdx_progress *progress, void *user);

// What is known of people, and where it is. Begin with vdx_people_options_init; all zero is what is usual.
typedef struct {
    // sizeof(vdx_people_options), set by the program.
    size_t struct_size;
    // Files and folders: Phenopackets, Beacon individuals, tables, pedigrees.
    const char *const *people;
    // How many.
    size_t n_people;
    // Says what the columns of tables mean.
    const char *mapping;
    // Ontologies, hierarchies, equivalences, phenotypes of diseases.
    const char *const *ontologies;
    // How many.
    size_t n_ontologies;
    // Two columns, sample and individual: of whom the samples are.
    const char *sample_map;
    // Called now and then with how far it is; NULL: never.
    vdx_progress_fn progress;
    // Passed to `progress`.
    void *user;
    // Memory to load them with at most, about, in bytes; 0: 1 GiB. A build goes by its own.
    uint64_t memory;
    // Tables of samples: a column sample, and attributes of samples, as measures of quality.
    const char *const *sample_tables;
    // How many.
    size_t n_sample_tables;
    // So many states of the dataset can be opened after, the new one among them: vdx_open_snapshot. 0: the new one
    // alone. A build goes by its own.
    uint64_t keep;
} vdx_people_options;

// Options of a build. Begin with vdx_build_options_init; all zero is what is usual.
typedef struct {
    // sizeof(vdx_build_options), set by the program.
    size_t struct_size;
    // What is known of people; NULL where nothing is. Its `progress` is not used.
    const vdx_people_options *people;
    // Gene models: GFF3, GTF, BED or refFlat.
    const char *const *genes;
    // How many.
    size_t n_genes;
    // INFO keys to keep.
    const char *const *info;
    // How many.
    size_t n_info;
    // Which annotations to store: "auto" (the first of CSQ, ANN and BCSQ that there is), "csq", "ann",
    // "bcsq" or "none"; NULL: as "auto".
    const char *annotations;
    // Reference sequence: alleles are trimmed and left-aligned against it.
    const char *reference;
    // The assembly, where the header does not say.
    const char *assembly;
    // Genotypes of a lower GQ count as missing; 0: none.
    double min_gq;
    // The same of DP.
    double min_dp;
    // Memory to use at most, about, in bytes; 0: 1 GiB.
    uint64_t memory;
    // 0: as many as the machine has.
    uint32_t threads;
    // Bases on both sides of each gene that count as the gene's.
    uint32_t gene_pad;
    // Other than 0: sort unsorted input instead of refusing it.
    int sort;
    // Other than 0: refuse malformed records one by one instead of stopping at the first.
    int skip_malformed;
    // Other than 0: replace a dataset that is there already.
    int replace;
    // Called now and then with how far it is; NULL: never.
    vdx_progress_fn progress;
    // Passed to `progress`.
    void *user;
    // Other than 0: genotypes on X and Y by the sexes of `people`: outside of the pseudoautosomal regions one copy in
    // males, and none known in females on Y.
    int sex_ploidy;
    // So many states of the dataset can be opened after, the new one among them: vdx_open_snapshot. 0: the new one
    // alone.
    uint64_t keep;
    // BED file of the regions where genotypes of the inputs could be called; NULL: none is known.
    const char *callable;
    // Table with the columns sample and callable: the BED file of each sample, relative to the table; NULL: none.
    const char *callable_table;
} vdx_build_options;

// Options of an export. Begin with vdx_export_options_init; all zero is what is usual.
typedef struct {
    // sizeof(vdx_export_options), set by the program.
    size_t struct_size;
    // Threads that compress; 0: as many as the machine has.
    uint32_t threads;
    // Called now and then with how far it is; NULL: never.
    vdx_progress_fn progress;
    // Passed to `progress`.
    void *user;
} vdx_export_options;

// What was exported.
typedef struct {
    // sizeof(vdx_export_summary), set by the program.
    size_t struct_size;
    // Records written.
    uint64_t records;
    // One for each ALT of each record.
    uint64_t rows;
    // Samples written.
    uint64_t samples;
    // Bytes written, as stored.
    uint64_t bytes;
    // Names and values of which characters that cannot stand in such a file were replaced by `_`.
    uint64_t replaced;
} vdx_export_summary;

// Options of a simulation. Begin with vdx_simulate_options_init; all zero is what is usual.
typedef struct {
    // sizeof(vdx_simulate_options), set by the program.
    size_t struct_size;
    // People, each with one sample; 0: 1,000.
    uint64_t samples;
    // ALT alleles; 0: 10,000.
    uint64_t variants;
    // Same seed, same cohort; 0: as 1.
    uint64_t seed;
    // Other than 0: replace files of an earlier run.
    int replace;
    // Called now and then with how far it is; NULL: never.
    vdx_progress_fn progress;
    // Passed to `progress`.
    void *user;
} vdx_simulate_options;

// A dataset to annotate with, and what is counted in it. It does not grow.
typedef struct {
    // The dataset.
    const vdx_view *view;
    // What INFO keys and columns begin with; NULL: `VDX`, and nothing in columns.
    const char *name;
    // Only these people; NULL: everybody.
    const vdx_group *group;
    // Also by these fields, as of vdx_frequencies.
    const char *const *by;
    // How many.
    size_t n_by;
} vdx_annotate_with;

// Options of annotating. Begin with vdx_annotate_options_init; all zero is what is usual.
typedef struct {
    // sizeof(vdx_annotate_options), set by the program.
    size_t struct_size;
    // Only records with an ALT of which this holds in each of the datasets, such as `af<0.01 | ac=0`; NULL: all.
    const char *filter;
    // Threads that work; 0: as many as the machine has.
    uint32_t threads;
    // Called now and then with how far it is; NULL: never.
    vdx_progress_fn progress;
    // Passed to `progress`.
    void *user;
} vdx_annotate_options;

// What was annotated.
typedef struct {
    // sizeof(vdx_annotate_summary), set by the program.
    size_t struct_size;
    // Records read.
    uint64_t records;
    // Records written: those that the filter left.
    uint64_t written;
    // Bytes written, as stored.
    uint64_t bytes;
    // Alleles that a dataset has, of all datasets together, as the numbers below.
    uint64_t present;
    // Alleles that a dataset does not have, where everybody was looked at.
    uint64_t absent;
    // Those that it does not have where somebody was not.
    uint64_t uncovered;
    // Those of which it cannot decide.
    uint64_t undecided;
} vdx_annotate_summary;

// How segments are merged. Begin with vdx_compact_options_init; all zero is what is usual.
typedef struct {
    // sizeof(vdx_compact_options), set by the program.
    size_t struct_size;
    // Other than 0: take whoever withdrew from all purposes out for good: genotypes, names, records, variants that nobody
    // else carries, decisions, and all earlier states. A hash of each id stays, by which additions refuse them.
    int erase;
    // 0: as many as the machine has.
    uint32_t threads;
    // Memory to use at most, about, in bytes; 0: 1 GiB.
    uint64_t memory;
    // So many states of the dataset can be opened after, the new one among them; 0: the new one alone. An erasure keeps
    // none before.
    uint64_t keep;
    // Called now and then with how far it is; NULL: never.
    vdx_progress_fn progress;
    // Passed to `progress`.
    void *user;
} vdx_compact_options;

// How many people an expression picks, as a policy shows it. It does not grow.
typedef struct {
    // How many; 0 where `count_known` is VDX_KNOWN_WITHHELD.
    uint64_t count;
    // What is said of `count`: a vdx_known.
    int count_known;
    // What is said of `exists`: a vdx_known.
    int exists_known;
    // 1 where there is anybody; 0 where there is nobody, and where `exists_known` is VDX_KNOWN_WITHHELD. VDX_KNOWN_CAPPED is a 0 that may be
    // of those who are not counted.
    uint8_t exists;
    // Zero.
    uint8_t reserved[7];
} vdx_shown_people;

// Counts of an allele in some people, as they were published. It does not grow.
typedef struct {
    // Copies that carry the ALT; 0 where `ac_known` is VDX_KNOWN_WITHHELD.
    uint64_t ac;
    // Copies with a known allele, as `an_known` says.
    uint64_t an;
    // ac / an; NaN where one of them is not shown, and of nobody.
    double af;
    // Samples with fewer copies of the ALT than their ploidy, as `genotypes_known` says.
    uint64_t n_het;
    // Samples with two copies or more, all of them the ALT.
    uint64_t n_hom;
    // Samples with one copy, the ALT.
    uint64_t n_hemi;
    // To multiples of what AC is rounded; of a union of strata the sum of theirs. 1 is exact.
    uint64_t ac_rounded_to;
    // The same of AN.
    uint64_t an_rounded_to;
    // What is said of `ac`: a vdx_known.
    int ac_known;
    // The same of `an`.
    int an_known;
    // The same of `n_het`, `n_hom` and `n_hemi`.
    int genotypes_known;
    // Zero.
    int reserved;
} vdx_shown_counts;

// A site of published counts. Texts are gone when the callback returns. It may grow at its end.
typedef struct {
    // The contig, by its name in the dataset.
    const char *chrom;
    // Where REF begins, 1-based as in VCF.
    int64_t pos;
    // REF.
    const char *ref;
    // NULL where the record had none.
    const char *alt;
    // In the union of strata that was asked for, or in everybody.
    vdx_shown_counts counts;
} vdx_published_site;

// Takes a site; other than 0 ends the listing with VDX_CANCELLED.
typedef int (*vdx_published_site_fn)(const vdx_published_site *site, void *user);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// A word for a status, such as "expression"; "unknown" for a number that is none.
const char *vdx_status_name(int status);

// The status that an error came with; VDX_HANDLE where it is not an error.
vdx_status vdx_error_status(const vdx_error *error);

// What to show the user: what is wrong, where, and what was meant perhaps. Of an expression it has
// three lines, the last of which marks the part that is wrong. The text is the error's; "" where it is
// not an error.
const char *vdx_error_message(const vdx_error *error);

// The parts of an error. Set details->struct_size first, or begin with vdx_error_details_init.
vdx_status vdx_error_describe(const vdx_error *error, vdx_error_details *details);

// One of the names that are near to what was written, the nearest first; NULL where there is none. The
// text is the error's.
const char *vdx_error_candidate(const vdx_error *error,
                                size_t number);

// Frees an error and its texts; NULL is none.
vdx_status vdx_error_free(vdx_error *error);

// The version of the library that runs, such as "0.1.0".
const char *vdx_version(void);

// The interface of the library that runs; a program was made for VDX_ABI_VERSION.
uint32_t vdx_abi_version(void);

// How many handles and texts the program has not freed yet, for tests of programs.
size_t vdx_held(void);

// Frees a text that a function gave as `char **`; NULL is none.
vdx_status vdx_text_free(char *text);

// Opens a dataset: cheap, whatever its size. It shows the state at this time, whatever is published
// later. Close it with vdx_close.
//
// Expressions may name files behind `@`, as in `samples(@ids.txt)`, which are read by the rights of the
// process: for expressions of strangers, as a server gets them, there is vdx_open_without_files.
vdx_status vdx_open(const char *path,
                    vdx_view **view,
                    vdx_error **error);

// Opens an earlier state of a dataset that is kept, by its id or the first digits of it, at least four; otherwise as
// vdx_open. The data are those of then.
vdx_status vdx_open_snapshot(const char *path,
                             const char *snapshot,
                             vdx_view **view,
                             vdx_error **error);

// Opens a dataset as vdx_open does; no expression reads a file there, and `@` is an error.
vdx_status vdx_open_without_files(const char *path, vdx_view **view, vdx_error **error);

// Closes a dataset; NULL is none. Groups and Arrow streams of it live on, and so do calls of other
// threads.
vdx_status vdx_close(vdx_view *view);

// What a dataset holds. Set info->struct_size first, or begin with vdx_info_init.
vdx_status vdx_describe(const vdx_view *view, vdx_info *info, vdx_error **error);

// Lists the samples, by number.
vdx_status vdx_each_sample(const vdx_view *view, vdx_sample_fn each, void *user, vdx_error **error);

// Reads everything and checks it: every checksum and every relation that answers rely on. VDX_DAMAGED
// with file and section for the first fault.
vdx_status vdx_verify(const vdx_view *view,
                      vdx_error **error);

// Lists the contigs with rows, in the order of the dataset.
vdx_status vdx_each_contig(const vdx_view *view, vdx_contig_fn each, void *user, vdx_error **error);

// From now on `stop` is asked, with `user`, whether questions of this thread are to end: by a clock, or
// by a flag that another thread sets. Where `stop` is NULL, questions of this thread run to their end.
vdx_status vdx_stop_when(vdx_stop_fn stop,
                         void *user);

// How often one allele is seen, in any of the spellings of expressions: `22:16050075:A:G`,
// `NC_000022.10:g.16050075A>G`, `rs587697622`. In everybody where `group` is NULL. An allele that the
// dataset does not have is no error: see vdx_counts.found.
vdx_status vdx_frequency(const vdx_view *view,
                         const char *allele,
                         const vdx_group *group,
                         vdx_counts *counts,
                         vdx_error **error);

// How often each of `n` alleles is seen: of the first, the first of `chrom` (by any of its names), of
// `pos` (1-based as in VCF), of `ref` and of `alt`; the first of `counts` takes the answer; and so on. In
// everybody where `group` is NULL. Where it fails, some of `counts` may be set.
vdx_status vdx_frequency_many(const vdx_view *view,
                              size_t n,
                              const char *const *chrom,
                              const int64_t *pos,
                              const char *const *ref,
                              const char *const *alt,
                              const vdx_group *group,
                              vdx_counts *counts,
                              vdx_error **error);

// The people that an expression picks, such as `carriers(gene:RYR1 & af<0.01) & sex:female`. Free them
// with vdx_group_free.
vdx_status vdx_ask(const vdx_view *view,
                   const char *expression,
                   vdx_group **group,
                   vdx_error **error);

// What is done to find the people that an expression picks, in lines for people to read. Free the text
// with vdx_text_free.
vdx_status vdx_explain(const vdx_view *view,
                       const char *expression,
                       char **explanation,
                       vdx_error **error);

// How many individuals: a person once, however many samples there are; a sample of which no person is
// known as one of its own.
vdx_status vdx_group_count(const vdx_group *group,
                           uint64_t *count,
                           vdx_error **error);

// Whether somebody with this id is in a group: 1 or 0. A person's id, or the name of a sample.
vdx_status vdx_group_contains(const vdx_group *group,
                              const char *id,
                              int *contains,
                              vdx_error **error);

// Lists a group: in the order of samples, then people without samples; the most similar first where a
// similarity was asked for.
vdx_status vdx_each_person(const vdx_group *group,
                           vdx_person_fn each,
                           void *user,
                           vdx_error **error);

// The numbers of a group's samples, ascending. `count` is how many there are; up to `room` of them are
// written to `numbers`, which may be NULL where `room` is 0.
vdx_status vdx_group_samples(const vdx_group *group,
                             uint32_t *numbers,
                             size_t room,
                             size_t *count,
                             vdx_error **error);

// Those of both groups, which must be of the same state of a dataset.
vdx_status vdx_group_and(const vdx_group *a,
                         const vdx_group *b,
                         vdx_group **group,
                         vdx_error **error);

// Those of either group.
vdx_status vdx_group_or(const vdx_group *a,
                        const vdx_group *b,
                        vdx_group **group,
                        vdx_error **error);

// Those of the first group that are not in the second.
vdx_status vdx_group_without(const vdx_group *a,
                             const vdx_group *b,
                             vdx_group **group,
                             vdx_error **error);

// Frees a group; NULL is none.
vdx_status vdx_group_free(vdx_group *group);

// The variants that an expression picks, in the order of contig, position, REF and ALT, counted in
// `group` or, where it is NULL, in everybody.
vdx_status vdx_each_variant(const vdx_view *view,
                            const char *where,
                            const vdx_group *group,
                            vdx_variant_fn each,
                            void *user,
                            vdx_error **error);

// Who carries the variants that an expression picks: among `group` or, where it is NULL, everybody. By
// variant, then by sample.
vdx_status vdx_each_carrier(const vdx_view *view,
                            const char *where,
                            const vdx_group *group,
                            vdx_carrier_fn each,
                            void *user,
                            vdx_error **error);

// Genotypes of the variants that an expression picks, as rows of a matrix: a column for each sample of
// `group` or, where it is NULL, of everybody, in the order of vdx_group_samples.
vdx_status vdx_each_genotypes(const vdx_view *view,
                              const char *where,
                              const vdx_group *group,
                              vdx_genotypes_fn each,
                              void *user,
                              vdx_error **error);

// For each sample, by number, the sum of the copies of each variant's ALT times the variant's weight: a polygenic score.
// Of the `n` weights there is one for each variant that the expression picks, in the order of vdx_each_variant. A genotype of
// which a copy is not known counts nothing where `missing` is "absent", and the mean of the variant's other genotypes
// where it is "mean". `samples` takes how many samples there are; the scores of the first `room` of them are written to
// `scores`, which may be NULL where `room` is 0. Sums are exact, and rounded once.
vdx_status vdx_score(const vdx_view *view,
                     const char *where,
                     const double *weights,
                     size_t n,
                     const char *missing,
                     double *scores,
                     size_t room,
                     size_t *samples,
                     vdx_error **error);

// For each variant that an expression picks, in the order of vdx_each_variant, and for each of k vectors, the sum over
// samples of the copies of the ALT times the sample's number: for association and principal components. `vectors` has `n`
// numbers, k for each sample: that of sample s in vector v is at s * k + v. `missing` is as for vdx_score. `variants`
// takes how many variants there are; of their numbers, variant after variant k of them, the first `room` are written to
// `values`, which may be NULL where `room` is 0.
vdx_status vdx_project(const vdx_view *view,
                       const char *where,
                       const double *vectors,
                       size_t n,
                       const char *missing,
                       double *values,
                       size_t room,
                       size_t *variants,
                       vdx_error **error);

// Where a table goes on behind the rows that were read of its stream, for vdx_table_options.after: `token` takes a text,
// which is to be freed with vdx_text_free, or NULL where there are no more rows, where nothing was read yet, and of
// tables that cannot be read in pages. A token is of one state of a dataset and of one question.
vdx_status vdx_page_token(const vdx_page *page,
                          char **token,
                          vdx_error **error);

// Frees a page; NULL is none. The stream it is of is not touched.
vdx_status vdx_page_free(vdx_page *page);

// The variants that an expression picks, counted in `group` or, where it is NULL, in everybody:
// chrom pos id ref alt type filter gene consequence impact ac an af n_het n_hom n_hemi n_missing.
vdx_status vdx_variants(const vdx_view *view,
                        const char *where,
                        const vdx_group *group,
                        const vdx_table_options *options,
                        struct ArrowArrayStream *stream,
                        vdx_error **error);

// Counts of the variants that an expression picks, in everybody or, with a column group before ac, in `group`:
// chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing. By `n_by` fields, such as "population", "age(18,40,65)",
// "HP:0001250" or "cases=GROUP", with a column of its values before ac for each: "all" in all of them for
// everybody, null where none is known.
vdx_status vdx_frequencies(const vdx_view *view,
                           const char *where,
                           const vdx_group *group,
                           const char *const *by,
                           size_t n_by,
                           const vdx_table_options *options,
                           struct ArrowArrayStream *stream,
                           vdx_error **error);

// Alleles in cases beside controls, two groups of which nobody is of both:
// chrom pos id ref alt ac_cases an_cases af_cases ac_controls an_controls af_controls odds_ratio p.
vdx_status vdx_cases_and_controls(const vdx_view *view,
                                  const char *where,
                                  const vdx_group *cases,
                                  const vdx_group *controls,
                                  const vdx_table_options *options,
                                  struct ArrowArrayStream *stream,
                                  vdx_error **error);

// Counts of the alleles of a VCF or BCF file in its order ("-" is standard input), also of those that nobody has, with
// the columns and rows of vdx_frequencies in `group` and by fields. Of an allele that the dataset does not have ac is 0,
// and an is null where somebody was not looked at; all are null of what is no allele.
vdx_status vdx_sites(const vdx_view *view,
                     const char *file,
                     const vdx_group *group,
                     const char *const *by,
                     size_t n_by,
                     const vdx_table_options *options,
                     struct ArrowArrayStream *stream,
                     vdx_error **error);

// Who carries the variants that an expression picks, among `group` or everybody:
// chrom pos ref alt sample individual zygosity phase. Where `trios`, a pedigree, is not NULL, only
// its children with parents in the dataset, and origin: from whom they have it.
vdx_status vdx_carriers(const vdx_view *view,
                        const char *where,
                        const vdx_group *group,
                        const char *trios,
                        const vdx_table_options *options,
                        struct ArrowArrayStream *stream,
                        vdx_error **error);

// Pairs of variants of one sample in one gene, on different copies as far as is known:
// chrom pos ref alt chrom_2 pos_2 ref_2 alt_2 gene sample individual phase.
vdx_status vdx_compounds(const vdx_view *view,
                         const char *where,
                         const vdx_group *group,
                         const vdx_table_options *options,
                         struct ArrowArrayStream *stream,
                         vdx_error **error);

// A group, as vdx_each_person lists it: id, and score where a similarity was asked for.
vdx_status vdx_ids(const vdx_group *group,
                   const vdx_table_options *options,
                   struct ArrowArrayStream *stream,
                   vdx_error **error);

// How many people there are by the values of `n_by` fields, as of vdx_frequencies: a column for each,
// and people. Without fields a summary: what value label people, with the `top` terms recorded most.
vdx_status vdx_people(const vdx_view *view,
                      const char *const *by,
                      size_t n_by,
                      size_t top,
                      const vdx_table_options *options,
                      struct ArrowArrayStream *stream,
                      vdx_error **error);

// The terms recorded of people, or more special ones, the most frequent first: id label people. Only
// those recorded as `scope` ("phenotype", "disease" ...) where it is not NULL.
vdx_status vdx_terms(const vdx_view *view,
                     const char *scope,
                     const vdx_table_options *options,
                     struct ArrowArrayStream *stream,
                     vdx_error **error);

// The terms with ids, labels or synonyms that have all words of `text`, or parts of them, the best first; the terms that
// are recorded where it is NULL: id label scopes people people_below excluded. Of `people` the term itself is recorded,
// of `people_below` it or a more special one, of `excluded` it is recorded as absent.
vdx_status vdx_find_terms(const vdx_view *view,
                          const char *text,
                          const vdx_table_options *options,
                          struct ArrowArrayStream *stream,
                          vdx_error **error);

// The ontologies that were loaded: file version.
vdx_status vdx_ontologies(const vdx_view *view,
                          const vdx_table_options *options,
                          struct ArrowArrayStream *stream,
                          vdx_error **error);

// The genes with a symbol, other names or ids that have `text` as a part, or all where it is NULL:
// symbol chrom start end ids aliases. The first and the last base are 1-based; a gene that lies at several places has a
// row for each.
vdx_status vdx_genes(const vdx_view *view,
                     const char *text,
                     const vdx_table_options *options,
                     struct ArrowArrayStream *stream,
                     vdx_error **error);

// The samples, by number: sample individual batch, and a column for each attribute that samples have.
vdx_status vdx_samples(const vdx_view *view,
                       const vdx_table_options *options,
                       struct ArrowArrayStream *stream,
                       vdx_error **error);

// The states of the dataset that can be opened with vdx_open_snapshot, the newest first: snapshot time command samples rows
// segments bytes.
vdx_status vdx_snapshots(const vdx_view *view,
                         const vdx_table_options *options,
                         struct ArrowArrayStream *stream,
                         vdx_error **error);

// The virtual cohorts, with how many people of those who may be seen are in each: name count stale pinned expression snapshot
// time purpose permit_date.
vdx_status vdx_cohorts(const vdx_view *view,
                       const vdx_table_options *options,
                       struct ArrowArrayStream *stream,
                       vdx_error **error);

// All that is recorded of an individual, by the id or by that of a sample, put together again from what is stored.
// `format` is "text", lines to read; "phenopacket", a Phenopacket 2 as JSON, a Family where a place in one is stored;
// or "beacon", an individual of Beacon 2 as JSON; NULL: as "phenopacket". Where `left_out` is not NULL it takes, a line
// each, what the format has no place for, and what datasets do not store. Free both with vdx_text_free.
vdx_status vdx_individual(const vdx_view *view,
                          const char *id,
                          const char *format,
                          char **record,
                          char **left_out,
                          vdx_error **error);

// Builds a dataset from `n` VCF and BCF files ("-" is standard input) in a directory, which appears
// whole or not at all. `options` may be NULL. Where `report` is not NULL, it takes an account of every
// record, in lines for people to read: free it with vdx_text_free.
vdx_status vdx_build(const char *const *inputs,
                     size_t n,
                     const char *dataset,
                     const vdx_build_options *options,
                     char **report,
                     vdx_error **error);

// Adds `n` VCF and BCF files to the dataset in a directory: new samples, or records of samples that are there over
// stretches where they have none yet. The new state appears whole or not at all, and datasets that are open stay as they
// are. The options of the first build hold: what is given may not contradict them; `people` are added to those that
// are there, and `replace` is not used. Otherwise as vdx_build.
vdx_status vdx_add(const char *const *inputs,
                   size_t n,
                   const char *dataset,
                   const vdx_build_options *options,
                   char **report,
                   vdx_error **error);

// Loads people, ontologies or both into a dataset, in the place of those that are there. Datasets that
// are open stay as they are. `report` as of vdx_build.
vdx_status vdx_load_people(const char *dataset,
                           const vdx_people_options *options,
                           char **report,
                           vdx_error **error);

// Writes the variants that an expression picks, with the genotypes of `group` or everybody, to a file
// with a name that ends in .vcf, .vcf.gz or .bcf. It appears whole or not at all. `options` and `summary`
// may be NULL.
vdx_status vdx_export(const vdx_view *view,
                      const char *where,
                      const vdx_group *group,
                      const char *file,
                      const vdx_export_options *options,
                      vdx_export_summary *summary,
                      vdx_error **error);

// Writes an invented cohort to a directory, the same on every machine: cohort.vcf.gz, and what a correct
// reader must count in it. `options` may be NULL.
vdx_status vdx_simulate(const char *directory,
                        const vdx_simulate_options *options,
                        vdx_error **error);

// Writes a VCF or BCF file again ("-" is standard input), with counts of `n` datasets beside each allele, as INFO
// fields NAME_AC, NAME_AN, NAME_AF, NAME_HOM and NAME_HEMI, and with a value of the fields behind them, NAME_AC_FIN.
// VCF is written of VCF, BCF of BCF, to a file with a name that ends in .vcf, .vcf.gz or .bcf, which appears whole or not at
// all. AC is 0 of an allele that a dataset does not have, and AN is missing where somebody was not looked at. `options`
// and `summary` may be NULL. Where `notes` is not NULL, it takes warnings and what was found, in lines for people to
// read: free it with vdx_text_free.
vdx_status vdx_annotate(const char *input,
                        const vdx_annotate_with *with,
                        size_t n,
                        const char *file,
                        const vdx_annotate_options *options,
                        vdx_annotate_summary *summary,
                        char **notes,
                        vdx_error **error);

// The same as a table, a row for each allele of the file in its order: chrom pos id ref alt, and of each dataset
// ac an af n_het n_hom n_hemi n_missing, with its name before (NAME_ac) and a value of the fields behind (NAME_ac_FIN).
// Counts are null of what is no allele, and where it cannot be decided which one it is.
vdx_status vdx_annotations(const char *input,
                           const vdx_annotate_with *with,
                           size_t n,
                           const vdx_table_options *options,
                           struct ArrowArrayStream *stream,
                           vdx_error **error);

// Opens a beacon: a configuration (TOML), and the datasets that it names, of which paths are relative to the file.
// Close it with vdx_beacon_close.
vdx_status vdx_beacon_open(const char *config,
                           vdx_beacon **beacon,
                           vdx_error **error);

// Answers a request of Beacon 2. `path` is what stands below the root of the beacon, and `query` what stands behind
// `?`, or NULL, both as they came, percent-encoded. A request with a body of `body_len` bytes is a POST; one of which
// `body` is NULL is a GET. `access` is who asks, as the host has found out, as JSON (`{"granularity": "count"}`): with
// NULL the answer says whether there is anything, no more, and nothing in a request raises it.
//
// `http_status` takes the status of HTTP, `response` the JSON to send, of `response_len` bytes (which may be NULL);
// free it with vdx_text_free. What cannot be answered is a response, too: the call fails for arguments alone.
vdx_status vdx_beacon_answer(const vdx_beacon *beacon,
                             const char *path,
                             const char *query,
                             const uint8_t *body,
                             size_t body_len,
                             const char *access,
                             uint16_t *http_status,
                             char **response,
                             size_t *response_len,
                             vdx_error **error);

// The same for an asker whom you know, as issuer and subject of a token: a beacon with a ledger has budgets for each. NULL is
// anybody: all of them share their budgets.
vdx_status vdx_beacon_answer_to(const vdx_beacon *beacon,
                                const char *path,
                                const char *query,
                                const uint8_t *body,
                                size_t body_len,
                                const char *access,
                                const char *asker,
                                uint16_t *http_status,
                                char **response,
                                size_t *response_len,
                                vdx_error **error);

// Closes a beacon; NULL is none. Calls of other threads that have begun go on.
vdx_status vdx_beacon_close(vdx_beacon *beacon);

// Merges the segments of the dataset in a directory to fewer, with the same answers; variants of one position may come in
// another order. Datasets that are open stay as they are. `options` may be NULL. Where `report` is not NULL, it takes what was
// done as JSON, what was before and is now as a list of two: `segments`, `batches`, `bytes`, `erased`, and `left` and `open_in`,
// which name files and processes that still hold what was erased. Free it with vdx_text_free.
vdx_status vdx_compact(const char *dataset,
                       const vdx_compact_options *options,
                       char **report,
                       vdx_error **error);

// The dataset of a view as somebody may see it, by the decisions of people as they are now. `access` is JSON: `{"purpose":
// "secondary_use", "permit_date": "2026-03-01"}`, and whoever decided against that is not seen; with NULL it is what the view
// is of. Views show who could be seen when they were made: make one for each question, which costs next to nothing. Close it
// with vdx_close.
vdx_status vdx_view_for(const vdx_view *view,
                        const char *access,
                        vdx_view **seen,
                        vdx_error **error);

// The same with a policy of quality, in TOML or JSON: `proof` picks who has a sample of which it holds. With the hash of the
// policy as `"proof"` in `access`, samples of which it does not hold are not seen at all; vdx_view_for refuses such an access.
// With `proof` other than 0 `access`, which may be NULL, gets the hash.
vdx_status vdx_view_by(const vdx_view *view,
                       const char *access,
                       const char *policy,
                       int proof,
                       vdx_view **seen,
                       vdx_error **error);

// Withdraws people or samples: they are absent from every view that is made from now on, in every process. `what` is JSON:
// `{"individuals": ["P1"], "samples": ["S1"], "purposes": ["af"], "from": "2026-03-01", "effect": "now", "source": "a form",
// "dry_run": false}`, of which all but one of the first two may be left out. `report`, which may be NULL, takes what was
// recorded as JSON; free it with vdx_text_free. An id of nobody is an error, and then nothing is recorded.
vdx_status vdx_withdraw(const char *dataset,
                        const char *what,
                        char **report,
                        vdx_error **error);

// Takes a withdrawal back: as vdx_withdraw.
vdx_status vdx_restore(const char *dataset, const char *what, char **report, vdx_error **error);

// Records lists of decisions (files, tables separated by tabs), all or none, and what holds of whoever decided nothing.
// `options`, which may be NULL, is JSON: `{"defaults": {"all": "opt_out", "commercial": "opt_in"}, "hmb_in_strata": false,
// "dry_run": false}`. `report`, which may be NULL, takes what was recorded as JSON; without lists and options it takes what is
// decided today. Free it with vdx_text_free.
vdx_status vdx_consent(const char *dataset,
                       const char *const *lists,
                       size_t list_count,
                       const char *options,
                       char **report,
                       vdx_error **error);

// Defines a virtual cohort: `cohort:NAME` stands for the expression from now on, in every process, of who may be seen when it is
// asked. With `pin` other than 0 it holds in this state of the dataset alone. `count`, which may be NULL, takes how many
// people are in it now. vdx_cohorts lists them.
vdx_status vdx_define_cohort(const vdx_view *view,
                             const char *name,
                             const char *who,
                             int pin,
                             uint64_t *count,
                             vdx_error **error);

// Forgets a virtual cohort; one that another cohort uses is an error.
vdx_status vdx_drop_cohort(const vdx_view *view, const char *name, vdx_error **error);

// The dataset of a view under a policy: one of those that have a name ("open", "controlled", "registered", "public",
// "rare-match", "all-of-us", "omop", "datashield", "pcornet", "gdi"), or its rules as JSON (`{"name": "ours", "granularity":
// "count", "floor": {"people": 10}}`). It counts, and says whether there is anybody; nothing that it gives is of one person.
// Unlike a vdx_view it follows the decisions of people: each call is answered by them as they are then. VDX_USAGE where fewer
// people may be seen than the policy's smallest cohort. Free it with vdx_policy_view_free.
vdx_status vdx_under_policy(const vdx_view *view,
                            const char *policy,
                            vdx_policy_view **shown,
                            vdx_error **error);

// The same with what was asked before: in the file `ledger`, which is made where there is none, with the secret of 32 bytes or more in the
// file `secret`. `asker` is whom you take the asker for, NULL is anybody; `population` names the people of the dataset in all its
// states, NULL is its directory. `note` is set to what is to be said of it (people withdrew), or to NULL most often; free it with
// vdx_text_free. VDX_USAGE and VDX_IO also where the ledger is none, or of another secret.
vdx_status vdx_under_policy_kept(const vdx_view *view,
                                 const char *policy,
                                 const char *ledger,
                                 const char *secret,
                                 const char *asker,
                                 const char *population,
                                 vdx_policy_view **shown,
                                 char **note,
                                 vdx_error **error);

// The policy, with all its rules, as JSON. Free it with vdx_text_free.
vdx_status vdx_policy_rules(const vdx_policy_view *view, char **rules, vdx_error **error);

// How many people an expression picks, such as `carriers(gene:RYR1) & sex:female`. That something is withheld is no error: see
// vdx_shown_people.count_known. What the policy does not allow to be asked is VDX_USAGE.
vdx_status vdx_policy_ask(const vdx_policy_view *view,
                          const char *expression,
                          vdx_shown_people *people,
                          vdx_error **error);

// How vdx_policy_ask will be answered, a line for each part: what is asked, and how it is found. No number is said. Free the
// text with vdx_text_free.
vdx_status vdx_policy_explain(const vdx_policy_view *view,
                              const char *expression,
                              char **explanation,
                              vdx_error **error);

// Whether an expression picks a variant of which anything may be shown: `exists` takes 1 or 0, and `known` a vdx_known, which is
// VDX_KNOWN_WITHHELD where that may not be said; `exists` is 0 then.
vdx_status vdx_policy_has_variants(const vdx_policy_view *view,
                                   const char *where,
                                   int *exists,
                                   int *known,
                                   vdx_error **error);

// Counts of the variants that an expression picks, as the policy shows them, in everybody or, where it is not NULL, in the
// people that the expression `group` picks: chrom pos id ref alt ac an af n_het n_hom n_hemi status. By `n_by` fields, two at
// most, with a column of its values before ac for each: "all" for everybody, null where none is known. `status` is "exact",
// "rounded" or "capped", as of the less exact of ac and an (see vdx_known), or "withheld": then no number is there; where numbers by
// zygosity alone are null, these are withheld. Variants of which nothing may be shown are not in the table.
vdx_status vdx_policy_frequencies(const vdx_policy_view *view,
                                  const char *where,
                                  const char *group,
                                  const char *const *by,
                                  size_t n_by,
                                  const vdx_table_options *options,
                                  struct ArrowArrayStream *stream,
                                  vdx_error **error);

// How many people there are by the values of `n_by` fields, two at most, as the policy shows it: a column for each, people and
// status. `people` is null where it is withheld.
vdx_status vdx_policy_people(const vdx_policy_view *view,
                             const char *const *by,
                             size_t n_by,
                             const vdx_table_options *options,
                             struct ArrowArrayStream *stream,
                             vdx_error **error);

// The terms of which it may be shown of how many people they, or something more special, are recorded, by their ids: id label
// people status. With a `text` those that have its words in their ids, labels or synonyms.
vdx_status vdx_policy_find_terms(const vdx_policy_view *view,
                                 const char *text,
                                 const vdx_table_options *options,
                                 struct ArrowArrayStream *stream,
                                 vdx_error **error);

// Frees a dataset under a policy; NULL is none. Arrow streams of it live on, and so do calls of other threads.
vdx_status vdx_policy_view_free(vdx_policy_view *view);

// Writes counts of alleles by strata to a file: no sample, no id, and nothing of a person but what the counts that a policy shows
// say. A floor does not hide who is a member: whoever holds a genome can compute that of many sites together.
//
// `options` is JSON: `policy`, a name or rules, must be there; `by`, a list of fields of strata, `where`, `population`, which names the
// people, `consent_date`, `max_age_days` (365) and `replace` (false) may be. Where `report` is not NULL, it takes what was published as
// JSON: `sites`, `refused`, `withheld`, `cells`, `strata`, `left_out`, `digest`, `bytes`. Free it with vdx_text_free.
vdx_status vdx_publish(const vdx_view *view,
                       const char *file,
                       const char *options,
                       char **report,
                       vdx_error **error);

// Opens published counts. A file that is older than it may be is VDX_USAGE. Close it with vdx_published_close.
vdx_status vdx_published_open(const char *path,
                              vdx_published **file,
                              vdx_error **error);

// What a file says of itself, as JSON: `published` (the path), `digest`, `rows`, `bytes`, `last_day`, `about` (population, consent date,
// policy, fields, strata, contigs), `sections`. Free it with vdx_text_free.
vdx_status vdx_published_info(const vdx_published *file,
                              char **info,
                              vdx_error **error);

// Reads all of a file, and checks every checksum, the digest and every rule: VDX_DAMAGED where something is not as it was written.
vdx_status vdx_published_verify(const vdx_published *file,
                                vdx_error **error);

// The counts of an allele, by its REF and ALT in any case of letters, in a union of strata (labels with `|` between them, as "FI|SE_F") or,
// where `group` is NULL, in everybody. `found` takes 1, or 0 where the file does not have the allele: nobody has it, or what is of it may
// not be shown; `counts` is withheld then. Another group is VDX_USAGE with the labels that there are.
vdx_status vdx_published_lookup(const vdx_published *file,
                                const char *chrom,
                                int64_t pos,
                                const char *ref,
                                const char *alt,
                                const char *group,
                                vdx_shown_counts *counts,
                                int *found,
                                vdx_error **error);

// The sites that an expression picks, as "22:16,000,000-17,000,000", in their order, counted in a union of strata as
// vdx_published_lookup takes it or, where `group` is NULL, in everybody. What counts cannot answer, such as a gene, is VDX_EXPRESSION.
vdx_status vdx_published_each(const vdx_published *file,
                              const char *where,
                              const char *group,
                              vdx_published_site_fn each,
                              void *user,
                              vdx_error **error);

// Counts of the sites that an expression picks, in everybody or, where it is not NULL, in the union of strata `group`: chrom pos ref alt ac an
// af n_het n_hom n_hemi status. By `n_by` of the fields that strata are made by, with a column of its values before ac for each: "all" for
// everybody, null where none is known. `status` is as in vdx_policy_frequencies.
vdx_status vdx_published_frequencies(const vdx_published *file,
                                     const char *where,
                                     const char *group,
                                     const char *const *by,
                                     size_t n_by,
                                     const vdx_table_options *options,
                                     struct ArrowArrayStream *stream,
                                     vdx_error **error);

// Closes published counts; NULL is none. Arrow streams of it live on, and so do calls of other threads.
vdx_status vdx_published_close(vdx_published *file);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* VARIDEX_H */

/* behind the guard of the header, which may be included twice */
#ifndef VARIDEX_INIT
#define VARIDEX_INIT

#define VDX_INIT_(type)                                   \
    static inline type type##_init(void)                  \
    {                                                     \
        type value;                                       \
        memset(&value, 0, sizeof value);                  \
        value.struct_size = sizeof value;                 \
        return value;                                     \
    }

/* Structs as usual: vdx_build_options options = vdx_build_options_init(); */
VDX_INIT_(vdx_people_options)
VDX_INIT_(vdx_build_options)
VDX_INIT_(vdx_export_options)
VDX_INIT_(vdx_export_summary)
VDX_INIT_(vdx_simulate_options)
VDX_INIT_(vdx_compact_options)
VDX_INIT_(vdx_table_options)
VDX_INIT_(vdx_annotate_options)
VDX_INIT_(vdx_annotate_summary)
VDX_INIT_(vdx_info)
VDX_INIT_(vdx_error_details)

#undef VDX_INIT_

#endif
