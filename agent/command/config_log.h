/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a configuration, into the log. */
#ifndef HALLWATCH_COMMAND_CONFIG_LOG_H
#define HALLWATCH_COMMAND_CONFIG_LOG_H

#include <stddef.h>

#include "base/log.h"

/* Each line on its own, of the subject "configuration"; returns how many. NULL: none. */
size_t config_log_lines(enum log_level level, const char *lines);

#endif
