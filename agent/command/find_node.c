/* SPDX-License-Identifier: Apache-2.0 */
/* Says what was asked for wrongly. */
#include "command/find_node.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "command/command.h"

int load_power_config(const char *command, const char *path, const char *gateway,
                      struct site_config **config) {
    if (config_load_without_secrets(path, gateway, stderr, config) != 0)
        return STATUS_USAGE;
    if ((*config)->power)
        return STATUS_OK;
    fprintf(stderr, "hallwatch %s: %s: it has no section `power`: nobody knows who feeds whom\n", command,
            path);
    config_free(*config);
    *config = NULL;
    return STATUS_USAGE;
}

uint32_t find_node(const char *command, const struct power_config *power, const char *name) {
    uint32_t node = power_find(power, name);
    if (node != POWER_NO_NODE)
        return node;
    const char **names = calloc(power->n_nodes + 1, sizeof(*names));
    for (size_t i = 0; names && i < power->n_nodes; i++)
        names[i] = power->nodes[i].name;
    const char *nearest = names ? text_nearest(name, names, power->n_nodes) : NULL;
    fprintf(stderr, "hallwatch %s: no node \"%s\"%s%s%s\n", command, name, nearest ? "; did you mean \"" : "",
            nearest ? nearest : "", nearest ? "\"?" : "");
    free(names);
    return POWER_NO_NODE;
}
