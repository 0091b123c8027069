/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between link requests and SNMP messages, by way of net-snmp's message builder and parser. No socket and no
 * clock: it is handed a question and gives a datagram, is handed a datagram and says what it means.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_CODEC_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_CODEC_H

#include "acquire/link.h"
#include "acquire/link_snmp_usm.h"

enum { SNMP_OIDS_MOST = 128, SNMP_VARBINDS_MOST = 4096 };

/* Whom messages are exchanged with. */
struct snmp_peer {
    enum snmp_version version;
    char *community;           /* v1 and v2c */
    struct snmp_engine engine; /* v3 */
    bool proven; /* it has answered a question with these credentials, and was not silent since */
};

/* A request to a peer, and what has come of it so far. */
struct snmp_question {
    struct snmp_peer *peer;
    const struct link_request *request;
    int32_t id; /* of the message and of the request in it; a new one for each message */
    uint64_t missing[SNMP_OIDS_MOST / 64]; /* v1: bits of the names that the agent has not */
};

enum snmp_meaning {
    SNMP_ANSWERED, /* the answer is there, good or bad */
    SNMP_GO_ON,    /* something was learnt: encode the question again and send it */
    SNMP_STRAY,    /* forged or damaged: no message of this peer to us */
};

struct snmp_codec;

/* One for the process: net-snmp's state is global. Reads no file and nothing of the environment. */
int snmp_codec_new(struct snmp_codec **codec);
void snmp_codec_free(struct snmp_codec *codec);

/*
 * A peer to be spoken to with these credentials, which are copied. 0, ERROR_MEMORY, or ERROR_ARGUMENT where
 * they do not hold together. The codec outlives its peers.
 */
int snmp_peer_init(struct snmp_codec *codec, const struct snmp_credentials *credentials,
                   struct snmp_peer *peer);
void snmp_peer_done(struct snmp_codec *codec, struct snmp_peer *peer);
/*
 * A message to the peer was not answered: an SNMPv3 engine is discovered anew next time, for it may be
 * another. Returns what the silence can mean, or NULL where there is nothing to add.
 */
const char *snmp_peer_silent(struct snmp_peer *peer);

/*
 * Makes the message that comes next: of an SNMPv3 agent whose engine is not known, its discovery; else the
 * checked request as GET, GETBULK, or GETNEXT where one repetition is wanted (the same question, and agents
 * without GETBULK answer it; v1 has no other). *packet is the codec's, until the next call. Returns 0 or
 * ERROR_MEMORY.
 */
int snmp_codec_encode(struct snmp_codec *codec, const struct snmp_question *question, const uint8_t **packet,
                      size_t *size);

/*
 * What a datagram means that has the question's id. When answered, *answer (all but its latency) is filled;
 * what it points to lives until snmp_codec_release, which must follow before the next decode.
 */
enum snmp_meaning snmp_codec_decode(struct snmp_codec *codec, struct snmp_question *question, uint8_t *packet,
                                    size_t size, struct link_answer *answer);
void snmp_codec_release(struct snmp_codec *codec);

#endif
