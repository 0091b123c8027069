/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a driver's tables: how breaches are said, what every source obeys. Rules: driver_rules.c. */
#include "model/driver_walk.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUBIDENTIFIERS_MOST = 64, REGISTERS = 65536, TEXT_MOST = 64 };

void walk_breach(struct walk *walk, const char *format, ...) {
    char what[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    struct driver_breach breach = {walk->driver, walk->group, walk->point, what};
    walk->found(walk->context, &breach);
    walk->breaches++;
}

bool walk_is_blank(const char *text) {
    return text == NULL || text[0] == 0;
}

bool walk_is_slug(const char *text) {
    return !walk_is_blank(text) && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text);
}

size_t walk_oid_length(const char *text) {
    size_t n = 0;
    while (text != NULL && isdigit((unsigned char)*text)) {
        char *end = NULL;
        if (strtoull(text, &end, 10) > UINT32_MAX)
            return 0;
        n++;
        if (*end == 0)
            return n;
        text = *end == '.' ? end + 1 : NULL;
    }
    return 0;
}

/* Registers from the first of a repeated value to its last, over all repeats of the group. */
static unsigned long repeated_span(const struct walk *walk, const struct source *source) {
    unsigned long span = 0;
    for (unsigned i = 0; walk->group != NULL && !source->whole && i < walk->group->depth; i++) {
        const struct repeat *repeat = &walk->group->over[i];
        unsigned stride = source->stride[i] != 0 ? source->stride[i] : repeat->stride;
        if (stride == 0)
            stride = source_width(source);
        span += (unsigned long)stride * (repeat->most > 0 ? repeat->most - 1u : 0u);
    }
    return span;
}

static void check_register(struct walk *walk, const char *what, const struct source *source) {
    bool is_bit = source->kind == SOURCE_COIL || source->kind == SOURCE_DISCRETE;
    unsigned first = walk->driver->first_register;
    if (source->wire == WIRE_NONE || (is_bit && source->wire != BIT))
        walk_breach(walk, "%s at %u has no wire type that fits", what, source->address);
    if (source->wire == BIT && source->bit > 15)
        walk_breach(walk, "%s at %u: a register has no bit %u", what, source->address, source->bit);
    if (source->wire == TEXT && (source->words == 0 || source->words > TEXT_MOST))
        walk_breach(walk, "%s at %u: a text of %u registers", what, source->address, source->words);
    if (source->wire != TEXT && source->words != 0)
        walk_breach(walk, "%s at %u: words are for texts", what, source->address);
    if (source->address < first)
        walk_breach(walk, "%s at %u lies before the first register %u", what, source->address, first);
    else if (source->address - first + repeated_span(walk, source) + source_width(source) > REGISTERS)
        walk_breach(walk, "%s at %u reaches beyond the last register", what, source->address);
}

void walk_check_source(struct walk *walk, const char *what, const struct source *source) {
    bool is_oid = source->kind == SOURCE_OID;
    if (source->kind == SOURCE_NONE)
        walk_breach(walk, "%s has no source", what);
    else if (is_oid != (walk->driver->protocol == PROTOCOL_SNMP))
        walk_breach(walk, "%s is not of the driver's protocol", what);
    else if (!is_oid)
        check_register(walk, what, source);
    else if (source->whole && source->pieces > 0)
        walk_breach(walk, "%s: a whole instance takes no pieces of an index", what);
    else if (source->wire != WIRE_NONE && (source->wire != BIT || source->bit > 31))
        walk_breach(walk, "%s: of an object's number only a bit, 0 to 31, can be taken", what);
    else if (walk_oid_length(source->oid) == 0)
        walk_breach(walk, "%s: '%s' is not a numeric OID", what, source->oid != NULL ? source->oid : "");
    else if (walk_oid_length(walk->driver->oid_base) + walk_oid_length(source->oid) > SUBIDENTIFIERS_MOST)
        walk_breach(walk, "%s: '%s' is too long", what, source->oid);
}

void walk_check_optional(struct walk *walk, const char *what, const struct source *source) {
    if (source->kind != SOURCE_NONE)
        walk_check_source(walk, what, source);
}

void walk_check_column(struct walk *walk, const char *what, const struct source *source) {
    walk_check_optional(walk, what, source);
}

void walk_check_match(struct walk *walk, const char *what, const struct match *match) {
    int ways = (match->n > 0 && match->values != NULL) + (match->pattern != NULL) + (match->oid != NULL);
    unsigned digits = 0;
    if (match->source.kind == SOURCE_NONE) {
        bool row = walk->point != NULL && walk->group->alarms && match == &walk->point->only;
        if (row && ways != 1)
            walk_breach(walk, "which row is this alarm?");
        if (ways > 0 && !row)
            walk_breach(walk, "%s has values to match but no source", what);
        return;
    }
    walk_check_column(walk, what, &match->source);
    if (ways > 1 || (ways == 0 && strcmp(what, "only") != 0))
        walk_breach(walk, "%s needs either numbers, a pattern or an OID", what);
    if (match->oid != NULL && walk_oid_length(match->oid) == 0)
        walk_breach(walk, "%s: '%s' is not a numeric OID", what, match->oid);
    for (const char *at = match->pattern; at != NULL && *at != 0; at++)
        digits += *at == '#';
    for (unsigned i = 0; i < MATCH_CAPTURES; i++)
        if (match->captures[i] >= N_PARTS || (match->captures[i] != PART_NONE && i >= digits))
            walk_breach(walk, "%s captures a number that its pattern has not", what);
}

void walk_check_scale(struct walk *walk, const struct scale *scale) {
    if ((scale->kind == SCALE_FIXED) != (scale->source.kind == SOURCE_NONE))
        walk_breach(walk, "the scale needs both a kind and a source");
    walk_check_column(walk, "scale", &scale->source);
}
