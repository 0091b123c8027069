/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The feed of a row whose PDUs fell silent at one instant: lost, where the other feed of the row took their
 * load at that instant; else silent, for it may be their network.
 */
#include <math.h>
#include <string.h>

#include "judge/silence_inside.h"

enum {
    SHIFT_MS = 15 * 1000,   /* of the loads before */
    TOGETHER_MS = 10 * 1000 /* within what PDUs of a feed fall silent, at least */
};

#define STEP_LEAST 0.3 /* of the load of a lost feed that its partners must take on */

/* --- what feeds all of a group --- */

enum { ANCESTORS_MOST = 64 };

static size_t list_ancestors(const struct topology *topology, uint32_t node, uint32_t *list) {
    size_t n = 0;
    list[n++] = node;
    for (size_t at = 0; at < n; at++) {
        const struct edge_run *run = &topology->sources[list[at]];
        for (uint32_t k = run->first; k < run->first + run->n && n < ANCESTORS_MOST; k++)
            list[n++] = topology->edges[k].from;
    }
    return n;
}

static bool has(const uint32_t *list, size_t n, uint32_t node) {
    for (size_t i = 0; i < n; i++)
        if (list[i] == node)
            return true;
    return false;
}

void silence_find_feeder(const struct alarms *alarms, struct silent_group *group) {
    uint32_t common[ANCESTORS_MOST], others[ANCESTORS_MOST];
    size_t n = 0;
    for (uint32_t i = 0; i < group->n; i++) {
        uint32_t home = alarms->devices[group->members[i]].home;
        if (home == POWER_NO_NODE)
            return;
        if (i == 0) {
            n = list_ancestors(alarms->topology, home, common);
            continue;
        }
        size_t n_others = list_ancestors(alarms->topology, home, others), kept = 0;
        for (size_t k = 0; k < n; k++)
            if (has(others, n_others, common[k]))
                common[kept++] = common[k];
        n = kept;
    }
    if (n > 0)
        group->node = common[0];
}

/* --- feeds --- */

static double load_of(const struct device_watch *watch) {
    double total = (double)NAN, phases = (double)NAN;
    for (size_t i = 0; watch->view != NULL && i < watch->view->n_series; i++) {
        const struct series *series = &watch->view->series[i];
        enum part part = series->place.part;
        if (series->quantity != ACTIVE_POWER || isnan(watch->values[i]) ||
            (part != PART_NONE && part != PART_INLET && part != PART_INPUT))
            continue;
        double *sum = series->place.phase >= PHASE_L1 && series->place.phase <= PHASE_L3 ? &phases : &total;
        *sum = (isnan(*sum) ? 0 : *sum) + watch->values[i];
    }
    return isnan(total) ? phases : total;
}

void silence_note_loads(struct alarms *alarms, int64_t now_ms) {
    struct silence *silence = alarms->silence;
    bool shifts = silence->shifted_ms == INT64_MIN || now_ms - silence->shifted_ms >= SHIFT_MS;
    if (shifts)
        silence->shifted_ms = now_ms;
    for (size_t i = 0; i < alarms->n_devices; i++) {
        struct device_watch *watch = &alarms->devices[i];
        if (watch->feed == NO_GROUP)
            continue;
        double watts = load_of(watch);
        if (!isnan(watts))
            watch->watts = watts;
        if (!shifts)
            continue;
        watch->watts_before[1] = watch->watts_before[0];
        watch->watts_before[0] = watch->watts;
    }
}

static int64_t together_ms(const struct alarms *alarms, const struct silent_group *group) {
    int64_t window_ms = 2 * silence_interval_ms(&alarms->devices[group->members[0]]);
    return window_ms > TOGETHER_MS ? window_ms : TOGETHER_MS;
}

/* Of those who fell silent about `fell_ms`: how many, what load they had, and whether they are behind more
 * than one line. */
