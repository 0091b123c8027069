/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the zone database, TZif (RFC 8536): a table of changes, and the rule by which it goes on.
 * Every count is checked against the file's size before it is used. Of a file with two tables the second
 * counts, whose times have 64 bits.
 */
#include "base/time_zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time_zone_rule.h"

enum { FILE_MOST = 256 << 10, NAME_MOST = 64, HEADER_SIZE = 44, TYPE_SIZE = 6 };
static const char folder[] = "/usr/share/zoneinfo/";

struct change {
    int64_t utc_s;
    int32_t offset_s; /* from then on */
};

struct time_zone {
    struct change *changes; /* in their order */
    size_t n;
    int32_t first_s; /* before the first change */
    bool has_rule;   /* behind the last one */
    struct zone_rule rule;
};

void time_zone_free(struct time_zone *zone) {
    if (zone)
        free(zone->changes);
    free(zone);
}

/* --- the table --- */

struct table {
    const uint8_t *at; /* behind the header */
    size_t size;       /* of what follows the header in the file */
    size_t width;      /* of a time: 4 or 8 bytes */
    uint32_t n_utc, n_standard, n_leaps, n_times, n_types, n_chars;
};

static int64_t read_number(const uint8_t *bytes, size_t width) {
    uint64_t number = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < width; i++)
        number = number << 8 | bytes[i];
    return (int64_t)number;
}

static size_t size_of(const struct table *table) {
    return table->n_times * (table->width + 1) + table->n_types * TYPE_SIZE + table->n_chars +
           table->n_leaps * (table->width + 4) + table->n_standard + table->n_utc;
}

/* A table's header; false where it is none, or where the table does not end within the file. */
static bool read_header(const uint8_t *data, size_t size, size_t width, struct table *table, char *version) {
    if (size < HEADER_SIZE || memcmp(data, "TZif", 4) != 0)
        return false;
    uint32_t counts[6];
    for (size_t i = 0; i < 6; i++) {
        counts[i] = (uint32_t)read_number(data + 20 + 4 * i, 4);
        if (counts[i] > FILE_MOST)
            return false;
    }
    *version = (char)data[4];
    *table = (struct table){.at = data + HEADER_SIZE,
                            .size = size - HEADER_SIZE,
                            .width = width,
                            .n_utc = counts[0],
                            .n_standard = counts[1],
                            .n_leaps = counts[2],
                            .n_times = counts[3],
                            .n_types = counts[4],
                            .n_chars = counts[5]};
    return size_of(table) <= table->size;
}

static bool read_type(const struct table *table, size_t number, int32_t *offset_s) {
    enum { OFFSET_MOST_S = 26 * 3600 }; /* RFC 8536 3.2 */
    const uint8_t *types = table->at + table->n_times * (table->width + 1);
    if (number >= table->n_types)
        return false;
    int64_t offset = read_number(types + number * TYPE_SIZE, 4);
    *offset_s = (int32_t)offset;
    return offset >= -OFFSET_MOST_S && offset <= OFFSET_MOST_S;
}

static int read_table(const struct table *table, struct time_zone *zone) {
    const uint8_t *types = table->at + table->n_times * table->width;
    /* With leap seconds its times are none of the system's clock ("right/..."). */
    if (table->n_leaps > 0 || !read_type(table, 0, &zone->first_s))
        return ERROR_GARBLED;
    zone->changes = calloc(table->n_times + 1, sizeof(*zone->changes));
    if (!zone->changes)
        return ERROR_MEMORY;
    for (; zone->n < table->n_times; zone->n++) {
        struct change *change = &zone->changes[zone->n];
        change->utc_s = read_number(table->at + zone->n * table->width, table->width);
        if (!read_type(table, types[zone->n], &change->offset_s) ||
            (zone->n > 0 && change->utc_s <= change[-1].utc_s))
            return ERROR_GARBLED;
    }
    return ERROR_NONE;
}

