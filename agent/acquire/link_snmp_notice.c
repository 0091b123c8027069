/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our engine has no disk to count its boots on. Its id is stable, made of the site's and the gateway's name,
 * so that devices may be configured with it; its boots are the seconds since 2024 at the start, which grow
 * from start to start, so that senders who know an earlier one learn the new clock from a Report and go on. A
 * gateway whose clock is not set takes a random id instead: to its senders it is another engine, which they
 * discover.
 *
 * A sender's clock is learnt from its authenticated traps and forgotten when its id changes. A replayed trap
 * is late; it would cost a poll.
 */
#include "acquire/link_snmp_notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/lcd_time.h>

#include "acquire/link_snmp_report.h"

enum { OWN_ID_HEAD = 5, OWN_ID_SIZE = 17, FORGERY_SPAN_MS = 1000 };
static const int64_t boots_begin_s = 1704067200; /* 2024-01-01 */

struct snmp_receiver {
    netsnmp_session session;
    struct snmp_keys *keys; /* the ring of them */
    uint8_t id[OWN_ID_SIZE];
    u_char *packet;
    size_t packet_room;
    netsnmp_pdu *message; /* what was opened last */
    int problem;          /* what the library has against it */
};

/* --- our engine */

/* Net-SNMP's enterprise, octets of one's own choice (RFC 3411, SnmpEngineID, format 5). */
static int make_id(const char *name, bool stable, uint8_t id[OWN_ID_SIZE]) {
    static const uint8_t head[OWN_ID_HEAD] = {0x80, 0x00, 0x1f, 0x88, 0x05};
    u_char digest[20];
    size_t size = sizeof digest, n;
    const oid *sha1 = sc_get_auth_oid(NETSNMP_USMAUTH_HMACSHA1, &n);
    memcpy(id, head, sizeof head);
    if (!stable)
        return getrandom(id + OWN_ID_HEAD, OWN_ID_SIZE - OWN_ID_HEAD, 0) == OWN_ID_SIZE - OWN_ID_HEAD
                   ? ERROR_NONE
                   : ERROR_SYSTEM;
    if (sc_hash(sha1, n, (const u_char *)name, strlen(name), digest, &size) != SNMPERR_SUCCESS)
        return ERROR_SYSTEM;
    memcpy(id + OWN_ID_HEAD, digest, OWN_ID_SIZE - OWN_ID_HEAD);
    return ERROR_NONE;
}

/* The library adds one to what it is told. */
static void set_boots(int64_t boots) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)boots - 1);
    engineBoots_conf("engineBoots", text);
}

static int start_engine(struct snmp_receiver *receiver, const char *name, int64_t wall_s) {
    bool stable = wall_s > boots_begin_s && wall_s - boots_begin_s < INT32_MAX;
    int error = snmp_usm_start();
    if (!error)
        error = make_id(name, stable, receiver->id);
    if (!error && set_exact_engineID(receiver->id, sizeof receiver->id) != SNMPERR_SUCCESS)
        error = ERROR_MEMORY;
    set_boots(stable ? wall_s - boots_begin_s : 1);
    return error;
}

int snmp_receiver_new(const char *name, int64_t wall_s, struct snmp_receiver **receiver) {
    struct snmp_receiver *made = calloc(1, sizeof *made);
    if (!made)
        return ERROR_MEMORY;
    snmp_sess_init(&made->session);
    made->session.version = SNMP_VERSION_3;
    made->session.isAuthoritative = SNMP_SESS_NONAUTHORITATIVE; /* whose the clock is, its id says */
    made->packet_room = SNMP_MIN_MAX_LEN;
    made->packet = malloc(made->packet_room);
    int error = made->packet ? start_engine(made, name, wall_s) : ERROR_MEMORY;
    if (error)
        snmp_receiver_free(made);
    else
        *receiver = made;
    return error;
}

void snmp_receiver_free(struct snmp_receiver *receiver) {
    if (!receiver)
        return;
    snmp_receiver_release(receiver);
    free(receiver->packet);
    free(receiver);
}

const uint8_t *snmp_receiver_id(const struct snmp_receiver *receiver, size_t *size) {
    *size = sizeof receiver->id;
    return receiver->id;
}

bool snmp_receiver_is_addressed(const struct snmp_receiver *receiver, const struct snmp_notice *notice) {
    return notice->engine_id_size == sizeof receiver->id &&
           memcmp(notice->engine_id, receiver->id, sizeof receiver->id) == 0;
}

static void set_clock(struct snmp_engine *ours) {
    ours->boots = (uint32_t)snmpv3_local_snmpEngineBoots();
    ours->time = (uint32_t)snmpv3_local_snmpEngineTime();
    ours->heard = (int64_t)snmpv3_local_snmpEngineTime();
    ours->authentic = true;
}

/* --- notifiers */

