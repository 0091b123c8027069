/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus as bytes: read requests, frames cut out of a TCP stream, and what is wrong with a reply. Pure.
 * Reading is all it can say: there is no function code for writing.
 *
 * A reply passes two gates. Framing finds where a frame begins and ends (modbus_tcp_split by its length
 * field; a framing with a check sum instead would stand beside it); modbus_check then holds the unit and
 * the protocol data unit against the request, whatever the framing was.
 */
#ifndef HALLWATCH_ACQUIRE_CODEC_MODBUS_H
#define HALLWATCH_ACQUIRE_CODEC_MODBUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MODBUS_COILS = 1,
    MODBUS_DISCRETE_INPUTS = 2,
    MODBUS_HOLDING_REGISTERS = 3,
    MODBUS_INPUT_REGISTERS = 4,

    MODBUS_MOST_REGISTERS = 125, /* of functions 3 and 4 in one request */
    MODBUS_MOST_BITS = 2000,     /* of functions 1 and 2 */

    MODBUS_TCP_REQUEST_SIZE = 12,
    MODBUS_TCP_MOST_SIZE = 260, /* of a whole frame */
};

struct modbus_request {
    uint8_t unit;
    uint8_t function; /* 1 to 4 */
    uint16_t address; /* as on the wire, from 0 */
    uint16_t count;   /* registers or bits */
};

/* One of the four functions, a count within its limit, and no address above 65535. */
bool modbus_request_valid(const struct modbus_request *request);
/* The bytes of values that a good reply to a valid request carries. */
size_t modbus_request_value_size(const struct modbus_request *request);

enum modbus_fault {
    MODBUS_GOOD,
    MODBUS_PARTIAL,        /* the frame goes on in bytes not yet here */
    MODBUS_BROKEN_LENGTH,  /* impossible, or contradicted by the content: the stream is lost */
    MODBUS_WRONG_PROTOCOL, /* the protocol id is not 0 */
    MODBUS_WRONG_ID,       /* no transaction of ours; said by who numbers them, not here */
    MODBUS_WRONG_UNIT,
    MODBUS_WRONG_FUNCTION,
    MODBUS_WRONG_COUNT, /* well formed, but not as many values as asked for */
    MODBUS_EXCEPTION,   /* a well-formed refusal */
    N_MODBUS_FAULTS
};
/* In words for people: "wrong unit". Static text. */
const char *modbus_fault_text(enum modbus_fault fault);

/* A frame in a stream; `pdu` (function code and what follows) is borrowed from it. */
struct modbus_frame {
    uint16_t transaction;
    uint8_t unit;
    const uint8_t *pdu;
    size_t pdu_size; /* at least 1 */
    size_t size;     /* bytes of the stream it takes */
};

/* Writes the frame that asks `request`, which must be valid. */
void modbus_tcp_encode(const struct modbus_request *request, uint16_t transaction,
                       uint8_t frame[MODBUS_TCP_REQUEST_SIZE]);
/*
 * The frame at the begin of a stream. GOOD and WRONG_PROTOCOL: a whole frame, to be taken off the stream.
 * PARTIAL: wait for more. BROKEN_LENGTH: no frame can be found in this stream any more.
 */
enum modbus_fault modbus_tcp_split(const uint8_t *stream, size_t size, struct modbus_frame *frame);

/* What a reply brought; `values` is borrowed from the frame. */
struct modbus_reply {
    const uint8_t *values; /* of GOOD: modbus_request_value_size() bytes */
    size_t size;
    uint8_t exception; /* of EXCEPTION: the code */
};

/* Holds a reply against its request: unit, function, exception, length, in this order. Never PARTIAL. */
enum modbus_fault modbus_check(const struct modbus_request *request, uint8_t unit, const uint8_t *pdu,
                               size_t pdu_size, struct modbus_reply *reply);

#endif
