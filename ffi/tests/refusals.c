/*
 * Calls that are refused: arguments, handles and options, with which status, and what the error says.
 *
 *   refusals DATASET WORK
 *
 * DATASET is what questions.c builds, WORK an empty directory.
 */
#include "refusals.h"

/* What is NULL where something is needed. */
static void nothing(const vdx_view *dataset, const vdx_group *group)
{
    vdx_view *opened = NULL;
    vdx_group *found = NULL;
    vdx_error *error = NULL;
    vdx_counts counts;
    vdx_info info = vdx_info_init();
    struct ArrowArrayStream stream;
    char *text = NULL;
    uint64_t count = 0;
    size_t size = 0;
    int answer = 0;

    REFUSED(VDX_ARGUMENT, vdx_open(NULL, &opened, &error));
    REFUSED(VDX_ARGUMENT, vdx_open("x.vdx", NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_ask(NULL, "all", &found, &error));
    REFUSED(VDX_ARGUMENT, vdx_ask(dataset, NULL, &found, &error));
    REFUSED(VDX_ARGUMENT, vdx_ask(dataset, "all", NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_explain(NULL, "all", &text, &error));
    REFUSED(VDX_ARGUMENT, vdx_explain(dataset, NULL, &text, &error));
    REFUSED(VDX_ARGUMENT, vdx_explain(dataset, "all", NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_verify(NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_describe(NULL, &info, &error));
    REFUSED(VDX_ARGUMENT, vdx_describe(dataset, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_count(NULL, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_count(group, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_contains(NULL, "P1", &answer, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_contains(group, NULL, &answer, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_contains(group, "P1", NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_samples(NULL, NULL, 0, &size, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_samples(group, NULL, 1, &size, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_samples(group, NULL, 0, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_and(NULL, group, &found, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_or(group, NULL, &found, &error));
    REFUSED(VDX_ARGUMENT, vdx_group_without(group, group, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_person(NULL, never, &answer, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_person(group, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_sample(NULL, no_sample, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_sample(dataset, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_frequency(NULL, "1:1:A:C", NULL, &counts, &error));
    REFUSED(VDX_ARGUMENT, vdx_frequency(dataset, NULL, NULL, &counts, &error));
    REFUSED(VDX_ARGUMENT, vdx_frequency(dataset, "1:1:A:C", NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_frequency_many(dataset, 1, NULL, NULL, NULL, NULL, NULL, &counts, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_variant(NULL, "all", NULL, no_variant, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_variant(dataset, NULL, NULL, no_variant, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_variant(dataset, "all", NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_carrier(NULL, "all", NULL, no_carrier, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_carrier(dataset, NULL, NULL, no_carrier, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_carrier(dataset, "all", NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_each_genotypes(dataset, "all", NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_variants(NULL, "all", NULL, NULL, &stream, &error));
    EXPECT(stream.release == NULL);
    REFUSED(VDX_ARGUMENT, vdx_variants(dataset, NULL, NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_variants(dataset, "all", NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_frequencies(dataset, "all", NULL, NULL, 1, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_frequencies(dataset, "all", NULL, NULL, 0, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_carriers(dataset, NULL, NULL, NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_compounds(dataset, NULL, NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_ids(NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_people(NULL, NULL, 0, 5, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_terms(NULL, NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_build(NULL, 0, "x.vdx", NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_build(NULL, 1, "x.vdx", NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_load_people(NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_export(dataset, "all", NULL, NULL, NULL, NULL, &error));
    /* without a place for it there is no error to free, and a success leaves none */
    EXPECT(vdx_ask(dataset, NULL, &found, NULL) == VDX_ARGUMENT);
    EXPECT(vdx_ask(dataset, "all", &found, &error) == VDX_OK && error == NULL);
    EXPECT(vdx_group_free(found) == VDX_OK);
    /* NULL is nothing to free */
    EXPECT(vdx_close(NULL) == VDX_OK && vdx_group_free(NULL) == VDX_OK);
    EXPECT(vdx_error_free(NULL) == VDX_OK && vdx_text_free(NULL) == VDX_OK);
    EXPECT(vdx_error_status(NULL) == VDX_HANDLE && vdx_error_message(NULL)[0] == '\0');
    EXPECT(vdx_error_candidate(NULL, 0) == NULL);
}

/* Handles that are none, and what is freed twice. */
static void handles(const char *path)
{
    vdx_view *dataset = NULL;
    vdx_group *group = NULL, *again = NULL;
    vdx_error *error = NULL, *told = NULL;
    vdx_error_details details = vdx_error_details_init();
    uint64_t count = 0;
    char *text = NULL;
    char mine[] = "mine";

    EXPECT(vdx_open(path, &dataset, NULL) == VDX_OK);
    EXPECT(vdx_ask(dataset, "all", &group, NULL) == VDX_OK);
    EXPECT(vdx_explain(dataset, "all", &text, NULL) == VDX_OK && text[0] != '\0');
    EXPECT(vdx_text_free(text) == VDX_OK);
    EXPECT(vdx_text_free(text) == VDX_HANDLE);
    EXPECT(vdx_text_free(mine) == VDX_HANDLE);

    /* of another kind, or never one */
    REFUSED(VDX_HANDLE, vdx_ask((vdx_view *)(void *)group, "all", &again, &error));
    REFUSED(VDX_HANDLE, vdx_ask((vdx_view *)(void *)mine, "all", &again, &error));
    REFUSED(VDX_HANDLE, vdx_group_count((vdx_group *)(void *)dataset, &count, &error));
    EXPECT(vdx_group_free((vdx_group *)(void *)dataset) == VDX_HANDLE);
    EXPECT(vdx_close((vdx_view *)(void *)group) == VDX_HANDLE);

    /* a closed dataset is refused, and its groups live on */
    EXPECT(vdx_close(dataset) == VDX_OK);
    EXPECT(vdx_close(dataset) == VDX_HANDLE);
    REFUSED(VDX_HANDLE, vdx_ask(dataset, "all", &again, &error));
    EXPECT(again == NULL);
    EXPECT(vdx_group_count(group, &count, NULL) == VDX_OK && count == 6);
    EXPECT(vdx_group_free(group) == VDX_OK);
    EXPECT(vdx_group_free(group) == VDX_HANDLE);

    /* the error of a freed handle, freed itself */
    EXPECT(vdx_group_count(group, &count, &told) == VDX_HANDLE);
    EXPECT(vdx_error_free(told) == VDX_OK);
    EXPECT(vdx_error_free(told) == VDX_HANDLE);
    EXPECT(vdx_error_status(told) == VDX_HANDLE && vdx_error_message(told)[0] == '\0');
    EXPECT(vdx_error_describe(told, &details) == VDX_HANDLE);
}

/* What errors tell. */
static void reported(const vdx_view *dataset)
{
    vdx_group *group = NULL;
    vdx_error *error = NULL;
    vdx_counts counts;
    vdx_error_details details = vdx_error_details_init();
    struct ArrowArrayStream stream;
    const char *by[] = {"height"};

    EXPECT(vdx_ask(dataset, "all & population:FIM", &group, &error) == VDX_EXPRESSION);
    EXPECT(group == NULL);
    EXPECT(strstr(vdx_error_message(error), "did you mean FIN") != NULL);
    EXPECT(vdx_error_describe(error, &details) == VDX_OK);
    EXPECT(strcmp(details.expression, "all & population:FIM") == 0);
    EXPECT(details.begin == 6 && details.end == 20);
    EXPECT(strstr(details.reason, "FIM") != NULL && strchr(details.reason, '\n') == NULL);
    EXPECT(details.candidates >= 1 && strcmp(vdx_error_candidate(error, 0), "FIN") == 0);
    EXPECT(vdx_error_candidate(error, details.candidates) == NULL);
    EXPECT(details.file == NULL && details.section == NULL);
    EXPECT(freed(error) == VDX_EXPRESSION);

    REFUSED(VDX_EXPRESSION, vdx_frequency(dataset, "chr10:1-2", NULL, &counts, &error));
    REFUSED(VDX_USAGE, vdx_frequencies(dataset, "all", NULL, by, 1, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_people(dataset, by, 1, 0, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_terms(dataset, "heights", NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_ask(dataset, "\xff", &group, &error));
    REFUSED(VDX_IO, vdx_carriers(dataset, "all", NULL, "no-such.ped", NULL, &stream, &error));
    EXPECT(strcmp(vdx_status_name(VDX_TOO_NEW), "too_new") == 0);
    EXPECT(strcmp(vdx_status_name(VDX_PANIC), "panic") == 0);
    EXPECT(strcmp(vdx_status_name(VDX_TOO_OLD), "too_old") == 0);
    EXPECT(strcmp(vdx_status_name(99), "unknown") == 0);
}

/* Beacons: handles, arguments, and what is no configuration. */
static void beacons(const vdx_view *dataset)
{
    vdx_beacon *beacon = NULL, *none = (vdx_beacon *)(void *)&beacon;
    vdx_error *error = NULL;
    uint16_t http_status = 42;
    char *response = NULL;
    size_t length = 42;

    REFUSED(VDX_ARGUMENT, vdx_beacon_open(NULL, &beacon, &error));
    REFUSED(VDX_ARGUMENT, vdx_beacon_open("no-such.toml", NULL, &error));
    REFUSED(VDX_IO, vdx_beacon_open("no-such.toml", &beacon, &error));
    EXPECT(beacon == NULL);
    REFUSED(VDX_ARGUMENT, vdx_beacon_answer(NULL, "/info", NULL, NULL, 0, NULL, &http_status, &response, &length, &error));
    REFUSED(VDX_HANDLE, vdx_beacon_answer(none, "/info", NULL, NULL, 0, NULL, &http_status, &response, &length, &error));
    none = (vdx_beacon *)(void *)dataset;
    REFUSED(VDX_HANDLE, vdx_beacon_answer(none, "/info", NULL, NULL, 0, NULL, &http_status, &response, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_beacon_answer(none, NULL, NULL, NULL, 0, NULL, &http_status, &response, &length, &error));
    REFUSED(VDX_ARGUMENT, vdx_beacon_answer(none, "\xff", NULL, NULL, 0, NULL, &http_status, &response, &length, &error));
    REFUSED(VDX_ARGUMENT, vdx_beacon_answer(none, "/info", NULL, NULL, 1, NULL, &http_status, &response, &length, &error));
    REFUSED(VDX_ARGUMENT, vdx_beacon_answer(none, "/info", NULL, NULL, 0, NULL, NULL, &response, &length, &error));
    REFUSED(VDX_ARGUMENT, vdx_beacon_answer(none, "/info", NULL, NULL, 0, NULL, &http_status, NULL, &length, &error));
    EXPECT(http_status == 42 && response == NULL && length == 42);
    EXPECT(vdx_beacon_close(none) == VDX_HANDLE);
    EXPECT(vdx_beacon_close(NULL) == VDX_OK);
}

/* Options of tables, records of individuals and annotation that make no sense. */
static void tables(const vdx_view *dataset, const char *work)
{
    vdx_error *error = NULL;
    struct ArrowArrayStream stream;
    vdx_table_options options = vdx_table_options_init();
    vdx_annotate_options how = vdx_annotate_options_init();
    vdx_annotate_with with = {dataset, NULL, NULL, NULL, 0}, two[2];
    vdx_page *page = (vdx_page *)(void *)&options;
    const char *names[] = {"pos", "height"};
    const char *by[] = {"height"};
    char *text = NULL, *left = NULL;
    uint64_t count = 42;

    options.columns = names;
    options.n_columns = 2;
    options.page = &page;
    REFUSED(VDX_USAGE, vdx_variants(dataset, "all", NULL, &options, &stream, &error));
    EXPECT(stream.release == NULL && page == NULL);
    names[1] = "pos";
    REFUSED(VDX_USAGE, vdx_variants(dataset, "all", NULL, &options, &stream, &error));
    names[1] = NULL;
    REFUSED(VDX_ARGUMENT, vdx_variants(dataset, "all", NULL, &options, &stream, &error));
    names[1] = "\xff";
    REFUSED(VDX_ARGUMENT, vdx_variants(dataset, "all", NULL, &options, &stream, &error));
    options.columns = NULL;
    REFUSED(VDX_ARGUMENT, vdx_variants(dataset, "all", NULL, &options, &stream, &error));
    options.n_columns = 0;
    options.after = "no token";
    REFUSED(VDX_USAGE, vdx_variants(dataset, "all", NULL, &options, &stream, &error));
    options.after = "00000000000000000000000000000000000000000000000000000000000000";
    REFUSED(VDX_USAGE, vdx_variants(dataset, "all", NULL, &options, &stream, &error));
    options.after = NULL;
    options.count = &count;
    REFUSED(VDX_EXPRESSION, vdx_variants(dataset, "gene:", NULL, &options, NULL, &error));
    EXPECT(count == 42);
    options.struct_size = 8;
    REFUSED(VDX_ARGUMENT, vdx_variants(dataset, "all", NULL, &options, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_find_terms(NULL, NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_find_terms(dataset, "\xff", NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_genes(NULL, NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_samples(NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_ontologies(NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_cases_and_controls(dataset, "all", NULL, NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_sites(dataset, NULL, NULL, NULL, 0, NULL, &stream, &error));
    REFUSED(VDX_IO, vdx_sites(dataset, "no-such.vcf", NULL, NULL, 0, NULL, &stream, &error));

    REFUSED(VDX_HANDLE, vdx_page_token((vdx_page *)(void *)names, &text, &error));
    REFUSED(VDX_ARGUMENT, vdx_page_token(NULL, &text, &error));
    EXPECT(vdx_page_free((vdx_page *)(void *)names) == VDX_HANDLE);
    EXPECT(vdx_page_free(NULL) == VDX_OK);

    REFUSED(VDX_ARGUMENT, vdx_individual(dataset, NULL, NULL, &text, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_individual(dataset, "P1", NULL, NULL, NULL, &error));
    REFUSED(VDX_USAGE, vdx_individual(dataset, "P1", "yaml", &text, &left, &error));
    REFUSED(VDX_USAGE, vdx_individual(dataset, "nobody", NULL, &text, &left, &error));
    EXPECT(text == NULL && left == NULL);

    REFUSED(VDX_USAGE, vdx_annotate("no-such.vcf", NULL, 0, in(work, "a.vcf"), NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_annotate("no-such.vcf", NULL, 1, in(work, "a.vcf"), NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_annotate(NULL, &with, 1, in(work, "a.vcf"), NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_annotate("no-such.vcf", &with, 1, NULL, NULL, NULL, NULL, &error));
    REFUSED(VDX_IO, vdx_annotate("no-such.vcf", &with, 1, in(work, "a.vcf"), NULL, NULL, &text, &error));
    REFUSED(VDX_USAGE, vdx_annotate("no-such.vcf", &with, 1, in(work, "a.txt"), NULL, NULL, NULL, &error));
    how.filter = "af<";
    REFUSED(VDX_EXPRESSION, vdx_annotate("no-such.vcf", &with, 1, in(work, "a.vcf"), &how, NULL, NULL, &error));
    with.by = by;
    with.n_by = 1;
    REFUSED(VDX_USAGE, vdx_annotations("no-such.vcf", &with, 1, NULL, &stream, &error));
    with.view = NULL;
    REFUSED(VDX_ARGUMENT, vdx_annotations("no-such.vcf", &with, 1, NULL, &stream, &error));
    two[0].view = two[1].view = dataset;
    two[0].name = two[1].name = NULL;
    two[0].group = two[1].group = NULL;
    two[0].n_by = two[1].n_by = 0;
    two[0].by = two[1].by = NULL;
    REFUSED(VDX_IO, vdx_annotations("no-such.vcf", two, 2, NULL, &stream, &error));
    EXPECT(text == NULL);
}

/* Files that expressions name: read where the program said so, and never shown. */
static void lists(const char *path, const char *work)
{
    vdx_view *dataset = NULL, *strict = NULL;
    vdx_group *group = NULL;
    vdx_error *error = NULL;
    vdx_error_details details = vdx_error_details_init();
    uint64_t count = 0;
    char list[2048], named[4096];
    FILE *file;

    snprintf(list, sizeof list, "%s/ids.txt", work);
    file = fopen(list, "w");
    EXPECT(file != NULL && fputs("P1\n", file) >= 0 && fclose(file) == 0);
    EXPECT(vdx_open(path, &dataset, NULL) == VDX_OK);
    REFUSED(VDX_ARGUMENT, vdx_open_without_files(NULL, &strict, &error));
    REFUSED(VDX_ARGUMENT, vdx_open_without_files(path, NULL, &error));
    EXPECT(vdx_open_without_files(path, &strict, NULL) == VDX_OK);

    snprintf(named, sizeof named, "individuals(@\"%s\")", list);
    EXPECT(vdx_ask(dataset, named, &group, NULL) == VDX_OK);
    EXPECT(vdx_group_count(group, &count, NULL) == VDX_OK && count == 1);
    EXPECT(vdx_group_free(group) == VDX_OK);
    EXPECT(vdx_ask(strict, named, &group, &error) == VDX_EXPRESSION);
    EXPECT(strstr(vdx_error_message(error), "no files are read here") != NULL);
    EXPECT(freed(error) == VDX_EXPRESSION);
    /* a quoted text is an id, and `@` stands nowhere else */
    snprintf(named, sizeof named, "individuals(\"%s\")", list);
    REFUSED(VDX_EXPRESSION, vdx_ask(dataset, named, &group, &error));
    REFUSED(VDX_EXPRESSION, vdx_each_variant(dataset, "id:@rs.txt", NULL, no_variant, NULL, &error));

    file = fopen(list, "w");
    EXPECT(file != NULL && fputs("P1\nsecret\n", file) >= 0 && fclose(file) == 0);
    snprintf(named, sizeof named, "individuals(@\"%s\")", list);
    EXPECT(vdx_ask(dataset, named, &group, &error) == VDX_INPUT);
    EXPECT(strstr(vdx_error_message(error), "secret") == NULL);
    EXPECT(vdx_error_describe(error, &details) == VDX_OK);
    EXPECT(details.place_kind == VDX_PLACE_LINE && details.place == 2);
    EXPECT(strcmp(details.file, list) == 0);
    EXPECT(freed(error) == VDX_INPUT);
    EXPECT(vdx_close(dataset) == VDX_OK && vdx_close(strict) == VDX_OK);
}

/* Structs of other sizes. */
static void structs(const vdx_view *dataset, const char *work)
{
    vdx_error *error = NULL;
    vdx_info info = vdx_info_init();
    struct {
        vdx_info info;
        uint64_t later;
    } newer;
    struct {
        vdx_build_options options;
        uint64_t later;
    } options;
    const char *inputs[] = {"no-such.vcf"};

    EXPECT(vdx_describe(dataset, &info, NULL) == VDX_OK);
    EXPECT(info.samples == 6 && info.people == 5 && info.rows == 8 && info.contigs == 3);
    EXPECT(strcmp(info.assembly, "GRCh38") == 0 && strlen(info.snapshot) >= 16);
    info.struct_size = 0;
    REFUSED(VDX_ARGUMENT, vdx_describe(dataset, &info, &error));
    info.struct_size = sizeof info - 1;
    REFUSED(VDX_ARGUMENT, vdx_describe(dataset, &info, &error));
    info.struct_size = (size_t)-1;
    REFUSED(VDX_ARGUMENT, vdx_describe(dataset, &info, &error));

    /* of a program that is newer than the library: what the library does not know stays */
    memset(&newer, 0, sizeof newer);
    newer.info.struct_size = sizeof newer;
    newer.later = 42;
    EXPECT(vdx_describe(dataset, &newer.info, NULL) == VDX_OK);
    EXPECT(newer.info.samples == 6 && newer.later == 42);

    /* options that the library does not know are refused, unless they are as usual */
    memset(&options, 0, sizeof options);
    options.options.struct_size = sizeof options;
    REFUSED(VDX_IO, vdx_build(inputs, 1, in(work, "no.vdx"), &options.options, NULL, &error));
    options.later = 1;
    REFUSED(VDX_ARGUMENT, vdx_build(inputs, 1, in(work, "no.vdx"), &options.options, NULL, &error));
    options.options.struct_size = 0;
    REFUSED(VDX_ARGUMENT, vdx_build(inputs, 1, in(work, "no.vdx"), &options.options, NULL, &error));
    /* not aligned */
    REFUSED(VDX_ARGUMENT,
            vdx_describe(dataset, (vdx_info *)(void *)((char *)&newer + 1), &error));
    EXPECT(vdx_verify(dataset, (vdx_error **)(void *)((char *)&newer + 1)) == VDX_ARGUMENT);
}

int main(int argc, char **argv)
{
    vdx_view *dataset = NULL;
    vdx_group *group = NULL;
    char path[2048];

    if (argc != 3) {
        fprintf(stderr, "usage: %s DATASET WORK\n", argv[0]);
        return 2;
    }
    snprintf(path, sizeof path, "%s", argv[1]);
    EXPECT(vdx_open(path, &dataset, NULL) == VDX_OK);
    EXPECT(vdx_ask(dataset, "all", &group, NULL) == VDX_OK);
    nothing(dataset, group);
    handles(path);
    reported(dataset);
    beacons(dataset);
    tables(dataset, argv[2]);
    lists(path, argv[2]);
    structs(dataset, argv[2]);
    EXPECT(vdx_group_free(group) == VDX_OK);
    EXPECT(vdx_close(dataset) == VDX_OK);
    EXPECT(vdx_held() == 0);
    return 0;
}
