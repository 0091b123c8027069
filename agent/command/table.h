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

#include "base/text.h"

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
/* How many of a terminal's cells the text takes. */
size_t table_width(const char *text);
/* Adds what of the text fits into so many cells; what is cut ends in an ellipsis. */
void table_cut(const char *text, size_t width, struct text *cut);
void table_print_markdown(const struct table *table, FILE *out);

#endif
