/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the silent units of a bus may cost: a tenth of its time, all together. The time-outs of units that
 * failed before are charged; while more is owed than the bus has earned, such units wait and the others go
 * on. A few time-outs in a row are allowed, so that one unit's silence is found out quickly. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_BUS_SHARE_H
#define HALLWATCH_ACQUIRE_BUS_SHARE_H

#include <stdint.h>

/* Of one bus; begins zeroed. Times are monotonic. */
struct bus_share {
    int64_t paid_us; /* when what silence has cost is ten times made up for */
};

/* From when on a unit that failed before may be asked. */
int64_t bus_share_from(const struct bus_share *share);
/* The bus has waited in vain for this long, until now. */
void bus_share_charge(struct bus_share *share, int64_t now_us, int64_t waited_us);

#endif
