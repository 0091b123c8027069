/* SPDX-License-Identifier: Apache-2.0 */
/* One deadline per sender for its own second; then a queue for the share that all have together. */
#include "acquire/trap_pace.h"

enum { POLL_COST_MS = 1000 / TRAP_POLLS_PER_SECOND, SPENT_MOST_MS = 1000 };

void trap_pace_init(struct trap_pace *pace, int64_t now_ms) {
    *pace = (struct trap_pace){.share_ms = now_ms};
    pace->ready_end = &pace->ready;
    deadline_wheel_init(&pace->wheel, now_ms);
}

/* Takes a poll from what all may have. */
static bool spend(struct trap_pace *pace, int64_t now_ms) {
    pace->spent_ms -= now_ms - pace->share_ms;
    pace->share_ms = now_ms;
    if (pace->spent_ms < 0)
        pace->spent_ms = 0;
    if (pace->spent_ms + POLL_COST_MS > SPENT_MOST_MS)
        return false;
    pace->spent_ms += POLL_COST_MS;
    return true;
}

static void go(struct trap_turn *turn, int64_t now_ms) {
    turn->waits = false;
    turn->next_ms = now_ms + TRAP_PAUSE_MS;
}

static void line_up(struct trap_pace *pace, struct trap_turn *turn) {
    turn->next = NULL;
    turn->place = pace->ready_end;
    *pace->ready_end = turn;
    pace->ready_end = &turn->next;
}

static void step_out(struct trap_pace *pace, struct trap_turn *turn) {
    *turn->place = turn->next;
    if (turn->next)
        turn->next->place = turn->place;
    else
        pace->ready_end = turn->place;
    turn->place = NULL;
}

bool trap_pace_ask(struct trap_pace *pace, struct trap_turn *turn, int64_t now_ms) {
    if (turn->waits)
        return false;
    bool early = now_ms < turn->next_ms;
    if (!early && !pace->ready && spend(pace, now_ms)) {
        go(turn, now_ms);
        return true;
    }
    turn->waits = true;
    turn->deadline.owner = turn;
    if (early)
        deadline_set(&pace->wheel, &turn->deadline, turn->next_ms);
    else
        line_up(pace, turn);
    return false;
}

struct trap_turn *trap_pace_due(struct trap_pace *pace, int64_t now_ms) {
    struct trap_turn *turn;
    while ((turn = deadline_due(&pace->wheel, now_ms)) != NULL)
        line_up(pace, turn);
    turn = pace->ready;
    if (!turn || !spend(pace, now_ms))
        return NULL;
    step_out(pace, turn);
    go(turn, now_ms);
    return turn;
}

void trap_pace_forget(struct trap_pace *pace, struct trap_turn *turn) {
    deadline_remove(&turn->deadline);
    if (turn->place)
        step_out(pace, turn);
    *turn = (struct trap_turn){0};
}
