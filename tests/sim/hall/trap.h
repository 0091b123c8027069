/* SPDX-License-Identifier: Apache-2.0 */
/* Traps and informs as a device sends them, the malformed ones too. Knows no sockets. */
#ifndef HALLSIM_TRAP_H
#define HALLSIM_TRAP_H

#include "device_snmp.h"

enum trap_kind { TRAP_V1, TRAP_V2C, TRAP_V3, TRAP_INFORM, TRAP_TRUNCATED, TRAP_GARBLED, TRAP_STRANGER };

/* By its word; false where there is no such kind. */
bool trap_find_kind(const char *word, enum trap_kind *kind);
/*
 * A linkDown of this device, with `number` as request or message id; its size. 0: v3 without a user, or no
 * memory.
 */
size_t trap_write(struct device *device, const struct snmp_access *access, enum trap_kind kind,
                  uint32_t number, uint8_t datagram[SNMP_ANSWER_MOST]);

#endif
