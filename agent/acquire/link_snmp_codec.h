/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between link requests and SNMP messages, by way of net-snmp's message builder and parser. No socket and no
 * clock: it is handed a request and gives a datagram, is handed a datagram and gives an answer.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_CODEC_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_CODEC_H

#include "acquire/link.h"

enum { SNMP_OIDS_MOST = 128, SNMP_VARBINDS_MOST = 4096 };

/* Whom messages are exchanged with. SNMPv2c knows no more of an agent than this. */
struct snmp_peer {
    char *community; /* owned by the link */
};

struct snmp_codec;

/* One for the process: net-snmp's state is global. Reads no file and nothing of the environment. */
int snmp_codec_new(struct snmp_codec **codec);
void snmp_codec_free(struct snmp_codec *codec);

/*
 * ERROR_ARGUMENT where the request is none that SNMP can carry: no OIDs or too many, too short or too long.
 */
int snmp_codec_check(const struct link_request *request);

/*
 * Makes the message of a checked request: GET, GETBULK, or GETNEXT where one repetition is wanted (the same
 * question, and agents without GETBULK answer it). *packet is the codec's, until the next call. Returns 0 or
 * ERROR_MEMORY.
 */
int snmp_codec_encode(struct snmp_codec *codec, const struct snmp_peer *peer, int32_t request_id,
                      const struct link_request *request, const uint8_t **packet, size_t *size);

/*
 * Fills *answer (all but its latency) from a response to `request`. What the answer points to lives until
 * snmp_codec_release, which must follow before the next decode.
 */
void snmp_codec_decode(struct snmp_codec *codec, const struct link_request *request, uint8_t *packet,
                       size_t size, struct link_answer *answer);
void snmp_codec_release(struct snmp_codec *codec);

#endif
