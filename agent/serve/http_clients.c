/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_clients.h"

#include <string.h>

#include "model/config.h"
#include "serve/http_pace.h"

void http_clients_init(struct http_clients *clients) {
    clients->n = 0;
    for (size_t i = 0; i < HTTP_CLIENTS_MOST; i++)
        clients->of[i].socket = -1;
}

bool http_clients_admit(const struct http_clients *clients, const struct sockaddr *address) {
    uint8_t key[16];
    size_t n = 0;
    bool is_own = address_is_loopback(address);
    if (clients->n >= (is_own ? HTTP_CLIENTS_MOST : HTTP_CLIENTS_FROM_ELSEWHERE))
        return false;
    http_pace_write_key(address, key);
    for (size_t i = 0; i < HTTP_CLIENTS_MOST; i++)
        n += clients->of[i].socket >= 0 && memcmp(clients->of[i].address, key, sizeof(key)) == 0;
    return n < (is_own ? HTTP_CLIENTS_PER_OWN_ADDRESS : HTTP_CLIENTS_PER_ADDRESS);
}

struct http_client *http_clients_add(struct http_clients *clients, int socket, const struct sockaddr *address,
                                     int64_t now_ms) {
    for (size_t i = 0; i < HTTP_CLIENTS_MOST; i++) {
        struct http_client *client = &clients->of[i];
        if (client->socket >= 0)
            continue;
        *client = (struct http_client){
            .socket = socket, .is_local = address_is_loopback(address), .since_ms = now_ms};
        http_pace_write_key(address, client->address);
        clients->n++;
        return client;
    }
    return NULL;
}

void http_clients_remove(struct http_clients *clients, struct http_client *client) {
    client->socket = -1;
    clients->n--;
}

void http_client_turn(struct http_client *client, bool is_taking, int64_t now_ms) {
    client->is_taking = is_taking;
    client->since_ms = now_ms;
}

bool http_client_is_overdue(const struct http_client *client, int64_t taking_most_ms, int64_t now_ms) {
    int64_t most_ms = client->is_taking ? taking_most_ms : HTTP_ASKING_MOST_MS;
    return client->socket >= 0 && now_ms - client->since_ms > most_ms;
}
