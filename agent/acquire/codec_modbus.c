/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of Modbus, encoded and checked. Which transaction ids are open, and what a fault means for
 * the connection, is the link's to know.
 */
#include "acquire/codec_modbus.h"

#include <assert.h>
#include <string.h>

/*
 * TCP:  0  1   2  3   4  5   6     7 ...                  RTU:  0     1 ...               n-2   n-1
 *       id     proto  length unit  protocol data unit           unit  protocol data unit  check sum
 *                            `------- length -------'           `--------- summed ------' low   high
 */
enum { HEADER_SIZE = 6, LEAST_LENGTH = 2, MOST_LENGTH = MODBUS_TCP_MOST_SIZE - HEADER_SIZE };

enum { EXCEPTION_BIT = 0x80, CHECK_SUM_SIZE = 2, RTU_EXCEPTION_SIZE = 5, MOST_VALUE_SIZE = 250 };

/*
 * Function 43 asks with: function, type, category, first object. It answers with: function, type, and these:
 * category, conformity, 0xff where more follows, the object it goes on with, how many objects; then of each
 * number, size and text.
 */
enum {
    IDENTIFICATION_TYPE = 14,
    MOST_CATEGORY = 3,
    MORE_FOLLOWS = 0xff,
    OBJECTS_AT = 5,
    IDENTIFICATION_REQUEST_SIZE = 5, /* with the unit */
    IDENTIFICATION_HEAD_SIZE = 3,    /* of a reply in RTU: unit, function, type */
};

static uint16_t get16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put16(uint8_t *bytes, uint16_t number) {
    bytes[0] = (uint8_t)(number >> 8);
    bytes[1] = (uint8_t)number;
}

static bool reads_bits(const struct modbus_request *request) {
    return request->function == MODBUS_COILS || request->function == MODBUS_DISCRETE_INPUTS;
}

static bool identifies(const struct modbus_request *request) {
    return request->function == MODBUS_IDENTIFICATION;
}

bool modbus_request_valid(const struct modbus_request *request) {
    if (identifies(request))
        return request->address <= 0xff && request->count > 0 && request->count <= MOST_CATEGORY;
    bool known = request->function >= MODBUS_COILS && request->function <= MODBUS_INPUT_REGISTERS;
    uint16_t most = reads_bits(request) ? MODBUS_MOST_BITS : MODBUS_MOST_REGISTERS;
    return known && request->count > 0 && request->count <= most &&
           request->address + request->count <= 0x10000;
}

size_t modbus_request_value_size(const struct modbus_request *request) {
    if (identifies(request))
        return MODBUS_MOST_IDENTITY;
    return reads_bits(request) ? (request->count + 7u) / 8 : request->count * 2u;
}

const char *modbus_fault_text(enum modbus_fault fault) {
    static const char *const texts[N_MODBUS_FAULTS] = {
        [MODBUS_GOOD] = "good",
        [MODBUS_PARTIAL] = "incomplete answer",
        [MODBUS_BROKEN_LENGTH] = "impossible length",
        [MODBUS_WRONG_CHECK_SUM] = "wrong check sum",
        [MODBUS_WRONG_PROTOCOL] = "wrong protocol id",
        [MODBUS_WRONG_ID] = "wrong transaction id",
        [MODBUS_WRONG_UNIT] = "wrong unit",
        [MODBUS_WRONG_FUNCTION] = "wrong function",
        [MODBUS_WRONG_COUNT] = "wrong number of values",
        [MODBUS_EXCEPTION] = "exception",
    };
    return texts[fault];
}

/* Unit and protocol data unit, which are the same in any framing; returns their size. */
static size_t put_request(const struct modbus_request *request, uint8_t *bytes) {
    assert(modbus_request_valid(request));
    bytes[0] = request->unit;
    bytes[1] = request->function;
    if (identifies(request)) {
        bytes[2] = IDENTIFICATION_TYPE;
        bytes[3] = (uint8_t)request->count;
        bytes[4] = (uint8_t)request->address;
        return IDENTIFICATION_REQUEST_SIZE;
    }
    put16(bytes + 2, request->address);
    put16(bytes + 4, request->count);
    return MODBUS_TCP_REQUEST_SIZE - HEADER_SIZE;
}

size_t modbus_tcp_encode(const struct modbus_request *request, uint16_t transaction,
                         uint8_t frame[MODBUS_TCP_REQUEST_SIZE]) {
    size_t length = put_request(request, frame + HEADER_SIZE);
    put16(frame, transaction);
    put16(frame + 2, 0);
    put16(frame + 4, (uint16_t)length);
    return HEADER_SIZE + length;
}

