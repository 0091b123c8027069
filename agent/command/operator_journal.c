/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is only ever added to, under a lock of its own: one line, whole, and on the disk before anybody is
 * told so. What broke off before is ended first, so that it costs no line but itself.
 */
#include "command/operator_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "command/command.h"

enum { JOURNAL_MOST = 256 << 20 };

static int say(const char *command, const char *what, const char *why, int status) {
    fprintf(stderr, "hallwatch %s: %s: %s\n", command, what, why);
    return status;
}

int operator_config_load(const char *command, const char *path, const char *gateway,
                         struct site_config **config) {
    path = path ? path : SERVICE_CONFIG;
    if (config_load_without_secrets(path, gateway, stderr, config) != 0)
        return STATUS_USAGE;
    if ((*config)->spool.folder)
        return STATUS_OK;
    config_free(*config);
    return say(command, path, "spool.folder is missing: without it there is no journal", STATUS_USAGE);
}

int operator_order_fill(const char *command, struct journal_order *order, const char *of, const char *by,
                        const char *why) {
    const struct {
        const char *name, *value;
        size_t most;
        char *to;
    } texts[] = {{"the name", of, ORDER_NAME_MOST, order->of},
                 {"--by", by, ORDER_NAME_MOST, order->by},
                 {"--why", why, ORDER_WHY_MOST, order->why}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *wrong = texts[i].value ? journal_why_not(texts[i].value, texts[i].most) : "is missing";
        if (wrong)
            return say(command, texts[i].name, wrong, STATUS_USAGE);
        strcpy(texts[i].to, texts[i].value);
    }
    order->time_ms = clock_wall_ms();
    order->uid = (uint32_t)getuid();
    return STATUS_OK;
}

/* What root makes is the agent's, who owns the folder: it must be able to read it. */
static void give_to_owner(const char *folder, int file) {
    struct stat owner;
    if (geteuid() == 0 && stat(folder, &owner) == 0 && fchown(file, owner.st_uid, owner.st_gid) != 0)
        fprintf(stderr, "hallwatch: the journal stays root's: %s\n", strerror(errno));
}

static int write_whole(int file, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t n = write(file, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes += n;
        size -= (size_t)n;
    }
    return fsync(file);
}

/* Under the lock. 0 or -1 with errno; then the file is as it was. */
static int add_line(int file, const struct text *line) {
    struct stat before;
    char last = '\n';
    if (fstat(file, &before) != 0)
        return -1;
    if (before.st_size > 0 && pread(file, &last, 1, before.st_size - 1) != 1)
        return -1;
    int failed = last == '\n' ? 0 : write_whole(file, "\n", 1);
    if (!failed)
        failed = write_whole(file, line->data, line->size);
    int reason = errno;
    if (failed && ftruncate(file, before.st_size) != 0)
        reason = errno;
    errno = reason;
    return failed;
}

static int add(const char *folder, const char *path, const struct text *line) {
    struct stat found;
    int file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0660);
    if (file < 0)
        return -1;
    int failed = flock(file, LOCK_EX);
    if (!failed && fstat(file, &found) == 0 && !S_ISREG(found.st_mode)) {
        errno = EINVAL;
        failed = -1;
    }
    if (!failed && found.st_size == 0)
        give_to_owner(folder, file);
    if (!failed)
        failed = add_line(file, line);
    int reason = errno;
    close(file);
    errno = reason;
    return failed;
}

int operator_journal_add(const char *command, const char *folder, const struct journal_order *order) {
    struct text line = {0};
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, folder);
    journal_write(order, &line);
    int failed = line.failed ? -1 : add(folder, path, &line);
    int reason = line.failed ? ENOMEM : errno;
    text_done(&line);
    return failed ? say(command, path, strerror(reason), STATUS_FAILED) : STATUS_OK;
}

int operator_journal_read(const char *command, const char *folder, int64_t now_ms,
                          struct maintenance *maintenance) {
    struct text text = {0};
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, folder);
    int error = file_read(path, JOURNAL_MOST, &text, NULL);
    const char *reason = error ? file_error_text(error) : NULL;
    for (size_t at = 0; !error && at < text.size;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        size_t size = end ? (size_t)(end - text.data) - at : text.size - at;
        struct journal_order order;
        if (journal_parse(text.data + at, size, &order) == NULL)
            maintenance_take(maintenance, &order);
        at += size + 1;
    }
    text_done(&text);
    maintenance_expire(maintenance, now_ms);
    bool is_there = access(path, F_OK) == 0 || errno != ENOENT;
    return error && is_there ? say(command, path, reason, STATUS_FAILED) : STATUS_OK;
}
