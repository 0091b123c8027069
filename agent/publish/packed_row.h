/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that are compressed once. Of the rows of alike devices nothing changes from poll to poll but the
 * values, the time, and from device to device the device's own labels; so a row is compressed with holes in
 * these places, and then filled for each poll: eight bytes a reading are written where the encoder and the
 * compressor would have handled a hundred. What a row looks like before it is compressed is the encoder's
 * affair. Owned by one thread.
 *
 * A snappy stream is a length and then literals and copies of what was said before, counted backwards; so
 * rows that were compressed apart can stand one behind the other.
 */
#ifndef HALLWATCH_PUBLISH_PACKED_ROW_H
#define HALLWATCH_PUBLISH_PACKED_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "model/series.h"

enum {
    PACKED_READINGS_MOST = 128, /* of one packed row; longer ones are packed in pieces */
    PACKED_SEGMENTS = 5,
};

/*
 * Of what a row is made before it is compressed: bytes (0 to 255), and in place of those that are filled in
 * later one of these, counted on by byte.
 */
enum {
    PACKED_VALUE = 256,                                      /* + 8 x reading, of those that are sent */
    PACKED_NUMBER = PACKED_VALUE + 8 * PACKED_READINGS_MOST, /* the row's, a double like the others */
    PACKED_TIME = PACKED_NUMBER + 8,                         /* as it is encoded */
    PACKED_HEAD = PACKED_TIME + 16,                          /* of the device's labels */
};

/* Rows of one shape share a packed row. Compared as bytes: it has no padding. */
struct packed_shape {
    struct series_list *list;
    uint64_t sent[PACKED_READINGS_MOST / 64]; /* bit n: reading n is sent */
    uint32_t first, n;                        /* series; at most PACKED_READINGS_MOST */
    uint16_t time_size;
    uint16_t number; /* 0: it has no hole for the row's number; else what tells others of those apart */
    uint32_t head_sizes[PACKED_SEGMENTS]; /* of the device's labels, by where they go */
};

struct packed_row;
struct packed_rows;

struct packed_rows *packed_rows_new(void); /* NULL when out of memory */
void packed_rows_free(struct packed_rows *rows);

/*
 * The packed row of this shape. NULL: there is none, and *wanted says whether it is worth making one: a shape
 * that was asked for only once may never come again.
 */
const struct packed_row *packed_rows_find(struct packed_rows *rows, const struct packed_shape *shape,
                                          bool *wanted);

/* Makes it from `size` symbols; another one may go for it. NULL when out of memory. */
const struct packed_row *packed_rows_make(struct packed_rows *rows, const struct packed_shape *shape,
                                          const uint16_t *symbols, size_t size);

/*
 * Adds the row, filled, to a snappy stream: `values` of the whole shape, the row's `number` where it has one,
 * `time` and `head` as they are encoded. `follows`: what stands in front of it is this very row, as it is.
 * Returns how many bytes it has when it is unpacked; 0 when out of memory.
 */
size_t packed_row_add(const struct packed_row *row, bool follows, const double *values, double number,
                      const char *time, const char *head, struct text *stream);

#endif
