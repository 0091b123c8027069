/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of alarms. Each is up or down, and may be turning: the other way was found, and the delay of that
 * way counts. What a state is called follows from that, from its cause and from what is out of service.
 */
#include "judge/alarm.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct condition {
    const struct alarm_rule *rule;
    int32_t on_delay_ms, off_delay_ms;
    uint32_t alarm; /* its place in `alarms` plus 1; 0: none */
};

struct alarm_engine {
    struct condition *conditions;
    size_t n_conditions, conditions_room;
    struct alarm *alarms;
    size_t n_alarms, alarms_room;
};

struct alarm_engine *alarm_engine_new(void) {
    return calloc(1, sizeof(struct alarm_engine));
}

void alarm_engine_free(struct alarm_engine *engine) {
    if (engine == NULL)
        return;
    free(engine->conditions);
    free(engine->alarms);
    free(engine);
}

/* Room for one more of `size` bytes each. */
static bool make_room(void **items, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return true;
    size_t more = *room == 0 ? 64 : *room * 2;
    void *grown = realloc(*items, more * size);
    if (grown == NULL)
        return false;
    *items = grown;
    *room = more;
    return true;
}

uint32_t alarm_engine_add(struct alarm_engine *engine, const struct alarm_rule *rule, int64_t on_delay_ms,
                          int64_t off_delay_ms) {
    void *items = engine->conditions;
    if (!make_room(&items, engine->n_conditions, &engine->conditions_room, sizeof(struct condition)))
        return ALARM_NO_CONDITION;
    engine->conditions = items;
    engine->conditions[engine->n_conditions] = (struct condition){
        .rule = rule, .on_delay_ms = (int32_t)on_delay_ms, .off_delay_ms = (int32_t)off_delay_ms};
    return (uint32_t)engine->n_conditions++;
}

const struct alarm_rule *alarm_engine_rule(const struct alarm_engine *engine, uint32_t condition) {
    return engine->conditions[condition].rule;
}

struct alarm *alarm_engine_look(const struct alarm_engine *engine, uint32_t condition) {
    uint32_t alarm = engine->conditions[condition].alarm;
    return alarm > 0 ? &engine->alarms[alarm - 1] : NULL;
}

struct alarm *alarm_engine_all(const struct alarm_engine *engine, size_t *n) {
    *n = engine->n_alarms;
    return engine->alarms;
}

static struct alarm *begin(struct alarm_engine *engine, uint32_t condition, int64_t now_ms) {
    void *items = engine->alarms;
    if (!make_room(&items, engine->n_alarms, &engine->alarms_room, sizeof(struct alarm)))
        return NULL;
    engine->alarms = items;
    struct alarm *alarm = &engine->alarms[engine->n_alarms++];
    *alarm = (struct alarm){.condition = condition,
                            .cause = ALARM_NO_CONDITION,
                            .said = ALARM_NORMAL,
                            .priority = engine->conditions[condition].rule->priority,
                            .onset_ms = now_ms};
    engine->conditions[condition].alarm = (uint32_t)engine->n_alarms;
    return alarm;
}

static void stop_turning(struct alarm *alarm) {
    alarm->is_turning = alarm->is_running = false;
    alarm->ran_ms = 0;
    alarm->reads = 0;
}

/* The delay counts from here, or goes on. */
static void go_on(struct alarm *alarm, int64_t now_ms) {
    if (alarm->is_running)
        alarm->ran_ms += now_ms - alarm->mark_ms;
    alarm->mark_ms = now_ms;
    alarm->is_running = alarm->is_turning;
}

static void stand_still(struct alarm *alarm, int64_t now_ms) {
    go_on(alarm, now_ms);
    alarm->is_running = false;
}

static void turn_to(struct alarm *alarm, int64_t now_ms) {
    if (!alarm->is_turning) {
        alarm->is_turning = true;
        if (!alarm->is_up)
            alarm->onset_ms = now_ms;
    }
    if (alarm->reads < UINT8_MAX)
        alarm->reads++;
    go_on(alarm, now_ms);
}

void alarm_engine_offer(struct alarm_engine *engine, uint32_t condition, enum finding finding, double value,
                        double limit, int64_t now_ms) {
    struct alarm *alarm = alarm_engine_look(engine, condition);
    if (alarm == NULL && finding == FINDING_BREACHED)
        alarm = begin(engine, condition, now_ms);
    if (alarm == NULL)
        return;
    if (finding == FINDING_BREACHED) {
        alarm->value = value;
        alarm->limit = limit;
    }
    switch (finding) {
    case FINDING_UNKNOWN:
    case FINDING_AT_LEAST:
        stand_still(alarm, now_ms);
        break;
    case FINDING_BETWEEN:
        go_on(alarm, now_ms);
        break;
    case FINDING_BREACHED:
    case FINDING_CLEAR:
        if ((finding == FINDING_BREACHED) == alarm->is_up)
            stop_turning(alarm);
        else
            turn_to(alarm, now_ms);
    }
}

void alarm_engine_date(struct alarm_engine *engine, uint32_t condition, int64_t onset_ms) {
    struct alarm *alarm = alarm_engine_look(engine, condition);
    if (alarm != NULL && !alarm->is_up)
        alarm->onset_ms = onset_ms;
}

/* --- turns --- */

