/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the hall's physics share: its parts and what has happened to each. Used by hall_*.c
 * alone.
 *
 * What an event changes goes on from where it was: each part keeps its energy at the moment of the last
 * change and counts from there, so that counters stay exact and never run back.
 */
#ifndef HALLSIM_HALL_PARTS_H
#define HALLSIM_HALL_PARTS_H

#include "hall_model.h"
#include "ramp.h"

enum { N_WAVES = 3 };

/* What a rack takes from a feed since the last change of it. */
struct taking {
    double share;  /* of the rack's load */
    double joules; /* until then, by this feed */
    double mark;   /* the rack's joules then */
};

struct rack {
    bool liquid, leaks;
    double design_watts;
    double tangent; /* var per W */
    double period[N_WAVES], offset[N_WAVES];
    double heat_gain[N_WAVES], heat_delay[N_WAVES]; /* of heat against power */
    double feed_share[N_FEEDS];                     /* while both are live */
    struct taking taking[N_FEEDS];
    double outlet_share[N_FEEDS][OUTLETS_MOST]; /* of the feed's share; sums to 1 */
    double phase_share[N_FEEDS][3];
    double first_joules;
    struct ramp creep;
};

struct row {
    bool lost[N_FEEDS]; /* its breaker is open */
    bool leaks;         /* under the floor */
};

struct ups {
    bool on_battery;
    double since;                       /* of the last change */
    double charge;                      /* then, 0..1 */
    double output_joules, input_joules; /* then */
};

/* The water that the chillers cool, against its set point. */
struct water {
    double since;                       /* of the last change of what runs */
    double rise;                        /* then, K */
    double heat_joules, removed_joules; /* then */
};

struct hall {
    struct hall_spec spec;
    double design_watts;
    struct rack *racks;
    struct row *rows;
    struct ups ups[N_FEEDS];
    bool chiller_runs[CHILLERS_MOST];
    struct water water;
    struct training training;
};

/* Adds what a rack takes from a feed, times `factor`, to W, var and energy. */
void hall_add_rack(struct load_state *load, const struct hall *hall, unsigned number, enum feed feed,
                   double time, double factor);
/* Of a rack since the epoch: the integral of its power. */
double hall_rack_joules(const struct hall *hall, const struct rack *rack, double time);
/* How much warmer the water is than its set point, K. */
double hall_water_rise(const struct hall *hall, double time);
/* The heat that the chillers have taken since the epoch. */
double hall_cooling_joules(const struct hall *hall, double time);
/* Gives W, var and joules per phase what follows from them at this voltage; 0: dead. */
void hall_complete_load(struct load_state *load, double volts, enum feed feed, double time);
/* Fixes a part's energy at this time, before something changes it. */
void hall_mark_ups(struct hall *hall, enum feed feed, double time);
void hall_mark_water(struct hall *hall, double time);
void hall_mark_rack(struct rack *rack, const struct hall *hall, double time);

#endif
