/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery: reads what is slow about a device (which rows it has, scales, units, names, serial numbers)
 * through its link into an image. What a device does not answer is left out; only silence ends it early.
 */
#ifndef HALLWATCH_ACQUIRE_DISCOVERY_H
#define HALLWATCH_ACQUIRE_DISCOVERY_H

#include "acquire/image.h"
#include "acquire/link.h"
#include "drivers/driver.h"

/* One thing to read: an instance or a column of objects, or a run of registers. */
struct wanted {
    uint32_t part[OID_MOST];
    size_t n; /* 0: registers */
    bool column;
    uint8_t function;
    uint16_t address, count;
    uint16_t step; /* registers of one value: a run is halved between two */
};

struct wanted_list {
    struct wanted *item;
    size_t n, room;
};

/* Everything that the driver's tables name, once each, of the models and the variant that the image knows.
 * Pure. The caller frees with wanted_done. */
int wanted_collect(const struct driver *driver, const struct image *image, struct wanted_list *list);
void wanted_done(struct wanted_list *list);
/* Makes two of a run of registers that is refused as a whole. ERROR_NOT_FOUND where it is one value. */
int wanted_halve(struct wanted_list *list, size_t at);
/* The smallest thing to ask such a device, to see whether it is there; of SNMP, or without a driver, its
 * uptime. */
void wanted_probe(const struct driver *driver, struct wanted *wanted);

struct discovery;
/* The sealed image, given away; or NULL and why: ERROR_TIMEOUT, ERROR_UNREACHABLE, ... */
typedef void (*discovery_done)(void *context, struct image *image, int error, const char *detail);

/*
 * Starts reading; `variant` as image_set_variant takes it. done comes once, from the loop, unless
 * discovery_stop is called before.
 */
int discovery_start(struct link *link, const struct driver *driver, uint32_t variant, uint32_t timeout_ms,
                    discovery_done done, void *context, struct discovery **discovery);
/* Forgets a discovery under way. The link must be closed by its owner before it is used again. */
void discovery_stop(struct discovery *discovery);

#endif
