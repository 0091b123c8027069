/* SPDX-License-Identifier: Apache-2.0 */
/* What a driver's tables say, for people and for scripts. Only `hallwatch drivers NAME` uses it. */
#ifndef HALLWATCH_COMMAND_DRIVER_PAGE_H
#define HALLWATCH_COMMAND_DRIVER_PAGE_H

#include <stdio.h>

#include "drivers/driver.h"

/* "SNMP", "Modbus". */
const char *driver_protocol_text(const struct driver *driver);
/* "recording": one of a real device confirms it; "manual": the manual only; "site": the site describes it. */
const char *driver_evidence_text(const struct driver *driver);

/* Models, protocol, recognition, sources and a table of all points. */
void driver_page_print(const struct driver *driver, FILE *out);
/* One JSON object per point and line. */
void driver_page_print_json(const struct driver *driver, FILE *out);

#endif
