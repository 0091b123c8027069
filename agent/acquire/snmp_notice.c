/* SPDX-License-Identifier: Apache-2.0 */
/* BER as far as notifications need it, and what the few objects that count are called. */
#include "acquire/snmp_notice.h"

#include <string.h>

#include "base/error.h"

enum {
    TAG_INTEGER = 0x02,
    TAG_OCTETS = 0x04,
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30,
    TAG_ADDRESS = 0x40,
    TAG_TICKS = 0x43,
    PDU_RESPONSE = 0xa2,
    PDU_TRAP_V1 = 0xa4,
    PDU_INFORM = 0xa6,
    PDU_TRAP = 0xa7,
    FLAG_AUTHENTICATED = 1,
    FLAG_ENCRYPTED = 2,
    FLAG_REPORTABLE = 4,
    GENERIC_COLD_START = 0,
    USER_SECURITY_MODEL = 3,
    SIZE_LEAST = 484, /* what every engine can take, RFC 3412 */
};

/* Bytes not yet read. */
struct span {
    const uint8_t *at, *end;
};

/* The next element: its tag and its contents, which lie within the span. */
static bool take_any(struct span *span, uint8_t *tag, struct span *contents) {
    if (span->end - span->at < 2)
        return false;
    *tag = *span->at++;
    size_t length = *span->at++;
    if (length >= 0x80) {
        int n = length & 0x7f;
        if (n == 0 || n > 4 || span->end - span->at < n)
            return false;
        for (length = 0; n > 0; n--)
            length = length << 8 | *span->at++;
    }
    if (length > (size_t)(span->end - span->at))
        return false;
    *contents = (struct span){span->at, span->at + length};
    span->at += length;
    return true;
}

static bool take(struct span *span, uint8_t wanted, struct span *contents) {
    uint8_t tag;
    return take_any(span, &tag, contents) && tag == wanted;
}

static bool take_integer(struct span *span, int64_t *integer) {
    struct span contents;
    if (!take(span, TAG_INTEGER, &contents) || contents.at == contents.end || contents.end - contents.at > 8)
        return false;
    uint64_t bits = *contents.at & 0x80 ? UINT64_MAX : 0;
    while (contents.at < contents.end)
        bits = bits << 8 | *contents.at++;
    *integer = (int64_t)bits;
    return true;
}

static bool is(const struct span *span, const uint8_t *bytes, size_t size) {
    return (size_t)(span->end - span->at) == size && memcmp(span->at, bytes, size) == 0;
}

/* An address of all zeros says that the agent has none. */
static void take_agent(const struct span *address, struct snmp_notice *notice) {
    static const uint8_t none[4] = {0};
    if (address->end - address->at != sizeof notice->agent || memcmp(address->at, none, sizeof none) == 0)
        return;
    memcpy(notice->agent, address->at, sizeof notice->agent);
    notice->has_agent = true;
}

/* --- what is notified */

static bool read_varbind(struct span *list, struct snmp_notice *notice) {
    static const uint8_t trap_oid[] = {0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0};
    static const uint8_t cold_start[] = {0x2b, 6, 1, 6, 3, 1, 1, 5, 1};
    static const uint8_t trap_address[] = {0x2b, 6, 1, 6, 3, 18, 1, 3, 0};
    struct span varbind, name, value;
    uint8_t tag;
    if (!take(list, TAG_SEQUENCE, &varbind) || !take(&varbind, TAG_OID, &name) ||
        !take_any(&varbind, &tag, &value) || varbind.at != varbind.end)
        return false;
    if (notice->version == SNMP_V1)
        return true;
    if (tag == TAG_OID && is(&name, trap_oid, sizeof trap_oid))
        notice->cold_start = is(&value, cold_start, sizeof cold_start);
    if (tag == TAG_ADDRESS && is(&name, trap_address, sizeof trap_address))
        take_agent(&value, notice);
    return true;
}

static bool read_varbinds(struct span *pdu, struct snmp_notice *notice) {
    struct span list;
    if (!take(pdu, TAG_SEQUENCE, &list) || pdu->at != pdu->end)
        return false;
    while (list.at < list.end)
        if (!read_varbind(&list, notice))
            return false;
    return true;
}

static bool read_trap_v1(struct span *pdu, struct snmp_notice *notice) {
    struct span enterprise, address, ticks;
    int64_t generic, specific;
    if (!take(pdu, TAG_OID, &enterprise) || !take(pdu, TAG_ADDRESS, &address) ||
        !take_integer(pdu, &generic) || !take_integer(pdu, &specific) || !take(pdu, TAG_TICKS, &ticks))
        return false;
    take_agent(&address, notice);
    notice->cold_start = generic == GENERIC_COLD_START;
    return read_varbinds(pdu, notice);
}

