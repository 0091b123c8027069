/* SPDX-License-Identifier: Apache-2.0 */
/* A row and its columns in one piece of memory. It knows nothing of the spool that it is in. */
#include "publish/spool/spool_row.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_OVERHEAD = 24 }; /* the allocator's head, and the row's place in the ring */

static size_t size_of(uint32_t n) {
    return sizeof(struct spool_row) + n * (sizeof(double) + 1);
}

struct spool_row *spool_row_new(struct device_view *view, uint32_t first, uint32_t n) {
    struct spool_row *row = malloc(size_of(n));
    if (!row)
        return NULL;
    double *values = (double *)(row + 1);
    *row = (struct spool_row){.view = view ? device_view_hold(view) : NULL,
                              .first = first,
                              .n = n,
                              .values = values,
                              .qualities = (const uint8_t *)(values + n)};
    atomic_init(&row->references, 1);
    return row;
}

double *spool_row_values(struct spool_row *row) {
    return (double *)(row + 1);
}

uint8_t *spool_row_qualities(struct spool_row *row) {
    return (uint8_t *)(spool_row_values(row) + row->n);
}

size_t spool_row_bytes(const struct spool_row *row) {
    return size_of(row->n) + ROW_OVERHEAD;
}

uint32_t spool_row_count(const uint8_t *qualities, uint32_t n) {
    uint32_t readings = 0;
    for (uint32_t i = 0; i < n; i++)
        readings += qualities[i] != QUALITY_ABSENT && qualities[i] != QUALITY_ENDED;
    return readings;
}

bool spool_row_has_ending(const uint8_t *qualities, uint32_t n) {
    return n > 0 && memchr(qualities, QUALITY_ENDED, n) != NULL;
}

void spool_release(struct spool_row *row) {
    if (atomic_fetch_sub_explicit(&row->references, 1, memory_order_acq_rel) != 1)
        return;
    device_view_release(row->view);
    free(row);
}

uint32_t spool_row_count_totals(const struct spool_row *row) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < row->n && row->view; i++)
        n += row->qualities[i] != QUALITY_ABSENT &&
             catalog_quantity(row->view->series[row->first + i].quantity)->kind != KIND_GAUGE;
    return n;
}
