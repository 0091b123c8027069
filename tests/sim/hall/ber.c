/* SPDX-License-Identifier: Apache-2.0 */
/* BER for SNMP v2c; see the header. Knows nothing of messages, only of elements. */
#include "ber.h"

#include <stdlib.h>
#include <string.h>

bool ber_read(struct ber_reader *reader, uint8_t *tag, struct ber_reader *content) {
    const uint8_t *at = reader->at;
    if (reader->end - at < 2)
        return false;
    *tag = *at++;
    size_t size = *at++;
    if (size & 0x80) {
        size_t n_bytes = size & 0x7f;
        if (n_bytes == 0 || n_bytes > 4 || (size_t)(reader->end - at) < n_bytes)
            return false;
        size = 0;
        while (n_bytes-- > 0)
            size = size << 8 | *at++;
    }
    if ((size_t)(reader->end - at) < size)
        return false;
    content->at = at;
    content->end = at + size;
    reader->at = content->end;
    return true;
}

bool ber_read_tagged(struct ber_reader *reader, uint8_t tag, struct ber_reader *content) {
    uint8_t found;
    struct ber_reader ahead = *reader;
    if (!ber_read(&ahead, &found, content) || found != tag)
        return false;
    *reader = ahead;
    return true;
}

bool ber_read_integer(struct ber_reader *reader, int64_t *value) {
    struct ber_reader content;
    if (!ber_read_tagged(reader, BER_INTEGER, &content))
        return false;
    size_t size = (size_t)(content.end - content.at);
    if (size == 0 || size > 8)
        return false;
    uint64_t bits = content.at[0] & 0x80 ? UINT64_MAX : 0;
    while (content.at < content.end)
        bits = bits << 8 | *content.at++;
    *value = (int64_t)bits;
    return true;
}

bool ber_decode_oid(struct ber_reader content, uint32_t parts[OID_PARTS_MOST], size_t *n) {
    *n = 0;
    uint64_t part = 0;
    bool inside = false;
    for (; content.at < content.end; content.at++) {
        part = part << 7 | (*content.at & 0x7f);
        if (part > UINT32_MAX || *n == OID_PARTS_MOST)
            return false;
        inside = *content.at & 0x80;
        if (inside)
            continue;
        if (*n == 0) {
            parts[(*n)++] = part < 80 ? (uint32_t)part / 40 : 2;
            part -= 40 * (uint64_t)parts[0];
        }
        parts[(*n)++] = (uint32_t)part;
        part = 0;
    }
    return *n > 0 && !inside;
}

static size_t length_size(size_t size) {
    return size < 0x80 ? 1 : size < 0x100 ? 2 : 3;
}

size_t ber_element_size(size_t content_size) {
    return 1 + length_size(content_size) + content_size;
}

static size_t number_bytes(int64_t value) {
    size_t n_bytes = 1;
    for (int64_t rest = value >> 7; rest != 0 && rest != -1; rest >>= 8)
        n_bytes++;
    return n_bytes;
}

size_t ber_number_size(int64_t value) {
    return 2 + number_bytes(value);
}

bool ber_write_header(struct ber_writer *writer, uint8_t tag, size_t size) {
    if (size > UINT16_MAX || (size_t)(writer->end - writer->at) < 1 + length_size(size))
        return false;
    *writer->at++ = tag;
    if (size >= 0x80)
        *writer->at++ = size < 0x100 ? 0x81 : 0x82;
    if (size >= 0x100)
        *writer->at++ = (uint8_t)(size >> 8);
    *writer->at++ = (uint8_t)size;
    return true;
}

bool ber_write_bytes(struct ber_writer *writer, const void *bytes, size_t size) {
    if ((size_t)(writer->end - writer->at) < size)
        return false;
    if (size > 0)
        memcpy(writer->at, bytes, size);
    writer->at += size;
    return true;
}

bool ber_write_element(struct ber_writer *writer, uint8_t tag, const void *bytes, size_t size) {
    if (size > UINT16_MAX || (size_t)(writer->end - writer->at) < ber_element_size(size))
        return false;
    return ber_write_header(writer, tag, size) && ber_write_bytes(writer, bytes, size);
}

bool ber_write_number(struct ber_writer *writer, uint8_t tag, int64_t value) {
    size_t n_bytes = number_bytes(value);
    if ((size_t)(writer->end - writer->at) < 2 + n_bytes)
        return false;
    *writer->at++ = tag;
    *writer->at++ = (uint8_t)n_bytes;
    for (size_t i = n_bytes; i-- > 0;)
        *writer->at++ = (uint8_t)((uint64_t)value >> (8 * i));
    return true;
}

uint8_t *ber_begin_long(struct ber_writer *writer, uint8_t tag) {
    if (writer->end - writer->at < 4)
        return NULL;
    uint8_t *begin = writer->at;
    begin[0] = tag;
    writer->at += 4;
    return begin;
}

void ber_end_long(const struct ber_writer *writer, uint8_t *begin) {
    size_t size = (size_t)(writer->at - begin) - 4;
    begin[1] = 0x82;
    begin[2] = (uint8_t)(size >> 8);
    begin[3] = (uint8_t)size;
}

size_t ber_encode_oid(const uint32_t *parts, size_t n, uint8_t bytes[OID_BYTES_MOST]) {
    if (n < 2 || n > OID_PARTS_MOST || parts[0] > 2 || (parts[0] < 2 && parts[1] >= 40))
        return 0;
    size_t size = 0;
    for (size_t i = 1; i < n; i++) {
        uint64_t part = i == 1 ? parts[0] * 40 + (uint64_t)parts[1] : parts[i];
        unsigned shift = 0;
        while (part >> shift >= 0x80)
            shift += 7;
        for (; shift > 0; shift -= 7)
            bytes[size++] = (uint8_t)(0x80 | (part >> shift & 0x7f));
        bytes[size++] = part & 0x7f;
    }
    return size;
}

size_t oid_parse(const char *text, uint32_t parts[OID_PARTS_MOST]) {
    size_t n = 0;
    if (*text == '.')
        text++;
    for (;;) {
        char *end;
        if (*text < '0' || *text > '9' || n == OID_PARTS_MOST)
            return 0;
        unsigned long long part = strtoull(text, &end, 10);
        if (part > UINT32_MAX)
            return 0;
        parts[n++] = (uint32_t)part;
        if (*end == '\0')
            return n;
        if (*end != '.')
            return 0;
        text = end + 1;
    }
}

int oid_compare(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b) {
    size_t n = n_a < n_b ? n_a : n_b;
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return (n_a > n_b) - (n_a < n_b);
}
