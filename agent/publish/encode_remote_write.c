/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of remote write. Rows of a shape that comes again are packed (packed_row): compressed once and
 * only filled after that. All others are encoded sample by sample (remote_write_message) and compressed; both
 * follow each other in one snappy block.
 */
#include "publish/encode_remote_write.h"

#include <math.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "publish/packed_row.h"
#include "publish/proof.h"
#include "publish/remote_write_message.h"
#include "publish/view_info.h"

struct encode_remote_write {
    const struct proof_source *source;
    struct proof_times times;
    struct view_cache *cache;
    struct packed_rows *packed;
    const struct packed_row *last; /* with which the body ends at present; or NULL */
    struct text request;           /* encoded, not yet compressed */
    struct text body;              /* compressed; room for its length in front */
    struct text symbols;           /* uint16_t, of a row that is to be packed */
    uint64_t plain_size;           /* of what the body holds */
};

struct encode_remote_write *encode_remote_write_new(const struct proof_source *source) {
    struct encode_remote_write *encoder = calloc(1, sizeof(*encoder));
    if (!encoder)
        return NULL;
    encoder->source = source;
    encoder->cache = view_cache_new(&message_form);
    encoder->packed = packed_rows_new();
    if (encoder->cache && encoder->packed)
        return encoder;
    encode_remote_write_free(encoder);
    return NULL;
}

void encode_remote_write_free(struct encode_remote_write *encoder) {
    if (!encoder)
        return;
    view_cache_free(encoder->cache);
    packed_rows_free(encoder->packed);
    text_done(&encoder->request);
    text_done(&encoder->body);
    text_done(&encoder->symbols);
    free(encoder);
}

/* --- a row to be packed --- */

/* The one sample that stands in the request, as symbols. NULL when out of memory. */
static uint16_t *add_symbols(struct encode_remote_write *encoder, const struct message_parts *parts,
                             unsigned value) {
    size_t size = encoder->request.size;
    uint16_t *symbols = (uint16_t *)(void *)text_reserve(&encoder->symbols, size * sizeof(*symbols));
    if (!symbols || encoder->request.failed)
        return NULL;
    encoder->symbols.size += size * sizeof(*symbols);
    for (size_t i = 0; i < size; i++)
        symbols[i] = (unsigned char)encoder->request.data[i];
    uint16_t *sample = symbols + size - parts->sample_size;
    for (size_t i = 0; i < sizeof(double); i++)
        sample[MESSAGE_VALUE_AT + i] = (uint16_t)(value + i);
    for (size_t i = 0; i < parts->sample_size - MESSAGE_TIME_AT; i++)
        sample[MESSAGE_TIME_AT + i] = (uint16_t)(PACKED_TIME + i);
    return symbols;
}

static void add_reading_symbols(struct encode_remote_write *encoder, const struct message_parts *parts,
                                const char *piece, unsigned reading) {
    struct message_segments segments;
    memcpy(&segments, piece, sizeof(segments));
    text_clear(&encoder->request);
    message_add_sample(&encoder->request, parts, piece, 0);
    uint16_t *at = add_symbols(encoder, parts, PACKED_VALUE + reading * (unsigned)sizeof(double));
    if (!at)
        return;
    at += encoder->request.size - parts->sample_size - parts->head_size - message_segments_sum(&segments);
    for (size_t i = 0, head = 0; i < MESSAGE_SEGMENTS; i++) {
        at += segments.sizes[i];
        for (size_t k = 0; k < parts->head.sizes[i]; k++)
            *at++ = (uint16_t)(PACKED_HEAD + head++);
    }
}

static void add_number_symbols(struct encode_remote_write *encoder, const struct message_parts *parts,
                               const char *stream, const char *part) {
    size_t head_at[2];
    text_clear(&encoder->request);
    message_add_number(&encoder->request, parts, stream, part, 0, head_at);
    uint16_t *symbols = add_symbols(encoder, parts, PACKED_NUMBER);
    size_t at = head_at[0];
    for (size_t head = 0; symbols && head < parts->head_size; head++, at++) {
        if (head == message_number_head_size(parts))
            at = head_at[1];
        symbols[at] = (uint16_t)(PACKED_HEAD + head);
    }
}

