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
    {"holding", FIELD_INTEGER, AT(source_settings, holding), REGISTER,
     .says = "number of a holding register as the list prints it, without the leading 4", .example = "1"},
    {"input", FIELD_INTEGER, AT(source_settings, input), REGISTER,
     .says = "number of an input register, without the leading 3", .example = "101"},
    {"coil", FIELD_INTEGER, AT(source_settings, coil), REGISTER, .says = "number of a coil",
     .example = "401"},
    {"discrete", FIELD_INTEGER, AT(source_settings, discrete), REGISTER,
     .says = "number of a discrete input, without the leading 1", .example = "1"},
    {"oid", FIELD_TEXT, AT(source_settings, oid),
     .says = "SNMP: an instance, or in a group a column; whole, or below `oid_base`", .example = "3.1.2"},
    {"type", FIELD_WORD, AT(source_settings, type), .words = map_wire_words, .says = "how the value is coded",
     .example = "u16"},
    {"bit", FIELD_INTEGER, AT(source_settings, bit), .least = "0", .most = "15",
     .says = "a bit of a register, 0 is the lowest", .example = "3"},
    {"text", FIELD_INTEGER, AT(source_settings, text), .least = "1", .most = "64",
     .says = "a text of so many registers of two characters", .example = "8"},
    {"word_order", FIELD_WORD, AT(source_settings, word_order), .words = map_word_orders,
     .says = "of values of several registers; default: the map's", .example = "low_first"},
    {"stride", FIELD_TEXTS, AT(source_settings, stride), .entries_most = REPEAT_DEPTH, .check = check_stride,
     .says = "registers from one repetition to the next; outranks the group's", .example = "10"},
};
static const struct schema source_schema = {FIELDS(source_fields), .size = sizeof(struct source_settings)};

/* Rows of wiring begin with `device`, inputs with `name`, points of a map with `quantity`. */
enum { FIRST_OF_INPUT = 1, FIRST_OF_POINT = 4 };
static const struct field point_fields[] = {
    {"device", FIELD_TEXT, AT(point_settings, device), .required = true,
     .says = "of wiring: which device of driver remote_io", .example = "io-r01"},
    {"name", FIELD_TEXT, AT(point_settings, name), .required = true, .check = settings_check_slug,
     .says = "of wiring and inputs: becomes the reading's `point`", .example = "epo_west"},
    {"means", FIELD_WORD, AT(point_settings, means), .words = map_meaning_words,
     .says = "of wiring and inputs: what the contact tells, in place of a quantity", .example = "leak"},
    {"when", FIELD_WORD, AT(point_settings, when), .words = map_contact_words,
     .says = "of wiring and inputs: in which position it means that", .example = "closed"},
    {"quantity", FIELD_TEXT, AT(point_settings, quantity),
     .says = "what is read, of `hallwatch drivers --metrics`, with or without facility_",
     .example = "active_power_watts"},
    {"holding", FIELD_INTEGER, AT(point_settings, source.holding), REGISTER,
     .says = "number of a holding register as the list prints it, without the leading 4", .example = "1"},
    {"input", FIELD_INTEGER, AT(point_settings, source.input), REGISTER,
     .says = "number of an input register, without the leading 3", .example = "101"},
    {"coil", FIELD_INTEGER, AT(point_settings, source.coil), REGISTER, .says = "number of a coil",
     .example = "401"},
    {"discrete", FIELD_INTEGER, AT(point_settings, source.discrete), REGISTER,
     .says = "number of a discrete input, without the leading 1", .example = "1"},
    {"oid", FIELD_TEXT, AT(point_settings, source.oid),
     .says = "SNMP: an instance, or in a group a column; whole, or below `oid_base`", .example = "1.2.0"},
    {"type", FIELD_WORD, AT(point_settings, source.type), .words = map_wire_words,
     .says = "how the value is coded", .example = "s16"},
    {"bit", FIELD_INTEGER, AT(point_settings, source.bit), .least = "0", .most = "15",
     .says = "a bit of a register, 0 is the lowest", .example = "3"},
    {"word_order", FIELD_WORD, AT(point_settings, source.word_order), .words = map_word_orders,
     .says = "of values of several registers; default: the map's", .example = "low_first"},
    {"stride", FIELD_TEXTS, AT(point_settings, source.stride), .entries_most = REPEAT_DEPTH,
     .check = check_stride, .says = "registers from one repetition to the next; outranks the group's",
     .example = "10"},
    {"unit", FIELD_TEXT, AT(point_settings, unit),
     .says = "as the list prints it; unstated: shown by `read --raw`, never published", .example = "degC"},
    {"scale", FIELD_TEXT, AT(point_settings, scale), .says = "printed value = raw x scale + offset",
     .example = "1/60"},
    {"offset", FIELD_TEXT, AT(point_settings, offset), .says = "added behind the scale", .example = "-40"},
    {"raw", FIELD_TEXT, AT(point_settings, raw),
     .says = "range of raw values, in place of a scale; goes with `value`", .example = "819..4095"},
    {"value", FIELD_TEXT, AT(point_settings, value), .says = "what the ends of `raw` stand for",
     .example = "0..10"},
    {"part", FIELD_TEXT, AT(point_settings, at.part),
     .says = "which part of the device; `hallwatch drivers NAME` shows how parts are called",
     .example = "pump"},
    {"number", FIELD_TEXT, AT(point_settings, at.number),
     .says = "which of these parts; outer and inner with a slash", .example = "2"},
    {"phase", FIELD_TEXT, AT(point_settings, at.phase), .says = "which phase", .example = "L1"},
    {"side", FIELD_TEXT, AT(point_settings, at.side), .says = "which side of a cooler or converter",
     .example = "primary"},
    {"point", FIELD_TEXT, AT(point_settings, at.point), .check = settings_check_slug,
     .says = "which point of the part, a word of your own", .example = "supply"},
    {"states", FIELD_PAIRS, AT(point_settings, states), .entries_most = MAP_STATES_MOST,
     .says = "the device's codes and the metric's words for them", .example = "{0: dry, 1: leak}"},
    {"absent", FIELD_TEXTS, AT(point_settings, absent), CODES,
     .says = "codes that mean that nothing is fitted", .example = "0xffff"},
    {"rate", FIELD_WORD, AT(point_settings, rate), .words = map_rate_words,
     .says = "how often it is asked for; default: as its quantity needs", .example = "slow"},
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
    {"part", FIELD_TEXT, AT(repeat_settings, part), .required = true,
     .says = "what repeats; none: a piece of an SNMP index that tells nothing", .example = "pump"},
    {"count", FIELD_INTEGER, AT(repeat_settings, count), .least = "1", .most = "4096",
     .says = "Modbus: how many there are", .example = "4"},
    {"first", FIELD_INTEGER, AT(repeat_settings, first), .least = "1", .most = "65535",
     .says = "Modbus: number of the first; default 1", .example = "1"},
    {"stride", FIELD_INTEGER, AT(repeat_settings, stride), .least = "1", .most = "65535",
     .says = "Modbus: registers from one to the next", .example = "50"},
    {"fixed", FIELD_INTEGER, AT(repeat_settings, fixed), .least = "1", .most = "65535",
     .says = "SNMP: only rows with this number here", .example = "3"},
    {"number_from", FIELD_TEXT, AT(repeat_settings, number_from),
     .says = "SNMP: column that numbers the parts instead of the index", .example = "3.1.1"},
    {"fitted", FIELD_GROUP, AT(repeat_settings, fitted), .of = &source_schema,
     .says = "Modbus: where the device says how many there are"},
};
static const struct schema repeat_schema = {FIELDS(repeat_fields), .size = sizeof(struct repeat_settings)};

