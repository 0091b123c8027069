/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes a question's way through its messages, in every version of SNMP and at every level of SNMPv3: the
 * input composes what an agent says, true or false, signed and encrypted with its keys or not, so that what
 * is behind the check sums is reached too; or it is the datagram itself.
 *
 * What must hold: everything an answer points to is readable, a GET's answer has the names asked for, in
 * order; nothing that is not signed as its credentials ask is taken for an answer; SNMPv1 leaves out each
 * name once.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "acquire/link_snmp_codec.h"
#include "acquire/link_snmp_socket.h"
#include "acquire/snmp_peek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { V1, V2C, PLAIN, SIGNED, ENCRYPTED, N_PEERS };
enum { N_NAMES = 3, MESSAGES_MOST = 12, ID = 0x1234567, MAC_SIZE = 12, SALT_SIZE = 8 };

static const struct snmp_credentials credentials[N_PEERS] = {
    {.version = SNMP_V1, .community = (char *)"public"},
    {.version = SNMP_V2C, .community = (char *)"public"},
    {.version = SNMP_V3, .user = (char *)"user", .context = (char *)""},
    {.version = SNMP_V3,
     .user = (char *)"user",
     .context = (char *)"",
     .auth = SNMP_AUTH_SHA1,
     .auth_passphrase = (char *)"authentic"},
    {.version = SNMP_V3,
     .user = (char *)"user",
     .context = (char *)"context",
     .auth = SNMP_AUTH_MD5,
     .auth_passphrase = (char *)"authentic",
     .privacy = SNMP_PRIVACY_AES128,
     .privacy_passphrase = (char *)"privately"},
};
static const uint8_t engine_id[] = {0x80, 0, 0, 0, 5, 'e', 'n', 'g', 'i', 'n', 'e'};
static const uint32_t names[N_NAMES][9] = {
    {1, 3, 6, 1, 2, 1, 1, 1, 0}, {1, 3, 6, 1, 2, 1, 1, 2, 0}, {1, 3, 6, 1, 2, 1, 1, 3, 0}};
static const struct oid oids[N_NAMES] = {{names[0], 9}, {names[1], 9}, {names[2], 9}};

struct bytes {
    const uint8_t *at, *end;
};

static uint8_t take(struct bytes *input) {
    return input->at < input->end ? *input->at++ : 0;
}

/* --- a message, written from its end to its beginning */

struct message {
    size_t at, mac; /* mac: where the signature belongs */
    uint8_t bytes[16384];
};

static void put(struct message *message, const void *bytes, size_t size) {
    assert(size <= message->at);
    message->at -= size;
    memcpy(message->bytes + message->at, bytes, size);
}

/* The head of an element whose content is what was written since `end`. */
static void put_head(struct message *message, uint8_t tag, size_t end) {
    size_t size = end - message->at;
    const uint8_t head[] = {tag, 0x82, (uint8_t)(size >> 8), (uint8_t)size};
    put(message, head, sizeof(head));
}

static void put_octets(struct message *message, const void *bytes, size_t size) {
    size_t end = message->at;
    put(message, bytes, size);
    put_head(message, ASN_OCTET_STR, end);
}

