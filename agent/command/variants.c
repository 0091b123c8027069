/* SPDX-License-Identifier: Apache-2.0 */
/* Says what it means that a device's variant is not named, or is none. */
#include "command/variants.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"

enum { NAMED_MOST = 8, VARIANTS_MOST = 32 };

static void list_variants(const struct driver *driver, struct text *list) {
    for (size_t i = 0; driver->variants != NULL && driver->variants[i] != NULL; i++)
        text_add_format(list, "%s%s", i > 0 ? ", " : "", driver->variants[i]);
}

void variants_warn(const struct device_config *devices, size_t n) {
    size_t n_open = 0;
    for (size_t i = 0; i < n; i++) {
        const struct driver *driver = devices[i].driver;
        if (driver == NULL || driver->variants == NULL || devices[i].variant != 0 || n_open++ >= NAMED_MOST)
            continue;
        struct text list = {0};
        list_variants(driver, &list);
        log_write(LOG_WARNING, devices[i].name,
                  "no variant of driver %s is named: only what all of them share is read; known: %s",
                  driver->name, list.data != NULL ? list.data : "");
        text_done(&list);
    }
    if (n_open > NAMED_MOST)
        log_write(LOG_WARNING, "agent", "%zu more devices of drivers with variants name none",
                  n_open - NAMED_MOST);
}

bool variants_find(const struct driver *driver, const char *name, uint32_t *variant) {
    struct text list = {0};
    for (size_t i = 0; driver->variants != NULL && i < VARIANTS_MOST && driver->variants[i] != NULL; i++) {
        *variant = (uint32_t)1 << i;
        if (strcmp(driver->variants[i], name) == 0)
            return true;
    }
    list_variants(driver, &list);
    log_write(LOG_ERROR, name, "no such variant of driver %s; %s%s", driver->name,
              list.data != NULL ? "known: " : "it has none", list.data != NULL ? list.data : "");
    text_done(&list);
    return false;
}
