/* SPDX-License-Identifier: Apache-2.0 */
/* Times as databases and people write them. Pure. */
#ifndef HALLWATCH_COMMAND_PROVE_TIME_H
#define HALLWATCH_COMMAND_PROVE_TIME_H

#include <stddef.h>
#include <stdint.h>

/*
 * Milliseconds since 1970 of "2026-11-27T01:02:03.004Z" (with a space for the T, without Z, without
 * fractions, seconds or time of day; UTC), or of a number of seconds, milli-, micro- or nanoseconds, told by
 * how big it is. INT64_MIN for anything else.
 */
int64_t prove_time_of(const char *text);

/* "2026-11-27 01:02:03.004", UTC; "?" for INT64_MIN. */
enum { PROVE_TIME_SIZE = 40 };
void prove_time_write(int64_t time_ms, char text[PROVE_TIME_SIZE]);

#endif
