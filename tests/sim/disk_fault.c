/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that fails or stalls: loaded before the C library, it comes between a program and its databases
 * (files named *.db, *.db-wal). The file that DISK_FAULT names says what becomes of each write and each
 * flush: "error N" fails them with that errno, "stall N" has each wait for N milliseconds; anything else lets
 * them through.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int is_database(int file) {
    char link[64], path[512];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    if (n < 0)
        return 0;
    path[n] = '\0';
    const char *end = strstr(path, ".db");
    return end && (strcmp(end, ".db") == 0 || strcmp(end, ".db-wal") == 0);
}

/* The number behind the word; 0 where the file says something else. */
static long fault(int file, const char *word) {
    char text[64] = "", said[16] = "";
    long number = 0;
    const char *path = getenv("DISK_FAULT");
    if (!path || !is_database(file))
        return 0;
    int control = open(path, O_RDONLY | O_CLOEXEC);
    if (control < 0)
        return 0;
    ssize_t n = read(control, text, sizeof(text) - 1);
    close(control);
    return n > 0 && sscanf(text, "%15s %ld", said, &number) == 2 && strcmp(said, word) == 0 ? number : 0;
}

static int fails(int file) {
    long error = fault(file, "error");
    if (error)
        errno = (int)error;
    return error != 0;
}

static void stall(int file) {
    long stall_ms = fault(file, "stall");
    struct timespec pause = {.tv_sec = stall_ms / 1000, .tv_nsec = stall_ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
    stall(file);
    return fails(file) ? -1 : syscall(SYS_pwrite64, file, bytes, size, at);
}

static int flush(long number, int file) {
    stall(file);
    return fails(file) ? -1 : (int)syscall(number, file);
}

int fsync(int file) {
    return flush(SYS_fsync, file);
}

int fdatasync(int file) {
    return flush(SYS_fdatasync, file);
}
