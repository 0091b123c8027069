/* SPDX-License-Identifier: Apache-2.0 */
/* Who has not been heard for too long, alone or with others. */
#include "judge/silence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "judge/device_conditions.h"
#include "judge/silence_inside.h"

enum {
    LOOK_MS = 200,
    NOTE_MS = 1000,             /* loads of PDUs */
    START_MS = 20 * 1000,       /* how long all devices have to answer first */
    DEFAULT_INTERVAL_MS = 5000, /* of a device that says none */
    BUS_FEWEST = 2
};

/* --- groups --- */

static bool is_group_of(const struct silent_group *group, const struct device_config *config,
                        const char *bus) {
    if (bus != NULL)
        return !group->is_feed && strcmp(group->name, bus) == 0;
    return group->is_feed && strcmp(group->first->hall, config->hall) == 0 &&
           strcmp(group->first->row, config->row) == 0 && strcmp(group->first->feed, config->feed) == 0;
}

/* The group's number; NO_GROUP when out of memory. `bus` NULL: of a feed. */
static uint32_t join(struct silence *silence, const struct device_config *config, const char *bus,
                     uint32_t device) {
    size_t at = 0;
    while (at < silence->n_groups && !is_group_of(&silence->groups[at], config, bus))
        at++;
    if (at == silence->room) {
        size_t room = silence->room == 0 ? 64 : silence->room * 2;
        struct silent_group *grown = realloc(silence->groups, room * sizeof(*grown));
        if (grown == NULL)
            return NO_GROUP;
        silence->groups = grown;
        silence->room = room;
    }
    struct silent_group *group = &silence->groups[at];
    if (at == silence->n_groups) {
        char name[200];
        snprintf(name, sizeof(name), "row %s feed %s", config->row, config->feed);
        *group = (struct silent_group){.name = strdup(bus != NULL ? bus : name),
                                       .first = config,
                                       .is_feed = bus == NULL,
                                       .node = POWER_NO_NODE,
                                       .conditions = {ALARM_NO_CONDITION, ALARM_NO_CONDITION},
                                       .fell_ms = INT64_MIN};
        if (group->name == NULL)
            return NO_GROUP;
        silence->n_groups++;
    }
    uint32_t *grown = (group->n & (group->n - 1)) == 0
                          ? realloc(group->members, (group->n == 0 ? 1 : group->n * 2) * sizeof(uint32_t))
                          : group->members;
    if (grown == NULL)
        return NO_GROUP;
    group->members = grown;
    group->members[group->n++] = device;
    return (uint32_t)at;
}

static int join_all(struct alarms *alarms, struct silence *silence) {
    for (uint32_t i = 0; i < alarms->n_devices; i++) {
        struct device_watch *watch = &alarms->devices[i];
        const struct device_config *config = watch->config;
        char bus[300];
        device_url_write_bus(&config->url, bus, sizeof(bus));
        watch->bus = join(silence, config, bus, i);
        if (watch->bus == NO_GROUP)
            return ERROR_MEMORY;
        if (watch->class != CLASS_PDU || config->row[0] == 0 || config->feed[0] == 0)
            continue;
        watch->feed = join(silence, config, NULL, i);
        if (watch->feed == NO_GROUP)
            return ERROR_MEMORY;
    }
    return 0;
}

static uint32_t add_condition(struct alarms *alarms, const struct silent_group *group, uint32_t number,
                              const char *name) {
    const struct rule *rule = alarms_rule(alarms, name);
    if (rule == NULL)
        return ALARM_NO_CONDITION;
    char subject[400];
    snprintf(subject, sizeof(subject), "%s %s", group->is_feed ? group->first->hall : "", group->name);
    struct about about = {.rule = rule,
                          .node = group->node,
                          .device = NO_DEVICE,
                          .series = NO_SERIES,
                          .group = number,
                          .key = alarm_key(name, subject, NULL)};
    int64_t delay_ms = group->is_feed ? rule->life.on_delay_ms : 0; /* a line's is counted from silence */
    return alarms_add(alarms, &about, delay_ms, rule->life.off_delay_ms, NULL);
}

int silence_new(struct alarms *alarms, struct silence **silence) {
    struct silence *new = calloc(1, sizeof(*new));
    *silence = new;
    if (new == NULL)
        return ERROR_MEMORY;
    new->looked_ms = new->noted_ms = new->shifted_ms = INT64_MIN;
    new->device_rules[SILENT_DEVICE] = alarms_rule(alarms, "device_silent");
    new->device_rules[SILENT_CRITICAL_DEVICE] = alarms_rule(alarms, "critical_device_silent");
    if (join_all(alarms, new) != 0)
        return ERROR_MEMORY;
    for (uint32_t i = 0; i < new->n_groups; i++) {
        struct silent_group *group = &new->groups[i];
        if (!group->is_feed && group->n >= BUS_FEWEST) {
            group->conditions[0] = add_condition(alarms, group, i, "bus_silent");
        } else if (group->is_feed && group->n >= FEED_FEWEST) {
            if (alarms->topology != NULL)
                silence_find_feeder(alarms, group);
            group->conditions[0] = add_condition(alarms, group, i, "feed_silent");
            group->conditions[1] = add_condition(alarms, group, i, "feed_lost");
        }
    }
    return 0;
}

