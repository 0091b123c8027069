/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of alarms as batches for the urgent spool: each alarm has a view of its own (number ALARM_NUMBERS +
 * n), anew with each change, that names what it is about and carries all that there is to say of it, and
 * three series: its state, its priority, and since when. What stands is repeated for databases, which forget
 * a series that says nothing for minutes, in rows without that `detail`: those are no events. Pure.
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
/*
 * Takes what has changed on the board since the last call, as of the wall clock now; what there is no memory
 * for, at the next.
 */
void alarm_rows_note(struct alarm_rows *rows, struct alarm_board *board, int64_t wall_ms);
/* Every minute, and at the first call: takes each alarm that is not normal and was not just told. */
void alarm_rows_repeat(struct alarm_rows *rows, struct alarm_board *board, int64_t wall_ms,
                       int64_t monotonic_ms);
/* The batch of the next change, in their order, or of what is repeated; NULL where none is left; valid until
 * the next call. */
struct batch *alarm_rows_next(struct alarm_rows *rows);

#endif
