/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of rows with the same series, and what is known of each series of a group. */
#include "publish/spool/spool_thin.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "publish/spool/spool_row.h"

enum { BUCKETS = 1024, FEW = 3 /* rows of a group that are no more than what would take their place */ };

struct total {
    double least, most, sum, first, last;
    uint32_t n;                     /* values in the sum */
    uint8_t first_quality, quality; /* of the first and the last; absent: there is none */
    bool has_changed;
};

/* A row in which some state is another than before. */
struct change {
    struct change *next;
    struct spool_row *row; /* a reference */
};

struct group {
    struct group *next, *next_made;
    struct spool_row *few[FEW]; /* references to the first rows */
    struct change *changes, **last_change;
    size_t n, n_changes;
    int64_t first_ms, last_ms;
    struct total totals[]; /* by series */
};

struct spool_thin {
    struct group *buckets[BUCKETS], *made, **last_made;
    uint64_t first_id, last_id, before, until;
    size_t n; /* rows added */
};

struct spool_thin *spool_thin_new(void) {
    struct spool_thin *thin = calloc(1, sizeof(*thin));
    if (thin)
        thin->last_made = &thin->made;
    return thin;
}

void spool_thin_free(struct spool_thin *thin) {
    for (struct group *group = thin ? thin->made : NULL, *next; group; group = next) {
        next = group->next_made;
        for (size_t i = 0; i < FEW && i < group->n; i++)
            spool_release(group->few[i]);
        while (group->changes) {
            struct change *change = group->changes;
            group->changes = change->next;
            spool_release(change->row);
            free(change);
        }
        free(group);
    }
    free(thin);
}

static struct group *find_group(struct spool_thin *thin, const struct spool_row *row) {
    size_t bucket = ((uintptr_t)row->view >> 4 ^ row->first) % BUCKETS;
    for (struct group *group = thin->buckets[bucket]; group; group = group->next) {
        const struct spool_row *other = group->few[0];
        if (other->view == row->view && other->first == row->first && other->n == row->n)
            return group;
    }
    struct group *group = calloc(1, sizeof(*group) + row->n * sizeof(group->totals[0]));
    if (!group)
        return NULL;
    group->next = thin->buckets[bucket];
    group->first_ms = row->time_ms;
    group->last_change = &group->changes;
    for (uint32_t i = 0; i < row->n; i++)
        group->totals[i].quality = QUALITY_ABSENT;
    thin->buckets[bucket] = group;
    *thin->last_made = group;
    thin->last_made = &group->next_made;
    return group;
}

static bool is_known(uint8_t quality) {
    return quality != QUALITY_ABSENT && quality != QUALITY_ENDED;
}

static enum quantity_kind kind_of(const struct spool_row *row, uint32_t i) {
    return catalog_quantity(row->view->series[row->first + i].quantity)->kind;
}

/* Whether the state is another than before. */
static bool note_change(struct total *total, double value, uint8_t quality) {
    if (!is_known(total->quality)) {
        total->first = value;
        total->first_quality = quality;
        return false;
    }
    bool is_change = quality != total->quality || value != total->last;
    total->has_changed |= is_change;
    return is_change;
}

static int keep_change(struct group *group, struct spool_row *row) {
    struct change *change = calloc(1, sizeof(*change));
    if (!change)
        return ERROR_MEMORY;
    atomic_fetch_add_explicit(&row->references, 1, memory_order_relaxed);
    change->row = row;
    *group->last_change = change;
    group->last_change = &change->next;
    group->n_changes++;
    return 0;
}

static void add_value(struct total *total, double value, uint8_t quality) {
    total->last = value;
    total->quality = quality;
    if (quality == QUALITY_BAD)
        return;
    if (total->n == 0 || value < total->least)
        total->least = value;
    if (total->n == 0 || value > total->most)
        total->most = value;
    total->sum += value;
    total->n++;
}

int spool_thin_add(struct spool_thin *thin, struct spool_row *row) {
    if (thin->n++ == 0) {
        thin->first_id = row->first_id;
        thin->before = row->total - row->readings;
    }
    thin->last_id = row->id;
    thin->until = row->total;
    if (!row->view)
        return 0; /* one that could not be read */
    struct group *group = find_group(thin, row);
    if (!group)
        return ERROR_MEMORY;
    if (group->n < FEW) {
        atomic_fetch_add_explicit(&row->references, 1, memory_order_relaxed);
        group->few[group->n] = row;
    }
    group->n++;
    group->last_ms = row->time_ms;
    bool is_change = false;
    for (uint32_t i = 0; i < row->n; i++) {
        struct total *total = &group->totals[i];
        if (!is_known(row->qualities[i]))
            continue;
        if (kind_of(row, i) == KIND_STATE)
            is_change |= note_change(total, row->values[i], row->qualities[i]);
        add_value(total, row->values[i], row->qualities[i]);
    }
    return is_change ? keep_change(group, row) : 0;
}

/* What a row that is made holds of a gauge. */
enum taking { LEAST, MEAN, MOST };