void silence_free(struct silence *silence) {
    if (silence == NULL)
        return;
    for (size_t i = 0; i < silence->n_groups; i++) {
        free(silence->groups[i].name);
        free(silence->groups[i].members);
    }
    free(silence->groups);
    free(silence);
}

const char *silence_group_name(const struct silence *silence, uint32_t group) {
    return silence->groups[group].name;
}

const struct device_watch *silence_group_device(const struct alarms *alarms, uint32_t group) {
    return &alarms->devices[alarms->silence->groups[group].members[0]];
}

uint32_t silence_count_racks(const struct alarms *alarms, uint32_t group) {
    const struct silent_group *of = &alarms->silence->groups[group];
    uint32_t n = 0;
    for (uint32_t i = 0; i < of->n; i++) {
        const struct device_watch *watch = &alarms->devices[of->members[i]];
        bool counts = watch->is_overdue && watch->config->rack[0] != 0;
        for (uint32_t k = 0; k < i && counts; k++) {
            const struct device_watch *other = &alarms->devices[of->members[k]];
            counts = !other->is_overdue || strcmp(other->config->rack, watch->config->rack) != 0;
        }
        n += counts;
    }
    return n;
}

/* --- readings --- */

void silence_bind(struct device_watch *watch) {
    watch->has_leak_sensor = false;
    for (size_t i = 0; i < watch->view->n_series; i++)
        watch->has_leak_sensor = watch->has_leak_sensor || watch->view->series[i].quantity == LEAK_STATE;
}

static bool is_of_health(enum quantity quantity) {
    return quantity >= DEVICE_UP && quantity <= POINTS_PARKED;
}

bool silence_tells_more_than_health(const struct device_view *view) {
    for (size_t i = 0; i < view->n_series; i++)
        if (!is_of_health(view->series[i].quantity))
            return true;
    return false;
}

static bool has_good_reading(const struct batch *batch) {
    for (uint32_t i = 0; i < batch->n; i++)
        if (batch->qualities[i] == QUALITY_GOOD && batch->first + i < batch->view->n_series &&
            !is_of_health(batch->view->series[batch->first + i].quantity))
            return true;
    return false;
}

void silence_take(struct alarms *alarms, struct device_watch *watch, const struct batch *batch,
                  const struct judge_time *time) {
    watch->has_left = false;
    if (!has_good_reading(batch))
        return;
    watch->last_good_ms = time->monotonic_ms;
    watch->has_spoken = true;
    watch->is_overdue = false;
    if (batch->time_ms == watch->counted_ms)
        return; /* of the same poll: one read */
    watch->counted_ms = batch->time_ms;
    for (size_t i = 0; i < 2; i++)
        if (watch->silent[i] != ALARM_NO_CONDITION)
            alarm_engine_offer(alarms->engine, watch->silent[i], FINDING_CLEAR, 0, 0, time->monotonic_ms);
}

/* --- devices --- */

int64_t silence_interval_ms(const struct device_watch *watch) {
    int64_t interval_ms = watch->config->interval_ms[RATE_NORMAL];
    return interval_ms > 0 ? interval_ms : DEFAULT_INTERVAL_MS;
}

/* How long it is not heard until it is silent: 3 polls, or the rule's delay where that is longer. */
static int64_t needed_ms(const struct device_watch *watch, const struct rule *rule) {
    int64_t polls_ms = 3 * silence_interval_ms(watch);
    return rule->life.on_delay_ms > polls_ms ? rule->life.on_delay_ms : polls_ms;
}

/* The same from when it is overdue. */
static int64_t delay_of(const struct device_watch *watch, const struct rule *rule) {
    return needed_ms(watch, rule) - 2 * silence_interval_ms(watch);
}

/* Where its whole line falls silent it waits for that, not for long: else each would be shown, and hidden
 * again. */
static bool waits_for_bus(const struct alarms *alarms, const struct device_watch *watch,
                          const struct rule *rule, int64_t now_ms) {
    return alarms->silence->groups[watch->bus].is_falling && !rule->life.is_never_suppressed &&
           now_ms - watch->last_good_ms < 2 * needed_ms(watch, rule);
}

