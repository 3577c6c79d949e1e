/*
 * What leaves under a policy: few are withheld, tables are cut, who withdraws is gone at once; and calls that are refused. Prints
 * tables as the program `varidex` does, of which the output `ffi/test` compares.
 *
 *   policies WORK
 *
 * WORK is a directory, where policies.vdx is left.
 */
#include "refusals.h"
#include "table.h"

enum { PEOPLE = 12 };

static const char *const RARE = "carriers(1:100:A:G)", *const COMMON = "carriers(1:200:C:T)";

/* A file in a directory, to be written. */
static FILE *created(const char *path)
{
    FILE *file = fopen(path, "w");
    EXPECT(file != NULL);
    return file;
}

/* Twelve people, of whom one has a rare allele and six a common one. */
static void build(const char *work, const char *to)
{
    char vcf[2048], people[2048];
    const char *inputs[1], *known[1];
    vdx_build_options options = vdx_build_options_init();
    vdx_people_options of_people = vdx_people_options_init();
    vdx_error *error = NULL;
    FILE *file;

    snprintf(vcf, sizeof vcf, "%s/policies.vcf", work);
    file = created(vcf);
    fputs("##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", file);
    for (int i = 0; i < PEOPLE; i++)
        fprintf(file, "\tSECRET%d", i);
    fputs("\n1\t100\t.\tA\tG\t.\t.\t.\tGT", file);
    for (int i = 0; i < PEOPLE; i++)
        fputs(i == 3 ? "\t0/1" : "\t0/0", file);
    fputs("\n1\t200\t.\tC\tT\t.\t.\t.\tGT", file);
    for (int i = 0; i < PEOPLE; i++)
        fputs(i < 6 ? "\t0/1" : "\t0/0", file);
    fputs("\n", file);
    EXPECT(fclose(file) == 0);

    snprintf(people, sizeof people, "%s/policies.tsv", work);
    file = created(people);
    fputs("individual_id\tsample\tsex\tpopulation\thpo\n", file);
    for (int i = 0; i < PEOPLE; i++) {
        const char *terms = i == 0 ? "HP:0001250|HP:0001337" : i < 6 ? "HP:0001250" : "";
        fprintf(file, "P%d\tSECRET%d\t%s\t%s\t%s\n", i, i, i % 2 ? "male" : "female", i < 11 ? "FIN" : "", terms);
    }
    EXPECT(fclose(file) == 0);

    inputs[0] = vcf;
    known[0] = people;
    of_people.people = known;
    of_people.n_people = 1;
    options.people = &of_people;
    options.replace = 1;
    CHECK(vdx_build(inputs, 1, to, &options, NULL, &error));
}

static vdx_shown_people asked(const vdx_policy_view *shown, const char *who)
{
    vdx_shown_people people;
    vdx_error *error = NULL;

    memset(&people, 0xff, sizeof people);
    CHECK(vdx_policy_ask(shown, who, &people, &error));
    for (size_t i = 0; i < sizeof people.reserved; i++)
        EXPECT(people.reserved[i] == 0);
    return people;
}

static void few_are_withheld(const vdx_policy_view *shown)
{
    vdx_shown_people people = asked(shown, RARE);
    vdx_error *error = NULL;
    char *text = NULL;
    int exists = 42, known = 42;

    EXPECT(people.count == 0 && people.count_known == VDX_KNOWN_WITHHELD);
    EXPECT(people.exists == 0 && people.exists_known == VDX_KNOWN_WITHHELD);
    people = asked(shown, COMMON);
    /* with AC beside it, the exact number would say how many have two copies */
    EXPECT(people.count == 5 && people.count_known == VDX_KNOWN_ROUNDED);
    EXPECT(people.exists == 1 && people.exists_known == VDX_KNOWN_EXACT);
    CHECK(vdx_policy_has_variants(shown, "1:100:A:G", &exists, &known, &error));
    EXPECT(exists == 0 && known == VDX_KNOWN_WITHHELD);
    CHECK(vdx_policy_has_variants(shown, "1:200:C:T", &exists, &known, &error));
    EXPECT(exists == 1 && known == VDX_KNOWN_EXACT);
    CHECK(vdx_policy_explain(shown, "sex:female", &text, &error));
    EXPECT(strcmp(text, "sex:female: what is recorded of people\n") == 0 && vdx_text_free(text) == VDX_OK);
    CHECK(vdx_policy_rules(shown, &text, &error));
    EXPECT(strstr(text, "\"name\":\"omop\"") != NULL && vdx_text_free(text) == VDX_OK);
}