enum modbus_fault modbus_tcp_split(const uint8_t *stream, size_t size, struct modbus_frame *frame) {
    if (size < HEADER_SIZE)
        return MODBUS_PARTIAL;
    size_t length = get16(stream + 4);
    if (length < LEAST_LENGTH || length > MOST_LENGTH)
        return MODBUS_BROKEN_LENGTH;
    if (size < HEADER_SIZE + length)
        return MODBUS_PARTIAL;
    *frame = (struct modbus_frame){
        .transaction = get16(stream),
        .unit = stream[6],
        .pdu = stream + 7,
        .pdu_size = length - 1,
        .size = HEADER_SIZE + length,
    };
    return get16(stream + 2) == 0 ? MODBUS_GOOD : MODBUS_WRONG_PROTOCOL;
}

uint16_t modbus_crc16(const uint8_t *bytes, size_t size) {
    /* Of the polynomial 0xa001, for half a byte at a time. */
    static const uint16_t table[16] = {0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401,
                                       0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400};
    unsigned sum = 0xffff;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        sum = sum >> 4 ^ table[sum & 15];
        sum = sum >> 4 ^ table[sum & 15];
    }
    return (uint16_t)sum;
}

size_t modbus_rtu_encode(const struct modbus_request *request, uint8_t frame[MODBUS_RTU_REQUEST_SIZE]) {
    size_t size = put_request(request, frame);
    uint16_t sum = modbus_crc16(frame, size);
    frame[size] = (uint8_t)sum;
    frame[size + 1] = (uint8_t)(sum >> 8);
    return size + CHECK_SUM_SIZE;
}

size_t modbus_rtu_reply_size(const struct modbus_request *request) {
    return 3 + modbus_request_value_size(request) + CHECK_SUM_SIZE;
}

/* The same of function 43, whose length only its objects tell: as much as must be there to know more. */
static size_t rtu_identity_size(const uint8_t *bytes, size_t size) {
    size_t end = IDENTIFICATION_HEAD_SIZE + OBJECTS_AT;
    if (size < end)
        return size > 2 && bytes[2] != IDENTIFICATION_TYPE ? 0 : end;
    if (bytes[2] != IDENTIFICATION_TYPE)
        return 0;
    for (unsigned left = bytes[end - 1]; left > 0; left--) {
        if (size < end + 2)
            return end + 2;
        end += 2u + bytes[end + 1];
        if (end > IDENTIFICATION_HEAD_SIZE + MODBUS_MOST_IDENTITY)
            return 0;
    }
    return end + CHECK_SUM_SIZE;
}

/* What a reply that begins so is long; 0 where no reply to a read begins so. `size` is at least 2. */
static size_t rtu_size(const uint8_t *bytes, size_t size) {
    uint8_t function = bytes[1] & (uint8_t)~EXCEPTION_BIT;
    bool identity = function == MODBUS_IDENTIFICATION;
    if (!identity && (function < MODBUS_COILS || function > MODBUS_INPUT_REGISTERS))
        return 0;
    if (bytes[1] & EXCEPTION_BIT)
        return RTU_EXCEPTION_SIZE;
    if (identity)
        return rtu_identity_size(bytes, size);
    if (size < 3)
        return 3;
    return bytes[2] == 0 || bytes[2] > MOST_VALUE_SIZE ? 0 : 3u + bytes[2] + CHECK_SUM_SIZE;
}

static enum modbus_fault rtu_frame_at(const uint8_t *bytes, size_t size, struct modbus_frame *frame) {
    if (size < 2)
        return MODBUS_PARTIAL;
    size_t whole = rtu_size(bytes, size);
    if (whole == 0)
        return MODBUS_BROKEN_LENGTH;
    if (size < whole)
        return MODBUS_PARTIAL;
    size_t summed = whole - CHECK_SUM_SIZE;
    if (modbus_crc16(bytes, summed) != (bytes[summed] | bytes[summed + 1] << 8))
        return MODBUS_WRONG_CHECK_SUM;
    *frame = (struct modbus_frame){.unit = bytes[0], .pdu = bytes + 1, .pdu_size = summed - 1, .size = whole};
    return MODBUS_GOOD;
}

/* Whether a reply to this very request may begin so; what follows random bytes hardly ever does. */
static bool begins_answer(const struct modbus_request *request, const uint8_t *bytes) {
    size_t third = identifies(request) ? IDENTIFICATION_TYPE : modbus_request_value_size(request);
    return bytes[0] == request->unit && (bytes[1] == (request->function | EXCEPTION_BIT) ||
                                         (bytes[1] == request->function && bytes[2] == third));
}