struct fallen {
    uint32_t n, n_others; /* others: silent since another time */
    double watts;
    bool many_lines;
};

static struct fallen count_fallen(const struct alarms *alarms, const struct silent_group *group,
                                  int64_t fell_ms) {
    struct fallen fallen = {0};
    uint32_t bus = NO_GROUP;
    int64_t window_ms = together_ms(alarms, group);
    for (uint32_t i = 0; i < group->n; i++) {
        const struct device_watch *watch = &alarms->devices[group->members[i]];
        if (watch->has_left || !watch->is_overdue) {
            fallen.n_others += watch->has_left;
            continue;
        }
        if (watch->last_good_ms < fell_ms - window_ms || watch->last_good_ms > fell_ms + window_ms) {
            fallen.n_others++;
            continue;
        }
        fallen.n++;
        fallen.watts += isnan(watch->watts) ? 0 : watch->watts;
        fallen.many_lines = fallen.many_lines || (bus != NO_GROUP && bus != watch->bus);
        bus = watch->bus;
    }
    return fallen;
}

static int64_t newest_fall(const struct alarms *alarms, const struct silent_group *group) {
    int64_t newest_ms = INT64_MIN;
    for (uint32_t i = 0; i < group->n; i++) {
        const struct device_watch *watch = &alarms->devices[group->members[i]];
        if (watch->is_overdue && watch->last_good_ms > newest_ms)
            newest_ms = watch->last_good_ms;
    }
    return newest_ms;
}

/* What the other feeds of the row carry more than before. */
static double partners_step(const struct alarms *alarms, const struct silent_group *group) {
    double step = 0;
    for (size_t i = 0; i < alarms->silence->n_groups; i++) {
        const struct silent_group *other = &alarms->silence->groups[i];
        if (!other->is_feed || other == group || strcmp(other->first->row, group->first->row) != 0 ||
            strcmp(other->first->hall, group->first->hall) != 0)
            continue;
        for (uint32_t k = 0; k < other->n; k++) {
            const struct device_watch *watch = &alarms->devices[other->members[k]];
            double more = watch->watts - watch->watts_before[1];
            step += watch->is_overdue || isnan(more) ? 0 : more;
        }
    }
    return step;
}

/* From before a restart, too, when what its partners took on cannot be seen any more. */
static bool is_known_lost(const struct alarms *alarms, const struct silent_group *group) {
    const struct alarm *alarm = group->conditions[1] != ALARM_NO_CONDITION
                                    ? alarm_engine_look(alarms->engine, group->conditions[1])
                                    : NULL;
    return alarm != NULL && alarm->is_up;
}

void silence_look_at_feed(struct alarms *alarms, struct silent_group *group, int64_t now_ms) {
    int64_t newest_ms = group->fell_ms != INT64_MIN ? group->fell_ms : newest_fall(alarms, group);
    if (newest_ms == INT64_MIN)
        return;
    struct fallen fallen = count_fallen(alarms, group, newest_ms);
    bool is_silent =
        fallen.n >= FEED_FEWEST && fallen.many_lines && 2 * fallen.n >= group->n - fallen.n_others;
    if (is_silent && group->fell_ms == INT64_MIN) {
        group->fell_ms = newest_ms;
        group->is_lost = is_known_lost(alarms, group) ||
                         (fallen.watts > 0 && partners_step(alarms, group) >= STEP_LEAST * fallen.watts);
    }
    if (!is_silent)
        group->fell_ms = INT64_MIN;
    for (size_t i = 0; i < 2; i++) {
        bool breached = is_silent && group->is_lost == (i == 1);
        if (group->conditions[i] == ALARM_NO_CONDITION)
            continue;
        alarm_engine_offer(alarms->engine, group->conditions[i], breached ? FINDING_BREACHED : FINDING_CLEAR,
                           (double)NAN, (double)NAN, now_ms);
        if (breached)
            alarm_engine_date(alarms->engine, group->conditions[i], newest_ms);
    }
}
