/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a breaker would trip at the present current: the earliest and the latest, by its standard and curve,
 * of its hottest pole, with the heat it has gathered. Pure. Source of the formulas: power.md sections 3
 * and 6.
 */
#ifndef HALLWATCH_JUDGE_TRIP_H
#define HALLWATCH_JUDGE_TRIP_H

#include "judge/sums.h"

/* The heat of each pole, in units of In^2, between a lower and an upper bound; an unknown past widens the
 * band. */
struct trip_heat {
    double low[PHASES], high[PHASES];
    bool begun;
};
struct trip_time {
    double earliest_s, latest_s; /* INFINITY: does not trip at this current; NAN: not known or no curve */
    uint8_t pole;                /* the hottest */
};
/* Goes on by `elapsed_s` at the currents of `sum`; where those are unknown the band widens. */
void trip_advance(const struct power_node *node, const struct node_sum *sum, double elapsed_s,
                  struct trip_heat *heat, struct trip_time *time);

#endif
