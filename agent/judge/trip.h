/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a breaker would trip at the present current: the earliest and the latest, by its standard and curve,
 * of its hottest pole, with the heat it has gathered. Pure.
 *
 * Of thermal curves, x being the current over the setting: d heat/dt = (x^2 - heat) / tau, and it trips at
 * heat = k^2, so in tau ln((x^2 - heat) / (x^2 - k^2)). The earliest time takes for k the multiple at which
 * the standard forbids to trip within the conventional time, the latest that at which it asks for it; and at
 * that multiple no breaker takes longer than the conventional time:
 *
 *   IEC 60947-2  1.05, 1.30  1 h up to 63 A, 2 h above (7.2.1.2.4)
 *   IEC 60898    1.13, 1.45  1 h up to 63 A, 2 h above (table 7)
 *   UL 489       1.00, 1.35  1 h up to 50 A, 2 h above
 *
 * tau, unless it is given, is such that a cold breaker needs at most what the standard allows at its second
 * point: IEC 60898 60 s at 2.55 (120 s above 32 A), UL 489 at 2.00 from 2 min (30 A) to 30 min; IEC 60947-2
 * leaves that to the maker and gets UL 489's. Electronic long-time delay: I^2 t is constant, tr at 6 times
 * the setting, and a share of it that was used is forgotten with tau, by default 36 tr / k^2 as in a thermal
 * image. Hydraulic-magnetic breakers, and others without thermal memory, forget at once when the current is
 * no longer above k.
 */
#ifndef HALLWATCH_JUDGE_TRIP_H
#define HALLWATCH_JUDGE_TRIP_H

#include "judge/sums.h"

/*
 * The heat of each pole, in units of In^2, between a lower and an upper bound; of electronic curves the share
 * of I^2 t that was used. An unknown past widens the band: it may have been cold, or at its setting for long.
 */
struct trip_heat {
    double low[PHASES], high[PHASES];
    bool begun;
};
struct trip_time {
    double earliest_s, latest_s; /* INFINITY: does not trip at this current; NAN: not known or no curve */
    uint8_t pole;                /* the hottest */
};
/*
 * Goes on by `elapsed_s` at the currents of `sum`; where those are unknown the band widens, and the time is
 * not known. Currents that are only an upper bound say nothing of the latest time.
 */
void trip_advance(const struct power_node *node, const struct node_sum *sum, double elapsed_s,
                  struct trip_heat *heat, struct trip_time *time);

#endif
