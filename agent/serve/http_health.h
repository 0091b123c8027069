/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the agent lives and whether it is ready, as the latest readings tell it. The gateway reports on its
 * own links every ten seconds, and on its judging, on the way that every reading goes: where those reports
 * fail to come, so does all else.
 */
#ifndef HALLWATCH_SERVE_HTTP_HEALTH_H
#define HALLWATCH_SERVE_HTTP_HEALTH_H

#include "base/text.h"
#include "model/config.h"
#include "model/latest.h"

enum { HTTP_HEALTH_PARTS = 2, HTTP_STANDSTILL_MS = 30 * 1000 };

struct http_health {
    struct http_progress {
        int64_t said_ms;     /* the time that the last report bears; 0: none came yet */
        int64_t progress_ms; /* monotonic, when a new one was seen */
    } parts[HTTP_HEALTH_PARTS];
};

/* Times are monotonic. Look every few seconds. */
void http_health_init(struct http_health *health, int64_t now_ms);
void http_health_look(struct http_health *health, struct latest *latest, const struct site_config *config,
                      int64_t now_ms);
/* Adds `ok`, or which part makes no progress; true where all do. */
bool http_health_write(const struct http_health *health, const struct site_config *config, int64_t now_ms,
                       struct text *text);

/* Adds `ready` once every device was asked, else which was not; true in the first case. */
bool http_ready_write(struct latest *latest, const struct site_config *config, struct text *text);

#endif
