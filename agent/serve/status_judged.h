/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the judge says, as pieces of the status document, between its devices and its tail; none where the
 * configuration has no section `power`:
 *
 *   "clock_error":0.012,
 *   "power":{"time":1764000059000,"nodes":783,"dead":8,"on_battery":0,"undetermined":0,
 *    "redundancy":{"kept":158,"lost":1,"planned":0,"unknown":0,"first_lost":"rack-05-3"},"cooling":{...},
 *    "worst_loss":{"lost":"ups-a2","worst":"ups-b2","headroom":0.12,"headroom_watts":300000,"exceeded":0,
 *     "dropped":0,"dropped_watts":0,"at_least":true,"exceeding_losses":0},
 *    "demand":{"contract":250000000,"forecast":...,"last":...,"month_peak":...,"left":312,"estimated":true,
 *     "partial":true},
 *    "coverage":{"measured":0.98,"held":0.02,"unknown":0},"unknown_nodes":3,
 *    "out":[{"node":"chiller-3","until":1764003600000,"by":"kim","why":"filters"}],"n_out":1},
 *   "alarms":[
 *    {"id":"ups_on_battery-1a2b3c4d","rule":"ups_on_battery","state":"active","priority":2,"since":...,
 *     "changed":...,"latches":true,"chattering":true,"value":12,"limit":10,"headroom":...,"time_left":240,
 *     "n_consequences":40, and the texts of the record under their names}, ...],
 *   "nodes":[
 *    {"name":"ups-a2","class":"ups","hall":"hall-1","row":"a","rack":"","feed":"A","readings":[...]}, ...]
 *
 * Alarms are by priority and age, without those that have ended. `left` and `time_left` are in seconds,
 * shares 0..1, what is not known is null or left out. Readings are as those of devices. Pure.
 */
#ifndef HALLWATCH_SERVE_STATUS_JUDGED_H
#define HALLWATCH_SERVE_STATUS_JUDGED_H

#include "base/text.h"
#include "model/alarm_board.h"
#include "model/config.h"
#include "model/latest.h"
#include "model/power_board.h"

/* Up to where the first node follows. Either board may be NULL or empty. `clock_error_s`: NAN: not known. */
void status_write_judged(struct text *text, struct power_board *power, struct alarm_board *alarms,
                         double clock_error_s);
/* `latest` is NULL where nothing was judged yet. `first`: no comma before it. */
void status_write_node(struct text *text, const struct site_config *config, const struct power_node *node,
                       const struct latest_device *latest, bool first);

#endif
