/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages by net-snmp. It uses the library's message layer (snmp_build, snmp_parse) and not
 * its sessions: link_snmp matches answers, keeps deadlines and owns the sockets, so the library holds no
 * request, calls nothing back and has no time-out of its own. init_snmp is never called: it is what reads
 * MIBs, host configuration and the environment.
 *
 * The versions differ in what surrounds the request. SNMPv1 has no GETBULK and no exceptions, and one bad
 * name fails its whole GET: the name is left out and the rest asked for again. SNMPv3 lends the agent's
 * engine to the library around each message; an agent that has a word about security says it in a Report
 * (link_snmp_report).
 */
#include "acquire/link_snmp_codec.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "acquire/link_snmp_question.h"
#include "acquire/link_snmp_report.h"
#include "acquire/snmp_kept.h"
#include "model/secret.h"

struct snmp_codec {
    netsnmp_session session;
    struct snmp_keys *keys; /* the ring of them */
    struct snmp_kept_table kept;
    netsnmp_variable_list *asked; /* SNMP_OIDS_MOST of them */
    u_char *packet;
    size_t packet_room;
    netsnmp_pdu *response; /* what the answer given last points to */
    struct varbind *varbinds;
    size_t varbinds_room;
    uint32_t *parts; /* of the names and OID values in the answer */
    size_t parts_room, n_parts;
};

int snmp_codec_new(struct snmp_codec **codec) {
    struct snmp_codec *made = calloc(1, sizeof *made);
    if (!made)
        return ERROR_MEMORY;
    made->asked = calloc(SNMP_OIDS_MOST, sizeof *made->asked);
    made->packet_room = SNMP_MIN_MAX_LEN;
    made->packet = malloc(made->packet_room);
    if (!made->asked || !made->packet) {
        snmp_codec_free(made);
        return ERROR_MEMORY;
    }
    snmp_sess_init(&made->session);
    made->session.isAuthoritative = SNMP_SESS_NONAUTHORITATIVE;
    int error = snmp_usm_start();
    if (error)
        snmp_codec_free(made);
    else
        *codec = made;
    return error;
}

void snmp_codec_free(struct snmp_codec *codec) {
    snmp_codec_release(codec);
    snmp_kept_done(&codec->kept);
    free(codec->asked);
    free(codec->packet);
    free(codec->varbinds);
    free(codec->parts);
    free(codec);
}

int snmp_peer_init(struct snmp_codec *codec, const struct snmp_credentials *credentials,
                   struct snmp_peer *peer) {
    *peer = (struct snmp_peer){.version = credentials->version};
    if (peer->version == SNMP_V3)
        return snmp_keys_hold(&codec->keys, credentials, &peer->engine.keys);
    peer->community = strdup(credentials->community);
    return peer->community ? ERROR_NONE : ERROR_MEMORY;
}

void snmp_peer_done(struct snmp_codec *codec, struct snmp_peer *peer) {
    secret_free(peer->community);
    snmp_engine_forget(&peer->engine);
    snmp_keys_release(&codec->keys, peer->engine.keys);
}

/* --- questions --- */

static int command_of(const struct snmp_question *question) {
    if (question->request->ask == ASK_GET)
        return SNMP_MSG_GET;
    bool bulk = question->request->repetitions > 1 && question->peer->version != SNMP_V1;
    return bulk ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT;
}

static netsnmp_variable_list *list_asked(struct snmp_codec *codec, const struct snmp_question *question) {
    netsnmp_variable_list *first = NULL, **next = &first;
    for (size_t i = 0; i < question->request->n_oids; i++) {
        const struct oid *name = &question->request->oids[i];
        netsnmp_variable_list *variable = &codec->asked[i];
        if (snmp_question_lacks(question, i))
            continue;
        variable->type = ASN_NULL;
        variable->name = variable->name_loc;
        variable->name_length = name->n;
        for (size_t k = 0; k < name->n; k++)
            variable->name_loc[k] = name->part[k];
        variable->next_variable = NULL;
        *next = variable;
        next = &variable->next_variable;
    }
    return first;
}

