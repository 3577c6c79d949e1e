/*
 * The cases that all languages share (format-spec/cases), by the C interface.
 *
 *   cases CASES WORK FILE...
 *
 * CASES is the directory, WORK an empty one to build in, each FILE the path of a file of cases.
 */
#include "recipe.h"

#include <math.h>
#include <unistd.h>

static void same_number(double expected, double found, const char *what)
{
    double most = fmax(fabs(expected), fabs(found));
    if (!(fabs(expected - found) <= 1e-5 * most)) {
        char detail[128];
        snprintf(detail, sizeof detail, "expected %.9g, found %.9g", expected, found);
        fail(what, detail);
    }
}

/* The dataset of a file of cases: each has one of its own, for decisions outlive a build that replaces. */
static void dataset_of(const char *work, int file, char *to, size_t room)
{
    snprintf(to, room, "%s/%d.vdx", work, file);
}

/* Opens the dataset of a file of cases. */
static vdx_view *opened(const char *work, int file)
{
    char path[2048];
    vdx_view *dataset = NULL;
    vdx_error *error = NULL;

    dataset_of(work, file, path, sizeof path);
    if (vdx_open(path, &dataset, &error) != VDX_OK)
        fail("open", vdx_error_message(error));
    return dataset;
}

static vdx_view *built(const char *cases, const char *work, int file, const json *recipe)
{
    char to[2048];

    dataset_of(work, file, to, sizeof to);
    build(cases, work, to, recipe);
    return opened(work, file);
}

/* The people that are expected next, and their scores. */
typedef struct {
    const json *id, *score;
} listed;

static int check_person(const vdx_person *person, void *user)
{
    listed *next = user;
    if (next->id == NULL || strcmp(next->id->text, person->id) != 0)
        fail("ids", person->id);
    next->id = next->id->next;
    if (next->score != NULL) {
        same_number(next->score->number, person->score, "scores");
        next->score = next->score->next;
    } else if (!isnan(person->score)) {
        fail("scores", "where none are expected");
    }
    return 0;
}

static vdx_status ask(const vdx_view *dataset, const json *of, vdx_error **error)
{
    const json *answer = json_get(of, "answer"), *scores = json_get(answer, "scores");
    vdx_group *group = NULL;
    vdx_status status = vdx_ask(dataset, json_text(of, "expression"), &group, error);
    listed next = {NULL, scores == NULL ? NULL : scores->first};
    uint64_t count = 0;

    if (status != VDX_OK || answer == NULL)
        return status;
    EXPECT(vdx_group_count(group, &count, NULL) == VDX_OK);
    same_number(json_get(answer, "count")->number, (double)count, "count");
    next.id = json_get(answer, "ids")->first;
    EXPECT(vdx_each_person(group, check_person, &next, NULL) == VDX_OK);
    if (next.id != NULL)
        fail("ids", "fewer than expected");
    EXPECT(vdx_group_free(group) == VDX_OK);
    return VDX_OK;
}

/* A cell of a batch beside what is expected. */
static void check_cell(const char *format, const struct ArrowArray *column, int64_t row,
                       const json *expected, const char *name)
{
    const uint8_t *present = column->buffers[0];
    int64_t at = row + column->offset;
    int null = present != NULL && (present[at / 8] >> (at % 8) & 1) == 0;

    if (null || expected->kind == JSON_NULL) {
        if (!null || expected->kind != JSON_NULL)
            fail(name, "one of both is missing");
    } else if (strcmp(format, "u") == 0) {
        const int32_t *ends = column->buffers[1];
        const char *text = (const char *)column->buffers[2] + ends[at];
        size_t length = (size_t)(ends[at + 1] - ends[at]);
        if (expected->kind != JSON_TEXT || strlen(expected->text) != length
            || memcmp(expected->text, text, length) != 0)
            fail(name, expected->kind == JSON_TEXT ? expected->text : "not a text");
    } else if (strcmp(format, "l") == 0) {
        EXPECT(expected->kind == JSON_NUMBER);
        if ((int64_t)expected->number != ((const int64_t *)column->buffers[1])[at])
            fail(name, "another whole number");
    } else {
        EXPECT(strcmp(format, "g") == 0 && expected->kind == JSON_NUMBER);
        same_number(expected->number, ((const double *)column->buffers[1])[at], name);
    }
}

