/* SPDX-License-Identifier: Apache-2.0 */
/* The two UPSes with their batteries, and the intake that feeds them and the chillers. */
#include "hall_parts.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

double hall_ups_rating(const struct hall *hall) {
    return ceil(hall->design_watts * 1.1 / 10e3) * 10e3;
}

/* What a full battery gives. */
static double battery_joules(const struct hall *hall) {
    return hall_ups_rating(hall) * HALL_BATTERY_SECONDS / hall->spec.speed;
}

static double recharge_watts(const struct hall *hall) {
    return HALL_RECHARGE * hall_ups_rating(hall);
}

static double output_joules(const struct hall *hall, enum feed feed, double time) {
    struct load_state load = {0};
    for (unsigned i = 0; i < hall->spec.rows * hall->spec.racks; i++)
        hall_add_rack(&load, hall, i, feed, time, 1 + HALL_BUSWAY_LOSS);
    return load.joules;
}

/* Seconds that the battery has been charged for since the last change, at `time`. */
static double recharged_seconds(const struct hall *hall, const struct ups *ups, double time) {
    double needed = (1 - ups->charge) * battery_joules(hall) / recharge_watts(hall);
    return fmin(fmax(0, time - ups->since), needed);
}

/* A battery never ends: the hall would be dark, and nobody would answer. */
enum { CHARGE_STEPS = 100 };
static double charge_at(const struct hall *hall, const struct ups *ups, double output, double time) {
    if (ups->on_battery)
        return fmax(1.0 / CHARGE_STEPS, ups->charge - (output - ups->output_joules) / battery_joules(hall));
    return ups->charge + recharged_seconds(hall, ups, time) * recharge_watts(hall) / battery_joules(hall);
}

static double input_joules(const struct hall *hall, const struct ups *ups, double output, double time) {
    if (ups->on_battery)
        return ups->input_joules;
    return ups->input_joules + (output - ups->output_joules) / HALL_UPS_EFFICIENCY +
           recharged_seconds(hall, ups, time) * recharge_watts(hall);
}

void hall_mark_ups(struct hall *hall, enum feed feed, double time) {
    struct ups *ups = &hall->ups[feed];
    double output = output_joules(hall, feed, time);
    struct ups now = {.on_battery = ups->on_battery, .since = time, .output_joules = output};
    now.charge = charge_at(hall, ups, output, time);
    now.input_joules = input_joules(hall, ups, output, time);
    *ups = now;
}

/* What the rectifier takes: the output and its losses, and the battery's charging. */
static void put_input(const struct hall *hall, enum feed feed, double time, struct ups_state *state) {
    const struct ups *ups = &hall->ups[feed];
    struct load_state *input = &state->input;
    bool charging =
        !ups->on_battery && time - ups->since <= recharged_seconds(hall, ups, time) && ups->charge < 1;
    for (unsigned i = 0; i < 3 && !ups->on_battery; i++) {
        input->phase[i].watts = state->output.phase[i].watts / HALL_UPS_EFFICIENCY;
        input->phase[i].watts += charging ? recharge_watts(hall) / 3 : 0;
        input->phase[i].vars = state->output.phase[i].vars / HALL_UPS_EFFICIENCY;
    }
    input->joules = input_joules(hall, ups, state->output.joules, time);
    input->varseconds = state->output.varseconds / HALL_UPS_EFFICIENCY;
    hall_complete_load(input, ups->on_battery ? 0 : HALL_VOLTS, feed, time);
}

void hall_ups_at(const struct hall *hall, enum feed feed, double time, struct ups_state *state) {
    const struct ups *ups = &hall->ups[feed];
    *state = (struct ups_state){.on_battery = ups->on_battery};
    for (unsigned i = 0; i < hall->spec.rows * hall->spec.racks; i++)
        hall_add_rack(&state->output, hall, i, feed, time, 1 + HALL_BUSWAY_LOSS);
    hall_complete_load(&state->output, HALL_VOLTS, feed, time);
    put_input(hall, feed, time, state);
    state->rating_voltamperes = hall_ups_rating(hall);
    for (unsigned i = 0; i < 3; i++)
        state->load_ratio[i] = state->output.phase[i].voltamperes / (state->rating_voltamperes / 3);
    /* Ten minutes at full load; less load lasts more than in proportion. */
    state->charge_ratio = charge_at(hall, ups, state->output.joules, time);
    state->runtime_seconds = state->charge_ratio * HALL_BATTERY_SECONDS / hall->spec.speed *
                             pow(state->rating_voltamperes / fmax(1, state->output.voltamperes), 1.2);
    state->battery_seconds = ups->on_battery ? time - ups->since : 0;
    state->battery_volts = 545 + 0.4 * sin(2 * pi * time / 300);
    if (ups->on_battery) /* no longer floating */
        state->battery_volts = 420 + 80 * state->charge_ratio;
    state->battery_amperes = ups->on_battery ? state->output.watts / state->battery_volts : 0;
    state->battery_celsius = 24 + sin(2 * pi * time / 7200);
}

void hall_intake_at(const struct hall *hall, double time, struct load_state *load) {
    *load = (struct load_state){0};
    for (int feed = 0; feed < N_FEEDS; feed++) {
        struct ups_state ups;
        hall_ups_at(hall, (enum feed)feed, time, &ups);
        for (unsigned i = 0; i < 3; i++) {
            load->phase[i].watts += ups.input.phase[i].watts;
            load->phase[i].vars += ups.input.phase[i].vars;
        }
        load->joules += ups.input.joules;
        load->varseconds += ups.input.varseconds;
    }
    for (unsigned n = 0; n < hall->spec.chillers; n++) {
        struct chiller_state chiller;
        hall_chiller_at(hall, n, time, &chiller);
        for (unsigned i = 0; i < 3; i++)
            load->phase[i].watts += chiller.watts / 3;
    }
    load->joules += hall_cooling_joules(hall, time) / HALL_CHILLER_COP;
    hall_complete_load(load, HALL_VOLTS, FEED_A, time);
}
