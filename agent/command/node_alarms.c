/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the nodes of alarms. */
#include "command/node_alarms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/status_digest.h"

bool alarm_stands(const json_t *alarm) {
    const char *state = status_text(alarm, "state");
    return strcmp(state, alarm_state_word(ALARM_ACTIVE)) == 0 ||
           strcmp(state, alarm_state_word(ALARM_RETURNED)) == 0;
}

/* A named part of a device that has many (the inputs of remote I/O) is meant by its own alarms only. */
static bool is_meant(const struct power_point *point, const char *device, const char *place) {
    if (!point || strcmp(point->device, device) != 0)
        return false;
    size_t length = point->name ? strlen(point->name) : 0, size = strlen(place);
    return length == 0 || (size >= length && strcmp(place + size - length, point->name) == 0);
}

bool alarm_is_about(const json_t *alarm, const struct power_node *node) {
    const char *name = status_text(alarm, "node"), *device = status_text(alarm, "device");
    const char *place = status_text(alarm, "place");
    if (*name)
        return text_same_name(name, node->name);
    if (!*device)
        return false;
    for (size_t i = 0; i < node->n_meters; i++)
        if (is_meant(&node->meters[i], device, place))
            return true;
    return is_meant(node->device, device, place) || is_meant(node->breaker, device, place);
}

static void note(struct tree_alarm *of_node, const json_t *alarm) {
    double priority = status_number(alarm, "priority");
    uint8_t rank = priority >= 1 && priority <= ALARM_PRIORITIES ? (uint8_t)priority : ALARM_PRIORITIES;
    of_node->n++;
    if (of_node->rule && of_node->priority <= rank)
        return;
    of_node->rule = status_text(alarm, "rule");
    of_node->priority = rank;
}

struct tree_alarm *node_alarms_new(const struct power_config *power, const json_t *document) {
    struct tree_alarm *alarms = calloc(power->n_nodes + 1, sizeof(*alarms));
    const json_t *list = json_object_get(document, "alarms");
    for (size_t i = 0; alarms && i < json_array_size(list); i++) {
        const json_t *alarm = json_array_get(list, i);
        const char *name = status_text(alarm, "node");
        if (!alarm_stands(alarm))
            continue;
        uint32_t node = *name ? power_find(power, name) : POWER_NO_NODE;
        if (node != POWER_NO_NODE)
            note(&alarms[node], alarm);
        for (uint32_t k = 0; !*name && k < power->n_nodes; k++)
            if (alarm_is_about(alarm, &power->nodes[k]))
                note(&alarms[k], alarm);
    }
    return alarms;
}
