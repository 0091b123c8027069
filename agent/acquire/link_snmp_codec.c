/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one file that includes net-snmp. It uses the library's message layer (snmp_build, snmp_parse) and not
 * its sessions: link_snmp matches answers, keeps deadlines and owns the sockets, so the library holds no
 * request, calls nothing back and has no time-out of its own. init_snmp is never called: it is what reads
 * MIBs, host configuration and the environment.
 *
 * Other versions come in here: the session and the message's fields say the version. SNMPv1 has no GETBULK
 * and no exceptions, and one bad name fails its whole GET. SNMPv3 needs init_snmp, silenced by its default-
 * store flags, and a session (with contextName and Ku keys) for each peer: an empty GET without user name
 * brings a Report, which snmp_parse takes like any response; its engine id goes into the session,
 * usm_create_user_from_session follows, and from then on snmp_build and snmp_parse secure messages and keep
 * the engine's clock, all without a session of the library's own making.
 */
#include "acquire/link_snmp_codec.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

struct snmp_codec {
    netsnmp_session session;
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
    made->session.version = SNMP_VERSION_2c;
    /*
     * What the parser has to say about a hostile datagram would go to standard error; the answer's detail
     * says it.
     */
    netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
    *codec = made;
    return ERROR_NONE;
}

void snmp_codec_free(struct snmp_codec *codec) {
    snmp_codec_release(codec);
    free(codec->asked);
    free(codec->packet);
    free(codec->varbinds);
    free(codec->parts);
    free(codec);
}

int snmp_codec_check(const struct link_request *request) {
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

static int command_of(const struct link_request *request) {
    if (request->ask == ASK_GET)
        return SNMP_MSG_GET;
    return request->repetitions > 1 ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT;
}

static void list_asked(struct snmp_codec *codec, const struct link_request *request) {
    for (size_t i = 0; i < request->n_oids; i++) {
        netsnmp_variable_list *variable = &codec->asked[i];
        variable->type = ASN_NULL;
        variable->name = variable->name_loc;
        variable->name_length = request->oids[i].n;
        for (size_t k = 0; k < request->oids[i].n; k++)
            variable->name_loc[k] = request->oids[i].part[k];
        variable->next_variable = i + 1 < request->n_oids ? variable + 1 : NULL;
    }
}

int snmp_codec_encode(struct snmp_codec *codec, const struct snmp_peer *peer, int32_t request_id,
                      const struct link_request *request, const uint8_t **packet, size_t *size) {
    list_asked(codec, request);
    netsnmp_pdu pdu = {
        .version = codec->session.version,
        .command = command_of(request),
        .reqid = request_id,
        .variables = codec->asked,
        .community_len = strlen(peer->community),
    };
    /* The library frees an empty community. */
    if (pdu.community_len > 0)
        pdu.community = (u_char *)peer->community;
    if (pdu.command == SNMP_MSG_GETBULK)
        pdu.max_repetitions = request->repetitions;
    size_t length = 0;
    if (snmp_build(&codec->packet, &codec->packet_room, &length, &codec->session, &pdu) != 0)
        return ERROR_MEMORY;
    /* It is built from its end to its beginning. */
    *packet = codec->packet + codec->packet_room - length;
    *size = length;
    return ERROR_NONE;
}

static int fail(struct link_answer *answer, int error, const char *detail) {
    answer->error = error;
    answer->detail = detail;
    return error;
}

/* RFC 3416, section 3; what only a SET can bring has no name here. */
static const char *status_name(long status) {
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

static int refuse(const struct link_request *request, const netsnmp_pdu *response,
                  struct link_answer *answer) {
    if (response->errstat == SNMP_ERR_TOOBIG)
        return fail(answer, ERROR_TOO_BIG, "the agent says tooBig");
    if (response->errstat < 0 || response->errstat > UINT8_MAX)
        return fail(answer, ERROR_GARBLED, "an error-status that does not exist");
    answer->exception = (uint8_t)response->errstat;
    if (response->errindex > 0 && (size_t)response->errindex <= request->n_oids)
        answer->culprit = (uint16_t)response->errindex;
    return fail(answer, ERROR_REFUSED, status_name(response->errstat));
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

static struct raw keep_value(struct snmp_codec *codec, const netsnmp_variable_list *variable) {
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
        raw.oid = keep_oid(codec, variable->val.objid, variable->val_len / sizeof(oid));
        break;
    default: /* Null and the three exceptions; the parser lets no other type through */
        break;
    }
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

/* Measures the response and makes room for what it holds. */
static int survey(struct snmp_codec *codec, struct link_answer *answer) {
    size_t n = 0, parts = 0;
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

static int take_varbinds(struct snmp_codec *codec, const struct link_request *request,
                         struct link_answer *answer) {
    const netsnmp_variable_list *variable = codec->response->variables;
    bool is_get = request->ask == ASK_GET;
    if (is_get && answer->n_varbinds != request->n_oids)
        return fail(answer, ERROR_GARBLED, "not as many varbinds as asked for");
    for (size_t i = 0; i < answer->n_varbinds; i++, variable = variable->next_variable) {
        if (is_get && !is_same_name(&request->oids[i], variable))
            return fail(answer, ERROR_GARBLED, "other names than asked for");
        codec->varbinds[i].name =
            is_get ? request->oids[i] : keep_oid(codec, variable->name, variable->name_length);
        codec->varbinds[i].raw = keep_value(codec, variable);
    }
    answer->varbinds = codec->varbinds;
    return ERROR_NONE;
}

static int parse(struct snmp_codec *codec, const struct link_request *request, uint8_t *packet, size_t size,
                 struct link_answer *answer) {
    codec->response = snmp_pdu_create(SNMP_MSG_RESPONSE);
    if (!codec->response)
        return fail(answer, ERROR_MEMORY, NULL);
    if (snmp_parse(NULL, &codec->session, codec->response, packet, size) != 0)
        return fail(answer, ERROR_GARBLED, "a message that breaks the rules of SNMP");
    if (codec->response->errstat != SNMP_ERR_NOERROR)
        return refuse(request, codec->response, answer);
    int error = survey(codec, answer);
    return error ? error : take_varbinds(codec, request, answer);
}

void snmp_codec_decode(struct snmp_codec *codec, const struct link_request *request, uint8_t *packet,
                       size_t size, struct link_answer *answer) {
    *answer = (struct link_answer){.error = ERROR_NONE};
    if (parse(codec, request, packet, size, answer) != ERROR_NONE)
        answer->n_varbinds = 0;
}

void snmp_codec_release(struct snmp_codec *codec) {
    snmp_free_pdu(codec->response);
    codec->response = NULL;
}
