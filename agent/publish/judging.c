/* SPDX-License-Identifier: Apache-2.0 */
/* Whose turn it is to judge, and its clocks. */
#include "publish/judging.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/time_zone.h"
#include "judge/judge_summary.h"

struct judging {
    struct alarm_board *board;
    struct power_board *power; /* NULL: nobody looks */
    struct state_store *store;
    struct maintenance maintenance; /* what operators have ordered and still holds */
    _Atomic(struct site_config *)
        next;                   /* one reference: it takes the place of the one in force; NULL: none does */
    struct site_config *config; /* the one in force */
    struct judge *judge;        /* NULL: it has no power section */
    struct time_zone *zone;     /* NULL: UTC */
    uint32_t generations;
    int64_t due_ms, keep_due_ms; /* monotonic */
    /* The one before, while it takes leave. */
    struct judge *leaving;
    struct site_config *leaving_config;
};

static struct judge_time now(const struct judging *judging) {
    int64_t wall_ms = clock_wall_ms();
    return (struct judge_time){
        .wall_ms = wall_ms,
        .monotonic_ms = clock_monotonic_ms(),
        .zone_offset_s = judging->zone ? time_zone_offset(judging->zone, wall_ms / 1000) : 0,
    };
}

/* --- another configuration --- */

struct handing_over {
    struct judge *to;
    struct judge_time time;
};

static void hand_over_alarm(void *context, const struct alarm_record *record) {
    struct handing_over *over = context;
    judge_restore(over->to, record, &over->time);
}

static void hand_over_figure(void *context, const char *key, double value) {
    struct handing_over *over = context;
    judge_restore_figure(over->to, key, value);
}

static void set_out(struct judge *judge, const struct journal_order *order, const struct judge_time *time) {
    judge_set_out(judge, order->of, order->until_ms, order->by, order->why, time);
}

static void copy_alarm(void *context, const struct alarm_record *record) {
    struct alarm_board *copy = context;
    if (alarm_board_put(copy, record) != 0)
        log_write(LOG_ERROR, "judge", "alarm %s is judged anew after a reload: %s", record->id,
                  error_word(ERROR_MEMORY));
}

/* By way of a copy: what is handed over goes on the board again, which nobody may be looking at then. */
static void hand_over_alarms(struct alarm_board *board, struct handing_over *over) {
    struct alarm_board *copy = alarm_board_new();
    if (!copy)
        return;
    alarm_board_show(board, 0, copy_alarm, copy);
    alarm_board_show(copy, 0, hand_over_alarm, over);
    alarm_board_free(copy);
}

/* Alarms that stand, what was counted and who is out of service are the new judge's. */
static void hand_over(struct judging *judging, const struct judge *from, struct judge *to) {
    struct handing_over over = {to, now(judging)};
    hand_over_alarms(judging->board, &over);
    judge_list_figures(from, hand_over_figure, &over);
    for (size_t i = 0; i < judging->maintenance.n; i++)
        set_out(to, &judging->maintenance.orders[i], &over.time);
}

static int make_judge(struct judging *judging, const struct site_config *config, struct judge **judge) {
    *judge = NULL;
    if (!config->power)
        return 0;
    return judge_new(config, judging->board, ++judging->generations, judge);
}

static void load_zone(struct judging *judging) {
    time_zone_free(judging->zone);
    judging->zone = NULL;
    if (judging->config->power && time_zone_load(judging->config->power->time_zone, &judging->zone) != 0)
        log_write(LOG_ERROR, "judge", "time zone %s cannot be read any more: budgets go by UTC",
                  judging->config->power->time_zone);
}

static void end_leaving(struct judging *judging) {
    judge_free(judging->leaving);
    config_free(judging->leaving_config);
    judging->leaving = NULL;
    judging->leaving_config = NULL;
}

/* Takes the reference over. Without memory the judge goes on by the configuration before. */
static void exchange(struct judging *judging, struct site_config *config) {
    struct judge *judge;
    if (make_judge(judging, config, &judge) != 0) {
        log_write(LOG_ERROR, "judge", "goes on by the configuration before: %s", error_word(ERROR_MEMORY));
        config_free(config);
        return;
    }
    end_leaving(judging);
    judging->leaving = judging->judge;
    judging->leaving_config = judging->config;
    judging->judge = judge;
    judging->config = config;
    if (judging->leaving)
        judge_leave(judging->leaving);
    if (judging->leaving && judge)
        hand_over(judging, judging->leaving, judge);
    load_zone(judging);
    if (judging->power && !judge)
        power_board_clear(judging->power);
}

/* --- life --- */

static void restore(struct judging *judging) {
    struct handing_over over = {judging->judge, now(judging)};
    state_store_list_alarms(judging->store, hand_over_alarm, &over);
    state_store_list_figures(judging->store, hand_over_figure, &over);
}

