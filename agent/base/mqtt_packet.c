/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets by the two standards (OASIS, MQTT 3.1.1 and 5.0). The codes of 3.1.1 are told as those of MQTT 5,
 * so that nobody else needs to know which is spoken. Connections are mqtt_client's.
 */
#include "base/mqtt_packet.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

enum {
    STRING_MOST = 65535,
    REMAINING_MOST = 268435455,
    CONNECT = 1,
    PUBLISH = 3,
    PINGREQ = 12,
    PROPERTY_REASON_STRING = 0x1f,
    PROPERTY_RECEIVE_MAXIMUM = 0x21,
    PROPERTY_LARGEST_PACKET = 0x27,
    PROPERTY_SERVER_KEEPALIVE = 0x13,
    PROPERTY_USER = 0x26,
};

/* --- writing --- */

static void add_u8(struct text *out, unsigned value) {
    text_add_char(out, (char)(unsigned char)value);
}

static void add_u16(struct text *out, unsigned value) {
    add_u8(out, value >> 8);
    add_u8(out, value & 0xff);
}

static void add_variable(struct text *out, size_t value) {
    do {
        unsigned low = value & 0x7f;
        value >>= 7;
        add_u8(out, value ? low | 0x80 : low);
    } while (value);
}

static void add_string(struct text *out, const char *string) {
    size_t size = strlen(string);
    add_u16(out, (unsigned)size);
    text_add(out, string, size);
}

static size_t string_size(const char *string) {
    return string ? 2 + strlen(string) : 0;
}

int mqtt_write_connect(const struct mqtt_connect *connect, struct text *out) {
    enum { CLEAN = 0x02, WILL = 0x04, WILL_QOS_1 = 0x08, WILL_RETAIN = 0x20, PASSWORD = 0x40, USER = 0x80 };
    const char *const strings[] = {connect->client_id, connect->will_topic, connect->will, connect->user,
                                   connect->password};
    bool is_5 = connect->version == MQTT_5;
    size_t size = 10 + (is_5 ? 6 + 1 : 0);
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        size += string_size(strings[i]);
        if (string_size(strings[i]) > 2 + STRING_MOST)
            return ERROR_ARGUMENT;
    }
    add_u8(out, CONNECT << 4);
    add_variable(out, size);
    add_string(out, "MQTT");
    add_u8(out, connect->version);
    add_u8(out, CLEAN | WILL | WILL_QOS_1 | WILL_RETAIN | (connect->user ? USER : 0) |
                    (connect->password ? PASSWORD : 0));
    add_u16(out, connect->keepalive_s);
    if (is_5) {
        add_u8(out, 5);
        add_u8(out, PROPERTY_LARGEST_PACKET);
        add_u16(out, 0);
        add_u16(out, MQTT_INCOMING_MOST);
    }
    add_string(out, connect->client_id);
    if (is_5)
        add_u8(out, 0); /* the will has no properties */
    for (size_t i = 1; i < sizeof(strings) / sizeof(strings[0]); i++)
        if (strings[i])
            add_string(out, strings[i]);
    return out->failed ? ERROR_MEMORY : 0;
}

int mqtt_write_publish(enum mqtt_version version, const char *topic, const void *payload, size_t size,
                       bool retained, uint16_t id, struct text *out) {
    enum { QOS_1 = 0x02, RETAIN = 0x01 };
    size_t topic_size = strlen(topic);
    if (topic_size == 0 || topic_size > STRING_MOST || strpbrk(topic, "+#") ||
        !text_is_utf8(topic, topic_size))
        return ERROR_ARGUMENT;
    size_t remaining = 2 + topic_size + 2 + (version == MQTT_5) + size;
    if (remaining > REMAINING_MOST)
        return ERROR_ARGUMENT;
    add_u8(out, PUBLISH << 4 | QOS_1 | (retained ? RETAIN : 0));
    add_variable(out, remaining);
    add_string(out, topic);
    add_u16(out, id);
    if (version == MQTT_5)
        add_u8(out, 0); /* no properties */
    text_add(out, payload, size);
    return out->failed ? ERROR_MEMORY : 0;
}

