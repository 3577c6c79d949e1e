/* What tests in C share. */
#ifndef EXPECT_H
#define EXPECT_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the test where something is not as it must be. */
#define EXPECT(is)                                                            \
    do {                                                                      \
        if (!(is)) {                                                          \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #is);  \
            exit(1);                                                          \
        }                                                                     \
    } while (0)

/* Expects that a call is refused with a status, and that the error, in a variable of that name, says the
 * same. */
#define REFUSED(status, call)            \
    do {                                 \
        EXPECT((call) == (status));      \
        EXPECT(freed(error) == (status)); \
    } while (0)

#endif
