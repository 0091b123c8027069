/* SPDX-License-Identifier: Apache-2.0 */
/* Lays cells out in columns. */
#include "command/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <uniwidth.h>

#include "base/text.h"

enum { COLUMNS_MOST = 16, GAP = 2 };

void table_init(struct table *table, const char *alignment) {
    *table = (struct table){.alignment = alignment, .n_columns = strlen(alignment)};
}

void table_done(struct table *table) {
    for (size_t i = 0; i < table->n_cells; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

void table_add(struct table *table, const char *format, ...) {
    char *raw = NULL;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&raw, format, arguments);
    va_end(arguments);
    struct text cell = {0};
    text_add_printable(&cell, size < 0 ? "" : raw);
    text_add_string(&cell, "");
    if (size >= 0)
        free(raw);
    if (table->n_cells == table->room) {
        size_t room = table->room ? 2 * table->room : 64;
        char **cells = reallocarray(table->cells, room, sizeof(*cells));
        table->cells = cells ? cells : table->cells;
        table->room = cells ? room : table->room;
    }
    if (cell.failed || table->n_cells == table->room) {
        text_done(&cell);
        table->failed = true;
        return;
    }
    table->cells[table->n_cells++] = cell.data;
}

size_t table_width(const char *text) {
    int width = u8_strwidth((const uint8_t *)text, "UTF-8");
    return width < 0 ? 0 : (size_t)width;
}

void table_cut(const char *text, size_t width, struct text *cut) {
    size_t used = 0, size = strlen(text);
    if (table_width(text) <= width) {
        text_add_string(cut, text);
        return;
    }
    while (size > 0) {
        uint32_t character;
        size_t bytes = text_take_character(text, size, &character);
        int cells = bytes ? uc_width(character, "UTF-8") : 1;
        used += cells > 0 ? (size_t)cells : 0;
        if (bytes == 0 || used + 1 > width)
            break;
        text_add(cut, text, bytes);
        text += bytes;
        size -= bytes;
    }
    text_add_string(cut, width > 0 ? "…" : "");
}

static void print_row(const struct table *table, size_t first, const size_t *widths, FILE *out) {
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *cell = table->cells[first + i];
        bool last = i + 1 == table->n_columns, right = table->alignment[i] == 'r';
        int blanks = (int)(widths[i] - table_width(cell));
        fprintf(out, "%*s%s", right ? blanks : 0, "", cell);
        fprintf(out, "%*s", last ? 0 : (right ? 0 : blanks) + GAP, "");
    }
    fputc('\n', out);
}

void table_print(const struct table *table, FILE *out) {
    size_t widths[COLUMNS_MOST] = {0};
    size_t whole = table->n_cells - table->n_cells % table->n_columns;
    for (size_t i = 0; i < whole; i++) {
        size_t width = table_width(table->cells[i]), *widest = &widths[i % table->n_columns];
        *widest = width > *widest ? width : *widest;
    }
    for (size_t i = 0; i < whole; i += table->n_columns)
        print_row(table, i, widths, out);
}

static void print_markdown_cell(const char *cell, FILE *out) {
    fputs("| ", out);
    for (; *cell; cell++) {
        if (*cell == '|')
            fputc('\\', out);
        fputc(*cell, out);
    }
    fputc(' ', out);
}

void table_print_markdown(const struct table *table, FILE *out) {
    size_t whole = table->n_cells - table->n_cells % table->n_columns;
    for (size_t i = 0; i < whole; i += table->n_columns) {
        for (size_t k = 0; k < table->n_columns; k++)
            print_markdown_cell(table->cells[i + k], out);
        fputs("|\n", out);
        for (size_t k = 0; i == 0 && k < table->n_columns; k++)
            fputs(table->alignment[k] == 'r' ? "| ---: " : "| --- ", out);
        if (i == 0)
            fputs("|\n", out);
    }
}