static int write_empty(unsigned kind, struct text *out) {
    add_u16(out, kind << 12);
    return out->failed ? ERROR_MEMORY : 0;
}

int mqtt_write_ping(struct text *out) {
    return write_empty(PINGREQ, out);
}

int mqtt_write_disconnect(struct text *out) {
    return write_empty(MQTT_DISCONNECT, out);
}

size_t mqtt_publish_size(const char *topic, size_t payload_size) {
    enum { FIXED_HEADER = 5, TOPIC_SIZE = 2, PACKET_ID = 2, PROPERTIES = 1 };
    return FIXED_HEADER + TOPIC_SIZE + strlen(topic) + PACKET_ID + PROPERTIES + payload_size;
}

/* --- reading: whatever does not fit sets `failed` --- */

struct reader {
    const uint8_t *at, *end;
    bool failed;
};

static const uint8_t *take(struct reader *reader, size_t n) {
    const uint8_t *at = reader->at;
    if (reader->failed || (size_t)(reader->end - at) < n) {
        reader->failed = true;
        return NULL;
    }
    reader->at += n;
    return at;
}

static uint32_t take_number(struct reader *reader, size_t bytes) {
    const uint8_t *at = take(reader, bytes);
    uint32_t value = 0;
    for (size_t i = 0; at && i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

/* At most four bytes of seven bits. */
static uint32_t take_variable(struct reader *reader) {
    uint32_t value = 0;
    for (unsigned shift = 0; shift <= 21; shift += 7) {
        uint32_t byte = take_number(reader, 1);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    reader->failed = true;
    return 0;
}

static void keep_words(const uint8_t *string, size_t size, struct mqtt_answer *answer) {
    char plain[sizeof(answer->words)];
    struct text printable = {0};
    snprintf(plain, sizeof(plain), "%.*s", (int)(size < sizeof(plain) ? size : sizeof(plain) - 1),
             (const char *)string);
    text_add_printable(&printable, plain);
    if (!printable.failed && printable.data)
        snprintf(answer->words, sizeof(answer->words), "%s", printable.data);
    text_done(&printable);
}

/* The size of a property's value; of those with a string, of the string alone after its size was taken. */
static void take_property(struct reader *reader, struct mqtt_answer *answer) {
    static const uint8_t sizes[0x2b] = {
        [0x01] = 1, [0x02] = 4, [0x11] = 4, [0x13] = 2, [0x17] = 1, [0x18] = 4, [0x19] = 1, [0x21] = 2,
        [0x22] = 2, [0x23] = 2, [0x24] = 1, [0x25] = 1, [0x27] = 4, [0x28] = 1, [0x29] = 1, [0x2a] = 1,
    };
    static const bool is_string[0x2b] = {
        [0x03] = true, [0x08] = true, [0x09] = true, [0x12] = true, [0x15] = true,
        [0x16] = true, [0x1a] = true, [0x1c] = true, [0x1f] = true, [0x26] = true,
    };
    uint32_t property = take_variable(reader);
    if (reader->failed || property >= sizeof(sizes) || (!sizes[property] && !is_string[property])) {
        reader->failed = true;
        return;
    }
    if (is_string[property]) {
        size_t size = take_number(reader, 2);
        const uint8_t *string = take(reader, size);
        if (string && property == PROPERTY_REASON_STRING)
            keep_words(string, size, answer);
        if (property == PROPERTY_USER)
            take(reader, take_number(reader, 2));
        return;
    }
    uint32_t value = take_number(reader, sizes[property]);
    if (property == PROPERTY_RECEIVE_MAXIMUM)
        answer->receive_maximum = (uint16_t)value;
    else if (property == PROPERTY_LARGEST_PACKET)
        answer->largest_packet = value;
    else if (property == PROPERTY_SERVER_KEEPALIVE)
        answer->keepalive_s = (uint16_t)value;
}

static void take_properties(struct reader *reader, struct mqtt_answer *answer) {
    size_t size = take_variable(reader);
    const uint8_t *at = take(reader, size);
    struct reader properties = {at, at ? at + size : NULL, false};
    while (at && properties.at < properties.end && !properties.failed)
        take_property(&properties, answer);
    if (properties.failed || answer->receive_maximum == 0 || answer->largest_packet == 0)
        reader->failed = true;
}

int mqtt_take_packet(const uint8_t *data, size_t n, struct mqtt_packet *packet) {
    size_t size = 0, at = 1;
    for (unsigned shift = 0;; shift += 7, at++) {
        if (at > 4)
            return ERROR_GARBLED;
        if (at >= n)
            return 0;
        size |= (size_t)(data[at] & 0x7f) << shift;
        if (data[at] < 0x80)
            break;
    }
    at++;
    if (size > MQTT_INCOMING_MOST)
        return ERROR_TOO_BIG;
    if (n - at < size)
        return 0;
    *packet = (struct mqtt_packet){data[0] >> 4, data + at, size};
    return (int)(at + size);
}

/* The refusals of MQTT 3.1.1, which has no others. */
static int old_reason(uint32_t code) {
    static const int reasons[] = {0, 0x84, 0x85, 0x88, 0x86, 0x87};
    return code < sizeof(reasons) / sizeof(reasons[0]) ? reasons[code] : 0x80;
}

int mqtt_read_answer(enum mqtt_version version, const struct mqtt_packet *packet,
                     struct mqtt_answer *answer) {
    struct reader reader = {packet->body, packet->body + packet->size, false};
    *answer = (struct mqtt_answer){.receive_maximum = UINT16_MAX, .largest_packet = UINT32_MAX};
    if (packet->kind == MQTT_CONNACK)
        take_number(&reader, 1); /* whether there was a session */
    if (packet->kind == MQTT_PUBACK)
        answer->id = (uint16_t)take_number(&reader, 2);
    /* MQTT 5 leaves out a success and what follows it; 3.1.1 has a code in CONNACK only. */
    if (packet->kind == MQTT_CONNACK || reader.at < reader.end)
        answer->reason = (int)take_number(&reader, 1);
    if (version == MQTT_3_1_1)
        answer->reason = old_reason((uint32_t)answer->reason);
    else if (reader.at < reader.end)
        take_properties(&reader, answer);
    return reader.failed || reader.at != reader.end ? ERROR_GARBLED : 0;
}

const char *mqtt_reason_text(int reason) {
    static const char *const texts[] = {
        [0x00] = "unspecified error",
        [0x01] = "malformed packet",
        [0x02] = "protocol error",
        [0x03] = "implementation specific error",
        [0x04] = "unsupported protocol version",
        [0x05] = "client identifier not valid",
        [0x06] = "bad user name or password",
        [0x07] = "not authorized",
        [0x08] = "server unavailable",
        [0x09] = "server busy",
        [0x0a] = "banned",
        [0x0b] = "server shutting down",
        [0x0c] = "bad authentication method",
        [0x0d] = "keep alive timeout",
        [0x0e] = "another client has connected with this client id",
        [0x0f] = "topic filter invalid",
        [0x10] = "topic name invalid",
        [0x11] = "packet identifier in use",
        [0x12] = "packet identifier not found",
        [0x13] = "receive maximum exceeded",
        [0x14] = "topic alias invalid",
        [0x15] = "packet too large",
        [0x16] = "message rate too high",
        [0x17] = "quota exceeded",
        [0x18] = "administrative action",
        [0x19] = "payload format invalid",
        [0x1a] = "retain not supported",
        [0x1b] = "QoS not supported",
        [0x1c] = "use another server",
        [0x1d] = "server moved",
        [0x1f] = "connection rate exceeded",
        [0x20] = "maximum connect time",
    };
    size_t index = (size_t)reason - 0x80;
    if (reason < 0x80)
        return "no reason given";
    return index < sizeof(texts) / sizeof(texts[0]) && texts[index] ? texts[index] : "unknown reason";
}
