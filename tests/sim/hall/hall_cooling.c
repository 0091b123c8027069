/* SPDX-License-Identifier: Apache-2.0 */
/* Where the heat goes: coolant loops of racks, the water of the hall, the chillers that cool it. */
#include "hall_parts.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* The water gets no warmer than this above its set point: by then the racks have long stopped. */
static const double rise_most = 40;

static double heat_watts(const struct hall *hall, double time) {
    double watts = 0;
    for (unsigned i = 0; i < hall->spec.rows * hall->spec.racks; i++)
        watts += hall_rack_heat_watts(hall, i, time);
    return watts;
}

/* The heat that has left the racks: their energy, less what their masses have stored. */
static double heat_joules(const struct hall *hall, double time) {
    double joules = 0;
    for (unsigned i = 0; i < hall->spec.rows * hall->spec.racks; i++)
        joules += hall_rack_joules(hall, &hall->racks[i], time) - hall->racks[i].first_joules;
    return joules - TRAINING_LAG * heat_watts(hall, time);
}

static double water_joules_per_kelvin(const struct hall *hall) {
    return hall->design_watts * HALL_WATER_SECONDS / hall->spec.speed;
}

/* What the chillers that run can take. */
static double capacity_watts(const struct hall *hall) {
    double one = HALL_CHILLERS * hall->design_watts / hall->spec.chillers, watts = 0;
    for (unsigned i = 0; i < hall->spec.chillers; i++)
        watts += hall->chiller_runs[i] ? one : 0;
    return watts;
}

double hall_water_rise(const struct hall *hall, double time) {
    const struct water *water = &hall->water;
    if (hall->spec.chillers == 0)
        return 0;
    double gained =
        heat_joules(hall, time) - water->heat_joules - capacity_watts(hall) * (time - water->since);
    return fmin(rise_most, fmax(0, water->rise + gained / water_joules_per_kelvin(hall)));
}

/* What came from the racks and is not in the water. */
double hall_cooling_joules(const struct hall *hall, double time) {
    const struct water *water = &hall->water;
    if (hall->spec.chillers == 0)
        return 0;
    return water->removed_joules + heat_joules(hall, time) - water->heat_joules -
           (hall_water_rise(hall, time) - water->rise) * water_joules_per_kelvin(hall);
}

void hall_mark_water(struct hall *hall, double time) {
    hall->water = (struct water){.since = time,
                                 .rise = hall_water_rise(hall, time),
                                 .heat_joules = heat_joules(hall, time),
                                 .removed_joules = hall_cooling_joules(hall, time)};
}

void hall_loop_at(const struct hall *hall, unsigned rack, double time, struct loop_state *loop) {
    const struct rack *r = &hall->racks[rack];
    double design_heat = r->design_watts * hall->spec.liquid_share;
    double design_flow = design_heat / (HALL_COOLANT_HEAT * 10); /* 10 K at full load */
    *loop = (struct loop_state){.leaks = r->leaks};
    loop->heat_watts = hall_rack_heat_watts(hall, rack, time) * hall->spec.liquid_share;
    /* The pumps follow the load, never below 40 %: the temperature difference falls at small loads. */
    loop->pump_ratio = fmax(0.4, fmin(1, loop->heat_watts / design_heat));
    loop->flow = design_flow * loop->pump_ratio;
    loop->air_celsius = 24 + 0.5 * sin(2 * pi * time / 900 + r->offset[1]) + hall_water_rise(hall, time);
    loop->supply_celsius = loop->air_celsius + 8;
    loop->return_celsius = loop->supply_celsius;
    if (loop->flow > 0)
        loop->return_celsius += loop->heat_watts / (HALL_COOLANT_HEAT * loop->flow);
    loop->return_pascals = 50e3;
    loop->supply_pascals = 50e3 + 150e3 * loop->pump_ratio * loop->pump_ratio;
    loop->pump_watts = 40 + 600 * pow(loop->pump_ratio, 3);
    loop->pump_seconds = time;
    loop->fan_ratio = 0.3 + 0.6 * loop->pump_ratio;
    loop->fan_watts = 900 * pow(loop->fan_ratio, 3);
}

/* All chillers stand on one header: one supply, one return. Those that run share the heat evenly. */
void hall_chiller_at(const struct hall *hall, unsigned chiller, double time, struct chiller_state *state) {
    double heat = heat_watts(hall, time), capacity = capacity_watts(hall), rise = hall_water_rise(hall, time);
    double cooling = rise > 0 ? capacity : fmin(heat, capacity);
    unsigned running = 0;
    for (unsigned i = 0; i < hall->spec.chillers; i++)
        running += hall->chiller_runs[i];
    *state =
        (struct chiller_state){.runs = hall->chiller_runs[chiller], .setpoint_celsius = HALL_WATER_CELSIUS};
    state->supply_celsius = HALL_WATER_CELSIUS + rise;
    state->return_celsius = state->supply_celsius + 6 * heat / hall->design_watts; /* 6 K at full load */
    if (!state->runs)
        return;
    state->cooling_watts = cooling / running;
    state->load_ratio = cooling / capacity;
    state->watts = state->cooling_watts / HALL_CHILLER_COP;
}
