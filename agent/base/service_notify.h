/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the service manager that started this process how it goes, as sd_notify(3) describes: one datagram to
 * the socket that NOTIFY_SOCKET names. Where nothing is named nobody is told, and nothing here ever waits.
 */
#ifndef HALLWATCH_BASE_SERVICE_NOTIFY_H
#define HALLWATCH_BASE_SERVICE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* Any thread: `format` gives lines of NAME=VALUE, "READY=1\nSTATUS=...". */
void service_notify(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whether there is one to be told. */
bool service_is_managed(void);
/* Within how long the service manager wants to hear WATCHDOG=1 each time (WATCHDOG_USEC); 0: it does not. */
int64_t service_watchdog_ms(void);

#endif
