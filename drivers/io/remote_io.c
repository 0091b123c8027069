/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote I/O: blocks of contacts and analogue inputs of any maker that speak Modbus. What an input means is
 * known to whoever wired it, so the site's configuration says it for each device (`inputs`, or a file of
 * `wiring`); the agent makes the points of that. A block's inputs come in sixteens: gaps that are not wired
 * are read over.
 */
#include "driver.h"

const struct driver driver_remote_io = {
    .name = "remote_io",
    .title = "Remote I/O of any maker: trip, EPO, leak, smoke and door contacts, floats, analogue inputs",
    .class = CLASS_IO,
    .protocol = PROTOCOL_MODBUS,
    .sources = "the site's wiring: `inputs` of the device",
    .wired = true,
    .manners = {.widest_gap = 15},
};
