/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States of an engine, seen from here:
 *
 *   1. unknown     the next message is the discovery; any Report to it names the engine
 *   2. met         its keys are made; its clock is a guess from the Report
 *   3. in time     its clock was learnt from an authenticated message
 *
 * An agent that was rebooted says in an authenticated Report how its clock stands: 3 stays 3. One whose count
 * of boots went back cannot be believed by the rule, so its clock is forgotten: 3 to 2. One that has another
 * engine id, or is silent, is discovered again: 1. link_snmp bounds how often one request goes round.
 */
#include "acquire/link_snmp_report.h"

#include <string.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

int snmp_report_level(const struct snmp_credentials *credentials) {
    if (credentials->privacy)
        return SNMP_SEC_LEVEL_AUTHPRIV;
    return credentials->auth ? SNMP_SEC_LEVEL_AUTHNOPRIV : SNMP_SEC_LEVEL_NOAUTH;
}

/* Agents keep silent about a message that they cannot decrypt. */
static const char *silence_means(const struct snmp_peer *peer) {
    if (!peer->engine.user)
        return "silence: no SNMPv3 there, an access list, or nobody there";
    if (peer->proven)
        return NULL;
    const struct snmp_credentials *credentials = &peer->engine.keys->credentials;
    if (*credentials->context)
        return "it says its engine id but does not answer this user: unknown context, wrong privacy "
               "passphrase "
               "or protocol, or an access list";
    if (credentials->privacy)
        return "it says its engine id but does not answer this user: wrong privacy passphrase, wrong privacy "
               "protocol, keys stretched another way (AES-192 and AES-192-C differ), or an access list";
    return "it says its engine id but does not answer this user: an access list?";
}

const char *snmp_peer_silent(struct snmp_peer *peer) {
    if (peer->version != SNMP_V3)
        return NULL;
    const char *meaning = silence_means(peer);
    snmp_engine_forget(&peer->engine);
    peer->proven = false; /* silent again after a new discovery, it may have got other keys */
    return meaning;
}

const char *snmp_report_status(long status) {
    switch (status) {
    case SNMP_ERR_NOSUCHNAME:
        return "noSuchName";
    case SNMP_ERR_BADVALUE:
        return "badValue";
    case SNMP_ERR_READONLY:
        return "readOnly";
    case SNMP_ERR_GENERR:
        return "genErr";
    case SNMP_ERR_NOACCESS:
        return "noAccess";
    case SNMP_ERR_RESOURCEUNAVAILABLE:
        return "resourceUnavailable";
    case SNMP_ERR_AUTHORIZATIONERROR:
        return "authorizationError";
    default:
        return "an unusual error-status";
    }
}

static enum snmp_meaning deny(struct link_answer *answer, const char *detail) {
    answer->error = ERROR_DENIED;
    answer->detail = detail;
    return SNMP_ANSWERED;
}

static enum snmp_meaning discover_again(struct snmp_peer *peer) {
    snmp_engine_forget(&peer->engine);
    return SNMP_GO_ON;
}

/* Its clock came with the Report; only what was learnt for sure before can stand against that. */
static enum snmp_meaning follow_clock(struct snmp_peer *peer, const netsnmp_pdu *report) {
    if (report->securityLevel == SNMP_SEC_LEVEL_NOAUTH && peer->engine.authentic)
        snmp_engine_reset_clock(&peer->engine);
    return SNMP_GO_ON;
}

/* The last part but one of a counter's name, below usmStats (RFC 3414) or the contexts' (RFC 3413); else 0.
 */
static oid counter_of(const netsnmp_pdu *report, const oid *prefix, size_t n) {
    const netsnmp_variable_list *variable = report->variables;
    if (!variable || variable->name_length < n + 1 || memcmp(variable->name, prefix, n * sizeof *prefix) != 0)
        return 0;
    return variable->name[n];
}

static enum snmp_meaning read_report(struct snmp_peer *peer, const netsnmp_pdu *report,
                                     struct link_answer *answer) {
    const oid usm_stats[] = {1, 3, 6, 1, 6, 3, 15, 1, 1}, contexts[] = {1, 3, 6, 1, 6, 3, 12, 1};
    if (counter_of(report, contexts, sizeof contexts / sizeof *contexts))
        return deny(answer, "unknown context");
    switch (counter_of(report, usm_stats, sizeof usm_stats / sizeof *usm_stats)) {
    case 1:
        return deny(answer, "unsupported security level: this user has another combination of "
                            "authentication and privacy there");
    case 2:
        return follow_clock(peer, report);
    case 3:
        return deny(answer, "unknown user");
    case 4:
        return discover_again(peer);
    case 5:
        return deny(answer, "authentication failed: wrong authentication passphrase or protocol");
    case 6:
        return deny(answer,
                    "decryption failed: wrong privacy passphrase, protocol, or way of stretching keys");
    default:
        return deny(answer, "it takes no SNMPv3 message of this kind, and does not say why");
    }
}

