/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent as a service: feeds the service manager's watchdog as long as readings make their way. What the
 * gateway says of its own links every ten seconds goes the way of every reading: the schedule of the field
 * loop makes it, the publisher puts it into the spool. Where it fails to arrive, so does everything else,
 * whether devices answer or not.
 */
#ifndef HALLWATCH_COMMAND_SERVICE_H
#define HALLWATCH_COMMAND_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "publish/publisher.h"

struct service {
    uv_timer_t timer;
    bool is_watched;
    const struct publisher *publisher;
    uint64_t published;  /* batches, when last looked */
    int64_t progress_ms; /* monotonic, when there were more of them last */
};

/* On the loop, once everything runs: feeds the watchdog, where there is one, until service_end. */
void service_begin(struct service *service, uv_loop_t *loop, const struct publisher *publisher);
/* On the loop: what service_begin began; fine without it. */
void service_end(struct service *service);

#endif
