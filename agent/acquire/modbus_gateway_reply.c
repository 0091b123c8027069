/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gateway sends: cut into frames, told whose answer each is, and held against the request under way.
 * What follows for the connection and for the next turn is modbus_gateway.c's.
 */
#include "acquire/modbus_gateway.h"

enum {
    GATEWAY_PATH_UNAVAILABLE = 10,
    GATEWAY_TARGET_SILENT = 11,
};

/* Two exceptions are the gateway's own word about a unit that is not there. */
static int refusal_error(uint8_t exception, const char **detail) {
    if (exception == GATEWAY_PATH_UNAVAILABLE)
        *detail = "its gateway has no path to this unit (exception 10)";
    else if (exception == GATEWAY_TARGET_SILENT)
        *detail = "its gateway gets no answer from this unit (exception 11)";
    else
        return ERROR_REFUSED;
    return ERROR_UNREACHABLE;
}

/* Whether a frame with this fault was an answer to some other question: the true one may still come. */
static bool is_foreign(const struct modbus_gateway *gateway, enum modbus_fault fault) {
    if (gateway->framing->numbered)
        return fault == MODBUS_WRONG_ID || fault == MODBUS_WRONG_PROTOCOL;
    return fault == MODBUS_WRONG_FUNCTION || fault == MODBUS_WRONG_COUNT;
}

static void conclude(struct modbus_gateway *gateway, enum modbus_fault fault,
                     const struct modbus_reply *reply, int64_t now_us, struct modbus_outcome *outcome) {
    struct link_answer *answer = &outcome->answer;
    if (is_foreign(gateway, fault))
        modbus_gateway_owe(gateway, now_us);
    outcome->link = gateway->asked;
    gateway->asked = NULL;
    gateway->timeouts = 0;
    answer->latency_us = (uint32_t)(now_us - gateway->sent_us);
    if (fault == MODBUS_GOOD || fault == MODBUS_EXCEPTION) {
        answer->error = fault == MODBUS_GOOD ? ERROR_NONE : refusal_error(reply->exception, &answer->detail);
        answer->exception = reply->exception;
        answer->data = reply->values;
        answer->size = reply->size;
        gateway->answers++;
        gateway->garbled = 0;
        gateway->failures = 0;
        gateway->hang_ups = 0;
        return;
    }
    answer->error = ERROR_GARBLED;
    answer->detail = modbus_fault_text(fault);
    gateway->service->counts.garbled[fault]++;
    modbus_count_up(&gateway->garbled);
}

/* Whether a frame answers a request that was given up; the debt is paid with it. */
static bool is_late(struct modbus_gateway *gateway, const struct modbus_frame *frame, int64_t now_us) {
    if (!gateway->framing->numbered) {
        bool owed = now_us < gateway->owing_until_us[frame->unit];
        gateway->owing_until_us[frame->unit] = 0;
        return owed;
    }
    uint16_t age = (uint16_t)(gateway->transaction - frame->transaction);
    if (age >= 32 || !(gateway->unanswered >> age & 1))
        return false;
    gateway->unanswered &= ~(1u << age);
    return true;
}

static enum modbus_fault check_frame(const struct modbus_gateway *gateway, const struct modbus_frame *frame,
                                     struct modbus_reply *reply) {
    const struct modbus_request request = modbus_link_request(gateway->asked);
    if (gateway->framing->numbered && frame->transaction != gateway->transaction)
        return MODBUS_WRONG_ID;
    return modbus_check(&request, frame->unit, frame->pdu, frame->pdu_size, reply);
}

/* A whole frame. `fault` is what the framing said of it: GOOD or WRONG_PROTOCOL. */
static void take_frame(struct modbus_gateway *gateway, const struct modbus_frame *frame,
                       enum modbus_fault fault, int64_t now_us, struct modbus_outcome *outcome) {
    struct modbus_counts *counts = &gateway->service->counts;
    counts->noise += frame->noise;
    if (fault == MODBUS_GOOD && is_late(gateway, frame, now_us)) {
        counts->late++;
        return;
    }
    if (!gateway->asked) {
        counts->unsolicited++;
        modbus_count_up(&gateway->garbled);
        outcome->noisy = !gateway->framing->numbered;
        return;
    }
    struct modbus_reply reply = {0};
    if (fault == MODBUS_GOOD)
        fault = check_frame(gateway, frame, &reply);
    if (fault == MODBUS_WRONG_UNIT && !gateway->framing->numbered) {
        counts->unsolicited++;
        gateway->noise = fault;
        return;
    }
    outcome->broken = fault == MODBUS_BROKEN_LENGTH;
    conclude(gateway, fault, &reply, now_us, outcome);
}

/* What is no frame. Returns how many of the bytes are of no more use. */
static size_t take_noise(struct modbus_gateway *gateway, enum modbus_fault fault, size_t size, int64_t now_us,
                         struct modbus_outcome *outcome) {
    if (gateway->framing->numbered) {
        outcome->broken = true;
        if (gateway->asked)
            conclude(gateway, fault, NULL, now_us, outcome);
        return size;
    }
    if (!gateway->asked) {
        gateway->service->counts.unsolicited++;
        modbus_count_up(&gateway->garbled);
        outcome->noisy = true;
        return size;
    }
    /* Little is what a line says as it turns around; as much as an answer was one that got damaged. */
    const struct modbus_request request = modbus_link_request(gateway->asked);
    outcome->noisy = size >= modbus_rtu_reply_size(&request);
    gateway->noise = fault;
    return size > TCP_STREAM_MOST_KEPT ? size - TCP_STREAM_MOST_KEPT : 0;
}

size_t modbus_gateway_take(struct modbus_gateway *gateway, const uint8_t *bytes, size_t size, int64_t now_us,
                           struct modbus_outcome *outcome) {
    size_t used = 0;
    while (!outcome->broken) {
        struct modbus_request request;
        struct modbus_frame frame;
        if (gateway->asked)
            request = modbus_link_request(gateway->asked);
        enum modbus_fault fault =
            gateway->framing->split(gateway->asked ? &request : NULL, bytes + used, size - used, &frame);
        if (fault == MODBUS_PARTIAL)
            break;
        if (fault == MODBUS_BROKEN_LENGTH || fault == MODBUS_WRONG_CHECK_SUM) {
            used += take_noise(gateway, fault, size - used, now_us, outcome);
            break;
        }
        take_frame(gateway, &frame, fault, now_us, outcome);
        used += frame.size;
    }
    return used;
}
