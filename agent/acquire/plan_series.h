/* SPDX-License-Identifier: Apache-2.0 */
/* The series of a plan: numbered by rate, one for each quantity and place, with those of the device's health
 * behind them. Pure. */
#ifndef HALLWATCH_ACQUIRE_PLAN_SERIES_H
#define HALLWATCH_ACQUIRE_PLAN_SERIES_H

#include "acquire/plan_rows.h"

/*
 * Makes the plan's list of series and its ranges by rate, and gives every row its series, rate, order and
 * rank among the sources of that series. Without rows (NULL) the list is of health alone. 0 or ERROR_MEMORY.
 */
int plan_series_settle(struct plan *plan, struct plan_rows *rows);

#endif
