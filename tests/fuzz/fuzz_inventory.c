/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an inventory, as the wiring of remote I/O, and as a topology: every device that comes out has
 * a name and a URL that were checked, every input a device and a name, every node a name and lists of texts,
 * or a mistake was said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/inventory.h"

static void check_device(const struct device_settings *device) {
    if (!*device->name.text || !*device->url.text || device->entry.at.line < 2)
        abort();
}

static void check_input(const struct point_settings *input) {
    if (!*input->device.text || !*input->name.text || input->entry.at.line < 2)
        abort();
}

static void check_texts(const struct setting_list *list) {
    const struct setting *settings = list->items;
    for (size_t i = 0; i < list->n; i++)
        if (!*settings[i].text || settings[i].at.line < 2 || strchr(settings[i].text, ';'))
            abort();
}

static void check_node(const struct power_node_settings *node) {
    if (!*node->name.text || !setting_given(&node->kind) || node->entry.at.line < 2)
        abort();
    check_texts(&node->sources);
    check_texts(&node->cooled_by);
    check_texts(&node->rating);
    check_texts(&node->meters);
}

static void try_schema(const struct schema *schema, const uint8_t *data, size_t size, FILE *errors) {
    struct inventory inventory = {.schema = schema};
    struct mistakes mistakes = {.out = errors};
    char *copy = malloc(size + 1);
    if (!copy)
        abort();
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    inventory_parse("fuzz.csv", copy, size, &inventory, &mistakes);
    for (size_t i = 0; i < inventory.n && mistakes.n == 0; i++) {
        if (schema == &settings_of_device)
            check_device(&inventory.devices[i]);
        else if (schema == &settings_of_power_node)
            check_node(&inventory.nodes[i]);
        else
            check_input(&inventory.inputs[i]);
    }
    inventory_done(&inventory);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    FILE *errors = fopen("/dev/null", "w");
    if (!errors)
        abort();
    try_schema(&settings_of_device, data, size, errors);
    try_schema(&settings_of_wiring, data, size, errors);
    try_schema(&settings_of_power_node, data, size, errors);
    fclose(errors);
    return 0;
}
