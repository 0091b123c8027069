/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the hall's power and cooling stand as a whole: what an operator looks for first (power.md section 7).
 * Written by the judge once a pass, looked at by the status socket. A lock of its own is held for one change
 * or one look.
 */
#ifndef HALLWATCH_MODEL_POWER_BOARD_H
#define HALLWATCH_MODEL_POWER_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the nodes with a redundancy rule, by what became of it. */
struct power_redundancy_counts {
    uint32_t kept, lost, planned, unknown;
    const char *first_lost; /* a node; NULL: none */
};

enum { POWER_OUT_MOST = 16 };

/* A node out of service: until when (wall clock), who said so and why. */
struct power_out {
    const char *node, *by, *why;
    int64_t until_ms;
};

struct power_summary {
    int64_t time_ms; /* wall clock */
    uint32_t n_nodes, n_dead, n_on_battery, n_undetermined;
    struct power_redundancy_counts power, cooling;
    /* The single loss that leaves the least; lost NULL: none is rated, or nothing is known yet. */
    struct {
        const char *lost, *worst; /* what is lost, and the node that has the least headroom then */
        double headroom;          /* share of what is usable; negative: exceeded */
        double headroom_watts;    /* NAN: not known */
        uint32_t n_exceeded, n_dropped,
            n_exceeding_losses; /* the latter: single losses that exceed anything */
        double dropped_watts;
        bool is_lower_bound;
    } loss;
    /* contract_watts 0: none. Others NAN where they are not known. */
    struct {
        double contract_watts, forecast_watts, last_watts, month_peak_watts;
        uint32_t left_s; /* of the block */
        bool is_estimated, is_partial;
    } demand;
    /* Of the loads' expected power: shares, together 1; NAN: there are no inputs. */
    double measured, held, unknown;
    uint32_t n_unknown;                   /* nodes of which nothing is known */
    struct power_out out[POWER_OUT_MOST]; /* the first ones */
    uint32_t n_out;
};

struct power_board;

struct power_board *power_board_new(void);        /* NULL when out of memory */
void power_board_free(struct power_board *board); /* NULL is fine */

/* Puts a copy, texts included, in the place of the one before. 0 or ERROR_MEMORY: that one stays. */
int power_board_put(struct power_board *board, const struct power_summary *summary);
/* There is no power section any more. */
void power_board_clear(struct power_board *board);

typedef void power_board_look(void *context, const struct power_summary *summary);
/* Shows it, valid during the call only; false where there is none. */
bool power_board_show(struct power_board *board, power_board_look *look, void *context);

#endif
