/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that every driver's tables obey. What a device's numbers should be is for its recording to say.
 */
#include "model/driver_rules.h"

#include <string.h>

#include "model/driver_walk.h"

enum { UNITS_MOST = 64, REQUEST_MOST = 125 };

bool driver_rules_unit_fits(enum unit unit, enum quantity quantity) {
    enum dimension wanted = catalog_quantity(quantity)->dimension;
    if (unit == ONE)
        return wanted == DIMENSION_NONE || wanted == DIMENSION_RATIO;
    return catalog_unit(unit)->dimension == wanted;
}

bool driver_rules_may_tell(enum quantity quantity) {
    return quantity > QUANTITY_NONE && quantity < DEVICE_UP;
}

/* The table that a unit column is looked up in must know at least one unit in which the quantity can come. */
static void check_unit_table(struct walk *walk, const struct unit_name *names, enum quantity quantity) {
    bool fits = false;
    unsigned i = 0;
    for (; i < UNITS_MOST && names[i].unit != UNIT_UNSTATED; i++)
        fits = fits || driver_rules_unit_fits(names[i].unit, quantity);
    if (i == UNITS_MOST)
        walk_breach(walk, "the table of units has no end");
    else if (!fits)
        walk_breach(walk, "the unit column can never name a unit of %s", catalog_quantity(quantity)->name);
}

static void check_unit(struct walk *walk) {
    const struct point *point = walk->point;
    const struct unit_name *names = point->units != NULL ? point->units : walk->group->units;
    bool column = point->unit_from.kind != SOURCE_NONE || walk->group->unit_from.kind != SOURCE_NONE;
    if (point->unit >= N_UNITS)
        walk_breach(walk, "there is no unit %d", (int)point->unit);
    else if (point->unit != UNIT_UNSTATED && !driver_rules_unit_fits(point->unit, point->quantity))
        walk_breach(walk, "%s in %s?", catalog_quantity(point->quantity)->name,
                    catalog_unit(point->unit)->symbol);
    if (column != (names != NULL))
        walk_breach(walk, "a unit column and its table come together");
    else if (names != NULL && catalog_quantity(point->quantity)->kind != KIND_STATE)
        check_unit_table(walk, names, point->quantity);
}

/* A state is published through its table; a bit is one by itself; what no source explains is only shown. */
static void check_states(struct walk *walk) {
    const struct point *point = walk->point;
    const struct quantity_info *info = catalog_quantity(point->quantity);
    const struct source *source = point->source.kind != SOURCE_NONE ? &point->source : &walk->group->value;
    if (info->kind != KIND_STATE) {
        if (point->n_states > 0 || point->n_state_texts > 0)
            walk_breach(walk, "%s is no state, but has a table of states", info->name);
        return;
    }
    if (point->n_states == 0 && point->n_state_texts == 0 && source->wire != BIT && !walk->group->alarms &&
        point->unit != UNIT_UNSTATED)
        walk_breach(walk, "%s needs a table of states", info->name);
    if (point->n_states == 0 && source->wire == BIT &&
        (catalog_state_word(point->quantity, 0) == NULL || catalog_state_word(point->quantity, 1) == NULL))
        walk_breach(walk, "%s does not publish 0 and 1: a bit needs a table of states", info->name);
    for (unsigned i = 0; i < point->n_states; i++) {
        if (catalog_state_word(point->quantity, point->states[i].published) == NULL)
            walk_breach(walk, "%s has no published code %d", info->name, (int)point->states[i].published);
        for (unsigned j = 0; j < i; j++)
            if (point->states[i].raw == point->states[j].raw)
                walk_breach(walk, "raw code %d stands twice in the table of states",
                            (int)point->states[i].raw);
    }
}

/* What of a row index becomes a number of the place. */
static unsigned numbered_repeats(const struct group *group) {
    unsigned n = 0;
    for (unsigned i = 0; i < group->depth; i++) {
        const struct repeat *repeat = &group->over[i];
        bool phase = repeat->part == PART_PHASE_LINE || repeat->part == PART_PHASE_PAIR;
        n += repeat->part != PART_NONE && !phase && !repeat->key && !repeat->fixed;
    }
    return n;
}

static bool has_key(const struct group *group) {
    for (unsigned i = 0; i < group->depth; i++)
        if (group->over[i].key)
            return true;
    return false;
}

static unsigned captured_numbers(const struct match *match) {
    unsigned n = 0;
    for (unsigned i = 0; i < MATCH_CAPTURES; i++)
        n += match->captures[i] != PART_NONE && match->captures[i] != PART_PHASE_LINE &&
             match->captures[i] != PART_PHASE_PAIR;
    return n;
}

