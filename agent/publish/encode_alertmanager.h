/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alarms as alerts of Alertmanager's API v2, an array of:
 *
 *   {"labels":{"alertname":"ups_on_battery","alarm":"ups_on_battery-1b2c3d4e","site":"dc1","node":"ups-a2",
 *    "class":"ups","severity":"high","priority":"2"},
 *    "annotations":{"summary":"...","response":"..."},
 *    "startsAt":"2026-11-23T15:56:45.123Z","endsAt":"2026-11-23T15:58:45.123Z"}
 *
 * An alert is known by its labels alone. Pure.
 */
#ifndef HALLWATCH_PUBLISH_ENCODE_ALERTMANAGER_H
#define HALLWATCH_PUBLISH_ENCODE_ALERTMANAGER_H

#include "base/text.h"
#include "model/alarm_board.h"

/* Adds the labels of an alarm: a JSON object. */
void encode_alert_labels(const struct alarm_record *record, struct text *text);

/* Adds one alert to the array in `body`, which is begun where it is empty. `record` NULL: without
 * annotations. */
void encode_alert(const char *labels, const struct alarm_record *record, int64_t starts_ms, int64_t ends_ms,
                  struct text *body);
/* Ends the array. */
void encode_alert_end(struct text *body);

#endif
