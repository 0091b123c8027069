/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alarm as members of a JSON object, as it is published and kept, and back from text of any origin:
 *
 *   "alarm":"ups_on_battery-1b2c3d4e","state":"active","priority":2,"rule":"ups_on_battery","site":"dc1",
 *   "node":"ups-a2","class":"ups","summary":"...","response":"...","since":1764000000000,
 *   "changed":1764000000000,"value":1,"limit":0,"metric":"facility_..."
 *
 * Times are in milliseconds since 1970. What is not there is left out: texts that are empty, numbers that are
 * not known, flags that are false. Pure.
 */
#ifndef HALLWATCH_MODEL_ALARM_JSON_H
#define HALLWATCH_MODEL_ALARM_JSON_H

#include "base/json_stream.h"
#include "base/text.h"
#include "model/alarm_board.h"

/* Adds the members, separated by commas. */
void alarm_json_write(const struct alarm_record *record, struct text *text);

/* A record while its members are read; it owns its texts. */
struct alarm_draft {
    struct alarm_record record;
    char *texts[ALARM_TEXTS + 1]; /* the last: the metric */
    bool failed;                  /* a member cannot be, or out of memory */
};
void alarm_draft_begin(struct alarm_draft *draft);
/* One member: its key, and how its value was told by a JSON stream. Members of other names are passed over.
 */
void alarm_draft_take(struct alarm_draft *draft, const char *key, enum json_event event, const char *text,
                      size_t size);
/* Whether it is an alarm as alarm_json_write would write one. */
bool alarm_draft_is_whole(const struct alarm_draft *draft);
void alarm_draft_done(struct alarm_draft *draft);

#endif
