/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows of a stream were seen, in any order, and roughly when: a bit and a half for each, in pieces that
 * are there where rows are. Pure.
 */
#ifndef HALLWATCH_COMMAND_PROVE_IDS_H
#define HALLWATCH_COMMAND_PROVE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows that follow each other; times of neighbours of the first and the last, INT64_MIN: unknown. */
struct prove_range {
    uint64_t first, last;
    int64_t first_ms, last_ms;
};

struct prove_piece;

/* Zeroed: empty. */
struct prove_ids {
    struct prove_piece **slots; /* by hash; after prove_ids_sort in their order, without holes */
    size_t n_slots, n_pieces;
    struct prove_piece *last; /* where a row was added last */
    uint64_t n;               /* different rows */
    uint64_t n_again;         /* rows that were there already */
    uint64_t n_other;         /* of these: with a time that is none of the 64 rows' around it */
};

void prove_ids_done(struct prove_ids *ids);

/*
 * 0, ERROR_MEMORY, or ERROR_TOO_BIG where rows lie so far apart that they would take too much of it.
 * `time_ms`: INT64_MIN: unknown.
 */
int prove_ids_add(struct prove_ids *ids, uint64_t id, int64_t time_ms);

/* After the last was added. */
void prove_ids_sort(struct prove_ids *ids);

/*
 * Then: finds the first run of rows that ends at `from` or later, and reports its part from there on. False:
 * there is none.
 */
struct prove_walk {
    size_t piece;
};
bool prove_ids_next(const struct prove_ids *ids, struct prove_walk *walk, uint64_t from,
                    struct prove_range *range);

#endif
