/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All alarms: who is watched, what is offered to the engine in which order, and what goes to the board. What
 * operators order and what was kept over a restart is in alarms_orders.c.
 */
#include "judge/alarms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "judge/cause.h"
#include "judge/device_conditions.h"
#include "judge/node_conditions.h"
#include "judge/silence.h"

/* --- who is watched --- */

static void begin_watch(struct device_watch *watch, const struct device_config *config) {
    *watch = (struct device_watch){.config = config,
                                   .home = POWER_NO_NODE,
                                   .last_good_ms = INT64_MIN,
                                   .silent = {ALARM_NO_CONDITION, ALARM_NO_CONDITION},
                                   .bus = NO_GROUP,
                                   .feed = NO_GROUP,
                                   .watts = (double)NAN,
                                   .watts_before = {(double)NAN, (double)NAN}};
    if (config != NULL && config->driver != NULL)
        watch->class = config->driver->class;
}

/* The watch of the device that a view is of; NULL when out of memory. */
static struct device_watch *watch_of(struct alarms *alarms, const struct device_view *view) {
    uint32_t number = view->number;
    if (number < alarms->n_by_number && alarms->by_number[number] != NO_DEVICE)
        return &alarms->devices[alarms->by_number[number]];
    if (number >= alarms->n_by_number) {
        size_t n = number + 64;
        uint32_t *grown = realloc(alarms->by_number, n * sizeof(uint32_t));
        if (grown == NULL)
            return NULL;
        memset(grown + alarms->n_by_number, 0xff, (n - alarms->n_by_number) * sizeof(uint32_t));
        alarms->by_number = grown;
        alarms->n_by_number = n;
    }
    uint32_t device = 0;
    const char *name = view->device != NULL ? view->device : "";
    while (device < alarms->config->n_devices && strcmp(alarms->config->devices[device].name, name) != 0)
        device++;
    if (device == alarms->config->n_devices) {
        if (alarms->n_devices == alarms->devices_room)
            return NULL;
        device = (uint32_t)alarms->n_devices++;
        begin_watch(&alarms->devices[device], NULL);
    }
    alarms->by_number[number] = device;
    return &alarms->devices[device];
}

/* --- conditions --- */

const struct rule *alarms_rule(const struct alarms *alarms, const char *name) {
    const struct rule *rule = rule_set_find(&alarms->set, name);
    return rule != NULL && !rule->is_disabled ? rule : NULL;
}

uint32_t alarms_add(struct alarms *alarms, const struct about *about, int64_t on_delay_ms,
                    int64_t off_delay_ms, const struct judge_time *time) {
    if (alarms->n_abouts == alarms->abouts_room) {
        size_t room = alarms->abouts_room == 0 ? 256 : alarms->abouts_room * 2;
        struct about *grown = realloc(alarms->abouts, room * sizeof(struct about));
        if (grown == NULL)
            return ALARM_NO_CONDITION;
        alarms->abouts = grown;
        alarms->abouts_room = room;
    }
    uint32_t condition = alarm_engine_add(alarms->engine, &about->rule->life, on_delay_ms, off_delay_ms);
    if (condition == ALARM_NO_CONDITION)
        return condition;
    alarms->abouts[alarms->n_abouts++] = *about;
    alarms_take_over(alarms, condition, time);
    return condition;
}

/* --- the object --- */

static int make(struct alarms *alarms) {
    size_t n_devices = alarms->config->n_devices,
           n_nodes = alarms->power != NULL ? alarms->power->n_nodes : 0;
    alarms->devices_room = n_devices + 64; /* the gateway, and what it may say of itself */
    alarms->devices = calloc(alarms->devices_room, sizeof(struct device_watch));
    alarms->is_out = calloc(n_nodes + 1, sizeof(bool));
    alarms->engine = alarm_engine_new();
    if (alarms->devices == NULL || alarms->is_out == NULL || alarms->engine == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < n_devices; i++)
        begin_watch(&alarms->devices[i], &alarms->config->devices[i]);
    alarms->n_devices = n_devices;
    int error = rule_set_make(alarms->power, &alarms->set);
    error = error != 0 ? error : alarms_name_nodes(alarms);
    error = error != 0 ? error : silence_new(alarms, &alarms->silence);
    error = error != 0 ? error : node_conditions_new(alarms, &alarms->nodes);
    return error != 0 ? error : causes_new(alarms, &alarms->causes);
}

int alarms_new(const struct site_config *config, const struct topology *topology, struct alarm_board *board,
               struct alarms **alarms) {
    struct alarms *new = calloc(1, sizeof(*new));
    if (new == NULL)
        return ERROR_MEMORY;
    new->config = config;
    new->power = topology != NULL ? topology->power : NULL;
    new->topology = topology;
    new->board = board;
    int error = make(new);
    if (error != 0) {
        alarms_free(new);
        return error;
    }
    *alarms = new;
    return 0;
}

