/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines to standard error, safe from every thread, and the complaint: ongoing trouble is said once,
 * then at growing intervals, then one all-clear with its duration. Secrets are never passed here.
 */
#ifndef HALLWATCH_BASE_LOG_H
#define HALLWATCH_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE };

/*
 * One line: level, subject (a device, a sink, "agent"), text. Control characters in it are written as
 * \xNN.
 */
void log_write(enum log_level level, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Ongoing trouble of one subject. Zeroed = no trouble. Owned by one thread. */
struct complaint {
    int64_t since_ms, next_ms; /* monotonic */
    uint32_t interval_s, times;
};

/* Says the trouble when it is new or its interval (10 s, doubling to 1 h) has passed; counts it otherwise. */
void log_complain(struct complaint *complaint, int64_t now_ms, const char *subject, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Says once that the trouble is over and how long it lasted; nothing where there was none. */
void log_relieve(struct complaint *complaint, int64_t now_ms, const char *subject, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
