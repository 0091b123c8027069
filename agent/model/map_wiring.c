/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote I/O: what the site says of a block's inputs becomes the driver of that one block. A contact says
 * what it means and in which position; anything else names its quantity, like a point of a map. The input's
 * name is the reading's point.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/map_build.h"

/* By enum map_meaning. A trip contact at rest says nothing of the breaker's position. */
static const struct contact contacts[] = {
    [MEANS_TRIPPED] = {BREAKER_STATE, PART_BREAKER, BREAKER_TRIPPED, BREAKER_UNKNOWN},
    [MEANS_BREAKER_CLOSED] = {BREAKER_STATE, PART_BREAKER, BREAKER_CLOSED, BREAKER_OPEN},
    [MEANS_ALARM] = {ALARM_STATE, PART_CONTACT, STATE_YES, STATE_NO},
    [MEANS_EPO] = {ALARM_STATE, PART_CONTACT, STATE_YES, STATE_NO},
    [MEANS_LEAK] = {LEAK_STATE, PART_SENSOR, LEAK_WET, LEAK_DRY},
    [MEANS_SMOKE] = {SMOKE_STATE, PART_SENSOR, STATE_YES, STATE_NO},
    [MEANS_DOOR_OPEN] = {DOOR_STATE, PART_CONTACT, STATE_YES, STATE_NO},
    [MEANS_LOW_LEVEL] = {RESERVOIR_STATE, PART_TANK, LEVEL_LOW, LEVEL_NORMAL},
    [MEANS_SOURCE_AVAILABLE] = {SOURCE_AVAILABLE_STATE, PART_INPUT, STATE_YES, STATE_NO},
    [MEANS_CONTACT] = {CONTACT_STATE, PART_CONTACT, STATE_YES, STATE_NO},
};

struct contact device_map_contact(enum map_meaning meaning) {
    return contacts[meaning];
}

static bool refuse(const struct map_build *build, const struct point_settings *input, const char *key,
                   const struct setting *setting, const char *what) {
    entry_add_mistake(&input->entry, key, setting, build->mistakes, "%s", what);
    return false;
}

static bool has_meaning(const struct point_settings *input, enum map_meaning meaning) {
    return setting_given(&input->means) && input->means.number == (int64_t)meaning;
}

/* What numbers mean has no place beside a contact's meaning. */
static bool check_contact(const struct map_build *build, const struct point_settings *input) {
    const struct {
        const char *key;
        const struct setting *setting;
    } strangers[] = {
        {"quantity", &input->quantity},  {"unit", &input->unit},         {"scale", &input->scale},
        {"offset", &input->offset},      {"raw", &input->raw},           {"value", &input->value},
        {"states", input->states.items}, {"absent", input->absent.items}};
    bool right = true;
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
        if (strangers[i].setting && setting_given(strangers[i].setting))
            right = refuse(build, input, strangers[i].key, strangers[i].setting,
                           "goes without \"means\", which says all of a contact");
    if (setting_given(&input->source.type))
        right = refuse(build, input, "type", &input->source.type,
                       "a contact is a coil, a discrete input, or a \"bit\" of a register");
    if (has_meaning(input, MEANS_CONTACT) && setting_given(&input->when))
        right = refuse(build, input, "when", &input->when,
                       "a plain contact is published as it is: closed or not");
    if (!has_meaning(input, MEANS_CONTACT) && !setting_given(&input->when))
        right = refuse(build, input, "when", &input->when,
                       "is missing: closed or open, the contact's position in which it means that");
    return right;
}

static bool set_contact(const struct map_build *build, const struct point_settings *input,
                        struct point *point) {
    const struct contact *contact = &contacts[input->means.number];
    bool when_closed = input->when.number == 1 || has_meaning(input, MEANS_CONTACT);
    if (!check_contact(build, input) || !map_source(build, &input->entry, "", &input->source, &point->source))
        return false;
    if (point->source.wire != BIT)
        return refuse(build, input, "bit", &input->source.bit, "is missing: which bit of the register");
    struct meaning *states = map_take(build, 2, sizeof(*states));
    if (!states)
        return false;
    states[0] = (struct meaning){1, when_closed ? contact->active : contact->inactive};
    states[1] = (struct meaning){0, when_closed ? contact->inactive : contact->active};
    point->quantity = contact->quantity;
    point->unit = ONE;
    point->states = states;
    point->n_states = 2;
    point->at.part = contact->part;
    if (setting_given(&input->rate))
        point->rate = (enum rate)input->rate.number;
    else if (input->means.number == MEANS_EPO)
        point->rate = RATE_FAST;
    return map_place(build, &input->entry, &input->at, &point->at);
}

