/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as they are on the wire: a sequence of version, community and a PDU, which has a request id, an
 * error-status, an error-index and the list of names with their values.
 */
#include "acquire/snmp_kept.h"

#include <stdlib.h>
#include <string.h>

enum {
    TAG_INTEGER = 0x02,
    TAG_OCTETS = 0x04,
    TAG_NULL = 0x05,
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30,
    TAG_IP_ADDRESS = 0x40,
    TAG_COUNTER = 0x41,
    TAG_GAUGE = 0x42,
    TAG_TIMETICKS = 0x43,
    TAG_COUNTER64 = 0x46,
    TAG_NO_SUCH_OBJECT = 0x80,
    TAG_NO_SUCH_INSTANCE = 0x81,
    TAG_END_OF_VIEW = 0x82,
    TAG_GET = 0xa0,
    TAG_RESPONSE = 0xa2,
    ID_SIZE = 4,
    NULL_SIZE = 2,
};

struct snmp_kept {
    int version;
    char *community;
    size_t n_oids, n_parts;
    uint32_t *parts; /* of each name: how many, then they */
    uint8_t *message;
    size_t size;
    size_t id_at;    /* ID_SIZE bytes */
    size_t names_at; /* the first name in its list */
};

/* --- reading --- */

struct cursor {
    const uint8_t *at, *end;
};

/* A tag and its length, of which all must be there; false where it is none. */
static bool enter(struct cursor *cursor, uint8_t *tag, size_t *size) {
    if (cursor->end - cursor->at < 2)
        return false;
    *tag = *cursor->at++;
    *size = *cursor->at++;
    if (*size >= 0x80) {
        size_t n = *size & 0x7f;
        if (n < 1 || n > 2 || (size_t)(cursor->end - cursor->at) < n)
            return false;
        for (*size = 0; n > 0; n--)
            *size = *size << 8 | *cursor->at++;
    }
    return *size <= (size_t)(cursor->end - cursor->at);
}

/* Enters what must reach to the end. */
static bool enter_last(struct cursor *cursor, uint8_t wanted) {
    uint8_t tag;
    size_t size;
    return enter(cursor, &tag, &size) && tag == wanted && size == (size_t)(cursor->end - cursor->at);
}

/* An integer of one byte. */
static bool is_number(struct cursor *cursor, uint8_t number) {
    const uint8_t wanted[] = {TAG_INTEGER, 1, number};
    if (cursor->end - cursor->at < 3 || memcmp(cursor->at, wanted, 3) != 0)
        return false;
    cursor->at += 3;
    return true;
}

/* Goes to the list of names; *id is where the request id stands. */
static bool enter_list(struct cursor *cursor, int version, uint8_t pdu, const uint8_t **id) {
    uint8_t tag;
    size_t size;
    if (!enter_last(cursor, TAG_SEQUENCE) || !is_number(cursor, (uint8_t)version) ||
        !enter(cursor, &tag, &size) || tag != TAG_OCTETS)
        return false;
    cursor->at += size;
    if (!enter_last(cursor, pdu) || !enter(cursor, &tag, &size) || tag != TAG_INTEGER || size != ID_SIZE)
        return false;
    *id = cursor->at;
    cursor->at += size;
    return is_number(cursor, 0) && is_number(cursor, 0) && enter_last(cursor, TAG_SEQUENCE);
}

/* --- keeping --- */

static size_t slot_of(const struct link_request *request, int version, const char *community) {
    /* The names' place is enough to tell plans apart; what they are is compared. */
    uint64_t sum = (uint64_t)(uintptr_t)request->oids ^ request->n_oids << 48 ^ (uint64_t)version << 56;
    sum ^= (uint64_t)(uint8_t)community[0] << 40;
    return sum * 0x9e3779b97f4a7c15u >> 54;
}

static bool is_same(const struct snmp_kept *kept, const struct link_request *request, int version,
                    const char *community) {
    if (kept->version != version || kept->n_oids != request->n_oids ||
        strcmp(kept->community, community) != 0)
        return false;
    const uint32_t *part = kept->parts;
    for (size_t i = 0; i < kept->n_oids; i++) {
        const struct oid *name = &request->oids[i];
        if (part[0] != name->n || memcmp(part + 1, name->part, name->n * sizeof(*part)) != 0)
            return false;
        part += 1 + name->n;
    }
    return true;
}

static void free_kept(struct snmp_kept *kept) {
    if (!kept)
        return;
    if (kept->community)
        explicit_bzero(kept->community, strlen(kept->community));
    free(kept->community);
    free(kept->parts);
    if (kept->message)
        explicit_bzero(kept->message, kept->size);
    free(kept->message);
    free(kept);
}

void snmp_kept_done(struct snmp_kept_table *table) {
    for (size_t i = 0; i < SNMP_KEPT_SLOTS; i++)
        free_kept(table->slots[i]);
}

struct snmp_kept *snmp_kept_find(const struct snmp_kept_table *table, const struct link_request *request,
                                 int version, const char *community) {
    struct snmp_kept *kept = table->slots[slot_of(request, version, community)];
    return kept && is_same(kept, request, version, community) ? kept : NULL;
}

