/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

double process_resident_bytes(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return (double)NAN;
    int n = fscanf(file, "%*u %lu", &pages);
    fclose(file);
    return n == 1 ? (double)pages * (double)sysconf(_SC_PAGESIZE) : (double)NAN;
}

double process_cpu_s(void) {
    struct timespec time;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0)
        return (double)NAN;
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
