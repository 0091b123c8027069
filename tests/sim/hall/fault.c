/* SPDX-License-Identifier: Apache-2.0 */
/* The faults; see the header. */
#include "fault.h"

#include "device.h"
#include "device_modbus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a word means for either protocol; FAULT_NONE where it means nothing there. */
static const struct kind {
    const char *word;
    enum fault_kind by_protocol[2];
    int usual, least, most; /* of the argument; none is taken where least == most */
    const char *meaning;
} kinds[] = {
    {"none", {FAULT_NONE, FAULT_NONE}, 0, 0, 0, "well again"},
    {"dead", {FAULT_DEAD, FAULT_DEAD}, 0, 0, 0, "takes what it is asked and says nothing"},
    {"vanished",
     {FAULT_VANISHED, FAULT_DEAD},
     0,
     0,
     0,
     "its connections are reset, and each new one at once; refused when all have gone; SNMP: dead"},
    {"held",
     {FAULT_HELD, FAULT_DEAD},
     0,
     0,
     0,
     "another master has it: each connection is accepted and closed; SNMP: dead"},
    {"slow", {FAULT_SLOW, FAULT_SLOW}, 3000, 1, 600000, "answers after N ms (3000)"},
    {"dribbling",
     {FAULT_DRIBBLING, FAULT_TRUNCATED},
     3000,
     1,
     600000,
     "an answer comes byte by byte, over N ms (3000); SNMP: truncated"},
    {"resetting",
     {FAULT_RESETTING, FAULT_REPORTS},
     0,
     0,
     0,
     "resets the connection after each answer; SNMP: reports"},
    {"closing", {FAULT_CLOSING, FAULT_NONE}, 0, 0, 0, "closes the connection after each answer"},
    {"cutting",
     {FAULT_CUTTING, FAULT_TRUNCATED},
     0,
     0,
     0,
     "resets in the middle of an answer; SNMP: truncated"},
    {"truncated",
     {FAULT_TRUNCATED, FAULT_TRUNCATED},
     50,
     0,
     100,
     "the first N per cent (50) of each answer, and no more"},
    {"garbled",
     {FAULT_GARBLED, FAULT_GARBLED},
     100,
     1,
     100,
     "N per cent (100) of the answers have wrong bytes"},
    {"wrong-id",
     {FAULT_WRONG_ID, FAULT_WRONG_ID},
     1,
     -30000,
     30000,
     "the transaction or request id is off by N (1)"},
    {"previous",
     {FAULT_PREVIOUS, FAULT_PREVIOUS},
     0,
     0,
     0,
     "answers each question with the answer to the one before, its id too"},
    {"wrong-unit", {FAULT_WRONG_UNIT, FAULT_NONE}, 1, -255, 255, "the unit id is off by N (1)"},
    {"wrong-length", {FAULT_WRONG_LENGTH, FAULT_NONE}, 6, -255, 30000, "the frame's length is off by N (6)"},
    {"wrong-count", {FAULT_WRONG_COUNT, FAULT_NONE}, 2, -255, 255, "the byte count is off by N (2)"},
    {"too-many", {FAULT_TOO_MANY, FAULT_NONE}, 126, 1, 600, "N registers (126), whatever was asked"},
    {"exception",
     {FAULT_EXCEPTION, FAULT_GENERAL_ERROR},
     2,
     1,
     255,
     "exception N (2), for requests that touch FIRST-LAST or for all; SNMP: gen-err"},
    {"endless",
     {FAULT_ENDLESS, FAULT_ENDLESS},
     10,
     1,
     60000,
     "once asked, repeats its answer every N ms (10) for ever"},
    {"other-address", {FAULT_NONE, FAULT_OTHER_ADDRESS}, 0, 0, 0, "answers from another address"},
    {"looping-walk",
     {FAULT_NONE, FAULT_LOOPING_WALK},
     0,
     0,
     0,
     "a walk gets the same object again and again"},
    {"endless-walk", {FAULT_NONE, FAULT_ENDLESS_WALK}, 0, 0, 0, "a walk never leaves the column"},
    {"unsorted-walk",
     {FAULT_NONE, FAULT_UNSORTED_WALK},
     0,
     0,
     0,
     "a walk gets every other object before its turn"},
    {"too-big", {FAULT_NONE, FAULT_TOO_BIG}, 0, 0, 0, "error status tooBig"},
    {"gen-err", {FAULT_NONE, FAULT_GENERAL_ERROR}, 0, 0, 0, "error status genErr"},
    {"reports", {FAULT_NONE, FAULT_REPORTS}, 0, 0, 0, "reports and never an answer"},
    {"reboot", {FAULT_NONE, CHANGE_REBOOT}, 0, 0, 0, "once: one more boot of the SNMPv3 engine, time 0"},
    {"boots-reset",
     {FAULT_NONE, CHANGE_BOOTS_RESET},
     0,
     0,
     0,
     "once: the engine begins at its first boot again"},
    {"new-engine", {FAULT_NONE, CHANGE_NEW_ENGINE}, 0, 0, 0, "once: another engine id, as after a new board"},
    {"same-engine", {FAULT_NONE, CHANGE_SAME_ENGINE}, 0, 0, 0, "once: the engine id that all of these share"},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0], HALF = 50 };

