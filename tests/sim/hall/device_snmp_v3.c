/* SPDX-License-Identifier: Apache-2.0 */
/* An SNMPv3 agent; see the header. */
#include "device_snmp_v3.h"

#include "ber.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION_3 = 3, MODEL_USM = 3, MESSAGE_MOST = 65507, REPORT_PDU = 0xa8 };
enum { AUTHENTICATED = 1, ENCRYPTED = 2, REPORTABLE = 4 };
enum { WINDOW_S = 150 };
enum { PLAIN_MOST = 2048 };

/* Why a request is not answered; the numbers are usmStats' own (1.3.6.1.6.3.15.1.1.N.0). */
enum refusal {
    ACCEPTED,
    UNSUPPORTED_LEVEL,
    NOT_IN_TIME_WINDOW,
    UNKNOWN_USER,
    UNKNOWN_ENGINE,
    WRONG_DIGEST,
    DECRYPTION_ERROR,
    UNREADABLE, /* no message: nothing is said */
};

struct request {
    struct ber_reader message;
    int64_t id, boots, time;
    uint8_t flags;
    struct ber_reader engine, user, digest, salt;
    struct ber_reader body; /* of the scoped PDU, or its ciphertext */
    struct ber_reader context, pdu;
    uint8_t plain[PLAIN_MOST];
};

static size_t size_of(struct ber_reader content) {
    return (size_t)(content.end - content.at);
}

static bool read_header(struct request *request, struct ber_reader *from) {
    struct ber_reader header, flags;
    int64_t most, model;
    if (!ber_read_tagged(from, BER_SEQUENCE, &header) || !ber_read_integer(&header, &request->id) ||
        !ber_read_integer(&header, &most) || !ber_read_tagged(&header, BER_OCTETS, &flags) ||
        size_of(flags) != 1 || !ber_read_integer(&header, &model) || model != MODEL_USM)
        return false;
    request->flags = *flags.at;
    return true;
}

static bool read_security(struct request *request, struct ber_reader *from) {
    struct ber_reader octets, security;
    return ber_read_tagged(from, BER_OCTETS, &octets) && ber_read_tagged(&octets, BER_SEQUENCE, &security) &&
           ber_read_tagged(&security, BER_OCTETS, &request->engine) &&
           ber_read_integer(&security, &request->boots) && ber_read_integer(&security, &request->time) &&
           ber_read_tagged(&security, BER_OCTETS, &request->user) &&
           ber_read_tagged(&security, BER_OCTETS, &request->digest) &&
           ber_read_tagged(&security, BER_OCTETS, &request->salt);
}

static bool read_request(struct request *request, struct ber_reader from) {
    return read_header(request, &from) && read_security(request, &from) &&
           ber_read_tagged(&from, request->flags & ENCRYPTED ? BER_OCTETS : BER_SEQUENCE, &request->body);
}

/* Reads what is in a scoped PDU. */
static bool read_scoped(struct request *request, struct ber_reader content) {
    struct ber_reader engine;
    request->pdu = content;
    return ber_read_tagged(&request->pdu, BER_OCTETS, &engine) &&
           ber_read_tagged(&request->pdu, BER_OCTETS, &request->context);
}

static const struct usm_user *find_user(const struct usm_users *users, struct ber_reader name,
                                        size_t *index) {
    for (*index = 0; *index < users->n; (*index)++) {
        const struct usm_user *user = &users->list[*index];
        if (strlen(user->name) == size_of(name) && memcmp(user->name, name.at, size_of(name)) == 0)
            return user;
    }
    return NULL;
}

static enum refusal check_digest(const struct request *request, const struct usm_user *user,
                                 struct usm_keys *keys) {
    uint8_t expected[USM_DIGEST_MOST];
    size_t size = usm_digest_size(user);
    if (size_of(request->digest) != size ||
        !usm_digest(user, keys, request->message.at, size_of(request->message), request->digest.at, expected))
        return WRONG_DIGEST;
    return memcmp(expected, request->digest.at, size) == 0 ? ACCEPTED : WRONG_DIGEST;
}

static enum refusal decrypt(struct request *request, const struct usm_user *user, struct usm_keys *keys) {
    size_t size = size_of(request->body);
    if (size > sizeof request->plain || size % usm_block_size(user) != 0 ||
        size_of(request->salt) != USM_SALT)
        return DECRYPTION_ERROR;
    memcpy(request->plain, request->body.at, size);
    if (!usm_crypt(user, keys, false, (uint32_t)request->boots, (uint32_t)request->time, request->salt.at,
                   request->plain, size))
        return DECRYPTION_ERROR;
    struct ber_reader plain = {.at = request->plain, .end = request->plain + size};
    return ber_read_tagged(&plain, BER_SEQUENCE, &request->body) ? ACCEPTED : DECRYPTION_ERROR;
}

