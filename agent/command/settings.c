/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch settings`: every key that a configuration, a device map and wiring may hold, from their schemas.
 */
#include "model/settings.h"

#include <stdio.h>

#include "base/text.h"
#include "command/command.h"
#include "command/options.h"

enum { KEY_MOST = 200 };

/* Where a key stands: the file's kind, and what is written before it: "sinks[]." */
struct outline {
    const char *file;
    char prefix[KEY_MOST];
    bool is_json;
};

static const char *const type_words[] = {
    [FIELD_TEXT] = "text",         [FIELD_INTEGER] = "whole number",
    [FIELD_DURATION] = "duration", [FIELD_BYTES] = "size",
    [FIELD_RATE] = "rate",         [FIELD_WORD] = "word",
    [FIELD_QUANTITY] = "quantity", [FIELD_TEXTS] = "text or list",
    [FIELD_PAIRS] = "pairs",       [FIELD_GROUP] = "group",
    [FIELD_LIST] = "list",         [FIELD_TABLE] = "table",
};

/* Of a quantity the units that it may come in; of a word what it may be. */
static const char *alternative(const struct field *field, size_t at) {
    if (field->type == FIELD_WORD)
        return field->words[at];
    if (field->type != FIELD_QUANTITY)
        return NULL;
    for (size_t unit = UNIT_UNSTATED + 1; unit < N_UNITS; unit++) {
        const struct unit_info *info = catalog_unit((enum unit)unit);
        if (info->dimension == field->dimension && at-- == 0)
            return info->symbol;
    }
    return NULL;
}

static void add_member(struct text *text, const char *name, const char *value) {
    if (!value)
        return;
    text_add_format(text, ",\"%s\":", name);
    text_add_json(text, value);
}

static void write_json(const struct outline *outline, const struct field *field, struct text *text) {
    char key[KEY_MOST];
    snprintf(key, sizeof(key), "%s%s", outline->prefix, field->key);
    text_add_format(text, "{\"file\":\"%s\"", outline->file);
    add_member(text, "key", key);
    add_member(text, "type", type_words[field->type]);
    text_add_format(text, ",\"required\":%s", field->required ? "true" : "false");
    add_member(text, "default", field->fallback);
    add_member(text, "least", field->least);
    add_member(text, "most", field->most);
    if (field->entries_most)
        text_add_format(text, ",\"entries_most\":%zu", field->entries_most);
    for (size_t i = 0; alternative(field, i); i++) {
        text_add_string(text, i ? "," : field->type == FIELD_WORD ? ",\"words\":[" : ",\"units\":[");
        text_add_json(text, alternative(field, i));
    }
    if (alternative(field, 0))
        text_add_char(text, ']');
    add_member(text, "says", field->says);
    add_member(text, "example", field->example);
    text_add_string(text, "}\n");
}

/* "poll.fast: duration, default 1s, 100ms to 24h" */
static void write_lines(const struct outline *outline, const struct field *field, struct text *text) {
    text_add_format(text, "%s%s: %s", outline->prefix, field->key, type_words[field->type]);
    if (field->required)
        text_add_string(text, ", required");
    if (field->fallback)
        text_add_format(text, ", default %s", field->fallback);
    if (field->least)
        text_add_format(text, ", %s to %s", field->least, field->most);
    for (size_t i = 0; alternative(field, i); i++)
        text_add_format(text, "%s%s",
                        i                           ? " | "
                        : field->type == FIELD_WORD ? ": "
                                                    : ", in ",
                        alternative(field, i));
    text_add_format(text, "\n    %s\n", field->says);
    if (field->example)
        text_add_format(text, "    %s: %s\n", field->key, field->example);
}

static void write_schema(const struct schema *schema, const struct outline *outline, struct text *text) {
    for (size_t i = 0; i < schema->n_fields; i++) {
        const struct field *field = &schema->fields[i];
        struct outline inner = {.file = outline->file, .is_json = outline->is_json};
        (outline->is_json ? write_json : write_lines)(outline, field, text);
        if (!field->of)
            continue;
        snprintf(inner.prefix, sizeof(inner.prefix), "%.150s%.40s%s.", outline->prefix, field->key,
                 field->type == FIELD_LIST    ? "[]"
                 : field->type == FIELD_TABLE ? ".NAME"
                                              : "");
        write_schema(field->of, &inner, text);
    }
}

static int run(int argc, char **argv) {
    static const struct {
        const char *file, *title;
        const struct schema *schema;
    } files[] = {
        {"configuration", "The configuration, hallwatch.yaml:", &settings_of_site},
        {"map", "A device map, which `maps` names:", &settings_of_map},
        {"wiring", "A table of wiring, which `wiring` names; its columns:", &settings_of_wiring},
    };
    bool is_json = false;
    const struct option options[] = {{"json", .flag = &is_json}};
    if (options_read(argc, argv, options, 1, NULL, 0, 0) < 0)
        return STATUS_USAGE;
    struct text text = {0};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (!is_json)
            text_add_format(&text, "%s%s\n\n", i ? "\n" : "", files[i].title);
        write_schema(files[i].schema, &(struct outline){.file = files[i].file, .is_json = is_json}, &text);
    }
    int status = text.failed || fputs(text.data, stdout) < 0 ? STATUS_FAILED : STATUS_OK;
    text_done(&text);
    return status;
}

const struct command command_settings = {
    .name = "settings",
    .summary = "list every key of a configuration, a device map and a table of wiring",
    .help = "settings [--json]\n\n"
            "Lists every key that a configuration, a device map and a table of wiring may hold: type, "
            "default, range,\n"
            "meaning and an example. hallwatch.yaml(5) is made from it.\n\n"
            "  [].    of each entry of a list\n"
            "  .NAME. of each entry of a table, behind a name of your own\n\n"
            "  --json  one JSON object per key\n",
    .run = run,
};
