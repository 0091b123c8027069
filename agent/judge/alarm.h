/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of alarms (ISA-18.2): delays, deadband, latching, cause and consequence, out of service. Knows no
 * device and no node: a condition is offered with its value and what is known of it, the engine says what
 * becomes of its alarm. Pure: monotonic time is handed in.
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
    uint8_t on_reads, off_reads; /* instead, or beside: so many offers in a row; 0: by time alone */
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

struct alarm_engine;

#endif
