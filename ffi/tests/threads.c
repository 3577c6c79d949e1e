/*
 * Eight threads ask one handle, while others close and free what they use: answers are those of one
 * thread.
 *
 *   threads DATASET
 */
#include "expect.h"

#include <pthread.h>
#include <varidex.h>

enum { THREADS = 8, ROUNDS = 40 };

static const char *const WHO[] = {
    "all",
    "carriers(all, at_least: 2)",
    "carriers(gene:TLR7) & disease:\"COVID-19\"",
    "similar(HP:0003473, HP:0001252; score>=0)",
    "sex:female & !carriers(chr19, hom)",
};
enum { QUESTIONS = sizeof WHO / sizeof *WHO };

/* All that a round of questions answers, in order. */
typedef struct {
    uint64_t hash;
} answers;

static void add(answers *to, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to->hash = (to->hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
}

static int add_person(const vdx_person *person, void *user)
{
    add(user, person->id, strlen(person->id));
    return 0;
}

static int add_variant(const vdx_variant *variant, void *user)
{
    add(user, &variant->pos, sizeof variant->pos);
    add(user, &variant->counts, sizeof variant->counts);
    return 0;
}

static int add_carrier(const vdx_carrier *carrier, void *user)
{
    add(user, carrier->sample, strlen(carrier->sample));
    add(user, carrier->phase, strlen(carrier->phase));
    return 0;
}

static void add_table(answers *to, const vdx_view *dataset)
{
    struct ArrowArrayStream stream;
    struct ArrowArray batch;

    EXPECT(vdx_frequencies(dataset, "all", NULL, NULL, 0, NULL, &stream, NULL) == VDX_OK);
    for (;;) {
        EXPECT(stream.get_next(&stream, &batch) == 0);
        if (batch.release == NULL)
            break;
        add(to, batch.children[6]->buffers[1], sizeof(int64_t) * (size_t)batch.length);
        batch.release(&batch);
    }
    stream.release(&stream);
}

static answers ask(const vdx_view *dataset)
{
    answers found = {UINT64_C(14695981039346656037)};
    vdx_error *error = NULL;
    vdx_counts counts;

    for (int i = 0; i < QUESTIONS; i++) {
        vdx_group *group = NULL;
        uint64_t count = 0;
        EXPECT(vdx_ask(dataset, WHO[i], &group, NULL) == VDX_OK);
        EXPECT(vdx_group_count(group, &count, NULL) == VDX_OK);
        add(&found, &count, sizeof count);
        EXPECT(vdx_each_person(group, add_person, &found, NULL) == VDX_OK);
        EXPECT(vdx_each_variant(dataset, "all", group, add_variant, &found, NULL) == VDX_OK);
        EXPECT(vdx_frequency(dataset, "chrX:12885000:A:G", group, &counts, NULL) == VDX_OK);
        add(&found, &counts, sizeof counts);
        EXPECT(vdx_group_free(group) == VDX_OK);
    }
    EXPECT(vdx_each_carrier(dataset, "all", NULL, add_carrier, &found, NULL) == VDX_OK);
    add_table(&found, dataset);
    /* errors are of the call, not of the thread or the process */
    EXPECT(vdx_each_carrier(dataset, "gene:NONE", NULL, add_carrier, &found, &error)
           == VDX_EXPRESSION);
    add(&found, vdx_error_message(error), strlen(vdx_error_message(error)));
    EXPECT(vdx_error_free(error) == VDX_OK);
    return found;
}

typedef struct {
    const vdx_view *shared;
    const char *path;
    uint64_t expected;
} work;

static void *run(void *user)
{
    const work *mine = user;
    for (int round = 0; round < ROUNDS; round++)
        EXPECT(ask(mine->shared).hash == mine->expected);
    return NULL;
}

/* Asks until the dataset is closed by somebody else. */
static void *run_until_closed(void *user)
{
    const work *mine = user;
    for (;;) {
        vdx_group *group = NULL;
        vdx_status status = vdx_ask(mine->shared, WHO[1], &group, NULL);
        if (status == VDX_HANDLE)
            return NULL;
        EXPECT(status == VDX_OK && vdx_group_free(group) == VDX_OK);
    }
}

int main(int argc, char **argv)
{
    vdx_view *dataset = NULL;
    pthread_t threads[THREADS];
    work all;

    if (argc != 2) {
        fprintf(stderr, "usage: %s DATASET\n", argv[0]);
        return 2;
    }
    EXPECT(vdx_open(argv[1], &dataset, NULL) == VDX_OK);
    all.expected = ask(dataset).hash;
    EXPECT(vdx_close(dataset) == VDX_OK);

    /* a fresh handle: what is read when it is first touched is touched by all at once */
    EXPECT(vdx_open(argv[1], &dataset, NULL) == VDX_OK);
    all.shared = dataset;
    all.path = argv[1];
    for (int i = 0; i < THREADS; i++)
        EXPECT(pthread_create(&threads[i], NULL, run, &all) == 0);
    for (int i = 0; i < THREADS; i++)
        EXPECT(pthread_join(threads[i], NULL) == 0);

    for (int i = 0; i < THREADS; i++)
        EXPECT(pthread_create(&threads[i], NULL, run_until_closed, &all) == 0);
    EXPECT(vdx_close(dataset) == VDX_OK);
    for (int i = 0; i < THREADS; i++)
        EXPECT(pthread_join(threads[i], NULL) == 0);
    EXPECT(vdx_held() == 0);
    return 0;
}
