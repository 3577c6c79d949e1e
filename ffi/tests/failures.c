/*
 * Work that fails or is ended: datasets that cannot be read, builds, callbacks, and groups of other datasets.
 *
 *   failures FORMAT_SPEC DATASET WORK
 *
 * FORMAT_SPEC has the test vectors and cases, DATASET is what questions.c builds, WORK an empty directory.
 */
#include "refusals.h"

#include <math.h>

/* Datasets that are not there, damaged, too new, or too old. */
static void files(const char *spec)
{
    vdx_view *dataset = NULL;
    vdx_error *error = NULL;
    vdx_error_details details = vdx_error_details_init();
    char dir[2048];

    EXPECT(vdx_open("/no/such.vdx", &dataset, &error) == VDX_IO && dataset == NULL);
    EXPECT(vdx_error_describe(error, &details) == VDX_OK);
    EXPECT(details.os_error == ENOENT && strstr(details.file, "/no/such.vdx") != NULL);
    EXPECT(strstr(vdx_error_message(error), "no dataset at /no/such.vdx") != NULL);
    EXPECT(freed(error) == VDX_IO);

    snprintf(dir, sizeof dir, "%s/vectors/bad", spec);
    REFUSED(VDX_TOO_NEW, vdx_open(in(dir, "M4-version.vdx"), &dataset, &error));
    EXPECT(vdx_open(in(dir, "M4-version.vdx"), &dataset, &error) == VDX_TOO_NEW);
    EXPECT(vdx_error_describe(error, &details) == VDX_OK);
    EXPECT(details.found != NULL && details.expected != NULL && details.file != NULL);
    EXPECT(freed(error) == VDX_TOO_NEW);
    REFUSED(VDX_TOO_OLD, vdx_open(in(dir, "M17-version.vdx"), &dataset, &error));
    /* segments are opened when they are needed */
    EXPECT(vdx_open(in(dir, "F15-version.vdx"), &dataset, &error) == VDX_OK);
    REFUSED(VDX_TOO_OLD, vdx_verify(dataset, &error));
    vdx_close(dataset);
    dataset = NULL;

    EXPECT(vdx_open(in(dir, "M1-no-json.vdx"), &dataset, &error) == VDX_DAMAGED);
    EXPECT(vdx_error_describe(error, &details) == VDX_OK);
    EXPECT(strcmp(details.section, "manifest") == 0);
    EXPECT(freed(error) == VDX_DAMAGED);

    /* what opens may still be damaged: it is reported when it is touched */
    EXPECT(vdx_open(in(dir, "A1-length.vdx"), &dataset, NULL) == VDX_OK);
    EXPECT(vdx_verify(dataset, &error) == VDX_DAMAGED);
    EXPECT(vdx_error_describe(error, &details) == VDX_OK);
    EXPECT(details.place_kind == VDX_PLACE_BYTE && details.section != NULL);
    EXPECT(details.expected != NULL && details.found != NULL);
    EXPECT(freed(error) == VDX_DAMAGED);
    EXPECT(vdx_close(dataset) == VDX_OK);
}

