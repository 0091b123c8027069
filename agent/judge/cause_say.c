/* SPDX-License-Identifier: Apache-2.0 */
/* What an alarm takes along, in one line: its consequences by kind, and racks that are left on one feed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/cause.h"
#include "judge/silence.h"

enum { KINDS_MOST = 8 };

struct kind {
    const char *class, *counted;
    uint32_t n;
};

/* Of devices, in the plural. */
static const char *const classes[N_CLASSES] = {
    [CLASS_NONE] = "devices",     [CLASS_PDU] = "PDUs",          [CLASS_UPS] = "UPSes",
    [CLASS_DC] = "DC plants",     [CLASS_CHILLER] = "chillers",  [CLASS_AIR] = "air units",
    [CLASS_LIQUID] = "CDUs",      [CLASS_METER] = "meters",      [CLASS_SHELF] = "shelves",
    [CLASS_SWITCH] = "switches",  [CLASS_GENSET] = "generators", [CLASS_SENSOR] = "sensors",
    [CLASS_IO] = "remote inputs",
};

static void count(struct kind *kinds, size_t *n, const char *class, const char *counted) {
    size_t i = 0;
    while (i < *n && (kinds[i].class != class || strcmp(kinds[i].counted, counted) != 0))
        i++;
    if (i == KINDS_MOST)
        return;
    if (i == *n)
        kinds[(*n)++] = (struct kind){.class = class, .counted = counted};
    kinds[i].n++;
}

static size_t count_all(const struct alarms *alarms, const struct alarm *root, struct kind *kinds) {
    size_t n_alarms, n = 0;
    const struct alarm *all = alarm_engine_all(alarms->engine, &n_alarms);
    for (size_t i = 0; i < n_alarms; i++) {
        if (!all[i].is_up || cause_root(alarms, &all[i]) != root)
            continue;
        const struct about *about = &alarms->abouts[all[i].condition];
        bool is_device = about->rule->on == ON_SILENCE && about->device != NO_DEVICE;
        count(kinds, &n, is_device ? classes[alarms->devices[about->device].class] : "",
              about->rule->counted != NULL ? about->rule->counted : "other alarms");
    }
    return n;
}

static int compare_kinds(const void *left, const void *right) {
    const struct kind *a = left, *b = right;
    return (b->n > a->n) - (b->n < a->n);
}

/* Racks behind the node that another source feeds still. */
static uint32_t count_racks(const struct alarms *alarms, const struct judged *judged, uint32_t node) {
    const struct topology *topology = alarms->topology;
    uint8_t *seen = calloc(topology->n_nodes, 1);
    uint32_t n = 0;
    if (seen == NULL)
        return 0;
    seen[node] = 1;
    /* Sources have smaller numbers than what they feed: one pass finds all that is behind. */
    for (uint32_t to = node + 1; to < topology->n_nodes; to++) {
        const struct edge_run *run = &topology->sources[to];
        bool is_live = false;
        for (uint32_t edge = run->first; edge < run->first + run->n; edge++) {
            uint32_t from = topology->edges[edge].from;
            seen[to] |= seen[from];
            is_live = is_live || (!seen[from] && judged->supply[from] == SUPPLY_LIVE);
        }
        n += seen[to] && is_live && judged->power->nodes[to].kind == POWER_RACK;
    }
    free(seen);
    return n;
}

static bool loses_supply(const struct rule *rule) {
    return strcmp(rule->life.name, "bus_dead") == 0 || strcmp(rule->life.name, "breaker_trip") == 0 ||
           (rule->on == ON_SILENCE && rule->special == LOST_FEED);
}

void cause_write_consequences(const struct alarms *alarms, const struct judged *judged,
                              const struct alarm *alarm, char *text, size_t size) {
    struct kind kinds[KINDS_MOST];
    const struct about *about = &alarms->abouts[alarm->condition];
    size_t n = alarm->n_consequences > 0 ? count_all(alarms, alarm, kinds) : 0, used = 0;
    text[0] = 0;
    if (n > 0)
        qsort(kinds, n, sizeof(kinds[0]), compare_kinds);
    for (size_t i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%u %s%s%s", used > 0 ? ", " : "", kinds[i].n,
                                 kinds[i].class, kinds[i].class[0] != 0 ? " " : "", kinds[i].counted);
    if (!alarm->is_up || !loses_supply(about->rule))
        return;
    uint32_t racks = 0;
    if (about->node != POWER_NO_NODE && judged != NULL && judged->supply != NULL)
        racks = count_racks(alarms, judged, about->node);
    else if (about->group != NO_GROUP)
        racks = silence_count_racks(alarms, about->group);
    if (racks > 0 && used < size)
        snprintf(text + used, size - used, "%s%u rack%s on one feed", used > 0 ? ", " : "", racks,
                 racks == 1 ? "" : "s");
}