static void check_table(struct ArrowArrayStream *stream, const json *answer)
{
    const json *row = json_get(answer, "rows")->first;
    struct ArrowSchema schema;
    struct ArrowArray batch;

    EXPECT(stream->get_schema(stream, &schema) == 0);
    for (;;) {
        if (stream->get_next(stream, &batch) != 0)
            fail("stream", stream->get_last_error(stream));
        if (batch.release == NULL)
            break;
        for (int64_t i = 0; i < batch.length; i++, row = row->next) {
            const json *cell;
            if (row == NULL)
                fail("rows", "more than expected");
            cell = row->first;
            for (const json *name = json_get(answer, "columns")->first; name != NULL;
                 name = name->next, cell = cell->next) {
                int64_t column = 0;
                while (column < schema.n_children
                       && strcmp(schema.children[column]->name, name->text) != 0)
                    column++;
                if (column == schema.n_children)
                    fail("no such column", name->text);
                EXPECT(cell != NULL);
                check_cell(schema.children[column]->format, batch.children[column], i, cell,
                           name->text);
            }
        }
        batch.release(&batch);
    }
    if (row != NULL)
        fail("rows", "fewer than expected");
    schema.release(&schema);
}

static vdx_status table(const vdx_view *dataset, const vdx_group *group, const json *of,
                        vdx_error **error)
{
    const char *verb = json_text(of, "verb"), *expression = json_text(of, "expression");
    const json *names = json_get(of, "by"), *name = names == NULL ? NULL : names->first;
    struct ArrowArrayStream stream;
    const char *by[MOST];
    vdx_status status;
    size_t n = 0;

    for (; name != NULL; name = name->next) {
        EXPECT(n < MOST);
        by[n++] = name->text;
    }
    if (strcmp(verb, "variants") == 0)
        status = vdx_variants(dataset, expression, group, NULL, &stream, error);
    else if (strcmp(verb, "frequencies") == 0)
        status = vdx_frequencies(dataset, expression, group, by, n, NULL, &stream, error);
    else
        status = vdx_carriers(dataset, expression, group, NULL, NULL, &stream, error);
    if (status == VDX_OK) {
        if (json_get(of, "answer") != NULL)
            check_table(&stream, json_get(of, "answer"));
        stream.release(&stream);
    }
    return status;
}

static vdx_status frequency(const vdx_view *dataset, const vdx_group *group, const json *of,
                            vdx_error **error)
{
    const json *answer = json_get(of, "answer"), *an = json_get(answer, "an");
    vdx_counts found;
    vdx_status status =
        vdx_frequency(dataset, json_text(of, "expression"), group, &found, error);

    if (status != VDX_OK || answer == NULL)
        return status;
    if (found.found != (answer->kind != JSON_NULL))
        fail("frequency", found.found ? "found" : "not found");
    if (!found.found)
        return status;
    if (found.an_known != (an->kind != JSON_NULL))
        fail("an", found.an_known ? "known" : "not known");
    if (found.an_known)
    {
        same_number(an->number, (double)found.an, "an");
        same_number(json_get(answer, "n_missing")->number, (double)found.n_missing, "n_missing");
    }
    if (json_get(answer, "af")->kind == JSON_NULL)
        EXPECT(isnan(found.af));
    else
        same_number(json_get(answer, "af")->number, found.af, "af");
    same_number(json_get(answer, "ac")->number, (double)found.ac, "ac");
    same_number(json_get(answer, "n_het")->number, (double)found.n_het, "n_het");
    same_number(json_get(answer, "n_hom")->number, (double)found.n_hom, "n_hom");
    same_number(json_get(answer, "n_hemi")->number, (double)found.n_hemi, "n_hemi");
    return status;
}