int snmp_notifier_init(struct snmp_receiver *receiver, const struct snmp_credentials *credentials,
                       struct snmp_notifier *notifier) {
    *notifier = (struct snmp_notifier){0};
    int error = snmp_keys_hold(&receiver->keys, credentials, &notifier->keys);
    notifier->theirs.keys = notifier->ours.keys = notifier->keys;
    return error;
}

void snmp_notifier_done(struct snmp_receiver *receiver, struct snmp_notifier *notifier) {
    snmp_engine_forget(&notifier->theirs);
    snmp_engine_forget(&notifier->ours);
    snmp_keys_release(&receiver->keys, notifier->keys);
    *notifier = (struct snmp_notifier){0};
}

bool snmp_notifier_fits(const struct snmp_notifier *notifier, const struct snmp_notice *notice) {
    if (!notifier->keys)
        return false;
    const struct snmp_credentials *credentials = &notifier->keys->credentials;
    return notice->authenticated == !!credentials->auth && notice->encrypted == !!credentials->privacy &&
           notice->user_size == strlen(credentials->user) &&
           memcmp(notice->user, credentials->user, notice->user_size) == 0;
}

static bool is_same_key(const struct snmp_master_key *a, const struct snmp_master_key *b) {
    return a->size == b->size && memcmp(a->byte, b->byte, a->size) == 0;
}

bool snmp_notifier_shares(const struct snmp_notifier *a, const struct snmp_notifier *b) {
    if (!a->keys || !b->keys)
        return false;
    const struct snmp_credentials *one = &a->keys->credentials, *other = &b->keys->credentials;
    return one->auth == other->auth && one->privacy == other->privacy &&
           strcmp(one->user, other->user) == 0 && is_same_key(&a->keys->auth, &b->keys->auth) &&
           is_same_key(&a->keys->privacy, &b->keys->privacy);
}

/* Whether its messages may cost work now; `failed` adds one that came to nothing. */
static bool has_patience(struct snmp_notifier *notifier, int64_t now_ms, bool failed) {
    if (now_ms - notifier->forgeries_ms >= FORGERY_SPAN_MS) {
        notifier->forgeries_ms = now_ms;
        notifier->forgeries = 0;
    }
    notifier->forgeries += failed;
    return notifier->forgeries < SNMP_FORGERIES_MOST;
}

/* --- messages */

static int parse(struct snmp_receiver *receiver, struct snmp_engine *engine, uint8_t *packet, size_t size) {
    snmp_receiver_release(receiver);
    receiver->message = snmp_pdu_create(SNMP_MSG_RESPONSE);
    if (!receiver->message)
        return SNMPERR_MALLOC;
    receiver->session.s_snmp_errno = 0;
    snmp_engine_lend(engine);
    int failed = snmp_parse(NULL, &receiver->session, receiver->message, packet, size);
    snmp_engine_take_back(engine);
    snmp_clocks_empty(); /* what a stranger's message left must not stand beside a clock that is lent */
    if (!failed)
        return 0;
    return receiver->session.s_snmp_errno ? receiver->session.s_snmp_errno : SNMPERR_GENERR;
}

/* The engine that secures the message, met where it is new: `fresh` until it has proved itself. */
static struct snmp_engine *choose_engine(const struct snmp_receiver *receiver, struct snmp_notifier *notifier,
                                         const struct snmp_notice *notice, struct snmp_engine *fresh) {
    struct snmp_engine *known =
        snmp_receiver_is_addressed(receiver, notice) ? &notifier->ours : &notifier->theirs;
    if (known->user && known->user->engineIDLen == notice->engine_id_size &&
        memcmp(known->user->engineID, notice->engine_id, notice->engine_id_size) == 0)
        return known;
    *fresh = (struct snmp_engine){.keys = notifier->keys};
    if (snmp_engine_meet(fresh, notice->engine_id, notice->engine_id_size))
        return NULL;
    snmp_engine_reset_clock(fresh);
    if (known == &notifier->theirs)
        return fresh;
    *known = *fresh;
    return known;
}

static bool is_cold_start(const netsnmp_pdu *message) {
    static const oid trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0},
                     cold_start[] = {1, 3, 6, 1, 6, 3, 1, 1, 5, 1};
    for (const netsnmp_variable_list *variable = message->variables; variable;
         variable = variable->next_variable)
        if (variable->type == ASN_OBJECT_ID && variable->name_length == OID_LENGTH(trap_oid) &&
            memcmp(variable->name, trap_oid, sizeof trap_oid) == 0)
            return variable->val_len == sizeof cold_start &&
                   memcmp(variable->val.objid, cold_start, sizeof cold_start) == 0;
    return false;
}

