/* SPDX-License-Identifier: Apache-2.0 */
/* One point of a driver in words. */
#include "command/driver_point.h"

#include <inttypes.h>

static void add_word(struct text *text, const char *separator, const char *word) {
    if (*word)
        text_add_format(text, "%s%s", text->size ? separator : "", word);
}

/* A number that a row, a block or a name brings. */
static void add_number(enum part numbered, enum part *part, const char **phase, struct text *id) {
    if (numbered == PART_NONE)
        return;
    if (numbered == PART_PHASE_LINE || numbered == PART_PHASE_PAIR) {
        *phase = numbered == PART_PHASE_LINE ? "L#" : "L#-L#";
        return;
    }
    add_word(id, "/", "#");
    *part = numbered;
}

void driver_point_place(struct text *text, const struct described *item) {
    const struct match *matches[] = {&item->group->only, &item->point->only};
    const struct place *places[] = {&item->group->at, &item->point->at};
    enum part part = PART_NONE;
    const char *phase = "", *side = "", *point = "";
    struct text id = {0};
    for (size_t i = 0; i < item->group->depth; i++) {
        const struct repeat *repeat = &item->group->over[i];
        if (!repeat->key && !repeat->fixed)
            add_number(repeat->part, &part, &phase, &id);
    }
    for (size_t i = 0; i < 2 * MATCH_CAPTURES; i++)
        add_number(matches[i / MATCH_CAPTURES]->captures[i % MATCH_CAPTURES], &part, &phase, &id);
    for (size_t i = 0; i < 2; i++) {
        char numbers[48];
        const struct place *at = places[i];
        place_write_id(at, numbers, sizeof(numbers));
        add_word(&id, "/", numbers);
        part = at->part != PART_NONE ? at->part : part;
        phase = at->phase != PHASE_NONE ? catalog_phase(at->phase) : phase;
        side = at->side != SIDE_NONE ? catalog_side(at->side) : side;
        point = at->point ? at->point : point;
    }
    add_word(text, " ", catalog_part(part));
    add_word(text, " ", id.data ? id.data : "");
    add_word(text, " ", phase);
    add_word(text, " ", point);
    add_word(text, " ", side);
    text_done(&id);
}

void driver_source_write(struct text *text, const struct source *source, const char *base) {
    static const char *const kinds[] = {
        [SOURCE_NONE] = "",     [SOURCE_HOLDING] = "holding",   [SOURCE_INPUT] = "input",
        [SOURCE_COIL] = "coil", [SOURCE_DISCRETE] = "discrete", [SOURCE_OID] = ""};
    static const char *const wires[] = {[WIRE_NONE] = "",
                                        [U16] = "u16",
                                        [S16] = "s16",
                                        [U32] = "u32",
                                        [S32] = "s32",
                                        [U64] = "u64",
                                        [S64] = "s64",
                                        [F32] = "f32",
                                        [F64] = "f64",
                                        [LOW_BYTE] = "low byte",
                                        [HIGH_BYTE] = "high byte",
                                        [BIT] = "bit",
                                        [TEXT] = "text"};
    if (source->kind == SOURCE_NONE)
        return;
    if (source->kind == SOURCE_OID) {
        text_add_format(text, "%s%s%s", base ? base : "", base ? "." : "", source->oid);
        if (source->wire == BIT)
            text_add_format(text, " bit %u", source->bit);
        return;
    }
    text_add_format(text, "%s %u", kinds[source->kind], source->address);
    if (source->kind == SOURCE_HOLDING || source->kind == SOURCE_INPUT)
        text_add_format(text, " %s", wires[source->wire]);
    if (source->wire == BIT && source->kind != SOURCE_COIL && source->kind != SOURCE_DISCRETE)
        text_add_format(text, " %u", source->bit);
}

static const struct source *source_of(const struct described *item) {
    return item->point->source.kind != SOURCE_NONE ? &item->point->source : &item->group->value;
}

static const char *base_of(const struct described *item) {
    return item->whole_oids ? item->driver->oid_base : NULL;
}

void driver_point_manual(struct text *text, const struct described *item) {
    const struct point *point = item->point;
    const struct group *group = item->group;
    const struct scale *scale = point->scale.kind != SCALE_FIXED ? &point->scale : &group->scale;
    const struct source *unit_from =
        point->unit_from.kind != SOURCE_NONE ? &point->unit_from : &group->unit_from;
    static const char *const scales[] = {[SCALE_FIXED] = "",
                                         [SCALE_DIGITS] = ", digits from ",
                                         [SCALE_EXPONENT] = ", exponent from ",
                                         [SCALE_DIVISOR] = ", divisor from ",
                                         [SCALE_FACTOR] = ", factor from ",
                                         [SCALE_TIMES] = ", times "};
    if (unit_from->kind != SOURCE_NONE) {
        text_add_string(text, "unit from ");
        driver_source_write(text, unit_from, base_of(item));
    } else if (catalog_quantity(point->quantity)->kind == KIND_STATE) {
        text_add_string(text, "a code");
    } else {
        text_add_string(text, point->unit == UNIT_UNSTATED ? "unstated" : catalog_unit(point->unit)->symbol);
    }
    if (point->mul > 1 || point->mul < 0)
        text_add_format(text, " x %" PRId64, point->mul);
    if (point->add)
        text_add_format(text, " %c %" PRId64, point->add < 0 ? '-' : '+',
                        point->add < 0 ? -point->add : point->add);
    if (point->div > 1)
        text_add_format(text, " / %" PRId64, point->div);
    text_add_string(text, scales[scale->kind]);
    if (scale->kind != SCALE_FIXED)
        driver_source_write(text, &scale->source, base_of(item));
}

const char *driver_point_unit(const struct described *item) {
    const struct quantity_info *info = catalog_quantity(item->point->quantity);
    bool stated = item->point->unit != UNIT_UNSTATED;
    if (info->kind == KIND_STATE)
        return stated ? "state" : "not published";
    if (!stated && item->point->unit_from.kind == SOURCE_NONE && item->group->unit_from.kind == SOURCE_NONE)
        return "not published";
    return info->unit;
}

void driver_point_source(struct text *text, const struct described *item) {
    driver_source_write(text, source_of(item), base_of(item));
}

void driver_match_write(struct text *text, const struct match *match, const char *base) {
    driver_source_write(text, &match->source, base);
    if (match->pattern != NULL)
        text_add_format(text, " is \"%s\"", match->pattern);
    if (match->oid != NULL)
        text_add_format(text, " is %s", match->oid);
    for (unsigned i = 0; i < match->n; i++)
        text_add_format(text, "%s %" PRId64, i == 0 ? " is" : " or", match->values[i]);
}

void driver_point_choice(struct text *text, const struct described *item) {
    const struct match *matches[] = {&item->group->only, &item->point->only};
    const struct group *group = item->group;
    if (item->point->key)
        text_add_format(text, "index %" PRId64, item->point->key);
    for (unsigned i = 0; i < group->models.n; i++)
        text_add_format(text, "%s%" PRId64, i == 0 ? "model " : " or ", group->models.values[i]);
    for (unsigned i = 0; group->variants >> i != 0; i++)
        if (group->variants >> i & 1)
            text_add_format(text, "%svariant %s", text->size > 0 ? ", " : "", item->driver->variants[i]);
    for (size_t i = 0; i < 2; i++) {
        if (matches[i]->source.kind == SOURCE_NONE)
            continue;
        text_add_string(text, text->size > 0 ? ", " : "");
        driver_match_write(text, matches[i], base_of(item));
    }
}