static void check_place(struct walk *walk, const struct place *place) {
    if (place->part >= N_PARTS || place->phase >= N_PHASES || place->side >= N_SIDES)
        walk_breach(walk, "a place outside of the vocabulary");
    if (place->point != NULL && !walk_is_slug(place->point))
        walk_breach(walk, "point '%s' is not in lower case, digits and underscores", place->point);
    for (unsigned i = place->depth; i < PLACE_DEPTH; i++)
        if (place->id[i] != 0)
            walk_breach(walk, "number %u of a place that has %u", (unsigned)place->id[i], place->depth);
}

static void check_point(struct walk *walk) {
    const struct point *point = walk->point;
    const struct group *group = walk->group;
    if (!driver_rules_may_tell(point->quantity)) {
        walk_breach(walk, "quantity %d is nothing that a point can tell", (int)point->quantity);
        return;
    }
    walk_check_source(walk, "value", point->source.kind != SOURCE_NONE ? &point->source : &group->value);
    check_unit(walk);
    check_states(walk);
    check_place(walk, &point->at);
    walk_check_match(walk, "valid", &point->valid);
    walk_check_match(walk, "only", &point->only);
    walk_check_scale(walk, &point->scale);
    walk_check_column(walk, "unit column", &point->unit_from);
    if (numbered_repeats(group) + group->at.depth + point->at.depth + captured_numbers(&group->only) +
            captured_numbers(&point->only) >
        PLACE_DEPTH)
        walk_breach(walk, "the place has more than %d numbers", PLACE_DEPTH);
    if (point->div < 0)
        walk_breach(walk, "a negative divisor");
    if (point->raw_least > point->raw_most ||
        (point->raw_least < point->raw_most && catalog_quantity(point->quantity)->kind == KIND_STATE))
        walk_breach(walk, "bounds that no number is within, or of a state");
    if (point->absent.n > 0 && point->absent.values == NULL)
        walk_breach(walk, "absent codes without values");
    if (point->rate >= N_RATES)
        walk_breach(walk, "there is no rate %d", (int)point->rate);
    if ((point->key != 0) != has_key(group))
        walk_breach(walk, "a key and an index piece that is one come together");
    if (group->alarms && (point->quantity != ALARM_STATE || point->source.kind != SOURCE_NONE))
        walk_breach(walk, "a row of a table of alarms is an alarm");
    if (point->valid.source.kind != SOURCE_NONE && walk->driver->protocol != PROTOCOL_SNMP)
        walk_breach(walk, "validity that is polled is for SNMP");
    if (point->leading && walk->driver->protocol != PROTOCOL_SNMP)
        walk_breach(walk, "numbers at the beginning of texts are for SNMP");
    if (point->wraps && walk->driver->protocol != PROTOCOL_SNMP)
        walk_breach(walk, "wrapping is for SNMP objects; registers have signed types");
    if (point->adjusted && walk->driver->adjust == NULL)
        walk_breach(walk, "adjusted, but the driver has no hook");
}

