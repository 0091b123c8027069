/* SPDX-License-Identifier: Apache-2.0 */
/* The common swing of training racks; see the header. */
#include "training.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* The place in a cycle: before `checkpoint` seconds are over it is one, then comes the swing. */
static double cycle_seconds(const struct training *training, double time, double *n_cycles) {
    double passed = time - training->begin, every = training->spec.every;
    *n_cycles = every > 0 ? floor(passed / every) : 0;
    return passed - *n_cycles * every;
}

/* The integral from the beginning of a cycle. */
static double cycle_integral(const struct training_spec *spec, double seconds) {
    double angular = 2 * pi * spec->hertz, swinging = seconds - spec->checkpoint;
    if (swinging <= 0)
        return -CHECKPOINT_DROP * seconds;
    double swung = angular > 0 ? spec->swing / 2 / angular * (1 - cos(angular * swinging)) : 0;
    return swung - CHECKPOINT_DROP * spec->checkpoint;
}

/* What a swing that has always been leaves after the lag. */
static double lagged_swing(const struct training_spec *spec, double seconds) {
    double angular = 2 * pi * spec->hertz, turned = angular * TRAINING_LAG;
    return spec->swing / 2 / (1 + turned * turned) *
           (sin(angular * seconds) - turned * cos(angular * seconds));
}

/* The lagged value at the end of the checkpoint, where it was `first` at its beginning. */
static double lagged_in_checkpoint(double first, double seconds) {
    return -CHECKPOINT_DROP + (first + CHECKPOINT_DROP) * exp(-seconds / TRAINING_LAG);
}

/* The lagged value in a cycle when there were such cycles always: it ends with what it began with. */
static double cycle_lagged(const struct training_spec *spec, double seconds) {
    if (spec->every <= 0)
        return lagged_swing(spec, seconds);
    double swinging = spec->every - spec->checkpoint, start = lagged_swing(spec, 0);
    double left_of_checkpoint = exp(-spec->checkpoint / TRAINING_LAG);
    double left_of_swing = exp(-swinging / TRAINING_LAG);
    double first = (lagged_swing(spec, swinging) +
                    (-CHECKPOINT_DROP + CHECKPOINT_DROP * left_of_checkpoint - start) * left_of_swing) /
                   (1 - left_of_checkpoint * left_of_swing);
    if (seconds <= spec->checkpoint)
        return lagged_in_checkpoint(first, seconds);
    double swung = seconds - spec->checkpoint;
    return lagged_swing(spec, swung) +
           (lagged_in_checkpoint(first, spec->checkpoint) - start) * exp(-swung / TRAINING_LAG);
}

static bool is_steady(const struct training_spec *spec) {
    return spec->swing == 0 && spec->every == 0;
}

/* Nothing is known of the time before the order. */
static double not_before(const struct training *training, double time) {
    return time > training->since ? time : training->since;
}

double training_value(const struct training *training, double time) {
    const struct training_spec *spec = &training->spec;
    if (is_steady(spec))
        return 0;
    double n_cycles, seconds = cycle_seconds(training, not_before(training, time), &n_cycles);
    if (spec->every > 0 && seconds < spec->checkpoint)
        return -CHECKPOINT_DROP;
    return spec->swing / 2 * sin(2 * pi * spec->hertz * (seconds - spec->checkpoint));
}

double training_integral(const struct training *training, double time) {
    if (is_steady(&training->spec))
        return training->integral_before;
    double n_cycles, seconds = cycle_seconds(training, not_before(training, time), &n_cycles);
    double whole = n_cycles > 0 ? n_cycles * cycle_integral(&training->spec, training->spec.every) : 0;
    return training->integral_before + whole + cycle_integral(&training->spec, seconds);
}

double training_lagged(const struct training *training, double time) {
    double n_cycles, at = not_before(training, time), seconds = cycle_seconds(training, at, &n_cycles);
    double settled = is_steady(&training->spec) ? 0 : cycle_lagged(&training->spec, seconds);
    return training->lag_before == 0
               ? settled
               : settled + training->lag_before * exp(-(at - training->since) / TRAINING_LAG);
}

void training_set(struct training *training, const struct training_spec *spec, double time,
                  bool begins_with_checkpoint) {
    double integral = training_integral(training, time), lagged = training_lagged(training, time);
    *training = (struct training){.spec = *spec, .since = time, .begin = time};
    if (!begins_with_checkpoint)
        training->begin -= spec->checkpoint;
    training->integral_before = integral - training_integral(training, time);
    training->lag_before = lagged - training_lagged(training, time);
}

bool training_read(const char *line, struct training_spec *spec, bool *begins_with_checkpoint) {
    struct training_spec read = {.every = CHECKPOINT_EVERY, .checkpoint = CHECKPOINT_SECONDS};
    char word[16] = "", rest[2];
    int n = sscanf(line, "%15s %lf %lf %lf %lf %1s", word, &read.hertz, &read.swing, &read.every,
                   &read.checkpoint, rest);
    *begins_with_checkpoint = n == 1 && strcmp(word, "checkpoint") == 0;
    if (n == 1 && strcmp(word, "steady") == 0) {
        *spec = (struct training_spec){0};
    } else if (*begins_with_checkpoint) {
        if (spec->every == 0) {
            spec->every = CHECKPOINT_EVERY;
            spec->checkpoint = CHECKPOINT_SECONDS;
        }
    } else {
        bool sound = (n == 3 || n == 5) && strcmp(word, "training") == 0 && read.hertz >= 0 &&
                     read.hertz <= 10 && read.swing >= 0 && read.swing <= 0.6 && read.every <= 86400 &&
                     read.checkpoint >= 0 &&
                     (read.checkpoint < read.every || (read.every == 0 && read.checkpoint == 0));
        if (!sound)
            return false;
        *spec = read;
    }
    return true;
}
