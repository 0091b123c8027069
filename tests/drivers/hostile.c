/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays every driver's recording with what devices should not say: every value replaced by the codes that
 * mean "none", by texts and by other types, out of any range; objects and rows that are missing, rows that
 * are new, other models' subsets. Whatever comes, the agent must not crash, must not publish such a code as a
 * number, must not give a value the place of another, and must count what it refuses.
 *
 * usage: hostile FOLDER [DRIVER ...]      FOLDER holds NAME/NAME.snmprec and NAME/NAME.registers
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/describe.h"
#include "hostile_device.h"
#include "model/human.h"

/* Under sanitizers, which are slow, only every so many cells of a recording are tried one by one. */
#ifdef __has_feature
#define IS_SANITIZED __has_feature(address_sanitizer)
#else
#define IS_SANITIZED 0
#endif

enum { PROBLEMS_SHOWN = 12, SUBSETS = 24, CELL_STEP = IS_SANITIZED ? 5 : 1, TEXT_ROOM = 4 << 20 };

/* What may be held against the device as it was recorded. */
enum check {
    SAME_PLACE = 1, /* what is read from a source is of the same part of the device */
    SAME_VALUE = 2, /* and has the same value, where it has one at all */
};

struct replay {
    struct hostile_device device;
    struct hostile_result whole; /* as recorded; items sorted by key */
    const char *what;            /* the variation, for messages */
    unsigned n_variations, n_problems;
    uint64_t refused[N_BAD_REASONS];
    uint32_t random;
    char *words; /* of this variation's values */
    size_t n_words;
};

static uint32_t pick(struct replay *replay, uint32_t n) {
    replay->random = replay->random * 1664525u + 1013904223u;
    return n > 0 ? (replay->random >> 8) % n : 0;
}

