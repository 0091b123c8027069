/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has happened to an alarm, as a batch: a view of its own that names the alarm, what it is about and all
 * that there is to say of it, and three series: its state, its priority, and since when. Urgent, and news.
 * Pure.
 */
#ifndef HALLWATCH_JUDGE_ALARM_ROW_H
#define HALLWATCH_JUDGE_ALARM_ROW_H

#include "model/alarm_board.h"
#include "model/series.h"

struct alarm_row;

struct alarm_row *alarm_row_new(void);      /* NULL when out of memory */
void alarm_row_free(struct alarm_row *row); /* NULL is fine */

/*
 * The batch of an alarm's change; `number` is the alarm's, from ALARM_NUMBERS on, and the same for all its
 * changes. Valid until the next call; who keeps the view holds it. NULL when out of memory.
 */
struct batch *alarm_row_write(struct alarm_row *row, const struct alarm_record *record, uint32_t number);

#endif
