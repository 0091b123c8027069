/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMPv3 messages (RFC 3412, 3414) of an authoritative engine: discovery, reports, the checks of a request in
 * their order, sealing the answer. The PDU inside is device_snmp's, keys and ciphers are usm's.
 */
#ifndef HALLSIM_DEVICE_SNMP_V3_H
#define HALLSIM_DEVICE_SNMP_V3_H

#include "device_snmp.h"

/*
 * Answers the message, whose elements after the version begin at `from`; the answer's size, 0 where nothing
 * is said.
 */
size_t device_snmp_v3_answer(struct device *device, const struct snmp_access *access,
                             struct ber_reader message, struct ber_reader from,
                             uint8_t answer[SNMP_ANSWER_MOST]);

/*
 * A message with this PDU from the device's own engine, sealed as its user has it: a trap. 0 where there are
 * no users, or no memory.
 */
size_t device_snmp_v3_notify(struct device *device, const struct snmp_access *access, uint32_t id,
                             struct ber_reader pdu, uint8_t message[SNMP_ANSWER_MOST]);

#endif