static const struct field group_fields[] = {
    {"repeat", FIELD_LIST, AT(group_settings, repeat), .required = true, .entries_most = REPEAT_DEPTH,
     .of = &repeat_schema, .says = "what repeats, outermost first"},
    {"part", FIELD_TEXT, AT(group_settings, at.part), .says = "as of a point, for all of them",
     .example = "pump"},
    {"number", FIELD_TEXT, AT(group_settings, at.number), .says = "as of a point, for all of them",
     .example = "2"},
    {"phase", FIELD_TEXT, AT(group_settings, at.phase), .says = "as of a point, for all of them",
     .example = "L1"},
    {"side", FIELD_TEXT, AT(group_settings, at.side), .says = "as of a point, for all of them",
     .example = "primary"},
    {"point", FIELD_TEXT, AT(group_settings, at.point), .check = settings_check_slug,
     .says = "as of a point, for all of them", .example = "supply"},
    {"label", FIELD_GROUP, AT(group_settings, label), .of = &source_schema,
     .says = "where the names of the parts are, which people gave them"},
    {"points", FIELD_LIST, AT(group_settings, points), .required = true, .entries_most = MAP_POINTS_MOST,
     .of = &point_schema, .says = "what is read of each"},
};
static const struct schema group_schema = {FIELDS(group_fields), .size = sizeof(struct group_settings)};

static const struct field fact_fields[] = {
    {"manufacturer", FIELD_GROUP, AT(fact_settings, manufacturer), .of = &source_schema,
     .says = "where the maker's name is"},
    {"model", FIELD_GROUP, AT(fact_settings, model), .of = &source_schema, .says = "where the model is"},
    {"serial", FIELD_GROUP, AT(fact_settings, serial), .of = &source_schema,
     .says = "where the serial number is"},
    {"firmware", FIELD_GROUP, AT(fact_settings, firmware), .of = &source_schema,
     .says = "where the version of the firmware is"},
    {"name", FIELD_GROUP, AT(fact_settings, name), .of = &source_schema,
     .says = "where the name is that the device was given"},
};
static const struct schema fact_schema = {FIELDS(fact_fields), .size = sizeof(struct fact_settings)};