/* A text that lives as long as the variation. */
static const char *say(struct replay *replay, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *say(struct replay *replay, const char *format, ...) {
    va_list arguments;
    char *at = replay->words + replay->n_words;
    size_t room = TEXT_ROOM - replay->n_words;
    va_start(arguments, format);
    int n = vsnprintf(at, room, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= room)
        abort();
    replay->n_words += (size_t)n + 1;
    return at;
}

/* --- what must hold */

static void complain(struct replay *replay, const struct hostile_item *one, const char *why) {
    char place[120];
    if (replay->n_problems++ >= PROBLEMS_SHOWN)
        return;
    human_write_place(&one->series->place, place, sizeof(place));
    printf("%s: %s: %s: %s %s", replay->device.driver->name, replay->what, why,
           catalog_quantity(one->series->quantity)->name, place);
    if (one->cell < replay->device.n)
        printf(" from %s", replay->device.cells[one->cell].key);
    if (one->raw.kind == RAW_INTEGER)
        printf(", raw %" PRId64, one->raw.integer);
    printf(", value %g\n", one->value);
}

/* The ends of what a type holds are no numbers: all bits set, the least of a signed one, and what is no
 * number.
 */
static bool is_end_of_type(const struct hostile_item *one) {
    const struct raw *raw = &one->raw;
    if (raw->kind == RAW_REAL)
        return !isfinite(raw->real) || raw->real >= 18446744073709551615.0;
    switch (one->item->source->wire) {
    case U16:
        return raw->integer == UINT16_MAX;
    case S16:
        return raw->integer == INT16_MIN || raw->integer == INT16_MAX;
    case U32:
        return raw->integer == UINT32_MAX;
    case S32:
        return raw->integer == INT32_MIN || raw->integer == INT32_MAX;
    case U64:
    case S64:
        return raw->integer == INT64_MIN || raw->integer == INT64_MAX || raw->integer == -1;
    case WIRE_NONE:
        return raw->integer == INT32_MIN || raw->integer == INT32_MAX || raw->integer == UINT32_MAX;
    case F32:
    case F64:
    case LOW_BYTE:
    case HIGH_BYTE:
    case BIT:
    case TEXT:
        return false;
    }
    return false;
}

static bool is_declared_absent(const struct hostile_item *one) {
    for (unsigned i = 0; one->item->absent != NULL && i < one->item->absent->n; i++)
        if (one->raw.kind == RAW_INTEGER && one->raw.integer == one->item->absent->values[i])
            return true;
    return false;
}

static bool has_number_for_none(const struct place *place) {
    for (unsigned i = 0; i < place->depth; i++)
        if (place->id[i] == INT32_MAX || place->id[i] == UINT32_MAX)
            return true;
    return false;
}

static void check_value(struct replay *replay, const struct hostile_item *one) {
    const struct quantity_info *info = catalog_quantity(one->series->quantity);
    bool wraps = one->item->point->wraps && one->raw.unsigned32;
    if (one->quality != QUALITY_GOOD || one->alarm)
        return;
    if (!(one->value >= info->least && one->value <= info->most))
        complain(replay, one, "out of range");
    else if (is_declared_absent(one))
        complain(replay, one, "a code for none as a number");
    else if (!wraps && info->kind != KIND_STATE && is_end_of_type(one))
        complain(replay, one, "an end of its type as a number");
    else if (has_number_for_none(&one->series->place))
        complain(replay, one, "a place with a code for none as its number");
    else if (one->raw.kind == RAW_OID || one->raw.kind == RAW_NONE)
        complain(replay, one, "what is no number as a number");
}

static int compare_items(const void *left, const void *right) {
    const struct hostile_item *a = left, *b = right;
    return (a->key > b->key) - (a->key < b->key);
}

/* What a source was read as when everything was as recorded; several points may go by one source. */
static const struct hostile_item *as_recorded(const struct replay *replay, const struct hostile_item *one,
                                              bool *known) {
    const struct hostile_result *whole = &replay->whole;
    const struct hostile_item *found = bsearch(one, whole->items, whole->n, sizeof(*one), compare_items);
    *known = found != NULL;
    while (found != NULL && found > whole->items && found[-1].key == one->key)
        found--;
    for (; found != NULL && found < whole->items + whole->n && found->key == one->key; found++)
        if (place_equal(&found->series->place, &one->series->place))
            return found;
    return NULL;
}

static void check_against_recorded(struct replay *replay, const struct hostile_item *one, unsigned checks) {
    bool known;
    const struct hostile_item *recorded = as_recorded(replay, one, &known);
    if (one->quality != QUALITY_GOOD || !known || one->alarm || (checks & SAME_PLACE) == 0)
        return;
    if (recorded == NULL)
        complain(replay, one, "at a place that its row has not");
    else if ((checks & SAME_VALUE) != 0 && recorded->quality == QUALITY_GOOD && recorded->value != one->value)
        complain(replay, one, "another value than its own");
}

static int compare_series(const void *left, const void *right) {
    const struct series *const *a = left, *const *b = right;
    if ((*a)->quantity != (*b)->quantity)
        return (*a)->quantity < (*b)->quantity ? -1 : 1;
    return place_compare(&(*a)->place, &(*b)->place);
}

static void check_series(struct replay *replay, const struct hostile_result *result) {
    size_t n = result->plan->n_series, n_bad = 0, counted = 0;
    const struct series **sorted = calloc(n + 1, sizeof(*sorted));
    for (size_t i = 0; i < n; i++) {
        sorted[i] = &result->plan->list->series[i];
        n_bad += result->qualities[i] == QUALITY_BAD;
    }
    qsort(sorted, n, sizeof(*sorted), compare_series);
    for (size_t i = 1; i < n; i++)
        if (compare_series(&sorted[i - 1], &sorted[i]) == 0 && replay->n_problems++ < PROBLEMS_SHOWN)
            printf("%s: %s: a place twice: %s\n", replay->device.driver->name, replay->what,
                   catalog_quantity(sorted[i]->quantity)->name);
    free(sorted);
    for (int reason = 0; reason < N_BAD_REASONS; reason++) {
        counted += result->bad[reason];
        replay->refused[reason] += result->bad[reason];
    }
    if (counted < n_bad && replay->n_problems++ < PROBLEMS_SHOWN)
        printf("%s: %s: %zu refused, %zu counted\n", replay->device.driver->name, replay->what, n_bad,
               counted);
}

/* Reads the device as it has become, holds what comes against the rules, and puts it back as it was. */
static void try_it(struct replay *replay, const char *what, unsigned checks) {
    struct hostile_result result;
    replay->what = what;
    replay->n_variations++;
    hostile_device_read(&replay->device, &result);
    for (size_t i = 0; i < result.n; i++) {
        check_value(replay, &result.items[i]);
        check_against_recorded(replay, &result.items[i], checks);
    }
    if (result.plan != NULL)
        check_series(replay, &result);
    hostile_result_done(&result);
    hostile_device_reset(&replay->device);
    replay->n_words = 0;
}

/* --- values that are none */

/* Puts a number into the registers that an item is read from. */
static void put_words(struct replay *replay, const struct hostile_item *one, uint64_t bits) {
    unsigned width = source_width(one->item->source);
    for (unsigned word = 0; word < width && word < 4; word++) {
        unsigned from_low = one->item->source->low_word_first ? word : width - 1 - word;
        size_t cell = one->cell + word; /* "holding 9" and "holding 10" are no neighbours by their keys */
        if (word > 0) {
            char key[64], kind[16];
            unsigned address;
            if (sscanf(replay->device.cells[one->cell].key, "%15s %u", kind, &address) != 2)
                return;
            snprintf(key, sizeof(key), "%s %u", kind, address + word);
            cell = hostile_device_find(&replay->device, key);
        }
        if (cell < replay->device.n)
            replay->device.now[cell] = say(replay, "%u", (unsigned)(bits >> (16 * from_low) & 0xffff));
    }
}

/* A value as the device would send it, in its own type; false where the type has none such. */
static bool put_number(struct replay *replay, const struct hostile_item *one, int64_t number) {
    if (one->cell >= replay->device.n || one->alarm)
        return false;
    const char *recorded = replay->device.cells[one->cell].value;
    enum wire wire = one->item->source->wire;
    if (replay->device.driver->protocol == PROTOCOL_MODBUS) {
        if (one->item->source->kind == SOURCE_HOLDING || one->item->source->kind == SOURCE_INPUT) {
            uint64_t bits = (uint64_t)number;
            if (wire == F32) {
                float real = (float)number;
                uint32_t bits32;
                memcpy(&bits32, &real, sizeof(bits32));
                bits = bits32;
            }
            put_words(replay, one, bits);
        }
        return true;
    }
    int tag = atoi(recorded);
    if (tag == 4 && number < 0)
        replay->device.now[one->cell] = say(replay, "4|%" PRId64, number);
    else if (tag == 4)
        replay->device.now[one->cell] = say(replay, "4|%" PRIu64, (uint64_t)number);
    else if (tag == 2)
        replay->device.now[one->cell] = say(replay, "2|%d", (int32_t)(uint32_t)(uint64_t)number);
    else if (tag == 65 || tag == 66 || tag == 67)
        replay->device.now[one->cell] = say(replay, "%d|%u", tag, (uint32_t)(uint64_t)number);
    else if (tag == 70)
        replay->device.now[one->cell] = say(replay, "70|%" PRIu64, (uint64_t)number);
    else
        return false;
    return true;
}

/* All of them, then halves, so that what stands beside the value is right now and then. */
static bool takes_part(const struct replay *replay, size_t i, unsigned half) {
    return half == 0 || (i * 2654435761u + replay->n_variations) >> 4 & 1;
}

static void try_numbers(struct replay *replay) {
    static const int64_t numbers[] = {
        -1,        INT16_MIN, INT16_MAX, UINT16_MAX, INT32_MIN, INT32_MAX, UINT32_MAX, INT64_MIN,
        INT64_MAX, 0,         1,         -9999,      99999,     1000000,   255,        -128,
    };
    for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
        for (unsigned half = 0; half < 4; half++) {
            char what[64];
            for (size_t i = 0; i < replay->whole.n; i++)
                if (takes_part(replay, i, half))
                    put_number(replay, &replay->whole.items[i], numbers[k]);
            snprintf(what, sizeof(what), "values %" PRId64, numbers[k]);
            try_it(replay, what, SAME_PLACE);
        }
}

/* The codes that each point names itself, and for floats what is no number. */
static void try_absent_codes(struct replay *replay) {
    static const uint32_t floats[] = {0x7fc00000, 0xffc00000, 0x7f800000, 0xff800000, 0x7f800001, 0xffffffff};
    for (unsigned k = 0; k < 8; k++) {
        for (size_t i = 0; i < replay->whole.n; i++) {
            const struct hostile_item *one = &replay->whole.items[i];
            const struct absent *absent = one->item->absent;
            enum wire wire = one->item->source->wire;
            bool registers =
                replay->device.driver->protocol == PROTOCOL_MODBUS && one->cell < replay->device.n;
            if (absent != NULL && k < absent->n)
                put_number(replay, one, absent->values[k]);
            else if (registers && (wire == F32 || wire == F64))
                put_words(replay, one, (uint64_t)floats[k % 6] << (wire == F64 ? 32 : 0));
        }
        try_it(replay, "codes for none", SAME_PLACE);
    }
}

static void try_texts(struct replay *replay) {
    static const char *const values[] = {
        "4|",          "4|n/a",
        "4|NaN",       "4|inf",
        "4|-inf",      "4|1e999",
        "4|--",        "4|12abc",
        "4x00ff",      "4|0x7f",
        "4| 1 2",      "4|1,234.5",
        "5|",          "6|1.3.6",
        "64x01020304", "4|-999999999999",
        "4|9e99",      "4|%n%s",
        "4x7f",        "4|2147483648",
        "2|0",         "70|18446744073709551615",
        "4|+",         "4|.",
    };
    if (replay->device.driver->protocol == PROTOCOL_MODBUS)
        return;
    for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++)
        for (unsigned half = 0; half < 3; half++) {
            for (size_t i = 0; i < replay->whole.n; i++) {
                size_t cell = replay->whole.items[i].cell;
                const char *bar = strchr(values[k], 'x');
                bool hex = bar != NULL && bar < values[k] + 3;
                if (cell >= replay->device.n || !takes_part(replay, i, half))
                    continue;
                replay->device.now[cell] =
                    hex ? say(replay, "%.*sx|%s", (int)(bar - values[k]), values[k], bar + 1) : values[k];
            }
            try_it(replay, values[k], SAME_PLACE);
        }
    /* Numbers that come as texts are the same numbers. */
    for (size_t i = 0; i < replay->whole.n; i++) {
        size_t cell = replay->whole.items[i].cell;
        const char *recorded = cell < replay->device.n ? replay->device.cells[cell].value : "";
        if (atoi(recorded) == 2 || atoi(recorded) >= 65)
            replay->device.now[cell] = say(replay, "4|%s", strchr(recorded, '|') + 1);
    }
    try_it(replay, "numbers as texts", SAME_PLACE | SAME_VALUE);
}

