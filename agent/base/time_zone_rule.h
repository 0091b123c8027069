/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule by which a zone goes on beyond its table, as POSIX writes it in TZ and zone files in their last
 * line: "CET-1CEST,M3.5.0,M10.5.0/3". Pure.
 */
#ifndef HALLWATCH_BASE_TIME_ZONE_RULE_H
#define HALLWATCH_BASE_TIME_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A day of the year and a time of it. */
struct zone_day {
    char form;   /* 'J': `day` 1..365 without February 29; 'D': 0..365 with it; 'M': weekday of a month */
    int16_t day; /* of 'M': 0 (Sunday) .. 6 */
    int8_t month, week; /* of 'M': 1..12; 1..5, 5 is the last */
    int32_t time_s;     /* local, of the clocks before the change */
};

/* Offsets are seconds ahead of UTC. */
struct zone_rule {
    int32_t standard_s, summer_s;
    bool has_summer;
    struct zone_day begins, ends; /* of summer time */
};

/* Reads text[0] .. text[size - 1]; false where it is no such rule. */
bool zone_rule_parse(const char *text, size_t size, struct zone_rule *rule);
/* Seconds ahead of UTC at `utc_s`. */
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t utc_s);

#endif