static enum snmp_seal judge(struct snmp_receiver *receiver, const struct snmp_notifier *notifier,
                            struct snmp_notice *notice) {
    const netsnmp_pdu *message = receiver->message;
    const struct snmp_credentials *credentials = &notifier->keys->credentials;
    if (receiver->problem == SNMPERR_USM_NOTINTIMEWINDOW)
        return SNMP_SEAL_LATE;
    if (receiver->problem == SNMPERR_ASN_PARSE_ERR || receiver->problem == SNMPERR_USM_PARSEERROR)
        return SNMP_SEAL_BROKEN;
    if (receiver->problem)
        return SNMP_SEAL_FORGED;
    /* As its head said; but here it is under the seal. */
    if (message->securityLevel != snmp_report_level(credentials) ||
        message->securityNameLen != strlen(credentials->user) ||
        memcmp(message->securityName, credentials->user, message->securityNameLen) != 0)
        return SNMP_SEAL_FORGED;
    notice->is_inform = message->command == SNMP_MSG_INFORM;
    if ((message->command != SNMP_MSG_TRAP2 && !notice->is_inform) ||
        notice->is_inform != snmp_receiver_is_addressed(receiver, notice))
        return SNMP_SEAL_BROKEN;
    notice->cold_start = is_cold_start(message);
    return SNMP_SEAL_GOOD;
}

enum snmp_seal snmp_receiver_open(struct snmp_receiver *receiver, struct snmp_notifier *notifier,
                                  uint8_t *packet, size_t size, int64_t now_ms, struct snmp_notice *notice) {
    struct snmp_engine fresh = {0};
    snmp_receiver_release(receiver);
    if (!has_patience(notifier, now_ms, false))
        return SNMP_SEAL_UNREAD;
    struct snmp_engine *engine = choose_engine(receiver, notifier, notice, &fresh);
    if (!engine)
        return SNMP_SEAL_BROKEN;
    if (engine == &notifier->ours)
        set_clock(engine);
    receiver->problem = parse(receiver, engine, packet, size);
    enum snmp_seal seal = judge(receiver, notifier, notice);
    if (seal != SNMP_SEAL_GOOD)
        has_patience(notifier, now_ms, true);
    if (engine != &fresh)
        return seal;
    if (seal == SNMP_SEAL_GOOD) {
        snmp_engine_forget(&notifier->theirs);
        notifier->theirs = fresh;
    } else {
        snmp_engine_forget(&fresh);
    }
    return seal;
}

void snmp_receiver_release(struct snmp_receiver *receiver) {
    snmp_free_pdu(receiver->message);
    receiver->message = NULL;
    receiver->problem = 0;
}

/* --- answers */

/* Of the message, with our engine's clock in the tables. */
static bool build(struct snmp_receiver *receiver, struct snmp_engine *engine, const uint8_t **answer,
                  size_t *size) {
    *size = 0;
    receiver->message->flags &= ~(u_long)(UCD_MSG_FLAG_EXPECT_RESPONSE | SNMP_MSG_FLAG_RPRT_BIT);
    set_clock(engine);
    snmp_engine_lend(engine);
    if (!engine->user)
        set_enginetime(receiver->id, sizeof receiver->id, engine->boots, engine->time, TRUE);
    int failed =
        snmp_build(&receiver->packet, &receiver->packet_room, size, &receiver->session, receiver->message);
    snmp_engine_take_back(engine);
    snmp_receiver_release(receiver);
    /* It is built from its end to its beginning. */
    *answer = receiver->packet + receiver->packet_room - *size;
    return !failed;
}

bool snmp_receiver_answer(struct snmp_receiver *receiver, struct snmp_notifier *notifier,
                          const uint8_t **answer, size_t *size) {
    netsnmp_pdu *message = receiver->message;
    if (!message)
        return false;
    if (receiver->problem && snmpv3_make_report(message, receiver->problem) != SNMPERR_SUCCESS)
        return false;
    if (!receiver->problem) {
        message->command = SNMP_MSG_RESPONSE;
        message->errstat = message->errindex = 0;
    }
    return build(receiver, &notifier->ours, answer, size);
}

bool snmp_receiver_introduce(struct snmp_receiver *receiver, struct snmp_notifier *notifier, uint8_t *packet,
                             size_t size, int64_t now_ms, const struct snmp_notice *notice,
                             const uint8_t **answer, size_t *answer_size) {
    struct snmp_engine nobody = {0};
    if (!has_patience(notifier, now_ms, true))
        return false;
    /* Of a message to our engine it is the user that we do not know. */
    int problem = snmp_receiver_is_addressed(receiver, notice) ? SNMPERR_USM_UNKNOWNSECURITYNAME
                                                               : SNMPERR_USM_UNKNOWNENGINEID;
    int found = parse(receiver, &nobody, packet, size);
    /* Of a message that breaks the rules too early the library does not know what it would answer. */
    if (found && found != SNMPERR_USM_UNKNOWNSECURITYNAME && found != SNMPERR_USM_UNSUPPORTEDSECURITYLEVEL)
        return false;
    if (snmpv3_make_report(receiver->message, problem) != SNMPERR_SUCCESS)
        return false;
    return build(receiver, &nobody, answer, answer_size);
}
