/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers SNMP v2c requests (GET, GETNEXT, GETBULK) from a device's object table and values. Knows no
 * sockets.
 */
#ifndef HALLSIM_DEVICE_SNMP_H
#define HALLSIM_DEVICE_SNMP_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

enum { SNMP_ANSWER_MOST = 1472 }; /* what an Ethernet frame carries; agents send no more */

/*
 * Answers one datagram; the answer's size, 0 where an agent would say nothing: no SNMP v2c message, another
 * community, a PDU that is no request.
 */
size_t device_snmp_answer(struct device *device, const char *community, const uint8_t *request, size_t size,
                          uint8_t answer[SNMP_ANSWER_MOST]);

#endif
