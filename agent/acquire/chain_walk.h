/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the models of a device whose registers are a chain (SunSpec): looks for the mark at each place where
 * it may be, then steps from header to header. Pure: it says which two registers to read next and is told
 * what they hold. Source: SunSpec Device Information Model Specification 1.1, 6.2.
 */
#ifndef HALLWATCH_ACQUIRE_CHAIN_WALK_H
#define HALLWATCH_ACQUIRE_CHAIN_WALK_H

#include "acquire/image.h"
#include "drivers/driver.h"

enum { CHAIN_WORDS = 2 }; /* the mark, or a model's id and length */

struct chain_walk {
    const struct chain *chain; /* NULL: the driver has none */
    unsigned start;            /* which of the places it may begin at is tried */
    uint32_t at;               /* the header to read next, once the mark was found */
    bool marked, ended;
};

struct chain_walk chain_walk_begin(const struct driver *driver);

/* The wire address of the two holding registers to read next. False at the end of the walk. */
bool chain_walk_next(const struct chain_walk *walk, uint16_t *address);

/* Takes what they hold, big-endian; NULL where the device refuses them. The models go into the image. */
void chain_walk_take(struct chain_walk *walk, const uint8_t *data, struct image *image);

#endif
