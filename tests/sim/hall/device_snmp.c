/* SPDX-License-Identifier: Apache-2.0 */
/* An SNMP agent; see the header. */
#include "device_snmp.h"

#include "device_snmp_v3.h"

#include <string.h>

enum pdu { GET = 0xa0, GET_NEXT = 0xa1, RESPONSE = 0xa2, SET = 0xa3, GET_BULK = 0xa5, REPORT = 0xa8 };
enum { NO_ERROR = 0, TOO_BIG = 1, GEN_ERROR = 5, NOT_WRITABLE = 17 };
enum { VERSION_2C = 1, VERSION_3 = 3 };
enum { BULK_COLUMNS_MOST = 128 };

struct message {
    struct ber_reader varbinds;
    uint8_t pdu;
    int64_t request_id, second,
        third; /* error status and index; of GETBULK non-repeaters and max-repetitions */
};

static bool read_pdu(struct message *message, struct ber_reader from) {
    struct ber_reader pdu;
    return ber_read(&from, &message->pdu, &pdu) && ber_read_integer(&pdu, &message->request_id) &&
           ber_read_integer(&pdu, &message->second) && ber_read_integer(&pdu, &message->third) &&
           ber_read_tagged(&pdu, BER_SEQUENCE, &message->varbinds);
}

/* The name of the next varbind, as it was sent and in numbers. */
struct asked {
    struct ber_reader encoded; /* the whole element */
    uint32_t parts[OID_PARTS_MOST];
    size_t n;
};

static bool read_name(struct ber_reader *varbinds, struct asked *asked) {
    struct ber_reader varbind, content;
    if (!ber_read_tagged(varbinds, BER_SEQUENCE, &varbind))
        return false;
    asked->encoded.at = varbind.at;
    if (!ber_read_tagged(&varbind, BER_OID, &content))
        return false;
    asked->encoded.end = varbind.at;
    return ber_decode_oid(content, asked->parts, &asked->n);
}

static bool is_number(uint8_t tag) {
    return tag == BER_INTEGER || (tag >= BER_COUNTER32 && tag <= BER_TICKS) || tag == BER_COUNTER64;
}

static bool write_object(struct ber_writer *writer, const struct device *device,
                         const struct object *object) {
    const struct object_value *value = &device->values[object->slot];
    bool number = is_number(object->tag);
    size_t value_size = number ? ber_number_size(value->number) : ber_element_size(value->size);
    size_t size = object->encoded_size + value_size;
    if (size > UINT16_MAX || (size_t)(writer->end - writer->at) < ber_element_size(size))
        return false;
    ber_write_header(writer, BER_SEQUENCE, size);
    memcpy(writer->at, object->encoded, object->encoded_size); /* it fits, as has been seen */
    writer->at += object->encoded_size;
    return number ? ber_write_number(writer, object->tag, value->number)
                  : ber_write_element(writer, object->tag, value->bytes, value->size);
}

static bool write_absent(struct ber_writer *writer, struct ber_reader name, uint8_t tag) {
    size_t name_size = (size_t)(name.end - name.at);
    if ((size_t)(writer->end - writer->at) < ber_element_size(name_size + 2))
        return false;
    return ber_write_header(writer, BER_SEQUENCE, name_size + 2) &&
           ber_write_bytes(writer, name.at, name_size) && ber_write_header(writer, tag, 0);
}

/* Where a walk goes on after the object at `index` when the device is faulty. */
static size_t walk_astray(const struct device *device, size_t index) {
    if (device->fault.kind == FAULT_LOOPING_WALK)
        return index;
    if (device->fault.kind == FAULT_UNSORTED_WALK) /* 1, 0, 3, 2 ... */
        return index % 2 ? index - 1 : index + 3;
    return index + 1;
}

/* The index of the object that a walk is told after the one at `index`; beyond the table: the end. */
static size_t walk_on(const struct device *device, size_t index) {
    return device->fault.kind == FAULT_NONE ? index + 1 : walk_astray(device, index);
}

/* The same for the name that a request carries, which need not be an object's. */
static size_t walk_from(const struct device *device, const struct asked *asked) {
    size_t after = object_table_after(device->objects, asked->parts, asked->n);
    enum fault_kind fault = device->fault.kind;
    if (fault == FAULT_LOOPING_WALK || fault == FAULT_UNSORTED_WALK) {
        const struct object *same = object_table_find(device->objects, asked->parts, asked->n);
        if (same != NULL)
            return walk_on(device, (size_t)(same - device->objects->objects));
        if (fault == FAULT_UNSORTED_WALK && after + 1 < device->objects->n)
            return after + 1;
    }
    return after;
}

