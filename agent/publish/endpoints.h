/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of a receiver's addresses is used. The first one is preferred; after failures in a row the next one
 * takes over, and the first is tried again now and then. Pure; owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_ENDPOINTS_H
#define HALLWATCH_PUBLISH_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/config.h"

enum { ENDPOINTS_MOST = 1 + SINK_ENDPOINTS_MOST };

/* Zeroed but for n = the first one is used, and nothing has failed. */
struct endpoints {
    size_t n; /* 1 to ENDPOINTS_MOST */
    size_t current;
    uint32_t failures;      /* of the current one, in a row */
    size_t last_good;       /* the one that last took something */
    int64_t first_again_ms; /* monotonic: when the first one is tried again; while another is used */
    int64_t spared_ms;      /* until then the first one wants no request */
    int64_t pause_ms;       /* before the first is tried once more */
};

/* The one that the next request goes to. */
size_t endpoints_choose(struct endpoints *endpoints, int64_t now_ms);

/* Its request got through. True where the one before that got through was another's. */
bool endpoints_succeed(struct endpoints *endpoints);

/*
 * Its request did not, and the receiver wants no other for retry_ms. True where another one is to be tried
 * at once.
 */
bool endpoints_fail(struct endpoints *endpoints, int64_t now_ms, int64_t retry_ms);

#endif
