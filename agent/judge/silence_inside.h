/* SPDX-License-Identifier: Apache-2.0 */
/* What silence.c and silence_feed.c share. Included by those two only. */
#ifndef HALLWATCH_JUDGE_SILENCE_INSIDE_H
#define HALLWATCH_JUDGE_SILENCE_INSIDE_H

#include "judge/silence.h"

enum { FEED_FEWEST = 3 }; /* PDUs that make a feed */

/* Devices that may fall silent together: behind one line or gateway, or PDUs on one feed of a row. */
struct silent_group {
    char *name;
    const struct device_config *first; /* for its labels */
    bool is_feed;
    uint32_t node;          /* that feeds all of them; POWER_NO_NODE */
    uint32_t *members, n;   /* watches */
    uint32_t conditions[2]; /* of a bus the first; of a feed: silent, lost */
    int64_t fell_ms;        /* when those that fell silent were heard last; INT64_MIN: none did */
    bool is_lost;
    bool is_falling; /* a bus: all are overdue, and it is not said to be silent yet */
};

struct silence {
    struct silent_group *groups;
    size_t n_groups, room;
    const struct rule *device_rules[2]; /* NULL: off */
    int64_t looked_ms, noted_ms, shifted_ms;
};

/* How often the device is asked. */
int64_t silence_interval_ms(const struct device_watch *watch);

/* --- silence_feed.c --- */

/* The node that feeds all PDUs of a feed. */
void silence_find_feeder(const struct alarms *alarms, struct silent_group *group);
/* What PDUs carry, now and a moment ago. */
void silence_note_loads(struct alarms *alarms, int64_t now_ms);
void silence_look_at_feed(struct alarms *alarms, struct silent_group *group, int64_t now_ms);

#endif
