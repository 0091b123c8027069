/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an SNMP recording. Text values stay in the copy of the file, where hex is decoded in place. */
#include "acquire/recording_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/oid.h"
#include "base/text.h"

enum { MOST_TEXT = 65535 };

/* Digits only, up to `most`. `end` NULL: the whole string. */
static bool parse_unsigned(const char *text, uint64_t most, uint64_t *number, char **end) {
    if (*text < '0' || *text > '9')
        return false;
    char *rest;
    errno = 0;
    *number = strtoull(text, &rest, 10);
    if (errno != 0 || *number > most || (!end && *rest))
        return false;
    if (end)
        *end = rest;
    return true;
}

static bool parse_oid(struct recording *recording, const char *text, struct oid *oid) {
    uint32_t *parts = recording->parts + recording->n_parts;
    int n = oid_parse(text, parts, OID_MOST);
    if (n < 0)
        return false;
    *oid = (struct oid){.part = parts, .n = (size_t)n};
    recording->n_parts += (size_t)n;
    return true;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place. */
static bool decode_hex(char *text, size_t *size) {
    if (*size % 2 != 0)
        return false;
    for (size_t i = 0; i < *size; i += 2) {
        int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        text[i / 2] = (char)(high << 4 | low);
    }
    *size /= 2;
    return true;
}

/* "10.1.2.3" into its four bytes, in place. */
static bool decode_address(char *text, size_t *size) {
    char *from = text;
    for (int i = 0; i < 4; i++) {
        uint64_t number;
        if (!parse_unsigned(from, 255, &number, &from) || *from != (i < 3 ? '.' : '\0'))
            return false;
        from++;
        text[i] = (char)number;
    }
    *size = 4;
    return true;
}

static bool keep_text(struct raw *raw, const char *text, size_t size) {
    raw->kind = RAW_TEXT;
    raw->text = text;
    raw->size = size;
    return size <= MOST_TEXT;
}

static bool keep_integer(struct raw *raw, const char *text, uint64_t most) {
    uint64_t number;
    if (!parse_unsigned(text, most, &number, NULL))
        return false;
    raw->kind = number > INT64_MAX ? RAW_REAL : RAW_INTEGER;
    raw->unsigned32 = most == UINT32_MAX;
    if (raw->kind == RAW_REAL)
        raw->real = (double)number;
    else
        raw->integer = (int64_t)number;
    return true;
}

/* The value of one object; `size` counts what the file has, zero bytes included. */
static bool parse_value(struct recording *recording, const char *tag, char *value, size_t size,
                        struct raw *raw) {
    bool hex = strcmp(tag, "4x") == 0 || strcmp(tag, "64x") == 0;
    if (strcmp(tag, "4") == 0)
        return keep_text(raw, value, size);
    if (hex)
        return decode_hex(value, &size) && keep_text(raw, value, size) && (tag[0] == '4' || size == 4);
    if (strlen(value) != size)
        return false;
    if (strcmp(tag, "64") == 0)
        return decode_address(value, &size) && keep_text(raw, value, size);
    if (strcmp(tag, "5") == 0)
        return size == 0;
    if (strcmp(tag, "2") == 0) {
        raw->kind = RAW_INTEGER;
        return text_to_integer(value, &raw->integer) == 0 && raw->integer == (int32_t)raw->integer;
    }
    if (strcmp(tag, "6") == 0) {
        raw->kind = RAW_OID;
        return parse_oid(recording, value, &raw->oid);
    }
    return keep_integer(raw, value, strcmp(tag, "70") == 0 ? UINT64_MAX : UINT32_MAX);
}

static bool known_tag(const char *tag) {
    static const char *const tags[] = {"2", "4", "4x", "5", "6", "64", "64x", "65", "66", "67", "70"};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        if (strcmp(tag, tags[i]) == 0)
            return true;
    return false;
}

int recording_parse_object(struct recording_parser *parser, char *line, size_t size) {
    struct recording *recording = parser->recording;
    if (size == 0)
        return 0;
    char *tag = memchr(line, '|', size);
    char *value = tag ? memchr(tag + 1, '|', size - (size_t)(tag + 1 - line)) : NULL;
    if (!value)
        return recording_fail(parser, parser->line, "expected OID|TAG|VALUE");
    *tag++ = *value++ = '\0';
    struct recording_object *object = &recording->objects[recording->n_objects];
    *object = (struct recording_object){.line = parser->line};
    if (!parse_oid(recording, line, &object->varbind.name))
        return recording_fail(parser, parser->line,
                              "no OID before the first '|' (numbers with dots, at most %d)", OID_MOST);
    if (!known_tag(tag))
        return recording_fail(parser, parser->line,
                              "unknown tag \"%.10s\": 2, 4, 4x, 5, 6, 64, 64x, 65, 66, 67 or 70", tag);
    if (!parse_value(recording, tag, value, size - (size_t)(value - line), &object->varbind.raw))
        return recording_fail(parser, parser->line, "the value is none of tag %s", tag);
    recording->n_objects++;
    return 0;
}

static int compare_objects(const void *a, const void *b) {
    const struct recording_object *left = a, *right = b;
    return oid_compare(&left->varbind.name, &right->varbind.name);
}

int recording_sort_objects(struct recording_parser *parser) {
    struct recording *recording = parser->recording;
    if (recording->n_objects > 0)
        qsort(recording->objects, recording->n_objects, sizeof(struct recording_object), compare_objects);
    for (size_t i = 1; i < recording->n_objects; i++) {
        const struct recording_object *a = &recording->objects[i - 1], *b = &recording->objects[i];
        size_t first = a->line < b->line ? a->line : b->line, second = a->line < b->line ? b->line : a->line;
        if (compare_objects(a, b) == 0)
            return recording_fail(parser, second, "the object of line %zu again", first);
    }
    return 0;
}