/* In the order of RFC 3414, 3.2; a level below the user's own is answered, as net-snmp's default is not. */
static enum refusal check(const struct device *device, const struct snmp_access *access,
                          struct request *request, const struct usm_user *user, struct usm_keys *keys) {
    const struct usm_engine *engine = &device->engine;
    if (user == NULL)
        return UNKNOWN_USER;
    if ((request->flags & AUTHENTICATED && user->auth == NULL) ||
        (request->flags & ENCRYPTED && user->privacy == NULL) ||
        (request->flags & (AUTHENTICATED | ENCRYPTED)) == ENCRYPTED)
        return UNSUPPORTED_LEVEL;
    if (keys == NULL)
        return UNREADABLE;
    if (!(request->flags & AUTHENTICATED))
        return ACCEPTED;
    enum refusal refusal = check_digest(request, user, keys);
    int64_t apart_s = request->time - usm_engine_time(engine, access->now_us);
    if (refusal == ACCEPTED &&
        (request->boots != engine->boots || llabs(apart_s) > WINDOW_S || device->fault.kind == FAULT_REPORTS))
        refusal = NOT_IN_TIME_WINDOW;
    return refusal == ACCEPTED && request->flags & ENCRYPTED ? decrypt(request, user, keys) : refusal;
}

/* A message under way, with what has to be filled in at its end. */
struct sealing {
    struct ber_writer writer;
    uint8_t *outer, *security_octets, *security, *digest, *salt, *cipher, *scoped;
    uint32_t time;
};

static bool begin_security(struct sealing *sealing, struct usm_engine *engine, struct ber_reader user,
                           size_t digest_size, size_t salt_size) {
    static const uint8_t zeros[USM_DIGEST_MOST];
    struct ber_writer *writer = &sealing->writer;
    uint8_t salt[USM_SALT];
    uint64_t number = ++engine->salt;
    for (unsigned i = USM_SALT; i-- > 0; number >>= 8)
        salt[i] = (uint8_t)number;
    sealing->security_octets = ber_begin_long(writer, BER_OCTETS);
    sealing->security = ber_begin_long(writer, BER_SEQUENCE);
    if (sealing->security == NULL || !ber_write_element(writer, BER_OCTETS, engine->id, engine->id_size) ||
        !ber_write_number(writer, BER_INTEGER, engine->boots) ||
        !ber_write_number(writer, BER_INTEGER, sealing->time) ||
        !ber_write_element(writer, BER_OCTETS, user.at, size_of(user)) ||
        !ber_write_element(writer, BER_OCTETS, zeros, digest_size))
        return false;
    sealing->digest = writer->at - digest_size;
    if (!ber_write_element(writer, BER_OCTETS, salt, salt_size))
        return false;
    sealing->salt = writer->at - salt_size;
    ber_end_long(writer, sealing->security);
    ber_end_long(writer, sealing->security_octets);
    return true;
}

/* Everything before the PDU, at the level of these flags. */
static bool begin_message(struct sealing *sealing, struct device *device, const struct request *request,
                          const struct usm_user *user, uint8_t flags) {
    struct ber_writer *writer = &sealing->writer;
    int64_t id = request->id + (device->fault.kind == FAULT_WRONG_ID ? device->fault.argument : 0);
    sealing->outer = ber_begin_long(writer, BER_SEQUENCE);
    if (sealing->outer == NULL || !ber_write_number(writer, BER_INTEGER, VERSION_3))
        return false;
    uint8_t *header = ber_begin_long(writer, BER_SEQUENCE);
    if (header == NULL || !ber_write_number(writer, BER_INTEGER, id) ||
        !ber_write_number(writer, BER_INTEGER, MESSAGE_MOST) ||
        !ber_write_element(writer, BER_OCTETS, &flags, 1) ||
        !ber_write_number(writer, BER_INTEGER, MODEL_USM))
        return false;
    ber_end_long(writer, header);
    if (!begin_security(sealing, &device->engine, request->user,
                        flags & AUTHENTICATED ? usm_digest_size(user) : 0, flags & ENCRYPTED ? USM_SALT : 0))
        return false;
    if (flags & ENCRYPTED) {
        writer->end -= usm_block_size(user); /* kept for what fills the last block up */
        sealing->cipher = ber_begin_long(writer, BER_OCTETS);
    }
    sealing->scoped = ber_begin_long(writer, BER_SEQUENCE);
    return sealing->scoped != NULL &&
           ber_write_element(writer, BER_OCTETS, device->engine.id, device->engine.id_size) &&
           ber_write_element(writer, BER_OCTETS, request->context.at, size_of(request->context));
}

/* Fills in lengths, encrypts, signs. */
static bool finish_message(struct sealing *sealing, const struct usm_engine *engine,
                           const struct usm_user *user, struct usm_keys *keys, uint8_t flags) {
    struct ber_writer *writer = &sealing->writer;
    ber_end_long(writer, sealing->scoped);
    if (flags & ENCRYPTED) {
        while ((size_t)(writer->at - sealing->scoped) % usm_block_size(user) != 0)
            *writer->at++ = 0;
        ber_end_long(writer, sealing->cipher);
        if (!usm_crypt(user, keys, true, engine->boots, sealing->time, sealing->salt, sealing->scoped,
                       (size_t)(writer->at - sealing->scoped)))
            return false;
    }
    ber_end_long(writer, sealing->outer);
    uint8_t digest[USM_DIGEST_MOST];
    if (!(flags & AUTHENTICATED))
        return true;
    if (!usm_digest(user, keys, sealing->outer, (size_t)(writer->at - sealing->outer), sealing->digest,
                    digest))
        return false;
    memcpy(sealing->digest, digest, usm_digest_size(user));
    return true;
}