/* --- what is there */

/* One object or register after the other is not there, or says something that no device should. */
static void try_each_cell(struct replay *replay) {
    static const char *const objects[] = {
        "2|0", "2|-1", "2|255", "2|2147483647", "4|x", "6|1.3.6.1.2.1.1.1", "66|4294967295"};
    static const char *const words[] = {"0", "1", "0x7fff", "0x8000", "0xffff", "0x0100", "3"};
    bool modbus = replay->device.driver->protocol == PROTOCOL_MODBUS;
    bool *polled = calloc(replay->device.n + 1, sizeof(*polled)); /* of them values have been tried */
    for (size_t i = 0; i < replay->whole.n; i++)
        polled[replay->whole.items[i].cell] = true;
    for (size_t cell = 0; cell < replay->device.n; cell += CELL_STEP) {
        bool bit = modbus && strchr("cd", replay->device.cells[cell].key[0]) != NULL;
        char what[100];
        snprintf(what, sizeof(what), "without %.80s", replay->device.cells[cell].key);
        replay->device.now[cell] = NULL;
        try_it(replay, what, SAME_PLACE);
        for (unsigned k = 0; k < 7 && !polled[cell]; k++) {
            const char *value = bit ? (k & 1 ? "1" : "0") : modbus ? words[k] : objects[k];
            replay->device.now[cell] = value;
            snprintf(what, sizeof(what), "%s in %.70s", value, replay->device.cells[cell].key);
            try_it(replay, what, 0); /* it may be what a row's number is read from */
        }
    }
    free(polled);
}

