/* SPDX-License-Identifier: Apache-2.0 */
/* The alarms of a status document as incidents: what stands for itself, with what follows from it. Pure. */
#ifndef HALLWATCH_COMMAND_STATUS_INCIDENTS_H
#define HALLWATCH_COMMAND_STATUS_INCIDENTS_H

#include <jansson.h>

#include "base/text.h"

enum { INCIDENTS_MOST = 20 /* shown; the rest is counted */ };

/* A line that counts them, and some for each of the first ones; where there is none that is said. */
void status_add_incidents(const json_t *document, struct text *text);

#endif
