/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in their order; spans must follow one another. */
#include "publish/spool/place_codec.h"

#include "base/error.h"
#include "publish/spool/byte_codec.h"

int place_encode(const struct spool_place *place, struct text *text) {
    const uint64_t counts[] = {place->sent, place->dropped, place->dropped_totals, place->thinned,
                               place->rejected};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        bytes_add_number(text, counts[i]);
    bytes_add_number(text, place->spans.n);
    for (size_t i = 0; i < place->spans.n; i++) {
        const struct spool_span *span = &place->spans.at[i];
        const uint64_t numbers[] = {span->first,
                                    span->last,
                                    span->before,
                                    span->until,
                                    span->dropped_rows,
                                    span->dropped_readings,
                                    (uint64_t)span->since_ms};
        for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
            bytes_add_number(text, numbers[k]);
    }
    return text->failed ? ERROR_MEMORY : 0;
}

static void read_span(struct byte_reader *reader, struct spool_span *span) {
    span->first = bytes_read_number(reader);
    span->last = bytes_read_number(reader);
    span->before = bytes_read_number(reader);
    span->until = bytes_read_number(reader);
    span->dropped_rows = bytes_read_number(reader);
    span->dropped_readings = bytes_read_number(reader);
    span->since_ms = (int64_t)bytes_read_number(reader);
    reader->failed |= span->first == 0 || span->last > INT64_MAX || span->first > span->last + 1 ||
                      span->before > span->until;
    if (span->dropped_readings > span->until - span->before)
        span->dropped_readings = span->until - span->before;
}

int place_decode(const void *bytes, size_t size, struct spool_place *place) {
    struct byte_reader reader = {.at = bytes, .end = (const uint8_t *)bytes + size};
    *place = (struct spool_place){0};
    place->sent = bytes_read_number(&reader);
    place->dropped = bytes_read_number(&reader);
    place->dropped_totals = bytes_read_number(&reader);
    place->thinned = bytes_read_number(&reader);
    place->rejected = bytes_read_number(&reader);
    place->spans.n = bytes_read_index(&reader, SPANS_MOST + 1);
    for (size_t i = 0; i < place->spans.n; i++) {
        read_span(&reader, &place->spans.at[i]);
        reader.failed |= i > 0 && place->spans.at[i].first <= place->spans.at[i - 1].last;
    }
    return reader.failed || reader.at != reader.end || place->spans.n == 0 ? ERROR_GARBLED : 0;
}
