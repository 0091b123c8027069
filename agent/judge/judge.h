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
#include "judge/demand.h"
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
    uint64_t passes;             /* of the contingency so far: grows when its results are new */
    const struct demand *demand; /* of all intakes together; NULL: no contract */
    /* The nodes whose figures are other than at the tick before, and how many those are. */
    const uint32_t *changed;
    size_t n_changed;
};

struct judge;

/*
 * Borrows the configuration (held by the caller), which has a power section, and the board. `generation`: 1,
 * and higher for each judge that follows in this process. 0 or ERROR_MEMORY.
 */
int judge_new(const struct site_config *config, struct alarm_board *board, uint32_t generation,
              struct judge **judge);
void judge_free(struct judge *judge); /* NULL is fine */

/* What a batch says; it stays the caller's. */
void judge_take(struct judge *judge, const struct batch *batch, const struct judge_time *time);
/* Judges what has changed. To be called after batches, and at least every JUDGE_TICK_MS. */
enum { JUDGE_TICK_MS = 20, JUDGE_PASS_MS = 1000 };
/* Returns whether it made a pass over all single losses, too. */
bool judge_tick(struct judge *judge, const struct judge_time *time);
/* The next batch of a node or an alarm that is due, NULL when there is none; valid until the next call. */
struct batch *judge_next_batch(struct judge *judge);
/* Another judge takes its place: from here on judge_next_batch says farewell of its nodes, and no more. */
void judge_leave(struct judge *judge);
/* What the caller measured of the ticks: the longest of late without and with a pass, to be published. */
void judge_note_durations(struct judge *judge, double tick_s, double pass_s);

const struct judged *judge_look(const struct judge *judge);
/* Shows the inputs of a node's own meters and states. */
void judge_explain(const struct judge *judge, uint32_t node, sums_show *show, void *context);

/* What operators order, and what was kept over a restart: as alarms.h. By name; false: there is no such one.
 */
bool judge_set_out(struct judge *judge, const char *node, int64_t until_ms, const char *by, const char *why,
                   const struct judge_time *time);
bool judge_reset(struct judge *judge, const char *alarm, const char *by, const char *why,
                 const struct judge_time *time);
void judge_restore(struct judge *judge, const struct alarm_record *record, const struct judge_time *time);
/* Figures that go on over a restart: time over budgets by node, the month's peak. To be given back as they
 * were. */
typedef void judge_keep(void *context, const char *key, double value);
void judge_list_figures(const struct judge *judge, judge_keep *keep, void *context);
void judge_restore_figure(struct judge *judge, const char *key, double value);

#endif
