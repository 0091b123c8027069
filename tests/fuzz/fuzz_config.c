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
        if (config->n_devices == 0 || !config->site || !*config->site)
            abort();
        config_free(config);
    }
    close(file);
    try_map(data, size, errors);
    fclose(errors);
    return 0;
}
