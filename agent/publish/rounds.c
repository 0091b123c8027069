/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sources is the enum's own arithmetic. */
#include "publish/rounds.h"

enum { BEHIND_MS = 1500 };

_Static_assert(N_ROUND_SOURCES == (int)N_SPOOLS * (int)N_LANES, "each lane of each spool is a source");

enum round_source round_source_of(enum spool_kind kind, enum spool_lane lane) {
    return (enum round_source)((int)kind * (int)N_LANES + (int)lane);
}

enum spool_kind round_kind(enum round_source source) {
    return (enum spool_kind)((int)source / (int)N_LANES);
}

enum spool_lane round_lane(enum round_source source) {
    return (enum spool_lane)((int)source % (int)N_LANES);
}

enum spool_order round_order(enum sink_order order) {
    return order == SINK_LIVE_FIRST ? ORDER_LIVE_FIRST : ORDER_STRICT;
}

bool round_is_behind(const struct spool_row *oldest, int64_t now_ms, int64_t wait_ms) {
    return oldest->kept_ms == 0 || now_ms - oldest->kept_ms > wait_ms + BEHIND_MS;
}
