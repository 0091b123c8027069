/* SPDX-License-Identifier: Apache-2.0 */
/* The site's alarm rules that change a default one which there is not. */
#ifndef HALLWATCH_COMMAND_RULES_WARN_H
#define HALLWATCH_COMMAND_RULES_WARN_H

#include "model/power.h"

/* Says where each of them is written, and which name was meant. NULL: no power is configured. */
void rules_warn(const struct power_config *power);

#endif
