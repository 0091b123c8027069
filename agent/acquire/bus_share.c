/* SPDX-License-Identifier: Apache-2.0 */
/* A leaky bucket of time: it fills ten times as fast as silence lasts, and empties as time goes by. */
#include "acquire/bus_share.h"

enum {
    PART = 10,                 /* of the bus's time, that silence may take: one in */
    IN_A_ROW_US = 2 * 1000000, /* of silence, before the next must wait */
};

int64_t bus_share_from(const struct bus_share *share) {
    return share->paid_us - IN_A_ROW_US * (int64_t)PART;
}

void bus_share_charge(struct bus_share *share, int64_t now_us, int64_t waited_us) {
    if (share->paid_us < now_us)
        share->paid_us = now_us;
    share->paid_us += waited_us * PART;
}
