/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another configuration while the agent runs. It is read and compared on a thread of its own, since the field
 * loop never waits for a disk; what changed about devices is done on the loop, a little at a time; sinks are
 * exchanged on a thread again, since they may take their time to stop. One reload follows the other: what is
 * asked for meanwhile is remembered and done once.
 *
 * A configuration with mistakes changes nothing: they go to the log, and the status says that it was refused.
 * So does one that would give the site or the gateway another name: they are in every label and topic.
 */
#ifndef HALLWATCH_COMMAND_RELOAD_H
#define HALLWATCH_COMMAND_RELOAD_H

#include <uv.h>

#include "acquire/poller.h"
#include "acquire/site_source.h"
#include "model/config.h"
#include "publish/judging.h"
#include "publish/sink_set.h"
#include "serve/http_server.h"
#include "serve/status.h"

struct reload;

/* What a reload changes; all borrowed but for the configuration. */
struct reload_parts {
    const char *path, *gateway; /* as config_load takes them */
    uv_loop_t *loop;
    struct poller *poller;
    struct spools spools;
    struct sink_set *sinks;
    struct status_server *status;
    struct http_server *http;
    struct judging *judging;
    struct site_source *source; /* NULL: it is not the site */
    struct site_config *config; /* in force; this reference is taken over where reload_new succeeds */
};

/* 0, ERROR_MEMORY or ERROR_SYSTEM. */
int reload_new(const struct reload_parts *parts, struct reload **reload);

/* On the loop: read it anew, now or after the reload under way. */
void reload_ask(struct reload *reload);

/* On the loop: nothing more is begun. The loop must run until its handles are closed. NULL is fine. */
void reload_close(struct reload *reload);
/*
 * After the loop, before sinks and status server are stopped: waits for the thread. False where the disk
 * hangs: the thread then touches nothing any more but what it has read, and reload_free must not be called.
 * NULL is fine.
 */
bool reload_finish(struct reload *reload);
/* After poller_free, which lets go of the configuration. NULL is fine. */
void reload_free(struct reload *reload);

#endif
