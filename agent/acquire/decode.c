/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes and varbinds to readings. Scale and unit are one exact fraction, so an integer is rounded once:
 * 234 tenths is the double nearest to 23.4.
 */
#include "acquire/decode.h"

#include <math.h>
#include <string.h>

#include "acquire/oid.h"
#include "acquire/raw_text.h"

const char *bad_reason_word(enum bad_reason reason) {
    static const char *const words[N_BAD_REASONS] = {"range", "state", "number"};
    return words[reason];
}

uint8_t source_function(const struct source *source) {
    switch (source->kind) {
    case SOURCE_COIL:
        return 1;
    case SOURCE_DISCRETE:
        return 2;
    case SOURCE_HOLDING:
        return 3;
    case SOURCE_INPUT:
        return 4;
    case SOURCE_NONE:
    case SOURCE_OID:
        break;
    }
    return 0;
}

static struct raw raw_integer(int64_t integer) {
    return (struct raw){.kind = RAW_INTEGER, .integer = integer};
}

static struct raw raw_real(double real) {
    return (struct raw){.kind = RAW_REAL, .real = real};
}

/* Big-endian words, the high or the low one first. */
static uint64_t join_words(const uint8_t *data, unsigned words, bool low_first) {
    uint64_t number = 0;
    for (unsigned i = 0; i < words; i++) {
        const uint8_t *word = data + 2 * (low_first ? words - 1 - i : i);
        number = number << 16 | (uint64_t)word[0] << 8 | word[1];
    }
    return number;
}

static double real_of_bits32(uint32_t bits) {
    float real;
    memcpy(&real, &bits, sizeof(real));
    return (double)real;
}

static double real_of_bits64(uint64_t bits) {
    double real;
    memcpy(&real, &bits, sizeof(real));
    return real;
}

struct raw decode_registers(const struct source *source, const uint8_t *data) {
    uint64_t bits = source->wire == TEXT ? 0 : join_words(data, source_width(source), source->low_word_first);
    switch (source->wire) {
    case U16:
    case U32:
        return raw_integer((int64_t)bits);
    case S16:
        return raw_integer((int16_t)bits);
    case S32:
        return raw_integer((int32_t)bits);
    case U64:
        /* All bits set is a code wherever it is used, so it stays a number that codes are compared with. */
        return bits > INT64_MAX && bits != UINT64_MAX ? raw_real((double)bits) : raw_integer((int64_t)bits);
    case S64:
        return raw_integer((int64_t)bits);
    case F32:
        return raw_real(real_of_bits32((uint32_t)bits));
    case F64:
        return raw_real(real_of_bits64(bits));
    case LOW_BYTE:
        return raw_integer((int64_t)(bits & 0xff));
    case HIGH_BYTE:
        return raw_integer((int64_t)(bits >> 8 & 0xff));
    case BIT:
        return raw_integer((int64_t)(bits >> source->bit & 1));
    case TEXT:
        return (struct raw){.kind = RAW_TEXT, .text = (const char *)data, .size = 2u * source->words};
    case WIRE_NONE:
        break;
    }
    return (struct raw){.kind = RAW_NONE};
}

static bool absent_integer(const struct absent *absent, int64_t integer) {
    for (unsigned i = 0; i < absent->n; i++)
        if (integer == absent->values[i])
            return true;
    return false;
}

static bool absent_real(const struct absent *absent, double real) {
    for (unsigned i = 0; i < absent->n; i++)
        if (real == (double)absent->values[i])
            return true;
    return isnan(real);
}

/* Below this, an integer is a double exactly, so one division rounds once. */
static const int64_t exact = (int64_t)1 << 53;

static double convert_integer(const struct conversion *by, int64_t integer) {
    int64_t scaled;
    if (!__builtin_mul_overflow(integer, by->numerator, &scaled) &&
        !__builtin_add_overflow(scaled, by->offset, &scaled) && scaled <= exact && scaled >= -exact &&
        by->denominator <= exact)
        return (double)scaled / (double)by->denominator;
    long double wide = (long double)integer * (long double)by->numerator + (long double)by->offset;
    return (double)(wide / (long double)by->denominator);
}

