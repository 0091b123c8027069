/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All alarms of the judge: which conditions devices and nodes are held to (alarm_rules.c: the defaults by
 * class, and the site's own), their life (alarm.c), and what follows from what (cause.c). What changes goes
 * to the board.
 */
#ifndef HALLWATCH_JUDGE_ALARMS_H
#define HALLWATCH_JUDGE_ALARMS_H

#include "judge/judge.h"

struct alarms;

/* Borrows all. 0 or ERROR_MEMORY. */
int alarms_new(const struct site_config *config, const struct topology *topology, struct alarm_board *board,
               struct alarms **alarms);
void alarms_free(struct alarms *alarms); /* NULL is fine */

/* The conditions of the device that the batch is of. */
void alarms_take(struct alarms *alarms, const struct batch *batch, const struct judge_time *time);
/* The conditions of nodes, after sums, budgets and contingency were judged. */
void alarms_judge_nodes(struct alarms *alarms, const struct judged *judged, const struct judge_time *time);
/* Delays run out, causes are looked for, changes go to the board. Returns how many alarms changed. */
size_t alarms_settle(struct alarms *alarms, const struct judged *judged, const struct judge_time *time);

/* As it was kept over a restart; before the first batch. An unknown rule or subject is dropped. */
void alarms_restore(struct alarms *alarms, const struct alarm_record *record, const struct judge_time *time);
/* What latches and has returned ends. False where no such alarm is latched. */
bool alarms_reset(struct alarms *alarms, const char *id, const char *by, const char *why,
                  const struct judge_time *time);
/* A node goes out of service until `until_ms` (wall clock), or comes back (0). */
void alarms_set_out(struct alarms *alarms, uint32_t node, int64_t until_ms, const char *by, const char *why,
                    const struct judge_time *time);
/* A node whose time out of service has run out since the last call; POWER_NO_NODE: none. */
uint32_t alarms_next_back(struct alarms *alarms);

/* Measures of how the alarms fare (ISA-18.2, EEMUA 191). */
struct alarm_measures {
    uint64_t raised, ended, suppressed, chattering; /* since the start */
    uint32_t active, standing_over_day, out_of_service;
    uint32_t per_10_min; /* raised in the last 10 minutes: above 10 it is a flood */
};
void alarms_measure(const struct alarms *alarms, const struct judge_time *time,
                    struct alarm_measures *measures);

#endif
