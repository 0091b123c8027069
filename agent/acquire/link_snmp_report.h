/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an agent has against a message: an error-status in its answer, or, of SNMPv3, a Report in its place;
 * and whether an SNMPv3 message is the agent's at all.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_REPORT_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_REPORT_H

#include "acquire/link_snmp_codec.h"

struct snmp_pdu;

/* Its name in RFC 3416, section 3; what only a SET can bring has none here. */
const char *snmp_report_status(long error_status);

/* The security level that the credentials stand for, as net-snmp numbers it. */
int snmp_report_level(const struct snmp_credentials *credentials);

/*
 * Judges a parsed message (`problem`: 0, or what net-snmp's parser has against it) and does what follows for
 * the peer's engine. SNMP_ANSWERED with no error in *answer: a response whose contents count.
 */
enum snmp_meaning snmp_report_judge(const struct snmp_question *question, const struct snmp_pdu *message,
                                    int problem, struct link_answer *answer);

#endif
