/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language in which a driver is written. This is the one header that a driver includes.
 *
 * A driver is constant tables and at most a small hook: it does no I/O, no logging and no allocation, and
 * exports one symbol, `const struct driver driver_NAME`, where NAME is its file's name. The build finds the
 * file by itself.
 *
 *   point    one thing the device can tell: quantity, source, unit, scale, place, states
 *   group    points that repeat together over numbered parts; how many are fitted; where their names are
 *   driver   name, title, class, how the device is recognised, manners, groups, hook
 *
 * What is slow about a device (how many outlets, their names, decimal digits, units, module numbers) is
 * read once at discovery, into an image; the plan folds it into constants. What is polled is the value and,
 * where declared, the column that says whether it is valid. So a source named in `scale`, `unit_from`,
 * `number`, `label` or `fitted` is read at discovery; one named in `source` or `valid` is read at every
 * poll, and so is a scale in a register close behind the value: some meters change theirs while they run.
 *
 * Several points of one quantity and place are one reading with several sources: the first in table order
 * that answers with a value wins (hundredths before tenths, new tables before old).
 *
 * Not in the language, because no driver needs them yet: the device's own sample time, counters that roll
 * over below their type's width, values computed from others.
 */
#ifndef HALLWATCH_DRIVERS_DRIVER_H
#define HALLWATCH_DRIVERS_DRIVER_H

#include "catalog.h"

/* How a value lies in registers. Words are big-endian; `low_word_first` swaps their order. */
enum wire {
    WIRE_NONE,
    U16,
    S16,
    U32,
    S32,
    U64,
    S64,
    F32,
    F64,
    LOW_BYTE,  /* 0..255 */
    HIGH_BYTE, /* 0..255 */
    BIT,       /* one bit of a register: 0 or 1 */
    TEXT,      /* two characters a register, ended by NUL or padding */
};

enum source_kind { SOURCE_NONE, SOURCE_HOLDING, SOURCE_INPUT, SOURCE_COIL, SOURCE_DISCRETE, SOURCE_OID };

enum { REPEAT_DEPTH = 5 };

/* Where one value is read. Use the initializers below. */
struct source {
    enum source_kind kind;
    uint16_t address; /* Modbus: as the manual numbers it; driver.first_register says from where it counts */
    enum wire wire;
    uint8_t bit;   /* of BIT */
    uint8_t words; /* of TEXT */
    bool low_word_first;
    /* Registers from one to the next, per repeat; 0 = what the repeat says, else the value's own width. */
    uint16_t stride[REPEAT_DEPTH];
    /* SNMP, below driver.oid_base. A column where the group repeats, else a whole instance ("1.2.4.0"). */
    const char *oid;
    bool whole;     /* one object or register for all rows, where the group repeats: an instance, no column */
    uint8_t pieces; /* SNMP: only so many pieces of the row's index belong to its name; 0 = all */
};
/* clang-format off */
#define HOLDING(number, type) {.kind = SOURCE_HOLDING, .address = (number), .wire = (type)}
#define INPUT(number, type) {.kind = SOURCE_INPUT, .address = (number), .wire = (type)}
#define HOLDING_BIT(number, n) {.kind = SOURCE_HOLDING, .address = (number), .wire = BIT, .bit = (n)}
#define HOLDING_TEXT(number, n) {.kind = SOURCE_HOLDING, .address = (number), .wire = TEXT, .words = (n)}
#define COIL(number) {.kind = SOURCE_COIL, .address = (number), .wire = BIT}
#define DISCRETE(number) {.kind = SOURCE_DISCRETE, .address = (number), .wire = BIT}
#define HOLDING_LOW_FIRST(number, type) \
    {.kind = SOURCE_HOLDING, .address = (number), .wire = (type), .low_word_first = true}
#define INPUT_LOW_FIRST(number, type) \
    {.kind = SOURCE_INPUT, .address = (number), .wire = (type), .low_word_first = true}
