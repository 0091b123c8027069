/* SPDX-License-Identifier: Apache-2.0 */
/* Where a broker is: its URL taken apart, and its name resolved. */
#ifndef HALLWATCH_PUBLISH_BROKER_ADDRESS_H
#define HALLWATCH_PUBLISH_BROKER_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

struct broker_address {
    char host[256]; /* name or number, without brackets */
    uint16_t port;
};

/* mqtt://host[:port], port 1883 where none is given. 0 or ERROR_ARGUMENT. */
int broker_address_parse(const char *url, struct broker_address *address);

/*
 * The address in numbers; blocks while the name is looked up. Of several addresses `attempt` picks one, so
 * that trying again tries the next. 0, or ERROR_UNREACHABLE and what is wrong in `numeric`.
 */
int broker_address_resolve(const struct broker_address *address, uint32_t attempt, char *numeric,
                           size_t size);

#endif
