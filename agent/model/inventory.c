/* SPDX-License-Identifier: Apache-2.0 */
/* Takes CSV apart and hands each field to the schema of its rows. */
#include "model/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { COLUMNS_MOST = 64 };

struct reader {
    char *at, *end;
    struct spot spot;                          /* of `at` */
    const struct field *columns[COLUMNS_MOST]; /* NULL: unknown, skipped */
    size_t n_columns;
    struct inventory *inventory;
    struct mistakes *mistakes;
    bool failed; /* what follows cannot be read */
};

struct cell {
    struct spot at;
    char *text;
    bool last; /* of its row */
};

static bool at_end(const struct reader *reader) {
    return reader->at >= reader->end;
}

static bool at_line_end(const struct reader *reader) {
    return *reader->at == '\n' || (*reader->at == '\r' && reader->at[1] == '\n');
}

/* Columns are counted in characters: UTF-8's continuation bytes do not count. */
static char take(struct reader *reader) {
    char c = *reader->at++;
    if (c == '\n') {
        reader->spot.line++;
        reader->spot.column = 1;
    } else if (((unsigned char)c & 0xc0) != 0x80) {
        reader->spot.column++;
    }
    return c;
}

static void fail(struct reader *reader, const struct spot *at, const char *what) {
    mistakes_add(reader->mistakes, at, "", "%s", what);
    reader->failed = true;
}

/* Unquotes in place; returns the end of the text. */
static char *take_quoted(struct reader *reader, struct cell *cell) {
    take(reader);
    char *text = cell->text = reader->at, *end = text;
    while (!at_end(reader)) {
        char c = take(reader);
        if (c != '"') {
            *end++ = c;
        } else if (!at_end(reader) && *reader->at == '"') {
            *end++ = take(reader);
        } else {
            if (!at_end(reader) && *reader->at != ',' && !at_line_end(reader))
                fail(reader, &reader->spot, "nothing may follow the quote that ends a field");
            return end;
        }
    }
    fail(reader, &cell->at, "the quote that begins here never ends");
    return end;
}