static bool copy_names(struct snmp_kept *kept, const struct link_request *request) {
    kept->n_oids = request->n_oids;
    for (size_t i = 0; i < request->n_oids; i++)
        kept->n_parts += 1 + request->oids[i].n;
    kept->parts = calloc(kept->n_parts, sizeof(*kept->parts));
    uint32_t *part = kept->parts;
    for (size_t i = 0; part && i < request->n_oids; i++) {
        *part++ = (uint32_t)request->oids[i].n;
        memcpy(part, request->oids[i].part, request->oids[i].n * sizeof(*part));
        part += request->oids[i].n;
    }
    return part != NULL;
}

static bool copy_message(struct snmp_kept *kept, const uint8_t *message, size_t size) {
    struct cursor cursor = {message, message + size};
    const uint8_t *id;
    if (!enter_list(&cursor, kept->version, TAG_GET, &id))
        return false;
    kept->message = malloc(size);
    if (!kept->message)
        return false;
    memcpy(kept->message, message, size);
    kept->size = size;
    kept->id_at = (size_t)(id - message);
    kept->names_at = (size_t)(cursor.at - message);
    return true;
}

struct snmp_kept *snmp_kept_add(struct snmp_kept_table *table, const struct link_request *request,
                                int version, const char *community, const uint8_t *message, size_t size) {
    struct snmp_kept *kept = calloc(1, sizeof(*kept));
    if (!kept)
        return NULL;
    kept->version = version;
    kept->community = strdup(community);
    if (!kept->community || !copy_names(kept, request) || !copy_message(kept, message, size)) {
        free_kept(kept);
        return NULL;
    }
    struct snmp_kept **slot = &table->slots[slot_of(request, version, community)];
    free_kept(*slot);
    *slot = kept;
    return kept;
}

static void put_id(uint8_t *at, int32_t id) {
    for (int i = 0; i < ID_SIZE; i++)
        at[i] = (uint8_t)((uint32_t)id >> 8 * (ID_SIZE - 1 - i));
}

const uint8_t *snmp_kept_message(struct snmp_kept *kept, int32_t id, size_t *size) {
    put_id(kept->message + kept->id_at, id);
    *size = kept->size;
    return kept->message;
}

/* --- answers --- */

/* Big-endian and signed; `size` is 1 to 8. */
static int64_t read_signed(const uint8_t *bytes, size_t size) {
    uint64_t bits = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        bits = bits << 8 | bytes[i];
    return (int64_t)bits;
}

/* False for types and lengths that are left to the library. */
static bool read_value(uint8_t tag, const uint8_t *bytes, size_t size, struct raw *raw) {
    *raw = (struct raw){.kind = RAW_INTEGER};
    switch (tag) {
    case TAG_INTEGER:
        raw->integer = size >= 1 && size <= 4 ? read_signed(bytes, size) : 0;
        return size >= 1 && size <= 4;
    case TAG_COUNTER:
    case TAG_GAUGE:
    case TAG_TIMETICKS:
        raw->unsigned32 = true;
        raw->integer = size >= 1 && size <= 5 ? read_signed(bytes, size) : -1;
        return raw->integer >= 0 && raw->integer <= UINT32_MAX;
    case TAG_COUNTER64:
        raw->integer = size >= 1 && size <= 8 ? read_signed(bytes, size) : -1;
        return raw->integer >= 0;
    case TAG_OCTETS:
    case TAG_IP_ADDRESS:
        *raw = (struct raw){.kind = RAW_TEXT, .text = (const char *)bytes, .size = size};
        return tag == TAG_OCTETS || size == 4;
    case TAG_NULL:
    case TAG_NO_SUCH_OBJECT:
    case TAG_NO_SUCH_INSTANCE:
    case TAG_END_OF_VIEW:
        raw->kind = RAW_NONE;
        return size == 0;
    default:
        return false;
    }
}

/* The next name and its value; the name must be the next that was asked for, to the byte. */
static bool read_varbind(struct cursor *list, struct cursor *asked, struct raw *raw) {
    uint8_t tag;
    size_t size, asked_size;
    if (!enter(asked, &tag, &asked_size) || !enter(list, &tag, &size) || tag != TAG_SEQUENCE)
        return false;
    struct cursor varbind = {list->at, list->at + size};
    size_t name_size = asked_size - NULL_SIZE; /* with its tag and length */
    if (size < name_size || memcmp(varbind.at, asked->at, name_size) != 0)
        return false;
    varbind.at += name_size;
    if (!enter(&varbind, &tag, &size) || size != (size_t)(varbind.end - varbind.at) ||
        !read_value(tag, varbind.at, size, raw))
        return false;
    list->at = varbind.end;
    asked->at += asked_size;
    return true;
}

bool snmp_kept_read(const struct snmp_kept *kept, const struct link_request *request, int32_t id,
                    const uint8_t *answer, size_t size, struct varbind *varbinds) {
    struct cursor list = {answer, answer + size};
    struct cursor asked = {kept->message + kept->names_at, kept->message + kept->size};
    uint8_t wanted[ID_SIZE];
    const uint8_t *said;
    put_id(wanted, id);
    if (!enter_list(&list, kept->version, TAG_RESPONSE, &said) || memcmp(said, wanted, ID_SIZE) != 0)
        return false;
    for (size_t i = 0; i < kept->n_oids; i++) {
        varbinds[i].name = request->oids[i];
        if (!read_varbind(&list, &asked, &varbinds[i].raw))
            return false;
    }
    return list.at == list.end;
}
