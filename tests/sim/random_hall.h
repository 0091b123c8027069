/* SPDX-License-Identifier: Apache-2.0 */
/* Halls made up at random, with a present state and losses; small ones more often than large ones. */
#ifndef HALLWATCH_TESTS_SIM_RANDOM_HALL_H
#define HALLWATCH_TESTS_SIM_RANDOM_HALL_H

#include "judge/contingency.h"

enum { HALL_NODES_MOST = 40, HALL_LINKS_MOST = 4, HALL_LOST_MOST = 4 };

struct random_hall {
    struct power_config power;
    struct power_node nodes[HALL_NODES_MOST];
    struct power_link links[HALL_NODES_MOST][HALL_LINKS_MOST];
    uint32_t coolers[HALL_NODES_MOST][HALL_LINKS_MOST];
    struct node_present present[HALL_NODES_MOST];
    struct node_sum sums[HALL_NODES_MOST];
    struct node_load loads[HALL_NODES_MOST];
    uint32_t lost[HALL_LOST_MOST];
    size_t n_lost;
    /* What follows, by random_hall_settle. */
    struct topology *topology;
    struct usable usable[HALL_NODES_MOST];
    double capacity[HALL_NODES_MOST];
    uint8_t supply[HALL_NODES_MOST];
    float carries[HALL_NODES_MOST * HALL_LINKS_MOST];
    struct contingency_input input;
};

uint32_t random_hall_below(uint64_t *seed, uint32_t n);
void random_hall_make(struct random_hall *hall, uint64_t seed);
/* After a change of the nodes or their state. Aborts when out of memory. */
void random_hall_settle(struct random_hall *hall);
void random_hall_release(struct random_hall *hall);
/* The same hall without a node, not settled; the source is not changed. */
void random_hall_without(const struct random_hall *hall, uint32_t node, struct random_hall *smaller);
void random_hall_print(const struct random_hall *hall);

#endif
