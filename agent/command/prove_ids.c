/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of 4096 rows with a bit for each and the times of each 64: a database answers series by series, so
 * rows come in no order, and a list of ranges would be as long as the rows are many until the last series.
 */
#include "command/prove_ids.h"

#include <stdlib.h>

#include "base/error.h"

enum {
    WORDS = 64,
    WORD_IDS = 64,
    PIECE_IDS = WORDS * WORD_IDS,
    PIECES_MOST = 1 << 18, /* 400 MB; a thousand million rows without a hole */
    SLOTS_FIRST = 64,      /* a power of two */
};

struct prove_piece {
    uint64_t number; /* its first id, over PIECE_IDS */
    uint64_t seen[WORDS];
    int64_t least_ms[WORDS], most_ms[WORDS]; /* of what was seen of a word */
};

void prove_ids_done(struct prove_ids *ids) {
    for (size_t i = 0; i < ids->n_slots; i++)
        free(ids->slots[i]);
    free(ids->slots);
    *ids = (struct prove_ids){0};
}

static struct prove_piece **find_slot(struct prove_piece **slots, size_t n, uint64_t number) {
    for (uint64_t i = number * 0x9e3779b97f4a7c15u >> 20;; i++) {
        struct prove_piece **slot = &slots[i & (n - 1)];
        if (!*slot || (*slot)->number == number)
            return slot;
    }
}

static int grow(struct prove_ids *ids) {
    size_t n = ids->n_slots ? ids->n_slots * 2 : SLOTS_FIRST;
    struct prove_piece **slots = calloc(n, sizeof(*slots));
    if (!slots)
        return ERROR_MEMORY;
    for (size_t i = 0; i < ids->n_slots; i++)
        if (ids->slots[i])
            *find_slot(slots, n, ids->slots[i]->number) = ids->slots[i];
    free(ids->slots);
    ids->slots = slots;
    ids->n_slots = n;
    return 0;
}

static int find_piece(struct prove_ids *ids, uint64_t number) {
    if (ids->n_pieces * 2 >= ids->n_slots && grow(ids) != 0)
        return ERROR_MEMORY;
    struct prove_piece **slot = find_slot(ids->slots, ids->n_slots, number);
    if (!*slot) {
        if (ids->n_pieces == PIECES_MOST)
            return ERROR_TOO_BIG;
        *slot = calloc(1, sizeof(**slot));
        if (!*slot)
            return ERROR_MEMORY;
        (*slot)->number = number;
        ids->n_pieces++;
    }
    ids->last = *slot;
    return 0;
}

int prove_ids_add(struct prove_ids *ids, uint64_t id, int64_t time_ms) {
    uint64_t number = id / PIECE_IDS;
    if (!ids->last || ids->last->number != number) {
        int error = find_piece(ids, number);
        if (error)
            return error;
    }
    size_t word = id / WORD_IDS % WORDS;
    uint64_t bit = (uint64_t)1 << id % WORD_IDS, *seen = &ids->last->seen[word];
    int64_t *least_ms = &ids->last->least_ms[word], *most_ms = &ids->last->most_ms[word];
    if (*seen & bit) {
        ids->n_again++;
        ids->n_other +=
            time_ms != INT64_MIN && *least_ms != INT64_MIN && (time_ms < *least_ms || time_ms > *most_ms);
    } else
        ids->n++;
    if (*seen == 0)
        *least_ms = *most_ms = INT64_MIN;
    *seen |= bit;
    if (time_ms == INT64_MIN)
        return 0;
    if (*least_ms == INT64_MIN || time_ms < *least_ms)
        *least_ms = time_ms;
    if (time_ms > *most_ms)
        *most_ms = time_ms;
    return 0;
}

static int order(const void *a, const void *b) {
    const struct prove_piece *const *x = a, *const *y = b;
    return (*x)->number < (*y)->number ? -1 : (*x)->number > (*y)->number;
}

void prove_ids_sort(struct prove_ids *ids) {
    size_t n = 0;
    for (size_t i = 0; i < ids->n_slots; i++)
        if (ids->slots[i])
            ids->slots[n++] = ids->slots[i];
    if (n > 0)
        qsort(ids->slots, n, sizeof(struct prove_piece *), order);
    ids->n_slots = n;
    ids->last = NULL;
}

/* The first id of the piece from `at` on that is seen, or is not. False: none. */
static bool find(const struct prove_piece *piece, bool is_seen, uint64_t *at) {
    size_t place = *at % PIECE_IDS;
    for (size_t word = place / WORD_IDS; word < WORDS; word++) {
        uint64_t bits = is_seen ? piece->seen[word] : ~piece->seen[word];
        if (word == place / WORD_IDS)
            bits &= UINT64_MAX << place % WORD_IDS;
        if (bits) {
            *at = piece->number * PIECE_IDS + word * WORD_IDS + (unsigned)__builtin_ctzll(bits);
            return true;
        }
    }
    return false;
}

/* The run from `first` on, over the pieces that follow each other; *at is the piece of its end. */
static uint64_t find_last(const struct prove_ids *ids, size_t *at, uint64_t first) {
    uint64_t end = first;
    while (!find(ids->slots[*at], false, &end)) {
        end = (ids->slots[*at]->number + 1) * PIECE_IDS;
        if (*at + 1 == ids->n_slots || ids->slots[*at + 1]->number * PIECE_IDS != end)
            break;
        ++*at;
    }
    return end - 1;
}

bool prove_ids_next(const struct prove_ids *ids, struct prove_walk *walk, uint64_t from,
                    struct prove_range *range) {
    for (; walk->piece < ids->n_slots; walk->piece++) {
        const struct prove_piece *piece = ids->slots[walk->piece];
        uint64_t begin = piece->number * PIECE_IDS, at = from > begin ? from : begin;
        if (from >= begin + PIECE_IDS || !find(piece, true, &at))
            continue;
        range->first = at;
        range->first_ms = piece->least_ms[at / WORD_IDS % WORDS];
        range->last = find_last(ids, &walk->piece, at);
        piece = ids->slots[walk->piece];
        if (range->last / PIECE_IDS != piece->number) /* it ended with the piece before */
            piece = ids->slots[walk->piece - 1];
        range->last_ms = piece->most_ms[range->last / WORD_IDS % WORDS];
        return true;
    }
    return false;
}
