/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus as bytes: read requests, frames cut out of a stream, and what is wrong with a reply. Pure.
 * Reading is all it can say: there is no function code for writing.
 *
 * A reply passes two gates. A framing finds where a frame begins and ends: that of Modbus TCP by its length
 * field, that of RTU, on a serial line or through TCP, by what the function code promises and a check sum.
 * modbus_check then holds the unit and the protocol data unit against the request, whatever the framing was.
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
    MODBUS_IDENTIFICATION = 43, /* with the type 14: what the device says it is, as objects of text */

    MODBUS_MOST_REGISTERS = 125, /* of functions 3 and 4 in one request */
    MODBUS_MOST_BITS = 2000,     /* of functions 1 and 2 */
    MODBUS_MOST_IDENTITY = 251,  /* bytes of function 43, behind its type */

    MODBUS_TCP_REQUEST_SIZE = 12, /* at most; of functions 1 to 4 always */
    MODBUS_TCP_MOST_SIZE = 260,   /* of a whole frame */
    MODBUS_RTU_REQUEST_SIZE = 8,  /* the same */
    MODBUS_RTU_MOST_SIZE = 256,
    MODBUS_MOST_REQUEST_SIZE = 12, /* in any framing */
};

struct modbus_request {
    uint8_t unit;
    uint8_t function; /* 1 to 4, or 43 */
    uint16_t address; /* as on the wire, from 0; of 43: the first object wanted */
    uint16_t count;   /* registers or bits; of 43: the category, 1 (basic) to 3 */
};

/* One of the five functions, a count within its limit, and no address above 65535, no object above 255. */
bool modbus_request_valid(const struct modbus_request *request);
/* The bytes of values that a good reply to a valid request carries; of function 43 the most it may. */
size_t modbus_request_value_size(const struct modbus_request *request);

enum modbus_fault {
    MODBUS_GOOD,
    MODBUS_PARTIAL,       /* the frame goes on in bytes not yet here */
    MODBUS_BROKEN_LENGTH, /* impossible, or contradicted by the content: the stream is lost */
    MODBUS_WRONG_CHECK_SUM,
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
    uint16_t transaction; /* of Modbus TCP */
    uint8_t unit;
    const uint8_t *pdu;
    size_t pdu_size; /* at least 1 */
    size_t size;     /* bytes of the stream it takes, noise before it included */
    size_t noise;    /* of these, the bytes before it */
};

/* Writes the frame that asks `request`, which must be valid; returns its size. */
size_t modbus_tcp_encode(const struct modbus_request *request, uint16_t transaction,
                         uint8_t frame[MODBUS_TCP_REQUEST_SIZE]);
/*
 * The frame at the begin of a stream. GOOD and WRONG_PROTOCOL: a whole frame, to be taken off the stream.
 * PARTIAL: wait for more. BROKEN_LENGTH: no frame can be found in this stream any more.
 */
enum modbus_fault modbus_tcp_split(const uint8_t *stream, size_t size, struct modbus_frame *frame);

/* Writes the frame that asks `request`, which must be valid; returns its size. */
size_t modbus_rtu_encode(const struct modbus_request *request, uint8_t frame[MODBUS_RTU_REQUEST_SIZE]);
/* The size of a frame that answers a valid request with values; of function 43 the most it may have. */
size_t modbus_rtu_reply_size(const struct modbus_request *request);
/*
 * The frame at the begin of the bytes since the line was last silent; or, where there is none, the answer to
 * `request` (NULL = nothing is asked) anywhere in them: an echo, or noise as the line turns around, costs no
 * reading. GOOD: a whole frame with a right check sum. PARTIAL: wait for more. BROKEN_LENGTH,
 * WRONG_CHECK_SUM: the answer may still come behind this; when the line is silent again, it did not.
 */
enum modbus_fault modbus_rtu_split(const struct modbus_request *request, const uint8_t *stream, size_t size,
                                   struct modbus_frame *frame);
/* The check sum of an RTU frame, which carries it low byte first. */
uint16_t modbus_crc16(const uint8_t *bytes, size_t size);

/* A way to put requests and replies into a stream; the two above, for who does not care which. */
struct modbus_framing {
    bool numbered; /* its frames carry a transaction id; else only unit and shape tell whose an answer is */
    /* Returns the size. */
    size_t (*encode)(const struct modbus_request *request, uint16_t transaction,
                     uint8_t frame[MODBUS_MOST_REQUEST_SIZE]);
    enum modbus_fault (*split)(const struct modbus_request *request, const uint8_t *stream, size_t size,
                               struct modbus_frame *frame);
};
extern const struct modbus_framing modbus_framing_tcp, modbus_framing_rtu;

/* What a reply brought; `values` is borrowed from the frame. */
struct modbus_reply {
    const uint8_t *values; /* of GOOD: modbus_request_value_size() bytes; of 43 what follows its type */
    size_t size;
    uint8_t exception; /* of EXCEPTION: the code */
};

/* Holds a reply against its request: unit, function, exception, length, in this order. Never PARTIAL. */
enum modbus_fault modbus_check(const struct modbus_request *request, uint8_t unit, const uint8_t *pdu,
                               size_t pdu_size, struct modbus_reply *reply);

enum { MODBUS_OBJECT_VENDOR, MODBUS_OBJECT_PRODUCT_CODE, MODBUS_OBJECT_REVISION };

/* One thing that a device says of itself; `text` is borrowed from the values and not terminated. */
struct modbus_object {
    uint8_t id;
    uint8_t size;
    const char *text;
};
/*
 * The objects in the values of a reply of function 43, one after the other: begin with `*at` 0. False: there
 * are no more. Bounded by `size`, whatever the values say.
 */
bool modbus_next_object(const uint8_t *values, size_t size, size_t *at, struct modbus_object *object);
/* The object with which the device would go on in another reply; 0 where it has said everything. */
uint8_t modbus_more_objects(const uint8_t *values, size_t size);

#endif
