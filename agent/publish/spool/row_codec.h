/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row's columns as bytes and back, exactly. Meters send short decimals: those take the few bytes of their
 * digits, everything else (NaN, infinities, long fractions) its eight. Pure.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_ROW_CODEC_H
#define HALLWATCH_PUBLISH_SPOOL_ROW_CODEC_H

#include "base/text.h"
#include "publish/spool/spool.h"

/* Adds the columns to the text. 0 or ERROR_MEMORY. */
int row_encode(const struct spool_row *row, struct text *text);

/*
 * A row of the view from bytes of any origin; kind, ids, time and total are still to be set. Values of absent
 * readings are 0. 0, ERROR_MEMORY or ERROR_GARBLED.
 */
int row_decode(const void *bytes, size_t size, struct device_view *view, struct spool_row **row);

#endif
