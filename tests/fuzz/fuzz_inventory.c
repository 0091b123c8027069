/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an inventory: every device that comes out has a name and a URL that were checked, or a
 * mistake was said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/inventory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct inventory inventory = {0};
    struct mistakes mistakes = {.out = fopen("/dev/null", "w")};
    char *copy = malloc(size + 1);
    if (!mistakes.out || !copy)
        abort();
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    inventory_parse("fuzz.csv", copy, size, &inventory, &mistakes);
    for (size_t i = 0; i < inventory.n; i++) {
        const struct device_settings *device = &inventory.devices[i];
        if (mistakes.n == 0 && (!*device->name.text || !*device->url.text || device->entry.at.line < 2))
            abort();
    }
    inventory_done(&inventory);
    free(copy);
    fclose(mistakes.out);
    return 0;
}
