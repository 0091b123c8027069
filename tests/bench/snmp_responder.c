/* SPDX-License-Identifier: Apache-2.0 */
/* Turns each request into its answer by rewriting it from its end to its beginning; it allocates nothing. */
#include "snmp_responder.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { DATAGRAM_MOST = 65536, NAMES_MOST = 256, GET = 0xa0, RESPONSE = 0xa2, GETBULK = 0xa5 };

struct element {
    const uint8_t *at; /* the tag */
    const uint8_t *body;
    size_t size; /* of the body */
};

static struct element take(const uint8_t **at) {
    struct element element = {.at = *at, .body = *at + 2, .size = (*at)[1]};
    if (element.size & 0x80) {
        int n = element.size & 0x7f;
        element.size = 0;
        for (int i = 0; i < n; i++)
            element.size = element.size << 8 | *element.body++;
    }
    *at = element.body + element.size;
    return element;
}

struct writer {
    uint8_t *at; /* goes down */
};

static void put(struct writer *writer, const void *data, size_t size) {
    writer->at -= size;
    memcpy(writer->at, data, size);
}

static void wrap(struct writer *writer, uint8_t tag, const uint8_t *end) {
    size_t size = (size_t)(end - writer->at);
    const uint8_t head[] = {tag, 0x82, (uint8_t)(size >> 8), (uint8_t)size};
    put(writer, head, sizeof head);
}

static void put_row(struct writer *writer, const struct element *names, size_t n, uint8_t step) {
    static const uint8_t value[] = {0x42, 4, 0x01, 0x02, 0x03, 0x04};
    while (n-- > 0) {
        const uint8_t *end = writer->at;
        put(writer, value, sizeof value);
        put(writer, names[n].at, (size_t)(names[n].body - names[n].at) + names[n].size);
        writer->at[names[n].body - names[n].at + (ptrdiff_t)names[n].size - 1] += step;
        const uint8_t head[] = {0x30, (uint8_t)(end - writer->at)};
        put(writer, head, sizeof head);
    }
}

static size_t answer(const uint8_t *request, uint8_t *buffer, const uint8_t **packet) {
    struct element names[NAMES_MOST];
    const uint8_t *at = request;
    struct element message = take(&at);
    at = message.body;
    take(&at);
    take(&at);
    const uint8_t *head_end = at;
    struct element pdu = take(&at);
    at = pdu.body;
    struct element id = take(&at);
    take(&at);
    struct element repetitions = take(&at);
    struct element list = take(&at);
    size_t n = 0;
    for (at = list.body; at < list.body + list.size && n < NAMES_MOST;) {
        struct element varbind = take(&at);
        const uint8_t *name = varbind.body;
        names[n++] = take(&name);
    }
    uint8_t rows = *pdu.at == GETBULK ? repetitions.body[repetitions.size - 1] : 1;
    const uint8_t *end = buffer + DATAGRAM_MOST;
    struct writer writer = {buffer + DATAGRAM_MOST};
    for (uint8_t row = rows; row > 0; row--)
        put_row(&writer, names, n, *pdu.at == GET ? 0 : row);
    wrap(&writer, 0x30, end);
    static const uint8_t no_error[] = {0x02, 1, 0, 0x02, 1, 0};
    put(&writer, no_error, sizeof no_error);
    put(&writer, id.at, id.size + 2);
    wrap(&writer, RESPONSE, end);
    put(&writer, message.body, (size_t)(head_end - message.body));
    wrap(&writer, 0x30, end);
    *packet = writer.at;
    return (size_t)(end - writer.at);
}

static void *serve(void *context) {
    int descriptor = *(int *)context;
    static uint8_t request[DATAGRAM_MOST], buffer[DATAGRAM_MOST];
    for (;;) {
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        if (recvfrom(descriptor, request, sizeof request, 0, (struct sockaddr *)&from, &length) <= 0)
            continue;
        const uint8_t *packet;
        size_t size = answer(request, buffer, &packet);
        (void)sendto(descriptor, packet, size, 0, (struct sockaddr *)&from, length);
    }
    return NULL;
}

uint16_t snmp_responder_start(int processor) {
    static int descriptor;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int size = 4 << 20;
    descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (bind(descriptor, (struct sockaddr *)&address, length) ||
        getsockname(descriptor, (struct sockaddr *)&address, &length)) {
        perror("responder");
        exit(1);
    }
    pthread_t thread;
    pthread_attr_t attributes;
    cpu_set_t processors;
    CPU_ZERO(&processors);
    CPU_SET((size_t)processor, &processors);
    pthread_attr_init(&attributes);
    pthread_attr_setaffinity_np(&attributes, sizeof processors, &processors);
    if (pthread_create(&thread, &attributes, serve, &descriptor)) {
        perror("responder");
        exit(1);
    }
    pthread_attr_destroy(&attributes);
    return ntohs(address.sin_port);
}
