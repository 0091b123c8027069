/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first endpoint is tried once more after a minute, then at growing intervals: while it does not answer,
 * each attempt keeps readings waiting.
 */
#include "publish/endpoints.h"

enum { FAILURES_MOST = 2, FIRST_PAUSE_MS = 60000, LONGEST_PAUSE_MS = 10 * 60000 };
enum { SHORT_MS = 5000 /* the first one is left after one failure where it wants no request for longer */ };

size_t endpoints_choose(struct endpoints *endpoints, int64_t now_ms) {
    if (endpoints->current != 0 && now_ms >= endpoints->first_again_ms) {
        endpoints->current = 0;
        endpoints->failures = FAILURES_MOST - 1; /* one more is enough */
    }
    return endpoints->current;
}

bool endpoints_succeed(struct endpoints *endpoints) {
    bool has_moved = endpoints->current != endpoints->last_good;
    endpoints->last_good = endpoints->current;
    endpoints->failures = 0;
    if (endpoints->current == 0)
        endpoints->pause_ms = 0;
    return has_moved;
}

bool endpoints_fail(struct endpoints *endpoints, int64_t now_ms, int64_t retry_ms) {
    if (endpoints->current == 0)
        endpoints->spared_ms = now_ms + retry_ms;
    bool is_left = endpoints->current == 0 && retry_ms > SHORT_MS;
    if (endpoints->n < 2 || (++endpoints->failures < FAILURES_MOST && !is_left))
        return false;
    endpoints->failures = 0;
    endpoints->current = (endpoints->current + 1) % endpoints->n;
    if (endpoints->current == 0) { /* none is of use: no haste */
        endpoints->current = now_ms < endpoints->spared_ms;
        return false;
    }
    if (endpoints->current > 1)
        return true;
    endpoints->pause_ms = endpoints->pause_ms == 0 ? FIRST_PAUSE_MS : endpoints->pause_ms * 2;
    if (endpoints->pause_ms > LONGEST_PAUSE_MS)
        endpoints->pause_ms = LONGEST_PAUSE_MS;
    endpoints->first_again_ms = now_ms + (endpoints->pause_ms > retry_ms ? endpoints->pause_ms : retry_ms);
    return true;
}
