/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The swing that racks which train one model together add to their loads: all at once, some times a second,
 * and every few minutes a checkpoint, when they compute nothing for some seconds. Pure: value, integral and
 * lagged value in closed form, so that energy and heat stay exact however seldom they are asked for.
 */
#ifndef HALLSIM_TRAINING_H
#define HALLSIM_TRAINING_H

#include <stdbool.h>

/* Seconds with which heat follows power. */
#define TRAINING_LAG 20.0

/* Zeroed = steady. Loads are shares of a rack's design power. */
struct training_spec {
    double hertz, swing;      /* peak to peak, 0 to 0.6 */
    double every, checkpoint; /* seconds from one checkpoint to the next, and of one; 0 = none */
};
enum { CHECKPOINT_EVERY = 300, CHECKPOINT_SECONDS = 8 }; /* where nothing else is said */
#define CHECKPOINT_DROP 0.25

struct training {
    struct training_spec spec;
    double begin;           /* of the cycles, which begin with a checkpoint */
    double since;           /* when it was ordered */
    double integral_before; /* what the integral was ahead of the cycles' at that time */
    double lag_before;      /* and the lagged value */
};

/* Zeroed, a training is steady from the beginning of time. */
double training_value(const struct training *training, double time);
double training_integral(const struct training *training, double time);
/* What follows the value with TRAINING_LAG. */
double training_lagged(const struct training *training, double time);

/*
 * Orders another swing from this time on; integral and lagged value go on without a step. It begins with a
 * checkpoint or with the swing.
 */
void training_set(struct training *training, const struct training_spec *spec, double time,
                  bool begins_with_checkpoint);

/*
 * Reads `training HERTZ SWING [EVERY SECONDS]`, `steady` or `checkpoint`, which leaves *spec as it is but
 * begins with a checkpoint. False: no such order, or out of bounds.
 */
bool training_read(const char *line, struct training_spec *spec, bool *begins_with_checkpoint);

#endif
