/* SPDX-License-Identifier: Apache-2.0 */
/* Takes lines apart. */
#include "command/config_log.h"

#include <string.h>

size_t config_log_lines(enum log_level level, const char *lines) {
    size_t n = 0;
    while (lines && *lines) {
        size_t size = strcspn(lines, "\n");
        log_write(level, "configuration", "%.*s", (int)size, lines);
        lines += size + (lines[size] == '\n');
        n++;
    }
    return n;
}