static void run(const vdx_view *dataset, const json *of)
{
    const json *refused = json_get(of, "error");
    const char *verb = json_text(of, "verb"), *who = json_text(of, "group");
    vdx_status status = VDX_OK;
    vdx_group *group = NULL;
    vdx_error *error = NULL;

    running = json_text(of, "name");
    if (who != NULL)
        status = vdx_ask(dataset, who, &group, &error);
    if (status == VDX_OK) {
        if (strcmp(verb, "ask") == 0)
            status = ask(dataset, of, &error);
        else if (strcmp(verb, "frequency") == 0)
            status = frequency(dataset, group, of, &error);
        else
            status = table(dataset, group, of, &error);
    }
    if (refused == NULL && status != VDX_OK)
        fail("refused", vdx_error_message(error));
    if (refused != NULL) {
        if (strcmp(vdx_status_name(status), json_text(refused, "kind")) != 0)
            fail("status", vdx_status_name(status));
        if (strstr(vdx_error_message(error), json_text(refused, "contains")) == NULL)
            fail("message", vdx_error_message(error));
    }
    EXPECT(vdx_error_free(error) == VDX_OK);
    EXPECT(vdx_group_free(group) == VDX_OK);
}

/* The dataset so many states before the newest. */
static vdx_view *state(const vdx_view *dataset, const char *path, size_t before)
{
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    vdx_view *found = NULL;
    vdx_error *error = NULL;
    char id[64] = "";

    if (vdx_snapshots(dataset, NULL, &stream, &error) != VDX_OK)
        fail("snapshots", vdx_error_message(error));
    EXPECT(stream.get_next(&stream, &batch) == 0 && (int64_t)before < batch.length);
    {
        const struct ArrowArray *ids = batch.children[0];
        const int32_t *ends = ids->buffers[1];
        size_t at = before + (size_t)ids->offset, length = (size_t)(ends[at + 1] - ends[at]);
        EXPECT(length < sizeof id);
        memcpy(id, (const char *)ids->buffers[2] + ends[at], length);
    }
    batch.release(&batch);
    stream.release(&stream);
    if (vdx_open_snapshot(path, id, &found, &error) != VDX_OK)
        fail("open_snapshot", vdx_error_message(error));
    return found;
}

/* Asks a case of what who asks may see. */
static void run_as(const vdx_view *newest, const char *path, const json *of)
{
    const json *before = json_get(of, "state");
    vdx_view *seen = NULL, *then = NULL;
    vdx_error *error = NULL;
    const vdx_view *dataset = newest;

    running = json_text(of, "name");
    if (before != NULL)
        dataset = then = state(newest, path, (size_t)before->number);
    if (vdx_view_for(dataset, json_text(of, "access"), &seen, &error) != VDX_OK)
        fail("access", vdx_error_message(error));
    run(seen, of);
    EXPECT(vdx_close(seen) == VDX_OK);
    EXPECT(vdx_close(then) == VDX_OK);
}

/* Adds what JSON says to a dataset. */
static void grow(const char *cases, const char *dataset, const char *text)
{
    json *what = json_read(text);
    const char *inputs[MOST], *people[MOST];
    size_t n = paths(cases, json_get(what, "inputs"), inputs);
    vdx_build_options options = vdx_build_options_init();
    vdx_people_options known = vdx_people_options_init();
    vdx_error *error = NULL;

    known.people = people;
    known.n_people = paths(cases, json_get(what, "people"), people);
    options.people = &known;
    options.keep = (uint64_t)json_get(what, "keep")->number;
    if (vdx_add(inputs, n, dataset, &options, NULL, &error) != VDX_OK)
        fail("add", vdx_error_message(error));
    free_paths(inputs, n);
    free_paths(people, known.n_people);
    json_free(what);
}

