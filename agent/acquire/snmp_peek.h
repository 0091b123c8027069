/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at the head of an SNMP datagram, just deep enough to tell whose answer it is before a library parses
 * it whole. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_SNMP_PEEK_H
#define HALLWATCH_ACQUIRE_SNMP_PEEK_H

#include <stddef.h>
#include <stdint.h>

enum { SNMP_PDU_RESPONSE = 0xa2 };

struct snmp_peek {
    int32_t version;    /* as on the wire: 0 is v1, 1 is v2c, 3 is v3 */
    uint8_t pdu;        /* its tag; 0 of v3 */
    int32_t request_id; /* of v3: the message id */
};

/*
 * Reads version, PDU tag and request id of a v1 or v2c message, or version and message id of a v3 one, whose
 * PDU may be encrypted. Only these must lie inside the datagram: one
 * that is cut off later can still be told apart from silence. Returns 0 or ERROR_GARBLED.
 */
int snmp_peek_read(const uint8_t *datagram, size_t size, struct snmp_peek *peek);

#endif