/* Everything is given, so the library copies nothing into the message. An unknown engine has no user. */
static void secure(const struct snmp_engine *engine, netsnmp_pdu *pdu) {
    const struct snmp_credentials *credentials = &engine->keys->credentials;
    bool known = engine->user != NULL;
    pdu->msgid = pdu->reqid;
    pdu->securityModel = SNMP_SEC_MODEL_USM;
    pdu->securityLevel = known ? snmp_report_level(credentials) : SNMP_SEC_LEVEL_NOAUTH;
    pdu->securityName = known ? credentials->user : (char *)"";
    pdu->securityNameLen = strlen(pdu->securityName);
    pdu->contextName = known ? credentials->context : (char *)"";
    pdu->contextNameLen = strlen(pdu->contextName);
    if (!known)
        return;
    pdu->securityEngineID = pdu->contextEngineID = engine->user->engineID;
    pdu->securityEngineIDLen = pdu->contextEngineIDLen = engine->user->engineIDLen;
}

static long version_of(const struct snmp_peer *peer) {
    static const long versions[] = {
        [SNMP_V1] = SNMP_VERSION_1, [SNMP_V2C] = SNMP_VERSION_2c, [SNMP_V3] = SNMP_VERSION_3};
    return versions[peer->version];
}

static struct snmp_kept *find_kept(const struct snmp_codec *codec, const struct snmp_question *question) {
    if (!snmp_question_is_plain(question))
        return NULL;
    return snmp_kept_find(&codec->kept, question->request, (int)version_of(question->peer),
                          question->peer->community);
}

static int build(struct snmp_codec *codec, const struct snmp_question *question, const uint8_t **packet,
                 size_t *size) {
    struct snmp_peer *peer = question->peer;
    bool discovers = peer->version == SNMP_V3 && !peer->engine.user;
    codec->session.version = version_of(peer);
    netsnmp_pdu pdu = {
        .version = codec->session.version,
        .command = discovers ? (int)SNMP_MSG_GET : command_of(question),
        .reqid = question->id,
        .variables = discovers ? NULL : list_asked(codec, question),
    };
    if (peer->version == SNMP_V3)
        secure(&peer->engine, &pdu);
    else if (*peer->community) { /* The library frees an empty community. */
        pdu.community = (u_char *)peer->community;
        pdu.community_len = strlen(peer->community);
    }
    if (pdu.command == SNMP_MSG_GETBULK)
        pdu.max_repetitions = question->request->repetitions;
    size_t length = 0;
    if (peer->version == SNMP_V3)
        snmp_engine_lend(&peer->engine);
    int failed = snmp_build(&codec->packet, &codec->packet_room, &length, &codec->session, &pdu);
    snmp_engine_take_back(&peer->engine);
    if (failed)
        return ERROR_MEMORY;
    /* It is built from its end to its beginning. */
    *packet = codec->packet + codec->packet_room - length;
    *size = length;
    if (snmp_question_is_plain(question))
        snmp_kept_add(&codec->kept, question->request, (int)version_of(peer), peer->community, *packet,
                      length);
    return ERROR_NONE;
}

int snmp_codec_encode(struct snmp_codec *codec, const struct snmp_question *question, const uint8_t **packet,
                      size_t *size) {
    struct snmp_kept *kept = find_kept(codec, question);
    if (!kept)
        return build(codec, question, packet, size);
    *packet = snmp_kept_message(kept, question->id, size);
    return ERROR_NONE;
}

/* --- answers --- */

static int fail(struct link_answer *answer, int error, const char *detail) {
    answer->error = error;
    answer->detail = detail;
    return error;
}

static int refuse(const struct link_request *request, const netsnmp_pdu *response,
                  struct link_answer *answer) {
    if (response->errstat == SNMP_ERR_TOOBIG)
        return fail(answer, ERROR_TOO_BIG, "the agent says tooBig");
    if (response->errstat < 0 || response->errstat > UINT8_MAX)
        return fail(answer, ERROR_GARBLED, "an error-status that does not exist");
    answer->exception = (uint8_t)response->errstat;
    if (response->errindex > 0 && (size_t)response->errindex <= request->n_oids)
        answer->culprit = (uint16_t)response->errindex;
    return fail(answer, ERROR_REFUSED, snmp_report_status(response->errstat));
}

