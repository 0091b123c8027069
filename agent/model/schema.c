/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a YAML tree by tables. Knows no key of any configuration. */
#include "model/schema.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/schema_value.h"

enum { KEYS_MOST = 64 };

struct walk {
    struct mistakes *mistakes;
    struct text path; /* of the node that is being read */
};

static void *at_offset(void *target, const struct field *field) {
    return (char *)target + field->offset;
}

static const char *path_of(const struct walk *walk) {
    return walk->path.data ? walk->path.data : "";
}

static void shorten_path(struct walk *walk, size_t size) {
    walk->path.size = size;
    if (walk->path.data)
        walk->path.data[size] = '\0';
}

static void add_key(struct walk *walk, const char *key) {
    text_add_format(&walk->path, "%s%s", walk->path.size ? "." : "", key);
}

static void add_index(struct walk *walk, size_t index) {
    text_add_format(&walk->path, "[%zu]", index);
}

/* Keys */

void schema_set_defaults(const struct schema *schema, void *target) {
    for (size_t i = 0; i < schema->n_fields; i++) {
        const struct field *field = &schema->fields[i];
        if (field->type == FIELD_GROUP) {
            schema_set_defaults(field->of, at_offset(target, field));
        } else if (field->type < FIELD_TEXTS) {
            struct setting *setting = at_offset(target, field);
            *setting = (struct setting){.text = field->fallback ? field->fallback : ""};
            if (field->fallback)
                schema_set_default(field, setting);
        }
    }
}

const struct field *schema_find(const struct schema *schema, const char *key) {
    for (size_t i = 0; i < schema->n_fields; i++) {
        if (strcmp(schema->fields[i].key, key) == 0)
            return &schema->fields[i];
    }
    return NULL;
}

void schema_refuse_key(const struct schema *schema, const struct spot *at, const char *path, const char *kind,
                       const char *key, struct mistakes *mistakes) {
    const char *keys[KEYS_MOST];
    size_t n = 0;
    bool column = strcmp(kind, "column") == 0; /* which cannot hold a list */
    for (size_t i = 0; i < schema->n_fields; i++)
        if (!column || schema->fields[i].type <= FIELD_TEXTS)
            keys[n++] = schema->fields[i].key;
    mistakes_add_unknown(mistakes, at, path, kind, key, keys, n);
}

/* The walk */

static void read_group(struct walk *walk, const struct schema *schema, const struct node *node, void *target);

static bool expect(struct walk *walk, const struct node *node, enum node_kind kind) {
    bool missing = node->kind == NODE_SCALAR && !node->quoted && !*node->text;
    if (missing)
        mistakes_add(walk->mistakes, &node->at, path_of(walk), "the value is missing");
    else if (node->kind != kind)
        mistakes_add(walk->mistakes, &node->at, path_of(walk), "must be %s, not %s", node_kind_text(kind),
                     node_kind_text(node->kind));
    return !missing && node->kind == kind;
}

static void read_scalar(struct walk *walk, const struct field *field, const struct node *node,
                        struct setting *setting) {
    if (expect(walk, node, NODE_SCALAR))
        schema_set_setting(field, &node->at, path_of(walk), node->text, setting, walk->mistakes);
}

/* Room for the entries, zeroed; false where there are none to read. */
static bool start_list(struct walk *walk, const struct field *field, const struct node *node, size_t n,
                       size_t size, struct setting_list *list) {
    if (n > field->entries_most) {
        mistakes_add(walk->mistakes, &node->at, path_of(walk), "%zu entries; at most %zu are possible", n,
                     field->entries_most);
        return false;
    }
    list->items = n ? calloc(n, size) : NULL;
    if (n && !list->items)
        mistakes_add(walk->mistakes, &node->at, path_of(walk), "out of memory");
    return list->items != NULL;
}

static void read_texts(struct walk *walk, const struct field *field, const struct node *node,
                       struct setting_list *list) {
    size_t n = node->kind == NODE_LIST ? node->n_children : 1, size = walk->path.size;
    if (!start_list(walk, field, node, n, sizeof(struct setting), list))
        return;
    struct setting *settings = list->items;
    for (size_t i = 0; i < n; i++) {
        if (node->kind == NODE_LIST)
            add_index(walk, i);
        read_scalar(walk, field, node->kind == NODE_LIST ? &node->children[i] : node, &settings[list->n]);
        list->n += setting_given(&settings[list->n]);
        shorten_path(walk, size);
    }
}

static void read_pairs(struct walk *walk, const struct field *field, const struct node *node,
                       struct setting_list *list) {
    size_t n = node->n_children / 2, size = walk->path.size;
    if (!expect(walk, node, NODE_MAP) || !start_list(walk, field, node, n, sizeof(struct setting_pair), list))
        return;
    struct setting_pair *pairs = list->items;
    for (size_t i = 0; i < n; i++) {
        const struct node *key = &node->children[2 * i];
        struct setting_pair *pair = &pairs[list->n];
        *pair = (struct setting_pair){.key = {.at = key->at, .text = key->text}};
        add_key(walk, key->text);
        read_scalar(walk, field, key + 1, &pair->value);
        list->n += setting_given(&pair->value);
        shorten_path(walk, size);
    }
}