static const struct source *value_source(const struct group *group, const struct point *point) {
    return point->source.kind != SOURCE_NONE ? &point->source : &group->value;
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_source(const struct source *a, const struct source *b) {
    return a->kind == b->kind && a->address == b->address && a->bit == b->bit && a->wire == b->wire &&
           same_text(a->oid, b->oid);
}

/* Two points of one table that ask for different rows of it, or a percentage and what it is a percentage of.
 */
static bool rows_apart(const struct point *a, const struct point *b) {
    return a->only.pattern != b->only.pattern || a->only.oid != b->only.oid ||
           a->only.values != b->only.values || a->key != b->key || a->only.source.kind != SOURCE_NONE ||
           b->only.source.kind != SOURCE_NONE ||
           (a->quantity != b->quantity && a->scale.kind != b->scale.kind);
}

/* Two groups that no device has both of, or that read different rows. */
static bool groups_apart(const struct group *a, const struct group *b) {
    return a->only.source.kind != SOURCE_NONE || b->only.source.kind != SOURCE_NONE ||
           (a->variants != 0 && b->variants != 0 && (a->variants & b->variants) == 0) ||
           a->models.values != b->models.values;
}

/*
 * A reading may have several sources, but one source serves one reading, once. Groups of different depth read
 * rows of different shape.
 */
static void check_pair(struct walk *walk, const struct group *other_group, const struct point *other) {
    if (walk->group->depth != other_group->depth || rows_apart(walk->point, other) ||
        (walk->group != other_group && groups_apart(walk->group, other_group)))
        return;
    if (catalog_quantity(walk->point->quantity)->kind == KIND_STATE &&
        catalog_quantity(other->quantity)->kind == KIND_STATE && walk->point->quantity != other->quantity)
        return; /* one code may say what a machine does and that it complains */
    if (same_source(value_source(walk->group, walk->point), value_source(other_group, other)))
        walk_breach(walk, "the same source as group %td, point %td", other_group - walk->driver->groups + 1,
                    other - other_group->points + 1);
}

static void check_pairs(struct walk *walk) {
    for (const struct group *group = walk->driver->groups; group <= walk->group; group++) {
        size_t n = group < walk->group ? group->n_points : (size_t)(walk->point - group->points);
        for (size_t i = 0; i < n; i++)
            check_pair(walk, group, &group->points[i]);
    }
}

static void check_repeats(struct walk *walk) {
    const struct group *group = walk->group;
    unsigned keys = 0;
    if (group->depth > REPEAT_DEPTH || (group->depth > 0 && group->over == NULL))
        walk_breach(walk, "%u repeats", group->depth);
    for (unsigned i = 0; i < group->depth && i < REPEAT_DEPTH; i++) {
        const struct repeat *repeat = &group->over[i];
        bool modbus = walk->driver->protocol == PROTOCOL_MODBUS;
        keys += repeat->key;
        walk_check_optional(walk, "number", &repeat->number);
        if (repeat->part >= N_PARTS)
            walk_breach(walk, "repeat %u is of no part", i + 1);
        if (modbus != (repeat->most > 0))
            walk_breach(walk, "repeat %u: registers need how many at most, tables tell it themselves", i + 1);
        if (modbus && (repeat->key || repeat->fixed || repeat->number.kind != SOURCE_NONE))
            walk_breach(walk, "repeat %u: key, number and a fixed piece are for SNMP", i + 1);
        if (repeat->fixed && (repeat->key || repeat->part != PART_NONE))
            walk_breach(walk, "repeat %u: a fixed piece is no part of the place", i + 1);
        if (!modbus && (repeat->stride > 0 || repeat->fitted.kind != SOURCE_NONE))
            walk_breach(walk, "repeat %u: stride and fitted are for Modbus", i + 1);
    }
    if (keys > 1)
        walk_breach(walk, "more than one piece of the index chooses the point");
}

/* What only some devices of the family have. */
static void check_choice(struct walk *walk) {
    const struct driver *driver = walk->driver;
    const struct group *group = walk->group;
    unsigned n = 0;
    while (driver->variants != NULL && driver->variants[n] != NULL)
        n++;
    if (n > 31 || (group->variants >> n) != 0)
        walk_breach(walk, "of a variant that the driver does not name");
    if (group->models.n > 0 && driver->chain.n == 0)
        walk_breach(walk, "of a model, but the driver has no chain");
    for (unsigned i = 0; i < group->models.n; i++)
        if (group->models.values[i] < 1 || group->models.values[i] >= 0xffff)
            walk_breach(walk, "there is no model %lld", (long long)group->models.values[i]);
}

static void check_group(struct walk *walk) {
    const struct group *group = walk->group;
    walk->point = NULL;
    check_choice(walk);
    walk_check_match(walk, "only", &group->only);
    if (group->alarms &&
        (walk->driver->protocol != PROTOCOL_SNMP || group->depth > 0 || group->value.kind != SOURCE_OID ||
         group->only.source.kind != SOURCE_OID || !group->only.source.whole))
        walk_breach(walk, "a table of alarms is one of objects, without repeats, with a counter of its rows");
    if (group->valid.source.kind != SOURCE_NONE && walk->driver->protocol != PROTOCOL_SNMP)
        walk_breach(walk, "validity that is polled is for SNMP");
    check_repeats(walk);
    check_place(walk, &group->at);
    walk_check_column(walk, "label", &group->label);
    walk_check_optional(walk, "value", &group->value);
    walk_check_match(walk, "valid", &group->valid);
    walk_check_scale(walk, &group->scale);
    walk_check_column(walk, "unit column", &group->unit_from);
    if (group->n_points == 0 || group->points == NULL)
        walk_breach(walk, "no points");
    for (size_t i = 0; i < group->n_points; i++) {
        walk->point = &group->points[i];
        check_point(walk);
        check_pairs(walk);
    }
    walk->point = NULL;
}

static void check_facts(struct walk *walk) {
    for (size_t i = 0; i < walk->driver->n_facts; i++) {
        const struct fact *fact = &walk->driver->facts[i];
        walk_check_source(walk, "fact", &fact->source);
        if (fact->model != 0 && walk->driver->chain.n == 0)
            walk_breach(walk, "fact %zu is of a model, but the driver has no chain", i + 1);
        if (fact->quantity >= N_QUANTITIES || catalog_quantity(fact->quantity)->kind != KIND_TEXT)
            walk_breach(walk, "fact %zu is none", i + 1);
    }
}

static bool is_empty(const struct recognition *entry) {
    return entry->sys_object_id == NULL && entry->sys_descr == NULL && entry->probe == NULL &&
           entry->says.source.kind == SOURCE_NONE && entry->product == NULL;
}

static void check_snmp_recognition(struct walk *walk, const struct recognition *entry) {
    if (entry->says.source.kind != SOURCE_NONE || entry->product != NULL)
        walk_breach(walk, "a text or product to recognise is for Modbus");
    if (entry->sys_object_id == NULL && entry->probe == NULL)
        walk_breach(walk, "recognised by neither sysObjectID nor a probe");
    if (entry->sys_object_id != NULL && walk_oid_length(entry->sys_object_id) < 7)
        walk_breach(walk, "sysObjectID '%s' fits nothing, or everything", entry->sys_object_id);
    if (entry->probe != NULL && walk_oid_length(entry->probe) < 6)
        walk_breach(walk, "probe '%s' is no OID of a device", entry->probe);
}

static void check_recognition(struct walk *walk) {
    const struct driver *driver = walk->driver;
    bool ended = false;
    for (size_t i = 0; i < sizeof(driver->recognition) / sizeof(driver->recognition[0]); i++) {
        const struct recognition *entry = &driver->recognition[i];
        if (is_empty(entry)) {
            ended = true;
            continue;
        }
        if (ended)
            walk_breach(walk, "recognition %zu comes after an empty one", i + 1);
        if (driver->protocol == PROTOCOL_SNMP) {
            check_snmp_recognition(walk, entry);
        } else if (entry->sys_object_id != NULL || entry->sys_descr != NULL || entry->probe != NULL) {
            walk_breach(walk, "a Modbus device is recognised by a text, a number or function 43/14");
        } else if (entry->says.source.kind != SOURCE_NONE) {
            walk_check_source(walk, "recognition", &entry->says.source);
            if ((entry->says.source.wire == TEXT) != !walk_is_blank(entry->says.pattern) ||
                (entry->says.source.wire == TEXT) == (entry->says.n > 0))
                walk_breach(walk, "a text is recognised by a pattern, a number by values");
        }
    }
    if (driver->protocol == PROTOCOL_SNMP && !driver->of_site && is_empty(&driver->recognition[0]))
        walk_breach(walk, "nothing to recognise it by");
}

static void check_identity(struct walk *walk) {
    const struct driver *driver = walk->driver;
    if (!walk_is_slug(driver->name))
        walk_breach(walk, "the name is not in lower case, digits and underscores");
    if (walk_is_blank(driver->title) || strchr(driver->title, '\n') != NULL)
        walk_breach(walk, "the title is one line that names makers and models");
    if (walk_is_blank(driver->sources))
        walk_breach(walk, "says not where its numbers come from");
    if (driver->class <= CLASS_NONE || driver->class >= N_CLASSES)
        walk_breach(walk, "no class");
    if (driver->protocol == PROTOCOL_SNMP && walk_oid_length(driver->oid_base) == 0)
        walk_breach(walk, "no numeric OID base");
    if (driver->protocol == PROTOCOL_MODBUS && (driver->oid_base != NULL || driver->first_register > 1))
        walk_breach(walk, "Modbus registers count from 0 or 1 and have no OID");
    if (driver->manners.most_registers > REQUEST_MOST)
        walk_breach(walk, "a request has at most %d registers", REQUEST_MOST);
    if (driver->n_groups == 0 && !driver->wired)
        walk_breach(walk, "nothing to read");
    if (driver->wired && (driver->n_groups > 0 || driver->protocol != PROTOCOL_MODBUS))
        walk_breach(walk, "what is wired by the site has no groups and speaks Modbus");
}

static void check_hook(struct walk *walk) {
    const struct driver *driver = walk->driver;
    for (size_t i = 0; i < driver->n_groups; i++)
        for (size_t j = 0; j < driver->groups[i].n_points; j++)
            if (driver->groups[i].points[j].adjusted)
                return;
    if (driver->adjust != NULL)
        walk_breach(walk, "a hook that no point is shown to");
}

unsigned driver_rules_check(const struct driver *driver, driver_breach_found found, void *context) {
    struct walk walk = {.found = found, .context = context, .driver = driver};
    check_identity(&walk);
    check_recognition(&walk);
    check_facts(&walk);
    check_hook(&walk);
    for (size_t i = 0; i < driver->n_groups; i++) {
        walk.group = &driver->groups[i];
        check_group(&walk);
    }
    return walk.breaches;
}
