/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts a name to what the kernel has room for: it refuses longer ones. */
#include "base/thread.h"

#include <pthread.h>
#include <stdio.h>

enum { NAME_BYTES = 16 /* with its end */ };

void thread_set_name(const char *what, const char *which) {
    char name[NAME_BYTES];
    snprintf(name, sizeof(name), "%s%s%s", what, which ? " " : "", which ? which : "");
    pthread_setname_np(pthread_self(), name);
}
