/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of which remote write requests are made. A sample is a TimeSeries of its own: its labels, sorted
 * by name, and one value.
 *
 * Labels of the device and labels of the series interleave when sorted, so both are kept in segments: labels
 * are divided at certain names, and segment k of the series goes before segment k of the device. A reading
 * then costs ten short copies and a number, and the bytes of a device's labels are kept once and not once per
 * series.
 *
 * Messages: WriteRequest{timeseries=1}, TimeSeries{labels=1, samples=2}, Label{name=1, value=2},
 * Sample{value=1 (double), timestamp=2 (int64, ms)}.
 */
#ifndef HALLWATCH_PUBLISH_REMOTE_WRITE_MESSAGE_H
#define HALLWATCH_PUBLISH_REMOTE_WRITE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "publish/packed_row.h"
#include "publish/proof.h"
#include "publish/view_cache.h"

enum {
    MESSAGE_SEGMENTS = PACKED_SEGMENTS,
    MESSAGE_VARINT_MOST = 10,
    MESSAGE_SAMPLE_MOST = 2 + 1 + 8 + 1 + MESSAGE_VARINT_MOST,
    MESSAGE_VALUE_AT = 3, /* in a sample: eight bytes */
    MESSAGE_TIME_AT = 12, /* the rest of it */
};

/* In front of the bytes of a head or a piece: how many of them belong to each segment. */
struct message_segments {
    uint32_t sizes[MESSAGE_SEGMENTS];
};
size_t message_segments_sum(const struct message_segments *segments);

/* Heads and pieces of a view, as segments with their bytes. */
extern const struct view_form message_form;

/* What all samples of a row share. */
struct message_parts {
    struct message_segments head;
    const char *head_bytes; /* of the entry */
    size_t head_size;
    char sample[MESSAGE_SAMPLE_MOST]; /* with value 0 */
    size_t sample_size;
};
void message_parts_init(struct message_parts *parts, const struct view_entry *entry, int64_t time_ms);

/* A TimeSeries with its tag: the labels of the head and of the piece, and one sample. */
void message_add_sample(struct text *request, const struct message_parts *parts, const char *piece,
                        double value);
/* The info series of a device and of its named parts. */
void message_add_info(struct text *request, const struct device_view *view, double value, int64_t time_ms);

/*
 * The row's number in its stream, of this name: the device's labels, and those that tell the row's series
 * apart. *head_at is where in the request the segments of the head are: the first two, and the others.
 */
void message_add_number(struct text *request, const struct message_parts *parts, const char *stream,
                        const char *part, double number, size_t head_at[2]);
size_t message_number_head_size(const struct message_parts *parts); /* of those first two */
/* Rows that are no more. */
void message_add_marker(struct text *request, const struct proof_source *source, enum spool_kind kind,
                        const struct proof_marker *marker);

size_t message_varint_size(uint64_t number);
char *message_put_varint(char *at, uint64_t number); /* returns its end */

#endif
