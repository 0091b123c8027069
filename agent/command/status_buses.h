/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices of a status document are late and what takes the time of their buses; the buses that several
 * devices share; which requests failed, and what happened on links. Only status_table.c uses it.
 */
#ifndef HALLWATCH_COMMAND_STATUS_BUSES_H
#define HALLWATCH_COMMAND_STATUS_BUSES_H

#include <stdio.h>

#include "command/status_digest.h"

struct status_line {
    const json_t *device;
    size_t number; /* in the document */
    struct digest digest;
};

/* The latest first, a bus at a time; nothing where no device is late. */
void status_print_late(const struct status_line *lines, size_t n, FILE *out);
/* Nothing where no bus is shared. */
void status_print_buses(const struct status_line *lines, size_t n, FILE *out);
/* The devices of which requests failed, in the order of the lines; nothing where there are none. */
void status_print_errors(const struct status_line *lines, size_t n, FILE *out);
/* What links counted, each under its own name, where it happened at all. */
void status_print_links(const json_t *document, FILE *out);

#endif
