/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes log lines to standard error, each with one write so that lines of several threads never mix. What
 * to say and to whom it belongs is the caller's; how often ongoing trouble is said is decided here.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"

enum { FIRST_INTERVAL_S = 10, LONGEST_INTERVAL_S = 3600, LINE_MOST = 4096 };

static const char *const words[] = {"ERROR", "WARNING", "NOTICE"};

static void write_all(const char *data, size_t size) {
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, data, size);
        if (written <= 0)
            return; /* There is nowhere left to say it. */
        data += written;
        size -= (size_t)written;
    }
}

static void write_line(enum log_level level, const char *subject, const char *text) {
    struct text line = {0};
    text_add_format(&line, "%s ", words[level]);
    text_add_printable(&line, subject);
    text_add_string(&line, ": ");
    text_add_printable(&line, text);
    text_add_char(&line, '\n');
    if (!line.failed)
        write_all(line.data, line.size);
    text_done(&line);
}

void log_write(enum log_level level, const char *subject, const char *format, ...) {
    char text[LINE_MOST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    write_line(level, subject, text);
}

/* "45 s", "12 min", "3 h": how long trouble has lasted, as coarse as people say it. */
static void write_span(int64_t span_ms, char *text, size_t size) {
    long long seconds = span_ms / 1000;
    if (seconds < 120)
        snprintf(text, size, "%lld s", seconds);
    else if (seconds < 7200)
        snprintf(text, size, "%lld min", seconds / 60);
    else
        snprintf(text, size, "%lld h", seconds / 3600);
}

void log_complain(struct complaint *complaint, int64_t now_ms, const char *subject, const char *format, ...) {
    bool fresh = complaint->times == 0;
    if (complaint->times < UINT32_MAX)
        complaint->times++;
    if (!fresh && now_ms < complaint->next_ms)
        return;
    if (fresh) {
        complaint->since_ms = now_ms;
        complaint->interval_s = FIRST_INTERVAL_S;
    } else {
        complaint->interval_s *= 2;
        if (complaint->interval_s > LONGEST_INTERVAL_S)
            complaint->interval_s = LONGEST_INTERVAL_S;
    }
    complaint->next_ms = now_ms + (int64_t)complaint->interval_s * 1000;

    char text[LINE_MOST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (fresh) {
        write_line(LOG_WARNING, subject, text);
        return;
    }
    char span[32];
    write_span(now_ms - complaint->since_ms, span, sizeof(span));
    log_write(LOG_WARNING, subject, "%s (for %s, %u times)", text, span, complaint->times);
}

void log_relieve(struct complaint *complaint, int64_t now_ms, const char *subject, const char *format, ...) {
    if (complaint->times == 0)
        return;
    char text[LINE_MOST], span[32];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    write_span(now_ms - complaint->since_ms, span, sizeof(span));
    log_write(LOG_NOTICE, subject, "%s (after %s)", text, span);
    *complaint = (struct complaint){0};
}
