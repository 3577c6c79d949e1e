/*
 * Published counts: written, looked up, listed and put together; and calls that are refused. Prints tables as the program `varidex`
 * does, of which the output `ffi/test` compares.
 *
 *   published WORK
 *
 * WORK is a directory, where published.vdx and counts.vdx are left.
 */
#include "refusals.h"
#include "table.h"

#include <math.h>

enum { PEOPLE = 24 };

/* Every second person of each sex has the first allele, six people the second, and one the third. */
static void build(const char *work, const char *to)
{
    char vcf[2048], people[2048];
    const char *inputs[1], *known[1];
    vdx_build_options options = vdx_build_options_init();
    vdx_people_options of_people = vdx_people_options_init();
    vdx_error *error = NULL;
    FILE *file;

    snprintf(vcf, sizeof vcf, "%s/published.vcf", work);
    file = fopen(vcf, "w");
    EXPECT(file != NULL);
    fputs("##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", file);
    for (int i = 0; i < PEOPLE; i++)
        fprintf(file, "\tSECRET%d", i);
    fputs("\n1\t100\t.\tA\tG\t.\t.\t.\tGT", file);
    for (int i = 0; i < PEOPLE; i++)
        fputs(i % 4 < 2 ? "\t0/1" : "\t0/0", file);
    fputs("\n1\t200\t.\tC\tT\t.\t.\t.\tGT", file);
    for (int i = 0; i < PEOPLE; i++)
        fputs(i < 6 ? "\t0/1" : "\t0/0", file);
    fputs("\n1\t300\t.\tC\tT\t.\t.\t.\tGT", file);
    for (int i = 0; i < PEOPLE; i++)
        fputs(i < 1 ? "\t0/1" : "\t0/0", file);
    fputs("\n", file);
    EXPECT(fclose(file) == 0);

    snprintf(people, sizeof people, "%s/published.tsv", work);
    file = fopen(people, "w");
    EXPECT(file != NULL);
    fputs("individual_id\tsample\tsex\n", file);
    for (int i = 0; i < PEOPLE; i++)
        fprintf(file, "P%d\tSECRET%d\t%s\n", i, i, i % 2 ? "male" : "female");
    EXPECT(fclose(file) == 0);

    inputs[0] = vcf;
    known[0] = people;
    of_people.people = known;
    of_people.n_people = 1;
    options.people = &of_people;
    options.replace = 1;
    CHECK(vdx_build(inputs, 1, to, &options, NULL, &error));
}

/* How often it was called, and the last position. */
struct seen {
    int calls;
    int64_t pos;
    uint64_t ac;
};

static int each(const vdx_published_site *site, void *user)
{
    struct seen *seen = user;

    EXPECT(strcmp(site->chrom, "1") == 0 && site->ref != NULL && site->alt != NULL);
    EXPECT(site->pos > seen->pos);
    seen->calls++;
    seen->pos = site->pos;
    seen->ac = site->counts.ac;
    return 0;
}

static int once(const vdx_published_site *site, void *user)
{
    (void)site;
    ++*(int *)user;
    return 1;
}

