/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is connected over HTTP, how many of one address, and who takes too long: with a request as a whole,
 * however steadily its bytes drip, or with taking the answer. Pure: it is handed the time (monotonic).
 */
#ifndef HALLWATCH_SERVE_HTTP_CLIENTS_H
#define HALLWATCH_SERVE_HTTP_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    HTTP_CLIENTS_MOST = 64,
    HTTP_CLIENTS_FROM_ELSEWHERE = 56,  /* the others are for this machine: does the agent live? */
    HTTP_CLIENTS_PER_ADDRESS = 8,      /* of those from elsewhere */
    HTTP_CLIENTS_PER_OWN_ADDRESS = 56, /* of loopback */
    HTTP_ASKING_MOST_MS = 10 * 1000,   /* from the connection, or the answer before, to the whole request */
    HTTP_TAKING_MOST_MS = 30 * 1000,   /* from the request to the last byte of the answer */
};

struct http_client {
    int socket; /* -1: the place is free */
    uint8_t address[16];
    bool is_local;
    bool is_taking; /* an answer, rather than asking */
    int64_t since_ms;
};

struct http_clients {
    struct http_client of[HTTP_CLIENTS_MOST];
    size_t n;
};

void http_clients_init(struct http_clients *clients);
/* Whether one more from there has room. */
bool http_clients_admit(const struct http_clients *clients, const struct sockaddr *address);
/* One that was admitted; NULL where all places are taken. */
struct http_client *http_clients_add(struct http_clients *clients, int socket, const struct sockaddr *address,
                                     int64_t now_ms);
void http_clients_remove(struct http_clients *clients, struct http_client *client);
/* It begins to take an answer, or to ask again. */
void http_client_turn(struct http_client *client, bool is_taking, int64_t now_ms);
/* Whether it has had its time; `taking_most_ms` of those that take an answer. */
bool http_client_is_overdue(const struct http_client *client, int64_t taking_most_ms, int64_t now_ms);

#endif
