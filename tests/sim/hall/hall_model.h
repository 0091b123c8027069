/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physics of the simulated hall: what every rack, feed, UPS, coolant loop and chiller carries at a
 * moment. Pure: a function of the seed, the time and the orders so far, so that any two answers about one
 * moment agree with each other. Electrical quantities follow the load at once, heat with TRAINING_LAG.
 *
 * Each rack has a load that swings over an hour, minutes and seconds, and, when training is ordered, together
 * with all others some times a second. Two rack PDUs, one on feed A and one on B, carry it; the PDUs of a row
 * and feed hang on one busway, behind a breaker and a meter, which sees them and the busway's loss; all
 * busways of a feed hang on that feed's UPS, and both UPSes and the chillers on the intake. The heat of a
 * liquid-cooled rack's declared share leaves through its coolant loop; all heat leaves with the water that
 * the chillers cool.
 *
 * Things happen by order (hall_order.h): a feed of a row is lost, and its racks' other PDUs carry all; a UPS
 * stands on its battery; chillers stop, and what they no longer take warms the water and the loops.
 *
 * Base units everywhere: W, V, A, J, s, degC, Pa, m3/s. Time is seconds since HALL_EPOCH, so that energy
 * counters go on where they were when the simulator is started again.
 */
#ifndef HALLSIM_HALL_MODEL_H
#define HALLSIM_HALL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "training.h"

enum { HALL_EPOCH = 1767225600 }; /* 2026-01-01 00:00 UTC, seconds since 1970 */
enum { OUTLETS_MOST = 48, CHILLERS_MOST = 8 };
enum feed { FEED_A, FEED_B, N_FEEDS };

struct hall_spec {
    uint64_t seed;
    unsigned rows, racks; /* racks per row */
    double rack_watts;    /* the largest rack's design power; the others have 60 to 100 % of it */
    unsigned outlets;     /* metered outlets per rack PDU */
    double liquid;        /* 0..1: how many of the racks are liquid cooled */
    double liquid_share;  /* 0..1: how much of such a rack's heat goes to liquid */
    unsigned chillers;    /* 0: the water is always cold enough */
    double speed;         /* how much faster batteries empty and water warms than in a large hall; 0 = 1 */
};

/* What is the same in every hall. */
#define HALL_BUSWAY_LOSS 0.005 /* of what the PDUs take */
#define HALL_VOLTS 230.0
#define HALL_UPS_EFFICIENCY 0.962
#define HALL_COOLANT_HEAT 4.03e6 /* rho cp of 25 % propylene glycol, J/(m3 K) */
#define HALL_BATTERY_SECONDS 600 /* at full load */
#define HALL_RECHARGE 0.1        /* of the UPS's rating, until the battery is full */
#define HALL_CHILLERS 0.9        /* what all chillers take, of the heat of all racks at design power */
#define HALL_CHILLER_COP 4.5
#define HALL_WATER_SECONDS 2    /* in which that heat warms the water by 1 K, none being taken */
#define HALL_WATER_CELSIUS 20.0 /* the chillers' set point */

struct phase_state {
    double volts, amperes, watts, vars, voltamperes, power_factor;
};

struct load_state {
    struct phase_state phase[3];
    double line_volts[3]; /* L1-L2, L2-L3, L3-L1 */
    double neutral_amperes, hertz;
    double watts, vars, voltamperes, power_factor; /* of all phases; voltamperes from the sums of W and var */
    double joules, varseconds;                     /* since the epoch, and what the counter began with */
};

struct outlet_state {
    unsigned phase; /* 0..2 */
    double amperes, watts, power_factor, joules;
};

struct pdu_state {
    bool dead; /* its feed is lost: it has no power to answer with */
    struct load_state load;
    struct outlet_state outlet[OUTLETS_MOST];
    double inlet_celsius, relative_humidity; /* the sensor at the rack's front; humidity 0..1 */
};

struct ups_state {
    struct load_state input, output;
    double rating_voltamperes;
    double load_ratio[3]; /* per phase, of a third of the rating */
    bool on_battery;
    double battery_seconds; /* on battery so far */
    double charge_ratio, runtime_seconds, battery_volts, battery_amperes, battery_celsius;
};

struct loop_state {
    double heat_watts;
    double flow, supply_celsius, return_celsius; /* supply: to the rack */
    double supply_pascals, return_pascals;
    double pump_ratio, pump_watts, pump_seconds; /* pump_seconds: run so far */
    double fan_ratio, fan_watts, air_celsius;
    bool leaks;
};

struct chiller_state {
    bool runs;
    double supply_celsius, return_celsius, setpoint_celsius;
    double cooling_watts, load_ratio; /* of what it can take */
    double watts;                     /* electrical */
};

/* What the contacts of a row tell. */
struct row_state {
    bool closed[N_FEEDS], tripped[N_FEEDS]; /* the breakers of its busways */
    bool leaks;                             /* the rope under the floor */
};

struct hall;
enum { HALL_INTAKE = 10000 }; /* in the place of a row: what the meter of the intake stands for */

/*
 * NULL when out of memory or the specification is out of bounds. The hall is constant afterwards but for
 * hall_train and what hall_order.h orders.
 */
struct hall *hall_new(const struct hall_spec *spec);
void hall_free(struct hall *hall);
const struct hall_spec *hall_spec(const struct hall *hall);

/* Orders another training load from this time on; see training_set. */
void hall_train(struct hall *hall, const struct training_spec *spec, double time,
                bool begins_with_checkpoint);

/* `rack` counts through all rows: row x racks per row + place. */
bool hall_rack_is_liquid(const struct hall *hall, unsigned rack);
double hall_rack_watts(const struct hall *hall, unsigned rack, double time);
/* The heat that leaves the rack: its power, lagged. */
double hall_rack_heat_watts(const struct hall *hall, unsigned rack, double time);
void hall_pdu_at(const struct hall *hall, unsigned rack, enum feed feed, double time, struct pdu_state *pdu);
void hall_meter_at(const struct hall *hall, unsigned row, enum feed feed, double time,
                   struct load_state *load);
void hall_ups_at(const struct hall *hall, enum feed feed, double time, struct ups_state *ups);
double hall_ups_rating(const struct hall *hall); /* VA; either UPS can carry the whole hall */
double hall_pdu_rating(const struct hall *hall); /* A per phase of a rack PDU: a standard size that carries a
                                                    rack alone */
/* Both UPSes and the chillers. */
void hall_intake_at(const struct hall *hall, double time, struct load_state *load);
/* The loop of a liquid-cooled rack. */
void hall_loop_at(const struct hall *hall, unsigned rack, double time, struct loop_state *loop);
void hall_chiller_at(const struct hall *hall, unsigned chiller, double time, struct chiller_state *state);
void hall_row_at(const struct hall *hall, unsigned row, struct row_state *state);

#endif