uint32_t silence_condition(struct alarms *alarms, uint32_t device, const struct rule *rule,
                           const struct judge_time *time) {
    struct device_watch *watch = &alarms->devices[device];
    uint32_t *condition = &watch->silent[rule->special == SILENT_CRITICAL_DEVICE];
    if (*condition != ALARM_NO_CONDITION)
        return *condition;
    struct about about = {.rule = rule,
                          .node = watch->home,
                          .device = device,
                          .series = NO_SERIES,
                          .group = NO_GROUP,
                          .key = alarm_key(rule->life.name, watch->config->name, NULL)};
    *condition = alarms_add(alarms, &about, delay_of(watch, rule), rule->life.off_delay_ms, time);
    return *condition;
}

static bool is_critical(const struct device_watch *watch) {
    return watch->class == CLASS_UPS || watch->class == CLASS_SWITCH || watch->class == CLASS_LIQUID ||
           watch->class == CLASS_GENSET || watch->has_leak_sensor;
}

/* By which of the two rules: the one whose alarm stands from before a restart, when what it had is not known
 * yet. */
static const struct rule *rule_of(const struct alarms *alarms, const struct device_watch *watch) {
    const struct rule *const *rules = alarms->silence->device_rules;
    for (size_t i = 0; i < 2; i++) {
        const struct alarm *alarm = watch->silent[i] != ALARM_NO_CONDITION
                                        ? alarm_engine_look(alarms->engine, watch->silent[i])
                                        : NULL;
        if (alarm != NULL && alarm->is_up)
            return rules[i];
    }
    return rules[is_critical(watch)];
}

static void look_at_device(struct alarms *alarms, uint32_t device, const struct judge_time *time) {
    struct device_watch *watch = &alarms->devices[device];
    int64_t now_ms = time->monotonic_ms;
    if (watch->config == NULL || watch->has_left)
        return;
    if (watch->last_good_ms == INT64_MIN)
        watch->last_good_ms = now_ms + START_MS;
    if (now_ms - watch->last_good_ms <= 2 * silence_interval_ms(watch))
        return;
    if (!watch->is_overdue)
        device_conditions_lose(alarms, watch, now_ms);
    watch->is_overdue = true;
    const struct rule *rule = rule_of(alarms, watch);
    uint32_t condition = rule != NULL ? silence_condition(alarms, device, rule, time) : ALARM_NO_CONDITION;
    if (condition == ALARM_NO_CONDITION)
        return;
    bool waits = waits_for_bus(alarms, watch, rule, now_ms);
    alarm_engine_offer(alarms->engine, condition, waits ? FINDING_UNKNOWN : FINDING_BREACHED, (double)NAN,
                       (double)NAN, now_ms);
    alarm_engine_date(alarms->engine, condition, watch->last_good_ms);
}

/* --- lines and gateways --- */

static void look_at_bus(struct alarms *alarms, struct silent_group *group, int64_t now_ms) {
    if (group->conditions[0] == ALARM_NO_CONDITION)
        return;
    int64_t newest_ms = INT64_MIN;
    bool all = true, has_any_spoken = false;
    for (uint32_t i = 0; i < group->n; i++) {
        const struct device_watch *watch = &alarms->devices[group->members[i]];
        bool may_speak = !watch->is_overdue && !watch->has_left;
        all = all && !may_speak;
        has_any_spoken = has_any_spoken || (may_speak && watch->has_spoken);
        if (watch->is_overdue && watch->last_good_ms > newest_ms)
            newest_ms = watch->last_good_ms;
    }
    const struct rule *rule = alarms->abouts[group->conditions[0]].rule;
    bool is_silent = all && newest_ms != INT64_MIN && now_ms - newest_ms >= rule->life.on_delay_ms;
    group->is_falling = all && !is_silent;
    if (!is_silent && !has_any_spoken)
        return;
    alarm_engine_offer(alarms->engine, group->conditions[0], is_silent ? FINDING_BREACHED : FINDING_CLEAR,
                       (double)NAN, (double)NAN, now_ms);
    if (is_silent)
        alarm_engine_date(alarms->engine, group->conditions[0], newest_ms);
}

void silence_tick(struct alarms *alarms, const struct judge_time *time) {
    struct silence *silence = alarms->silence;
    int64_t now_ms = time->monotonic_ms;
    if (silence->looked_ms != INT64_MIN && now_ms - silence->looked_ms < LOOK_MS)
        return;
    silence->looked_ms = now_ms;
    if (silence->noted_ms == INT64_MIN || now_ms - silence->noted_ms >= NOTE_MS) {
        silence_note_loads(alarms, now_ms);
        silence->noted_ms = now_ms;
    }
    for (uint32_t i = 0; i < alarms->n_devices; i++)
        look_at_device(alarms, i, time);
    for (size_t i = 0; i < silence->n_groups; i++) {
        if (silence->groups[i].is_feed)
            silence_look_at_feed(alarms, &silence->groups[i], now_ms);
        else
            look_at_bus(alarms, &silence->groups[i], now_ms);
    }
}
