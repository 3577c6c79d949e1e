/*
 * The vectors of a beacon that all languages share (format-spec/beacon), by the C interface.
 *
 *   beacon VECTORS WORK FILE...
 *
 * VECTORS is the directory, WORK an empty one to build in, each FILE the path of a file of vectors.
 */
#include "recipe.h"

#include <math.h>

enum { MOST_VECTORS = 256 };

/* What was answered so far of a file, and to which vector. */
static struct {
    const char *name;
    char *response;
    size_t length;
} answers[MOST_VECTORS];
static size_t n_answers;

/* Fails where what was found is not what is expected: members that are not named may be anything. */
static void compare(const json *expected, const json *found, const char *at)
{
    json_kind kind = found == NULL ? JSON_NULL : found->kind;
    if (expected->kind != kind)
        fail(at, "of another kind");
    if (kind == JSON_OBJECT) {
        for (const json *member = expected->first; member != NULL; member = member->next)
            compare(member, json_get(found, member->key), member->key);
    } else if (kind == JSON_ARRAY) {
        if (json_count(expected) != json_count(found))
            fail(at, found->source);
        found = found->first;
        for (const json *item = expected->first; item != NULL; item = item->next, found = found->next)
            compare(item, found, at);
    } else if (kind == JSON_TEXT) {
        if (strcmp(expected->text, found->text) != 0)
            fail(at, found->text);
    } else if (kind != JSON_NULL) {
        /* positions are compared to the base */
        int whole = expected->number == floor(expected->number);
        double most = whole ? 0.0 : 1e-5 * fabs(expected->number);
        if (!(fabs(expected->number - found->number) <= most)) {
            char detail[128];
            snprintf(detail, sizeof detail, "expected %.12g, found %.12g", expected->number,
                     found->number);
            fail(at, detail);
        }
    }
}

static void check(const json *vector, uint16_t http_status, const char *response, size_t length)
{
    const json *expected = json_get(vector, "expect");
    const json *contains = json_get(vector, "contains"), *lacks = json_get(vector, "lacks");
    const char *same_as = json_text(vector, "same_as");
    json *found = json_read(response);

    if (http_status != (int)json_get(vector, "status")->number)
        fail("status", response);
    if (expected != NULL)
        compare(expected, found, "the answer");
    json_free(found);
    for (const json *part = contains == NULL ? NULL : contains->first; part != NULL; part = part->next)
        if (strstr(response, part->text) == NULL)
            fail("not there", part->text);
    for (const json *part = lacks == NULL ? NULL : lacks->first; part != NULL; part = part->next)
        if (strstr(response, part->text) != NULL)
            fail("there", part->text);
    if (same_as != NULL) {
        size_t i = 0;
        while (i < n_answers && strcmp(answers[i].name, same_as) != 0)
            i++;
        if (i == n_answers)
            fail("no vector of this name stands before it", same_as);
        if (answers[i].length != length || memcmp(answers[i].response, response, length) != 0)
            fail("not the same answer", same_as);
    }
}

static void ask(const vdx_beacon *beacon, const json *vector)
{
    const json *access = json_get(vector, "access"), *written = json_get(vector, "body");
    const char *body = json_text(vector, "text");
    vdx_error *error = NULL;
    char *response = NULL;
    size_t length = 0;
    uint16_t http_status = 0;

    running = json_text(vector, "name");
    if (written != NULL)
        body = written->source;
    else if (body == NULL && strcmp(json_text(vector, "method"), "POST") == 0)
        body = "";
    if (vdx_beacon_answer(beacon, json_text(vector, "path"), json_text(vector, "query"),
                          (const uint8_t *)body, body == NULL ? 0 : strlen(body), access->source,
                          &http_status, &response, &length, &error) != VDX_OK)
        fail("not answered", vdx_error_message(error));
    check(vector, http_status, response, length);
    EXPECT(n_answers < MOST_VECTORS);
    answers[n_answers].name = running;
    answers[n_answers].response = response;
    answers[n_answers++].length = length;
}

/* Copies the configuration to where the datasets are. */
static void copy(const char *from, const char *to)
{
    FILE *source = fopen(from, "rb"), *target = fopen(to, "wb");
    int c;
    EXPECT(source != NULL && target != NULL);
    while ((c = getc(source)) != EOF)
        putc(c, target);
    EXPECT(!ferror(source) && fclose(source) == 0 && fclose(target) == 0);
}

static void run(const char *vectors, const char *work, const json *file)
{
    char *from = within(vectors, json_text(file, "config")), *config = within(work, "beacon.toml");
    vdx_beacon *beacon = NULL;
    vdx_error *error = NULL;

    for (const json *recipe = json_get(file, "datasets")->first; recipe != NULL; recipe = recipe->next) {
        char *to = within(work, recipe->key);
        build(vectors, work, to, recipe);
        free(to);
    }
    copy(from, config);
    if (vdx_beacon_open(config, &beacon, &error) != VDX_OK)
        fail("open", vdx_error_message(error));
    for (const json *vector = json_get(file, "vectors")->first; vector != NULL; vector = vector->next)
        ask(beacon, vector);
    for (; n_answers > 0; n_answers--)
        EXPECT(vdx_text_free(answers[n_answers - 1].response) == VDX_OK);
    EXPECT(vdx_beacon_close(beacon) == VDX_OK);
    free(from);
    free(config);
}

int main(int argc, char **argv)
{
    size_t vectors = 0;

    if (argc < 4) {
        fprintf(stderr, "usage: %s VECTORS WORK FILE...\n", argv[0]);
        return 2;
    }
    for (int i = 3; i < argc; i++) {
        json *file = json_file(argv[i]);
        running = argv[i];
        run(argv[1], argv[2], file);
        vectors += json_count(json_get(file, "vectors"));
        json_free(file);
    }
    EXPECT(vdx_held() == 0);
    printf("%d files, %llu vectors\n", argc - 3, (unsigned long long)vectors);
    return 0;
}
