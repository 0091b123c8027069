/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alarms under test: a plant, its devices as they are configured, figures of its nodes that the test writes,
 * and a log of what was raised and ended, in order. Aborts when out of memory.
 */
#ifndef HALLWATCH_TESTS_SIM_ALARM_DESK_H
#define HALLWATCH_TESTS_SIM_ALARM_DESK_H

#include "judge/alarms.h"
#include "tests/sim/plant.h"

enum { DESK_EVENTS_MOST = 4096 };

struct desk_event {
    char id[48], rule[40], subject[60];
    uint8_t state, priority;
};

struct desk {
    struct plant plant;
    struct site_config config;
    struct device_config configs[PLANT_DEVICES_MOST];
    struct alarm_board *board;
    struct alarms *alarms;
    struct judged judged;
    struct node_sum sums[PLANT_NODES_MOST];
    struct node_present present[PLANT_NODES_MOST];
    uint8_t supply[PLANT_NODES_MOST];
    float carries[4 * PLANT_NODES_MOST];
    struct node_load loads[PLANT_NODES_MOST];
    struct usable usable[PLANT_NODES_MOST];
    double ratio[PLANT_NODES_MOST];
    struct budget_state budgets[PLANT_NODES_MOST];
    struct trip_time trips[PLANT_NODES_MOST];
    struct judge_time time;
    uint64_t seen; /* of the board */
    struct desk_event events[DESK_EVENTS_MOST];
    size_t n_events;
};

struct desk *desk_new(void);
void desk_free(struct desk *desk);
/* A device of the configuration, asked every 5 s. `at`: "hall/row/rack/feed" or "". Its number. */
uint32_t desk_device(struct desk *desk, enum device_class class, const char *name, const char *at,
                     const struct series *series, size_t n);
/* All nodes and devices are there: figures of nodes begin unknown, all live. */
void desk_open(struct desk *desk);
/* As after a restart: new alarms on the same plant, with what the board had. */
void desk_restart(struct desk *desk);

/* The device says these values; NAN: not this one. */
void desk_say(struct desk *desk, uint32_t device, const double *values);
void desk_say_badly(struct desk *desk, uint32_t device, enum quality quality);
/* Time goes on, in ticks of 20 ms (100 ms where it is long). */
void desk_run(struct desk *desk, int64_t elapsed_ms);
/* Logs what has changed on the board since it was looked at: where another than desk_run fills it. */
void desk_note(struct desk *desk);

/* The newest state of the alarm of that rule and subject (node, device, or ""); ALARM_NORMAL: none. */
enum alarm_state desk_state(struct desk *desk, const char *rule, const char *subject);
/* A copy of its record's texts, valid until the next call; aborts where there is none. */
struct desk_texts {
    char id[48], summary[500], consequences[400], cause[48];
    uint8_t priority;
    double value, seconds_left;
    int64_t since_ms;
    bool is_chattering;
};
struct desk_texts desk_texts(struct desk *desk, const char *rule, const char *subject);
/* How many are in that state now. */
size_t desk_count(struct desk *desk, enum alarm_state state);

#endif
