/* What tests of refusals share: statuses of errors, and callbacks that end the work. */
#ifndef REFUSALS_H
#define REFUSALS_H

#include "expect.h"

#include <varidex.h>

/* A path in a directory, until the next one is asked for. */
static inline const char *in(const char *dir, const char *name)
{
    static char vector_path[2048];

    snprintf(vector_path, sizeof vector_path, "%s/%s", dir, name);
    return vector_path;
}

/* The status of an error that there must be; it is freed. */
static inline vdx_status freed(vdx_error *error)
{
    vdx_status status = vdx_error_status(error);
    EXPECT(error != NULL);
    EXPECT(vdx_error_message(error)[0] != '\0');
    EXPECT(vdx_error_free(error) == VDX_OK);
    return status;
}

static inline int never(const vdx_person *person, void *user)
{
    (void)person;
    ++*(int *)user;
    return 1;
}

static inline int no_variant(const vdx_variant *variant, void *user)
{
    (void)variant;
    (void)user;
    return 1;
}

static inline int no_carrier(const vdx_carrier *carrier, void *user)
{
    (void)carrier;
    (void)user;
    return 1;
}

static inline int no_genotypes(const vdx_variant *variant, const int8_t *copies, size_t n, void *user)
{
    (void)variant;
    EXPECT(copies[0] >= -1 && copies[0] <= 2 && n == 6);
    (void)user;
    return 1;
}

static inline int no_sample(const vdx_sample *sample, void *user)
{
    (void)user;
    EXPECT(sample->number == 0);
    return 1;
}

static inline int stop_at_once(const vdx_progress *progress, void *user)
{
    (void)progress;
    ++*(int *)user;
    return 1;
}

static inline int stop(void *user)
{
    ++*(int *)user;
    return 1;
}

#endif
