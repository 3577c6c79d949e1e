/*
 * Questions of a beacon: is there such an allele, how many variants are in a range, how many people have an allele and a
 * phenotype. Counts only: no id and no genotype is printed. C99.
 *
 *   cc -std=c99 beacon.c $(pkg-config --cflags --libs varidex) -o beacon
 *   ./beacon DATASET
 */
#include <inttypes.h>
#include <stdio.h>
#include <varidex.h>

/* What a question gave, or why it could not be asked; an error goes to the client, too, for it names no data. */
static int answer(const char *question, vdx_status status, vdx_error *error, uint64_t count)
{
    if (status == VDX_OK)
        printf("%s: exists %s, count %" PRIu64 "\n", question, count > 0 ? "true" : "false", count);
    else
        printf("%s: %s: %s\n", question, vdx_status_name(status), vdx_error_message(error));
    vdx_error_free(error);
    return status == VDX_OK || status == VDX_EXPRESSION;
}

/* `individuals`: how many people. */
static int individuals(const vdx_view *view, const char *who)
{
    vdx_group *group = NULL;
    vdx_error *error = NULL;
    uint64_t count = 0;
    vdx_status status = vdx_ask(view, who, &group, &error);

    if (status == VDX_OK)
        status = vdx_group_count(group, &count, &error);
    vdx_group_free(group);
    return answer(who, status, error, count);
}

static int one_more(const vdx_variant *variant, void *count)
{
    (void)variant;
    ++*(uint64_t *)count;
    return 0; /* other than 0 would end the listing */
}

/* `g_variants` of a range: how many variants. */
static int range(const vdx_view *view, const char *where)
{
    vdx_error *error = NULL;
    uint64_t count = 0;
    vdx_status status = vdx_each_variant(view, where, NULL, one_more, &count, &error);

    return answer(where, status, error, count);
}

/* `g_variants` of one allele: how often it is seen. */
static int allele(const vdx_view *view, const char *spelling)
{
    vdx_error *error = NULL;
    vdx_counts counts;
    vdx_status status = vdx_frequency(view, spelling, NULL, &counts, &error);

    return answer(spelling, status, error, status == VDX_OK ? counts.ac : 0);
}

int main(int argc, char **argv)
{
    vdx_view *view = NULL;
    vdx_error *error = NULL;
    vdx_status status;
    int well;

    if (argc != 2) {
        fprintf(stderr, "usage: %s DATASET\n", argv[0]);
        return 2;
    }
    status = vdx_open_without_files(argv[1], &view, &error);
    if (status != VDX_OK) {
        fprintf(stderr, "%s: %s\n", vdx_status_name(status), vdx_error_message(error));
        vdx_error_free(error);
        return 1;
    }
    well = allele(view, "22:20070103:G:A")
        && allele(view, "22:20070103:G:C")
        && range(view, "region(22, 20064000, 20065000)")
        && individuals(view, "carriers(22:20070103:G:A) & HP:0003473")
        && individuals(view, "samples(@/etc/passwd)");
    vdx_close(view);
    return well ? 0 : 1;
}
