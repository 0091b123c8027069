/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of Modbus, encoded and checked. Which transaction ids are open, and what a fault means for
 * the connection, is the link's to know.
 */
#include "acquire/codec_modbus.h"

#include <assert.h>

/*
 *  0  1   2  3   4  5   6     7 ...
 *  id     proto  length unit  protocol data unit
 *                       `------- length -------'
 */
enum { HEADER_SIZE = 6, LEAST_LENGTH = 2, MOST_LENGTH = MODBUS_TCP_MOST_SIZE - HEADER_SIZE };

enum { EXCEPTION_BIT = 0x80 };

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

bool modbus_request_valid(const struct modbus_request *request) {
    bool known = request->function >= MODBUS_COILS && request->function <= MODBUS_INPUT_REGISTERS;
    uint16_t most = reads_bits(request) ? MODBUS_MOST_BITS : MODBUS_MOST_REGISTERS;
    return known && request->count > 0 && request->count <= most &&
           request->address + request->count <= 0x10000;
}

size_t modbus_request_value_size(const struct modbus_request *request) {
    return reads_bits(request) ? (request->count + 7u) / 8 : request->count * 2u;
}

const char *modbus_fault_text(enum modbus_fault fault) {
    static const char *const texts[N_MODBUS_FAULTS] = {
        [MODBUS_GOOD] = "good",
        [MODBUS_PARTIAL] = "incomplete answer",
        [MODBUS_BROKEN_LENGTH] = "impossible length",
        [MODBUS_WRONG_PROTOCOL] = "wrong protocol id",
        [MODBUS_WRONG_ID] = "wrong transaction id",
        [MODBUS_WRONG_UNIT] = "wrong unit",
        [MODBUS_WRONG_FUNCTION] = "wrong function",
        [MODBUS_WRONG_COUNT] = "wrong number of values",
        [MODBUS_EXCEPTION] = "exception",
    };
    return texts[fault];
}

void modbus_tcp_encode(const struct modbus_request *request, uint16_t transaction,
                       uint8_t frame[MODBUS_TCP_REQUEST_SIZE]) {
    assert(modbus_request_valid(request));
    put16(frame, transaction);
    put16(frame + 2, 0);
    put16(frame + 4, MODBUS_TCP_REQUEST_SIZE - HEADER_SIZE);
    frame[6] = request->unit;
    frame[7] = request->function;
    put16(frame + 8, request->address);
    put16(frame + 10, request->count);
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
    if (pdu[1] != pdu_size - 2)
        return MODBUS_BROKEN_LENGTH;
    if (pdu[1] != modbus_request_value_size(request))
        return MODBUS_WRONG_COUNT;
    reply->values = pdu + 2;
    reply->size = pdu[1];
    return MODBUS_GOOD;
}
