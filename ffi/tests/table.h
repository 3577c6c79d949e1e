/* What programs share that print tables as the program `varidex` does. */
#ifndef TABLE_H
#define TABLE_H

#include "expect.h"

#include <varidex.h>

static inline void check(vdx_status status, vdx_error *error)
{
    if (status != VDX_OK) {
        fprintf(stderr, "%s: %s\n", vdx_status_name(status), vdx_error_message(error));
        exit(1);
    }
}

/* A call that must succeed, with its error in a variable of that name. */
#define CHECK(call)                  \
    do {                             \
        vdx_status status_ = (call); \
        check(status_, error);       \
    } while (0)

static inline void print_cell(const char *format, const struct ArrowArray *column, int64_t row)
{
    const uint8_t *present = column->buffers[0];
    int64_t at = row + column->offset;

    if (present != NULL && (present[at / 8] >> (at % 8) & 1) == 0) {
        printf(".");
    } else if (strcmp(format, "u") == 0) {
        const int32_t *ends = column->buffers[1];
        printf("%.*s", (int)(ends[at + 1] - ends[at]), (const char *)column->buffers[2] + ends[at]);
    } else if (strcmp(format, "l") == 0) {
        printf("%lld", (long long)((const int64_t *)column->buffers[1])[at]);
    } else {
        EXPECT(strcmp(format, "g") == 0);
        printf("%.6g", ((const double *)column->buffers[1])[at]);
    }
}

/* Prints a table, and releases it; how many rows there are. */
static inline uint64_t print_table(struct ArrowArrayStream *stream, int header)
{
    struct ArrowSchema schema;
    struct ArrowArray batch;
    uint64_t rows = 0;

    EXPECT(stream->get_schema(stream, &schema) == 0);
    for (int64_t i = 0; header && i < schema.n_children; i++)
        printf("%s%s", i == 0 ? "" : "\t", schema.children[i]->name);
    if (header)
        printf("\n");
    for (;;) {
        EXPECT(stream->get_next(stream, &batch) == 0);
        if (batch.release == NULL)
            break;
        for (int64_t row = 0; row < batch.length; row++) {
            for (int64_t i = 0; i < batch.n_children; i++) {
                if (i > 0)
                    printf("\t");
                print_cell(schema.children[i]->format, batch.children[i], row);
            }
            printf("\n");
        }
        rows += (uint64_t)batch.length;
        batch.release(&batch);
    }
    /* and nothing behind the end */
    EXPECT(stream->get_next(stream, &batch) == 0 && batch.release == NULL);
    schema.release(&schema);
    stream->release(stream);
    return rows;
}

#endif
