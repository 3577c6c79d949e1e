/*
 * Scores of samples and projections of variants, counted by hand, and calls that are refused.
 *
 *   products DATASET
 *
 * DATASET is what questions.c builds.
 */
#include "refusals.h"

#include <math.h>

/* Copies: 1 0 0 2 0 -1 of the first, and 0 0 1 1 1 2 of the second. */
static const char *const WHERE = "chr10:87933147:C:T | chrX:12885000:A:G";

static void products(const vdx_view *dataset)
{
    const double weights[2] = {10, 1};
    /* two vectors */
    const double vectors[12] = {1, 1, 1, 2, 1, 3, 1, 4, 1, 5, 1, 6};
    const double absent[6] = {10, 0, 1, 21, 1, 2}, mean[6] = {10, 0, 1, 21, 1, 8};
    const double projected[4] = {3, 9, 5, 24};
    double found[7] = {0};
    size_t count = 0;

    EXPECT(vdx_score(dataset, WHERE, weights, 2, "absent", found, 6, &count, NULL) == VDX_OK);
    EXPECT(count == 6 && memcmp(found, absent, sizeof absent) == 0);
    EXPECT(vdx_score(dataset, WHERE, weights, 2, "mean", found, 7, &count, NULL) == VDX_OK);
    EXPECT(count == 6 && memcmp(found, mean, sizeof mean) == 0 && found[6] == 0);
    EXPECT(vdx_project(dataset, WHERE, vectors, 12, "absent", found, 4, &count, NULL) == VDX_OK);
    EXPECT(count == 2 && memcmp(found, projected, sizeof projected) == 0);
    /* no more is written than there is room for, and how much there is can be asked alone */
    found[2] = -7;
    EXPECT(vdx_project(dataset, WHERE, vectors, 12, "mean", found, 2, &count, NULL) == VDX_OK);
    EXPECT(count == 2 && fabs(found[0] - 3.6) < 1e-12 && found[2] == -7);
    count = 0;
    EXPECT(vdx_project(dataset, WHERE, vectors, 6, "mean", NULL, 0, &count, NULL) == VDX_OK);
    EXPECT(count == 2);
    EXPECT(vdx_score(dataset, "!all", NULL, 0, "mean", NULL, 0, &count, NULL) == VDX_OK);
    EXPECT(count == 6);
}

static void refusals(const vdx_view *dataset)
{
    double numbers[6] = {0};
    double found[6] = {0};
    size_t count = 0;
    vdx_error *error = NULL;

    REFUSED(VDX_ARGUMENT, vdx_score(NULL, WHERE, numbers, 2, "mean", found, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_score(dataset, NULL, numbers, 2, "mean", found, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_score(dataset, WHERE, NULL, 2, "mean", found, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_score(dataset, WHERE, numbers, 2, NULL, found, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_score(dataset, WHERE, numbers, 2, "mean", NULL, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_score(dataset, WHERE, numbers, 2, "mean", found, 6, NULL, &error));
    REFUSED(VDX_ARGUMENT, vdx_project(NULL, WHERE, numbers, 6, "mean", found, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_project(dataset, NULL, numbers, 6, "mean", found, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_project(dataset, WHERE, NULL, 6, "mean", found, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_project(dataset, WHERE, numbers, 6, NULL, found, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_project(dataset, WHERE, numbers, 6, "mean", NULL, 6, &count, &error));
    REFUSED(VDX_ARGUMENT, vdx_project(dataset, WHERE, numbers, 6, "mean", found, 6, NULL, &error));
    REFUSED(VDX_EXPRESSION, vdx_score(dataset, "ac>", numbers, 2, "mean", found, 6, &count, &error));
    REFUSED(VDX_USAGE, vdx_score(dataset, WHERE, numbers, 3, "mean", found, 6, &count, &error));
    REFUSED(VDX_USAGE, vdx_score(dataset, WHERE, NULL, 0, "mean", found, 6, &count, &error));
    REFUSED(VDX_USAGE, vdx_score(dataset, WHERE, numbers, 2, "none", found, 6, &count, &error));
    REFUSED(VDX_USAGE, vdx_project(dataset, WHERE, numbers, 5, "mean", found, 6, &count, &error));
    REFUSED(VDX_USAGE, vdx_project(dataset, WHERE, NULL, 0, "mean", found, 6, &count, &error));
    numbers[1] = NAN;
    EXPECT(vdx_score(dataset, WHERE, numbers, 2, "mean", found, 6, &count, &error) == VDX_USAGE);
    EXPECT(strstr(vdx_error_message(error), "weights: ") != NULL);
    EXPECT(strstr(vdx_error_message(error), "found NaN at 1") != NULL);
    EXPECT(freed(error) == VDX_USAGE);
    numbers[1] = INFINITY;
    REFUSED(VDX_USAGE, vdx_project(dataset, WHERE, numbers, 6, "mean", found, 6, &count, &error));
    for (int i = 0; i < 6; i++)
        EXPECT(found[i] == 0);
    EXPECT(count == 0);
}

int main(int argc, char **argv)
{
    vdx_view *dataset = NULL;

    if (argc != 2) {
        fprintf(stderr, "usage: %s DATASET\n", argv[0]);
        return 2;
    }
    EXPECT(vdx_open(argv[1], &dataset, NULL) == VDX_OK);
    products(dataset);
    refusals(dataset);
    EXPECT(vdx_close(dataset) == VDX_OK && vdx_held() == 0);
    return 0;
}
