/* What programs share that run the cases of all languages: a dataset is built by a recipe, and a case that fails is named. */
#ifndef RECIPE_H
#define RECIPE_H

#include "json.h"

#include <varidex.h>

enum { MOST = 16 };

static const char *running = "";

/* Ends the test, and says in which case. */
static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "%s: %s: %s\n", running, what, detail);
    exit(1);
}

/* A path within a directory, to be freed. */
static char *within(const char *directory, const char *name)
{
    size_t room = strlen(directory) + strlen(name) + 2;
    char *path = malloc(room);
    EXPECT(path != NULL);
    snprintf(path, room, "%s/%s", directory, name);
    return path;
}

/* Paths within a directory; they are freed with free_paths. */
static size_t paths(const char *directory, const json *names, const char **to)
{
    size_t n = 0;
    for (const json *name = names == NULL ? NULL : names->first; name != NULL; name = name->next) {
        EXPECT(n < MOST);
        to[n++] = within(directory, name->text);
    }
    return n;
}

static void free_paths(const char **paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)paths[i]);
}

/* Builds `to` by a recipe, of which paths are relative to `cases`; what it simulates is in `work`. */
static void build(const char *cases, const char *work, const char *to, const json *recipe)
{
    const char *inputs[MOST], *people[MOST], *ontologies[MOST], *genes[MOST], *info[MOST];
    vdx_build_options options = vdx_build_options_init();
    vdx_people_options known = vdx_people_options_init();
    const json *simulate = json_get(recipe, "simulate"), *keys = json_get(recipe, "info");
    const char *reference = json_text(recipe, "reference");
    size_t n = paths(cases, json_get(recipe, "inputs"), inputs);
    vdx_error *error = NULL;

    if (simulate != NULL) {
        vdx_simulate_options wanted = vdx_simulate_options_init();
        char *cohort = within(work, "cohort");
        wanted.samples = (uint64_t)json_get(simulate, "samples")->number;
        wanted.variants = (uint64_t)json_get(simulate, "variants")->number;
        wanted.seed = (uint64_t)json_get(simulate, "seed")->number;
        wanted.replace = 1;
        if (vdx_simulate(cohort, &wanted, &error) != VDX_OK)
            fail("simulate", vdx_error_message(error));
        EXPECT(n < MOST);
        inputs[n++] = within(cohort, "cohort.vcf.gz");
        free(cohort);
    }
    known.people = people;
    known.n_people = paths(cases, json_get(recipe, "people"), people);
    known.ontologies = ontologies;
    known.n_ontologies = paths(cases, json_get(recipe, "ontologies"), ontologies);
    options.people = &known;
    options.genes = genes;
    options.n_genes = paths(cases, json_get(recipe, "genes"), genes);
    options.info = info;
    for (const json *key = keys == NULL ? NULL : keys->first; key != NULL; key = key->next) {
        EXPECT(options.n_info < MOST);
        info[options.n_info++] = key->text;
    }
    options.reference = reference == NULL ? NULL : within(cases, reference);
    options.replace = 1;
    if (vdx_build(inputs, n, to, &options, NULL, &error) != VDX_OK)
        fail("build", vdx_error_message(error));
    free_paths(inputs, n);
    free_paths(people, known.n_people);
    free_paths(ontologies, known.n_ontologies);
    free_paths(genes, options.n_genes);
    free_paths(&options.reference, options.reference != NULL);
}

#endif