/* The varbinds of a GET or GETNEXT. Returns an error status. */
static int answer_each(struct device *device, const struct message *message, struct ber_writer *writer) {
    struct ber_reader varbinds = message->varbinds;
    struct asked asked;
    while (varbinds.at < varbinds.end) {
        if (!read_name(&varbinds, &asked))
            return GEN_ERROR;
        const struct object *object = NULL;
        if (message->pdu == GET) {
            object = object_table_find(device->objects, asked.parts, asked.n);
        } else {
            size_t next = walk_from(device, &asked);
            object = next < device->objects->n ? &device->objects->objects[next] : NULL;
        }
        uint8_t absent = message->pdu == GET ? BER_NO_SUCH_INSTANCE : BER_END_OF_VIEW;
        if (object ? !write_object(writer, device, object) : !write_absent(writer, asked.encoded, absent))
            return TOO_BIG;
        device->counts.values++;
    }
    return NO_ERROR;
}

/* A column without end: after the object asked for comes one with the next number, and one after that ... */
static int answer_endlessly(struct device *device, const struct message *message, struct ber_writer *writer) {
    struct ber_reader varbinds = message->varbinds;
    struct asked asked;
    uint8_t name[OID_BYTES_MOST];
    while (varbinds.at < varbinds.end) {
        if (!read_name(&varbinds, &asked) || asked.n < 2)
            return GEN_ERROR;
        size_t next = object_table_after(device->objects, asked.parts, asked.n);
        const struct object *object = next < device->objects->n ? &device->objects->objects[next] : NULL;
        bool below = object != NULL && object->n_parts > asked.n &&
                     oid_compare(object->parts, asked.n, asked.parts, asked.n) == 0;
        asked.parts[asked.n - 1]++;
        size_t size = ber_encode_oid(asked.parts, asked.n, name);
        uint8_t *varbind = NULL;
        if (below ? !write_object(writer, device, object)
                  : (varbind = ber_begin_long(writer, BER_SEQUENCE)) == NULL ||
                        !ber_write_element(writer, BER_OID, name, size) ||
                        !ber_write_number(writer, BER_INTEGER, 1))
            return TOO_BIG;
        if (varbind != NULL)
            ber_end_long(writer, varbind);
        device->counts.values++;
    }
    return NO_ERROR;
}

/* Where a repeated column of a GETBULK stands. */
struct column {
    struct ber_reader name; /* what endOfMibView is said of */
    size_t next;            /* index into the table */
};

static bool write_column(struct ber_writer *writer, struct device *device, struct column *column) {
    const struct object_table *table = device->objects;
    if (column->next >= table->n) {
        if (!write_absent(writer, column->name, BER_END_OF_VIEW))
            return false;
    } else {
        const struct object *object = &table->objects[column->next];
        if (!write_object(writer, device, object))
            return false;
        column->name =
            (struct ber_reader){.at = object->encoded, .end = object->encoded + object->encoded_size};
        column->next = walk_on(device, column->next);
    }
    device->counts.values++;
    return true;
}

/*
 * As many varbinds of a GETBULK as fit. Returns an error status: too big only where not even the first fits.
 */
static int answer_bulk(struct device *device, const struct message *message, struct ber_writer *writer) {
    struct ber_reader varbinds = message->varbinds;
    struct column columns[BULK_COLUMNS_MOST];
    struct asked asked;
    const uint8_t *begin = writer->at;
    size_t n = 0;
    while (varbinds.at < varbinds.end) {
        if (n == BULK_COLUMNS_MOST || !read_name(&varbinds, &asked))
            return GEN_ERROR;
        columns[n++] = (struct column){.name = asked.encoded, .next = walk_from(device, &asked)};
    }
    size_t once = message->second < 0 ? 0 : message->second > (int64_t)n ? n : (size_t)message->second;
    for (size_t i = 0; i < once; i++)
        if (!write_column(writer, device, &columns[i]))
            return writer->at == begin ? TOO_BIG : NO_ERROR;
    bool more = once < n;
    for (int64_t row = 0; row < message->third && more; row++) {
        more = false;
        for (size_t i = once; i < n; i++) {
            if (!write_column(writer, device, &columns[i]))
                return writer->at == begin ? TOO_BIG : NO_ERROR;
            more = more || columns[i].next < device->objects->n;
        }
    }
    return NO_ERROR;
}