static double convert_real(const struct conversion *by, double real) {
    return (real * (double)by->numerator + (double)by->offset) / (double)by->denominator;
}

static enum quality decode_state_text(const struct point *point, const struct raw *raw, double *value) {
    for (unsigned i = 0; i < point->n_state_texts; i++) {
        if (raw_is_text(raw, point->state_texts[i].raw)) {
            *value = point->state_texts[i].published;
            return QUALITY_GOOD;
        }
    }
    return QUALITY_BAD;
}

static enum quality decode_state(const struct point *point, int64_t integer, double *value) {
    for (unsigned i = 0; i < point->n_states; i++) {
        if (point->states[i].raw == integer) {
            *value = point->states[i].published;
            return QUALITY_GOOD;
        }
    }
    return QUALITY_BAD;
}

/* What was converted, held against what is possible. */
static enum quality judge_range(const struct point *point, double *value, enum bad_reason *reason) {
    const struct quantity_info *info = catalog_quantity(point->quantity);
    if (info->magnitude)
        *value = fabs(*value);
    *reason = BAD_RANGE;
    return *value >= info->least && *value <= info->most ? QUALITY_GOOD : QUALITY_BAD;
}

/* A 4 to 20 mA loop that is broken reads far below its range: by its scale that may still be possible. */
static bool is_broken(const struct point *point, double raw) {
    return point->raw_least < point->raw_most &&
           (raw < (double)point->raw_least || raw > (double)point->raw_most);
}

static enum quality decode_real(const struct driver *driver, const struct plan_item *item, double real,
                                double *value, enum bad_reason *reason) {
    const struct point *point = item->point;
    if (point->adjusted && driver->adjust(point, &real) == DROP)
        return QUALITY_ABSENT;
    *reason = BAD_NUMBER;
    if (!isfinite(real))
        return QUALITY_BAD;
    *reason = BAD_RANGE;
    if (is_broken(point, real))
        return QUALITY_BAD;
    *value = convert_real(&item->conversion, real);
    return judge_range(point, value, reason);
}

/*
 * The ends of what a type holds: with them devices say "none", also where no manual says so. The one real
 * value that is lost with each is worth less than the false ones that are not published.
 */
static bool is_end_of_type(const struct source *source, int64_t integer) {
    switch (source->wire) {
    case U16:
        return integer == UINT16_MAX;
    case S16:
        return integer == INT16_MIN || integer == INT16_MAX;
    case U32:
        return integer == UINT32_MAX;
    case S32:
        return integer == INT32_MIN || integer == INT32_MAX;
    case WIRE_NONE: /* SNMP does not say how wide it is */
        return integer == INT32_MIN || integer == INT32_MAX || integer == UINT32_MAX || integer == INT64_MAX;
    case U64:
    case S64:
        return integer == INT64_MIN || integer == INT64_MAX;
    case F32:
    case F64:
    case LOW_BYTE:
    case HIGH_BYTE:
    case BIT:
    case TEXT:
        break;
    }
    return false;
}

static enum quality decode_integer(const struct driver *driver, const struct plan_item *item, int64_t integer,
                                   double *value, enum bad_reason *reason) {
    const struct point *point = item->point;
    enum quality quality = QUALITY_BAD;
    if (absent_integer(item->absent, integer))
        return QUALITY_ABSENT;
    *reason = BAD_STATE;
    if (point->n_states > 0)
        return decode_state(point, integer, value);
    *reason = BAD_RANGE;
    if (point->adjusted) {
        quality = decode_real(driver, item, (double)integer, value, reason);
    } else if (!is_broken(point, (double)integer)) {
        *value = convert_integer(&item->conversion, integer);
        quality = judge_range(point, value, reason);
    }
    if (quality != QUALITY_GOOD || !is_end_of_type(item->source, integer))
        return quality;
    *reason = BAD_RANGE;
    return QUALITY_BAD;
}

