/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the way of a datagram: the peek, and where it finds an id, the parser behind it, as the answer to a
 * GET and to a GETBULK, in every version of SNMP. Everything an answer points to must be readable, and its
 * counts within their bounds.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/link_snmp_codec.h"
#include "acquire/link_snmp_socket.h"
#include "acquire/snmp_peek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t sum_oid(const struct oid *oid) {
    assert(oid->n <= OID_MOST);
    uint32_t sum = 0;
    for (size_t i = 0; i < oid->n; i++)
        sum += oid->part[i];
    return sum;
}

static void check_answer(const struct link_answer *answer) {
    assert(answer->n_varbinds <= SNMP_VARBINDS_MOST);
    assert(answer->error == ERROR_NONE || answer->n_varbinds == 0);
    uint32_t sum = 0;
    for (size_t i = 0; i < answer->n_varbinds; i++) {
        const struct raw *raw = &answer->varbinds[i].raw;
        sum += sum_oid(&answer->varbinds[i].name);
        if (raw->kind == RAW_OID)
            sum += sum_oid(&raw->oid);
        for (size_t k = 0; raw->kind == RAW_TEXT && k < raw->size; k++)
            sum += (uint8_t)raw->text[k];
    }
    static volatile uint32_t read_for_real;
    read_for_real = sum;
    (void)read_for_real;
}

enum { N_PEERS = 3 };

/* As in the agent, one codec for the process. */
static void start(struct snmp_codec **codec, struct snmp_peer *peers, const struct link_request *request) {
    const struct snmp_credentials credentials[N_PEERS] = {
        {.version = SNMP_V1, .community = (char *)"public"},
        {.version = SNMP_V2C, .community = (char *)"public"},
        {.version = SNMP_V3, .user = (char *)"user", .context = (char *)""},
    };
    if (snmp_codec_new(codec))
        abort();
    for (size_t i = 0; i < N_PEERS; i++)
        if (snmp_peer_init(*codec, &credentials[i], &peers[i]))
            abort();
    /* Asked once, so that answers are first held against what was asked. */
    for (size_t i = 0; i < N_PEERS; i++) {
        const struct snmp_question question = {.peer = &peers[i], .request = request, .id = 1 << 24};
        const uint8_t *packet;
        size_t size;
        if (snmp_codec_encode(*codec, &question, &packet, &size))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct snmp_peek peek;
    if (size > SNMP_DATAGRAM_MOST || snmp_peek_read(data, size, &peek))
        return 0;
    static const uint32_t name[] = {1, 3, 6, 1, 2, 1, 1, 1, 0};
    static const struct oid oid = {name, sizeof name / sizeof name[0]};
    struct link_request request = {.ask = ASK_GET, .oids = &oid, .n_oids = 1, .repetitions = 10};
    static struct snmp_codec *codec;
    static uint8_t packet[SNMP_DATAGRAM_ROOM];
    static struct snmp_peer peers[N_PEERS];
    if (!codec)
        start(&codec, peers, &request);
    for (request.ask = ASK_GET; request.ask <= ASK_BULK; request.ask++)
        for (size_t i = 0; i < N_PEERS; i++) {
            struct snmp_question question = {.peer = &peers[i], .request = &request, .id = peek.request_id};
            struct link_answer answer;
            memcpy(packet, data, size);
            snmp_peer_silent(&peers[i]); /* what an earlier datagram taught of an engine is forgotten */
            if (snmp_codec_decode(codec, &question, packet, size, &answer) == SNMP_ANSWERED)
                check_answer(&answer);
            snmp_codec_release(codec);
        }
    return 0;
}
