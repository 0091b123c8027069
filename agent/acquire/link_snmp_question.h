/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question to an agent before it is a message: whether SNMP can carry it, and which of its names are left
 * out because an SNMPv1 agent has not got them. Pure. Known to link_snmp*.c only.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_QUESTION_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_QUESTION_H

#include "acquire/link_snmp_codec.h"

/*
 * ERROR_ARGUMENT where the request is none that SNMP can carry: no OIDs or too many, too short or too long.
 */
int snmp_question_check(const struct link_request *request);

/* Whether name `i` is left out, and how many are. */
bool snmp_question_lacks(const struct snmp_question *question, size_t i);
size_t snmp_question_missing(const struct snmp_question *question);
/*
 * SNMPv1 says that there is no such name for the first that is not there, by its number among those asked
 * for, from 1. Leaves it out; false where it is not said which one.
 */
bool snmp_question_leave_out(struct snmp_question *question, long index);

/* A GET of all its names, of a version without security: the same message again but for its id. */
bool snmp_question_is_plain(const struct snmp_question *question);

#endif
