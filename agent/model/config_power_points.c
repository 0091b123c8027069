/* SPDX-License-Identifier: Apache-2.0 */
/* Meters and what tells a node's state: "pdu-r01-a:inlet/1", and which gateway reads them. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/power_build.h"

/* One text that names a point. */
struct naming {
    struct power_build *build;
    uint32_t node;
    const char *key;
    const struct setting *setting;
    const struct device_settings *device;
    const struct driver *driver; /* NULL: not known here */
};

static void refuse_device(const struct naming *naming, const char *name) {
    struct power_build *build = naming->build;
    power_refuse_unknown(build, naming->node, naming->key, naming->setting, "device", name,
                         build->device_names, build->n_devices);
}

/* Phases have words of their own; what sinks and spools tell is no device's. */
static bool is_of_devices(int part) {
    return part != PART_PHASE_LINE && part != PART_PHASE_PAIR && part != PART_SINK && part != PART_SPOOL;
}

static bool set_part(const struct naming *naming, const char *word, struct power_point *point) {
    const char *words[N_PARTS];
    size_t n = 0;
    for (int i = PART_NONE + 1; i < N_PARTS; i++) {
        if (!is_of_devices(i))
            continue;
        words[n++] = catalog_part((enum part)i);
        if (strcmp(catalog_part((enum part)i), word) == 0) {
            point->part = (enum part)i;
            return true;
        }
    }
    power_refuse_unknown(naming->build, naming->node, naming->key, naming->setting, "part", word, words, n);
    return false;
}

/* "2", "2/17", or the name of an input. */
static bool set_id(const struct naming *naming, const char *id, struct power_point *point) {
    char *copy = config_copy(naming->build->build, id);
    if (!copy || *id < '0' || *id > '9') {
        point->name = copy;
        return copy && *copy;
    }
    bool right = true;
    for (char *rest = copy, *piece; right && (piece = strsep(&rest, "/")) != NULL;) {
        int64_t number;
        right = point->depth < PLACE_DEPTH && text_to_integer(piece, &number) == 0 && number <= 999999999;
        if (right)
            point->id[point->depth++] = (uint32_t)number;
    }
    if (!right)
        power_refuse(naming->build, naming->node, naming->key, naming->setting,
                     "\"%.60s\" must be a number, or up to %d with slashes from outer to inner: 2/17", id,
                     PLACE_DEPTH);
    free(copy);
    return right;
}

static bool captures(const struct match *match, enum part part) {
    bool found = false;
    for (size_t i = 0; i < MATCH_CAPTURES; i++)
        found |= match->captures[i] == part;
    return found;
}

/* Whether a point's place may be of the part: by its own word, its group's, or what is numbered. */
static bool may_be_of(const struct group *group, const struct point *point, enum part part) {
    bool found = point->at.part == part || group->at.part == part || captures(&group->only, part) ||
                 captures(&point->only, part);
    for (size_t i = 0; i < group->depth; i++)
        found |= group->over[i].part == part;
    return found;
}

/* Whether the driver tells anything of such a part, or of its input of that name. */
static bool tells(const struct driver *driver, enum part part, const char *named) {
    for (size_t i = 0; i < driver->n_groups; i++) {
        const struct group *group = &driver->groups[i];
        for (size_t k = 0; k < group->n_points; k++) {
            const char *name = group->points[k].at.point;
            if (may_be_of(group, &group->points[k], part) && (!named || (name && strcmp(name, named) == 0)))
                return true;
        }
    }
    return false;
}

/* An input of remote I/O has a name. */
static void check_part(const struct naming *naming, const struct power_point *point) {
    const struct driver *driver = naming->driver;
    if (!driver || point->part == PART_NONE || tells(driver, point->part, point->name))
        return;
    struct text parts = {0};
    for (int i = PART_NONE + 1; i < N_PARTS && !point->name; i++)
        if (is_of_devices(i) && tells(driver, (enum part)i, NULL))
            text_add_format(&parts, "%s%s", parts.size ? ", " : "; it has ", catalog_part((enum part)i));
    power_refuse(naming->build, naming->node, naming->key, naming->setting, "\"%.100s\" (%s) has no %s%s%s%s",
                 naming->device->name.text, driver->name, catalog_part(point->part), point->name ? " " : "",
                 point->name ? point->name : "", parts.data ? parts.data : "");
    text_done(&parts);
}

