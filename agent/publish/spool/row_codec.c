/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns as bytes: first, n, the qualities as runs (how many, which), then each value that is not absent. A
 * value is one number: its lowest three bits say at which place the decimal point is, the rest are its digits
 * with the sign lowest; or RAW_DOUBLE or RAW_FLOAT, and eight or four bytes follow as they are.
 */
#include "publish/spool/row_codec.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "publish/spool/byte_codec.h"
#include "publish/spool/spool_row.h"

enum { PLACES = 7, RAW = 7, RAW_DOUBLE = RAW, RAW_FLOAT = 1 << 3 | RAW };

static const double powers[PLACES] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
static const double most_digits = 1e15; /* within a double's 53 bits, and shifts have room */

/*
 * Whether the value is these digits at this place; exact, as division rounds correctly. Rounded by hand: it
 * is done for every reading, and the library's way is a call.
 */
static bool has_digits(double value, uint32_t place, int64_t *digits) {
    double scaled = value * powers[place];
    if (!(fabs(scaled) < most_digits))
        return false;
    *digits = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    double back = (double)*digits / powers[place]; /* -0 comes back as 0, and so is none of these */
    return memcmp(&back, &value, sizeof(value)) == 0;
}

/*
 * Meters send single precision, and few of these are decimals: hardly one with more than six binary places is
 * of up to six decimal ones.
 */
static bool is_widened(double value, float *narrow) {
    double scaled = value * 64;
    *narrow = (float)value;
    return (double)*narrow == value && fabs(scaled) < most_digits && (double)(int64_t)scaled != scaled;
}

/* `place` is where the value before had its point: neighbours mostly agree, at zero or above. */
static void add_value(struct text *text, double value, uint32_t *place) {
    int64_t digits;
    uint32_t found = *place;
    float narrow;
    if (is_widened(value, &narrow)) {
        bytes_add_number(text, RAW_FLOAT);
        text_add(text, &narrow, sizeof(narrow));
        return;
    }
    bool has = has_digits(value, found, &digits);
    for (uint32_t other = 0; !has && other < PLACES; other++)
        if ((has = has_digits(value, other, &digits)))
            found = other;
    if (!has) {
        bytes_add_number(text, RAW_DOUBLE);
        text_add(text, &value, sizeof(value));
        return;
    }
    while (found > 0 && digits % 10 == 0) { /* 230 rather than 230.0 */
        digits /= 10;
        found--;
    }
    uint64_t sign = digits < 0, size = (uint64_t)(digits < 0 ? -digits : digits);
    bytes_add_number(text, (size << 1 | sign) << 3 | found);
    *place = found;
}

static bool read_raw(struct byte_reader *reader, uint64_t kind, double *value) {
    float narrow;
    const void *bytes = NULL;
    if (kind == RAW_DOUBLE && (bytes = bytes_read(reader, sizeof(*value))) != NULL)
        memcpy(value, bytes, sizeof(*value));
    if (kind == RAW_FLOAT && (bytes = bytes_read(reader, sizeof(narrow))) != NULL) {
        memcpy(&narrow, bytes, sizeof(narrow));
        *value = (double)narrow;
    }
    return bytes != NULL;
}

static bool read_value(struct byte_reader *reader, double *value) {
    uint64_t number = bytes_read_number(reader);
    uint32_t place = number & 7;
    if (place == RAW)
        return read_raw(reader, number, value);
    double size = (double)(number >> 4) / powers[place];
    *value = (number >> 3 & 1) != 0 ? -size : size;
    return !reader->failed;
}

static void add_qualities(struct text *text, const uint8_t *qualities, uint32_t n) {
    for (uint32_t i = 0; i < n;) {
        uint32_t from = i;
        while (i < n && qualities[i] == qualities[from])
            i++;
        bytes_add_number(text, (uint64_t)(i - from) << 3 | qualities[from]);
    }
}

static bool read_qualities(struct byte_reader *reader, uint8_t *qualities, uint32_t n) {
    for (uint32_t i = 0; i < n;) {
        uint64_t number = bytes_read_number(reader), run = number >> 3;
        if (reader->failed || run == 0 || run > n - i || (number & 7) >= N_QUALITIES)
            return false;
        memset(qualities + i, (int)(number & 7), run);
        i += (uint32_t)run;
    }
    return true;
}

int row_encode(const struct spool_row *row, struct text *text) {
    uint32_t place = 0;
    bytes_add_number(text, row->first);
    bytes_add_number(text, row->n);
    add_qualities(text, row->qualities, row->n);
    for (uint32_t i = 0; i < row->n; i++)
        if (row->qualities[i] != QUALITY_ABSENT)
            add_value(text, row->values[i], &place);
    return text->failed ? ERROR_MEMORY : 0;
}

int row_decode(const void *bytes, size_t size, struct device_view *view, struct spool_row **decoded) {
    struct byte_reader reader = {.at = bytes, .end = (const uint8_t *)bytes + size};
    uint64_t first = bytes_read_number(&reader), n = bytes_read_number(&reader);
    if (reader.failed || first > view->n_series || n > view->n_series - first)
        return ERROR_GARBLED;
    struct spool_row *row = spool_row_new(view, (uint32_t)first, (uint32_t)n);
    if (!row)
        return ERROR_MEMORY;
    uint8_t *qualities = spool_row_qualities(row);
    double *values = spool_row_values(row);
    bool whole = read_qualities(&reader, qualities, row->n);
    for (uint32_t i = 0; whole && i < row->n; i++) {
        values[i] = 0;
        if (qualities[i] != QUALITY_ABSENT)
            whole = read_value(&reader, &values[i]);
    }
    if (!whole || reader.at != reader.end) {
        spool_release(row);
        return ERROR_GARBLED;
    }
    row->readings = spool_row_count(qualities, row->n);
    *decoded = row;
    return 0;
}
