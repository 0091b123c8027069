/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The health of one device: what its successes and failures mean, when it may be asked next, and the counters
 * that are published. Pure: it is handed times and never asks for them.
 */
#ifndef HALLWATCH_ACQUIRE_HEALTH_H
#define HALLWATCH_ACQUIRE_HEALTH_H

#include "acquire/decode.h"
#include "acquire/punctuality.h"

enum health_state {
    HEALTH_NEW,     /* 1. never answered */
    HEALTH_ALIVE,   /* 2. answers */
    HEALTH_FAILING, /* 3. did answer; fewer than FAILURES_MOST polls in a row failed */
    HEALTH_SILENT,  /* 4. asked with growing pauses */
    HEALTH_HELD,    /* 5. another master has it: left alone but for a try now and then */
};

/* Kinds of failure, each with a counter and treatment of its own. */
enum health_error {
    HEALTH_TIMEOUT,     /* the unit is silent */
    HEALTH_UNREACHABLE, /* the gateway or the way to it is dead */
    HEALTH_REFUSED,     /* the unit is alive and said no, or it is another device */
    HEALTH_GARBLED,     /* an answer broke its protocol */
    HEALTH_TAKEN,       /* another master has it */
    HEALTH_MISSED,      /* a poll was due while the one before was under way */
    HEALTH_DROPPED,     /* readings given up because the publisher is behind */
    N_HEALTH_ERRORS
};
const char *health_error_word(enum health_error error);

/* The series that the agent publishes of every device, in this order behind the driver's own. */
enum health_series {
    HEALTH_SERIES_UP,
    HEALTH_SERIES_STATE,
    HEALTH_SERIES_LAST_SUCCESS,
    HEALTH_SERIES_DURATION,
    HEALTH_SERIES_INTERVAL, /* these three while it is up */
    HEALTH_SERIES_LATENESS,
    HEALTH_SERIES_BUS_TIME,
    HEALTH_SERIES_SKEW,
    HEALTH_SERIES_PARKED,
    HEALTH_SERIES_ERRORS,
    HEALTH_SERIES_BAD = HEALTH_SERIES_ERRORS + N_HEALTH_ERRORS,
    N_HEALTH_SERIES = HEALTH_SERIES_BAD + N_BAD_REASONS
};

struct health {
    enum health_state state;
    uint32_t failures;       /* polls in a row */
    int64_t next_ms;         /* monotonic: not asked before this while silent or new */
    int64_t last_success_ms; /* wall clock; 0 = never */
    uint32_t duration_us;    /* of the last poll */
    struct punctuality_report punctuality;
    int64_t skew_ms; /* of the last poll, of the instant it was to be of */
    uint32_t parked;
    uint64_t errors[N_HEALTH_ERRORS];
    uint64_t bad[N_BAD_REASONS];
};

/* It may be another device by now: nothing is known of it, but its counters go on. */
void health_begin_anew(struct health *health);

/* Whether it answers, as far as is known: ALIVE or FAILING. */
bool health_is_up(const struct health *health);

/* Whether the device may be asked at this time. */
bool health_may_ask(const struct health *health, int64_t now_ms);

/* A poll brought values. True where the device was new or silent before. */
bool health_succeed(struct health *health, int64_t wall_ms);

/*
 * A poll brought nothing, for this error. `random` (any number) spreads devices that failed together. True
 * where the device is no longer up by this, or is held by another master and was not known to be.
 */
bool health_fail(struct health *health, int error, int64_t now_ms, uint32_t random);

/* Counts a failed request by the link's error. */
void health_count(struct health *health, int error);

/* The values of the health series. */
void health_write(const struct health *health, double values[N_HEALTH_SERIES]);

#endif