static const struct field manner_fields[] = {
    {"most_registers", FIELD_INTEGER, AT(manner_settings, most_registers), .least = "1", .most = "125",
     .says = "Modbus: most registers in one request", .example = "100"},
    {"widest_gap", FIELD_INTEGER, AT(manner_settings, widest_gap), .least = "0", .most = "124",
     .says = "Modbus: widest gap that a request reads over", .example = "8"},
    {"pause", FIELD_DURATION, AT(manner_settings, pause), .least = "0ms", .most = "10s",
     .says = "between two requests", .example = "20ms"},
    {"refresh", FIELD_DURATION, AT(manner_settings, refresh), .least = "100ms", .most = "24h",
     .says = "the device takes samples no more often, so it is asked no more often", .example = "1s"},
    {"timeout", FIELD_DURATION, AT(manner_settings, timeout), .least = "10ms", .most = "1min",
     .says = "how long an answer may take; default: `poll.timeout`", .example = "2s"},
    {"most_varbinds", FIELD_INTEGER, AT(manner_settings, most_varbinds), .least = "1", .most = "64",
     .says = "SNMP: most objects in one request", .example = "16"},
    {"most_repetitions", FIELD_INTEGER, AT(manner_settings, most_repetitions), .least = "1", .most = "100",
     .says = "SNMP: most rows in one request", .example = "10"},
};
static const struct schema manner_schema = {FIELDS(manner_fields), .size = sizeof(struct manner_settings)};

static const struct field absent_fields[] = {
    {"any", FIELD_TEXTS, AT(absent_settings, any), CODES, .says = "SNMP: codes of any type",
     .example = "-999"},
    {"u16", FIELD_TEXTS, AT(absent_settings, u16), CODES, .says = "codes of this type", .example = "0xffff"},
    {"s16", FIELD_TEXTS, AT(absent_settings, s16), CODES, .says = "codes of this type", .example = "-32768"},
    {"u32", FIELD_TEXTS, AT(absent_settings, u32), CODES, .says = "codes of this type",
     .example = "0xffffffff"},
    {"s32", FIELD_TEXTS, AT(absent_settings, s32), CODES, .says = "codes of this type",
     .example = "-2147483648"},
    {"u64", FIELD_TEXTS, AT(absent_settings, u64), CODES, .says = "codes of this type",
     .example = "0xffffffffffff"},
    {"s64", FIELD_TEXTS, AT(absent_settings, s64), CODES, .says = "codes of this type", .example = "-1"},
};
static const struct schema absent_schema = {FIELDS(absent_fields), .size = sizeof(struct absent_settings)};

static const struct field map_fields[] = {
    {"name", FIELD_TEXT, AT(map_settings, name), .required = true, .check = settings_check_slug,
     .says = "what `driver` of a device calls it; of no driver and no other map", .example = "chiller_plant"},
    {"title", FIELD_TEXT, AT(map_settings, title), .required = true, .check = check_title,
     .says = "what it reads, for people", .example = "Chiller plant 1, BMS controller"},
    {"manufacturer", FIELD_TEXT, AT(map_settings, manufacturer), .check = check_title,
     .says = "of the device, where it does not say it itself", .example = "Example"},
    {"class", FIELD_WORD, AT(map_settings, class), .required = true, .words = map_class_words,
     .says = "class of the device, a label", .example = "chiller"},
    {"protocol", FIELD_WORD, AT(map_settings, protocol), .required = true, .words = map_protocol_words,
     .says = "how it is asked", .example = "modbus"},
    {"sources", FIELD_TEXT, AT(map_settings, sources), .required = true, .check = check_title,
     .says = "where the numbers come from", .example = "point list of the integrator, issue 7"},
    {"first_register", FIELD_INTEGER, AT(map_settings, first_register), .least = "0", .most = "1",
     .says = "Modbus: the number that the list gives the first register; required, never guessed",
     .example = "1"},
    {"word_order", FIELD_WORD, AT(map_settings, word_order), .words = map_word_orders,
     .says = "of values of several registers; default: high_first", .example = "low_first"},
    {"oid_base", FIELD_TEXT, AT(map_settings, oid_base), .says = "SNMP: OIDs below it may leave it out",
     .example = "1.3.6.1.4.1.99999"},
    {"absent", FIELD_GROUP, AT(map_settings, absent), .of = &absent_schema,
     .says = "codes that mean that nothing is fitted, by type"},
    {"manners", FIELD_GROUP, AT(map_settings, manners), .of = &manner_schema,
     .says = "what the device needs of whoever asks it"},
    {"facts", FIELD_GROUP, AT(map_settings, facts), .of = &fact_schema,
     .says = "what the device says of itself"},
    {"points", FIELD_LIST, AT(map_settings, points), .entries_most = MAP_POINTS_MOST, .of = &point_schema,
     .says = "single values"},
    {"groups", FIELD_LIST, AT(map_settings, groups), .entries_most = MAP_GROUPS_MOST, .of = &group_schema,
     .says = "values that repeat"},
};
const struct schema settings_of_map = {FIELDS(map_fields), .size = sizeof(struct map_settings)};
