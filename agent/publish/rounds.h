/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which order a sink reads: what is urgent, then what is new, then what has waited; and when what is new
 * is so no more. Pure.
 */
#ifndef HALLWATCH_PUBLISH_ROUNDS_H
#define HALLWATCH_PUBLISH_ROUNDS_H

#include "model/config.h"
#include "publish/spool/spool.h"

/* Where rows come from: a lane of a cursor. */
enum round_source { URGENT_LIVE, URGENT_BACKLOG, READINGS_LIVE, READINGS_BACKLOG, N_ROUND_SOURCES };

/* That of a row. */
enum round_source round_source_of(enum spool_kind kind, enum spool_lane lane);
enum spool_kind round_kind(enum round_source source);
enum spool_lane round_lane(enum round_source source);

/* How the cursors of a sink are opened. */
enum spool_order round_order(enum sink_order order);

/*
 * Whether rows have waited for too long to count as new: this is the oldest of them, and wait_ms is how long
 * they gather anyway. A row that came back from a file has, and so has a gap.
 */
bool round_is_behind(const struct spool_row *oldest, int64_t now_ms, int64_t wait_ms);

#endif