/* Of an SNMP object's name: where the number of its column ends; 0 where it is in no row of the driver's. */
static size_t column_end(const struct replay *replay, const struct hostile_item *one) {
    const char *key = replay->device.cells[one->cell].key, *base = replay->device.driver->oid_base;
    const char *column = one->item->source->oid;
    size_t size = strlen(base) + 1 + (column != NULL ? strlen(column) : 0);
    return column != NULL && !one->item->source->whole && strlen(key) > size + 2 ? size : 0;
}

/* Removes a row of a table: all columns that have the tail and share the table's name. */
static void remove_row(struct replay *replay, const struct hostile_item *one) {
    if (one->cell >= replay->device.n || replay->device.driver->protocol == PROTOCOL_MODBUS) {
        if (one->cell < replay->device.n)
            replay->device.now[one->cell] = NULL;
        return;
    }
    size_t end = column_end(replay, one);
    const char *key = replay->device.cells[one->cell].key, *tail = key + end;
    size_t table = end;
    while (table > 0 && key[table - 1] != '.')
        table--;
    for (size_t i = 0; end > 0 && i < replay->device.n; i++) {
        const char *other = replay->device.cells[i].key, *rest = other + table;
        if (strncmp(other, key, table) == 0 && strcmp(rest + strcspn(rest, "."), tail) == 0)
            replay->device.now[i] = NULL;
    }
}