static int answer_varbinds(struct device *device, const struct message *message, struct ber_writer *writer) {
    if (message->pdu == SET)
        return NOT_WRITABLE;
    if (device->fault.kind == FAULT_TOO_BIG)
        return TOO_BIG;
    if (device->fault.kind == FAULT_GENERAL_ERROR)
        return GEN_ERROR;
    if (device->fault.kind == FAULT_ENDLESS_WALK && message->pdu != GET)
        return answer_endlessly(device, message, writer);
    return message->pdu == GET_BULK ? answer_bulk(device, message, writer)
                                    : answer_each(device, message, writer);
}

/* An error keeps the request's varbinds, but for tooBig, which has none (RFC 3416). */
static void finish_error(const struct message *message, int status, struct ber_writer *writer,
                         uint8_t *begin) {
    writer->at = begin;
    if (status != TOO_BIG)
        ber_write_bytes(writer, message->varbinds.at, (size_t)(message->varbinds.end - message->varbinds.at));
}

bool device_snmp_answer_pdu(struct device *device, struct ber_reader from, struct ber_writer *writer) {
    struct message message;
    if (!read_pdu(&message, from))
        return false;
    device->counts.acknowledged += message.pdu == RESPONSE;
    if (message.pdu != GET && message.pdu != GET_NEXT && message.pdu != GET_BULK && message.pdu != SET)
        return false;
    uint8_t *pdu = ber_begin_long(writer, device->fault.kind == FAULT_REPORTS ? REPORT : RESPONSE);
    if (device->fault.kind == FAULT_WRONG_ID)
        message.request_id += device->fault.argument;
    if (pdu == NULL || !ber_write_number(writer, BER_INTEGER, message.request_id))
        return false;
    uint8_t *error = writer->at; /* status and index take 3 bytes each */
    if (!ber_write_number(writer, BER_INTEGER, 0) || !ber_write_number(writer, BER_INTEGER, 0))
        return false;
    uint8_t *varbinds = ber_begin_long(writer, BER_SEQUENCE);
    if (varbinds == NULL)
        return false;
    int status = answer_varbinds(device, &message, writer);
    if (status != NO_ERROR) {
        finish_error(&message, status, writer, varbinds + 4);
        error[2] = (uint8_t)status;
        error[5] = status != TOO_BIG;
        device->counts.refused++;
        device->counts.writes += message.pdu == SET;
    }
    ber_end_long(writer, varbinds);
    ber_end_long(writer, pdu);
    return true;
}

static size_t answer_v2c(struct device *device, const struct snmp_access *access, struct ber_reader from,
                         uint8_t answer[SNMP_ANSWER_MOST]) {
    struct ber_reader community;
    struct ber_writer writer = {.at = answer, .end = answer + SNMP_ANSWER_MOST};
    size_t size = strlen(access->community);
    if (!ber_read_tagged(&from, BER_OCTETS, &community) || (size_t)(community.end - community.at) != size ||
        memcmp(community.at, access->community, size) != 0)
        return 0;
    uint8_t *outer = ber_begin_long(&writer, BER_SEQUENCE);
    if (outer == NULL || !ber_write_number(&writer, BER_INTEGER, VERSION_2C) ||
        !ber_write_element(&writer, BER_OCTETS, community.at, size) ||
        !device_snmp_answer_pdu(device, from, &writer))
        return 0;
    ber_end_long(&writer, outer);
    return (size_t)(writer.at - answer);
}

size_t device_snmp_answer(struct device *device, const struct snmp_access *access, const uint8_t *request,
                          size_t size, uint8_t answer[SNMP_ANSWER_MOST]) {
    struct ber_reader datagram = {.at = request, .end = request + size}, outer;
    int64_t version;
    if (!ber_read_tagged(&datagram, BER_SEQUENCE, &outer) || !ber_read_integer(&outer, &version))
        return 0;
    if (version == VERSION_2C)
        return answer_v2c(device, access, outer, answer);
    const struct ber_reader message = {.at = request, .end = outer.end};
    return version == VERSION_3 && access->users->n > 0
               ? device_snmp_v3_answer(device, access, message, outer, answer)
               : 0;
}
