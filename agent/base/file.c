/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads regular files to their end with a bound: a pipe or a device named by mistake must not hold the
 * agent up.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { CHUNK = 65536 };

static int read_rest(int file, size_t most, struct text *text) {
    for (size_t total = 0;;) {
        char *end = text_reserve(text, CHUNK);
        if (!end)
            return ERROR_MEMORY;
        ssize_t n = read(file, end, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERROR_SYSTEM;
        end[n] = '\0';
        if (n == 0)
            return 0;
        text->size += (size_t)n;
        total += (size_t)n;
        if (total > most)
            return ERROR_TOO_BIG;
    }
}

int file_read(const char *path, size_t most, struct text *text, mode_t *mode) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM;
    struct stat status;
    int error = fstat(file, &status) == 0 ? 0 : ERROR_SYSTEM;
    if (!error && !S_ISREG(status.st_mode))
        error = ERROR_ARGUMENT;
    if (!error && mode)
        *mode = status.st_mode;
    if (!error)
        error = read_rest(file, most, text);
    int reason = errno;
    close(file);
    errno = reason;
    return error;
}

const char *file_error_text(int error) {
    switch (error) {
    case ERROR_ARGUMENT:
        return "it is no regular file";
    case ERROR_NOT_FOUND:
        return "no such file";
    case ERROR_TOO_BIG:
        return "the file is too big";
    case ERROR_MEMORY:
        return "out of memory";
    default:
        return strerror(errno);
    }
}