/* Copies a row under an index that the device has not, with the same last number in every table that has it.
 */
static void add_row(struct replay *replay, const struct hostile_item *one, unsigned number) {
    size_t end = one->cell < replay->device.n ? column_end(replay, one) : 0;
    const char *tail = end > 0 ? replay->device.cells[one->cell].key + end : NULL;
    for (size_t i = 0; tail != NULL && i < replay->device.n; i++) {
        const char *key = replay->device.cells[i].key, *last = strrchr(key, '.');
        size_t size = strlen(key), tail_size = strlen(tail);
        if (size <= tail_size || strcmp(key + size - tail_size, tail) != 0)
            continue;
        const char *added = say(replay, "%.*s.%u", (int)(last - key), key, number + (unsigned)atoi(last + 1));
        if (hostile_device_find(&replay->device, added) == replay->device.n)
            text_add_format(&replay->device.extra, "%s|%s\n", added, replay->device.cells[i].value);
    }
}

/* Other models of the family have fewer rows, or more. */
static void try_rows(struct replay *replay) {
    bool snmp = replay->device.driver->protocol == PROTOCOL_SNMP;
    uint32_t n = (uint32_t)replay->whole.n;
    for (unsigned k = 0; k < SUBSETS; k++) {
        for (uint32_t left = 1 + pick(replay, k < SUBSETS / 2 ? 3 : n); left > 0; left--)
            remove_row(replay, &replay->whole.items[pick(replay, n)]);
        try_it(replay, "fewer rows", SAME_PLACE | SAME_VALUE);
    }
    for (unsigned k = 0; snmp && k < SUBSETS; k++) {
        static const unsigned numbers[] = {1000, 70, 65000, 4000000000u};
        add_row(replay, &replay->whole.items[pick(replay, n)], numbers[k % 4]);
        try_it(replay, "more rows", SAME_PLACE | SAME_VALUE);
    }
}

