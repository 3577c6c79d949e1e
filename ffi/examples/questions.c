/*
 * Builds a dataset, asks it three questions about people, and looks up frequencies and carriers. C99.
 *
 *   export PKG_CONFIG_PATH=PREFIX/lib/pkgconfig LD_LIBRARY_PATH=PREFIX/lib
 *   cc -std=c99 questions.c $(pkg-config --cflags --libs varidex) -o questions
 *   ./questions CASES DATASET
 *
 * PREFIX is that of `make install-c`; where it is /usr/local the first line is not needed.
 * CASES is the directory format-spec/cases; its invented cohort is built into DATASET.
 */
#include <stdio.h>
#include <stdlib.h>
#include <varidex.h>

/*
 * Ends the program where a call failed, with what the library says of it. The call is a statement before:
 * as the first argument here it might set the error after the second one was read, for the order in which
 * arguments are evaluated is not specified.
 */
static void check(vdx_status status, vdx_error *error)
{
    if (status != VDX_OK) {
        fprintf(stderr, "%s: %s\n", vdx_status_name(status), vdx_error_message(error));
        vdx_error_free(error);
        exit(1);
    }
}

static void build(const char *cases, const char *dataset)
{
    char paths[6][1024];
    const char *names[6] = {"cohort.vcf", "cohort.people.tsv", "cohort.packet.json",
                            "cohort.hp.obo", "cohort.mondo.obo", "cohort.genes.bed"};
    const char *inputs[6];
    char *report = NULL;
    vdx_error *error = NULL;
    vdx_status status;
    vdx_build_options options = vdx_build_options_init();
    vdx_people_options people = vdx_people_options_init();

    for (int i = 0; i < 6; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/data/%s", cases, names[i]);
        inputs[i] = paths[i];
    }
    people.people = &inputs[1];
    people.n_people = 2;
    people.ontologies = &inputs[3];
    people.n_ontologies = 2;
    options.people = &people;
    options.genes = &inputs[5];
    options.n_genes = 1;
    options.replace = 1;
    status = vdx_build(inputs, 1, dataset, &options, &report, &error);
    check(status, error);
    fputs(report, stderr);
    vdx_text_free(report);
}

static int print_person(const vdx_person *person, void *user)
{
    (void)user;
    printf(" %s", person->id);
    return 0;
}

static void ask(const vdx_view *dataset, const char *question)
{
    vdx_group *group = NULL;
    vdx_error *error = NULL;
    vdx_status status;
    uint64_t count = 0;

    status = vdx_ask(dataset, question, &group, &error);
    check(status, error);
    status = vdx_group_count(group, &count, &error);
    check(status, error);
    printf("%s: %llu:", question, (unsigned long long)count);
    status = vdx_each_person(group, print_person, NULL, &error);
    check(status, error);
    printf("\n");
    vdx_group_free(group);
}

static void frequency(const vdx_view *dataset, const char *allele, const char *who)
{
    vdx_group *group = NULL;
    vdx_error *error = NULL;
    vdx_status status;
    vdx_counts counts;

    if (who != NULL) {
        status = vdx_ask(dataset, who, &group, &error);
        check(status, error);
    }
    status = vdx_frequency(dataset, allele, group, &counts, &error);
    check(status, error);
    printf("%s in %s: ", allele, who != NULL ? who : "all");
    if (!counts.found)
        printf("not here\n");
    else if (!counts.an_known)
        printf("%llu of not known\n", (unsigned long long)counts.ac);
    else
        printf("%llu of %llu\n", (unsigned long long)counts.ac, (unsigned long long)counts.an);
    vdx_group_free(group);
}

static int print_carrier(const vdx_carrier *carrier, void *user)
{
    (void)user;
    printf("%s:%lld:%s:%s %s %s %s %s\n", carrier->chrom, (long long)carrier->pos, carrier->ref,
           carrier->alt, carrier->sample, carrier->individual ? carrier->individual : ".",
           carrier->zygosity, carrier->phase);
    return 0;
}

int main(int argc, char **argv)
{
    vdx_view *dataset = NULL;
    vdx_error *error = NULL;
    vdx_status status;

    if (argc != 3) {
        fprintf(stderr, "usage: %s CASES DATASET\n", argv[0]);
        return 2;
    }
    if (vdx_abi_version() != VDX_ABI_VERSION) {
        fprintf(stderr, "made for another interface than that of varidex %s\n", vdx_version());
        return 1;
    }
    build(argv[1], argv[2]);
    status = vdx_open(argv[2], &dataset, &error);
    check(status, error);

    ask(dataset, "carriers(gene:RYR1) & similar(HP:0003473, HP:0001252)");
    ask(dataset, "carriers(gene:PTEN) & biomarker:BRAF & treatment:\"vemurafenib\"");
    ask(dataset, "carriers(gene:TLR7) & disease:\"COVID-19\"");
    frequency(dataset, "chrX:12885000:A:G", NULL);
    frequency(dataset, "chrX:12885000:A:G", "population:FIN");
    frequency(dataset, "chrX:12885000:A:T", NULL);
    status = vdx_each_carrier(dataset, "gene:TLR7", NULL, print_carrier, NULL, &error);
    check(status, error);

    /* what is not understood says where, and what was meant perhaps */
    if (vdx_verify(dataset, NULL) == VDX_OK
        && vdx_each_carrier(dataset, "gene:TLR8", NULL, print_carrier, NULL, &error) != VDX_OK)
        printf("%s\n", vdx_error_message(error));
    vdx_error_free(error);
    vdx_close(dataset);
    return vdx_held() == 0 ? 0 : 1;
}
