/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers SNMP v2c and v3 requests (GET, GETNEXT, GETBULK) from a device's object table and values. Knows no
 * sockets.
 */
#ifndef HALLSIM_DEVICE_SNMP_H
#define HALLSIM_DEVICE_SNMP_H

#include <stddef.h>
#include <stdint.h>

#include "ber.h"
#include "device.h"

enum { SNMP_ANSWER_MOST = 1472 }; /* what an Ethernet frame carries; agents send no more */

/* Who may ask, and when it is (monotonic). */
struct snmp_access {
    const char *community;
    const struct usm_users *users;
    int64_t now_us;
};

/*
 * Answers one datagram; the answer's size, 0 where an agent would say nothing: no SNMP message, another
 * community, a PDU that is no request.
 */
size_t device_snmp_answer(struct device *device, const struct snmp_access *access, const uint8_t *request,
                          size_t size, uint8_t answer[SNMP_ANSWER_MOST]);

/*
 * The same for the PDU that begins at `from`, whatever message it is in. False: nothing is said; what has
 * been written is of no use.
 */
bool device_snmp_answer_pdu(struct device *device, struct ber_reader from, struct ber_writer *writer);

#endif