static void read_list(struct walk *walk, const struct field *field, const struct node *node,
                      struct setting_list *list) {
    size_t n = node->n_children, size = walk->path.size;
    if (!expect(walk, node, NODE_LIST) || !start_list(walk, field, node, n, field->of->size, list))
        return;
    for (list->n = 0; list->n < n; list->n++) {
        struct entry *entry = (void *)((char *)list->items + list->n * field->of->size);
        add_index(walk, list->n);
        read_group(walk, field->of, &node->children[list->n], entry);
        *entry = (struct entry){.at = node->children[list->n].at, .list = field->key, .index = list->n};
        shorten_path(walk, size);
    }
}

static void read_table(struct walk *walk, const struct field *field, const struct node *node,
                       struct setting_list *list) {
    size_t n = node->n_children / 2, size = walk->path.size;
    if (!expect(walk, node, NODE_MAP) || !start_list(walk, field, node, n, field->of->size, list))
        return;
    for (list->n = 0; list->n < n; list->n++) {
        const struct node *key = &node->children[2 * list->n];
        struct entry *entries = list->items, *entry = (void *)((char *)entries + list->n * field->of->size);
        add_key(walk, key->text);
        for (size_t i = 0; i < list->n; i++) {
            const struct entry *other = (const void *)((char *)entries + i * field->of->size);
            if (strcmp(other->key, key->text) == 0)
                mistakes_add(walk->mistakes, &key->at, path_of(walk), "is already on line %u",
                             other->at.line);
        }
        read_group(walk, field->of, key + 1, entry);
        *entry = (struct entry){.at = key->at, .list = field->key, .key = key->text, .index = list->n};
        shorten_path(walk, size);
    }
}

static void read_field(struct walk *walk, const struct field *field, const struct node *node, void *target) {
    void *place = at_offset(target, field);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_INTEGER:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_RATE:
    case FIELD_WORD:
    case FIELD_QUANTITY:
        read_scalar(walk, field, node, place);
        break;
    case FIELD_TEXTS:
        read_texts(walk, field, node, place);
        break;
    case FIELD_PAIRS:
        read_pairs(walk, field, node, place);
        break;
    case FIELD_GROUP:
        read_group(walk, field->of, node, place);
        if (field->of->is_entry)
            ((struct entry *)place)->at = node->at;
        break;
    case FIELD_LIST:
        read_list(walk, field, node, place);
        break;
    case FIELD_TABLE:
        read_table(walk, field, node, place);
        break;
    }
}

static void read_pair(struct walk *walk, const struct schema *schema, const struct node *key,
                      const struct spot **seen, void *target) {
    const struct field *field = schema_find(schema, key->text);
    if (!field) {
        schema_refuse_key(schema, &key->at, path_of(walk), "key", key->text, walk->mistakes);
        return;
    }
    size_t number = (size_t)(field - schema->fields), size = walk->path.size;
    add_key(walk, field->key);
    if (seen[number]) {
        mistakes_add(walk->mistakes, &key->at, path_of(walk), "is already on line %u", seen[number]->line);
    } else {
        seen[number] = &key->at;
        read_field(walk, field, key + 1, target);
    }
    shorten_path(walk, size);
}

static void read_group(struct walk *walk, const struct schema *schema, const struct node *node,
                       void *target) {
    const struct spot *seen[KEYS_MOST] = {0};
    schema_set_defaults(schema, target);
    if (!expect(walk, node, NODE_MAP))
        return;
    for (size_t i = 0; i < node->n_children; i += 2)
        read_pair(walk, schema, &node->children[i], seen, target);
    for (size_t i = 0; i < schema->n_fields; i++) {
        if (schema->fields[i].required && !seen[i])
            mistakes_add(walk->mistakes, &node->at, path_of(walk), "\"%s\" is missing",
                         schema->fields[i].key);
    }
}

void schema_read(const struct schema *schema, const struct node *node, void *target,
                 struct mistakes *mistakes) {
    struct walk walk = {.mistakes = mistakes};
    read_group(&walk, schema, node, target);
    text_done(&walk.path);
}

void schema_done(const struct schema *schema, void *target) {
    for (size_t i = 0; i < schema->n_fields; i++) {
        const struct field *field = &schema->fields[i];
        if (field->type == FIELD_GROUP)
            schema_done(field->of, at_offset(target, field));
        if (field->type < FIELD_TEXTS || field->type == FIELD_GROUP)
            continue;
        struct setting_list *list = at_offset(target, field);
        for (size_t k = 0; field->of && k < list->n; k++)
            schema_done(field->of, (char *)list->items + k * field->of->size);
        free(list->items);
        *list = (struct setting_list){0};
    }
}

void entry_add_mistake(const struct entry *entry, const char *key, const struct setting *setting,
                       struct mistakes *mistakes, const char *format, ...) {
    char what[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    struct text path = {0};
    if (entry->list && entry->key)
        text_add_format(&path, "%s.%s.%s", entry->list, entry->key, key);
    else if (entry->list)
        text_add_format(&path, "%s[%zu].%s", entry->list, entry->index, key);
    else
        text_add_string(&path, key);
    mistakes_add(mistakes, setting_given(setting) ? &setting->at : &entry->at, path.data ? path.data : "",
                 "%s", what);
    text_done(&path);
}