void alarms_free(struct alarms *alarms) {
    if (alarms == NULL)
        return;
    causes_free(alarms->causes);
    node_conditions_free(alarms->nodes);
    silence_free(alarms->silence);
    for (size_t i = 0; i < alarms->n_devices; i++) {
        device_view_release(alarms->devices[i].view);
        free(alarms->devices[i].bounds);
        free(alarms->devices[i].values);
    }
    for (size_t i = 0; i < alarms->n_abouts; i++) {
        free(alarms->abouts[i].place);
        free(alarms->abouts[i].note);
    }
    alarms_drop_orders(alarms);
    free(alarms->devices);
    free(alarms->device_nodes);
    free(alarms->by_number);
    free(alarms->is_out);
    free(alarms->abouts);
    alarm_engine_free(alarms->engine);
    rule_set_done(&alarms->set);
    free(alarms);
}

void alarms_take(struct alarms *alarms, const struct batch *batch, const struct judge_time *time) {
    struct device_view *view = batch->view;
    if (view->number >= NODE_NUMBERS)
        return; /* what is judged already */
    struct device_watch *watch = watch_of(alarms, view);
    if (watch == NULL)
        return;
    if (batch->farewell) {
        device_conditions_end(alarms, watch, time->monotonic_ms);
        return;
    }
    if (watch->view != view && device_conditions_bind(alarms, watch, view, time) != 0)
        return; /* out of memory: with the next batch, then */
    silence_take(alarms, watch, batch, time);
    device_conditions_take(alarms, watch, batch, time->monotonic_ms);
}

void alarms_judge_nodes(struct alarms *alarms, const struct judged *judged, const struct judge_time *time) {
    node_conditions_judge(alarms, judged, time);
}

/* --- what changes goes to the board --- */

static void count(struct alarms *alarms, enum alarm_state before, enum alarm_state now, int64_t now_ms) {
    if (now == ALARM_SUPPRESSED)
        alarms->measures.suppressed++;
    if (now == ALARM_NORMAL)
        alarms->measures.ended++;
    if (now != ALARM_ACTIVE || before == ALARM_ACTIVE)
        return;
    alarms->measures.raised++;
    int64_t bucket = now_ms / MEASURE_BUCKET_MS;
    alarms_pass_buckets(alarms, bucket);
    alarms->raised_in[bucket % MEASURE_BUCKETS]++;
}

static bool say_one(struct alarms *alarms, const struct judged *judged, struct alarm *alarm,
                    const struct judge_time *time) {
    enum alarm_state before = alarm->said, state = alarm_state_of(alarm, time->monotonic_ms);
    bool is_new = state != before;
    if (is_new) {
        if (before == ALARM_NORMAL || before == ALARM_RETURNED)
            alarm->since_ms = time->wall_ms;
        alarm->changed_ms = time->wall_ms;
        alarm->said = (uint8_t)state;
        count(alarms, before, state, time->monotonic_ms);
    }
    bool has_others = alarm->n_consequences != alarm->said_consequences && !alarm->is_restored;
    alarm->is_to_say = alarm->is_to_say || is_new || has_others;
    alarm->said_consequences = alarm->n_consequences;
    alarm->is_restored = false;
    if (alarm->is_to_say && (is_new || state != ALARM_NORMAL))
        alarm_say(alarms, judged, alarm);
    return is_new;
}

size_t alarms_settle(struct alarms *alarms, const struct judged *judged, const struct judge_time *time) {
    int64_t now_ms = time->monotonic_ms;
    alarms_expire(alarms, time);
    silence_tick(alarms, time);
    size_t turned = alarm_engine_run(alarms->engine, now_ms), n, n_said = 0;
    struct alarm *all = alarm_engine_all(alarms->engine, &n);
    if (n == 0)
        return 0;
    if (turned > 0 || alarms->has_new_states) {
        for (size_t i = 0; i < n; i++) {
            const struct about *about = &alarms->abouts[all[i].condition];
            all[i].is_out = about->node != POWER_NO_NODE && alarms->is_out[about->node] &&
                            !about->rule->life.ignores_maintenance;
        }
        causes_settle(alarms, judged, now_ms);
    }
    alarms->has_new_states = false;
    for (size_t i = 0; i < n; i++) {
        bool chattered = all[i].is_chattering && !all[i].was_chattering;
        all[i].was_chattering = all[i].is_chattering;
        alarms->measures.chattering += chattered;
        n_said += say_one(alarms, judged, &all[i], time);
    }
    alarm_engine_forget(alarms->engine, now_ms);
    return n_said;
}
