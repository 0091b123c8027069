/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often one address may come: so many a second on average, and a burst. IPv6 hosts have as many addresses
 * as they like, so their network of 64 bits counts as one. Of many addresses those that ask least are
 * forgotten first. Pure: it is handed the time.
 */
#ifndef HALLWATCH_SERVE_HTTP_PACE_H
#define HALLWATCH_SERVE_HTTP_PACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { HTTP_PACE_SLOTS = 1024 };

struct http_pace {
    double per_ms, burst;
    struct http_pace_slot {
        uint8_t address[16]; /* IPv4 as IPv6 */
        double spent;        /* of the burst, at `since_ms`; 0: the slot is free */
        int64_t since_ms;
    } slots[HTTP_PACE_SLOTS];
};

void http_pace_init(struct http_pace *pace, unsigned per_s, unsigned burst);

/* Whether the address may come once more; then it is counted. `now_ms` is monotonic. */
bool http_pace_take(struct http_pace *pace, const struct sockaddr *address, int64_t now_ms);

/* The 16 bytes that an address counts as. */
void http_pace_write_key(const struct sockaddr *address, uint8_t key[16]);

#endif
