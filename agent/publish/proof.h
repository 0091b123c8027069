/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How formats of labels and numbers let a receiver prove that it has every row. Each row comes with a sample
 * of PROOF_ROW: its number in the stream, at its time, in a series of its device; so the values of all such
 * series of one stream are the rows that arrived. Rows that are no more are told by two samples of one time,
 * PROOF_GAP_FIRST and PROOF_GAP_LAST, in series of the stream.
 *
 * One series has one value per time. Rows of one device and one time hold different series, so the label
 * `part` tells them apart by the first of these; markers get times that none before them had. Pure.
 */
#ifndef HALLWATCH_PUBLISH_PROOF_H
#define HALLWATCH_PUBLISH_PROOF_H

#include "publish/spool/spool.h"

#define PROOF_ROW "facility_row_sequence"
#define PROOF_GAP_FIRST "facility_gap_first_sequence"
#define PROOF_GAP_LAST "facility_gap_last_sequence"

/* Who publishes; borrowed. */
struct proof_source {
    const char *site, *gateway;
    const char *streams[N_SPOOLS]; /* by the rows' kind */
};

/* Zeroed at first: of the rows and of the markers so far. */
struct proof_times {
    int64_t newest_ms[N_SPOOLS], marker_ms[N_SPOOLS];
};

/* Rows that are no more. */
struct proof_marker {
    uint64_t first, last;
    int64_t time_ms;
    const char *reason; /* "dropped", or "thinned": another row stands for them */
};

/*
 * To be called for each row in its turn, whether it needs one or not. A marker is not older than the rows
 * before: receivers refuse what comes too late. False: it needs none.
 */
bool proof_make_marker(struct proof_times *times, const struct spool_row *row, struct proof_marker *marker);

/* The label `part` of a row that begins with this series. */
enum { PROOF_PART_SIZE = 24 };
void proof_write_part(const struct device_view *view, uint32_t first, char part[PROOF_PART_SIZE]);

/* Whether the row comes with its number: all do, but those that are a part of one (id 0). */
bool proof_is_given(const struct spool_row *row);

#endif
