/* SPDX-License-Identifier: Apache-2.0 */
/* Locks and names of files. What is in them is the store's affair. */
#include "publish/spool/spool_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

const char *spool_file_name(enum spool_kind kind) {
    return kind == SPOOL_URGENT ? "alarms" : "readings";
}

int spool_file_lock(const char *folder, const char *name, int *lock) {
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s.lock", folder, name);
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return ERROR_SYSTEM;
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (*lock < 0)
        return ERROR_SYSTEM;
    return flock(*lock, LOCK_EX | LOCK_NB) == 0 ? 0 : ERROR_BUSY;
}

/* -1: there is none. */
static int64_t size_of(const char *path, const char *end) {
    char name[PATH_MAX];
    struct stat found;
    snprintf(name, sizeof(name), "%s%s", path, end);
    return stat(name, &found) == 0 ? (int64_t)found.st_size : -1;
}

const char *spool_file_fault(const char *path) {
    int64_t size = size_of(path, "");
    if (size <= 0 && size_of(path, "-wal") > 0)
        return "it is gone or empty, and only its log is left";
    return size == 0 ? "it is empty" : NULL;
}

static const char *const ends[] = {"", "-wal", "-shm"};

int spool_file_remove(const char *path) {
    char name[PATH_MAX];
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", path, ends[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            return ERROR_SYSTEM;
    }
    return 0;
}

int spool_file_set_aside(const char *path, const char *why) {
    char from[PATH_MAX], to[PATH_MAX + 32];
    int64_t now_ms = clock_wall_ms();
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(from, sizeof(from), "%s%s", path, ends[i]);
        snprintf(to, sizeof(to), "%s.corrupt-%" PRId64 "%s", path, now_ms, ends[i]);
        if (rename(from, to) != 0 && errno != ENOENT)
            return ERROR_SYSTEM;
    }
    log_write(LOG_ERROR, "spool", "%s cannot be used (%s); it is kept as %s.corrupt-%" PRId64, path, why,
              path, now_ms);
    return 0;
}
