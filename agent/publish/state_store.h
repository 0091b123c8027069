/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the judge knows over a restart, and what operators order meanwhile: a thread of its own that writes
 * the alarms of the board, and some figures, into alarm-state.json of the spool's folder whenever an alarm
 * has changed, and reads what is added to the operators' journal there. Nobody waits for it: a disk that is
 * full or slow costs what is kept, and is said.
 */
#ifndef HALLWATCH_PUBLISH_STATE_STORE_H
#define HALLWATCH_PUBLISH_STATE_STORE_H

#include <stdbool.h>

#include "judge/journal.h"
#include "model/alarm_board.h"

struct state_store;

/*
 * Reads what was kept in the folder (NULL: in memory only). A file that cannot be used is set aside, which is
 * said. Borrows the board. 0, ERROR_MEMORY or ERROR_SYSTEM.
 */
int state_store_open(const char *folder, struct alarm_board *board, struct state_store **store);

/* Before the start: the alarms that were kept, and the figures. */
void state_store_list_alarms(const struct state_store *store, alarm_board_look *look, void *context);
typedef void state_store_take(void *context, const char *key, double value);
void state_store_list_figures(const struct state_store *store, state_store_take *take, void *context);

/*
 * Starts the thread. What was kept and is not on the board by now goes on it as resolved: nobody judges it
 * any more. 0 or ERROR_SYSTEM.
 */
int state_store_start(struct state_store *store);

/*
 * Any thread, waits for no disk: a figure to be kept. It is written with the next change of an alarm, within
 * a minute, and at the end. Without memory it is not kept.
 */
void state_store_put_figure(struct state_store *store, const char *key, double value);

/*
 * One thread, never blocks: the next order, oldest first; false where there is none. At the start these are
 * who is out of service by then, and resets that came since the file was written.
 */
bool state_store_next_order(struct state_store *store, struct journal_order *order);

/* Writes what there is, and ends the thread. NULL is fine, and one that was not started. */
void state_store_stop(struct state_store *store);
void state_store_free(struct state_store *store); /* after state_store_stop; NULL is fine */

#endif
