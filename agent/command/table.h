/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables for people: columns as wide as their widest cell, in a terminal's cells (Hangul takes two), or as
 * Markdown.
 */
#ifndef HALLWATCH_COMMAND_TABLE_H
#define HALLWATCH_COMMAND_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table {
    const char *alignment; /* a letter per column, 'l' or 'r' */
    size_t n_columns;
    char **cells; /* the first row is the heading */
    size_t n_cells, room;
    bool failed; /* out of memory */
};

void table_init(struct table *table, const char *alignment);
void table_done(struct table *table);
/* Adds the next cell, row by row. Control characters are written as \xNN. */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_print(const struct table *table, FILE *out);
void table_print_markdown(const struct table *table, FILE *out);

#endif
