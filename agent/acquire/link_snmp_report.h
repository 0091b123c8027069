/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an agent says in its answer: values; an error-status in their place; or, of SNMPv3, a Report of what
 * it has against the message. And whether an SNMPv3 message is the agent's at all.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_REPORT_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_REPORT_H

#include "acquire/link_snmp_codec.h"

struct snmp_pdu;
struct variable_list;

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

/*
 * What net-snmp made of a value on the wire, as links hand it on. Text is borrowed from the variable. Of an
 * object identifier only the kind is said: its parts have another size.
 */
struct raw snmp_report_value(const struct variable_list *variable);

#endif
