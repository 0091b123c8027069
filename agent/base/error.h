/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one set of errors. A function that can fail returns 0 or one of these, negative; results come through
 * its last pointer argument. What a library calls its errors is translated where the library is wrapped.
 */
#ifndef HALLWATCH_BASE_ERROR_H
#define HALLWATCH_BASE_ERROR_H

enum error {
    ERROR_NONE = 0,
    ERROR_MEMORY = -1,      /* out of memory */
    ERROR_ARGUMENT = -2,    /* what the caller gave cannot be used */
    ERROR_CONFIG = -3,      /* the configuration is wrong; it has been said where */
    ERROR_NOT_FOUND = -4,   /* no such file, name, object */
    ERROR_TIMEOUT = -5,     /* silence */
    ERROR_UNREACHABLE = -6, /* no connection: refused, reset, no route, name unknown */
    ERROR_REFUSED = -7,     /* the peer is alive and said no */
    ERROR_GARBLED = -8,     /* the peer's answer breaks its protocol */
    ERROR_TOO_BIG = -9,     /* more than a bound allows */
    ERROR_BUSY = -10,       /* not now: a queue is full, a window is closed */
    ERROR_CLOSED = -11,     /* stopped on purpose */
    ERROR_SYSTEM = -12,     /* the operating system said no; see errno where it happened */
    ERROR_DENIED = -13,     /* the peer is alive and does not take these credentials */
    ERROR_HELD = -14,       /* somebody else has it, and it takes one at a time */
};

/* A short word for logs and metrics: "timeout", "refused" ... */
const char *error_word(int error);

#endif
