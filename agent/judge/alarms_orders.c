/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operators order (reset, out of service), what was kept over a restart, and the measures of how the
 * alarms fare (ISA-18.2, EEMUA 191).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/alarms_inside.h"
#include "judge/silence.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000,
    NOTE_MOST = 300,
    JOURNAL_MS = 5000 /* within which the operators' journal is read after a start */
};
static const double time_most_s = 253402300800; /* the year 10000 */

/* --- over a restart --- */

static bool restore_as(struct alarms *alarms, uint32_t condition, enum alarm_state state, int64_t since_ms,
                       int64_t changed_ms, const struct judge_time *time) {
    int64_t age_ms = time->wall_ms > since_ms ? time->wall_ms - since_ms : 0;
    if (alarm_engine_restore(alarms->engine, condition, state, age_ms, time->monotonic_ms) != 0)
        return false;
    struct alarm *alarm = alarm_engine_look(alarms->engine, condition);
    alarm->since_ms = since_ms;
    alarm->changed_ms = changed_ms;
    alarms->has_new_states = true;
    return true;
}

static bool has_id(const struct about *about, const char *id, uint32_t key) {
    char own[sizeof(((struct alarm_record *)0)->id)];
    if (about->key != key)
        return false;
    alarm_write_id(about, own, sizeof(own));
    return strcmp(own, id) == 0;
}

/* The condition of that id, ALARM_NO_CONDITION: there is none yet. */
static uint32_t find_condition(const struct alarms *alarms, const char *id) {
    const char *digits = strrchr(id, '-');
    uint32_t key = digits != NULL ? (uint32_t)strtoul(digits + 1, NULL, 16) : 0;
    for (uint32_t i = 0; i < alarms->n_abouts; i++)
        if (has_id(&alarms->abouts[i], id, key))
            return i;
    return ALARM_NO_CONDITION;
}

static uint32_t find_device(const struct alarms *alarms, const char *name) {
    for (uint32_t i = 0; i < alarms->config->n_devices; i++)
        if (strcmp(alarms->config->devices[i].name, name) == 0)
            return i;
    return NO_DEVICE;
}

/* The entry of a node in the list of those out of service, made if need be; NULL when out of memory. */
static struct node_out *out_of(struct alarms *alarms, uint32_t node, const struct judge_time *time) {
    for (struct node_out *out = alarms->outs; out != NULL; out = out->next)
        if (out->node == node)
            return out;
    const struct rule *rule = alarms_rule(alarms, "out_of_service");
    struct node_out *out = calloc(1, sizeof(*out));
    if (out == NULL)
        return NULL;
    out->node = node;
    out->condition = ALARM_NO_CONDITION;
    if (rule != NULL) {
        struct about about = {.rule = rule,
                              .node = node,
                              .device = NO_DEVICE,
                              .series = NO_SERIES,
                              .group = NO_GROUP,
                              .key = alarm_key(rule->life.name, alarms->power->nodes[node].name, NULL)};
        out->condition = alarms_add(alarms, &about, rule->life.on_delay_ms, rule->life.off_delay_ms, time);
    }
    out->next = alarms->outs;
    alarms->outs = out;
    return out;
}

/* Its series are known when its device is heard, NO_DEVICE: the gateway itself: until then it stands on the
 * board as it was. */
static bool keep_for_device(struct alarms *alarms, const struct rule *rule, uint32_t device,
                            const struct alarm_record *record) {
    struct restored *restored = calloc(1, sizeof(*restored));
    if (restored == NULL)
        return false;
    snprintf(restored->id, sizeof(restored->id), "%s", record->id);
    restored->rule = rule;
    restored->device = device;
    restored->state = record->state;
    restored->since_ms = record->since_ms;
    restored->changed_ms = record->changed_ms;
    restored->next = alarms->restored;
    alarms->restored = restored;
    return true;
}

