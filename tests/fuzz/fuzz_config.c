/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a configuration, and as a device map: config_load and device_map_parse end with what they were
 * asked for or with mistakes, never otherwise, and the plan takes every map that they accept. To be run with
 * tests/fuzz/corpus/config.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "acquire/plan.h"
#include "model/config.h"
#include "model/device_map.h"

/* What the rules let pass has a plan, and pages. */
static void try_map(const uint8_t *data, size_t size, FILE *errors) {
    struct mistakes mistakes = {.out = errors};
    const struct driver *driver = device_map_parse("map.yaml", (const char *)data, size, &mistakes);
    if ((driver == NULL) != (mistakes.n > 0))
        abort();
    if (driver == NULL)
        return;
    struct image *image = image_new();
    struct plan *plan = NULL;
    if (image == NULL)
        abort();
    image_seal(image);
    if (plan_build(driver, image, true, &plan) == 0) {
        driver_release(driver);
        driver = plan->driver; /* which the plan holds */
        if (*driver->name == '\0' || driver->n_groups == 0)
            abort();
        plan_release(plan);
    } else {
        driver_release(driver);
    }
    image_free(image);
}

/* What the judge relies on. */
static void check_power(const struct power_config *power) {
    for (uint32_t i = 0; i < power->n_nodes; i++) {
        const struct power_node *node = &power->nodes[i];
        if (!*node->name || node->units < 1 || node->phases > PHASES || node->n_meters > POWER_METERS_MOST ||
            node->rating.amperes < 0 || node->continuous_ratio <= 0 || node->derating <= 0)
            abort();
        for (size_t k = 0; k < node->n_sources; k++) {
            const struct power_link *link = &node->sources[k];
            if (link->node >= i || link->phase[0] >= PHASES || link->phase[1] >= PHASES ||
                link->phase[2] >= PHASES)
                abort();
        }
        for (size_t k = 0; k < node->n_cooled_by; k++)
            if (node->cooled_by[k] >= power->n_nodes)
                abort();
        for (size_t k = 0; k < node->n_meters; k++)
            if (!node->meters[k].device || node->meters[k].depth > PLACE_DEPTH)
                abort();
    }
    for (size_t i = 0; i < power->n_rules; i++)
        if (!*power->rules[i].name || power->rules[i].priority > ALARM_PRIORITIES)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    struct site_config *config = NULL;
    FILE *errors = fopen("/dev/null", "w");
    int file = memfd_create("configuration", MFD_CLOEXEC);
    if (!errors || file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    if (config_load(path, "gw-1", errors, &config) == 0) {
        if ((config->n_devices == 0 && !config->intake) || !config->site || !*config->site)
            abort();
        if (config->power)
            check_power(config->power);
        config_free(config);
    }
    close(file);
    try_map(data, size, errors);
    fclose(errors);
    return 0;
}