/* Uses the request's buffer, which must be empty and is empty again. */
static const struct packed_row *make_packed(struct encode_remote_write *encoder,
                                            const struct view_entry *entry, const struct message_parts *parts,
                                            const struct packed_shape *shape) {
    unsigned n = 0;
    text_clear(&encoder->symbols);
    for (uint32_t i = 0; i < shape->n; i++) {
        if (!(shape->sent[i / 64] >> i % 64 & 1))
            continue;
        size_t size;
        const char *piece = view_cache_piece(encoder->cache, entry, shape->first + i, &size);
        add_reading_symbols(encoder, parts, piece, n++);
    }
    char part[PROOF_PART_SIZE];
    proof_write_part(entry->view, shape->first, part);
    if (shape->number)
        add_number_symbols(encoder, parts, encoder->source->streams[shape->number - 1], part);
    bool failed = encoder->request.failed || encoder->symbols.failed;
    text_clear(&encoder->request);
    if (failed)
        return NULL;
    return packed_rows_make(encoder->packed, shape, (const uint16_t *)(const void *)encoder->symbols.data,
                            encoder->symbols.size / sizeof(uint16_t));
}

/* --- the end of series --- */

/* A sample of this value says that the series has no more; told by its bits from what is no number. */
static double stale_marker(void) {
    static const uint64_t bits = 0x7ff0000000000002;
    double marker;
    memcpy(&marker, &bits, sizeof(marker));
    return marker;
}

static void add_number(struct encode_remote_write *encoder, const struct message_parts *parts,
                       const struct spool_row *row) {
    size_t head_at[2];
    char part[PROOF_PART_SIZE];
    if (!proof_is_given(row))
        return;
    proof_write_part(row->view, row->first, part);
    message_add_number(&encoder->request, parts, encoder->source->streams[row->kind], part, (double)row->id,
                       head_at);
}

static void add_endings(struct encode_remote_write *encoder, const struct view_entry *entry,
                        const struct spool_row *row) {
    struct message_parts parts;
    message_parts_init(&parts, entry, row->time_ms);
    for (uint32_t i = 0; i < row->n; i++) {
        size_t size;
        if (row->qualities[i] == QUALITY_ENDED)
            message_add_sample(&encoder->request, &parts,
                               view_cache_piece(encoder->cache, entry, row->first + i, &size),
                               stale_marker());
    }
    if (row->kind == SPOOL_READINGS && device_view_is_device(row->view))
        message_add_info(&encoder->request, row->view, stale_marker(), row->time_ms);
    add_number(encoder, &parts, row);
}

/* --- the request --- */

/* Compresses what was encoded so far, as a part of the body. */
static void flush(struct encode_remote_write *encoder) {
    struct text *plain = &encoder->request, *body = &encoder->body;
    size_t size = snappy_max_compressed_length(plain->size), length = message_varint_size(plain->size);
    char *end = plain->size > 0 ? text_reserve(body, size) : NULL;
    if (!end)
        return;
    if (snappy_compress(plain->data, plain->size, end, &size) != SNAPPY_OK) {
        body->failed = true;
        return;
    }
    encoder->last = NULL;
    memmove(end, end + length, size - length); /* the body has one length, in front of all */
    body->size += size - length;
    encoder->plain_size += plain->size;
    text_clear(plain);
}

static bool is_sent(const struct spool_row *row, uint32_t i) {
    return (row->qualities[i] == QUALITY_GOOD || row->qualities[i] == QUALITY_SUBSTITUTED) &&
           isfinite(row->values[i]);
}

static void add_plain(struct encode_remote_write *encoder, const struct view_entry *entry,
                      const struct message_parts *parts, const struct packed_shape *shape,
                      const struct spool_row *row, const double *values) {
    for (uint32_t i = 0; i < shape->n; i++) {
        size_t size;
        if (shape->sent[i / 64] >> i % 64 & 1)
            message_add_sample(&encoder->request, parts,
                               view_cache_piece(encoder->cache, entry, shape->first + i, &size), values[i]);
    }
    if (shape->number)
        add_number(encoder, parts, row);
}

