/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Topics that a broker forbids: some brokers hang up after saying so, so they are not tried again and again.
 * Owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_FORBIDDEN_H
#define HALLWATCH_PUBLISH_FORBIDDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/series.h"

enum { FORBIDDEN_MOST = 64 };

struct forbidden_topic {
    struct device_view *view; /* held; NULL: the gateway's presence */
    int64_t until_ms;
};

/* Zeroed = nothing is forbidden. */
struct forbidden {
    struct forbidden_topic topics[FORBIDDEN_MOST]; /* the oldest is replaced */
    size_t n;                                      /* ever */
};

void forbidden_done(struct forbidden *forbidden);
/* The topic of that device, or the gateway's presence (NULL), until then (monotonic). */
void forbidden_add(struct forbidden *forbidden, struct device_view *view, int64_t until_ms);
bool forbidden_has(const struct forbidden *forbidden, const struct device_view *view, int64_t now_ms);

#endif
