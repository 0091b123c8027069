/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the way of a reply: the first six bytes make the request, the rest is the stream, in either framing;
 * in that of RTU also with a check sum behind each part of it, which no fuzzer finds by itself. Whatever is
 * found must lie within the stream, and a good reply must carry exactly what was asked for.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "acquire/codec_modbus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_objects(const struct modbus_reply *reply) {
    struct modbus_object object;
    const char *end = (const char *)reply->values + reply->size;
    size_t at = 0;
    assert(reply->size <= MODBUS_MOST_IDENTITY);
    while (modbus_next_object(reply->values, reply->size, &at, &object))
        assert(object.text + object.size <= end);
    assert(at == reply->size);
    modbus_more_objects(reply->values, reply->size);
}

static void check_frame(const struct modbus_request *request, const struct modbus_frame *frame,
                        const uint8_t *end) {
    assert(frame->size - frame->noise <= MODBUS_TCP_MOST_SIZE);
    assert(frame->pdu_size >= 1 && frame->pdu + frame->pdu_size <= end);
    struct modbus_reply reply;
    if (!request)
        return;
    enum modbus_fault fault = modbus_check(request, frame->unit, frame->pdu, frame->pdu_size, &reply);
    assert(fault != MODBUS_PARTIAL && fault < N_MODBUS_FAULTS);
    if (fault != MODBUS_GOOD) {
        assert(!reply.values && reply.size == 0);
        return;
    }
    assert(reply.values >= frame->pdu && reply.values + reply.size == frame->pdu + frame->pdu_size);
    if (request->function == MODBUS_IDENTIFICATION)
        check_objects(&reply);
    else
        assert(reply.size == modbus_request_value_size(request));
}

static void check_stream(const struct modbus_framing *framing, const struct modbus_request *request,
                         const uint8_t *stream, const uint8_t *end) {
    struct modbus_frame frame;
    enum modbus_fault fault;
    while (fault = framing->split(request, stream, (size_t)(end - stream), &frame),
           fault == MODBUS_GOOD || fault == MODBUS_WRONG_PROTOCOL) {
        assert(frame.noise < frame.size && frame.size <= (size_t)(end - stream));
        check_frame(request, &frame, end);
        stream += frame.size;
    }
    assert(fault == MODBUS_PARTIAL || fault == MODBUS_BROKEN_LENGTH || fault == MODBUS_WRONG_CHECK_SUM);
    assert(fault != MODBUS_PARTIAL || end - stream < MODBUS_TCP_MOST_SIZE);
}

/* The bytes as frames, each with a length before it, which in the stream has its check sum behind it. */
static void check_summed(const struct modbus_request *request, const uint8_t *data, size_t size) {
    uint8_t *stream = malloc(4 * size + 4), *end = stream;
    while (size > 0) {
        size_t n = *data < size ? *data : size - 1;
        uint16_t sum = modbus_crc16(data + 1, n);
        for (size_t i = 0; i < n; i++)
            *end++ = data[1 + i];
        *end++ = (uint8_t)sum;
        *end++ = (uint8_t)(sum >> 8);
        data += 1 + n;
        size -= 1 + n;
    }
    check_stream(&modbus_framing_rtu, request, stream, end);
    check_stream(&modbus_framing_rtu, NULL, stream, end);
    free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 6)
        return 0;
    const struct modbus_request request = {
        .unit = data[0],
        .function = data[1],
        .address = (uint16_t)(data[2] << 8 | data[3]),
        .count = (uint16_t)(data[4] << 8 | data[5]),
    };
    if (!modbus_request_valid(&request))
        return 0;
    check_stream(&modbus_framing_tcp, &request, data + 6, data + size);
    check_stream(&modbus_framing_rtu, &request, data + 6, data + size);
    check_summed(&request, data + 6, size - 6);
    return 0;
}