/* Adds `n` readings of the row, from the one at `from` on; the row's number comes with the first. */
static void add_readings(struct encode_remote_write *encoder, const struct view_entry *entry,
                         const struct message_parts *parts, const struct spool_row *row, uint32_t from,
                         uint32_t n) {
    struct packed_shape shape = {.list = row->view->list,
                                 .first = row->first + from,
                                 .n = n,
                                 .time_size = (uint16_t)(parts->sample_size - MESSAGE_TIME_AT)};
    memcpy(shape.head_sizes, parts->head.sizes, sizeof(shape.head_sizes));
    if (from == 0 && proof_is_given(row))
        shape.number = (uint16_t)(1 + row->kind);
    for (uint32_t i = 0; i < n; i++)
        shape.sent[i / 64] |= (uint64_t)is_sent(row, from + i) << i % 64;
    if (shape.sent[0] == 0 && shape.sent[1] == 0 && !shape.number)
        return;
    bool wanted;
    const struct packed_row *packed = packed_rows_find(encoder->packed, &shape, &wanted);
    if (packed || wanted)
        flush(encoder); /* what comes before stays before */
    if (!packed && wanted) {
        encoder->last = NULL; /* it may have to go */
        packed = make_packed(encoder, entry, parts, &shape);
    }
    if (packed) {
        encoder->plain_size +=
            packed_row_add(packed, packed == encoder->last, row->values + from, (double)row->id,
                           parts->sample + MESSAGE_TIME_AT, parts->head_bytes, &encoder->body);
        encoder->last = packed;
    } else
        add_plain(encoder, entry, parts, &shape, row, row->values + from);
}

void encode_remote_write_begin(struct encode_remote_write *encoder) {
    text_clear(&encoder->request);
    text_clear(&encoder->body);
    encoder->body.size = text_reserve(&encoder->body, MESSAGE_VARINT_MOST) ? MESSAGE_VARINT_MOST : 0;
    encoder->plain_size = 0;
    encoder->last = NULL;
}

int encode_remote_write_add(struct encode_remote_write *encoder, const struct spool_row *row) {
    struct proof_marker marker;
    if (proof_make_marker(&encoder->times, row, &marker))
        message_add_marker(&encoder->request, encoder->source, row->kind, &marker);
    struct view_entry *entry = row->view ? view_cache_get(encoder->cache, row->view) : NULL;
    if (!entry)
        return row->view || encoder->request.failed ? ERROR_MEMORY : 0;
    if (row->n > 0 && memchr(row->qualities, QUALITY_ENDED, row->n)) {
        add_endings(encoder, entry, row);
        return encoder->request.failed ? ERROR_MEMORY : 0;
    }
    if (row->n > 0 && view_info_is_due(entry, row))
        message_add_info(&encoder->request, entry->view, 1, row->time_ms);
    struct message_parts parts;
    message_parts_init(&parts, entry, row->time_ms);
    uint32_t from = 0;
    do {
        uint32_t left = row->n - from;
        uint32_t n = left < PACKED_READINGS_MOST ? left : PACKED_READINGS_MOST;
        add_readings(encoder, entry, &parts, row, from, n);
        from += n;
    } while (from < row->n);
    return encoder->request.failed || encoder->body.failed ? ERROR_MEMORY : 0;
}

bool encode_remote_write_is_empty(const struct encode_remote_write *encoder) {
    return encoder->plain_size == 0 && encoder->request.size == 0;
}

int encode_remote_write_finish(struct encode_remote_write *encoder, const char **body, size_t *size) {
    flush(encoder);
    if (encoder->request.failed || encoder->body.failed)
        return ERROR_MEMORY;
    size_t length = message_varint_size(encoder->plain_size);
    char *begin = encoder->body.data + MESSAGE_VARINT_MOST - length;
    message_put_varint(begin, encoder->plain_size);
    *body = begin;
    *size = encoder->body.size - MESSAGE_VARINT_MOST + length;
    return 0;
}
