/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that make a driver of a device map or of wired inputs share. Only device_map.c, map_file.c,
 * map_point.c, map_source.c, map_words.c and map_wiring.c include this.
 */
#ifndef HALLWATCH_MODEL_MAP_BUILD_H
#define HALLWATCH_MODEL_MAP_BUILD_H

#include "model/device_map.h"

/* Where one group and its points were written, in the order of the driver's table. */
struct map_written {
    const struct entry *group; /* NULL: single values */
    const struct point_settings **points;
};

/* A driver in the making. */
struct map_build {
    const char *file; /* for mistakes that have no line; borrowed */
    struct driver *driver;
    struct mistakes *mistakes;
    bool low_word_first;
    unsigned depth;              /* repeats of the group in the making */
    struct map_written *written; /* by group */
};

/* A driver without tables, to be ended by driver_release. `file` NULL: of no file. NULL when out of memory.
 */
struct driver *map_new(const char *file);
/* What two drivers are compared by; taken over. */
void map_set_text(struct driver *driver, char *text);
/* Zeroed memory that lives as long as the driver; NULL after a mistake was written. */
void *map_take(const struct map_build *build, size_t n, size_t size);
/* A copy that lives as long; NULL after a mistake was written. */
const char *map_copy(const struct map_build *build, const char *text);

/* --- map_words.c: words and numbers; false, or the first enumerator, after a mistake was written. */

enum quantity map_quantity(const struct map_build *build, const struct point_settings *settings);
/* Its name without "facility_". */
const char *map_quantity_name(enum quantity quantity);
bool map_unit(const struct map_build *build, const struct point_settings *settings, enum quantity quantity,
              enum unit *unit);
bool map_state(const struct map_build *build, const struct setting *word, enum quantity quantity,
               int32_t *code);
/* The words of a place; also "phase" and "phase_pair" as parts where something repeats over them. */
bool map_part(const struct map_build *build, const struct entry *entry, const struct setting *part,
              bool repeats, enum part *found);
bool map_place(const struct map_build *build, const struct entry *entry,
               const struct place_settings *settings, struct place *place);
/* Scale, offset, or raw and value range into the point's mul, add and div. */
bool map_scale(const struct map_build *build, const struct point_settings *settings, struct point *point);

/* --- map_source.c */

/* The one source that is given; entries begin with `prefix` in mistakes: "label.". */
bool map_source(const struct map_build *build, const struct entry *entry, const char *prefix,
                const struct source_settings *settings, struct source *source);
bool map_source_given(const struct source_settings *settings);
/* An object identifier below the driver's base; NULL after a mistake. */
const char *map_oid(const struct map_build *build, const struct entry *entry, const char *key,
                    const struct setting *setting);

/* --- map_point.c */

bool map_absent(const struct map_build *build, const struct setting_list *codes, struct absent *absent);
bool map_point(const struct map_build *build, const struct point_settings *settings, struct point *point);

/*
 * After all tables are made: what no single point shows. Two points that would be one reading or read the
 * same, and the rules of every driver.
 */
void map_check(const struct map_build *build);

#endif