#define INPUT_BIT(number, n) {.kind = SOURCE_INPUT, .address = (number), .wire = BIT, .bit = (n)}
#define INPUT_TEXT(number, n) {.kind = SOURCE_INPUT, .address = (number), .wire = TEXT, .words = (n)}
#define HOLDING_WHOLE(number, type) \
    {.kind = SOURCE_HOLDING, .address = (number), .wire = (type), .whole = true}
#define HOLDING_TEXT_WHOLE(number, n) \
    {.kind = SOURCE_HOLDING, .address = (number), .wire = TEXT, .words = (n), .whole = true}
#define OID(text) {.kind = SOURCE_OID, .oid = (text)}
#define OID_WHOLE(text) {.kind = SOURCE_OID, .oid = (text), .whole = true}
#define OID_OF(text, n) {.kind = SOURCE_OID, .oid = (text), .pieces = (n)}
#define OID_BIT(text, n) {.kind = SOURCE_OID, .oid = (text), .wire = BIT, .bit = (n)}

#define VALUES(...) \
    .n = sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), .values = (const int64_t[]){__VA_ARGS__}
#define ABSENT(...) {VALUES(__VA_ARGS__)}
#define ABSENT_OF(...) \
    {.n = sizeof((const struct wire_absent[]){__VA_ARGS__}) / sizeof(struct wire_absent), \
     .of = (const struct wire_absent[]){__VA_ARGS__}}
#define ANY_OF(...) VALUES(__VA_ARGS__)
#define OVER(...) \
    .over = (const struct repeat[]){__VA_ARGS__}, \
    .depth = sizeof((const struct repeat[]){__VA_ARGS__}) / sizeof(struct repeat)
#define STATES(table) .states = (table), .n_states = sizeof(table) / sizeof((table)[0])
#define STATE_TEXTS(table) .state_texts = (table), .n_state_texts = sizeof(table) / sizeof((table)[0])
#define POINTS(table) .points = (table), .n_points = sizeof(table) / sizeof((table)[0])
#define FACTS(table) .facts = (table), .n_facts = sizeof(table) / sizeof((table)[0])
#define GROUPS(table) .groups = (table), .n_groups = sizeof(table) / sizeof((table)[0])
/* clang-format on */

/* A raw code and the published code it means. */
struct meaning {
    int32_t raw, published;
};

/* The same of a device that says its states in words; compared whole, blanks at the ends left out. */
struct text_meaning {
    const char *raw;
    int32_t published;
};

/*
 * Raw values that mean "not fitted" or "not supported": no reading. The ends of a type (0xffff, 0x7fff,
 * 2147483647 ...) are refused and counted as bad where they are not named here.
 */
struct absent {
    uint8_t n;
    const int64_t *values;
};

/* Absent codes of every point of one wire type that names none itself. */
struct wire_absent {
    enum wire wire; /* WIRE_NONE: of any (SNMP) */
    struct absent absent;
};

/* A scale that the device states itself, next to the value. */
enum scale_kind {
    SCALE_FIXED,
    SCALE_DIGITS,   /* decimal digits: value / 10^n */
    SCALE_EXPONENT, /* value x 10^n */
    SCALE_DIVISOR,  /* value / n */
    SCALE_FACTOR,   /* n > 0: value x n; n < 0: value / |n|; 0: as it is */
    SCALE_TIMES,    /* value x n; without n > 0 there is no value */
};
struct scale {
    enum scale_kind kind;
    struct source source;
};

/* A code or text of the device and the unit it names. The unit's dimension is checked when it is read. */
struct unit_name {
    int32_t code;     /* used where text is NULL */
    const char *text; /* compared whole, blanks at the ends left out */
    enum unit unit;   /* UNIT_UNSTATED ends the table */
    int32_t div;      /* the text names so small a part of the unit: 10 of "ddegC"; 0 means 1 */
};

enum { MATCH_CAPTURES = 2 };

/*
 * A value of the device that must be one of these. Read at discovery (`only`): the row, or the whole group,
 * exists only if it matches; an object that is not there does not match. Polled with the value (`valid`): no
 * such object means that the value counts.
 */
