/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated hall's physics; see the header. */
#include "hall_model.h"

#include <math.h>
#include <stdlib.h>

enum { N_WAVES = 3 };

struct rack {
    bool liquid;
    double design_watts;
    double tangent; /* var per W */
    double period[N_WAVES], offset[N_WAVES];
    double heat_gain[N_WAVES], heat_delay[N_WAVES]; /* of heat against power */
    double feed_share[N_FEEDS];
    double outlet_share[N_FEEDS][OUTLETS_MOST]; /* of the feed's share; sums to 1 */
    double phase_share[N_FEEDS][3];
    double first_joules;
};

struct hall {
    struct hall_spec spec;
    double design_watts;
    struct rack *racks;
    struct training training;
};

/* The load of a rack swings around `mean` of its design by these amplitudes, within these periods. */
static const double mean_load = 0.62;
static const struct {
    double amplitude, shortest, longest;
} waves[N_WAVES] = {{0.18, 1800, 3600}, {0.08, 120, 300}, {0.03, 7, 15}};

static const double pi = 3.14159265358979323846;

/* An even spread over 0..1, always the same for the same seed and place (splitmix64). */
static double spread(uint64_t seed, uint64_t kind, uint64_t a, uint64_t b) {
    uint64_t z = seed + 0x9e3779b97f4a7c15u * (1 + kind + 64 * (a + 65536 * b));
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

enum { DESIGN, POWER_FACTOR, SHARE, ENERGY, PERIOD, OFFSET, OUTLET };

static void spread_outlets(struct rack *rack, const struct hall_spec *spec, unsigned number, unsigned feed) {
    double sum = 0;
    for (unsigned i = 0; i < spec->outlets; i++) {
        rack->outlet_share[feed][i] = 0.4 + spread(spec->seed, OUTLET + feed, number, i);
        sum += rack->outlet_share[feed][i];
    }
    for (unsigned i = 0; i < spec->outlets; i++) {
        rack->outlet_share[feed][i] /= sum;
        rack->phase_share[feed][i % 3] += rack->outlet_share[feed][i];
    }
}

static void make_rack(struct rack *rack, const struct hall_spec *spec, unsigned number) {
    uint64_t seed = spec->seed;
    /* Liquid racks are spread evenly: one wherever the running count passes a whole number. */
    rack->liquid = floor((number + 1) * spec->liquid + 1e-9) > floor(number * spec->liquid + 1e-9);
    rack->design_watts = spec->rack_watts * (0.6 + 0.4 * spread(seed, DESIGN, number, 0));
    rack->tangent = tan(acos(0.95 + 0.04 * spread(seed, POWER_FACTOR, number, 0)));
    rack->feed_share[FEED_A] = 0.47 + 0.06 * spread(seed, SHARE, number, 0);
    rack->feed_share[FEED_B] = 1 - rack->feed_share[FEED_A];
    rack->first_joules = 3.6e9 * spread(seed, ENERGY, number, 0);
    for (unsigned i = 0; i < N_WAVES; i++) {
        rack->period[i] =
            waves[i].shortest + (waves[i].longest - waves[i].shortest) * spread(seed, PERIOD, number, i);
        rack->offset[i] = 2 * pi * spread(seed, OFFSET, number, i);
        double turned = 2 * pi / rack->period[i] * TRAINING_LAG;
        rack->heat_gain[i] = 1 / sqrt(1 + turned * turned);
        rack->heat_delay[i] = atan(turned);
    }
    spread_outlets(rack, spec, number, FEED_A);
    spread_outlets(rack, spec, number, FEED_B);
}

struct hall *hall_new(const struct hall_spec *spec) {
    if (spec->rows == 0 || spec->racks == 0 || spec->rows > 1000 || spec->racks > 10000 ||
        spec->outlets < 3 || spec->outlets > OUTLETS_MOST ||
        !(spec->rack_watts > 0 && spec->rack_watts <= 1e6) || !(spec->liquid >= 0 && spec->liquid <= 1) ||
        !(spec->liquid_share >= 0 && spec->liquid_share <= 1))
        return NULL;
    struct hall *hall = calloc(1, sizeof *hall);
    if (hall == NULL)
        return NULL;
    hall->spec = *spec;
    hall->racks = calloc((size_t)spec->rows * spec->racks, sizeof *hall->racks);
    if (hall->racks == NULL) {
        hall_free(hall);
        return NULL;
    }
    for (unsigned i = 0; i < spec->rows * spec->racks; i++) {
        make_rack(&hall->racks[i], spec, i);
        hall->design_watts += hall->racks[i].design_watts;
    }
    return hall;
}

void hall_free(struct hall *hall) {
    if (hall == NULL)
        return;
    free(hall->racks);
    free(hall);
}

const struct hall_spec *hall_spec(const struct hall *hall) {
    return &hall->spec;
}

bool hall_rack_is_liquid(const struct hall *hall, unsigned rack) {
    return hall->racks[rack].liquid;
}

void hall_train(struct hall *hall, const struct training_spec *spec, double time,
                bool begins_with_checkpoint) {
    training_set(&hall->training, spec, time, begins_with_checkpoint);
}

double hall_rack_watts(const struct hall *hall, unsigned rack, double time) {
    const struct rack *r = &hall->racks[rack];
    double load = mean_load + training_value(&hall->training, time);
    for (unsigned i = 0; i < N_WAVES; i++)
        load += waves[i].amplitude * sin(2 * pi * time / r->period[i] + r->offset[i]);
    return r->design_watts * load;
}

double hall_rack_heat_watts(const struct hall *hall, unsigned rack, double time) {
    const struct rack *r = &hall->racks[rack];
    double load = mean_load + training_lagged(&hall->training, time);
    for (unsigned i = 0; i < N_WAVES; i++)
        load += waves[i].amplitude * r->heat_gain[i] *
                sin(2 * pi * time / r->period[i] + r->offset[i] - r->heat_delay[i]);
    return r->design_watts * load;
}

/* The integral of hall_rack_watts from the epoch on. */
static double rack_joules(const struct hall *hall, const struct rack *rack, double time) {
    double seconds = mean_load * time + training_integral(&hall->training, time);
    for (unsigned i = 0; i < N_WAVES; i++)
        seconds += waves[i].amplitude * rack->period[i] / (2 * pi) *
                   (cos(rack->offset[i]) - cos(2 * pi * time / rack->period[i] + rack->offset[i]));
    return rack->first_joules + rack->design_watts * seconds;
}

/* Given W and var per phase and joules, fills in what follows from them at the feed's voltage. */
static void complete_load(struct load_state *load, enum feed feed, double time) {
    for (unsigned i = 0; i < 3; i++) {
        struct phase_state *phase = &load->phase[i];
        phase->volts = 230 * (1 + 0.004 * sin(2 * pi * time / (97 + 11 * feed) + 2 * pi * i / 3));
        phase->voltamperes = hypot(phase->watts, phase->vars);
        phase->amperes = phase->voltamperes / phase->volts;
        phase->power_factor = phase->voltamperes > 0 ? phase->watts / phase->voltamperes : 1;
        load->watts += phase->watts;
        load->vars += phase->vars;
    }
    for (unsigned i = 0; i < 3; i++) {
        double a = load->phase[i].volts, b = load->phase[(i + 1) % 3].volts;
        load->line_volts[i] = sqrt(a * a + b * b + a * b);
    }
    double a = load->phase[0].amperes, b = load->phase[1].amperes, c = load->phase[2].amperes;
    load->neutral_amperes = sqrt(fmax(0, a * a + b * b + c * c - a * b - b * c - c * a));
    load->hertz = 60 + 0.02 * sin(2 * pi * time / 61);
    load->voltamperes = hypot(load->watts, load->vars);
    load->power_factor = load->voltamperes > 0 ? load->watts / load->voltamperes : 1;
}

/* Adds what a rack takes from a feed, times `factor`, to W, var and energy. */
static void add_rack(struct load_state *load, const struct hall *hall, unsigned number, enum feed feed,
                     double time, double factor) {
    const struct rack *rack = &hall->racks[number];
    double watts = factor * hall_rack_watts(hall, number, time) * rack->feed_share[feed];
    double joules = factor * rack_joules(hall, rack, time) * rack->feed_share[feed];
    for (unsigned i = 0; i < 3; i++) {
        load->phase[i].watts += watts * rack->phase_share[feed][i];
        load->phase[i].vars += watts * rack->phase_share[feed][i] * rack->tangent;
    }
    load->joules += joules;
    load->varseconds += joules * rack->tangent;
}

void hall_pdu_at(const struct hall *hall, unsigned rack, enum feed feed, double time, struct pdu_state *pdu) {
    const struct rack *r = &hall->racks[rack];
    *pdu = (struct pdu_state){0};
    add_rack(&pdu->load, hall, rack, feed, time, 1);
    complete_load(&pdu->load, feed, time);
    for (unsigned i = 0; i < hall->spec.outlets; i++) {
        struct outlet_state *outlet = &pdu->outlet[i];
        const struct phase_state *phase = &pdu->load.phase[i % 3];
        outlet->phase = i % 3;
        outlet->watts = pdu->load.watts * r->outlet_share[feed][i];
        outlet->power_factor = phase->power_factor;
        outlet->amperes = outlet->watts / (phase->volts * phase->power_factor);
        outlet->joules = pdu->load.joules * r->outlet_share[feed][i];
    }
    double load = hall_rack_heat_watts(hall, rack, time) / r->design_watts;
    pdu->inlet_celsius = 22 + 2.5 * load + 0.3 * sin(2 * pi * time / 600 + r->offset[0]);
    pdu->relative_humidity = 0.45 - 0.02 * load;
}

void hall_meter_at(const struct hall *hall, unsigned row, enum feed feed, double time,
                   struct load_state *load) {
    *load = (struct load_state){0};
    for (unsigned i = 0; i < hall->spec.racks; i++)
        add_rack(load, hall, row * hall->spec.racks + i, feed, time, 1 + HALL_BUSWAY_LOSS);
    complete_load(load, feed, time);
}

void hall_ups_at(const struct hall *hall, enum feed feed, double time, struct ups_state *ups) {
    *ups = (struct ups_state){0};
    for (unsigned i = 0; i < hall->spec.rows * hall->spec.racks; i++) {
        add_rack(&ups->output, hall, i, feed, time, 1 + HALL_BUSWAY_LOSS);
        add_rack(&ups->input, hall, i, feed, time, (1 + HALL_BUSWAY_LOSS) / HALL_UPS_EFFICIENCY);
    }
    complete_load(&ups->output, feed, time);
    complete_load(&ups->input, feed, time);
    /* Either UPS can carry the whole hall. */
    ups->rating_voltamperes = ceil(hall->design_watts * 1.1 / 10e3) * 10e3;
    for (unsigned i = 0; i < 3; i++)
        ups->load_ratio[i] = ups->output.phase[i].voltamperes / (ups->rating_voltamperes / 3);
    /* Ten minutes at full load; less load lasts more than in proportion. */
    ups->charge_ratio = 1;
    ups->runtime_seconds = 600 * pow(ups->rating_voltamperes / ups->output.voltamperes, 1.2);
    ups->battery_volts = 545 + 0.4 * sin(2 * pi * time / 300);
    ups->battery_celsius = 24 + sin(2 * pi * time / 7200);
}

void hall_loop_at(const struct hall *hall, unsigned rack, double time, struct loop_state *loop) {
    const struct rack *r = &hall->racks[rack];
    double design_heat = r->design_watts * hall->spec.liquid_share;
    double design_flow = design_heat / (HALL_COOLANT_HEAT * 10); /* 10 K at full load */
    loop->heat_watts = hall_rack_heat_watts(hall, rack, time) * hall->spec.liquid_share;
    /* The pumps follow the load, never below 40 %: the temperature difference falls at small loads. */
    loop->pump_ratio = fmax(0.4, fmin(1, loop->heat_watts / design_heat));
    loop->flow = design_flow * loop->pump_ratio;
    loop->air_celsius = 24 + 0.5 * sin(2 * pi * time / 900 + r->offset[1]);
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
