/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Silence: devices without a good reading, lines and gateways behind which all are silent, and the feed of a
 * row whose PDUs fell silent at one instant. Where the partner feed took the load at that instant, the feed
 * is inferred to be lost; else it may be their network, and is said so.
 */
#ifndef HALLWATCH_JUDGE_SILENCE_H
#define HALLWATCH_JUDGE_SILENCE_H

#include "judge/alarms_inside.h"

/* Groups the configured devices, which are watched already. 0 or ERROR_MEMORY. */
int silence_new(struct alarms *alarms, struct silence **silence);
void silence_free(struct silence *silence); /* NULL is fine */

/* The condition of a device's silence by one of the two rules, made if need be; ALARM_NO_CONDITION when out
 * of memory. */
uint32_t silence_condition(struct alarms *alarms, uint32_t device, const struct rule *rule,
                           const struct judge_time *time);
/* A view was bound: which of its series make up its load. */
void silence_bind(struct device_watch *watch);
/* A device that has not answered yet is known by its health only, not by its own series. */
bool silence_tells_more_than_health(const struct device_view *view);
/* A batch came. */
void silence_take(struct alarms *alarms, struct device_watch *watch, const struct batch *batch,
                  const struct judge_time *time);
/* Time goes on: who is overdue. To be called with every tick; looks five times a second. */
void silence_tick(struct alarms *alarms, const struct judge_time *time);

/* "modbus://10.0.0.7:502", "row 3 feed A". */
const char *silence_group_name(const struct silence *silence, uint32_t group);
/* A device of a group, for its labels. */
const struct device_watch *silence_group_device(const struct alarms *alarms, uint32_t group);
/* Racks of the group's overdue devices. */
uint32_t silence_count_racks(const struct alarms *alarms, uint32_t group);

#endif
