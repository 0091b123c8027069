/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording as a whole: parsed line by line into tables, looked up by binary search. Files, time and
 * the manner of answering are link_replay's.
 */
#include "acquire/recording_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/codec_modbus.h"
#include "acquire/oid.h"

int recording_fail(struct recording_parser *parser, size_t line, const char *format, ...) {
    int used = snprintf(parser->why, parser->why_size, "%s:%zu: ", parser->name, line);
    va_list arguments;
    va_start(arguments, format);
    if (used >= 0 && (size_t)used < parser->why_size)
        vsnprintf(parser->why + used, parser->why_size - (size_t)used, format, arguments);
    va_end(arguments);
    return ERROR_ARGUMENT;
}

/* Takes memory for as many objects and OID parts as the text can hold. */
static int make_room(struct recording *recording, const char *text, size_t size) {
    recording->text = malloc(size + 1);
    if (!recording->text)
        return ERROR_MEMORY;
    if (size > 0)
        memcpy(recording->text, text, size);
    recording->text[size] = '\0';
    if (!recording->snmp)
        return 0;
    size_t lines = 1, dots = 0;
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n';
        dots += text[i] == '.';
    }
    recording->objects = malloc(lines * sizeof(struct recording_object));
    recording->parts = malloc((dots + 2 * lines) * sizeof(uint32_t));
    return recording->objects && recording->parts ? 0 : ERROR_MEMORY;
}

static int parse_lines(struct recording_parser *parser, size_t size) {
    struct recording *recording = parser->recording;
    char *line = recording->text, *end = line + size;
    while (line < end) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop)
            stop = end;
        *stop = '\0';
        parser->line++;
        int error = recording->snmp ? recording_parse_object(parser, line, (size_t)(stop - line))
                                    : recording_parse_registers(parser, line);
        if (error)
            return error;
        line = stop + 1;
    }
    return recording->snmp ? recording_sort_objects(parser) : recording_sort_cells(parser);
}

static bool ends_in(const char *name, const char *end) {
    size_t size = strlen(name), end_size = strlen(end);
    return size > end_size && strcmp(name + size - end_size, end) == 0;
}

int recording_parse(const char *name, const char *text, size_t size, struct recording **recording, char *why,
                    size_t why_size) {
    bool snmp = ends_in(name, ".snmprec");
    if (!snmp && !ends_in(name, ".registers")) {
        snprintf(why, why_size, "%s: a recording's name ends in .snmprec or .registers", name);
        return ERROR_ARGUMENT;
    }
    struct recording *new = calloc(1, sizeof(*new));
    struct recording_parser parser = {.recording = new, .name = name, .why = why, .why_size = why_size};
    if (new)
        new->snmp = snmp;
    int error = new ? make_room(new, text, size) : ERROR_MEMORY;
    if (!error)
        error = parse_lines(&parser, size);
    if (error) {
        if (error == ERROR_MEMORY)
            snprintf(why, why_size, "%s: out of memory", name);
        recording_free(new);
        return error;
    }
    *recording = new;
    return 0;
}

void recording_free(struct recording *recording) {
    if (!recording)
        return;
    free(recording->text);
    free(recording->parts);
    free(recording->objects);
    free(recording->cells);
    free(recording);
}

bool recording_is_snmp(const struct recording *recording) {
    return recording->snmp;
}

/* Where the first object stands whose name is not less than `name`, or with `beyond` greater. */
static size_t find_object(const struct recording *recording, struct oid name, bool beyond) {
    size_t low = 0, high = recording->n_objects;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (oid_compare(&recording->objects[middle].varbind.name, &name) < (beyond ? 1 : 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool recording_get(const struct recording *recording, struct oid name, struct varbind *found) {
    size_t i = find_object(recording, name, false);
    if (i == recording->n_objects || oid_compare(&recording->objects[i].varbind.name, &name) != 0)
        return false;
    *found = recording->objects[i].varbind;
    return true;
}

bool recording_next(const struct recording *recording, struct oid after, struct varbind *found) {
    size_t i = find_object(recording, after, true);
    if (i == recording->n_objects)
        return false;
    *found = recording->objects[i].varbind;
    return true;
}

bool recording_read(const struct recording *recording, uint8_t function, uint16_t address, uint16_t count,
                    uint8_t *values) {
    const struct recording_cell wanted = {.function = function, .address = address};
    const struct recording_cell *end = recording->cells + recording->n_cells;
    const struct recording_cell *cell =
        recording->n_cells == 0
            ? NULL
            : bsearch(&wanted, recording->cells, recording->n_cells, sizeof(wanted), recording_compare_cells);
    for (uint32_t n = 0; n < count; n++, cell++) {
        if (!cell || cell == end || cell->function != function || cell->address != address + n)
            return false;
        if (function == MODBUS_HOLDING_REGISTERS || function == MODBUS_INPUT_REGISTERS) {
            values[2 * n] = (uint8_t)(cell->value >> 8);
            values[2 * n + 1] = (uint8_t)cell->value;
        } else {
            if (n % 8 == 0)
                values[n / 8] = 0;
            values[n / 8] |= (uint8_t)(cell->value << n % 8);
        }
    }
    return true;
}

const uint8_t *recording_identity(const struct recording *recording, size_t *size) {
    *size = recording->identity_size;
    return recording->identity_size > 0 ? recording->identity : NULL;
}