enum quality decode_value(const struct driver *driver, const struct plan_item *item, const struct raw *given,
                          double *value, enum bad_reason *reason) {
    const struct point *point = item->point;
    struct raw normal;
    if (given->kind == RAW_TEXT && point->n_state_texts > 0) {
        *reason = BAD_STATE;
        return decode_state_text(point, given, value);
    }
    if (given->kind == RAW_TEXT) {
        normal = raw_plain(given, point->leading);
        given = &normal;
    }
    if (given->kind == RAW_INTEGER) {
        bool wrapped = point->wraps && given->unsigned32 && given->integer > INT32_MAX;
        return decode_integer(driver, item, given->integer - (wrapped ? (int64_t)1 << 32 : 0), value, reason);
    }
    if (given->kind == RAW_NONE || (given->kind == RAW_REAL && absent_real(item->absent, given->real)))
        return QUALITY_ABSENT;
    *reason = point->n_states > 0 ? BAD_STATE : BAD_NUMBER;
    if (point->n_states > 0 || given->kind != RAW_REAL)
        return QUALITY_BAD;
    return decode_real(driver, item, given->real, value, reason);
}

struct raw decode_object(const struct source *source, const struct raw *raw) {
    struct raw plain = source->wire == BIT ? raw_plain(raw, false) : *raw;
    return source->wire == BIT && plain.kind == RAW_INTEGER ? raw_integer(plain.integer >> source->bit & 1)
                                                            : *raw;
}

/*
 * 1 while a row of the alarm table is this alarm, 0 while none is; nothing where the walk was cut short or
 * the table has fewer rows than the device counts alarms. Column and counter come in turns.
 */
static struct raw decode_alarm(const struct plan *plan, const struct plan_item *item,
                               const struct plan_request *request, const struct link_answer *answer) {
    const struct oid *asked = &plan->oids[request->first_oid];
    double rows = 0, counted = -1;
    bool ended = answer->n_varbinds == 0;
    for (size_t i = 0; i < answer->n_varbinds; i++) {
        const struct varbind *row = &answer->varbinds[i];
        bool there = row->raw.kind != RAW_NONE && oid_has_prefix(&row->name, &asked[i % request->n_oids]);
        if (i % request->n_oids == 1) {
            if (there && counted < 0)
                raw_number(&row->raw, &counted);
        } else if (there && !ended && match_raw(&item->point->only, &row->raw)) {
            return raw_integer(1);
        } else {
            ended = ended || !there;
            rows += !ended;
        }
    }
    return ended && rows >= counted ? raw_integer(0) : (struct raw){.kind = RAW_NONE};
}

struct raw decode_raw(const struct plan *plan, const struct plan_item *item,
                      const struct plan_request *request, const struct link_answer *answer) {
    if (request->rows > 0)
        return decode_alarm(plan, item, request, answer);
    if (request->function == 0)
        return item->position < answer->n_varbinds
                   ? decode_object(item->source, &answer->varbinds[item->position].raw)
                   : (struct raw){.kind = RAW_NONE};
    if (request->function <= 2) {
        if (item->position / 8u >= answer->size)
            return (struct raw){.kind = RAW_NONE};
        return raw_integer(answer->data[item->position / 8] >> (item->position % 8) & 1);
    }
    if (2u * (item->position + source_width(item->source)) > answer->size)
        return (struct raw){.kind = RAW_NONE};
    return decode_registers(item->source, answer->data + 2u * item->position);
}

/* Whether the device says that this value counts. */
static bool item_valid(const struct plan_item *item, const struct link_answer *answer) {
    if (item->valid_at == PLAN_NONE || item->valid_at >= answer->n_varbinds)
        return true;
    const struct raw *says = &answer->varbinds[item->valid_at].raw;
    return says->kind == RAW_NONE || match_raw(item->valid, says);
}

/* Most of what is read, without a detour: numbers in registers that are integers by their type. */
static bool decode_plain(const struct plan *plan, const struct plan_item *item,
                         const struct plan_request *request, const struct link_answer *answer, double *value,
                         enum bad_reason *reason, enum quality *quality) {
    const struct source *source = item->source;
    const uint8_t *data = answer->data + 2u * item->position;
    bool wide = source->wire == U32 || source->wire == S32;
    if (request->function <= 2 || (!wide && source->wire != U16 && source->wire != S16) ||
        2u * item->position + (wide ? 4 : 2) > answer->size)
        return false;
    int64_t integer = (int64_t)join_words(data, wide ? 2 : 1, source->low_word_first);
    if (source->wire == S16)
        integer = (int16_t)integer;
    else if (source->wire == S32)
        integer = (int32_t)integer;
    *quality = decode_integer(plan->driver, item, integer, value, reason);
    return true;
}

