/* SPDX-License-Identifier: Apache-2.0 */
/* The tables behind map_settings.h, and the rules for single texts of a map. */
#include "model/map_settings.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "drivers/driver.h"

enum { TITLE_MOST = 200, SLUG_MOST = 63 };

const char *const map_wire_words[] = {"u16", "s16", "u32",      "s32",       "u64", "s64",
                                      "f32", "f64", "low_byte", "high_byte", "bit", NULL};
const char *const map_rate_words[] = {"normal", "fast", "slow", "once", NULL};
const char *const map_class_words[] = {"pdu",   "ups",    "dc",     "chiller", "air", "liquid", "meter",
                                       "shelf", "switch", "genset", "sensor",  "io",  NULL};
const char *const map_protocol_words[] = {"snmp", "modbus", NULL};
const char *const map_word_orders[] = {"high_first", "low_first", NULL};
const char *const map_contact_words[] = {"open", "closed", NULL};
const char *const map_meaning_words[] = {
    "tripped",   "breaker_closed",   "alarm",   "epo", "leak", "smoke", "door_open",
    "low_level", "source_available", "contact", NULL};

static bool refuse(char *why, size_t size, const char *what) {
    snprintf(why, size, "%s", what);
    return false;
}

/* One line for people. */
static bool check_title(const char *text, char *why, size_t size) {
    if (!*text || strlen(text) > TITLE_MOST)
        return refuse(why, size, "must be a line of 1 to 200 bytes");
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (*at < 0x20 || *at == 0x7f)
            return refuse(why, size, "must not hold control characters");
    return text_is_utf8(text, strlen(text)) || refuse(why, size, "is not UTF-8: save the file as UTF-8");
}