struct match {
    struct source source;
    uint8_t n;
    const int64_t *values;
    const char *pattern; /* text instead of numbers: literal, '#' stands for digits, '*' for anything */
    const char *oid;     /* an object identifier as the value: the whole of it, not below driver.oid_base */
    /* None of these three, in `only`: it is there at all. */
    enum part captures[MATCH_CAPTURES]; /* what each '#' of the pattern numbers, left to right */
};

enum rate { RATE_NORMAL, RATE_FAST, RATE_SLOW, RATE_ONCE, N_RATES };

/* One thing that the device can tell. */
struct point {
    enum quantity quantity;
    struct source source;
    enum unit unit;               /* as printed in the manual */
    int64_t mul, add, div;        /* printed value = (raw x mul + add) / div; 0 means mul 1, div 1 */
    struct place at;              /* what it adds to the group's place */
    const struct meaning *states; /* of a state: ended by {0}; a code not listed is bad, never 0 */
    uint8_t n_states;
    const struct text_meaning *state_texts; /* of a state that comes as text */
    uint8_t n_state_texts;
    struct absent absent; /* none: what driver.absent says */
    enum rate rate;
    int64_t key;        /* SNMP: what the index piece marked `key` must be */
    struct match valid; /* polled with the value */
    struct match only;  /* read at discovery: the value is this point's only if it matches */
    struct scale scale;
    struct source unit_from;       /* a code or text column ... */
    const struct unit_name *units; /* ... and what it says; the point's own unit where there is none */
    bool wraps;                    /* SNMP: a 32-bit unsigned object that holds negative values by wrapping */
    bool leading;                  /* the text begins with its number: "23.1 degC" */
    bool adjusted;                 /* driver.adjust sees the number first */
    /* A transmitter that works sends no less and no more: outside the value is bad. Both 0: any. */
    int64_t raw_least, raw_most;
};

/* One level of repetition: for Modbus a nested loop, for SNMP one piece of the row index, left to right. */
struct repeat {
    enum part part;       /* what is numbered; PART_NONE: this piece says nothing about the place */
    uint16_t most;        /* Modbus: how many at most */
    uint16_t first;       /* Modbus: the number on the case of the first, 0 = 1 */
    uint16_t stride;      /* Modbus: registers from one to the next, where the source does not say */
    struct source fitted; /* Modbus: where the device says how many it has */
    struct source number; /* SNMP: the column that holds the number where the index is not it */
    bool key;   /* SNMP: this piece chooses the point (struct point.key) and is no part of the place */
    bool fixed; /* SNMP: this piece must be `first` and is no part of the place */
};

/*
 * Points that repeat together; without repeats, single values. Of an SNMP table the row index is read from
 * left to right: a repeat without a number column takes one piece of it. The place's part is the point's,
 * else the group's, else the innermost repeat's; its numbers are those of all repeats, outer to inner, then
 * the group's, then the point's own.
 */
struct group {
    struct place at;
    const struct repeat *over; /* OVER(...) */
    uint8_t depth;
    struct source label; /* the name that people gave this part: info, never identity */
    struct match only;   /* read at discovery: the group is there only if it matches, row by row */
    /*
     * SNMP: a table whose rows come and go with alarms. `value` is the column that names the alarm, walked at
     * every poll; a point is 1 while some row is what its `only` (without a source) says, else 0. `only` of
     * the group is the whole instance that counts the alarms: without it there is no such table, and while it
     * counts more than the table has, nobody knows.
     */
    bool alarms;
    uint32_t variants; /* bit mask of driver.variants that have it; 0 = all */
    struct {
        uint8_t n;
        const int64_t *values;
    } models; /* of driver.chain: the first of these models; addresses count from its first register */
    /* What all points share where they say nothing themselves: columns of one table. */
    struct source value;
    struct match valid;
    struct scale scale;
    struct source unit_from;
    const struct unit_name *units;
    const struct point *points;
    size_t n_points;
};

/* A text that says what the device is: model, serial, firmware. Read at discovery. */
struct fact {
    enum quantity quantity; /* FACT_... */
    struct source source;   /* SNMP: a whole instance, or a column of which the first row is taken */
    uint16_t model;         /* of driver.chain: the address counts from this model's first register */
};