static bool read_trap_v2(struct span *pdu, struct snmp_notice *notice) {
    int64_t id, error_status, error_index;
    return take_integer(pdu, &id) && take_integer(pdu, &error_status) && take_integer(pdu, &error_index) &&
           error_status == 0 && error_index == 0 && read_varbinds(pdu, notice);
}

static bool read_open(struct span *message, const uint8_t *datagram, struct snmp_notice *notice) {
    struct span community, pdu;
    uint8_t tag;
    if (!take(message, TAG_OCTETS, &community))
        return false;
    notice->community = community.at;
    notice->community_size = (size_t)(community.end - community.at);
    notice->pdu_at = (size_t)(message->at - datagram);
    if (!take_any(message, &tag, &pdu) || message->at != message->end)
        return false;
    if (notice->version == SNMP_V1)
        return tag == PDU_TRAP_V1 && read_trap_v1(&pdu, notice);
    notice->is_inform = tag == PDU_INFORM;
    return (tag == PDU_TRAP || tag == PDU_INFORM) && read_trap_v2(&pdu, notice);
}

/* --- SNMPv3 */

static bool read_global(struct span *message, struct snmp_notice *notice) {
    struct span global, flags;
    int64_t id, size_most, model;
    if (!take(message, TAG_SEQUENCE, &global) || !take_integer(&global, &id) ||
        !take_integer(&global, &size_most) || !take(&global, TAG_OCTETS, &flags) ||
        !take_integer(&global, &model))
        return false;
    if (flags.end - flags.at != 1 || model != USER_SECURITY_MODEL || id < 0 || id > INT32_MAX ||
        size_most < SIZE_LEAST || size_most > INT32_MAX)
        return false;
    notice->authenticated = *flags.at & FLAG_AUTHENTICATED;
    notice->encrypted = *flags.at & FLAG_ENCRYPTED;
    notice->reportable = *flags.at & FLAG_REPORTABLE;
    return notice->authenticated || !notice->encrypted;
}

static bool read_security(struct span *message, struct snmp_notice *notice) {
    struct span octets, parameters, engine_id, user, digest, salt;
    int64_t boots, time;
    if (!take(message, TAG_OCTETS, &octets) || !take(&octets, TAG_SEQUENCE, &parameters) ||
        octets.at != octets.end || !take(&parameters, TAG_OCTETS, &engine_id) ||
        !take_integer(&parameters, &boots) || !take_integer(&parameters, &time) ||
        !take(&parameters, TAG_OCTETS, &user) || !take(&parameters, TAG_OCTETS, &digest) ||
        !take(&parameters, TAG_OCTETS, &salt))
        return false;
    notice->engine_id = engine_id.at;
    notice->engine_id_size = (size_t)(engine_id.end - engine_id.at);
    notice->user = user.at;
    notice->user_size = (size_t)(user.end - user.at);
    return notice->engine_id_size <= 32 && notice->user_size <= SNMP_USER_MOST && boots >= 0 &&
           boots <= INT32_MAX && time >= 0 && time <= INT32_MAX;
}

static bool read_sealed(struct span *message, struct snmp_notice *notice) {
    struct span scoped;
    return read_global(message, notice) && read_security(message, notice) &&
           take(message, notice->encrypted ? TAG_OCTETS : TAG_SEQUENCE, &scoped);
}

int snmp_notice_read(const uint8_t *datagram, size_t size, struct snmp_notice *notice) {
    struct span all = {datagram, datagram + size}, message;
    int64_t version;
    *notice = (struct snmp_notice){0};
    if (!take(&all, TAG_SEQUENCE, &message) || !take_integer(&message, &version))
        return ERROR_GARBLED;
    bool good = false;
    if (version == 0 || version == 1) {
        notice->version = version == 0 ? SNMP_V1 : SNMP_V2C;
        good = read_open(&message, datagram, notice);
    } else if (version == 3) {
        notice->version = SNMP_V3;
        good = read_sealed(&message, notice);
    }
    return good ? ERROR_NONE : ERROR_GARBLED;
}

void snmp_notice_acknowledge(uint8_t *datagram, const struct snmp_notice *notice) {
    datagram[notice->pdu_at] = PDU_RESPONSE;
}
