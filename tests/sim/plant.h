/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small topologies for tests, written in a line a node, and devices that say what the test wants. Like all of
 * the simulation it aborts when out of memory.
 */
#ifndef HALLWATCH_TESTS_SIM_PLANT_H
#define HALLWATCH_TESTS_SIM_PLANT_H

#include "judge/sums.h"
#include "model/series.h"

enum { PLANT_NODES_MOST = 256, PLANT_DEVICES_MOST = 256 };

struct plant_device {
    struct device_view *view;
    struct batch batch;
    double values[64];
    uint8_t qualities[64];
};

struct plant {
    struct power_config power;
    struct power_node nodes[PLANT_NODES_MOST];
    struct plant_device devices[PLANT_DEVICES_MOST];
    size_t n_devices;
    struct topology *topology;
    struct sums *sums;
};

void plant_begin(struct plant *plant);
/* Sources and meters as in a CSV cell: "ups-a;ups-b:L2-L3-L1", "meter-a;-meter-b:inlet/2". Three phases,
 * closed. */
struct power_node *plant_node(struct plant *plant, enum power_kind kind, const char *name,
                              const char *sources, const char *meters);
/* Which point of which device is its breaker, or tells its state: "io-1:breaker/q1". */
void plant_breaker(struct power_node *node, const char *point);
void plant_tells(struct power_node *node, const char *point);
/* All nodes are there. */
void plant_settle(struct plant *plant);
void plant_end(struct plant *plant);

uint32_t plant_number(const struct plant *plant, const char *name);
const struct node_sum *plant_sum(const struct plant *plant, const char *name);
uint8_t plant_supply(const struct plant *plant, const char *name);
/* The share of `to` that `from` carries. */
double plant_carries(const struct plant *plant, const char *from, const char *to);

/* Adds a device with these series; a name that is there already: its next generation. The view's number. */
uint32_t plant_device(struct plant *plant, const char *name, const struct series *series, size_t n);
/* The same as a view of a node of another gateway. */
uint32_t plant_elsewhere(struct plant *plant, const char *node, const struct series *series, size_t n);
/* The device says these values in one batch, NAN: not this one. Returns whether a state has changed. */
bool plant_say(struct plant *plant, uint32_t device, const double *values, int64_t time_ms, int64_t now_ms);
bool plant_say_badly(struct plant *plant, uint32_t device, enum quality quality, int64_t now_ms);
void plant_farewell(struct plant *plant, uint32_t device, int64_t now_ms);

#endif
