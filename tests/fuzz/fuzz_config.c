/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a configuration: config_load ends with a configuration or with mistakes, never otherwise.
 * To be run with tests/fuzz/corpus/config.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/config.h"

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
    fclose(errors);
    return 0;
}