void fault_write_help(FILE *file) {
    fputs("A fault is ordered as `WHO KIND [ARGUMENT]`. WHO is a pattern (* and ?) of names, a driver, "
          "modbus or\n"
          "snmp; after it :N% for that share of those that are still well, or :/N for every Nth. KIND is one "
          "of\n",
          file);
    for (unsigned i = 0; i < N_KINDS; i++)
        fprintf(file, "  %-14s%s%s\n", kinds[i].word,
                kinds[i].by_protocol[MODBUS] == FAULT_NONE && i > 0 ? "(SNMP) "
                : kinds[i].by_protocol[SNMP] == FAULT_NONE && i > 0 ? "(Modbus) "
                                                                    : "",
                kinds[i].meaning);
}

static const struct kind *find_kind(const char *word) {
    for (unsigned i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return &kinds[i];
    return NULL;
}

/* `PATTERN`, `PATTERN:5%` or `PATTERN:/20`. */
static bool read_who(char *who, struct fault_order *order) {
    char *colon = strchr(who, ':'), *end = NULL;
    if (colon != NULL) {
        *colon++ = '\0';
        if (*colon == '/') {
            unsigned long every = strtoul(colon + 1, &end, 10);
            if (end == colon + 1 || *end != '\0' || every == 0 || every > 1000000)
                return false;
            order->every = (unsigned)every;
        } else {
            order->share = strtod(colon, &end) / 100;
            if (end == colon || strcmp(end, "%") != 0 || !(order->share > 0 && order->share <= 1))
                return false;
        }
    }
    snprintf(order->pattern, sizeof order->pattern, "%s", who);
    return *who != '\0' && strlen(who) < sizeof order->pattern;
}

static bool read_argument(const char *word, const struct kind *kind, struct fault *fault) {
    char *end;
    long argument = strtol(word, &end, 10);
    if (end == word || *end != '\0' || kind->least == kind->most || argument < kind->least ||
        argument > kind->most)
        return false;
    fault->argument = (int)argument;
    return true;
}

static bool read_range(const char *word, struct fault *fault) {
    char *end;
    unsigned long first = strtoul(word, &end, 10);
    if (end == word || *end != '-' || first > UINT16_MAX)
        return false;
    const char *second = end + 1;
    unsigned long last = strtoul(second, &end, 10);
    if (end == second || *end != '\0' || last < first || last > UINT16_MAX)
        return false;
    fault->first = (uint16_t)first;
    fault->last = (uint16_t)last;
    return true;
}

bool fault_read(const char *line, struct fault_order *order, const char **problem) {
    char who[128] = "", word[32] = "", argument[32] = "", range[32] = "", rest[2] = "";
    *order = (struct fault_order){.fault = {.last = UINT16_MAX, .dice = 2463534242}};
    *problem = "say WHO KIND [ARGUMENT], as --help has it";
    int n = sscanf(line, "%127s %31s %31s %31s %1s", who, word, argument, range, rest);
    if (n < 2 || n > 4)
        return false;
    const struct kind *kind = find_kind(word);
    *problem = "no such kind of fault";
    if (kind == NULL)
        return false;
    order->of_kind = kind;
    order->fault.word = kind->word;
    order->fault.argument = kind->usual;
    *problem = "WHO is PATTERN, PATTERN:N% or PATTERN:/N";
    if (!read_who(who, order))
        return false;
    *problem = "this kind of fault takes no such argument";
    if (n >= 3 && !read_argument(argument, kind, &order->fault))
        return false;
    return n < 4 || (kind->by_protocol[MODBUS] == FAULT_EXCEPTION && read_range(range, &order->fault));
}

static bool is_meant(const struct device *device, const struct fault_order *order) {
    const struct kind *kind = order->of_kind;
    bool applies = kind == &kinds[0] || kind->by_protocol[device->protocol] != FAULT_NONE;
    return applies && device_is_named(device, order->pattern);
}

/* A share is taken of those that do not yet have what is ordered: well ones for a fault, others for none. */
static bool is_left(const struct device *device, const struct fault_order *order) {
    return (device->fault.kind == FAULT_NONE) == (order->of_kind != &kinds[0]);
}

void fault_done(struct fault *fault) {
    free(fault->previous);
    *fault = (struct fault){0};
}

enum { SHARED_NUMBER = 0x7fffffff, NEXT_BOARD = 1 << 24 };

static void change_engine(struct device *device, enum fault_kind change, int64_t now_us) {
    struct usm_engine *engine = &device->engine;
    uint32_t number = engine->number, boots = engine->boots;
    if (change == CHANGE_REBOOT)
        usm_engine_begin(engine, number, boots + 1, now_us);
    else if (change == CHANGE_BOOTS_RESET)
        usm_engine_begin(engine, number, 1, now_us);
    else if (change == CHANGE_NEW_ENGINE)
        usm_engine_begin(engine, number + NEXT_BOARD, 1, now_us);
    else
        usm_engine_begin(engine, SHARED_NUMBER, boots, engine->begun_us);
    device->mark = (struct poll_mark){.returned_us = now_us};
}

static void give(struct device *device, const struct fault_order *order, int64_t now_us) {
    const struct kind *kind = order->of_kind;
    if (kind->by_protocol[device->protocol] >= CHANGE_REBOOT) {
        change_engine(device, kind->by_protocol[device->protocol], now_us);
        return;
    }
    bool returns = device->fault.kind != FAULT_NONE && kind == &kinds[0];
    fault_done(&device->fault);
    if (kind != &kinds[0])
        device->fault = order->fault;
    device->fault.kind = kind->by_protocol[device->protocol];
    device->fault.dice += device->address;
    if (device->fault.kind == FAULT_TRUNCATED && kind->by_protocol[MODBUS] != FAULT_TRUNCATED)
        device->fault.argument = HALF; /* the order's argument was for Modbus */
    if (device->fault.kind == FAULT_PREVIOUS)
        device->fault.previous = malloc(FAULT_ANSWER_MOST);
    if (returns)
        device->mark = (struct poll_mark){.returned_us = now_us};
}

size_t fault_set(struct devices *devices, const struct fault_order *order, int64_t now_us) {
    size_t n = 0, left = 0, wanted, seen = 0, seen_left = 0, given = 0;
    for (size_t i = 0; i < devices->n; i++) {
        n += is_meant(devices->list[i], order);
        left += is_meant(devices->list[i], order) && is_left(devices->list[i], order);
    }
    wanted = (size_t)lround(order->share * (double)n);
    wanted = wanted < left ? wanted : left;
    for (size_t i = 0; i < devices->n; i++) {
        struct device *device = devices->list[i];
        if (!is_meant(device, order))
            continue;
        bool take = order->every == 0 || ++seen % order->every == 0;
        if (order->share > 0) { /* spread evenly over those that are left */
            take = is_left(device, order) && (seen_left + 1) * wanted / left > seen_left * wanted / left;
            seen_left += is_left(device, order);
        }
        if (take)
            give(device, order, now_us);
        given += take;
    }
    return given;
}

bool fault_refuses(const struct fault *fault) {
    return fault->kind == FAULT_VANISHED || fault->kind == FAULT_HELD;
}

/* xorshift: the same faults in every run. */
static uint32_t roll(struct fault *fault) {
    fault->dice ^= fault->dice << 13;
    fault->dice ^= fault->dice >> 17;
    fault->dice ^= fault->dice << 5;
    return fault->dice;
}

/* One byte in the head, where every protocol has something to check, and some anywhere. */
static void garble(struct fault *fault, uint8_t *answer, size_t size, size_t head) {
    if (size == 0 || (int)(roll(fault) % 100) >= fault->argument)
        return;
    for (size_t n = 0; n <= size / 32; n++) {
        size_t at = roll(fault) % (n == 0 && head < size ? head : size);
        answer[at] ^= (uint8_t)(1 + roll(fault) % 255);
    }
}

/* What was to be said now is said the next time. */
static size_t hold_back(struct fault *fault, uint8_t *answer, size_t size) {
    uint8_t now[FAULT_ANSWER_MOST];
    size_t before = fault->previous_size;
    if (fault->previous == NULL)
        return 0;
    memcpy(now, answer, size);
    memcpy(answer, fault->previous, before);
    memcpy(fault->previous, now, size);
    fault->previous_size = size;
    return before;
}

static void add_to_word(uint8_t *bytes, int difference) {
    unsigned word = (unsigned)(bytes[0] << 8 | bytes[1]) + (unsigned)difference;
    bytes[0] = (uint8_t)(word >> 8);
    bytes[1] = (uint8_t)word;
}

static size_t too_many(uint8_t *answer, int n) {
    size_t n_bytes = 2 * (size_t)n, size = MODBUS_HEADER + 2 + n_bytes;
    for (size_t i = 0; i < n_bytes; i++)
        answer[MODBUS_HEADER + 2 + i] = (uint8_t)i;
    answer[MODBUS_HEADER + 1] = (uint8_t)n_bytes;
    answer[4] = answer[5] = 0;
    add_to_word(answer + 4, (int)size - 6);
    return size;
}

static size_t except(const struct fault *fault, const uint8_t *request, uint8_t *answer, size_t size) {
    const uint8_t *body = request + MODBUS_HEADER + 1;
    unsigned first = (unsigned)(body[0] << 8 | body[1]), n = (unsigned)(body[2] << 8 | body[3]);
    if (answer[MODBUS_HEADER] & 0x80 || first > fault->last || first + n <= fault->first)
        return size;
    answer[MODBUS_HEADER] |= 0x80;
    answer[MODBUS_HEADER + 1] = (uint8_t)fault->argument;
    answer[4] = 0;
    answer[5] = 3;
    return MODBUS_HEADER + 2;
}

size_t fault_change_modbus(struct device *device, const uint8_t *request, uint8_t *answer, size_t size) {
    struct fault *fault = &device->fault;
    switch ((int)fault->kind) {
    case FAULT_TRUNCATED:
        return size * (size_t)fault->argument / 100;
    case FAULT_GARBLED:
        garble(fault, answer, size, MODBUS_HEADER + 2);
        return size;
    case FAULT_WRONG_ID:
        add_to_word(answer, fault->argument);
        return size;
    case FAULT_PREVIOUS:
        return hold_back(fault, answer, size);
    case FAULT_WRONG_UNIT:
        answer[MODBUS_HEADER - 1] = (uint8_t)(answer[MODBUS_HEADER - 1] + fault->argument);
        return size;
    case FAULT_WRONG_LENGTH:
        add_to_word(answer + 4, fault->argument);
        return size;
    case FAULT_WRONG_COUNT:
        answer[MODBUS_HEADER + 1] = (uint8_t)(answer[MODBUS_HEADER + 1] + fault->argument);
        return size;
    case FAULT_TOO_MANY:
        return too_many(answer, fault->argument);
    case FAULT_EXCEPTION:
        return except(fault, request, answer, size);
    default:
        return size;
    }
}

size_t fault_change_snmp(struct device *device, uint8_t *answer, size_t size) {
    struct fault *fault = &device->fault;
    switch ((int)fault->kind) {
    case FAULT_TRUNCATED:
        return size * (size_t)fault->argument / 100;
    case FAULT_GARBLED:
        garble(fault, answer, size, 40);
        return size;
    case FAULT_PREVIOUS:
        return hold_back(fault, answer, size);
    default:
        return size;
    }
}
