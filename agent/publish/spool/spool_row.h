/* SPDX-License-Identifier: Apache-2.0 */
/* The making of rows. Only the spool includes this; see publish/spool.h. */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_ROW_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_ROW_H

#include "publish/spool/spool.h"

/*
 * A row of `n` readings from `first` on whose columns the caller fills; it holds the view, which may be NULL
 * where n is 0. One reference, the caller's. NULL when out of memory.
 */
struct spool_row *spool_row_new(struct device_view *view, uint32_t first, uint32_t n);
double *spool_row_values(struct spool_row *row); /* while it is made */
uint8_t *spool_row_qualities(struct spool_row *row);

/* What it costs in memory. */
size_t spool_row_bytes(const struct spool_row *row);

/* Readings among these: those that are neither absent nor an ending. */
uint32_t spool_row_count(const uint8_t *qualities, uint32_t n);
/* Those of the row that are no gauges. */
uint32_t spool_row_count_totals(const struct spool_row *row);
bool spool_row_has_ending(const uint8_t *qualities, uint32_t n);

#endif