static bool is_due(const struct alarm *alarm, const struct condition *condition) {
    const struct alarm_rule *rule = condition->rule;
    uint8_t reads = alarm->is_up ? rule->off_reads : rule->on_reads;
    int64_t delay_ms = alarm->is_up ? condition->off_delay_ms : condition->on_delay_ms;
    if (alarm->is_up && alarm->is_chattering)
        return alarm->ran_ms >= (delay_ms > CHATTER_MS ? delay_ms : CHATTER_MS);
    if (reads == 0)
        return alarm->ran_ms >= delay_ms;
    return alarm->reads >= reads || (delay_ms > 0 && alarm->ran_ms >= delay_ms);
}

static void note_turn(struct alarm *alarm, int64_t now_ms) {
    memmove(alarm->turns_ms + 1, alarm->turns_ms, sizeof(alarm->turns_ms) - sizeof(alarm->turns_ms[0]));
    alarm->turns_ms[0] = now_ms;
    if (alarm->n_turns < CHATTER_TURNS)
        alarm->n_turns++;
    bool chatters =
        alarm->n_turns == CHATTER_TURNS && now_ms - alarm->turns_ms[CHATTER_TURNS - 1] < CHATTER_MS;
    if (alarm->is_up)
        alarm->is_chattering = alarm->is_chattering || chatters;
}

static void go_up(struct alarm *alarm, int64_t now_ms) {
    alarm->is_up = true;
    alarm->is_latched = false;
    alarm->raised_ms = now_ms;
    alarm->cause = ALARM_NO_CONDITION;
    alarm->waits_until_ms = INT64_MIN;
    note_turn(alarm, now_ms);
}

static void go_down(struct alarm *alarm, const struct alarm_rule *rule, int64_t now_ms) {
    alarm->is_up = false;
    alarm->is_latched = rule->latches;
    alarm->is_chattering = false;
    alarm->cause = ALARM_NO_CONDITION;
    note_turn(alarm, now_ms);
}

size_t alarm_engine_run(struct alarm_engine *engine, int64_t now_ms) {
    size_t n = 0;
    for (size_t i = 0; i < engine->n_alarms; i++) {
        struct alarm *alarm = &engine->alarms[i];
        const struct condition *condition = &engine->conditions[alarm->condition];
        if (!alarm->is_running)
            continue;
        go_on(alarm, now_ms);
        if (!is_due(alarm, condition))
            continue;
        stop_turning(alarm);
        if (alarm->is_up)
            go_down(alarm, condition->rule, now_ms);
        else
            go_up(alarm, now_ms);
        n++;
    }
    return n;
}

enum alarm_state alarm_state_of(const struct alarm *alarm, int64_t now_ms) {
    if (!alarm->is_up)
        return alarm->is_latched ? ALARM_RETURNED : ALARM_NORMAL;
    if (alarm->is_out)
        return ALARM_OUT_OF_SERVICE;
    /* Nor is it raised by its cause's end when its own condition was found gone: then it only waits to end.
     */
    bool waits = alarm->said == ALARM_SUPPRESSED && (alarm->is_turning || now_ms < alarm->waits_until_ms);
    return alarm->cause != ALARM_NO_CONDITION || waits ? ALARM_SUPPRESSED : ALARM_ACTIVE;
}

/* --- from outside --- */

int alarm_engine_restore(struct alarm_engine *engine, uint32_t condition, enum alarm_state state,
                         int64_t age_ms, int64_t now_ms) {
    struct alarm *alarm = alarm_engine_look(engine, condition);
    if (alarm == NULL)
        alarm = begin(engine, condition, now_ms);
    if (alarm == NULL)
        return ERROR_MEMORY;
    alarm->is_up = state != ALARM_NORMAL && state != ALARM_RETURNED;
    alarm->is_latched = state == ALARM_RETURNED;
    alarm->said = (uint8_t)state;
    alarm->is_restored = true;
    alarm->onset_ms = alarm->raised_ms = now_ms - age_ms;
    /* A cause that was restored, too, is found again at once; nothing is raised meanwhile. */
    alarm->waits_until_ms = now_ms + CHATTER_MS;
    return 0;
}

bool alarm_engine_reset(struct alarm_engine *engine, uint32_t condition) {
    struct alarm *alarm = alarm_engine_look(engine, condition);
    if (alarm == NULL || !alarm->is_latched)
        return false;
    alarm->is_latched = false;
    return true;
}

void alarm_engine_end(struct alarm_engine *engine, uint32_t condition, int64_t now_ms) {
    struct alarm *alarm = alarm_engine_look(engine, condition);
    if (alarm == NULL)
        return;
    stop_turning(alarm);
    if (alarm->is_up)
        go_down(alarm, engine->conditions[condition].rule, now_ms);
}

void alarm_engine_forget(struct alarm_engine *engine, int64_t now_ms) {
    for (size_t i = 0; i < engine->n_alarms;) {
        struct alarm *alarm = &engine->alarms[i];
        bool is_quiet = alarm->n_turns == 0 || now_ms - alarm->turns_ms[0] >= CHATTER_MS;
        if (alarm->is_up || alarm->is_latched || alarm->is_turning || alarm->said != ALARM_NORMAL ||
            !is_quiet) {
            i++;
            continue;
        }
        engine->conditions[alarm->condition].alarm = 0;
        *alarm = engine->alarms[--engine->n_alarms];
        if (i < engine->n_alarms)
            engine->conditions[alarm->condition].alarm = (uint32_t)i + 1;
    }
}