/* Adapters with two wires give back what they send. */
static size_t echo_size(const struct modbus_request *request, const uint8_t *stream, size_t size) {
    uint8_t sent[MODBUS_RTU_REQUEST_SIZE];
    size_t sent_size = request ? modbus_rtu_encode(request, sent) : 0;
    return sent_size > 0 && size >= sent_size && memcmp(stream, sent, sent_size) == 0 ? sent_size : 0;
}

enum modbus_fault modbus_rtu_split(const struct modbus_request *request, const uint8_t *stream, size_t size,
                                   struct modbus_frame *frame) {
    size_t at = echo_size(request, stream, size);
    enum modbus_fault fault = rtu_frame_at(stream + at, size - at, frame), found = fault;
    while (found != MODBUS_GOOD && request && ++at + RTU_EXCEPTION_SIZE <= size) {
        if (begins_answer(request, stream + at))
            found = rtu_frame_at(stream + at, size - at, frame);
    }
    if (found != MODBUS_GOOD)
        return fault;
    frame->noise = at;
    frame->size += at;
    return MODBUS_GOOD;
}

static size_t encode_tcp(const struct modbus_request *request, uint16_t transaction,
                         uint8_t frame[MODBUS_MOST_REQUEST_SIZE]) {
    return modbus_tcp_encode(request, transaction, frame);
}

static size_t encode_rtu(const struct modbus_request *request, uint16_t transaction,
                         uint8_t frame[MODBUS_MOST_REQUEST_SIZE]) {
    (void)transaction;
    return modbus_rtu_encode(request, frame);
}

static enum modbus_fault split_tcp(const struct modbus_request *request, const uint8_t *stream, size_t size,
                                   struct modbus_frame *frame) {
    (void)request;
    return modbus_tcp_split(stream, size, frame);
}

const struct modbus_framing modbus_framing_tcp = {.numbered = true, .encode = encode_tcp, .split = split_tcp};
const struct modbus_framing modbus_framing_rtu = {.encode = encode_rtu, .split = modbus_rtu_split};

bool modbus_next_object(const uint8_t *values, size_t size, size_t *at, struct modbus_object *object) {
    if (*at == 0)
        *at = OBJECTS_AT;
    if (size < *at + 2 || size - *at - 2 < values[*at + 1])
        return false;
    *object = (struct modbus_object){
        .id = values[*at], .size = values[*at + 1], .text = (const char *)values + *at + 2};
    *at += 2u + object->size;
    return true;
}

uint8_t modbus_more_objects(const uint8_t *values, size_t size) {
    return size >= OBJECTS_AT && values[2] == MORE_FOLLOWS ? values[3] : 0;
}

/* What follows the function code must be objects to its very end, as many as it says. */
static enum modbus_fault check_identity(const uint8_t *pdu, size_t pdu_size, struct modbus_reply *reply) {
    const uint8_t *values = pdu + 2;
    size_t size = pdu_size - 2, at = 0;
    struct modbus_object object;
    unsigned n = 0;
    if (pdu[1] != IDENTIFICATION_TYPE)
        return MODBUS_WRONG_FUNCTION;
    if (size < OBJECTS_AT || size > MODBUS_MOST_IDENTITY)
        return MODBUS_WRONG_COUNT;
    while (modbus_next_object(values, size, &at, &object))
        n++;
    if (n != values[OBJECTS_AT - 1] || at != size)
        return MODBUS_WRONG_COUNT;
    *reply = (struct modbus_reply){.values = values, .size = size};
    return MODBUS_GOOD;
}

enum modbus_fault modbus_check(const struct modbus_request *request, uint8_t unit, const uint8_t *pdu,
                               size_t pdu_size, struct modbus_reply *reply) {
    *reply = (struct modbus_reply){0};
    if (unit != request->unit)
        return MODBUS_WRONG_UNIT;
    if ((pdu[0] & ~EXCEPTION_BIT) != request->function)
        return MODBUS_WRONG_FUNCTION;
    if (pdu_size < 2)
        return MODBUS_BROKEN_LENGTH;
    if (pdu[0] & EXCEPTION_BIT) {
        reply->exception = pdu[1];
        return pdu_size == 2 ? MODBUS_EXCEPTION : MODBUS_BROKEN_LENGTH;
    }
    if (identifies(request))
        return check_identity(pdu, pdu_size, reply);
    if (pdu[1] != pdu_size - 2)
        return MODBUS_BROKEN_LENGTH;
    if (pdu[1] != modbus_request_value_size(request))
        return MODBUS_WRONG_COUNT;
    reply->values = pdu + 2;
    reply->size = pdu[1];
    return MODBUS_GOOD;
}
