/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated hall's racks, and what its PDUs and busways carry; see the header. */
#include "hall_parts.h"

#include <math.h>
#include <stdlib.h>

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
    for (unsigned feed = 0; feed < N_FEEDS; feed++)
        rack->taking[feed].share = rack->feed_share[feed];
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
        !(spec->liquid_share >= 0 && spec->liquid_share <= 1) || spec->chillers > CHILLERS_MOST ||
        !(spec->speed >= 0 && spec->speed <= 100))
        return NULL;
    struct hall *hall = calloc(1, sizeof *hall);
    if (hall == NULL)
        return NULL;
    hall->spec = *spec;
    hall->spec.speed = spec->speed > 0 ? spec->speed : 1;
    hall->racks = calloc((size_t)spec->rows * spec->racks, sizeof *hall->racks);
    hall->rows = calloc(spec->rows, sizeof *hall->rows);
    if (hall->racks == NULL || hall->rows == NULL) {
        hall_free(hall);
        return NULL;
    }
    for (unsigned i = 0; i < spec->rows * spec->racks; i++) {
        make_rack(&hall->racks[i], spec, i);
        hall->design_watts += hall->racks[i].design_watts;
    }
    for (unsigned feed = 0; feed < N_FEEDS; feed++)
        hall->ups[feed].charge = 1;
    for (unsigned i = 0; i < spec->chillers; i++)
        hall->chiller_runs[i] = true;
    return hall;
}

void hall_free(struct hall *hall) {
    if (hall == NULL)
        return;
    free(hall->racks);
    free(hall->rows);
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
    double load = mean_load + training_value(&hall->training, time) + ramp_value(&r->creep, time);
    for (unsigned i = 0; i < N_WAVES; i++)
        load += waves[i].amplitude * sin(2 * pi * time / r->period[i] + r->offset[i]);
    return r->design_watts * load;
}

double hall_rack_heat_watts(const struct hall *hall, unsigned rack, double time) {
    const struct rack *r = &hall->racks[rack];
    double load = mean_load + training_lagged(&hall->training, time) + ramp_lagged(&r->creep, time);
    for (unsigned i = 0; i < N_WAVES; i++)
        load += waves[i].amplitude * r->heat_gain[i] *
                sin(2 * pi * time / r->period[i] + r->offset[i] - r->heat_delay[i]);
    return r->design_watts * load;
}

double hall_rack_joules(const struct hall *hall, const struct rack *rack, double time) {
    double seconds =
        mean_load * time + training_integral(&hall->training, time) + ramp_integral(&rack->creep, time);
    for (unsigned i = 0; i < N_WAVES; i++)
        seconds += waves[i].amplitude * rack->period[i] / (2 * pi) *
                   (cos(rack->offset[i]) - cos(2 * pi * time / rack->period[i] + rack->offset[i]));
    return rack->first_joules + rack->design_watts * seconds;
}

static double taken_joules(const struct hall *hall, const struct rack *rack, enum feed feed, double time) {
    const struct taking *taking = &rack->taking[feed];
    return taking->joules + taking->share * (hall_rack_joules(hall, rack, time) - taking->mark);
}

void hall_mark_rack(struct rack *rack, const struct hall *hall, double time) {
    for (int feed = 0; feed < N_FEEDS; feed++)
        rack->taking[feed].joules = taken_joules(hall, rack, (enum feed)feed, time);
    for (int feed = 0; feed < N_FEEDS; feed++)
        rack->taking[feed].mark = hall_rack_joules(hall, rack, time);
}

void hall_complete_load(struct load_state *load, double volts, enum feed feed, double time) {
    load->watts = load->vars = 0;
    for (unsigned i = 0; i < 3; i++) {
        struct phase_state *phase = &load->phase[i];
        phase->volts = volts * (1 + 0.004 * sin(2 * pi * time / (97 + 11 * feed) + 2 * pi * i / 3));
        phase->voltamperes = hypot(phase->watts, phase->vars);
        phase->amperes = volts > 0 ? phase->voltamperes / phase->volts : 0;
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
    load->hertz = volts > 0 ? 60 + 0.02 * sin(2 * pi * time / 61) : 0;
    load->voltamperes = hypot(load->watts, load->vars);
    load->power_factor = load->voltamperes > 0 ? load->watts / load->voltamperes : 1;
}

void hall_add_rack(struct load_state *load, const struct hall *hall, unsigned number, enum feed feed,
                   double time, double factor) {
    const struct rack *rack = &hall->racks[number];
    double watts = factor * hall_rack_watts(hall, number, time) * rack->taking[feed].share;
    double joules = factor * taken_joules(hall, rack, feed, time);
    for (unsigned i = 0; i < 3; i++) {
        load->phase[i].watts += watts * rack->phase_share[feed][i];
        load->phase[i].vars += watts * rack->phase_share[feed][i] * rack->tangent;
    }
    load->joules += joules;
    load->varseconds += joules * rack->tangent;
}

static double volts_of(const struct hall *hall, unsigned row, enum feed feed) {
    return hall->rows[row].lost[feed] ? 0 : HALL_VOLTS;
}

double hall_pdu_rating(const struct hall *hall) {
    static const double sizes[] = {32, 63, 125, 250, 400, 630, 1600};
    double needed = 1.05 * hall->spec.rack_watts / (3 * HALL_VOLTS);
    unsigned i = 0;
    while (sizes[i] < needed && i + 1 < sizeof sizes / sizeof sizes[0])
        i++;
    return sizes[i];
}

void hall_pdu_at(const struct hall *hall, unsigned rack, enum feed feed, double time, struct pdu_state *pdu) {
    const struct rack *r = &hall->racks[rack];
    *pdu = (struct pdu_state){.dead = hall->rows[rack / hall->spec.racks].lost[feed]};
    hall_add_rack(&pdu->load, hall, rack, feed, time, 1);
    hall_complete_load(&pdu->load, volts_of(hall, rack / hall->spec.racks, feed), feed, time);
    for (unsigned i = 0; i < hall->spec.outlets; i++) {
        struct outlet_state *outlet = &pdu->outlet[i];
        const struct phase_state *phase = &pdu->load.phase[i % 3];
        outlet->phase = i % 3;
        outlet->watts = pdu->load.watts * r->outlet_share[feed][i];
        outlet->power_factor = phase->power_factor;
        outlet->amperes = pdu->dead ? 0 : outlet->watts / (phase->volts * phase->power_factor);
        outlet->joules = pdu->load.joules * r->outlet_share[feed][i];
    }
    double load = hall_rack_heat_watts(hall, rack, time) / r->design_watts;
    pdu->inlet_celsius = 22 + 2.5 * load + 0.3 * sin(2 * pi * time / 600 + r->offset[0]);
    pdu->inlet_celsius += hall_water_rise(hall, time);
    pdu->relative_humidity = 0.45 - 0.02 * load;
}

void hall_meter_at(const struct hall *hall, unsigned row, enum feed feed, double time,
                   struct load_state *load) {
    *load = (struct load_state){0};
    for (unsigned i = 0; i < hall->spec.racks; i++)
        hall_add_rack(load, hall, row * hall->spec.racks + i, feed, time, 1 + HALL_BUSWAY_LOSS);
    hall_complete_load(load, volts_of(hall, row, feed), feed, time);
}

void hall_row_at(const struct hall *hall, unsigned row, struct row_state *state) {
    const struct row *r = &hall->rows[row];
    for (unsigned feed = 0; feed < N_FEEDS; feed++)
        state->tripped[feed] = !(state->closed[feed] = !r->lost[feed]);
    state->leaks = r->leaks;
}