static void lookups(const vdx_published *file)
{
    vdx_shown_counts counts;
    vdx_error *error = NULL;
    struct seen seen = {0, 0, 0};
    int found = 42, calls = 0;

    CHECK(vdx_published_lookup(file, "chr1", 100, "A", "g", NULL, &counts, &found, &error));
    EXPECT(found == 1 && counts.ac == 12 && counts.ac_known == VDX_KNOWN_EXACT && counts.ac_rounded_to == 1);
    /* AN is rounded to twice the floor */
    EXPECT(counts.an == 50 && counts.an_known == VDX_KNOWN_ROUNDED && counts.an_rounded_to == 10);
    EXPECT(fabs(counts.af - 0.24) < 1e-9 && counts.reserved == 0);
    EXPECT(counts.n_het == 12 && counts.genotypes_known == VDX_KNOWN_EXACT);
    CHECK(vdx_published_lookup(file, "1", 100, "A", "G", "F", &counts, &found, &error));
    EXPECT(found == 1 && counts.ac == 6);
    CHECK(vdx_published_lookup(file, "1", 100, "A", "G", "F|M", &counts, &found, &error));
    EXPECT(found == 1 && counts.ac == 12 && counts.an_rounded_to == 20);
    /* three of six */
    CHECK(vdx_published_lookup(file, "1", 200, "C", "T", "F", &counts, &found, &error));
    EXPECT(found == 1 && counts.ac == 0 && counts.ac_known == VDX_KNOWN_WITHHELD && isnan(counts.af));
    /* of one person, and of nobody */
    CHECK(vdx_published_lookup(file, "1", 300, "C", "T", NULL, &counts, &found, &error));
    EXPECT(found == 0 && counts.ac_known == VDX_KNOWN_WITHHELD);
    CHECK(vdx_published_lookup(file, "1", 400, "C", "T", NULL, &counts, &found, &error));
    EXPECT(found == 0 && counts.ac_known == VDX_KNOWN_WITHHELD);

    CHECK(vdx_published_each(file, "1:50-1000", NULL, each, &seen, &error));
    EXPECT(seen.calls == 2 && seen.pos == 200 && seen.ac == 6);
    EXPECT(vdx_published_each(file, "all", "M", once, &calls, &error) == VDX_CANCELLED);
    EXPECT(calls == 1 && freed(error) == VDX_CANCELLED);
    error = NULL;
    CHECK(vdx_published_verify(file, &error));
}

