/*
 * A request of Beacon 2, answered: what a server in C does for each. The status, and the JSON to send. C99.
 *
 *   cc -std=c99 beacon_request.c $(pkg-config --cflags --libs varidex) -o beacon_request
 *   ./beacon_request beacon.toml /g_variants 'referenceName=22&start=20070102&referenceBases=G&alternateBases=A'
 *   ./beacon_request beacon.toml /individuals '' '{"granularity": "count"}' '{"query": {"filters": [{"id": "HP:0003473"}]}}'
 */
#include <stdio.h>
#include <string.h>
#include <varidex.h>

static int failed(vdx_status status, vdx_error *error)
{
    fprintf(stderr, "%s: %s\n", vdx_status_name(status), vdx_error_message(error));
    vdx_error_free(error);
    return 1;
}

int main(int argc, char **argv)
{
    /* who asks, as the host has found out: nobody in particular without it */
    const char *access = argc > 4 ? argv[4] : NULL;
    /* POST with a body, GET without one */
    const char *body = argc > 5 ? argv[5] : NULL;
    vdx_beacon *beacon = NULL;
    vdx_error *error = NULL;
    char *response = NULL;
    size_t length = 0;
    uint16_t http_status = 0;
    vdx_status status;

    if (argc < 4 || argc > 6) {
        fprintf(stderr, "usage: %s BEACON.TOML PATH QUERY [ACCESS [BODY]]\n", argv[0]);
        return 2;
    }
    status = vdx_beacon_open(argv[1], &beacon, &error);
    if (status != VDX_OK)
        return failed(status, error);
    /* any number of threads may ask the same beacon at once */
    status = vdx_beacon_answer(beacon, argv[2], argv[3], (const uint8_t *)body, body ? strlen(body) : 0,
                               access, &http_status, &response, &length, &error);
    vdx_beacon_close(beacon);
    if (status != VDX_OK)
        return failed(status, error);
    printf("%u\n", http_status);
    fwrite(response, 1, length, stdout);
    putchar('\n');
    vdx_text_free(response);
    return 0;
}
