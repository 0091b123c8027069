/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packets of MQTT 5 and 3.1.1 that a client needs which only publishes: written into a buffer, and taken
 * apart from what a broker sent, which may be anything. Pure.
 */
#ifndef HALLWATCH_BASE_MQTT_PACKET_H
#define HALLWATCH_BASE_MQTT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* As on the wire. */
enum mqtt_version { MQTT_3_1_1 = 4, MQTT_5 = 5 };

enum mqtt_packet_kind {
    MQTT_CONNACK = 2,
    MQTT_PUBACK = 4,
    MQTT_PINGRESP = 13,
    MQTT_DISCONNECT = 14,
};

/* What a broker may send, at most: larger packets are refused, and a broker of MQTT 5 is told so. */
enum { MQTT_INCOMING_MOST = 16384 };

struct mqtt_connect {
    enum mqtt_version version;
    const char *client_id;
    const char *user, *password;   /* NULL: none */
    const char *will_topic, *will; /* retained, QoS 1 */
    uint16_t keepalive_s;
};

/* 0, ERROR_MEMORY, or ERROR_ARGUMENT where a text is too long for MQTT. */
int mqtt_write_connect(const struct mqtt_connect *connect, struct text *out);
/* QoS 1. The same errors; ERROR_ARGUMENT too for a topic that is empty, no UTF-8 or a pattern. */
int mqtt_write_publish(enum mqtt_version version, const char *topic, const void *payload, size_t size,
                       bool retained, uint16_t id, struct text *out);
int mqtt_write_ping(struct text *out);
int mqtt_write_disconnect(struct text *out);
/* The bytes that such a message takes, at most. */
size_t mqtt_publish_size(const char *topic, size_t payload_size);

/* One packet, within the bytes that it was taken from. */
struct mqtt_packet {
    unsigned kind; /* enum mqtt_packet_kind, or another */
    const uint8_t *body;
    size_t size;
};

/*
 * Takes the first packet off `n` bytes. Returns the bytes it takes; 0 where it is not whole yet;
 * ERROR_GARBLED or ERROR_TOO_BIG.
 */
int mqtt_take_packet(const uint8_t *data, size_t n, struct mqtt_packet *packet);

/* What the broker answers: a reason code of MQTT 5 (0x80 and above: no) and its own words. */
struct mqtt_answer {
    int reason;
    uint16_t id;              /* of a PUBACK */
    uint16_t receive_maximum; /* of a CONNACK: UINT16_MAX where there is no bound */
    uint32_t largest_packet;  /* UINT32_MAX where there is no bound */
    uint16_t keepalive_s;     /* 0: as the client asked */
    char words[160];          /* printable; "" where it says nothing */
};

/* Of the three kinds that answer: CONNACK, PUBACK, DISCONNECT. 0 or ERROR_GARBLED. */
int mqtt_read_answer(enum mqtt_version version, const struct mqtt_packet *packet, struct mqtt_answer *answer);

/* What a reason code means. */
const char *mqtt_reason_text(int reason);

#endif