/*
 * A device whose registers are a chain of models (SunSpec): where it may begin, the two words that mark it,
 * then blocks of id, length and so many registers until id 0xffff.
 */
struct chain {
    uint8_t n;
    const int64_t *values; /* wire addresses where it may begin, in the order tried */
    uint32_t mark;
};

/* How the device wants to be spoken to. Zero means the default beside it. */
struct manners {
    uint16_t most_registers;   /* in one Modbus request: 125 */
    uint16_t widest_gap;       /* undocumented registers a request may bridge: 0 */
    uint16_t pause_ms;         /* between requests: 0 */
    uint32_t shortest_ms;      /* polling faster than the device refreshes is refused: 0 */
    uint32_t timeout_ms;       /* 1000 */
    uint16_t most_varbinds;    /* in one SNMP request: 32 */
    uint16_t most_repetitions; /* in one GETBULK: 40 */
    bool unsorted;             /* SNMP: rows may come out of order; only repetition ends a walk */
    /* Modbus exception codes, a bit each (1 << code), that mean "no fresh value now": nothing is refused. */
    uint16_t stale_exceptions;
};

/*
 * One way to recognise a device. SNMP: all that is given must hold. Modbus: `says` is asked where function
 * 43/14 does not settle it; at most three are asked of one device.
 */
struct recognition {
    const char *sys_object_id; /* SNMP: prefix at a dot; the longest that fits wins */
    const char *sys_descr;     /* SNMP: pattern ('*' anything) that sysDescr must match too */
    const char *probe;   /* SNMP: an instance (it ends in 0) or subtree that must answer; alone it marks a
                            standard driver, or devices whose sysObjectID says nothing */
    struct match says;   /* Modbus: a constant text or number */
    const char *product; /* Modbus, function 43/14: pattern of "vendor|product code" */
};

enum device_class {
    CLASS_NONE,
    CLASS_PDU,
    CLASS_UPS,
    CLASS_DC,
    CLASS_CHILLER,
    CLASS_AIR,
    CLASS_LIQUID,
    CLASS_METER,
    CLASS_SHELF,
    CLASS_SWITCH,
    CLASS_GENSET,
    CLASS_SENSOR,
    CLASS_IO,
    N_CLASSES
};
const char *catalog_class(enum device_class class); /* "pdu", "ups" ...: the driver's folder */

enum protocol { PROTOCOL_SNMP, PROTOCOL_MODBUS };

/* What the driver's hook answers about one raw number. */
enum verdict { KEEP, DROP };

struct driver {
    const char *name, *title; /* name equals the file's; title: makers and models, one line */
    const char *manufacturer; /* where one maker makes them all; else a fact or nothing */
    enum device_class class;
    enum protocol protocol;
    bool recorded;       /* a recording of a real device confirms it; else the manual only */
    const char *sources; /* document and issue the numbers came from */
    struct recognition recognition[8];
    const char *oid_base; /* SNMP: sources are below it */
    struct {
        uint8_t n;
        const struct wire_absent *of;
    } absent; /* ABSENT_OF(...): of points that name no codes themselves */
    /* Modbus: models of the family that only the site can tell apart, ended by NULL; groups say which have
     * them. */
    const char *const *variants;
    struct chain chain;
    /* Modbus: the number the manual gives to wire address 0, 0 or 1; input 30001 and holding 40001 are 1. */
    uint16_t first_register;
    struct manners manners;
    const struct fact *facts;
    size_t n_facts;
    const struct group *groups;
    size_t n_groups;
    /* Sees points marked `adjusted` before scaling; may change the number or drop it. */
    enum verdict (*adjust)(const struct point *point, double *number);
    bool wired;   /* it has no groups: what each input means is the site's to say, for every device anew */
    bool of_site; /* never in a driver's file: the agent made it of what the site says (device_map.h) */
};

/* All drivers, in the order of their names; made by the build from the folder. */
extern const struct driver *const all_drivers[];
extern const size_t n_drivers;

/* Registers that a value of this source takes (bits: 1). */
uint16_t source_width(const struct source *source);

/* The driver of that name, or NULL. */
const struct driver *driver_find(const char *name);

#endif
