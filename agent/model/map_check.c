/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no single point of a map shows: two that would be one reading, or read the same; and the rules that
 * every driver obeys, whose breaches are said where the point was written.
 */
#include <string.h>

#include "base/text.h"
#include "model/driver_rules.h"
#include "model/map_build.h"

/* A point where it stands. */
struct spotted {
    const struct group *group;
    const struct point *point;
    const struct point_settings *written;
};

static bool same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Whether their repeats number the same parts. */
static bool same_rows(const struct group *a, const struct group *b) {
    if (a->depth != b->depth)
        return false;
    for (unsigned i = 0; i < a->depth; i++)
        if (a->over[i].part != b->over[i].part || a->over[i].fixed != b->over[i].fixed ||
            (a->over[i].fixed && a->over[i].first != b->over[i].first))
            return false;
    return true;
}

static struct place whole_place(const struct spotted *at) {
    struct place place = at->group->at;
    const struct place *own = &at->point->at;
    for (unsigned i = 0; i < own->depth && place.depth < PLACE_DEPTH; i++)
        place.id[place.depth++] = own->id[i];
    place.part = own->part != PART_NONE ? own->part : place.part;
    place.phase = own->phase != PHASE_NONE ? own->phase : place.phase;
    place.side = own->side != SIDE_NONE ? own->side : place.side;
    place.point = own->point ? own->point : place.point;
    return place;
}

static bool same_source(const struct source *a, const struct source *b) {
    return a->kind == b->kind && a->address == b->address && a->bit == b->bit && a->wire == b->wire &&
           same_text(a->oid, b->oid);
}

/* A breaker's trip contact and its position switch: two sources of one reading, on purpose. */
static bool are_partners(const struct spotted *a, const struct spotted *b) {
    const struct setting *one = &a->written->means, *other = &b->written->means;
    return setting_given(one) && setting_given(other) &&
           one->number + other->number == MEANS_TRIPPED + MEANS_BREAKER_CLOSED &&
           one->number != other->number;
}

/* The language takes two points of one place for two sources of one reading; in a map it is a slip. */
static void compare(const struct map_build *build, const struct spotted *at, const struct spotted *before) {
    struct place place = whole_place(at), other = whole_place(before);
    const struct entry *entry = &at->written->entry;
    const struct spot *spot = &before->written->entry.at;
    bool same_place = at->point->quantity == before->point->quantity && place_equal(&place, &other);
    if (!same_rows(at->group, before->group))
        return;
    if (same_place && !are_partners(at, before))
        entry_add_mistake(entry, "quantity", &at->written->quantity, build->mistakes,
                          "%s of the same place is on line %u already: give it another part, number, phase, "
                          "side or point",
                          map_quantity_name(at->point->quantity), spot->line);
    else if (same_source(&at->point->source, &before->point->source))
        entry_add_mistake(entry, "quantity", &at->written->quantity, build->mistakes,
                          "the same is read on line %u already", spot->line);
}

/* The next point; false behind the last. */
static bool next(const struct map_build *build, size_t *group, size_t *point, struct spotted *at) {
    const struct driver *driver = build->driver;
    while (*group < driver->n_groups && *point >= driver->groups[*group].n_points) {
        ++*group;
        *point = 0;
    }
    if (*group >= driver->n_groups)
        return false;
    *at = (struct spotted){&driver->groups[*group], &driver->groups[*group].points[*point],
                           build->written[*group].points[*point]};
    ++*point;
    return true;
}

static void check_pairs(const struct map_build *build) {
    struct spotted at, before;
    for (size_t group = 0, point = 0; next(build, &group, &point, &at);)
        for (size_t g = 0, p = 0; next(build, &g, &p, &before) && before.point != at.point;)
            compare(build, &at, &before);
}

static void say_breach(void *context, const struct driver_breach *breach) {
    const struct map_build *build = context;
    const struct driver *driver = build->driver;
    const struct entry *group = breach->group ? build->written[breach->group - driver->groups].group : NULL;
    if (!breach->point) {
        mistakes_add(build->mistakes, group ? &group->at : &(struct spot){build->file, 0, 0},
                     group ? "groups" : "", "%s", breach->what);
        return;
    }
    const struct point_settings *written =
        build->written[breach->group - driver->groups].points[breach->point - breach->group->points];
    entry_add_mistake(&written->entry, "quantity", &written->quantity, build->mistakes, "%s", breach->what);
}

void map_check(const struct map_build *build) {
    size_t before = build->mistakes->n;
    check_pairs(build);
    if (build->mistakes->n == before)
        driver_rules_check(build->driver, say_breach, (void *)build);
}
