/* SPDX-License-Identifier: Apache-2.0 */
/* Traps; see the header. */
#include "trap.h"

#include "device_snmp_v3.h"

#include <string.h>

enum { VERSION_1 = 0, VERSION_2C = 1, TRAP_V1_PDU = 0xa4, INFORM_PDU = 0xa6, TRAP_PDU = 0xa7 };
enum { LINK_DOWN = 2 };

static const char *const words[] = {"v1", "v2c", "v3", "inform", "truncated", "garbled", "stranger"};

bool trap_find_kind(const char *word, enum trap_kind *kind) {
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], word) == 0) {
            *kind = (enum trap_kind)i;
            return true;
        }
    return false;
}

static bool write_oid(struct ber_writer *writer, const char *oid) {
    uint32_t parts[OID_PARTS_MOST];
    uint8_t bytes[OID_BYTES_MOST];
    size_t size = ber_encode_oid(parts, oid_parse(oid, parts), bytes);
    return ber_write_element(writer, BER_OID, bytes, size);
}

/* A varbind with a number, or with an OID where one is given. */
static void write_varbind(struct ber_writer *writer, const char *name, uint8_t tag, int64_t number,
                          const char *oid) {
    uint8_t *varbind = ber_begin_long(writer, BER_SEQUENCE);
    write_oid(writer, name);
    if (oid != NULL)
        write_oid(writer, oid);
    else
        ber_write_number(writer, tag, number);
    ber_end_long(writer, varbind);
}

/* (All of it fits by far: room is not asked about.) */
static void write_pdu(struct ber_writer *writer, uint8_t tag, uint32_t number, int64_t ticks) {
    uint8_t *pdu = ber_begin_long(writer, tag);
    ber_write_number(writer, BER_INTEGER, number);
    ber_write_number(writer, BER_INTEGER, 0);
    ber_write_number(writer, BER_INTEGER, 0);
    uint8_t *varbinds = ber_begin_long(writer, BER_SEQUENCE);
    write_varbind(writer, "1.3.6.1.2.1.1.3.0", BER_TICKS, ticks, NULL);
    write_varbind(writer, "1.3.6.1.6.3.1.1.4.1.0", 0, 0, "1.3.6.1.6.3.1.1.5.3");
    write_varbind(writer, "1.3.6.1.2.1.2.2.1.1.1", BER_INTEGER, 1, NULL);
    ber_end_long(writer, varbinds);
    ber_end_long(writer, pdu);
}

static void write_pdu_v1(struct ber_writer *writer, uint32_t address, int64_t ticks) {
    const uint8_t octets[] = {(uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                              (uint8_t)address};
    uint8_t *pdu = ber_begin_long(writer, TRAP_V1_PDU);
    write_oid(writer, "1.3.6.1.4.1.318");
    ber_write_element(writer, BER_IP_ADDRESS, octets, sizeof octets);
    ber_write_number(writer, BER_INTEGER, LINK_DOWN);
    ber_write_number(writer, BER_INTEGER, 0);
    ber_write_number(writer, BER_TICKS, ticks);
    uint8_t *varbinds = ber_begin_long(writer, BER_SEQUENCE);
    write_varbind(writer, "1.3.6.1.2.1.2.2.1.1.1", BER_INTEGER, 1, NULL);
    ber_end_long(writer, varbinds);
    ber_end_long(writer, pdu);
}

static size_t write_community(const struct device *device, const struct snmp_access *access,
                              enum trap_kind kind, uint32_t number, int64_t ticks,
                              uint8_t datagram[SNMP_ANSWER_MOST]) {
    struct ber_writer writer = {.at = datagram, .end = datagram + SNMP_ANSWER_MOST};
    uint8_t *outer = ber_begin_long(&writer, BER_SEQUENCE);
    ber_write_number(&writer, BER_INTEGER, kind == TRAP_V1 ? VERSION_1 : VERSION_2C);
    ber_write_element(&writer, BER_OCTETS, access->community, strlen(access->community));
    if (kind == TRAP_V1)
        write_pdu_v1(&writer, device->address, ticks);
    else
        write_pdu(&writer, kind == TRAP_INFORM ? INFORM_PDU : TRAP_PDU, number, ticks);
    ber_end_long(&writer, outer);
    return (size_t)(writer.at - datagram);
}

size_t trap_write(struct device *device, const struct snmp_access *access, enum trap_kind kind,
                  uint32_t number, uint8_t datagram[SNMP_ANSWER_MOST]) {
    int64_t ticks = access->now_us / 10000 & UINT32_MAX;
    number &= INT32_MAX;
    if (kind == TRAP_V3) {
        uint8_t pdu[256];
        struct ber_writer writer = {.at = pdu, .end = pdu + sizeof pdu};
        write_pdu(&writer, TRAP_PDU, number, ticks);
        return device_snmp_v3_notify(device, access, number, (struct ber_reader){pdu, writer.at}, datagram);
    }
    size_t size = write_community(device, access, kind, number, ticks, datagram);
    if (kind == TRAP_TRUNCATED)
        return 1 + number % (uint32_t)(size - 1); /* at every place in turn */
    if (kind == TRAP_GARBLED)
        datagram[number % size] ^= (uint8_t)(1 + number / size % 255);
    return size;
}