int judging_new(struct site_config *config, struct alarm_board *board, struct state_store *store,
                struct judging **judging) {
    struct judging *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->board = board;
    new->store = store;
    new->config = config_hold(config);
    if (make_judge(new, config, &new->judge) != 0) {
        judging_free(new);
        return ERROR_MEMORY;
    }
    load_zone(new);
    if (new->judge)
        restore(new);
    *judging = new;
    return 0;
}

void judging_free(struct judging *judging) {
    if (!judging)
        return;
    end_leaving(judging);
    judge_free(judging->judge);
    config_free(judging->config);
    config_free(atomic_load(&judging->next));
    time_zone_free(judging->zone);
    maintenance_done(&judging->maintenance);
    free(judging);
}

void judging_set_power_board(struct judging *judging, struct power_board *power) {
    judging->power = power;
}

void judging_set_config(struct judging *judging, struct site_config *config) {
    config_free(atomic_exchange(&judging->next, config_hold(config)));
}

/* --- at work --- */

enum { KEEP_MS = 30000 /* how often figures are given to the store */ };

static void obey(struct judging *judging, const struct journal_order *order, const struct judge_time *time) {
    bool is_known =
        order->kind == ORDER_RESET
            ? judge_reset(judging->judge, order->of, order->by, order->why, time)
            : judge_set_out(judging->judge, order->of, order->until_ms, order->by, order->why, time);
    if (!is_known)
        log_write(LOG_WARNING, "judge", "%s orders %s: there is no such %s", order->by, order->of,
                  order->kind == ORDER_RESET ? "alarm that latches and has returned" : "node");
}

/* What ended counts as ordered now: its time is over. */
static void obey_all(struct judging *judging, const struct judge_time *time) {
    struct journal_order order;
    while (state_store_next_order(judging->store, &order)) {
        if (order.kind != ORDER_RESET && !maintenance_take(&judging->maintenance, &order))
            log_write(LOG_ERROR, "judge", "%s is not taken out of service after a reload: %s", order.of,
                      error_word(ERROR_MEMORY));
        obey(judging, &order, time);
    }
    for (size_t i = 0; i < judging->maintenance.n; i++) {
        const struct journal_order *out = &judging->maintenance.orders[i];
        if (out->until_ms <= time->wall_ms)
            judge_set_out(judging->judge, out->of, 0, out->by, out->why, time);
    }
    maintenance_expire(&judging->maintenance, time->wall_ms);
}

static void keep_figure(void *context, const char *key, double value) {
    state_store_put_figure(context, key, value);
}

void judging_take(struct judging *judging, const struct batch *batch) {
    struct judge_time time = now(judging);
    if (judging->judge)
        judge_take(judging->judge, batch, &time);
}

int64_t judging_due_ms(const struct judging *judging) {
    return judging->due_ms;
}

/* Without memory the summary before stays. */
static void summarize(struct judging *judging, const struct judge_time *time) {
    struct power_summary summary;
    judge_summarize(judge_look(judging->judge), time, &summary);
    for (size_t i = 0; i < judging->maintenance.n; i++) {
        const struct journal_order *order = &judging->maintenance.orders[i];
        if (order->kind != ORDER_MAINTAIN || order->until_ms <= time->wall_ms)
            continue;
        if (summary.n_out < POWER_OUT_MOST)
            summary.out[summary.n_out] =
                (struct power_out){order->of, order->by, order->why, order->until_ms};
        summary.n_out++;
    }
    power_board_put(judging->power, &summary);
}

void judging_tick(struct judging *judging) {
    struct site_config *next = atomic_exchange(&judging->next, NULL);
    if (next)
        exchange(judging, next);
    struct judge_time time = now(judging);
    judging->due_ms = time.monotonic_ms + JUDGE_TICK_MS;
    if (!judging->judge)
        return;
    obey_all(judging, &time);
    if (time.monotonic_ms >= judging->keep_due_ms) {
        judge_list_figures(judging->judge, keep_figure, judging->store);
        judging->keep_due_ms = time.monotonic_ms + KEEP_MS;
    }
    int64_t began_us = clock_monotonic_us();
    bool has_passed = judge_tick(judging->judge, &time);
    double took_s = (double)(clock_monotonic_us() - began_us) / 1e6;
    judge_note_durations(judging->judge, has_passed ? 0 : took_s, has_passed ? took_s : 0);
    if (has_passed && judging->power)
        summarize(judging, &time);
}

struct batch *judging_next_batch(struct judging *judging) {
    struct batch *batch = judging->leaving ? judge_next_batch(judging->leaving) : NULL;
    if (batch)
        return batch;
    if (judging->leaving) {
        end_leaving(judging);
        memory_give_back();
    }
    return judging->judge ? judge_next_batch(judging->judge) : NULL;
}
