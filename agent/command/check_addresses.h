/* SPDX-License-Identifier: Apache-2.0 */
/* With whom a configuration has the agent talk, as a drop-in for its systemd unit. */
#ifndef HALLWATCH_COMMAND_CHECK_ADDRESSES_H
#define HALLWATCH_COMMAND_CHECK_ADDRESSES_H

#include <stdio.h>

#include "model/config.h"

/*
 * Writes to `out` a drop-in that lets the agent reach the devices, sinks, brokers and trap proxies of
 * `config`, the name servers and itself, and nobody else (systemd.resource-control(5), IPAddressAllow=).
 * Names are resolved now. 0; ERROR_NOT_FOUND after saying on standard error, and in a comment, which names
 * have no address at present; ERROR_MEMORY.
 */
int check_write_addresses(const struct site_config *config, const char *path, FILE *out);

#endif