/* Builds that fail leave nothing. */
static void builds(const char *spec, const char *work)
{
    vdx_view *dataset = NULL;
    vdx_error *error = NULL;
    vdx_error_details details = vdx_error_details_init();
    vdx_build_options options = vdx_build_options_init();
    char vcf[2048], to[2048], bad[2048];
    const char *inputs[1];
    char *report = NULL;
    int asked = 0;
    FILE *file;

    snprintf(vcf, sizeof vcf, "%s/cases/data/cohort.vcf", spec);
    snprintf(to, sizeof to, "%s/built.vdx", work);
    snprintf(bad, sizeof bad, "%s/bad.vcf", work);
    file = fopen(bad, "w");
    EXPECT(file != NULL);
    fputs("##fileformat=VCFv4.3\n##contig=<ID=1>\n"
          "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n"
          "1\tx\t.\tA\tC\t.\t.\t.\tGT\t0/1\n",
          file);
    fclose(file);

    inputs[0] = bad;
    EXPECT(vdx_build(inputs, 1, to, NULL, &report, &error) == VDX_INPUT && report == NULL);
    EXPECT(vdx_error_describe(error, &details) == VDX_OK);
    EXPECT(details.place_kind == VDX_PLACE_LINE && details.place == 4);
    EXPECT(strcmp(details.file, bad) == 0 && details.expected != NULL && details.found != NULL);
    EXPECT(freed(error) == VDX_INPUT);
    REFUSED(VDX_IO, vdx_open(to, &dataset, &error));

    inputs[0] = vcf;
    options.progress = stop_at_once;
    options.user = &asked;
    REFUSED(VDX_CANCELLED, vdx_build(inputs, 1, to, &options, NULL, &error));
    EXPECT(asked == 1);
    REFUSED(VDX_IO, vdx_open(to, &dataset, &error));
    options.progress = NULL;
    options.assembly = "GRCh99";
    REFUSED(VDX_USAGE, vdx_build(inputs, 1, to, &options, NULL, &error));
    options.assembly = NULL;
    options.min_gq = NAN;
    REFUSED(VDX_USAGE, vdx_build(inputs, 1, to, &options, NULL, &error));
    options.min_gq = 0;
    options.min_dp = -1;
    REFUSED(VDX_USAGE, vdx_build(inputs, 1, to, &options, NULL, &error));
    options.min_dp = 0;
    /* of nobody is a sex known */
    options.sex_ploidy = 1;
    REFUSED(VDX_USAGE, vdx_build(inputs, 1, to, &options, NULL, &error));
    options.sex_ploidy = 0;
    options.memory = 1;
    REFUSED(VDX_USAGE, vdx_build(inputs, 1, to, &options, NULL, &error));
    options.memory = 0;
    /* no more threads are started than make sense */
    options.threads = (uint32_t)-1;

    EXPECT(vdx_build(inputs, 1, to, &options, &report, NULL) == VDX_OK);
    EXPECT(strstr(report, "rows stored") != NULL && vdx_text_free(report) == VDX_OK);
    REFUSED(VDX_USAGE, vdx_build(inputs, 1, to, NULL, NULL, &error));
    options.replace = 1;
    EXPECT(vdx_build(inputs, 1, to, &options, NULL, NULL) == VDX_OK);
    REFUSED(VDX_IO, vdx_load_people(in(work, "none.vdx"), NULL, NULL, &error));

    /* samples that are there already; another state than those that are kept */
    REFUSED(VDX_INPUT, vdx_add(inputs, 1, to, NULL, NULL, &error));
    REFUSED(VDX_IO, vdx_add(inputs, 1, in(work, "none.vdx"), NULL, NULL, &error));
    REFUSED(VDX_USAGE, vdx_open_snapshot(to, "0123", &dataset, &error));
    REFUSED(VDX_ARGUMENT, vdx_open_snapshot(to, NULL, &dataset, &error));

    /* what the dataset was not given cannot be asked */
    EXPECT(vdx_open(to, &dataset, NULL) == VDX_OK);
    REFUSED(VDX_EXPRESSION, vdx_each_variant(dataset, "gene:RYR1", NULL, no_variant, NULL, &error));
    REFUSED(VDX_USAGE, vdx_export(dataset, "all", NULL, in(work, "out.txt"), NULL, NULL, &error));
    EXPECT(vdx_close(dataset) == VDX_OK);
}

