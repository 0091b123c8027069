/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What losses do, calculated a second time: simple, slow, all of it from scratch for each loss, by the rules
 * of judge/contingency.h and by nothing of what implements them. To hold the other against. `rule N` is one
 * there.
 */
#ifndef HALLWATCH_TESTS_SIM_PLAIN_LOSSES_H
#define HALLWATCH_TESTS_SIM_PLAIN_LOSSES_H

#include "judge/contingency.h"

enum { PLAIN_NODES = 48, PLAIN_EDGES = PLAIN_NODES * 4 };
enum { F_WATTS, F_VA, F_L1, FIGURES = F_L1 + PHASES }; /* VA of each phase */

/* A load, or what flows over a link. */
struct plain_flow {
    double of[FIGURES];
    bool known, bound; /* bound: it may be more */
};

struct plain {
    const struct contingency_input *input;
    struct plain_flow load[PLAIN_NODES], flow[PLAIN_EDGES]; /* flows in the fed node's phases */
    bool estimated[PLAIN_EDGES];                            /* by rule 4 d */
    double volts[PLAIN_NODES][PHASES];                      /* 0: none known */
    double capacity[PLAIN_NODES];                           /* usable W, else VA; INFINITY */
    double ratio[PLAIN_NODES];                              /* at present; NAN: unknown, 0: not rated */
    struct plain_flow heat[PLAIN_NODES];                    /* W only */
    bool alive[PLAIN_NODES], runs[PLAIN_NODES];             /* runs: carries heat away at present */
    bool pipe_taken[PLAIN_EDGES];
};

struct plain_loss {
    bool lost[PLAIN_NODES], unit[PLAIN_NODES], started[PLAIN_NODES];
    uint8_t at_once[PLAIN_NODES], after[PLAIN_NODES];
    bool own_before[PLAIN_NODES], own_at_once[PLAIN_NODES],
        own[PLAIN_NODES]; /* stands on its own battery, or on such a node */
    bool taken_at_once[PLAIN_EDGES], taken[PLAIN_EDGES];
    double change[PLAIN_NODES][FIGURES];
    double ratio[PLAIN_NODES];
    double ratios[2][PLAIN_NODES]; /* of electricity, of heat */
    bool unsure[2][PLAIN_NODES];   /* that load is not known or a lower bound */
    bool judged[PLAIN_NODES];
    bool alive[PLAIN_NODES], runs[PLAIN_NODES], pipe_taken[PLAIN_EDGES];
    double heat_change[PLAIN_NODES];
    struct contingency_result result;
};

/* Rules 1 to 6. */
void plain_present(struct plain *plain, const struct contingency_input *input);
void plain_lose(const struct plain *plain, const uint32_t *lost, size_t n_lost, struct plain_loss *loss);
/* Load over usable (of which `part` is left), of electricity or of heat: rule 3; below 0: not rated. */
double plain_ratio(const struct plain *plain, uint32_t node, const struct plain_flow *load, bool heat,
                   double part, double *spare_watts);
/* `losses`: of each node alone. */
enum redundancy_state plain_redundancy(const struct plain *plain, const struct plain_loss *losses,
                                       uint32_t node);

/* Shared by the two files. */
void plain_settle(const struct plain *plain, struct plain_loss *loss);
void plain_settle_heat(const struct plain *plain, const uint8_t *supply, const struct plain_loss *loss,
                       bool *alive, bool *runs, bool *taken);
void plain_to_source(const struct topology *topology, const struct edge *edge, const double *fed,
                     double *out);
bool plain_is_cooler(const struct topology *topology, uint32_t node);
bool plain_has_modules(const struct topology *topology, uint32_t node);
#endif
