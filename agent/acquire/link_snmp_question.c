/* SPDX-License-Identifier: Apache-2.0 */
/* What is pure about questions: bounds, and the bits of the names that an SNMPv1 agent has not. */
#include "acquire/link_snmp_question.h"

int snmp_question_check(const struct link_request *request) {
    if (request->ask != ASK_GET && request->ask != ASK_BULK)
        return ERROR_ARGUMENT;
    if (request->n_oids < 1 || request->n_oids > SNMP_OIDS_MOST)
        return ERROR_ARGUMENT;
    if (request->ask == ASK_BULK && request->repetitions == 0)
        return ERROR_ARGUMENT;
    for (size_t i = 0; i < request->n_oids; i++)
        if (request->oids[i].n < 2 || request->oids[i].n > OID_MOST)
            return ERROR_ARGUMENT;
    return ERROR_NONE;
}

bool snmp_question_lacks(const struct snmp_question *question, size_t i) {
    return question->missing[i / 64] >> i % 64 & 1;
}

size_t snmp_question_missing(const struct snmp_question *question) {
    size_t n = 0;
    for (size_t i = 0; i < question->request->n_oids; i++)
        n += snmp_question_lacks(question, i);
    return n;
}

bool snmp_question_leave_out(struct snmp_question *question, long index) {
    if (index == 0 && snmp_question_missing(question) + 1 == question->request->n_oids)
        index = 1;
    for (size_t i = 0; i < question->request->n_oids; i++) {
        if (snmp_question_lacks(question, i) || --index > 0)
            continue;
        if (index == 0)
            question->missing[i / 64] |= UINT64_C(1) << i % 64;
        return index == 0;
    }
    return false;
}

bool snmp_question_is_plain(const struct snmp_question *question) {
    for (size_t i = 0; i < sizeof question->missing / sizeof *question->missing; i++)
        if (question->missing[i])
            return false;
    return question->peer->version != SNMP_V3 && question->request->ask == ASK_GET;
}
