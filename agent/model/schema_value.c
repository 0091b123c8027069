/* SPDX-License-Identifier: Apache-2.0 */
/* Single texts into settings: numbers, words, quantities, with their bounds. */
#include "model/schema_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "model/quantity.h"

static int convert(const struct field *field, const char *text, int64_t *number) {
    if (field->type == FIELD_DURATION)
        return text_to_duration_ms(text, number);
    if (field->type == FIELD_BYTES)
        return text_to_bytes(text, number);
    if (field->type == FIELD_RATE)
        return text_to_rate(text, number);
    return text_to_code(text, number);
}

static const char *form_of(const struct field *field) {
    if (field->type == FIELD_DURATION)
        return "a duration with its unit, such as 200ms, 5s, 15min or 1h";
    if (field->type == FIELD_BYTES)
        return "a size such as 64MiB";
    if (field->type == FIELD_RATE)
        return "a number a second, such as 20000/s";
    return "a whole number";
}

static bool set_number(const struct field *field, const struct spot *at, const char *path, const char *text,
                       int64_t *number, struct mistakes *mistakes) {
    int64_t least, most;
    int error = convert(field, text, number);
    if (error == ERROR_ARGUMENT) {
        mistakes_add(mistakes, at, path, "\"%.100s\" must be %s", text, form_of(field));
        return false;
    }
    convert(field, field->least, &least);
    convert(field, field->most, &most);
    if (error || *number < least || *number > most) {
        mistakes_add(mistakes, at, path, "%.100s is out of bounds: from %s to %s", text, field->least,
                     field->most);
        return false;
    }
    return true;
}

static bool set_quantity(const struct field *field, const struct spot *at, const char *path, const char *text,
                         double *value, struct mistakes *mistakes) {
    const enum dimension dimensions[] = {field->dimension, DIMENSION_NONE};
    enum dimension dimension;
    double least, most;
    char why[256];
    if (quantity_read(text, dimensions, value, &dimension, why, sizeof(why)) != 0) {
        mistakes_add(mistakes, at, path, "%s", why);
        return false;
    }
    quantity_read(field->least, dimensions, &least, &dimension, why, sizeof(why));
    quantity_read(field->most, dimensions, &most, &dimension, why, sizeof(why));
    if (*value < least || *value > most) {
        mistakes_add(mistakes, at, path, "%.100s is out of bounds: from %s to %s", text, field->least,
                     field->most);
        return false;
    }
    return true;
}

static bool set_word(const struct field *field, const struct spot *at, const char *path, const char *text,
                     int64_t *number, struct mistakes *mistakes) {
    size_t n = 0;
    for (; field->words[n]; n++) {
        if (strcmp(field->words[n], text) == 0) {
            *number = (int64_t)n;
            return true;
        }
    }
    mistakes_add_unknown(mistakes, at, path, field->key, text, field->words, n);
    return false;
}

bool schema_set_setting(const struct field *field, const struct spot *at, const char *path, const char *text,
                        struct setting *setting, struct mistakes *mistakes) {
    char why[256];
    struct setting read = {.at = *at, .text = text};
    if (field->type == FIELD_WORD) {
        if (!set_word(field, at, path, text, &read.number, mistakes))
            return false;
    } else if (field->type == FIELD_QUANTITY) {
        if (!set_quantity(field, at, path, text, &read.value, mistakes))
            return false;
    } else if (field->type == FIELD_TEXT || field->type == FIELD_TEXTS || field->type == FIELD_PAIRS) {
        if (field->check && !field->check(text, why, sizeof(why))) {
            mistakes_add(mistakes, at, path, "%s", why);
            return false;
        }
    } else if (!set_number(field, at, path, text, &read.number, mistakes)) {
        return false;
    }
    *setting = read;
    return true;
}

void schema_set_default(const struct field *field, struct setting *setting) {
    const enum dimension dimensions[] = {field->dimension, DIMENSION_NONE};
    enum dimension dimension;
    char why[256];
    if (field->type == FIELD_QUANTITY)
        quantity_read(field->fallback, dimensions, &setting->value, &dimension, why, sizeof(why));
    else if (field->type != FIELD_TEXT && field->type != FIELD_WORD)
        convert(field, field->fallback, &setting->number);
}

bool schema_set(const struct field *field, const struct spot *at, const char *path, const char *text,
                void *target, struct mistakes *mistakes) {
    return schema_set_setting(field, at, path, text, (void *)((char *)target + field->offset), mistakes);
}

/* Columns are counted in characters. */
static void move_on(struct spot *at, const char *from, const char *to) {
    for (; from < to; from++)
        at->column += ((unsigned char)*from & 0xc0) != 0x80;
}

void schema_set_texts(const struct field *field, const struct spot *at, const char *path, char *text,
                      void *target, struct mistakes *mistakes) {
    struct setting_list *list = (void *)((char *)target + field->offset);
    struct spot spot = *at;
    size_t n = 1;
    for (const char *c = text; *c; c++)
        n += *c == ';';
    if (n > field->entries_most) {
        mistakes_add(mistakes, at, path, "%zu entries; at most %zu are possible", n, field->entries_most);
        return;
    }
    struct setting *settings = list->items = calloc(n, sizeof(*settings));
    if (!settings) {
        mistakes_add(mistakes, at, path, "out of memory");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        char *end = text + strcspn(text, ";"), *first = text + strspn(text, " ");
        char *last = end;
        while (last > first && last[-1] == ' ')
            last--;
        move_on(&spot, text, first);
        *last = '\0';
        if (last > first) /* nothing between two semicolons, or behind the last, is nothing */
            list->n += schema_set_setting(field, &spot, path, first, &settings[list->n], mistakes);
        move_on(&spot, first, end + 1);
        text = end + 1;
    }
}
