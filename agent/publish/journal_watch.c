/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is looked at by its size and number, and read on from where it was. A line counts when its end is
 * there: whoever writes the next one ends what broke off before.
 */
#include "publish/journal_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

enum { CHUNK = 16384, SAID_MOST = 10 /* garbled lines, each by itself */ };

struct journal_watch {
    char path[PATH_MAX];
    uint64_t done; /* up to there an agent before has read: of that only who is out of service counts */
    uint64_t at;   /* read up to here, but for the line that has no end yet */
    uint64_t line; /* number of that */
    ino_t number;  /* of the file; 0: it was not there yet */
    struct text pending;
    bool is_too_long; /* the line in `pending` */
    struct maintenance before;
    uint64_t garbled;
    struct complaint trouble, garble;
};

int journal_watch_new(const char *folder, uint64_t done, struct journal_watch **made) {
    struct journal_watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return ERROR_MEMORY;
    snprintf(watch->path, sizeof(watch->path), "%s/" JOURNAL_FILE, folder);
    watch->done = done;
    watch->line = 1;
    *made = watch;
    return 0;
}

void journal_watch_free(struct journal_watch *watch) {
    if (!watch)
        return;
    text_done(&watch->pending);
    maintenance_done(&watch->before);
    free(watch);
}

static void say_garbled(struct journal_watch *watch, const char *why) {
    if (watch->garbled++ < SAID_MOST)
        log_write(LOG_WARNING, "operators", "%s:%" PRIu64 ": the line is passed over: %s", watch->path,
                  watch->line, why);
    else
        log_complain(&watch->garble, clock_monotonic_ms(), "operators",
                     "%s: more lines cannot be read, of %" PRIu64 " in all", watch->path, watch->garbled);
}

/* Who is out of service by what was ordered before, and still is. */
static void hand_over_before(struct journal_watch *watch, journal_watch_take *take, void *context) {
    maintenance_expire(&watch->before, clock_wall_ms());
    for (size_t i = 0; i < watch->before.n; i++)
        take(context, &watch->before.orders[i]);
    maintenance_done(&watch->before);
}

static void take_line(struct journal_watch *watch, const struct journal_order *order,
                      journal_watch_take *take, void *context) {
    if (watch->at > watch->done) {
        hand_over_before(watch, take, context);
        take(context, order);
    } else if (!maintenance_take(&watch->before, order)) {
        say_garbled(watch, "too many nodes are out of service");
    }
}

static void end_line(struct journal_watch *watch, journal_watch_take *take, void *context) {
    const char *line = watch->pending.data ? watch->pending.data : "";
    struct journal_order order;
    const char *why = watch->is_too_long ? "it is too long" : NULL;
    if (!why && watch->pending.size > 0)
        why = journal_parse(line, watch->pending.size, &order);
    if (why)
        say_garbled(watch, why);
    else if (watch->pending.size > 0)
        take_line(watch, &order, take, context);
    watch->line++;
    watch->is_too_long = false;
    text_clear(&watch->pending);
}

/* A part of a line without its end. */
static void add(struct journal_watch *watch, const char *bytes, size_t n) {
    watch->is_too_long = watch->is_too_long || watch->pending.size + n > JOURNAL_LINE_MOST;
    if (!watch->is_too_long)
        text_add(&watch->pending, bytes, n);
    watch->is_too_long = watch->is_too_long || watch->pending.failed;
}

static void feed(struct journal_watch *watch, const char *bytes, size_t n, journal_watch_take *take,
                 void *context) {
    for (size_t i = 0; i < n;) {
        const char *end = memchr(bytes + i, '\n', n - i);
        size_t size = end ? (size_t)(end - bytes) - i : n - i;
        add(watch, bytes + i, size);
        watch->at += size + (end != NULL);
        if (end)
            end_line(watch, take, context);
        i += size + (end != NULL);
    }
}

static void begin_anew(struct journal_watch *watch, const struct stat *found) {
    bool was_cut = watch->number != 0 || (uint64_t)found->st_size < watch->done;
    if (was_cut)
        log_write(LOG_WARNING, "operators", "%s is another file now, or was cut: it is read from its begin",
                  watch->path);
    if (was_cut)
        watch->done = 0;
    watch->at = 0;
    watch->line = 1;
    watch->number = found->st_ino;
    watch->is_too_long = false;
    text_clear(&watch->pending);
}

static int read_on(struct journal_watch *watch, int file, journal_watch_take *take, void *context) {
    char bytes[CHUNK];
    for (;;) {
        ssize_t n = pread(file, bytes, sizeof(bytes), (off_t)watch->at);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return ERROR_SYSTEM;
        if (n > 0)
            feed(watch, bytes, (size_t)n, take, context);
    }
}

/* 0, ERROR_NOT_FOUND or ERROR_SYSTEM. */
static int look(struct journal_watch *watch, journal_watch_take *take, void *context) {
    struct stat found;
    if (stat(watch->path, &found) != 0)
        return errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM;
    if (found.st_ino == watch->number && (uint64_t)found.st_size == watch->at)
        return 0;
    int file = open(watch->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return ERROR_SYSTEM;
    int error = fstat(file, &found) == 0 ? 0 : ERROR_SYSTEM;
    if (!error && !S_ISREG(found.st_mode)) {
        errno = EINVAL;
        error = ERROR_SYSTEM;
    }
    if (!error && (found.st_ino != watch->number || (uint64_t)found.st_size < watch->at))
        begin_anew(watch, &found);
    if (!error)
        error = read_on(watch, file, take, context);
    int reason = errno;
    close(file);
    errno = reason;
    return error;
}

uint64_t journal_watch_look(struct journal_watch *watch, journal_watch_take *take, void *context) {
    int64_t now_ms = clock_monotonic_ms();
    int error = look(watch, take, context);
    if (error == ERROR_SYSTEM) {
        log_complain(&watch->trouble, now_ms, "operators", "%s cannot be read: %s", watch->path,
                     strerror(errno));
        return watch->at;
    }
    hand_over_before(watch, take, context);
    log_relieve(&watch->trouble, now_ms, "operators", "%s is read again", watch->path);
    return watch->at;
}
