/* SPDX-License-Identifier: Apache-2.0 */
#include "command/until_restart.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static void say_kept(const char *path, const struct config_changes *changes) {
    static const struct {
        unsigned site; /* one bit of config_changes.site */
        const char *words;
    } kept[] = {{SITE_PHASE, "poll.phase: to change it"},
                {SITE_TRAPS, "traps: to change them"},
                {SITE_SPOOL, "spool: to change it"},
                {SITE_INTAKE, "power.site: to change it"}};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if ((changes->site & kept[i].site) != 0)
            log_write(LOG_WARNING, "configuration", "%s: %s takes a restart", path, kept[i].words);
}

static void keep_intake(const struct site_config *before, struct site_config *now) {
    struct intake_config *copy;
    if (intake_config_copy(before->intake, &copy) != 0)
        return; /* nobody reads it after the start; it will be said again */
    intake_config_free(now->intake);
    now->intake = copy;
}

void keep_until_restart(const char *path, struct site_config *before, struct site_config *now,
                        struct config_changes *changes) {
    char *socket = (changes->site & SITE_SOCKET) != 0 ? strdup(before->status_socket) : NULL;
    if (socket) {
        log_write(LOG_WARNING, "configuration",
                  "%s: status_socket: %s takes a restart; the agent goes on listening at %s", path,
                  now->status_socket, socket);
        free(now->status_socket);
        now->status_socket = socket;
    }
    say_kept(path, changes);
    if ((changes->site & SITE_INTAKE) != 0)
        keep_intake(before, now);
    now->phase = before->phase;
    changes->site &= ~(unsigned)(SITE_SOCKET | SITE_PHASE | SITE_TRAPS | SITE_SPOOL | SITE_INTAKE);
    if (!config_changes_any(changes))
        return;
    /* Nobody reads these after the start. */
    struct trap_config traps = now->traps;
    struct spool_config spool = now->spool;
    now->traps = before->traps;
    now->spool = before->spool;
    before->traps = traps;
    before->spool = spool;
}
