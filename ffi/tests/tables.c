/*
 * Tables in parts, individuals, terms, genes, samples and annotation: prints them as the program `varidex` does, of which the
 * output `ffi/test` compares.
 *
 *   tables DATASET INPUT OUTPUT
 *
 * DATASET is what questions.c builds, INPUT a VCF file, OUTPUT the VCF file to write.
 */
#include "table.h"

/* All variants, three in each page, then how many there are. */
static void pages(const vdx_view *dataset)
{
    const char *columns[] = {"pos", "chrom", "alt", "qual", "af"};
    vdx_table_options options = vdx_table_options_init();
    struct ArrowArrayStream stream;
    vdx_error *error = NULL;
    vdx_page *page = NULL;
    char *token = NULL;
    uint64_t rows = 0, count = 0;
    int number = 0;

    options.columns = columns;
    options.n_columns = 5;
    options.limit = 3;
    options.page = &page;
    do {
        options.after = token;
        CHECK(vdx_variants(dataset, "all", NULL, &options, &stream, &error));
        vdx_text_free(token);
        EXPECT(vdx_page_token(page, &token, NULL) == VDX_OK && token == NULL);
        rows += print_table(&stream, number++ == 0);
        CHECK(vdx_page_token(page, &token, &error));
        EXPECT(vdx_page_free(page) == VDX_OK);
        EXPECT(vdx_page_free(page) == VDX_HANDLE);
    } while (token != NULL);
    EXPECT(number == (int)((rows + 2) / 3));

    options = vdx_table_options_init();
    options.count = &count;
    CHECK(vdx_variants(dataset, "all", NULL, &options, NULL, &error));
    EXPECT(count == rows);
    options.offset = 2;
    options.limit = 4;
    CHECK(vdx_variants(dataset, "all", NULL, &options, &stream, &error));
    EXPECT(count == 4 && stream.release == NULL);
    printf("%llu\n", (unsigned long long)rows);
}

/* What is read in part goes on behind that; a token of another question, or for a table without, is refused. */
static void tokens(const vdx_view *dataset)
{
    vdx_table_options options = vdx_table_options_init();
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    vdx_error *error = NULL;
    vdx_page *page = NULL;
    char *token = NULL;

    options.page = &page;
    options.limit = 2;
    CHECK(vdx_carriers(dataset, "all", NULL, NULL, &options, &stream, &error));
    EXPECT(stream.get_next(&stream, &batch) == 0 && batch.length == 2);
    batch.release(&batch);
    stream.release(&stream);
    /* the page outlives its stream */
    CHECK(vdx_page_token(page, &token, &error));
    EXPECT(token != NULL && vdx_page_free(page) == VDX_OK);
    options.after = token;
    options.limit = 0;
    CHECK(vdx_carriers(dataset, "all", NULL, NULL, &options, &stream, &error));
    print_table(&stream, 1);
    EXPECT(vdx_page_free(page) == VDX_OK);
    EXPECT(vdx_variants(dataset, "all", NULL, &options, &stream, NULL) == VDX_USAGE);
    EXPECT(vdx_genes(dataset, NULL, &options, &stream, NULL) == VDX_USAGE && page == NULL);
    EXPECT(vdx_compounds(dataset, "all", NULL, &options, &stream, NULL) == VDX_USAGE);
    EXPECT(vdx_text_free(token) == VDX_OK);
}

static void individual(const vdx_view *dataset, const char *id, const char *format)
{
    char *record = NULL, *left = NULL;
    vdx_error *error = NULL;

    CHECK(vdx_individual(dataset, id, format, &record, &left, &error));
    EXPECT(strstr(left, "not stored: ") != NULL && vdx_text_free(left) == VDX_OK);
    fputs(record, stdout);
    EXPECT(vdx_text_free(record) == VDX_OK);
}

static int count_calls(const vdx_progress *progress, void *user)
{
    EXPECT(strcmp(progress->what, "annotating") == 0);
    ++*(int *)user;
    return 0;
}

/* Writes INPUT with counts of everybody and of women, and prints both as a table. */
static void annotate(const vdx_view *dataset, const char *input, const char *output)
{
    struct ArrowArrayStream stream;
    vdx_group *women = NULL;
    vdx_error *error = NULL;
    vdx_annotate_options options = vdx_annotate_options_init();
    vdx_annotate_summary summary = vdx_annotate_summary_init();
    vdx_annotate_with with[2] = {{dataset, NULL, NULL, NULL, 0}, {dataset, "F", NULL, NULL, 0}};
    const char *by[] = {"population"};
    char *notes = NULL;
    uint64_t rows;
    int calls = 0;

    CHECK(vdx_ask(dataset, "sex:female", &women, &error));
    with[1].group = women;
    with[0].by = by;
    with[0].n_by = 1;
    options.threads = 1;
    options.progress = count_calls;
    options.user = &calls;
    CHECK(vdx_annotate(input, with, 2, output, &options, &summary, &notes, &error));
    EXPECT(calls > 0 && summary.records > 0 && summary.written == summary.records);
    EXPECT(strstr(notes, "VDX: ") != NULL && strstr(notes, "\nF: ") != NULL);
    EXPECT(vdx_text_free(notes) == VDX_OK);
    CHECK(vdx_annotations(input, with, 2, NULL, &stream, &error));
    printf("annotations\n");
    rows = print_table(&stream, 1);
    EXPECT(2 * rows >= summary.present + summary.absent + summary.uncovered + summary.undecided);
    EXPECT(vdx_group_free(women) == VDX_OK);
}

int main(int argc, char **argv)
{
    const char *by[] = {"sex", "age(18,40)", "women=sex:female"};
    struct ArrowArrayStream stream;
    vdx_group *cases = NULL, *controls = NULL;
    vdx_view *dataset = NULL;
    vdx_error *error = NULL;

    if (argc != 4) {
        fprintf(stderr, "usage: %s DATASET INPUT OUTPUT\n", argv[0]);
        return 2;
    }
    CHECK(vdx_open(argv[1], &dataset, &error));
    pages(dataset);
    tokens(dataset);
    CHECK(vdx_frequencies(dataset, "all", NULL, by, 3, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_people(dataset, by, 3, 0, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_find_terms(dataset, NULL, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_find_terms(dataset, "weakness", NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_ontologies(dataset, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_genes(dataset, NULL, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_genes(dataset, "tlr", NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_samples(dataset, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_ask(dataset, "sex:female", &cases, &error));
    CHECK(vdx_ask(dataset, "sex:male", &controls, &error));
    CHECK(vdx_cases_and_controls(dataset, "all", cases, controls, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_sites(dataset, argv[2], cases, NULL, 0, NULL, &stream, &error));
    print_table(&stream, 1);
    EXPECT(vdx_group_free(cases) == VDX_OK && vdx_group_free(controls) == VDX_OK);
    individual(dataset, "P1", "text");
    individual(dataset, "P1", NULL);
    individual(dataset, "P1", "beacon");
    annotate(dataset, argv[2], argv[3]);
    EXPECT(vdx_close(dataset) == VDX_OK);
    EXPECT(vdx_held() == 0);
    return 0;
}