static char *take_plain(struct reader *reader, struct cell *cell) {
    while (!at_end(reader) && *reader->at != ',' && !at_line_end(reader)) {
        if (*reader->at == '"') {
            fail(reader, &reader->spot,
                 "a quote inside a field: put the whole field in quotes and double this one");
            break;
        }
        take(reader);
    }
    char *end = reader->at;
    while (end > cell->text && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return end;
}

/* The next field; blanks around it do not count. */
static struct cell take_cell(struct reader *reader) {
    while (*reader->at == ' ' || *reader->at == '\t')
        take(reader);
    struct cell cell = {.at = reader->spot, .text = reader->at};
    char *end = *reader->at == '"' ? take_quoted(reader, &cell) : take_plain(reader, &cell);
    cell.last = at_end(reader) || *reader->at != ',';
    if (!at_end(reader) && take(reader) == '\r')
        take(reader);
    *end = '\0';
    size_t size = (size_t)(end - cell.text);
    if (!reader->failed && (strlen(cell.text) != size || !text_is_utf8(cell.text, size)))
        fail(reader, &cell.at, "this is not UTF-8 text: save the file as CSV in UTF-8");
    return cell;
}

/* Whether the header was written with another separator, as spreadsheets of some countries do. */
static bool has_other_separator(const char *text) {
    return strpbrk(text, ";\t") != NULL;
}

static void take_header(struct reader *reader) {
    const struct schema *schema = reader->inventory->schema;
    for (struct cell cell = {0}; !cell.last && !reader->failed;) {
        cell = take_cell(reader);
        if (reader->failed)
            return;
        if (reader->n_columns == COLUMNS_MOST) {
            fail(reader, &cell.at, "more than 64 columns");
            return;
        }
        if (has_other_separator(cell.text)) {
            fail(reader, &cell.at, "columns must be separated by commas");
            return;
        }
        const struct field *field = schema_find(schema, cell.text);
        if (field && field->type > FIELD_TEXTS) {
            mistakes_add(reader->mistakes, &cell.at, "",
                         "\"%s\" is a list, which a column cannot hold: write it in the configuration",
                         cell.text);
            field = NULL;
        } else if (!field)
            schema_refuse_key(schema, &cell.at, "", "column", cell.text, reader->mistakes);
        for (size_t i = 0; field && i < reader->n_columns; i++) {
            if (reader->columns[i] != field)
                continue;
            mistakes_add(reader->mistakes, &cell.at, "", "the column \"%s\" is already there", cell.text);
            field = NULL;
        }
        reader->columns[reader->n_columns++] = field;
    }
    for (size_t i = 0; i < schema->n_fields; i++) {
        bool found = !schema->fields[i].required;
        for (size_t k = 0; k < reader->n_columns; k++)
            found |= reader->columns[k] == &schema->fields[i];
        if (!found)
            mistakes_add(reader->mistakes, &(struct spot){reader->spot.file, 1, 1}, "",
                         "the column \"%s\" is missing", schema->fields[i].key);
    }
}

static struct entry *add_row(struct reader *reader) {
    struct inventory *inventory = reader->inventory;
    size_t size = inventory->schema->size;
    if (inventory->n == inventory->room) {
        size_t room = inventory->room ? inventory->room * 2 : 64;
        void *rows = reallocarray(inventory->rows, room, size);
        if (!rows) {
            fail(reader, &reader->spot, "out of memory");
            return NULL;
        }
        inventory->rows = rows;
        inventory->room = room;
    }
    struct entry *row = (void *)((char *)inventory->rows + inventory->n * size);
    memset(row, 0, size);
    row->at = (struct spot){reader->spot.file, reader->spot.line, 1};
    schema_set_defaults(inventory->schema, row);
    return row;
}

static void set_cell(struct reader *reader, const struct cell *cell, size_t column, struct entry *row) {
    const struct field *field = column < reader->n_columns ? reader->columns[column] : NULL;
    if (!field)
        return;
    struct spot inside = cell->at; /* behind the quote */
    inside.column += cell->text[-1] == '"';
    if (*cell->text && field->type == FIELD_TEXTS)
        schema_set_texts(field, &inside, field->key, cell->text, row, reader->mistakes);
    else if (*cell->text)
        schema_set(field, &cell->at, field->key, cell->text, row, reader->mistakes);
    else if (field->required)
        mistakes_add(reader->mistakes, &cell->at, field->key, "must not be empty");
}

/* Spreadsheets write rows of nothing but commas. */
static bool skip_blank_row(struct reader *reader) {
    const char *at = reader->at + strspn(reader->at, " \t\r,");
    if (at < reader->end && *at != '\n')
        return false;
    while (!at_end(reader) && take(reader) != '\n')
        continue;
    return true;
}

static void take_row(struct reader *reader) {
    struct entry *row = add_row(reader);
    struct cell cell = {0};
    size_t n = 0;
    while (!cell.last && !reader->failed) {
        cell = take_cell(reader);
        if (!reader->failed)
            set_cell(reader, &cell, n++, row);
    }
    if (reader->failed) {
        if (row)
            schema_done(reader->inventory->schema, row);
        return;
    }
    if (n != reader->n_columns)
        mistakes_add(reader->mistakes, &row->at, "", "%zu fields, but the first row names %zu columns", n,
                     reader->n_columns);
    reader->inventory->n++;
}

void inventory_parse(const char *file, char *data, size_t size, struct inventory *inventory,
                     struct mistakes *mistakes) {
    struct reader reader = {
        .at = data, .end = data + size, .spot = {file, 1, 1}, .inventory = inventory, .mistakes = mistakes};
    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        reader.at += 3;
    if (at_end(&reader)) {
        mistakes_add(mistakes, &(struct spot){file, 0, 0}, "", "the inventory is empty");
        return;
    }
    if (!inventory->schema)
        inventory->schema = &settings_of_device;
    take_header(&reader);
    while (!at_end(&reader) && !reader.failed) {
        if (!skip_blank_row(&reader))
            take_row(&reader);
    }
}

void inventory_done(struct inventory *inventory) {
    for (size_t i = 0; i < inventory->n; i++)
        schema_done(inventory->schema, (char *)inventory->rows + i * inventory->schema->size);
    free(inventory->rows);
    *inventory = (struct inventory){0};
}