/* Conditions of nodes, lines and feeds are there already; the others begin when there is something to say. */
static bool restore(struct alarms *alarms, const struct alarm_record *record, const struct judge_time *time) {
    const struct rule *rule = alarms_rule(alarms, record->rule);
    if (rule == NULL)
        return false;
    uint32_t device = find_device(alarms, record->device);
    bool is_own = record->device[0] != '\0' && device == NO_DEVICE &&
                  strcmp(record->device, alarms->config->gateway) == 0;
    if ((device != NO_DEVICE || is_own) && (rule->on == ON_SERIES || rule->on == ON_ALL))
        return keep_for_device(alarms, rule, device, record);
    if (device != NO_DEVICE && rule->on == ON_SILENCE)
        silence_condition(alarms, device, rule, time);
    uint32_t node = alarms->power != NULL ? power_find(alarms->power, record->node) : POWER_NO_NODE;
    struct node_out *out = node != POWER_NO_NODE && rule->on == ON_OUT ? out_of(alarms, node, time) : NULL;
    if (out != NULL) {
        out->kept_ms = record->value > 0 && record->value < time_most_s ? llround(record->value * 1000) : 0;
        out->settles_ms = time->monotonic_ms + JOURNAL_MS;
        alarms->is_out[node] = true;
    }
    uint32_t condition = find_condition(alarms, record->id);
    return condition != ALARM_NO_CONDITION && restore_as(alarms, condition, (enum alarm_state)record->state,
                                                         record->since_ms, record->changed_ms, time);
}

void alarms_restore(struct alarms *alarms, const struct alarm_record *record, const struct judge_time *time) {
    if (record->state == ALARM_NORMAL || record->state > ALARM_OUT_OF_SERVICE)
        return;
    if (restore(alarms, record, time)) {
        alarm_board_put(alarms->board, record);
        return;
    }
    struct alarm_record ended = *record;
    ended.state = ALARM_NORMAL;
    ended.changed_ms = time->wall_ms;
    alarm_board_put(alarms->board, &ended);
}

void alarms_take_over(struct alarms *alarms, uint32_t condition, const struct judge_time *time) {
    char id[sizeof(((struct restored *)0)->id)];
    if (alarms->restored == NULL)
        return;
    alarm_write_id(&alarms->abouts[condition], id, sizeof(id));
    for (struct restored **at = &alarms->restored; *at != NULL; at = &(*at)->next) {
        struct restored *restored = *at;
        if (strcmp(restored->id, id) != 0)
            continue;
        restore_as(alarms, condition, (enum alarm_state)restored->state, restored->since_ms,
                   restored->changed_ms, time);
        *at = restored->next;
        free(restored);
        return;
    }
}

/* Not in the engine: only the board has it. */
static void end_restored(struct alarms *alarms, struct restored **at, const char *why,
                         const struct judge_time *time) {
    struct restored *restored = *at;
    struct alarm_record ended = {.rule = restored->rule->life.name,
                                 .site = alarms->config->site,
                                 .device = restored->device == NO_DEVICE
                                               ? alarms->config->gateway
                                               : alarms->config->devices[restored->device].name,
                                 .summary = why,
                                 .priority = restored->rule->life.priority,
                                 .since_ms = restored->since_ms,
                                 .changed_ms = time->wall_ms};
    memcpy(ended.id, restored->id, sizeof(ended.id));
    alarm_board_put(alarms->board, &ended);
    *at = restored->next;
    free(restored);
}

void alarms_end_restored(struct alarms *alarms, uint32_t device, const struct judge_time *time) {
    for (struct restored **at = &alarms->restored; *at != NULL;) {
        if ((*at)->device == device)
            end_restored(alarms, at, "what it was about is not there any more", time);
        else
            at = &(*at)->next;
    }
}

/* --- reset --- */

bool alarms_reset(struct alarms *alarms, const char *id, const char *by, const char *why,
                  const struct judge_time *time) {
    char note[NOTE_MOST];
    snprintf(note, sizeof(note), "reset by %s: %s", by, why);
    uint32_t condition = find_condition(alarms, id);
    if (condition != ALARM_NO_CONDITION && alarm_engine_reset(alarms->engine, condition)) {
        free(alarms->abouts[condition].note);
        alarms->abouts[condition].note = strdup(note);
        return true;
    }
    for (struct restored **at = &alarms->restored; *at != NULL; at = &(*at)->next)
        if ((*at)->state == ALARM_RETURNED && strcmp((*at)->id, id) == 0) {
            end_restored(alarms, at, note, time);
            return true;
        }
    return false;
}

/* --- out of service --- */

