/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies between two configurations: which devices and sinks came, went or changed, and how. Names tell
 * who is who; contents are compared, secrets included, not the files' bytes. Pure; what is done about a
 * change is its reader's.
 */
#ifndef HALLWATCH_MODEL_CONFIG_CHANGES_H
#define HALLWATCH_MODEL_CONFIG_CHANGES_H

#include "base/text.h"
#include "model/config.h"

/* How a device changed; bits. */
enum {
    DEVICE_URL = 1 << 0,         /* where it is: another link */
    DEVICE_CREDENTIALS = 1 << 1, /* who asks it, a passphrase's content included: another link */
    DEVICE_DRIVER = 1 << 2,      /* what it is, or what its map or wiring says: another plan */
    DEVICE_LABELS = 1 << 3,      /* hall, row, rack, feed: another view, the link stays */
    DEVICE_INTERVALS = 1 << 4,   /* its turns in the schedule */
    DEVICE_TIMEOUT = 1 << 5,     /* counts from its next request on */
    DEVICE_VARIANT = 1 << 6,     /* which of its driver's variants it is: another plan */
    DEVICE_BEGINS_ANEW = DEVICE_URL | DEVICE_CREDENTIALS | DEVICE_DRIVER | DEVICE_VARIANT,
};

/* What concerns the whole agent; bits. */
enum {
    SITE_NAME = 1 << 0,
    SITE_GATEWAY = 1 << 1,
    SITE_SOCKET = 1 << 2,
    SITE_BUFFER = 1 << 3,
    SITE_PHASE = 1 << 4, /* polls spread or aligned */
    SITE_TRAPS = 1 << 5,
    SITE_SPOOL = 1 << 6,
    SITE_INTAKE = 1 << 7,                     /* whether it is the site, and where it listens */
    SITE_POWER = 1 << 8,                      /* topology, budgets, alarms: judged anew */
    SITE_HTTP = 1 << 9,                       /* what is served over HTTP, and who is let in */
    SITE_IDENTITY = SITE_NAME | SITE_GATEWAY, /* in every label and topic: not while the agent runs */
};

/* One device of either configuration; borrowed from them. */
struct device_change {
    const struct device_config *before; /* NULL: added */
    struct device_config *now;          /* NULL: removed */
    unsigned what;                      /* of one that is in both; 0 = nothing */
};

struct sink_change {
    const struct sink_config *before, *now; /* as above */
    bool changed;
};

struct config_changes {
    unsigned site;
    struct device_change *devices; /* those removed first, then in the order of the new configuration */
    size_t n_devices;
    size_t n_added, n_removed, n_changed;
    struct sink_change *sinks; /* the same */
    size_t n_sinks;
    size_t n_sinks_added, n_sinks_removed, n_sinks_changed;
};

/*
 * Borrows both until config_changes_done. 0 or ERROR_MEMORY. Maps and wiring of `now` that say what they said
 * `before` become those of `before`, so that what is the same is one driver.
 */
int config_compare(const struct site_config *before, struct site_config *now, struct config_changes *changes);
void config_changes_done(struct config_changes *changes);

/* Whether there is anything to do. */
bool config_changes_any(const struct config_changes *changes);

/*
 * In words, with the first few names: "2 devices added (a, b), 1 device changed (c: url and labels), 497
 * devices unchanged, 1 sink removed (d)".
 */
void config_changes_write(const struct config_changes *changes, struct text *text);

#endif