/*
 * The item with the scale that the device says beside the value now, in `now` where that is another one than
 * at discovery. NULL where it says none that can be.
 */
static const struct plan_item *item_scaled(const struct plan_item *item, const struct link_answer *answer,
                                           struct plan_item *now) {
    const struct source *source = &item->scale->source;
    double factor;
    if (2u * (item->scale_at + source_width(source)) > answer->size)
        return NULL;
    struct raw raw = decode_registers(source, answer->data + 2u * item->scale_at);
    if (raw_number(&raw, &factor) != 0 || factor < INT32_MIN || factor > INT32_MAX)
        return NULL;
    if (factor == item->factor)
        return item;
    if (item->unit == UNIT_UNSTATED)
        return NULL;
    *now = *item;
    return conversion_make(item->point, (enum unit)item->unit, item->scale->kind, (int64_t)factor,
                           &now->conversion) == 0
               ? now
               : NULL;
}

static enum quality decode_item(const struct plan *plan, const struct plan_item *item,
                                const struct plan_request *request, const struct link_answer *answer,
                                double *value, enum bad_reason *reason) {
    enum quality quality;
    struct plan_item now;
    if (item->scale_at != PLAN_NONE && (item = item_scaled(item, answer, &now)) == NULL)
        return QUALITY_ABSENT;
    if (decode_plain(plan, item, request, answer, value, reason, &quality))
        return quality;
    struct raw raw = decode_raw(plan, item, request, answer);
    if (raw.kind == RAW_NONE || !item_valid(item, answer))
        return QUALITY_ABSENT;
    return decode_value(plan->driver, item, &raw, value, reason);
}

void decode_answer(const struct plan *plan, const struct plan_request *request,
                   const struct link_answer *answer, struct readings *readings) {
    for (uint32_t i = 0; i < request->n_items; i++) {
        const struct plan_item *item = &plan->items[request->first_item + i];
        uint32_t at = item->series - readings->first;
        enum bad_reason reason = BAD_NUMBER;
        double value = 0;
        if (item->raw_only || at >= readings->n)
            continue;
        if (item->rank > 0 && readings->qualities[at] == QUALITY_GOOD && readings->ranks[at] < item->rank)
            continue;
        enum quality quality = decode_item(plan, item, request, answer, &value, &reason);
        if (quality == QUALITY_BAD)
            readings->bad[reason]++;
        if (quality == QUALITY_GOOD || (quality == QUALITY_BAD && readings->qualities[at] != QUALITY_GOOD)) {
            readings->values[at] = value;
            readings->qualities[at] = (uint8_t)quality;
            readings->ranks[at] = item->rank;
        }
    }
}

/* A number that the driver knows as a code for nothing is no serial number. */
static bool fact_absent(const struct driver *driver, const struct source *source, const struct raw *raw) {
    for (unsigned i = 0; raw->kind == RAW_INTEGER && i < driver->absent.n; i++)
        if ((driver->absent.of[i].wire == WIRE_NONE || driver->absent.of[i].wire == source->wire) &&
            absent_integer(&driver->absent.of[i].absent, raw->integer))
            return true;
    return false;
}

bool decode_image_text(const struct driver *driver, const struct image *image, uint32_t base,
                       const struct source *source, char *text, size_t size) {
    uint8_t data[2 * UINT8_MAX];
    uint32_t part[OID_MOST];
    struct raw raw = {.kind = RAW_NONE};
    if (source->kind == SOURCE_OID) {
        struct oid name = {part, plan_source_name(driver, source, NULL, part)};
        raw = image_object(image, &name);
    } else if (image_registers(image, source_function(source),
                               (uint16_t)(base + source->address - driver->first_register),
                               source_width(source), data)) {
        raw = decode_registers(source, data);
    }
    return !fact_absent(driver, source, &raw) && raw_write_text(&raw, text, size);
}