static bool is_same_name(const struct oid *asked, const netsnmp_variable_list *variable) {
    if (asked->n != variable->name_length)
        return false;
    for (size_t i = 0; i < asked->n; i++)
        if (asked->part[i] != variable->name[i])
            return false;
    return true;
}

/* Copies an OID into the codec's parts, where there is room by now. */
static struct oid keep_oid(struct snmp_codec *codec, const oid *part, size_t n) {
    uint32_t *kept = codec->parts + codec->n_parts;
    for (size_t i = 0; i < n; i++)
        kept[i] = (uint32_t)part[i];
    codec->n_parts += n;
    return (struct oid){kept, n};
}

static struct raw keep_value(struct snmp_codec *codec, const netsnmp_variable_list *variable) {
    struct raw raw = snmp_report_value(variable);
    if (raw.kind == RAW_OID)
        raw.oid = keep_oid(codec, variable->val.objid, variable->val_len / sizeof(oid));
    return raw;
}

static int make_room(struct snmp_codec *codec, size_t n_varbinds, size_t n_parts) {
    if (n_varbinds > codec->varbinds_room) {
        struct varbind *grown = reallocarray(codec->varbinds, n_varbinds, sizeof *grown);
        if (!grown)
            return ERROR_MEMORY;
        codec->varbinds = grown;
        codec->varbinds_room = n_varbinds;
    }
    if (n_parts > codec->parts_room) {
        uint32_t *grown = reallocarray(codec->parts, n_parts, sizeof *grown);
        if (!grown)
            return ERROR_MEMORY;
        codec->parts = grown;
        codec->parts_room = n_parts;
    }
    codec->n_parts = 0;
    return ERROR_NONE;
}

/* Measures the response, with `n` varbinds that it lacks, and makes room for what it holds. */
static int survey(struct snmp_codec *codec, size_t n, struct link_answer *answer) {
    size_t parts = 0;
    for (const netsnmp_variable_list *variable = codec->response->variables; variable;
         variable = variable->next_variable) {
        size_t value_parts = variable->type == ASN_OBJECT_ID ? variable->val_len / sizeof(oid) : 0;
        if (variable->name_length > OID_MOST || value_parts > OID_MOST)
            return fail(answer, ERROR_GARBLED, "an object identifier longer than 64 parts");
        parts += variable->name_length + value_parts;
        n++;
    }
    if (n > SNMP_VARBINDS_MOST)
        return fail(answer, ERROR_TOO_BIG, "more than 4096 varbinds");
    if (make_room(codec, n, parts))
        return fail(answer, ERROR_MEMORY, NULL);
    answer->n_varbinds = n;
    return ERROR_NONE;
}

/* Of v1, names that are missing stand between those that came, as v2c would have said it. */
static int take_varbinds(struct snmp_codec *codec, const struct snmp_question *question,
                         struct link_answer *answer) {
    const struct link_request *request = question->request;
    const netsnmp_variable_list *variable = codec->response->variables;
    bool is_get = request->ask == ASK_GET;
    for (size_t i = 0; i < answer->n_varbinds; i++) {
        struct varbind *varbind = &codec->varbinds[i];
        if (i < request->n_oids && snmp_question_lacks(question, i)) {
            *varbind = (struct varbind){.name = request->oids[i]};
            continue;
        }
        if (is_get && !is_same_name(&request->oids[i], variable))
            return fail(answer, ERROR_GARBLED, "other names than asked for");
        varbind->name = is_get ? request->oids[i] : keep_oid(codec, variable->name, variable->name_length);
        varbind->raw = keep_value(codec, variable);
        variable = variable->next_variable;
    }
    answer->varbinds = codec->varbinds;
    return ERROR_NONE;
}

