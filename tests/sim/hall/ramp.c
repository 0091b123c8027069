/* SPDX-License-Identifier: Apache-2.0 */
/* The creeping load; see the header. A ramp is the difference of two lines that begin where it bends. */
#include "ramp.h"

#include <math.h>

#include "training.h"

/* A line of slope 1 that begins at 0: itself, its integral, what follows it. */
static double line(double seconds) {
    return fmax(0, seconds);
}

static double line_integral(double seconds) {
    return line(seconds) * line(seconds) / 2;
}

static double line_lagged(double seconds) {
    double passed = line(seconds);
    return passed - TRAINING_LAG * (1 - exp(-passed / TRAINING_LAG));
}

static double bent(const struct ramp *ramp, double time, double (*of_line)(double seconds)) {
    double passed = time - ramp->begin;
    if (ramp->seconds <= 0)
        return 0;
    return (ramp->to - ramp->from) / ramp->seconds * (of_line(passed) - of_line(passed - ramp->seconds));
}

double ramp_value(const struct ramp *ramp, double time) {
    return ramp->from + bent(ramp, time, line);
}

double ramp_integral(const struct ramp *ramp, double time) {
    return ramp->integral_before + ramp->from * line(time - ramp->begin) + bent(ramp, time, line_integral);
}

double ramp_lagged(const struct ramp *ramp, double time) {
    return ramp->from + bent(ramp, time, line_lagged) +
           ramp->lag_before * exp(-line(time - ramp->begin) / TRAINING_LAG);
}

void ramp_set(struct ramp *ramp, double to, double seconds, double time) {
    double integral = ramp_integral(ramp, time), lagged = ramp_lagged(ramp, time);
    double value = ramp_value(ramp, time);
    *ramp = (struct ramp){.begin = time, .seconds = fmax(0.1, seconds), .from = value, .to = to};
    ramp->integral_before = integral;
    ramp->lag_before = lagged - value;
}
