/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables that say what a configuration may hold, and the walk that reads a YAML tree into plain structures
 * by them and collects every mistake. Defaults and bounds stand in the tables as a user would write them.
 * The structures hold `struct setting`s at the offsets that the fields name. Settings borrow their texts
 * from the tree or the table.
 */
#ifndef HALLWATCH_MODEL_SCHEMA_H
#define HALLWATCH_MODEL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "drivers/catalog.h"
#include "model/mistakes.h"
#include "model/yaml_document.h"

/* One value as read. */
struct setting {
    struct spot at;   /* file NULL: not given; the default stands, if there is one */
    const char *text; /* "" where there is none */
    union {
        int64_t number; /* of integers, durations (ms), sizes (bytes) and words (which one) */
        double value;   /* of quantities: in the published unit */
    };
};

static inline bool setting_given(const struct setting *setting) {
    return setting->at.file != NULL;
}

struct setting_list {
    void *items; /* of the field's schema; of texts: struct setting; of pairs: struct setting_pair */
    size_t n;
};

/* One key of a map of free texts, and its value. */
struct setting_pair {
    struct setting key, value;
};

/*
 * First member of every structure that is an entry of a list or a table: what mistakes in it are called
 * by.
 */
struct entry {
    struct spot at;
    const char *list; /* "devices"; NULL in a CSV file, where a column's name says enough */
    const char *key;  /* of tables; NULL in lists */
    size_t index;
};

enum field_type {
    FIELD_TEXT,
    FIELD_INTEGER, /* decimal, or hexadecimal behind 0x */
    FIELD_DURATION,
    FIELD_BYTES,
    FIELD_RATE,     /* so many a second */
    FIELD_WORD,     /* one of `words` */
    FIELD_QUANTITY, /* a number with a unit of `dimension` */
    FIELD_TEXTS,    /* one text or a list of them: setting_list of settings */
    FIELD_PAIRS,    /* a map of free texts to texts: setting_list of pairs */
    FIELD_GROUP,    /* a map with the fields of `of` */
    FIELD_LIST,     /* a list of such maps: setting_list of entries */
    FIELD_TABLE,    /* a map of free names to such maps: setting_list of entries */
};

struct schema;
struct field {
    const char *key;
    enum field_type type;
    size_t offset;
    bool required;
    const char *fallback;     /* the default; NULL: none */
    const char *least, *most; /* of numbers */
    size_t entries_most;      /* of lists and tables */
    const char *const *words; /* of FIELD_WORD, ended by NULL */
    enum dimension dimension; /* of FIELD_QUANTITY */
    /* Whether a text can be used; else `why` says what is wrong. NULL: any can. */
    bool (*check)(const char *text, char *why, size_t size);
    const struct schema *of;
    const char *says;    /* what it means, for people: `hallwatch settings` and the manual */
    const char *example; /* a value as YAML; NULL of groups, lists and tables */
};

struct schema {
    const struct field *fields;
    size_t n_fields; /* at most 64 */
    size_t size;     /* of the structure */
    bool is_entry;   /* of a group: it begins with a struct entry, whose place is set where it is given */
};

/*
 * Reads `node` into `target`, schema->size zeroed bytes. Mistakes are only written; what is right is
 * there.
 */
void schema_read(const struct schema *schema, const struct node *node, void *target,
                 struct mistakes *mistakes);
/* Frees the lists in `target`. */
void schema_done(const struct schema *schema, void *target);

/* Gives every setting of `target` its default. schema_read does it too. */
void schema_set_defaults(const struct schema *schema, void *target);
/*
 * Adds to `text` every setting that was given, in the order of the schema: of two structures the same text
 * where they say the same, however it was laid out.
 */
void schema_write(const struct schema *schema, const void *target, struct text *text);
/* The field of that key, or NULL. */
const struct field *schema_find(const struct schema *schema, const char *key);
/* Writes the mistake of a key that the schema lacks, with the nearest one. */
void schema_refuse_key(const struct schema *schema, const struct spot *at, const char *path, const char *kind,
                       const char *key, struct mistakes *mistakes);
/* Reads one text into a scalar field of `target`. False after a mistake was written. */
bool schema_set(const struct field *field, const struct spot *at, const char *path, const char *text,
                void *target, struct mistakes *mistakes);
/*
 * Reads texts that are separated by `;` into a field of texts; blanks around them do not count. `text` is cut
 * apart in place and borrowed.
 */
void schema_set_texts(const struct field *field, const struct spot *at, const char *path, char *text,
                      void *target, struct mistakes *mistakes);

/*
 * Writes a mistake about the setting `key` of an entry: at the setting, or at the entry where it was not
 * given.
 */
void entry_add_mistake(const struct entry *entry, const char *key, const struct setting *setting,
                       struct mistakes *mistakes, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
