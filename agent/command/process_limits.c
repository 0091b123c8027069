/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: the default limit of 1024 is too few for a hall. Memory: glibc has an arena for nearly every thread.
 */
#include "command/process_limits.h"

#include <malloc.h>
#include <sys/resource.h>

#include "base/log.h"

enum { ARENAS = 4 };

void raise_descriptor_limit(size_t n_devices) {
    struct rlimit limit;
    rlim_t wanted = n_devices + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        log_write(LOG_WARNING, "agent",
                  "at most %llu open files, %zu devices need up to %llu: raise LimitNOFILE",
                  (unsigned long long)limit.rlim_cur, n_devices, (unsigned long long)wanted);
}

void bound_arenas(void) {
    mallopt(M_ARENA_MAX, ARENAS);
}
