/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a datagram on the trap port says: a v1 or v2c trap or inform whole, of an SNMPv3 message its head,
 * whose contents may be encrypted (link_snmp_notice opens it). Pure. Every length is checked against what
 * holds it.
 */
#ifndef HALLWATCH_ACQUIRE_SNMP_NOTICE_H
#define HALLWATCH_ACQUIRE_SNMP_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/snmp_credentials.h"

/* Texts are borrowed from the datagram and not terminated. */
struct snmp_notice {
    enum snmp_version version;
    /* v1 and v2c */
    const uint8_t *community;
    size_t community_size;
    bool is_inform;
    bool cold_start; /* the sender has started, and may have other tables than before */
    bool has_agent;  /* agent-addr of v1, snmpTrapAddress of v2c, which a proxy passes on */
    uint8_t agent[4];
    size_t pdu_at; /* of its tag */
    /* v3 */
    const uint8_t *engine_id, *user;
    size_t engine_id_size, user_size;
    bool authenticated, encrypted;
    bool reportable; /* the sender wants to hear what is wrong: an inform or its discovery */
};

/* 0, or ERROR_GARBLED: no notification, or one that breaks SNMP's rules. Bytes behind the message are
 * ignored. */
int snmp_notice_read(const uint8_t *datagram, size_t size, struct snmp_notice *notice);

/* Makes of an inform of v2c its acknowledgement, in place. */
void snmp_notice_acknowledge(uint8_t *datagram, const struct snmp_notice *notice);

#endif
