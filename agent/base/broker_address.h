/* SPDX-License-Identifier: Apache-2.0 */
/* Where a broker is: its URL taken apart. Pure. */
#ifndef HALLWATCH_BASE_BROKER_ADDRESS_H
#define HALLWATCH_BASE_BROKER_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct broker_address {
    char host[256]; /* name or number, without brackets */
    uint16_t port;
    bool is_tls;
};

/*
 * mqtt://host[:port], or mqtts:// for TLS; port 1883 or 8883 where none is given. 0 or ERROR_ARGUMENT.
 */
int broker_address_parse(const char *url, struct broker_address *address);

#endif
