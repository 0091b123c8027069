/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge at work on the publisher's thread: hands it the time, what operators order and what was kept over
 * a restart, measures it, and puts another judge in its place when the configuration's power section changes.
 * The judge itself is pure (judge/judge.h).
 */
#ifndef HALLWATCH_PUBLISH_JUDGING_H
#define HALLWATCH_PUBLISH_JUDGING_H

#include "judge/judge.h"
#include "model/power_board.h"
#include "publish/state_store.h"

struct judging;

/*
 * Holds the configuration, which may have no power section: then nothing is judged until one comes that has.
 * Borrows the board and the store, which is opened and not yet started: what it kept is the judge's again.
 * 0 or ERROR_MEMORY.
 */
int judging_new(struct site_config *config, struct alarm_board *board, struct state_store *store,
                struct judging **judging);
void judging_free(struct judging *judging); /* NULL is fine */
/* Before the publisher starts: where the state of the whole is put after each pass. Borrowed. */
void judging_set_power_board(struct judging *judging, struct power_board *power);

/* Any thread: another configuration is in force. Its power section is judged from the next tick on. */
void judging_set_config(struct judging *judging, struct site_config *config);

/* The rest is the publisher's thread's. */
void judging_take(struct judging *judging, const struct batch *batch);
/* When the next tick is due, monotonic. */
int64_t judging_due_ms(const struct judging *judging);
void judging_tick(struct judging *judging);
/* What came out of the tick, NULL when all is taken; valid until the next call. */
struct batch *judging_next_batch(struct judging *judging);

#endif