static void tables(const vdx_policy_view *shown)
{
    const char *by[] = {"sex", "population"}, *columns[] = {"ac", "status"};
    vdx_table_options options = vdx_table_options_init();
    struct ArrowArrayStream stream;
    vdx_error *error = NULL;
    uint64_t count = 0;

    CHECK(vdx_policy_frequencies(shown, "all", NULL, NULL, 0, NULL, &stream, &error));
    EXPECT(print_table(&stream, 1) == 1);
    CHECK(vdx_policy_frequencies(shown, "all", NULL, by, 2, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_policy_frequencies(shown, "all", "sex:female", NULL, 0, NULL, &stream, &error));
    print_table(&stream, 1);
    options.columns = columns;
    options.n_columns = 2;
    options.limit = 1;
    CHECK(vdx_policy_frequencies(shown, "all", NULL, by, 1, &options, &stream, &error));
    EXPECT(print_table(&stream, 1) == 1);
    CHECK(vdx_policy_people(shown, by, 1, NULL, &stream, &error));
    EXPECT(print_table(&stream, 1) == 2);
    CHECK(vdx_policy_people(shown, by, 2, NULL, &stream, &error));
    print_table(&stream, 1);
    CHECK(vdx_policy_find_terms(shown, NULL, NULL, &stream, &error));
    EXPECT(print_table(&stream, 1) == 1);
    CHECK(vdx_policy_find_terms(shown, "HP:0001337", NULL, &stream, &error));
    EXPECT(print_table(&stream, 0) == 0);
    options = vdx_table_options_init();
    options.count = &count;
    CHECK(vdx_policy_frequencies(shown, "all", NULL, NULL, 0, &options, NULL, &error));
    EXPECT(count == 1);
}

/* Rules of the program's own; a stream outlives the view. */
static void rules(vdx_view *dataset)
{
    struct ArrowArrayStream stream;
    vdx_policy_view *shown = NULL;
    vdx_shown_people people;
    vdx_error *error = NULL;

    CHECK(vdx_under_policy(dataset,
                           "{\"name\": \"ours\", \"granularity\": \"count\", \"floor\": {\"people\": 2}, \"rounding\": 4, "
                           "\"two_tailed\": false}",
                           &shown, &error));
    people = asked(shown, COMMON);
    EXPECT(people.count == 8 && people.count_known == VDX_KNOWN_ROUNDED);
    EXPECT(people.exists == 1 && people.exists_known == VDX_KNOWN_EXACT);
    CHECK(vdx_policy_frequencies(shown, "all", NULL, NULL, 0, NULL, &stream, &error));
    EXPECT(vdx_policy_view_free(shown) == VDX_OK);
    EXPECT(stream.get_next != NULL && error == NULL);
    stream.release(&stream);

    CHECK(vdx_under_policy(dataset, "{\"name\": \"whether\", \"floor\": {\"people\": 2}, \"two_tailed\": false}", &shown, &error));
    people = asked(shown, COMMON);
    EXPECT(people.count == 0 && people.count_known == VDX_KNOWN_WITHHELD);
    EXPECT(people.exists == 1 && people.exists_known == VDX_KNOWN_EXACT);
    REFUSED(VDX_USAGE, vdx_policy_people(shown, NULL, 0, NULL, &stream, &error));
    EXPECT(stream.release == NULL && vdx_policy_view_free(shown) == VDX_OK);
}

/* Who withdraws is gone from the next answer, on handles that are there. */
static void withdrawals(const vdx_view *dataset, const char *path)
{
    vdx_policy_view *shown = NULL;
    vdx_error *error = NULL;

    CHECK(vdx_under_policy(dataset, "datashield", &shown, &error));
    EXPECT(asked(shown, "all").count == 12);
    CHECK(vdx_withdraw(path, "{\"individuals\": [\"P0\"]}", NULL, &error));
    EXPECT(asked(shown, "all").count == 11);
    CHECK(vdx_restore(path, "{\"individuals\": [\"P0\"]}", NULL, &error));
    EXPECT(asked(shown, "all").count == 12);
    EXPECT(vdx_policy_view_free(shown) == VDX_OK);
}

/* What was asked before is remembered in a file. */
static void ledger(vdx_view *dataset, const char *work)
{
    const char *all_but_one = "sex:male & !carriers(1:100:A:G)";
    char file[2048], secret[2048], *note = NULL;
    vdx_policy_view *shown = NULL;
    vdx_error *error = NULL;
    FILE *out;

    snprintf(file, sizeof file, "%s/ledger.db", work);
    snprintf(secret, sizeof secret, "%s/secret", work);
    out = fopen(secret, "wb");
    EXPECT(out != NULL && fwrite("0123456789abcdef0123456789abcdef", 1, 32, out) == 32 && fclose(out) == 0);
    CHECK(vdx_under_policy_kept(dataset, "omop", file, secret, "alice", "P", &shown, &note, &error));
    EXPECT(note == NULL && asked(shown, "sex:male").count == 6);
    EXPECT(vdx_policy_view_free(shown) == VDX_OK);
    CHECK(vdx_under_policy_kept(dataset, "omop", file, secret, NULL, "P", &shown, &note, &error));
    EXPECT(asked(shown, all_but_one).count_known == VDX_KNOWN_WITHHELD);
    EXPECT(vdx_policy_view_free(shown) == VDX_OK);
    CHECK(vdx_under_policy(dataset, "omop", &shown, &error));
    EXPECT(asked(shown, all_but_one).count == 5);
    EXPECT(vdx_policy_view_free(shown) == VDX_OK);
    shown = NULL;
    REFUSED(VDX_ARGUMENT, vdx_under_policy_kept(dataset, "omop", NULL, secret, NULL, NULL, &shown, &note, &error));
    REFUSED(VDX_ARGUMENT, vdx_under_policy_kept(dataset, "omop", file, NULL, NULL, NULL, &shown, &note, &error));
    REFUSED(VDX_ARGUMENT, vdx_under_policy_kept(dataset, "omop", file, secret, NULL, NULL, &shown, NULL, &error));
    REFUSED(VDX_USAGE, vdx_under_policy_kept(dataset, "omop", secret, secret, NULL, NULL, &shown, &note, &error));
    EXPECT(shown == NULL && note == NULL);
}

static void refusals(vdx_view *dataset, vdx_policy_view *shown)
{
    const char *by[] = {"sex", "population", "age"};
    vdx_table_options options = vdx_table_options_init();
    struct ArrowArrayStream stream;
    vdx_policy_view *none = (vdx_policy_view *)(void *)dataset, *made = NULL;
    vdx_shown_people people;
    vdx_error *error = NULL;
    char *text = NULL;
    int exists = 42, known = 42;

    memset(&people, 0, sizeof people);
    people.count = 42;
    REFUSED(VDX_ARGUMENT, vdx_under_policy(NULL, "omop", &made, &error));
    REFUSED(VDX_ARGUMENT, vdx_under_policy(dataset, NULL, &made, &error));
    REFUSED(VDX_ARGUMENT, vdx_under_policy(dataset, "\xff", &made, &error));
    REFUSED(VDX_ARGUMENT, vdx_under_policy(dataset, "omop", NULL, &error));
    REFUSED(VDX_HANDLE, vdx_under_policy((vdx_view *)(void *)shown, "omop", &made, &error));
    REFUSED(VDX_USAGE, vdx_under_policy(dataset, "nothing", &made, &error));
    REFUSED(VDX_USAGE, vdx_under_policy(dataset, "{\"name\": \"a\", \"floor\": 3}", &made, &error));
    REFUSED(VDX_USAGE, vdx_under_policy(dataset, "{\"name\": \"a\", \"noise\": {\"epsilon\": 1}}", &made, &error));
    REFUSED(VDX_USAGE, vdx_under_policy(dataset, "public", &made, &error));
    EXPECT(made == NULL);
    REFUSED(VDX_ARGUMENT, vdx_policy_ask(NULL, "all", &people, &error));
    REFUSED(VDX_HANDLE, vdx_policy_ask(none, "all", &people, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_ask(shown, NULL, &people, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_ask(shown, "all", NULL, &error));
    REFUSED(VDX_EXPRESSION, vdx_policy_ask(shown, "sex:", &people, &error));
    /* what is of one person */
    REFUSED(VDX_USAGE, vdx_policy_ask(shown, "samples(SECRET3)", &people, &error));
    REFUSED(VDX_USAGE, vdx_policy_ask(shown, "individuals(P3)", &people, &error));
    REFUSED(VDX_USAGE, vdx_policy_explain(shown, "samples(SECRET3)", &text, &error));
    EXPECT(people.count == 42);
    REFUSED(VDX_ARGUMENT, vdx_policy_explain(NULL, "all", &text, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_explain(shown, NULL, &text, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_explain(shown, "all", NULL, &error));
    REFUSED(VDX_HANDLE, vdx_policy_rules(none, &text, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_rules(shown, NULL, &error));
    EXPECT(text == NULL);
    REFUSED(VDX_ARGUMENT, vdx_policy_has_variants(NULL, "all", &exists, &known, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_has_variants(shown, NULL, &exists, &known, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_has_variants(shown, "all", NULL, &known, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_has_variants(shown, "all", &exists, NULL, &error));
    REFUSED(VDX_EXPRESSION, vdx_policy_has_variants(shown, "gene:", &exists, &known, &error));
    EXPECT(exists == 42 && known == 42);
    REFUSED(VDX_ARGUMENT, vdx_policy_frequencies(NULL, "all", NULL, NULL, 0, NULL, &stream, &error));
    REFUSED(VDX_HANDLE, vdx_policy_frequencies(none, "all", NULL, NULL, 0, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_frequencies(shown, NULL, NULL, NULL, 0, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_frequencies(shown, "all", NULL, NULL, 1, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_frequencies(shown, "all", NULL, NULL, 0, NULL, NULL, &error));
    REFUSED(VDX_USAGE, vdx_policy_frequencies(shown, "all", NULL, by, 3, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_policy_frequencies(shown, "all", "individuals(P3)", NULL, 0, NULL, &stream, &error));
    options.after = "00000000000000000000000000000000000000000000000000000000000000";
    EXPECT(vdx_policy_frequencies(shown, "all", NULL, NULL, 0, &options, &stream, NULL) == VDX_USAGE);
    EXPECT(stream.release == NULL);
    REFUSED(VDX_ARGUMENT, vdx_policy_people(NULL, by, 1, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_people(shown, NULL, 1, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_policy_people(shown, by, 3, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_find_terms(NULL, NULL, NULL, &stream, &error));
    REFUSED(VDX_ARGUMENT, vdx_policy_find_terms(shown, "\xff", NULL, &stream, &error));
    EXPECT(vdx_policy_view_free(none) == VDX_HANDLE);
    EXPECT(vdx_policy_view_free(NULL) == VDX_OK);
}

int main(int argc, char **argv)
{
    char path[2048];
    vdx_view *dataset = NULL;
    vdx_policy_view *shown = NULL;
    vdx_shown_people people;
    vdx_error *error = NULL;

    if (argc != 2) {
        fprintf(stderr, "usage: %s WORK\n", argv[0]);
        return 2;
    }
    snprintf(path, sizeof path, "%s/policies.vdx", argv[1]);
    build(argv[1], path);
    CHECK(vdx_open(path, &dataset, &error));
    CHECK(vdx_under_policy(dataset, "omop", &shown, &error));
    few_are_withheld(shown);
    tables(shown);
    rules(dataset);
    ledger(dataset, argv[1]);
    withdrawals(dataset, path);
    refusals(dataset, shown);
    EXPECT(vdx_close(dataset) == VDX_OK);
    /* it keeps its dataset */
    EXPECT(asked(shown, COMMON).count == 5);
    EXPECT(vdx_policy_view_free(shown) == VDX_OK);
    EXPECT(vdx_policy_view_free(shown) == VDX_HANDLE);
    REFUSED(VDX_HANDLE, vdx_policy_ask(shown, "all", &people, &error));
    EXPECT(vdx_held() == 0);
    return 0;
}