static void bring_back(struct alarms *alarms, struct node_out *out, int64_t now_ms) {
    out->until_ms = 0;
    alarms->is_out[out->node] = false;
    alarms->has_new_states = true;
    if (out->condition != ALARM_NO_CONDITION)
        alarm_engine_offer(alarms->engine, out->condition, FINDING_CLEAR, 0, 0, now_ms);
}

void alarms_set_out(struct alarms *alarms, uint32_t node, int64_t until_ms, const char *by, const char *why,
                    const struct judge_time *time) {
    struct node_out *out = out_of(alarms, node, time);
    if (out == NULL)
        return;
    if (until_ms <= time->wall_ms) {
        bring_back(alarms, out, time->monotonic_ms);
        return;
    }
    char *new_by = strdup(by), *new_why = strdup(why);
    if (new_by != NULL && new_why != NULL) {
        free(out->by);
        free(out->why);
        out->by = new_by;
        out->why = new_why;
    } else {
        free(new_by);
        free(new_why);
    }
    bool is_said = out->kept_ms == until_ms; /* before the restart */
    out->kept_ms = 0;
    out->until_ms = until_ms;
    out->has_expired = false;
    alarms->is_out[node] = alarms->has_new_states = true;
    if (out->condition == ALARM_NO_CONDITION)
        return;
    alarm_engine_offer(alarms->engine, out->condition, FINDING_BREACHED, (double)until_ms / 1000, 0,
                       time->monotonic_ms);
    struct alarm *alarm = alarm_engine_look(alarms->engine, out->condition);
    if (alarm != NULL)
        alarm->is_to_say = alarm->is_up && !is_said; /* another time, or by another */
}

void alarms_expire(struct alarms *alarms, const struct judge_time *time) {
    for (struct node_out *out = alarms->outs; out != NULL; out = out->next)
        if (out->until_ms != 0 ? out->until_ms <= time->wall_ms
                               : !out->is_settled && out->settles_ms <= time->monotonic_ms) {
            /* Restored, and nobody says any more that it is out: it is back. */
            out->has_expired = out->until_ms != 0;
            bring_back(alarms, out, time->monotonic_ms);
            out->is_settled = true;
        }
}

uint32_t alarms_next_back(struct alarms *alarms) {
    for (struct node_out *out = alarms->outs; out != NULL; out = out->next)
        if (out->has_expired) {
            out->has_expired = false;
            return out->node;
        }
    return POWER_NO_NODE;
}

void alarms_drop_orders(struct alarms *alarms) {
    while (alarms->outs != NULL) {
        struct node_out *out = alarms->outs;
        alarms->outs = out->next;
        free(out->by);
        free(out->why);
        free(out);
    }
    while (alarms->restored != NULL) {
        struct restored *restored = alarms->restored;
        alarms->restored = restored->next;
        free(restored);
    }
}

/* --- measures --- */

void alarms_pass_buckets(struct alarms *alarms, int64_t bucket) {
    int64_t passed = bucket - alarms->raised_bucket;
    for (int64_t i = 1; i <= passed && i <= MEASURE_BUCKETS; i++)
        alarms->raised_in[(alarms->raised_bucket + i) % MEASURE_BUCKETS] = 0;
    if (passed > MEASURE_BUCKETS)
        memset(alarms->raised_in, 0, sizeof(alarms->raised_in));
    if (passed > 0)
        alarms->raised_bucket = bucket;
}

void alarms_measure(const struct alarms *alarms, const struct judge_time *time,
                    struct alarm_measures *measures) {
    *measures = alarms->measures;
    size_t n;
    const struct alarm *all = alarm_engine_all(alarms->engine, &n);
    for (size_t i = 0; i < n; i++) {
        measures->active += all[i].said == ALARM_ACTIVE;
        measures->out_of_service += all[i].said == ALARM_OUT_OF_SERVICE;
        bool stands = all[i].is_up && time->monotonic_ms - all[i].raised_ms >= DAY_MS;
        measures->standing_over_day += stands;
    }
    int64_t bucket = time->monotonic_ms / MEASURE_BUCKET_MS;
    for (int64_t i = 0; i < MEASURE_BUCKETS - 1; i++)
        if (bucket - i <= alarms->raised_bucket && bucket - i > alarms->raised_bucket - MEASURE_BUCKETS &&
            bucket - i >= 0)
            measures->per_10_min += alarms->raised_in[(bucket - i) % MEASURE_BUCKETS];
}
