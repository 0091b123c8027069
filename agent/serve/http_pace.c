/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_pace.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

enum { TRIES = 8, NETWORK_BYTES = 8 };

void http_pace_init(struct http_pace *pace, unsigned per_s, unsigned burst) {
    memset(pace, 0, sizeof(*pace));
    pace->per_ms = per_s / 1000.0;
    pace->burst = burst;
}

void http_pace_write_key(const struct sockaddr *address, uint8_t key[16]) {
    memset(key, 0, 16);
    if (address->sa_family == AF_INET) {
        key[10] = key[11] = 0xff;
        memcpy(key + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
        bool is_network = !IN6_IS_ADDR_V4MAPPED(v6) && !IN6_IS_ADDR_LOOPBACK(v6);
        memcpy(key, v6, is_network ? NETWORK_BYTES : 16);
    }
}

static double spent_at(const struct http_pace *pace, const struct http_pace_slot *slot, int64_t now_ms) {
    double spent = slot->spent - (double)(now_ms - slot->since_ms) * pace->per_ms;
    return spent > 0 ? spent : 0;
}

/* The address's own slot, else among those where it belongs the one of whom least is lost. */
static struct http_pace_slot *find_slot(struct http_pace *pace, const uint8_t key[16], int64_t now_ms) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    struct http_pace_slot *best = NULL;
    for (size_t i = 0; i < 16; i++)
        hash = (hash ^ key[i]) * 16777619u;
    hash ^= hash >> 16;
    for (uint32_t i = 0; i < TRIES; i++) {
        struct http_pace_slot *slot = &pace->slots[(hash + i) % HTTP_PACE_SLOTS];
        if (slot->spent > 0 && memcmp(slot->address, key, 16) == 0)
            return slot;
        if (!best || spent_at(pace, slot, now_ms) < spent_at(pace, best, now_ms))
            best = slot;
    }
    memcpy(best->address, key, 16);
    best->spent = 0;
    return best;
}

bool http_pace_take(struct http_pace *pace, const struct sockaddr *address, int64_t now_ms) {
    uint8_t key[16];
    http_pace_write_key(address, key);
    struct http_pace_slot *slot = find_slot(pace, key, now_ms);
    double spent = spent_at(pace, slot, now_ms);
    if (spent + 1 > pace->burst)
        return false;
    slot->spent = spent + 1;
    slot->since_ms = now_ms;
    return true;
}