static int take_response(struct snmp_codec *codec, const struct snmp_question *question,
                         struct link_answer *answer) {
    const struct link_request *request = question->request;
    size_t n_missing = snmp_question_missing(question);
    int error = survey(codec, n_missing, answer);
    if (error)
        return error;
    bool one_each = request->ask == ASK_GET || question->peer->version == SNMP_V1;
    if (one_each && answer->n_varbinds != request->n_oids)
        return fail(answer, ERROR_GARBLED, "not as many varbinds as asked for");
    return take_varbinds(codec, question, answer);
}

/* After a name was left out: there may be none to ask for any more. */
static enum snmp_meaning ask_for_the_rest(struct snmp_codec *codec, const struct snmp_question *question,
                                          struct link_answer *answer) {
    if (snmp_question_missing(question) < question->request->n_oids)
        return SNMP_GO_ON;
    if (make_room(codec, question->request->n_oids, 0)) {
        fail(answer, ERROR_MEMORY, NULL);
        return SNMP_ANSWERED;
    }
    answer->n_varbinds = question->request->n_oids;
    take_varbinds(codec, question, answer);
    return SNMP_ANSWERED;
}

static enum snmp_meaning understand(struct snmp_codec *codec, struct snmp_question *question,
                                    struct link_answer *answer) {
    const netsnmp_pdu *response = codec->response;
    if (response->errstat == SNMP_ERR_NOSUCHNAME && question->peer->version == SNMP_V1 &&
        snmp_question_leave_out(question, response->errindex))
        return ask_for_the_rest(codec, question, answer);
    if (response->errstat != SNMP_ERR_NOERROR)
        refuse(question->request, response, answer);
    else
        take_response(codec, question, answer);
    if (answer->error != ERROR_NONE)
        answer->n_varbinds = 0;
    return SNMP_ANSWERED;
}

/* An answer as nearly all are. False: it is read the long way. */
static bool read_kept(struct snmp_codec *codec, const struct snmp_question *question, const uint8_t *packet,
                      size_t size, struct link_answer *answer) {
    const struct snmp_kept *kept = find_kept(codec, question);
    if (!kept || make_room(codec, question->request->n_oids, 0) ||
        !snmp_kept_read(kept, question->request, question->id, packet, size, codec->varbinds))
        return false;
    answer->varbinds = codec->varbinds;
    answer->n_varbinds = question->request->n_oids;
    question->peer->proven = true;
    return true;
}

enum snmp_meaning snmp_codec_decode(struct snmp_codec *codec, struct snmp_question *question, uint8_t *packet,
                                    size_t size, struct link_answer *answer) {
    struct snmp_peer *peer = question->peer;
    *answer = (struct link_answer){.error = ERROR_NONE};
    if (read_kept(codec, question, packet, size, answer))
        return SNMP_ANSWERED;
    codec->session.version = version_of(peer);
    codec->response = snmp_pdu_create(SNMP_MSG_RESPONSE);
    if (!codec->response) {
        fail(answer, ERROR_MEMORY, NULL);
        return SNMP_ANSWERED;
    }
    if (peer->version == SNMP_V3)
        snmp_engine_lend(&peer->engine);
    int failed = snmp_parse(NULL, &codec->session, codec->response, packet, size);
    snmp_engine_take_back(&peer->engine);
    enum snmp_meaning meaning = SNMP_ANSWERED;
    if (peer->version == SNMP_V3) {
        meaning =
            snmp_report_judge(question, codec->response, failed ? codec->session.s_snmp_errno : 0, answer);
        if (failed || meaning != SNMP_ANSWERED)
            snmp_clocks_empty(); /* of any engine that the message named */
    } else if (failed) {
        fail(answer, ERROR_GARBLED, "a message that breaks the rules of SNMP");
    }
    if (meaning != SNMP_ANSWERED || answer->error)
        return meaning;
    peer->proven = true;
    return understand(codec, question, answer);
}

void snmp_codec_release(struct snmp_codec *codec) {
    snmp_free_pdu(codec->response);
    codec->response = NULL;
}
