/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device map and the inputs of remote I/O may hold, as written: the tables of keys and the structures
 * they are read into. What the words mean is map_point's and device_map's.
 */
#ifndef HALLWATCH_MODEL_MAP_SETTINGS_H
#define HALLWATCH_MODEL_MAP_SETTINGS_H

#include "model/schema.h"

enum { MAP_POINTS_MOST = 4096, MAP_GROUPS_MOST = 256, MAP_STATES_MOST = 100, MAP_ABSENT_MOST = 16 };

/* Where one value is read. */
struct source_settings {
    struct setting holding, input, coil, discrete, oid;
    struct setting type, bit, text, word_order;
    struct setting_list stride;
};

struct place_settings {
    struct setting part, number, phase, side, point;
};

/* A point of a map, or an input of remote I/O, which may say what it means instead of a quantity. */
struct point_settings {
    struct entry entry;
    struct setting device; /* of a row of wiring */
    struct setting name, means, when;
    struct setting quantity, unit, scale, offset, raw, value, rate;
    struct source_settings source;
    struct place_settings at;
    struct setting_list states, absent;
};

struct repeat_settings {
    struct entry entry;
    struct setting part, count, first, stride, fixed, number_from;
    struct source_settings fitted;
};

struct group_settings {
    struct entry entry;
    struct place_settings at;
    struct source_settings label;
    struct setting_list repeat, points;
};

struct fact_settings {
    struct source_settings manufacturer, model, serial, firmware, name;
};

struct manner_settings {
    struct setting most_registers, widest_gap, pause, refresh, timeout, most_varbinds, most_repetitions;
};

/* By wire type; `any` is for SNMP. */
struct absent_settings {
    struct setting_list any, u16, s16, u32, s32, u64, s64;
};

struct map_settings {
    struct setting name, title, manufacturer, class, protocol, sources, first_register, word_order, oid_base;
    struct absent_settings absent;
    struct manner_settings manners;
    struct fact_settings facts;
    struct setting_list points, groups;
};

/* A map's file; an entry of a device's `inputs`; a row of a file of `wiring`, which names the device too. */
extern const struct schema settings_of_map, settings_of_input, settings_of_wiring;

/* Whether a text is of lower-case letters, digits and underscores; else `why` says so. */
bool settings_check_slug(const char *text, char *why, size_t size);

/* In the order of their enumerators, ended by NULL; those of wire types begin with that of U16. */
extern const char *const map_wire_words[], *const map_rate_words[], *const map_class_words[];
/* In the order of enum protocol; whether the low word comes first; whether a contact is closed; what an input
 * means. */
extern const char *const map_protocol_words[], *const map_word_orders[], *const map_contact_words[];
extern const char *const map_meaning_words[];

/* What an input of remote I/O tells; the index of its word in map_meaning_words. */
enum map_meaning {
    MEANS_TRIPPED,
    MEANS_BREAKER_CLOSED,
    MEANS_ALARM,
    MEANS_EPO,
    MEANS_LEAK,
    MEANS_SMOKE,
    MEANS_DOOR_OPEN,
    MEANS_LOW_LEVEL,
    MEANS_SOURCE_AVAILABLE,
    MEANS_CONTACT,
};

#endif
