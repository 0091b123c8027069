/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wall clock that can be set without being root: loaded before the C library, it adds to CLOCK_REALTIME as
 * many seconds as the file that SET_CLOCK names says. It is read at every call, so a test sets the clock by
 * writing it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static time_t added_s(void) {
    char text[32] = "";
    const char *path = getenv("SET_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return 0;
    ssize_t n = read(file, text, sizeof(text) - 1);
    close(file);
    return n > 0 ? (time_t)strtoll(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int status = (int)syscall(SYS_clock_gettime, which, now);
    if (status == 0 && which == CLOCK_REALTIME)
        now->tv_sec += added_s();
    return status;
}
