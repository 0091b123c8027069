/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge: knows who feeds whom, takes every reading, and says what each node carries, what is left, what a
 * loss would do and what is wrong. One object, used on one thread (the publisher's; a command's for a look at
 * recorded readings): batches go in, time goes in, and what was judged comes out as batches of nodes, alarms
 * on the board and `struct judged` for whoever looks. Pure: no I/O, no clock.
 */
#ifndef HALLWATCH_JUDGE_JUDGE_H
#define HALLWATCH_JUDGE_JUDGE_H

#include "judge/budget.h"
#include "judge/contingency.h"
#include "judge/sums.h"
#include "judge/trip.h"
#include "model/alarm_board.h"
#include "model/config.h"
#include "model/series.h"

/* One instant on both clocks, and how the site's time zone stands then. */
struct judge_time {
    int64_t wall_ms, monotonic_ms;
    int32_t zone_offset_s; /* east of UTC is positive */
};

/* All that was judged; borrowed, valid until the next call. n_nodes of each but `carries` (n_edges). */
struct judged {
    const struct power_config *power;
    const struct topology *topology;
    const struct node_sum *sums;
    const struct node_present *present;
    const uint8_t *supply;
    const float *carries;
    const struct node_load *loads;
    const struct usable *usable;
    const double *ratio; /* load over usable, as ratings are judged; NAN: not known; 0: not rated */
    const struct budget_state *budgets;
    const struct trip_time *trips;
    const struct contingency *contingency;
};

struct judge;

/* Borrows the configuration (held by the caller) and the board. 0 or ERROR_MEMORY. */
int judge_new(const struct site_config *config, struct alarm_board *board, struct judge **judge);
void judge_free(struct judge *judge); /* NULL is fine */

/* What a batch says; it stays the caller's. */
void judge_take(struct judge *judge, const struct batch *batch, const struct judge_time *time);
/* Judges what has changed. To be called after batches, and at least every JUDGE_TICK_MS. */
enum { JUDGE_TICK_MS = 20, JUDGE_PASS_MS = 1000 };
void judge_tick(struct judge *judge, const struct judge_time *time);
/* The next batch of a node or an alarm that is due, NULL when there is none; valid until the next call. */
struct batch *judge_next_batch(struct judge *judge);

const struct judged *judge_look(const struct judge *judge);

#endif
