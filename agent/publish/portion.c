/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Up by an eighth where it took less than half of the limit, down by half where it took more than all of it;
 * for its time never below a sixty-fourth, for a receiver that does not answer at all says nothing of sizes.
 */
#include "publish/portion.h"

enum { PATIENCE = 64 };

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t half(uint32_t n) {
    return n > 1 ? n / 2 : 1;
}

void portion_init(struct portion *portion, uint32_t first, uint32_t most) {
    *portion = (struct portion){.now = least(first, most), .most = most, .bound = most};
}

static void raise_most(struct portion *portion) {
    if (portion->now < portion->most || portion->most == portion->bound || ++portion->taken < PATIENCE)
        return;
    portion->taken = 0;
    portion->most = portion->most < portion->bound / 2 ? portion->most * 2 : portion->bound;
}

void portion_taken(struct portion *portion, uint32_t sent, int64_t sent_ms, int64_t now_ms,
                   int64_t limit_ms) {
    int64_t took_ms = now_ms - sent_ms;
    if (sent_ms < portion->shrunk_ms)
        return;
    if (took_ms > limit_ms)
        portion_too_slow(portion, sent, now_ms);
    else if (took_ms <= limit_ms / 2 && sent >= half(portion->now)) { /* less proves nothing about more */
        raise_most(portion);
        portion->now = least(portion->now + portion->now / 8 + 1, portion->most);
    }
}

void portion_too_slow(struct portion *portion, uint32_t sent, int64_t now_ms) {
    uint32_t smaller = half(least(sent, portion->now)), floor = least(portion->bound / 64 + 1, portion->most);
    portion->now = smaller > floor ? smaller : floor;
    portion->shrunk_ms = now_ms;
}

void portion_too_large(struct portion *portion, uint32_t sent) {
    portion->taken = 0;
    portion->most = half(least(sent, portion->most));
    portion->now = least(portion->now, portion->most);
}