/* Unauthenticated, as all that can be known of it by now. */
static enum snmp_meaning meet(struct snmp_peer *peer, const netsnmp_pdu *report, struct link_answer *answer) {
    if (report->command != SNMP_MSG_REPORT || report->securityEngineIDLen == 0)
        return SNMP_STRAY;
    answer->error = snmp_engine_meet(&peer->engine, report->securityEngineID, report->securityEngineIDLen);
    return answer->error ? SNMP_ANSWERED : SNMP_GO_ON;
}

static bool is_same(const void *a, size_t a_size, const void *b, size_t b_size) {
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

/* Nothing weaker than what was asked for is taken for the answer. */
static bool is_ours(const struct snmp_question *question, const netsnmp_pdu *response) {
    const struct snmp_engine *engine = &question->peer->engine;
    const struct snmp_credentials *credentials = &engine->keys->credentials;
    return response->command == SNMP_MSG_RESPONSE && response->reqid == question->id &&
           response->securityLevel == snmp_report_level(credentials) &&
           is_same(response->securityEngineID, response->securityEngineIDLen, engine->user->engineID,
                   engine->user->engineIDLen) &&
           is_same(response->securityName, response->securityNameLen, credentials->user,
                   strlen(credentials->user)) &&
           is_same(response->contextName, response->contextNameLen, credentials->context,
                   strlen(credentials->context));
}

enum snmp_meaning snmp_report_judge(const struct snmp_question *question, const netsnmp_pdu *message,
                                    int problem, struct link_answer *answer) {
    struct snmp_peer *peer = question->peer;
    if (!peer->engine.user)
        return problem ? SNMP_STRAY : meet(peer, message, answer);
    if (problem == SNMPERR_USM_UNKNOWNSECURITYNAME) /* of that engine: it is another one */
        return discover_again(peer);
    if (problem == SNMPERR_USM_NOTINTIMEWINDOW) { /* well authenticated, but of an earlier time */
        snmp_engine_reset_clock(&peer->engine);
        return SNMP_GO_ON;
    }
    if (problem)
        return SNMP_STRAY;
    if (message->command == SNMP_MSG_REPORT)
        return read_report(peer, message, answer);
    return is_ours(question, message) ? SNMP_ANSWERED : SNMP_STRAY;
}

/* --- values: SNMP's types, and those that some agents wrap into Opaque */

static void keep_unsigned64(struct raw *raw, const struct counter64 *counter) {
    uint64_t value = (uint64_t)counter->high << 32 | (uint32_t)counter->low;
    raw->kind = value > INT64_MAX ? RAW_REAL : RAW_INTEGER;
    if (value > INT64_MAX)
        raw->real = (double)value;
    else
        raw->integer = (int64_t)value;
}

static void keep_text(struct raw *raw, const netsnmp_variable_list *variable) {
    raw->kind = RAW_TEXT;
    raw->text = (const char *)variable->val.string;
    raw->size = variable->val_len;
}

struct raw snmp_report_value(const netsnmp_variable_list *variable) {
    struct raw raw = {.kind = RAW_NONE};
    switch (variable->type) {
    case ASN_INTEGER:
        raw.kind = RAW_INTEGER;
        raw.integer = *variable->val.integer;
        break;
    case ASN_COUNTER:
    case ASN_GAUGE:
    case ASN_TIMETICKS:
    case ASN_UINTEGER:
        raw.kind = RAW_INTEGER;
        raw.unsigned32 = true;
        raw.integer = (uint32_t)*variable->val.integer;
        break;
    case ASN_COUNTER64:
    case ASN_OPAQUE_COUNTER64:
    case ASN_OPAQUE_U64:
        keep_unsigned64(&raw, variable->val.counter64);
        break;
    case ASN_OPAQUE_I64:
        raw.kind = RAW_INTEGER;
        raw.integer =
            (int64_t)((uint64_t)variable->val.counter64->high << 32 | (uint32_t)variable->val.counter64->low);
        break;
    case ASN_OPAQUE_FLOAT:
        raw.kind = RAW_REAL;
        raw.real = (double)*variable->val.floatVal;
        break;
    case ASN_OPAQUE_DOUBLE:
        raw.kind = RAW_REAL;
        raw.real = *variable->val.doubleVal;
        break;
    case ASN_OCTET_STR:
    case ASN_IPADDRESS:
    case ASN_OPAQUE:
    case ASN_NSAP:
    case ASN_BIT_STR:
        keep_text(&raw, variable);
        break;
    case ASN_OBJECT_ID:
        raw.kind = RAW_OID;
        break;
    default: /* Null and the three exceptions; the parser lets no other type through */
        break;
    }
    return raw;
}
