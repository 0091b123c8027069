/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status document for people. Only `hallwatch status` uses it; the document is checked while it is
 * read.
 */
#ifndef HALLWATCH_COMMAND_STATUS_TABLE_H
#define HALLWATCH_COMMAND_STATUS_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The site, its devices with those in trouble first, and the sinks. */
void status_table_print(const json_t *document, FILE *out);

/* All readings of the device of that name; false, after saying so on standard error, where there is none. */
bool status_table_print_device(const json_t *document, const char *name, FILE *out);

#endif