static void put_integer(struct message *message, int32_t number) {
    uint32_t bits = (uint32_t)number;
    const uint8_t element[] = {
        ASN_INTEGER, 4, (uint8_t)(bits >> 24), (uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
    put(message, element, sizeof(element));
}

static void put_input(struct message *message, struct bytes *input, size_t most) {
    for (size_t n = take(input) % (most + 1); n > 0; n--)
        put(message, &(uint8_t){take(input)}, 1);
}

/* --- what an agent says */

static void put_value(struct message *message, struct bytes *input) {
    static const uint8_t tags[] = {ASN_INTEGER,       ASN_OCTET_STR, ASN_NULL,          ASN_OBJECT_ID,
                                   ASN_IPADDRESS,     ASN_COUNTER,   ASN_GAUGE,         ASN_TIMETICKS,
                                   ASN_OPAQUE,        ASN_COUNTER64, SNMP_NOSUCHOBJECT, SNMP_NOSUCHINSTANCE,
                                   SNMP_ENDOFMIBVIEW, ASN_BIT_STR,   ASN_NSAP,          0x7f};
    static const uint8_t opaque[] = {0x9f, 0x78, 0x04};
    size_t end = message->at;
    uint8_t how = take(input);
    put_input(message, input, 80);
    if ((how & 0xf0) == 0xf0)
        put(message, opaque, sizeof(opaque));
    put_head(message, tags[how & 15], end);
}

static void put_varbind(struct message *message, struct bytes *input, size_t number) {
    const uint8_t usm_stats[] = {0x2b, 6, 1, 6, 3, 15, 1, 1}, contexts[] = {0x2b, 6, 1, 6, 3, 12, 1, 5, 0};
    size_t end = message->at;
    uint8_t how = take(input);
    const uint8_t name[] = {0x2b, 6, 1, 2, 1, 1, (uint8_t)(1 + (number + (how & 3)) % N_NAMES), 0};
    put_value(message, input);
    size_t name_end = message->at;
    if (how >= 0xe0)
        put_input(message, input, 100);
    else if (how >= 0xd0)
        put(message, contexts, sizeof(contexts));
    if (how >= 0xc0 && how < 0xd0)
        put(message, &(uint8_t[2]){how & 7, 0}, 2);
    if (how >= 0xc0 && how < 0xd0)
        put(message, usm_stats, sizeof(usm_stats));
    if (how < 0xc0)
        put(message, name, sizeof(name));
    put_head(message, ASN_OBJECT_ID, name_end);
    put_head(message, ASN_SEQUENCE | ASN_CONSTRUCTOR, end);
}

static bool put_pdu(struct message *message, struct bytes *input, bool *is_response) {
    static const uint8_t commands[] = {SNMP_MSG_RESPONSE, SNMP_MSG_REPORT, SNMP_MSG_GET, SNMP_MSG_TRAP2};
    size_t end = message->at;
    uint8_t how = take(input);
    size_t n = how & 32 ? take(input) % 32 : N_NAMES;
    while (n-- > 0)
        put_varbind(message, input, n);
    put_head(message, ASN_SEQUENCE | ASN_CONSTRUCTOR, end);
    put_integer(message, how & 16 ? (int8_t)take(input) : 0);
    put_integer(message, how & 16 ? (int8_t)take(input) : 0);
    put_integer(message, how & 8 ? ID + 1 : ID);
    put_head(message, commands[how & 3], end);
    *is_response = commands[how & 3] == SNMP_MSG_RESPONSE;
    return !(how & 8);
}

/* Replaces what was written since `end` by its encrypted form. */
static void encrypt(struct message *message, const struct usmUser *user, size_t end, int32_t boots,
                    int32_t time) {
    uint8_t iv[16] = {0}, hidden[sizeof(message->bytes)];
    size_t size = end - message->at, hidden_size = sizeof(hidden);
    for (int i = 0; i < 4; i++) {
        iv[3 - i] = (uint8_t)(boots >> 8 * i);
        iv[7 - i] = (uint8_t)(time >> 8 * i);
    }
    if (sc_encrypt(user->privProtocol, user->privProtocolLen, user->privKey, (u_int)user->privKeyLen, iv,
                   sizeof(iv), message->bytes + message->at, (u_int)size, hidden,
                   &hidden_size) != SNMPERR_SUCCESS)
        abort();
    message->at = end;
    put_octets(message, hidden, hidden_size);
}

static void sign(struct message *message, const struct usmUser *user) {
    uint8_t mac[64];
    size_t size = sizeof(mac);
    if (sc_generate_keyed_hash(user->authProtocol, user->authProtocolLen, user->authKey,
                               (u_int)user->authKeyLen, message->bytes + message->at,
                               (u_int)(sizeof(message->bytes) - message->at), mac, &size) != SNMPERR_SUCCESS)
        abort();
    memcpy(message->bytes + message->mac, mac, MAC_SIZE);
}

static void put_security(struct message *message, struct bytes *input, uint8_t level, int32_t boots,
                         int32_t time, bool *right) {
    const uint8_t salt[SALT_SIZE] = {0}, mac[MAC_SIZE] = {0};
    uint8_t how = take(input);
    size_t end = message->at;
    put_octets(message, salt, level & 2 ? SALT_SIZE : 0);
    put_octets(message, mac, level & 1 ? MAC_SIZE : 0);
    message->mac = message->at + 4;
    put_octets(message, how & 1 ? "other" : "user", how & 1 ? 5 : 4);
    put_integer(message, time);
    put_integer(message, boots);
    put_octets(message, engine_id, how & 2 ? sizeof(engine_id) - 1 : sizeof(engine_id));
    put_head(message, ASN_SEQUENCE | ASN_CONSTRUCTOR, end);
    put_head(message, ASN_OCTET_STR, end);
    *right &= !(how & 3);
}

/* Returns whether it could be the answer to the question. */
static bool compose_v3(struct message *message, struct bytes *input, const struct snmp_peer *peer) {
    const struct snmp_credentials *own = &peer->engine.keys->credentials;
    const struct usmUser *user = peer->engine.user;
    uint8_t how = take(input), level = how & 3, own_level = (uint8_t)(own->privacy ? 3 : own->auth ? 1 : 0);
    int32_t boots = how & 4 ? take(input) : 5, time = how & 8 ? take(input) << 8 : 1000;
    size_t end = message->at;
    bool is_response, keyed = user && user->authKeyLen > 0 && (!(level & 2) || user->privKeyLen > 0);
    bool right = put_pdu(message, input, &is_response) && level == own_level && user && is_response;
    put_octets(message, own->context, strlen(own->context));
    put_octets(message, engine_id, sizeof(engine_id));
    put_head(message, ASN_SEQUENCE | ASN_CONSTRUCTOR, end);
    if (level & 2 && keyed)
        encrypt(message, user, end, boots, time);
    put_security(message, input, level, boots, time, &right);
    size_t header_end = message->at;
    put_integer(message, SNMP_SEC_MODEL_USM);
    put_octets(message, &level, 1);
    put_integer(message, 65507);
    put_integer(message, ID);
    put_head(message, ASN_SEQUENCE | ASN_CONSTRUCTOR, header_end);
    put_integer(message, SNMP_VERSION_3);
    put_head(message, ASN_SEQUENCE | ASN_CONSTRUCTOR, end);
    bool is_signed = level & 1 && keyed && !(how & 16);
    if (is_signed)
        sign(message, user);
    return right && (is_signed || own_level == 0);
}

static bool compose(struct message *message, struct bytes *input, const struct snmp_peer *peer) {
    if (peer->version == SNMP_V3)
        return compose_v3(message, input, peer);
    size_t end = message->at;
    bool is_response;
    put_pdu(message, input, &is_response);
    put_octets(message, "public", 6);
    put_integer(message, peer->version == SNMP_V1 ? SNMP_VERSION_1 : SNMP_VERSION_2c);
    put_head(message, ASN_SEQUENCE | ASN_CONSTRUCTOR, end);
    return true;
}

/* --- what is made of it */

static void check_oid(const struct oid *oid) {
    static volatile uint32_t sum; /* every part is looked at */
    assert(oid->n <= OID_MOST);
    for (size_t i = 0; i < oid->n; i++)
        sum = sum + oid->part[i];
}

static void check_answer(const struct link_request *request, const struct link_answer *answer) {
    static volatile uint8_t sum;
    assert(answer->n_varbinds <= SNMP_VARBINDS_MOST);
    assert(answer->error == ERROR_NONE || answer->n_varbinds == 0);
    assert(answer->error || request->ask != ASK_GET || answer->n_varbinds == request->n_oids);
    for (size_t i = 0; i < answer->n_varbinds; i++) {
        const struct varbind *varbind = &answer->varbinds[i];
        check_oid(&varbind->name);
        if (request->ask == ASK_GET)
            assert(varbind->name.n == oids[i].n &&
                   memcmp(varbind->name.part, oids[i].part, sizeof(names[0])) == 0);
        if (varbind->raw.kind == RAW_OID)
            check_oid(&varbind->raw.oid);
        for (size_t k = 0; varbind->raw.kind == RAW_TEXT && k < varbind->raw.size; k++)
            sum = (uint8_t)(sum + (uint8_t)varbind->raw.text[k]);
    }
}

/* One datagram, as link_snmp takes it. Returns whether the question goes on. */
static bool receive(struct snmp_codec *codec, struct snmp_question *question, const uint8_t *data,
                    size_t size, bool may_answer) {
    static uint8_t packet[SNMP_DATAGRAM_ROOM];
    struct snmp_peek peek;
    struct link_answer answer;
    memcpy(packet, data, size);
    if (snmp_peek_read(packet, size, &peek) || peek.request_id != question->id)
        return true;
    enum snmp_meaning meaning = snmp_codec_decode(codec, question, packet, size, &answer);
    if (meaning == SNMP_ANSWERED)
        check_answer(question->request, &answer);
    assert(meaning != SNMP_ANSWERED || answer.error || may_answer);
    snmp_codec_release(codec);
    return meaning != SNMP_ANSWERED;
}

static void talk(struct snmp_codec *codec, struct snmp_question *question, struct bytes *input) {
    static struct message message;
    const uint8_t *packet;
    size_t size, made_up;
    bool goes_on = true;
    for (int i = 0; i < MESSAGES_MOST && goes_on && input->at < input->end; i++) {
        if (snmp_codec_encode(codec, question, &packet, &size))
            abort();
        assert(size > 0);
        uint8_t how = take(input);
        if (how == 0x7f) { /* nothing came */
            snmp_peer_silent(question->peer);
            continue;
        }
        if (how & 0x80) { /* bytes as they are */
            size_t left = (size_t)(input->end - input->at);
            made_up = (size_t)take(input) << 4;
            made_up = made_up < left ? made_up : left - (left > 0);
            goes_on = receive(codec, question, input->at, made_up,
                              question->peer->version != SNMP_V3 || !question->peer->engine.keys->auth.size);
            input->at += made_up;
            continue;
        }
        message.at = sizeof(message.bytes);
        bool may_answer = compose(&message, input, question->peer);
        goes_on = receive(codec, question, message.bytes + message.at, sizeof(message.bytes) - message.at,
                          may_answer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct snmp_codec *codec;
    static struct snmp_peer keepers[N_PEERS]; /* hashing passphrases takes long: they hold the keys */
    if (!codec && snmp_codec_new(&codec))
        abort();
    for (size_t i = 0; i < N_PEERS && !keepers[i].community && !keepers[i].engine.keys; i++)
        if (snmp_peer_init(codec, &credentials[i], &keepers[i]))
            abort();
    struct bytes input = {data, data + size};
    uint8_t how = take(&input);
    struct link_request request = {
        .ask = how & 0x10 ? ASK_BULK : ASK_GET, .oids = oids, .n_oids = N_NAMES, .repetitions = 10};
    struct snmp_peer peer;
    struct snmp_question question = {.peer = &peer, .request = &request, .id = ID};
    if (snmp_peer_init(codec, &credentials[(how & 15) % N_PEERS], &peer))
        abort();
    if (peer.version == SNMP_V3 && how & 0x20 && snmp_engine_meet(&peer.engine, engine_id, sizeof(engine_id)))
        abort();
    talk(codec, &question, &input);
    snmp_peer_done(codec, &peer);
    return 0;
}