/* A report names the refused request where that can be read. */
static bool write_report(struct sealing *sealing, const struct request *request, uint32_t refusal,
                         uint32_t count) {
    struct ber_writer *writer = &sealing->writer;
    const uint32_t parts[] = {1, 3, 6, 1, 6, 3, 15, 1, 1, refusal, 0};
    uint8_t name[OID_BYTES_MOST], tag;
    size_t name_size = ber_encode_oid(parts, sizeof parts / sizeof parts[0], name);
    struct ber_reader from = request->pdu, content;
    int64_t id;
    if (!ber_read(&from, &tag, &content) || !ber_read_integer(&content, &id))
        id = 0;
    uint8_t *pdu = ber_begin_long(writer, REPORT_PDU);
    if (pdu == NULL || !ber_write_number(writer, BER_INTEGER, id) ||
        !ber_write_number(writer, BER_INTEGER, 0) || !ber_write_number(writer, BER_INTEGER, 0))
        return false;
    uint8_t *varbinds = ber_begin_long(writer, BER_SEQUENCE), *varbind = ber_begin_long(writer, BER_SEQUENCE);
    if (varbind == NULL || !ber_write_element(writer, BER_OID, name, name_size) ||
        !ber_write_number(writer, BER_COUNTER32, count))
        return false;
    ber_end_long(writer, varbind);
    ber_end_long(writer, varbinds);
    ber_end_long(writer, pdu);
    return true;
}

size_t device_snmp_v3_answer(struct device *device, const struct snmp_access *access,
                             struct ber_reader message, struct ber_reader from,
                             uint8_t answer[SNMP_ANSWER_MOST]) {
    struct request request = {.message = message};
    struct usm_engine *engine = &device->engine;
    struct sealing sealing = {.writer = {.at = answer, .end = answer + SNMP_ANSWER_MOST},
                              .time = usm_engine_time(engine, access->now_us)};
    size_t index;
    if (!read_request(&request, from))
        return 0;
    bool ours = size_of(request.engine) == engine->id_size &&
                memcmp(request.engine.at, engine->id, engine->id_size) == 0;
    const struct usm_user *user = ours ? find_user(access->users, request.user, &index) : NULL;
    struct usm_keys *keys = user ? usm_engine_keys(engine, access->users, index) : NULL;
    enum refusal refusal = ours ? check(device, access, &request, user, keys) : UNKNOWN_ENGINE;
    bool readable = refusal == ACCEPTED || !(request.flags & ENCRYPTED);
    if (readable && !read_scoped(&request, request.body))
        refusal = UNREADABLE;
    uint8_t flags = request.flags & (AUTHENTICATED | ENCRYPTED);
    if (refusal != ACCEPTED) /* only one who is known to be himself gets a signed report */
        flags = refusal == NOT_IN_TIME_WINDOW || refusal == DECRYPTION_ERROR ? AUTHENTICATED : 0;
    if (refusal == UNREADABLE || (refusal != ACCEPTED && !(request.flags & REPORTABLE)))
        return 0;
    if (!begin_message(&sealing, device, &request, user, flags))
        return 0;
    bool written = refusal == ACCEPTED
                       ? device_snmp_answer_pdu(device, request.pdu, &sealing.writer)
                       : write_report(&sealing, &request, (uint32_t)refusal, ++engine->reports);
    device->counts.refused += refusal != ACCEPTED;
    return written && finish_message(&sealing, engine, user, keys, flags)
               ? (size_t)(sealing.writer.at - answer)
               : 0;
}

size_t device_snmp_v3_notify(struct device *device, const struct snmp_access *access, uint32_t id,
                             struct ber_reader pdu, uint8_t message[SNMP_ANSWER_MOST]) {
    struct usm_engine *engine = &device->engine;
    struct sealing sealing = {.writer = {.at = message, .end = message + SNMP_ANSWER_MOST},
                              .time = usm_engine_time(engine, access->now_us)};
    if (access->users->n == 0)
        return 0;
    const struct usm_user *user = &access->users->list[device->user];
    struct usm_keys *keys = usm_engine_keys(engine, access->users, device->user);
    const uint8_t *name = (const uint8_t *)user->name;
    const struct request request = {.id = id, .user = {.at = name, .end = name + strlen(user->name)}};
    uint8_t flags = (uint8_t)((user->auth ? AUTHENTICATED : 0) | (user->privacy ? ENCRYPTED : 0));
    bool made = keys != NULL && begin_message(&sealing, device, &request, user, flags) &&
                ber_write_bytes(&sealing.writer, pdu.at, size_of(pdu)) &&
                finish_message(&sealing, engine, user, keys, flags);
    return made ? (size_t)(sealing.writer.at - message) : 0;
}
