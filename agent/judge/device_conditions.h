/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of devices: which series are held to which rules is settled when a view arrives; a batch
 * then costs a comparison for each of those that it has.
 */
#ifndef HALLWATCH_JUDGE_DEVICE_CONDITIONS_H
#define HALLWATCH_JUDGE_DEVICE_CONDITIONS_H

#include "judge/alarms_inside.h"

/* The view is another one than before: rules are bound to its series. What stands goes on. 0 or ERROR_MEMORY.
 */
int device_conditions_bind(struct alarms *alarms, struct device_watch *watch, struct device_view *view,
                           const struct judge_time *time);
/* Its readings against the rules. */
void device_conditions_take(struct alarms *alarms, struct device_watch *watch, const struct batch *batch,
                            int64_t now_ms);
/* Nothing is known of it any more: what stands stays, delays stand still. */
void device_conditions_lose(struct alarms *alarms, struct device_watch *watch, int64_t now_ms);
/* It is configured no more: what stands ends. */
void device_conditions_end(struct alarms *alarms, struct device_watch *watch, int64_t now_ms);

#endif