/* Merges the segments of a dataset, as JSON says. */
static void merge(const char *dataset, const char *text)
{
    json *what = json_read(text);
    vdx_compact_options options = vdx_compact_options_init();
    vdx_error *error = NULL;
    char *report = NULL;

    options.erase = json_get(what, "erase") != NULL;
    if (vdx_compact(dataset, &options, &report, &error) != VDX_OK)
        fail("compact", vdx_error_message(error));
    EXPECT(strstr(report, "\"snapshot\":") != NULL);
    EXPECT(vdx_text_free(report) == VDX_OK);
    json_free(what);
}

/* Defines a virtual cohort. */
static void define(const vdx_view *dataset, const char *text)
{
    json *what = json_read(text);
    vdx_error *error = NULL;
    uint64_t count = 0;

    if (vdx_define_cohort(dataset, json_text(what, "name"), json_text(what, "group"), 0, &count, &error) != VDX_OK)
        fail("define", vdx_error_message(error));
    EXPECT(count > 0);
    json_free(what);
}

/* A step of a history; whether the dataset has to be opened again. */
static int happen(const vdx_view *opened, const char *cases, const char *work, int file, const json *step)
{
    const char *verb = step->first->text, *text = step->first->next->text;
    char dataset[2048], *report = NULL;
    vdx_error *error = NULL;
    vdx_status status;

    running = verb;
    dataset_of(work, file, dataset, sizeof dataset);
    if (strcmp(verb, "add") == 0) {
        grow(cases, dataset, text);
        return 1;
    }
    if (strcmp(verb, "compact") == 0) {
        merge(dataset, text);
        return 1;
    }
    if (strcmp(verb, "define") == 0) {
        define(opened, text);
        return 0;
    }
    if (strcmp(verb, "consent") == 0) {
        char *list = within(cases, text);
        const char *lists[] = {list};
        status = vdx_consent(dataset, lists, 1, NULL, &report, &error);
        free(list);
    } else if (strcmp(verb, "withdraw") == 0) {
        status = vdx_withdraw(dataset, text, &report, &error);
    } else {
        status = vdx_restore(dataset, text, &report, &error);
    }
    if (status != VDX_OK)
        fail("history", vdx_error_message(error));
    EXPECT(strstr(report, "\"recorded\":") != NULL);
    EXPECT(vdx_text_free(report) == VDX_OK);
    return 0;
}

int main(int argc, char **argv)
{
    size_t cases = 0;
    char path[2048];

    if (argc < 4) {
        fprintf(stderr, "usage: %s CASES WORK FILE...\n", argv[0]);
        return 2;
    }
    /* names of files in expressions start here */
    EXPECT(chdir(argv[1]) == 0);
    for (int i = 3; i < argc; i++) {
        json *file = json_file(argv[i]);
        const json *list = json_get(file, "cases");
        vdx_view *dataset;
        running = argv[i];
        dataset = built(argv[1], argv[2], i, json_get(file, "dataset"));
        const json *history = json_get(file, "history");
        for (const json *step = history == NULL ? NULL : history->first; step != NULL; step = step->next)
            if (happen(dataset, argv[1], argv[2], i, step)) {
                /* what is open stays in its state */
                EXPECT(vdx_close(dataset) == VDX_OK);
                dataset = opened(argv[2], i);
            }
        dataset_of(argv[2], i, path, sizeof path);
        for (const json *of = list->first; of != NULL; of = of->next)
            run_as(dataset, path, of);
        cases += json_count(list);
        EXPECT(vdx_close(dataset) == VDX_OK);
        json_free(file);
    }
    EXPECT(vdx_held() == 0);
    printf("%d files, %llu cases\n", argc - 3, (unsigned long long)cases);
    return 0;
}
