/* SPDX-License-Identifier: Apache-2.0 */
/* Two words to glibc's allocator. */
#include "base/memory.h"

#include <malloc.h>

enum { ARENAS = 4 };

void memory_bound_arenas(void) {
    mallopt(M_ARENA_MAX, ARENAS);
}

void memory_give_back(void) {
    malloc_trim(0);
}
