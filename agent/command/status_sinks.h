/* SPDX-License-Identifier: Apache-2.0 */
/* The sinks and spools of a status document: what is wrong with them, and how they fare. */
#ifndef HALLWATCH_COMMAND_STATUS_SINKS_H
#define HALLWATCH_COMMAND_STATUS_SINKS_H

#include <jansson.h>
#include <stdio.h>

/* A paragraph for each sink or disk that does not work, with what to do; nothing where all do. */
void status_print_sink_trouble(const json_t *document, FILE *out);
/* What became of readings is left out where it happened to none. */
void status_print_sinks(const json_t *document, FILE *out);

#endif