/* A device's name may hold a colon, or begin with a minus: what is one as a whole is taken as one. */
static bool find_device(struct naming *naming, char *text, char **place) {
    const struct power_build *build = naming->build;
    uint32_t number = power_find_name(&build->devices, text);
    char *colon = number == POWER_NO_NODE ? strrchr(text, ':') : NULL;
    *place = NULL;
    if (colon) {
        *colon = '\0';
        *place = colon + 1;
        number = power_find_name(&build->devices, text);
    }
    if (number == POWER_NO_NODE)
        return false;
    naming->device = build->device_settings[number];
    naming->driver = build->device_configs[number] ? build->device_configs[number]->driver : NULL;
    return true;
}

/* Takes `text`, which it cuts apart. */
static bool set_point(struct naming *naming, char *text, struct power_point *point) {
    char *place, *first = text;
    point->sign = 1;
    bool found = find_device(naming, first, &place);
    if (!found && *text == '-') {
        first = text + 1 + strspn(text + 1, " ");
        if (place)
            place[-1] = ':';
        point->sign = -1;
        found = find_device(naming, first, &place);
    }
    if (!found) {
        refuse_device(naming, first);
        return false;
    }
    point->device = config_copy(naming->build->build, naming->device->name.text);
    point->at = power_keep_spot(naming->build, &naming->setting->at);
    char *id = place ? strchr(place, '/') : NULL;
    if (id)
        *id++ = '\0';
    if ((place && !set_part(naming, place, point)) || (id && !set_id(naming, id, point)))
        return false;
    check_part(naming, point);
    return true;
}

/* The gateway that reads all its points; "" where every one does. */
static void check_gateway(struct naming *naming, const char **gateway) {
    const char *reads = naming->device->gateway.text;
    if (!*reads)
        return;
    if (!**gateway)
        *gateway = reads;
    else if (!text_same_name(*gateway, reads))
        power_refuse(naming->build, naming->node, naming->key, naming->setting,
                     "\"%.100s\" is read by gateway %.60s, the node is gateway %.60s's",
                     naming->device->name.text, reads, *gateway);
}

static bool add_point(struct power_build *build, uint32_t number, const char *key,
                      const struct setting *setting, const char **gateway, struct power_point *point) {
    struct naming naming = {build, number, key, setting, NULL, NULL};
    char *copy = config_copy(build->build, setting->text);
    bool right = copy && set_point(&naming, copy, point);
    if (right)
        check_gateway(&naming, gateway);
    free(copy);
    return right;
}

static struct power_point *make_point(struct power_build *build, uint32_t number, const char *key,
                                      const struct setting *setting, const char **gateway) {
    struct power_point *point = setting_given(setting) ? power_take(build, 1, sizeof(*point)) : NULL;
    if (point)
        add_point(build, number, key, setting, gateway, point);
    return point;
}

void power_build_points(struct power_build *build, uint32_t number) {
    const struct power_node_settings *settings = build->written[number];
    struct power_node *node = &build->power->nodes[number];
    const struct setting *meters = settings->meters.items;
    const char *gateway = settings->gateway.text;
    node->meters = settings->meters.n ? power_take(build, settings->meters.n, sizeof(*node->meters)) : NULL;
    for (size_t i = 0; node->meters && i < settings->meters.n; i++)
        add_point(build, number, "meters", &meters[i], &gateway, &node->meters[node->n_meters++]);
    node->device = make_point(build, number, "device", &settings->device, &gateway);
    node->breaker = make_point(build, number, "breaker", &settings->breaker, &gateway);
    node->gateway = config_copy(build->build, gateway);
}
