/* SPDX-License-Identifier: Apache-2.0 */
/* What was given, as one text in the order of the schema: to see whether two files say the same. */
#include "model/schema.h"

static const void *at_offset(const void *target, const struct field *field) {
    return (const char *)target + field->offset;
}

static void write_value(const struct setting *setting, struct text *text) {
    text_add_json(text, setting->text);
    text_add_char(text, ' ');
}

static void write_texts(const struct setting_list *list, struct text *text) {
    const struct setting *settings = list->items;
    text_add_char(text, '[');
    for (size_t i = 0; i < list->n; i++)
        write_value(&settings[i], text);
    text_add_char(text, ']');
}

static void write_pairs(const struct setting_list *list, struct text *text) {
    const struct setting_pair *pairs = list->items;
    text_add_char(text, '{');
    for (size_t i = 0; i < list->n; i++) {
        write_value(&pairs[i].key, text);
        write_value(&pairs[i].value, text);
    }
    text_add_char(text, '}');
}

static void write_entries(const struct schema *schema, const struct setting_list *list, struct text *text) {
    text_add_char(text, '[');
    for (size_t i = 0; i < list->n; i++) {
        const struct entry *entry = (const void *)((const char *)list->items + i * schema->size);
        if (entry->key)
            text_add_json(text, entry->key);
        text_add_char(text, '{');
        schema_write(schema, entry, text);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

void schema_write(const struct schema *schema, const void *target, struct text *text) {
    for (size_t i = 0; i < schema->n_fields; i++) {
        const struct field *field = &schema->fields[i];
        const void *place = at_offset(target, field);
        const struct setting_list *list = place;
        bool scalar = field->type < FIELD_TEXTS;
        if (scalar ? !setting_given(place) : field->type != FIELD_GROUP && list->n == 0)
            continue;
        text_add_format(text, "%s: ", field->key);
        if (scalar)
            write_value(place, text);
        else if (field->type == FIELD_TEXTS)
            write_texts(list, text);
        else if (field->type == FIELD_PAIRS)
            write_pairs(list, text);
        else if (field->type == FIELD_GROUP)
            schema_write(field->of, place, text);
        else
            write_entries(field->of, list, text);
    }
}
