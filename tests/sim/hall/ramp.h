/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load that creeps: from what it is to another value, evenly, within some seconds. Pure, in closed form
 * like training: value, integral and lagged value, so that energy and heat stay exact however seldom they are
 * asked for.
 */
#ifndef HALLSIM_RAMP_H
#define HALLSIM_RAMP_H

/* Zeroed = 0 for ever. Values are shares of a rack's design power. */
struct ramp {
    double begin, seconds; /* seconds: > 0 once it was set */
    double from, to;
    double integral_before,
        lag_before; /* at the beginning: the integral; how far the lagged value was off `from` */
};

double ramp_value(const struct ramp *ramp, double time);
double ramp_integral(const struct ramp *ramp, double time);
/* What follows the value with TRAINING_LAG. */
double ramp_lagged(const struct ramp *ramp, double time);

/* Goes on to `to`, which it reaches `seconds` (at least a tenth) after `time`. */
void ramp_set(struct ramp *ramp, double to, double seconds, double time);

#endif
