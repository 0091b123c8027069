/* SPDX-License-Identifier: Apache-2.0 */
/* What an alarm takes along, in one line: its consequences by kind, and racks that are left on one feed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/cause.h"
#include "judge/silence.h"

enum { KINDS_MOST = 8 };

struct kind {
    const char *const *class, *const *counted; /* one, several */
    uint32_t n;
};

/* Of devices; in consequences of nodes none. */
static const char *const nothing[2] = {"", ""};
static const char *const others[2] = {"other alarm", "other alarms"};
static const char *const classes[N_CLASSES][2] = {
    [CLASS_NONE] = {"device", "devices"},
    [CLASS_PDU] = {"PDU", "PDUs"},
    [CLASS_UPS] = {"UPS", "UPSes"},
    [CLASS_DC] = {"DC plant", "DC plants"},
    [CLASS_CHILLER] = {"chiller", "chillers"},
    [CLASS_AIR] = {"air unit", "air units"},
    [CLASS_LIQUID] = {"CDU", "CDUs"},
    [CLASS_METER] = {"meter", "meters"},
    [CLASS_SHELF] = {"shelf", "shelves"},
    [CLASS_SWITCH] = {"switch", "switches"},
    [CLASS_GENSET] = {"generator", "generators"},
    [CLASS_SENSOR] = {"sensor", "sensors"},
    [CLASS_IO] = {"remote input", "remote inputs"},
};

static void count(struct kind *kinds, size_t *n, const char *const *class, const char *const *counted) {
    size_t i = 0;
    while (i < *n && (kinds[i].class != class || strcmp(kinds[i].counted[1], counted[1]) != 0))
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
        count(kinds, &n, is_device ? classes[alarms->devices[about->device].class] : nothing,
              about->rule->counted[0] != NULL ? about->rule->counted : others);
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
    for (size_t i = 0; i < n && used < size; i++) {
        const char *class = kinds[i].class[kinds[i].n > 1], *counted = kinds[i].counted[kinds[i].n > 1];
        used += (size_t)snprintf(text + used, size - used, "%s%u %s%s%s", used > 0 ? ", " : "", kinds[i].n,
                                 class, class[0] != 0 ? " " : "", counted);
    }
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