/* A subset of everything, down to nothing. */
static void try_subsets(struct replay *replay) {
    for (unsigned k = 0; k <= SUBSETS; k++) {
        for (size_t i = 0; i < replay->device.n; i++)
            if (pick(replay, SUBSETS) < k)
                replay->device.now[i] = NULL;
        try_it(replay, "a subset", SAME_PLACE);
    }
}

/* --- the run */

static size_t count_good(const struct hostile_result *result) {
    size_t n = 0;
    for (size_t i = 0; i < result->n; i++)
        n += result->items[i].quality == QUALITY_GOOD;
    return n;
}

/* The variant of the driver that has most of what is recorded. */
static void read_whole(struct replay *replay) {
    const char *const *variants = replay->device.driver->variants;
    size_t most = 0;
    hostile_device_read(&replay->device, &replay->whole);
    most = count_good(&replay->whole);
    for (unsigned i = 0; variants != NULL && variants[i] != NULL; i++) {
        struct hostile_result result;
        uint32_t before = replay->device.variant;
        replay->device.variant = 1u << i;
        hostile_device_read(&replay->device, &result);
        bool better = count_good(&result) > most;
        if (better)
            most = count_good(&result);
        else
            replay->device.variant = before;
        hostile_result_done(better ? &replay->whole : &result);
        if (better)
            replay->whole = result;
    }
    qsort(replay->whole.items, replay->whole.n, sizeof(*replay->whole.items), compare_items);
}

static int replay_driver(const char *folder, const struct driver *driver) {
    struct replay replay = {.random = 1, .words = malloc(TEXT_ROOM)};
    if (!hostile_device_load(folder, driver, &replay.device)) {
        printf("%s: no recording in %s\n", driver->name, folder);
        return 1;
    }
    read_whole(&replay);
    if (count_good(&replay.whole) == 0) {
        printf("%s: its recording gives nothing\n", driver->name);
        replay.n_problems++;
    } else {
        try_numbers(&replay);
        try_absent_codes(&replay);
        try_texts(&replay);
        try_rows(&replay);
        try_subsets(&replay);
        try_each_cell(&replay);
    }
    printf("%-24s %6zu values %6u variations, refused: %" PRIu64 " range, %" PRIu64 " state, %" PRIu64
           " number; %u problems\n",
           driver->name, replay.whole.n, replay.n_variations, replay.refused[BAD_RANGE],
           replay.refused[BAD_STATE], replay.refused[BAD_NUMBER], replay.n_problems);
    hostile_result_done(&replay.whole);
    hostile_device_done(&replay.device);
    free(replay.words);
    return replay.n_problems > 0;
}

/* In a process of its own, so that a driver that crashes hides no other. */
static bool is_sound(const char *folder, const struct driver *driver) {
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int result = replay_driver(folder, driver);
        fflush(stdout);
        _exit(result);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return false;
    if (WIFSIGNALED(status))
        printf("%s: ended by signal %d\n", driver->name, WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
    unsigned n_tried = 0, n_wrong = 0;
    if (argc < 2)
        return 2;
    for (size_t i = 0; i < n_drivers; i++) {
        bool named = argc == 2;
        for (int k = 2; k < argc; k++)
            named |= strcmp(argv[k], all_drivers[i]->name) == 0;
        if (!named)
            continue;
        if (all_drivers[i]->wired) {
            printf("%s: what its inputs mean stands in a configuration\n", all_drivers[i]->name);
            continue;
        }
        n_tried++;
        n_wrong += !is_sound(argv[1], all_drivers[i]);
    }
    printf("%u drivers, %u with problems\n", n_tried, n_wrong);
    return n_wrong > 0 || n_tried == 0;
}
