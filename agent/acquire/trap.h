/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trap port: the sockets on which traps and informs are received, on the field loop. What they say and
 * who may say it is trap_intake's.
 */
#ifndef HALLWATCH_ACQUIRE_TRAP_H
#define HALLWATCH_ACQUIRE_TRAP_H

#include <uv.h>

#include "acquire/trap_intake.h"

struct trap_service;

/*
 * `config` is copied. Sockets that cannot be had now are tried again by tick. Otherwise as trap_intake_new.
 */
int trap_service_new(uv_loop_t *loop, const struct trap_config *config, const char *name, trap_event event,
                     void *context, struct trap_service **service);
/* Senders are forgotten before. Handles close on the loop. NULL is fine. */
void trap_service_free(struct trap_service *service);

/* Once per tick, with the loop's monotonic time: calls those whose turn has come. */
void trap_service_tick(struct trap_service *service, int64_t now_ms);

/* Where senders are placed. */
struct trap_intake *trap_service_intake(struct trap_service *service);

/* On the loop's thread. */
struct trap_counts trap_service_counts(const struct trap_service *service);

#endif