bool settings_check_slug(const char *text, char *why, size_t size) {
    size_t length = strlen(text);
    if (length == 0 || length > SLUG_MOST || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return refuse(why, size,
                      "must be lower-case letters, digits and underscores: it is part of every reading's "
                      "identity");
    return true;
}

static bool check_code(const char *text, char *why, size_t size) {
    int64_t code;
    return text_to_code(text, &code) == 0 ||
           refuse(why, size, "must be a whole number, such as -1 or 0x7fff");
}

static bool check_stride(const char *text, char *why, size_t size) {
    int64_t stride;
    return (text_to_code(text, &stride) == 0 && stride >= 1 && stride <= UINT16_MAX) ||
           refuse(why, size, "must be a number of registers from 1 to 65535");
}

#define AT(structure, member) .offset = offsetof(struct structure, member)
#define FIELDS(table) .fields = (table), .n_fields = sizeof(table) / sizeof((table)[0])

#define REGISTER .least = "0", .most = "65535"
#define CODES .entries_most = MAP_ABSENT_MOST, .check = check_code

static const struct field source_fields[] = {
    {"holding", FIELD_INTEGER, AT(source_settings, holding), REGISTER},
    {"input", FIELD_INTEGER, AT(source_settings, input), REGISTER},
    {"coil", FIELD_INTEGER, AT(source_settings, coil), REGISTER},
    {"discrete", FIELD_INTEGER, AT(source_settings, discrete), REGISTER},
    {"oid", FIELD_TEXT, AT(source_settings, oid)},
    {"type", FIELD_WORD, AT(source_settings, type), .words = map_wire_words},
    {"bit", FIELD_INTEGER, AT(source_settings, bit), .least = "0", .most = "15"},
    {"text", FIELD_INTEGER, AT(source_settings, text), .least = "1", .most = "64"},
    {"word_order", FIELD_WORD, AT(source_settings, word_order), .words = map_word_orders},
    {"stride", FIELD_TEXTS, AT(source_settings, stride), .entries_most = REPEAT_DEPTH, .check = check_stride},
};
static const struct schema source_schema = {FIELDS(source_fields), .size = sizeof(struct source_settings)};

/* Rows of wiring begin with `device`, inputs with `name`, points of a map with `quantity`. */
enum { FIRST_OF_INPUT = 1, FIRST_OF_POINT = 4 };
static const struct field point_fields[] = {
    {"device", FIELD_TEXT, AT(point_settings, device), .required = true},
    {"name", FIELD_TEXT, AT(point_settings, name), .required = true, .check = settings_check_slug},
    {"means", FIELD_WORD, AT(point_settings, means), .words = map_meaning_words},
    {"when", FIELD_WORD, AT(point_settings, when), .words = map_contact_words},
    {"quantity", FIELD_TEXT, AT(point_settings, quantity)},
    {"holding", FIELD_INTEGER, AT(point_settings, source.holding), REGISTER},
    {"input", FIELD_INTEGER, AT(point_settings, source.input), REGISTER},
    {"coil", FIELD_INTEGER, AT(point_settings, source.coil), REGISTER},
    {"discrete", FIELD_INTEGER, AT(point_settings, source.discrete), REGISTER},
    {"oid", FIELD_TEXT, AT(point_settings, source.oid)},
    {"type", FIELD_WORD, AT(point_settings, source.type), .words = map_wire_words},
    {"bit", FIELD_INTEGER, AT(point_settings, source.bit), .least = "0", .most = "15"},
    {"word_order", FIELD_WORD, AT(point_settings, source.word_order), .words = map_word_orders},
    {"stride", FIELD_TEXTS, AT(point_settings, source.stride), .entries_most = REPEAT_DEPTH,
     .check = check_stride},
    {"unit", FIELD_TEXT, AT(point_settings, unit)},
    {"scale", FIELD_TEXT, AT(point_settings, scale)},
    {"offset", FIELD_TEXT, AT(point_settings, offset)},
    {"raw", FIELD_TEXT, AT(point_settings, raw)},
    {"value", FIELD_TEXT, AT(point_settings, value)},
    {"part", FIELD_TEXT, AT(point_settings, at.part)},
    {"number", FIELD_TEXT, AT(point_settings, at.number)},
    {"phase", FIELD_TEXT, AT(point_settings, at.phase)},
    {"side", FIELD_TEXT, AT(point_settings, at.side)},
    {"point", FIELD_TEXT, AT(point_settings, at.point), .check = settings_check_slug},
    {"states", FIELD_PAIRS, AT(point_settings, states), .entries_most = MAP_STATES_MOST},
    {"absent", FIELD_TEXTS, AT(point_settings, absent), CODES},
    {"rate", FIELD_WORD, AT(point_settings, rate), .words = map_rate_words},
};
enum { N_POINT_FIELDS = sizeof(point_fields) / sizeof(point_fields[0]) };
static const struct schema point_schema = {.fields = point_fields + FIRST_OF_POINT,
                                           .n_fields = N_POINT_FIELDS - FIRST_OF_POINT,
                                           .size = sizeof(struct point_settings)};
const struct schema settings_of_input = {.fields = point_fields + FIRST_OF_INPUT,
                                         .n_fields = N_POINT_FIELDS - FIRST_OF_INPUT,
                                         .size = sizeof(struct point_settings)};
const struct schema settings_of_wiring = {FIELDS(point_fields), .size = sizeof(struct point_settings)};

static const struct field repeat_fields[] = {
    {"part", FIELD_TEXT, AT(repeat_settings, part), .required = true},
    {"count", FIELD_INTEGER, AT(repeat_settings, count), .least = "1", .most = "4096"},
    {"first", FIELD_INTEGER, AT(repeat_settings, first), .least = "1", .most = "65535"},
    {"stride", FIELD_INTEGER, AT(repeat_settings, stride), .least = "1", .most = "65535"},
    {"fixed", FIELD_INTEGER, AT(repeat_settings, fixed), .least = "1", .most = "65535"},
    {"number_from", FIELD_TEXT, AT(repeat_settings, number_from)},
    {"fitted", FIELD_GROUP, AT(repeat_settings, fitted), .of = &source_schema},
};
static const struct schema repeat_schema = {FIELDS(repeat_fields), .size = sizeof(struct repeat_settings)};

static const struct field group_fields[] = {
    {"repeat", FIELD_LIST, AT(group_settings, repeat), .required = true, .entries_most = REPEAT_DEPTH,
     .of = &repeat_schema},
    {"part", FIELD_TEXT, AT(group_settings, at.part)},
    {"number", FIELD_TEXT, AT(group_settings, at.number)},
    {"phase", FIELD_TEXT, AT(group_settings, at.phase)},
    {"side", FIELD_TEXT, AT(group_settings, at.side)},
    {"point", FIELD_TEXT, AT(group_settings, at.point), .check = settings_check_slug},
    {"label", FIELD_GROUP, AT(group_settings, label), .of = &source_schema},
    {"points", FIELD_LIST, AT(group_settings, points), .required = true, .entries_most = MAP_POINTS_MOST,
     .of = &point_schema},
};
static const struct schema group_schema = {FIELDS(group_fields), .size = sizeof(struct group_settings)};

static const struct field fact_fields[] = {
    {"manufacturer", FIELD_GROUP, AT(fact_settings, manufacturer), .of = &source_schema},
    {"model", FIELD_GROUP, AT(fact_settings, model), .of = &source_schema},
    {"serial", FIELD_GROUP, AT(fact_settings, serial), .of = &source_schema},
    {"firmware", FIELD_GROUP, AT(fact_settings, firmware), .of = &source_schema},
    {"name", FIELD_GROUP, AT(fact_settings, name), .of = &source_schema},
};
static const struct schema fact_schema = {FIELDS(fact_fields), .size = sizeof(struct fact_settings)};

static const struct field manner_fields[] = {
    {"most_registers", FIELD_INTEGER, AT(manner_settings, most_registers), .least = "1", .most = "125"},
    {"widest_gap", FIELD_INTEGER, AT(manner_settings, widest_gap), .least = "0", .most = "124"},
    {"pause", FIELD_DURATION, AT(manner_settings, pause), .least = "0ms", .most = "10s"},
    {"refresh", FIELD_DURATION, AT(manner_settings, refresh), .least = "100ms", .most = "24h"},
    {"timeout", FIELD_DURATION, AT(manner_settings, timeout), .least = "10ms", .most = "1min"},
    {"most_varbinds", FIELD_INTEGER, AT(manner_settings, most_varbinds), .least = "1", .most = "64"},
    {"most_repetitions", FIELD_INTEGER, AT(manner_settings, most_repetitions), .least = "1", .most = "100"},
};
static const struct schema manner_schema = {FIELDS(manner_fields), .size = sizeof(struct manner_settings)};

static const struct field absent_fields[] = {
    {"any", FIELD_TEXTS, AT(absent_settings, any), CODES},
    {"u16", FIELD_TEXTS, AT(absent_settings, u16), CODES},
    {"s16", FIELD_TEXTS, AT(absent_settings, s16), CODES},
    {"u32", FIELD_TEXTS, AT(absent_settings, u32), CODES},
    {"s32", FIELD_TEXTS, AT(absent_settings, s32), CODES},
    {"u64", FIELD_TEXTS, AT(absent_settings, u64), CODES},
    {"s64", FIELD_TEXTS, AT(absent_settings, s64), CODES},
};
static const struct schema absent_schema = {FIELDS(absent_fields), .size = sizeof(struct absent_settings)};

static const struct field map_fields[] = {
    {"name", FIELD_TEXT, AT(map_settings, name), .required = true, .check = settings_check_slug},
    {"title", FIELD_TEXT, AT(map_settings, title), .required = true, .check = check_title},
    {"manufacturer", FIELD_TEXT, AT(map_settings, manufacturer), .check = check_title},
    {"class", FIELD_WORD, AT(map_settings, class), .required = true, .words = map_class_words},
    {"protocol", FIELD_WORD, AT(map_settings, protocol), .required = true, .words = map_protocol_words},
    {"sources", FIELD_TEXT, AT(map_settings, sources), .required = true, .check = check_title},
    {"first_register", FIELD_INTEGER, AT(map_settings, first_register), .least = "0", .most = "1"},
    {"word_order", FIELD_WORD, AT(map_settings, word_order), .words = map_word_orders},
    {"oid_base", FIELD_TEXT, AT(map_settings, oid_base)},
    {"absent", FIELD_GROUP, AT(map_settings, absent), .of = &absent_schema},
    {"manners", FIELD_GROUP, AT(map_settings, manners), .of = &manner_schema},
    {"facts", FIELD_GROUP, AT(map_settings, facts), .of = &fact_schema},
    {"points", FIELD_LIST, AT(map_settings, points), .entries_most = MAP_POINTS_MOST, .of = &point_schema},
    {"groups", FIELD_LIST, AT(map_settings, groups), .entries_most = MAP_GROUPS_MOST, .of = &group_schema},
};
const struct schema settings_of_map = {FIELDS(map_fields), .size = sizeof(struct map_settings)};