/* Callbacks that end the work, and groups of other datasets. */
static void ended(const vdx_view *dataset, const vdx_group *group, const char *spec,
                  const char *work)
{
    vdx_view *other = NULL;
    vdx_group *theirs = NULL, *both = NULL;
    vdx_error *error = NULL;
    vdx_counts counts;
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    const char *by[] = {"sex"};
    char path[2048];
    int asked = 0;

    REFUSED(VDX_CANCELLED, vdx_each_person(group, never, &asked, &error));
    EXPECT(asked == 1);
    REFUSED(VDX_CANCELLED, vdx_each_sample(dataset, no_sample, NULL, &error));
    REFUSED(VDX_CANCELLED, vdx_each_variant(dataset, "all", NULL, no_variant, NULL, &error));
    REFUSED(VDX_CANCELLED, vdx_each_carrier(dataset, "all", group, no_carrier, NULL, &error));
    REFUSED(VDX_CANCELLED, vdx_each_genotypes(dataset, "all", NULL, no_genotypes, NULL, &error));

    asked = 0;
    EXPECT(vdx_stop_when(stop, &asked) == VDX_OK);
    REFUSED(VDX_CANCELLED, vdx_each_variant(dataset, "all", NULL, no_variant, NULL, &error));
    EXPECT(asked == 1);
    EXPECT(vdx_stop_when(NULL, NULL) == VDX_OK);
    EXPECT(vdx_verify(dataset, NULL) == VDX_OK && asked == 1);

    snprintf(path, sizeof path, "%s/vectors/tiny.vdx", spec);
    EXPECT(vdx_open(path, &other, NULL) == VDX_OK);
    EXPECT(vdx_ask(other, "all", &theirs, NULL) == VDX_OK);
    REFUSED(VDX_USAGE, vdx_group_and(group, theirs, &both, &error));
    REFUSED(VDX_USAGE, vdx_group_or(group, theirs, &both, &error));
    REFUSED(VDX_USAGE, vdx_group_without(group, theirs, &both, &error));
    EXPECT(both == NULL);
    REFUSED(VDX_USAGE, vdx_frequency(dataset, "chrX:12885000:A:G", theirs, &counts, &error));
    REFUSED(VDX_USAGE, vdx_variants(dataset, "all", theirs, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_frequencies(dataset, "all", theirs, NULL, 0, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_frequencies(dataset, "all", theirs, by, 1, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_carriers(dataset, "all", theirs, NULL, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_compounds(dataset, "all", theirs, NULL, &stream, &error));
    REFUSED(VDX_USAGE, vdx_each_variant(dataset, "all", theirs, no_variant, NULL, &error));
    REFUSED(VDX_USAGE, vdx_each_carrier(dataset, "all", theirs, no_carrier, NULL, &error));
    REFUSED(VDX_USAGE, vdx_each_genotypes(dataset, "all", theirs, no_genotypes, NULL, &error));
    snprintf(path, sizeof path, "%s/theirs.vcf", work);
    REFUSED(VDX_USAGE, vdx_export(dataset, "all", theirs, path, NULL, NULL, &error));
    EXPECT(vdx_group_free(theirs) == VDX_OK);

    /* a stream outlives its dataset, and may be released before its end */
    EXPECT(vdx_variants(other, "all", NULL, NULL, &stream, NULL) == VDX_OK);
    EXPECT(vdx_close(other) == VDX_OK);
    EXPECT(stream.get_next(&stream, &batch) == 0 && batch.release != NULL && batch.length > 0);
    batch.release(&batch);
    stream.release(&stream);
    EXPECT(stream.release == NULL);
}

int main(int argc, char **argv)
{
    vdx_view *dataset = NULL;
    vdx_group *group = NULL;

    if (argc != 4) {
        fprintf(stderr, "usage: %s FORMAT_SPEC DATASET WORK\n", argv[0]);
        return 2;
    }
    EXPECT(vdx_open(argv[2], &dataset, NULL) == VDX_OK);
    EXPECT(vdx_ask(dataset, "all", &group, NULL) == VDX_OK);
    files(argv[1]);
    builds(argv[1], argv[3]);
    ended(dataset, group, argv[1], argv[3]);
    EXPECT(vdx_group_free(group) == VDX_OK);
    EXPECT(vdx_close(dataset) == VDX_OK);
    EXPECT(vdx_held() == 0);
    return 0;
}