static void put_value(struct spool_row *row, uint32_t i, const struct total *total, enum taking part,
                      bool with_gauges) {
    const double values[] = {[LEAST] = total->least, [MEAN] = total->sum / total->n, [MOST] = total->most};
    uint8_t *quality = &spool_row_qualities(row)[i];
    double *value = &spool_row_values(row)[i];
    *quality = QUALITY_ABSENT;
    *value = 0;
    if (kind_of(row, i) == KIND_GAUGE) {
        if (!with_gauges || total->n == 0)
            return;
        *quality = QUALITY_SUBSTITUTED;
        *value = values[part];
    } else if (part == MOST) {
        *quality = total->quality;
        *value = total->last;
    } else if (part == LEAST && total->has_changed) {
        *quality = total->first_quality;
        *value = total->first;
    }
}

static struct spool_row *make_row(const struct group *group, enum taking part, bool with_gauges) {
    const int64_t times_ms[] = {[LEAST] = group->first_ms,
                                [MEAN] = group->first_ms + (group->last_ms - group->first_ms) / 2,
                                [MOST] = group->last_ms};
    const struct spool_row *like = group->few[0];
    struct spool_row *row = spool_row_new(like->view, like->first, like->n);
    if (!row)
        return NULL;
    row->kind = like->kind;
    row->time_ms = times_ms[part];
    for (uint32_t i = 0; i < row->n; i++)
        put_value(row, i, &group->totals[i], part, with_gauges);
    row->readings = spool_row_count(row->qualities, row->n);
    return row;
}

static struct spool_row *copy_row(const struct spool_row *row) {
    struct spool_row *copy = spool_row_new(row->view, row->first, row->n);
    if (!copy)
        return NULL;
    memcpy(spool_row_values(copy), row->values, row->n * sizeof(double));
    memcpy(spool_row_qualities(copy), row->qualities, row->n);
    copy->kind = row->kind;
    copy->time_ms = row->time_ms;
    copy->readings = row->readings;
    return copy;
}

/* Of a row with changes the states; what else it holds is in the others. */
static struct spool_row *copy_states(const struct spool_row *row) {
    struct spool_row *copy = copy_row(row);
    for (uint32_t i = 0; copy && i < row->n; i++)
        if (kind_of(row, i) != KIND_STATE)
            spool_row_qualities(copy)[i] = QUALITY_ABSENT;
    if (copy)
        copy->readings = spool_row_count(copy->qualities, copy->n);
    return copy;
}

static int order_rows(const void *a, const void *b) {
    const struct spool_row *const *x = a, *const *y = b;
    return (*x)->time_ms < (*y)->time_ms ? -1 : (*x)->time_ms > (*y)->time_ms;
}

/* Adds the row to the *n, or forgets it where it holds nothing. ERROR_MEMORY where there is none. */
static int take(struct spool_row *row, struct spool_row **rows, int *n) {
    if (!row)
        return ERROR_MEMORY;
    if (row->readings > 0 || spool_row_has_ending(row->qualities, row->n))
        rows[(*n)++] = row;
    else
        spool_release(row);
    return 0;
}

/* Never more than there were: where nearly every row is a change there is no room for the mean. */
static int take_parts(const struct group *group, enum spool_thinning thinning, struct spool_row **rows,
                      int *n) {
    bool with_gauges = thinning == THIN_DETAIL;
    int error = 0;
    for (enum taking part = LEAST; part <= MOST && !error; part++)
        if (part != MEAN || (with_gauges && group->n_changes + FEW <= group->n))
            error = take(make_row(group, part, with_gauges), rows, n);
    return error;
}

/* The rows of one group that stay. ERROR_MEMORY, or how many. */
static int finish_group(const struct group *group, enum spool_thinning thinning, struct spool_row **rows) {
    int n = 0, error = 0;
    if (thinning == THIN_DETAIL && group->n <= FEW) {
        for (size_t i = 0; i < group->n && !error; i++)
            error = take(copy_row(group->few[i]), rows, &n);
        return error ? error : n;
    }
    error = take_parts(group, thinning, rows, &n);
    for (const struct change *change = group->changes; change && !error; change = change->next)
        if (change->row->time_ms != group->last_ms) /* the last row has it */
            error = take(copy_states(change->row), rows, &n);
    return error ? error : n;
}

static void number_rows(const struct spool_thin *thin, struct spool_row **rows, size_t n) {
    uint64_t total = thin->before;
    qsort(rows, n, sizeof(struct spool_row *), order_rows);
    for (size_t i = 0; i < n; i++) {
        bool is_last = i + 1 == n;
        total += rows[i]->readings;
        rows[i]->first_id = thin->first_id + i;
        rows[i]->id = is_last ? thin->last_id : rows[i]->first_id;
        rows[i]->total = is_last ? thin->until : total;
    }
}

int spool_thin_finish(struct spool_thin *thin, enum spool_thinning thinning, struct spool_row ***made,
                      size_t *n) {
    struct spool_row **rows = calloc(thin->n + FEW, sizeof(struct spool_row *));
    int more = rows ? 0 : ERROR_MEMORY;
    *n = 0;
    for (const struct group *group = thin->made; group && more >= 0; group = group->next_made) {
        more = finish_group(group, thinning, rows + *n);
        *n += more > 0 ? (size_t)more : 0;
    }
    if (more < 0) {
        for (size_t i = 0; rows && rows[i]; i++)
            spool_release(rows[i]);
        free(rows);
        return more;
    }
    number_rows(thin, rows, *n);
    *made = rows;
    return 0;
}