/* The last line; an empty one says that there is no rule. */
static int read_rule(const char *text, size_t size, struct time_zone *zone) {
    const char *end = size > 1 ? memchr(text + 1, '\n', size - 1) : NULL;
    if (!end || *text != '\n')
        return ERROR_GARBLED;
    size_t length = (size_t)(end - text) - 1;
    zone->has_rule = length > 0;
    return !zone->has_rule || zone_rule_parse(text + 1, length, &zone->rule) ? ERROR_NONE : ERROR_GARBLED;
}

static int read_zone(const uint8_t *data, size_t size, struct time_zone *zone) {
    struct table table;
    char version;
    if (size > FILE_MOST || !read_header(data, size, 4, &table, &version))
        return ERROR_GARBLED;
    if (version < '2')
        return read_table(&table, zone);
    size_t first = HEADER_SIZE + size_of(&table);
    if (!read_header(data + first, size - first, 8, &table, &version))
        return ERROR_GARBLED;
    int error = read_table(&table, zone);
    size_t used = size_of(&table);
    return error ? error : read_rule((const char *)table.at + used, table.size - used, zone);
}

int time_zone_parse(const void *data, size_t size, struct time_zone **zone) {
    struct time_zone *made = calloc(1, sizeof(*made));
    int error = made ? read_zone(data, size, made) : ERROR_MEMORY;
    if (error)
        time_zone_free(made);
    else
        *zone = made;
    return error;
}

/* --- by name --- */

/* Nothing that leads out of the folder. */
static bool is_name(const char *name) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t size = strlen(name);
    return size > 0 && size <= NAME_MOST && strspn(name, letters) == size && *name != '/' &&
           name[size - 1] != '/' && !strstr(name, "//");
}

int time_zone_load(const char *name, struct time_zone **zone) {
    char path[sizeof(folder) + NAME_MOST];
    struct text text = {0};
    if (!is_name(name))
        return ERROR_ARGUMENT;
    if (strcmp(name, "UTC") == 0) {
        *zone = calloc(1, sizeof(**zone));
        return *zone ? ERROR_NONE : ERROR_MEMORY;
    }
    snprintf(path, sizeof(path), "%s%s", folder, name);
    int error = file_read(path, FILE_MOST, &text, NULL);
    if (error == ERROR_ARGUMENT) /* a folder: "Asia" */
        error = ERROR_NOT_FOUND;
    if (!error)
        error = time_zone_parse(text.data, text.size, zone);
    text_done(&text);
    return error;
}

char *time_zone_nearest(const char *name) {
    enum { ZONES_MOST = 1024, LIST_MOST = 1 << 20 };
    struct text text = {0};
    char path[sizeof(folder) + NAME_MOST], *found = NULL;
    const char *names[ZONES_MOST];
    size_t n = 0;
    snprintf(path, sizeof(path), "%szone.tab", folder); /* country, place, name, remarks; behind tabs */
    if (file_read(path, LIST_MOST, &text, NULL) == 0) {
        for (char *rest = text.data, *line; n < ZONES_MOST && (line = strsep(&rest, "\n")) != NULL;) {
            const char *place = *line != '#' && strsep(&line, "\t") ? strsep(&line, "\t") : NULL;
            const char *zone = place ? strsep(&line, "\t") : NULL;
            if (zone)
                names[n++] = zone;
        }
    }
    const char *nearest = text_nearest(name, names, n);
    if (nearest)
        found = strdup(nearest);
    text_done(&text);
    return found;
}

/* --- offsets --- */

int32_t time_zone_offset(const struct time_zone *zone, int64_t utc_s) {
    if (!zone)
        return 0;
    size_t low = 0, high = zone->n; /* how many changes have been */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].utc_s <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->n && zone->has_rule)
        return zone_rule_offset(&zone->rule, utc_s);
    return low > 0 ? zone->changes[low - 1].offset_s : zone->first_s;
}
