/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of alarms (ISA-18.2): delays, deadband, latching, chatter, out of service, and being the
 * consequence of another. Knows no device and no node: a condition is offered with what was found of it, the
 * engine says what becomes of its alarm. Pure: monotonic time is handed in.
 *
 * A condition without anything to tell costs four bytes; what holds, is about to, or did lately has a
 * `struct alarm`. What is not known raises nothing and clears nothing, and delays stand still meanwhile.
 */
#ifndef HALLWATCH_JUDGE_ALARM_H
#define HALLWATCH_JUDGE_ALARM_H

#include "model/alarm_board.h"
#include "model/power.h"

/* A rule as the engine needs it: a default one (alarm_rules.c) with what the site changed, or one of the
 * site's own. */
struct alarm_rule {
    const char *name;
    uint8_t priority; /* 1..4 */
    int64_t on_delay_ms, off_delay_ms;
    uint8_t on_reads, off_reads; /* so many offers in a row do without the delay; 0: by time alone */
    bool latches;
    bool is_never_suppressed; /* leak, trip contact, battery low, redundancy lost */
    bool ignores_maintenance;
    const char *response;
};

enum finding {
    FINDING_CLEAR,   /* known, and beyond the deadband */
    FINDING_BETWEEN, /* within the deadband: as it was */
    FINDING_BREACHED,
    FINDING_AT_LEAST, /* a lower bound below the limit: raises nothing, clears nothing */
    FINDING_UNKNOWN   /* no good reading: the same; time stands still */
};

/* Chatter: so many changes within a minute (EEMUA 191). Such an alarm stands until it was quiet for one. */
enum { CHATTER_TURNS = 3, CHATTER_MS = 60 * 1000 };

#define ALARM_NO_CONDITION UINT32_MAX

/* One condition that holds, is about to, or did within the last minute. Times are monotonic. */
struct alarm {
    uint32_t condition;
    uint32_t cause;  /* the condition whose alarm it follows from; ALARM_NO_CONDITION: none known */
    bool is_up;      /* raised and not returned, shown or not */
    bool is_latched; /* returned, and waits for its reset */
    bool is_turning; /* offered the other way; the delay counts */
    bool is_running; /* and what was found last is known, so that time goes on */
    bool is_chattering, was_chattering, is_out;
    uint8_t said; /* enum alarm_state: what the board has */
    uint8_t priority;
    uint8_t reads, n_turns;
    double value, limit;
    int64_t onset_ms;        /* when it was first found in breach */
    int64_t raised_ms;       /* when it was raised */
    int64_t mark_ms, ran_ms; /* of the delay: counted up to, and how long before that */
    int64_t waits_until_ms;  /* its cause is gone: suppressed still, until then */
    int64_t turns_ms[CHATTER_TURNS];
    int64_t since_ms, changed_ms; /* wall clock, as on the board: raised, changed its state */
    uint32_t n_consequences, said_consequences;
    bool recovers;    /* so that it waits a while when its cause is gone */
    bool is_to_say;   /* something else than its state is news */
    bool is_restored; /* and not judged since: its cause and its consequences are no news */
};

struct alarm_engine;

struct alarm_engine *alarm_engine_new(void);         /* NULL when out of memory */
void alarm_engine_free(struct alarm_engine *engine); /* NULL is fine */

/* A condition held to `rule` (borrowed) with delays of its own. Its number, or ALARM_NO_CONDITION when out of
 * memory. */
uint32_t alarm_engine_add(struct alarm_engine *engine, const struct alarm_rule *rule, int64_t on_delay_ms,
                          int64_t off_delay_ms);
const struct alarm_rule *alarm_engine_rule(const struct alarm_engine *engine, uint32_t condition);

/* What was found. A breach of a condition that has nothing yet may fail for want of memory: it is found
 * again. */
void alarm_engine_offer(struct alarm_engine *engine, uint32_t condition, enum finding finding, double value,
                        double limit, int64_t now_ms);
/* It began earlier than it was offered: of silence, which is found late. */
void alarm_engine_date(struct alarm_engine *engine, uint32_t condition, int64_t onset_ms);

/* Delays run out. Returns how many alarms were raised, have returned or ended. */
size_t alarm_engine_run(struct alarm_engine *engine, int64_t now_ms);

/* The alarm of a condition, NULL: there is nothing. All of them stand from 0 to the count; valid until the
 * next offer or forget. */
struct alarm *alarm_engine_look(const struct alarm_engine *engine, uint32_t condition);
struct alarm *alarm_engine_all(const struct alarm_engine *engine, size_t *n);

/* How it stands now: suppressed where it has a cause, or had one a moment ago. */
enum alarm_state alarm_state_of(const struct alarm *alarm, int64_t now_ms);

/* As it was before a restart; `age_ms`: how long ago it was raised. 0 or ERROR_MEMORY. */
int alarm_engine_restore(struct alarm_engine *engine, uint32_t condition, enum alarm_state state,
                         int64_t age_ms, int64_t now_ms);
/* What latches and has returned ends. False: it is not latched. */
bool alarm_engine_reset(struct alarm_engine *engine, uint32_t condition);
/* What it was about is not there any more: what latches stays until its reset, the rest ends. */
void alarm_engine_end(struct alarm_engine *engine, uint32_t condition, int64_t now_ms);
/* Alarms that ended, were said so and are quiet make room. */
void alarm_engine_forget(struct alarm_engine *engine, int64_t now_ms);

#endif
