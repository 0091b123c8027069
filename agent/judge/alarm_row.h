/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of alarms as batches for the urgent spool: each alarm has a view of its own (number ALARM_NUMBERS +
 * n), anew with each change, that names what it is about and carries all that there is to say of it, and
 * three series: its state, its priority, and since when. Pure.
 */
#ifndef HALLWATCH_JUDGE_ALARM_ROW_H
#define HALLWATCH_JUDGE_ALARM_ROW_H

#include "model/alarm_board.h"
#include "model/series.h"

struct alarm_rows;

struct alarm_rows *alarm_rows_new(void);       /* NULL when out of memory */
void alarm_rows_free(struct alarm_rows *rows); /* NULL is fine */

/* What is on the board now is not told: it was restored, and told before. */
void alarm_rows_skip(struct alarm_rows *rows, struct alarm_board *board);
/* Takes what has changed on the board since the last call; what there is no memory for, at the next. */
void alarm_rows_note(struct alarm_rows *rows, struct alarm_board *board);
/* The batch of the next change, in their order; NULL where none is left; valid until the next call. */
struct batch *alarm_rows_next(struct alarm_rows *rows);

#endif
