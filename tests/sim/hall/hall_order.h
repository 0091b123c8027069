/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may happen in the hall, ordered by a line: on the control socket or in a script.
 *
 *     feed ROW A|B lost|back       the breaker of a row's feed trips: its PDUs fall silent, their partners
 * carry all ups A|B battery|mains        its input is dead chiller N tripped|running leak ROW|ROW-RACK
 * wet|dry    a rope under the row; the pan of a liquid-cooled rack creep ROW-RACK SHARE SECONDS the rack's
 * load creeps this far above its usual course, of its design power
 *
 * Numbers of rows, racks and chillers count from 1. SECONDS are those of a hall of speed 1.
 */
#ifndef HALLSIM_HALL_ORDER_H
#define HALLSIM_HALL_ORDER_H

#include "hall_model.h"

enum hall_event { EVENT_FEED, EVENT_UPS, EVENT_CHILLER, EVENT_LEAK, EVENT_CREEP };

struct hall_order {
    enum hall_event event;
    bool wrong; /* lost, on battery, tripped, wet; false: well again */
    enum feed feed;
    unsigned row, rack; /* from 0; rack: place in the row */
    bool of_rack;       /* of a leak: of a rack, not of the row */
    unsigned chiller;   /* from 0 */
    double share, seconds;
};

/* Whether the line is such an order, whatever hall it is for. */
bool hall_order_read(const char *line, struct hall_order *order);
/* Carries it out at this time. False: the hall has no such thing, or a rack would be dark; *problem says why.
 */
bool hall_order(struct hall *hall, const struct hall_order *order, double time, const char **problem);

#endif