static void refusals(vdx_view *dataset, vdx_published *file)
{
    const char *by[] = {"age"};
    struct ArrowArrayStream stream;
    vdx_published *none = (vdx_published *)(void *)dataset, *made = NULL;
    vdx_shown_counts counts;
    vdx_error *error = NULL;
    char *text = NULL;
    int found = 42, calls = 0;

    memset(&counts, 0, sizeof counts);
    counts.ac = 42;
    REFUSED(VDX_ARGUMENT, vdx_published_open(NULL, &made, &error));
    REFUSED(VDX_ARGUMENT, vdx_published_open("x", NULL, &error));
    REFUSED(VDX_IO, vdx_published_open("/nowhere/x.vdx", &made, &error));
    EXPECT(made == NULL);
    REFUSED(VDX_ARGUMENT, vdx_published_info(NULL, &text, &error));
    REFUSED(VDX_HANDLE, vdx_published_info(none, &text, &error));
    REFUSED(VDX_ARGUMENT, vdx_published_info(file, NULL, &error));
    REFUSED(VDX_HANDLE, vdx_published_verify(none, &error));
    EXPECT(text == NULL);
    REFUSED(VDX_ARGUMENT, vdx_published_lookup(NULL, "1", 1, "A", "G", NULL, &counts, &found, &error));
    REFUSED(VDX_HANDLE, vdx_published_lookup(none, "1", 1, "A", "G", NULL, &counts, &found, &error));
    REFUSED(VDX_ARGUMENT, vdx_published_lookup(file, NULL, 1, "A", "G", NULL, &counts, &found, &error));
    REFUSED(VDX_ARGUMENT, vdx_published_lookup(file, "1", -1, "A", "G", NULL, &counts, &found, &error));
    REFUSED(VDX_ARGUMENT, vdx_published_lookup(file, "1", 1, "A", "G", NULL, NULL, &found, &error));
    REFUSED(VDX_ARGUMENT, vdx_published_lookup(file, "1", 1, "A", "G", NULL, &counts, NULL, &error));
    REFUSED(VDX_USAGE, vdx_published_lookup(file, "2", 1, "A", "G", NULL, &counts, &found, &error));
    REFUSED(VDX_USAGE, vdx_published_lookup(file, "1", 1, "A", "G", "FIN", &counts, &found, &error));
    EXPECT(counts.ac == 42 && found == 42);
    REFUSED(VDX_ARGUMENT, vdx_published_each(file, "all", NULL, NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_published_each(file, NULL, NULL, once, &calls, &error));
    REFUSED(VDX_EXPRESSION, vdx_published_each(file, "gene:RYR1", NULL, once, &calls, &error));
    REFUSED(VDX_USAGE, vdx_published_each(file, "all", "FIN", once, &calls, &error));
    REFUSED(VDX_HANDLE, vdx_published_each(none, "all", NULL, once, &calls, &error));
    EXPECT(calls == 0);
    REFUSED(VDX_ARGUMENT, vdx_published_frequencies(NULL, "all", NULL, NULL, 0, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_published_frequencies(file, NULL, NULL, NULL, 0, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_published_frequencies(file, "all", NULL, by, 1, NULL, &stream, &error));
    EXPECT(stream.release == NULL);
    REFUSED(VDX_ARGUMENT, vdx_publish(dataset, NULL, "{}", NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_publish(dataset, "x", NULL, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_publish(NULL, "x", "{}", NULL, &error));
    REFUSED(VDX_USAGE, vdx_publish(dataset, "x", "{}", NULL, &error));
    REFUSED(VDX_USAGE, vdx_publish(dataset, "x", "{\"policy\": \"omop\", \"polcy\": 1}", NULL, &error));
    REFUSED(VDX_USAGE, vdx_publish(dataset, "x", "{\"policy\": \"nothing\"}", NULL, &error));
    EXPECT(vdx_published_close(none) == VDX_HANDLE);
    EXPECT(vdx_published_close(NULL) == VDX_OK);
}

int main(int argc, char **argv)
{
    char path[2048], out[2048];
    const char *by[] = {"sex"};
    const char *const options = "{\"policy\": \"omop\", \"by\": [\"sex\"], \"population\": \"two dozen\", \"replace\": true}";
    vdx_view *dataset = NULL;
    vdx_published *file = NULL;
    vdx_error *error = NULL;
    struct ArrowArrayStream stream;
    char *text = NULL;

    if (argc != 2) {
        fprintf(stderr, "usage: %s WORK\n", argv[0]);
        return 2;
    }
    snprintf(path, sizeof path, "%s/published.vdx", argv[1]);
    snprintf(out, sizeof out, "%s/counts.vdx", argv[1]);
    build(argv[1], path);
    CHECK(vdx_open(path, &dataset, &error));
    CHECK(vdx_publish(dataset, out, options, &text, &error));
    EXPECT(strstr(text, "\"sites\":2,\"refused\":1") != NULL && strstr(text, "[\"F\",\"M\"]") != NULL);
    EXPECT(vdx_text_free(text) == VDX_OK);
    CHECK(vdx_published_open(out, &file, &error));
    CHECK(vdx_published_info(file, &text, &error));
    EXPECT(strstr(text, "\"population\":\"two dozen\"") != NULL && strstr(text, "SECRET") == NULL);
    EXPECT(vdx_text_free(text) == VDX_OK);
    lookups(file);
    refusals(dataset, file);
    EXPECT(vdx_close(dataset) == VDX_OK);
    CHECK(vdx_published_frequencies(file, "all", NULL, NULL, 0, NULL, &stream, &error));
    EXPECT(print_table(&stream, 1) == 2);
    CHECK(vdx_published_frequencies(file, "1:50-150", NULL, by, 1, NULL, &stream, &error));
    EXPECT(print_table(&stream, 1) == 3);
    CHECK(vdx_published_frequencies(file, "all", "F|M", NULL, 0, NULL, &stream, &error));
    EXPECT(vdx_published_close(file) == VDX_OK);
    print_table(&stream, 1);
    EXPECT(vdx_published_close(file) == VDX_HANDLE);
    EXPECT(vdx_held() == 0);
    return 0;
}
