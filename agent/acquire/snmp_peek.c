/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the few BER fields that lead to a request id. It owns no more of SNMP than that; link_snmp_codec
 * parses messages.
 */
#include "acquire/snmp_peek.h"

#include <stdbool.h>

#include "base/error.h"

enum { TAG_INTEGER = 0x02, TAG_OCTETS = 0x04, TAG_SEQUENCE = 0x30, VERSION_2C = 1, VERSION_3 = 3 };

struct cursor {
    const uint8_t *at;
    size_t left;
};

static bool take_byte(struct cursor *cursor, uint8_t *byte) {
    if (cursor->left == 0)
        return false;
    *byte = *cursor->at++;
    cursor->left--;
    return true;
}

/* A definite length of at most four bytes; it may say more than is left. */
static bool take_length(struct cursor *cursor, size_t *length) {
    uint8_t byte;
    if (!take_byte(cursor, &byte))
        return false;
    *length = byte;
    if (byte < 0x80)
        return true;
    int n = byte & 0x7f;
    if (n == 0 || n > 4)
        return false;
    for (*length = 0; n > 0; n--) {
        if (!take_byte(cursor, &byte))
            return false;
        *length = *length << 8 | byte;
    }
    return true;
}

static bool take_head(struct cursor *cursor, uint8_t *tag, size_t *length) {
    return take_byte(cursor, tag) && take_length(cursor, length);
}

static bool take_integer(struct cursor *cursor, int32_t *integer) {
    uint8_t tag, byte;
    size_t length;
    if (!take_head(cursor, &tag, &length) || tag != TAG_INTEGER || length < 1 || length > 8)
        return false;
    if (length > cursor->left)
        return false;
    uint64_t bits = cursor->at[0] & 0x80 ? UINT64_MAX : 0;
    for (; length > 0 && take_byte(cursor, &byte); length--)
        bits = bits << 8 | byte;
    int64_t value = (int64_t)bits;
    *integer = (int32_t)value;
    return value >= INT32_MIN && value <= INT32_MAX;
}

static bool skip_octets(struct cursor *cursor) {
    uint8_t tag;
    size_t length;
    if (!take_head(cursor, &tag, &length) || tag != TAG_OCTETS || length > cursor->left)
        return false;
    cursor->at += length;
    cursor->left -= length;
    return true;
}

int snmp_peek_read(const uint8_t *datagram, size_t size, struct snmp_peek *peek) {
    struct cursor cursor = {datagram, size};
    uint8_t tag;
    size_t length;
    if (!take_head(&cursor, &tag, &length) || tag != TAG_SEQUENCE)
        return ERROR_GARBLED;
    if (!take_integer(&cursor, &peek->version))
        return ERROR_GARBLED;
    if (peek->version == VERSION_3) {
        peek->pdu = 0;
        if (!take_head(&cursor, &tag, &length) || tag != TAG_SEQUENCE)
            return ERROR_GARBLED;
    } else if (peek->version < 0 || peek->version > VERSION_2C || !skip_octets(&cursor) ||
               !take_head(&cursor, &peek->pdu, &length)) {
        return ERROR_GARBLED;
    }
    return take_integer(&cursor, &peek->request_id) ? ERROR_NONE : ERROR_GARBLED;
}