static bool set_input(const struct map_build *build, const struct point_settings *input,
                      struct point *point) {
    if (setting_given(&input->at.point))
        return refuse(build, input, "point", &input->at.point, "an input's name is its point");
    if (!setting_given(&input->means) && !setting_given(&input->quantity))
        return refuse(build, input, "means", &input->means,
                      "is missing: what the contact means; or write \"quantity\" of an analogue input");
    if (!setting_given(&input->means) && setting_given(&input->when))
        return refuse(build, input, "when", &input->when, "goes with \"means\"");
    bool right =
        setting_given(&input->means) ? set_contact(build, input, point) : map_point(build, input, point);
    if (setting_given(&input->name))
        point->at.point = map_copy(build, input->name.text);
    return right;
}

/*
 * A breaker's trip contact and its position switch are one reading of two inputs: at rest the trip contact
 * leaves it to the position.
 */
static void join_partners(const struct map_build *build, const struct point_settings *const *written,
                          struct point *points, size_t n) {
    int64_t *rest = map_take(build, 2, sizeof(*rest));
    if (!rest)
        return;
    rest[1] = 1;
    for (size_t i = 0; i < n && has_meaning(written[i], MEANS_TRIPPED); i++)
        for (size_t k = i + 1; k < n && points[i].n_states > 0; k++)
            if (has_meaning(written[k], MEANS_BREAKER_CLOSED) && place_equal(&points[i].at, &points[k].at))
                points[i].absent = (struct absent){
                    .n = 1, .values = &rest[points[i].states[0].published == BREAKER_UNKNOWN ? 1 : 0]};
}

/* Trip contacts go first: of several sources of one reading the first that has a value counts. */
static void set_inputs(struct map_build *build, const struct point_settings *const *inputs, size_t n) {
    struct group *group = map_take(build, 1, sizeof(*group));
    struct point *points = map_take(build, n + 1, sizeof(*points));
    const struct point_settings **written = map_take(build, n + 1, sizeof(const struct point_settings *));
    build->written = map_take(build, 1, sizeof(*build->written));
    if (!group || !points || !written || !build->written)
        return;
    size_t at = 0;
    for (int trips = 1; trips >= 0; trips--) {
        for (size_t i = 0; i < n; i++) {
            bool is_trip = has_meaning(inputs[i], MEANS_TRIPPED);
            if (is_trip != (trips == 1))
                continue;
            written[at] = inputs[i];
            set_input(build, inputs[i], &points[at++]);
        }
    }
    join_partners(build, written, points, at);
    build->written[0].points = written;
    group->points = points;
    group->n_points = at;
    build->driver->groups = group;
    build->driver->n_groups = at > 0 ? 1 : 0;
}

static char *write_inputs(const struct point_settings *const *inputs, size_t n, uint16_t first_register) {
    struct text text = {0};
    text_add_format(&text, "%u", first_register);
    for (size_t i = 0; i < n; i++) {
        text_add_char(&text, '{');
        schema_write(&settings_of_input, inputs[i], &text);
        text_add_char(&text, '}');
    }
    if (text.failed)
        text_done(&text);
    return text.data;
}

const struct driver *device_map_wire(const struct driver *io, uint16_t first_register,
                                     const struct point_settings *const *inputs, size_t n,
                                     struct mistakes *mistakes) {
    size_t before = mistakes->n;
    const char *file = n > 0 ? inputs[0]->entry.at.file : "";
    struct map_build build = {.file = file, .mistakes = mistakes, .driver = map_new(NULL)};
    if (!build.driver) {
        mistakes_add(mistakes, &(struct spot){file, 0, 0}, "", "out of memory");
        return NULL;
    }
    struct driver *driver = build.driver;
    driver->name = io->name;
    driver->title = io->title;
    driver->class = io->class;
    driver->protocol = io->protocol;
    driver->sources = io->sources;
    driver->manners = io->manners;
    driver->first_register = first_register;
    set_inputs(&build, inputs, n);
    map_set_text(driver, write_inputs(inputs, n, first_register));
    if (mistakes->n == before)
        map_check(&build);
    if (mistakes->n == before)
        return driver;
    driver_release(driver);
    return NULL;
}
