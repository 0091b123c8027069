/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hall's power and cooling as the configuration describes it: nodes, who feeds whom, what each can carry
 * and may use, what measures it, and what is to be an alarm. Made and checked by config_power*.c, constant
 * afterwards; part of site_config. Names are resolved: nodes are numbers, a node's sources come before it
 * (`nodes` is in that order). What is measured now, and what follows from it, is the judge's.
 */
#ifndef HALLWATCH_MODEL_POWER_H
#define HALLWATCH_MODEL_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/catalog.h"
#include "drivers/driver.h"
#include "model/mistakes.h"

enum { POWER_NODES_MOST = 100000, POWER_SOURCES_MOST = 16, POWER_METERS_MOST = 64, PHASES = 3 };
enum { POWER_DEPTH_MOST = 100 }; /* levels of sources, one above the other */
#define POWER_NO_NODE UINT32_MAX

enum power_kind {
    POWER_INTAKE,
    POWER_GENERATOR,
    POWER_TRANSFORMER,
    POWER_BUS, /* a switchboard, too */
    POWER_TIE,
    POWER_BREAKER,
    POWER_BUSWAY,
    POWER_TAP_OFF,
    POWER_UPS,
    POWER_UPS_MODULE,
    POWER_STATIC_BYPASS,
    POWER_BATTERY, /* a string */
    POWER_BESS,
    POWER_STS,
    POWER_ATS,
    POWER_PDU, /* of a rack, of a row, of the floor */
    POWER_DC_BUS,
    POWER_SHELF,
    POWER_BBU,
    POWER_RACK,
    POWER_LOAD, /* any other consumer */
    POWER_CHILLER,
    POWER_HEADER, /* the common pipe that chillers or pumps feed */
    POWER_CDU,
    POWER_AIR_UNIT,
    N_POWER_KINDS
};
/* "intake", "static_bypass" ...: as in the configuration and in the label `class` of a node. */
const char *power_kind_word(enum power_kind kind);
/* Whether it carries heat: its rating in W is of that, and limits no electricity. */
bool power_kind_cools(enum power_kind kind);

/* How a node takes from several sources that are there. */
enum power_behaviour {
    POWER_SHARES,  /* from all at once, equally: dual-corded loads, shelves with N+N supplies */
    POWER_PREFERS, /* from one, the first that is there: STS, ATS, transfer contactors */
    POWER_PARALLEL /* from all at once, in proportion to what they can carry: modules or generators on a bus
                    */
};

/* What becomes of a node's own load when its sources are fewer than its rule asks for. */
enum power_on_loss {
    POWER_KEEPS,     /* goes on with what is left */
    POWER_STEPS_DOWN /* goes on with `step_down` of its load */
};

enum breaker_standard { STANDARD_IEC_60947_2, STANDARD_IEC_60898, STANDARD_UL_489, STANDARD_NONE };

enum trip_curve { CURVE_NONE, CURVE_THERMAL_MAGNETIC, CURVE_ELECTRONIC, CURVE_HYDRAULIC_MAGNETIC };
struct power_trip {
    enum trip_curve curve;
    double setting_amperes; /* Ir; 0: the rating */
    double delay_seconds;   /* tr at 6 Ir, of CURVE_ELECTRONIC */
    double time_constant_s; /* of thermal curves; 0: the class's default */
    bool no_thermal_memory;
};

/* 0: not given. Per phase where it is amperes. */
struct power_rating {
    double amperes, watts, voltamperes;
    double volts; /* between phases of three-phase nodes, else of the circuit */
};

struct power_link {
    uint32_t node; /* the source */
    /* Which phase of the source (0..2) feeds this node's L1, L2, L3. Figures of a one-phase node stand at
     * index 0; where it is fed, all three say the one phase of its source. */
    uint8_t phase[PHASES];
    struct spot at; /* where it is written */
};

/* A part of a device that tells something: "pdu-r01-a", "pdu-r01-a:inlet/1", "ups-a:output",
 * "io-r01:breaker/q1". */
struct power_point {
    char *device;
    enum part part; /* PART_NONE: not named */
    uint8_t depth;
    uint32_t id[PLACE_DEPTH];
    char *name;  /* of parts that have names instead of numbers (inputs of remote I/O); NULL: none */
    double sign; /* of a meter: 1, or -1 where it is to be taken off */
    struct spot at;
};

enum budget_unit {
    BUDGET_NONE,
    BUDGET_WATTS,
    BUDGET_AMPERES,
    BUDGET_VOLTAMPERES,
    BUDGET_RATIO /* of usable */
};
struct budget_level {
    enum budget_unit unit; /* BUDGET_NONE: no such level */
    double value;          /* base units; 0.8 for 80 % */
};
/* At which times of the week which levels hold; minutes of the day in the site's time zone. */
struct budget_period {
    uint8_t days;              /* bit 0: Monday ... bit 6: Sunday */
    uint16_t from_min, to_min; /* 0..1440; from > to: over midnight, of the day it begins */
    struct budget_level warning, critical;
};
struct power_budget {
    char *name;
    struct budget_level warning, critical; /* where no period holds */
    struct budget_period *periods;         /* the first that holds counts */
    size_t n_periods;
    double deadband; /* of the level: 0.02 */
    int64_t on_delay_ms, off_delay_ms;
};

/* What is to stay when one thing is lost. */
enum redundancy_rule { REDUNDANCY_NONE, REDUNDANCY_N_PLUS, REDUNDANCY_2N };
struct power_redundancy {
    enum redundancy_rule rule;
    uint32_t spare; /* of N_PLUS: how many */
};

struct power_node {
    char *name;
    char *hall, *row, *rack, *feed; /* "" where not given */
    struct spot at;
    enum power_kind kind;
    struct power_link *sources; /* by preference */
    size_t n_sources;
    uint32_t *cooled_by; /* nodes that carry its heat away */
    size_t n_cooled_by;
    enum power_behaviour behaviour;
    enum power_on_loss on_loss;
    double step_down;
    struct power_rating rating;
    double continuous_ratio; /* from the standard unless given: IEC and KEC 1.0, UL 489 parts 0.8 */
    double derating;         /* for temperature; 1 unless given */
    uint32_t units;          /* alike in it (modules of a UPS); 1 */
    enum breaker_standard standard;
    struct power_trip trip;
    uint8_t phases;    /* 1 or 3; 0: direct current */
    uint8_t phase;     /* of one-phase nodes on a three-phase source: 0..2 */
    bool line_to_line; /* its loads stand between phases, so that phases have no power of their own */
    struct power_point *meters; /* their sum is the node; none: the sum of what it feeds */
    size_t n_meters;
    struct power_point
        *device; /* tells its state: UPS mode, selected source, running ...; NULL: the first meter's */
    struct power_point *breaker; /* whose state is the node's: open is not fed through; NULL: always closed */
    bool normally_open;
    const struct power_budget *budget; /* one of the config's; NULL */
    struct power_redundancy redundancy;
    int64_t autonomy_ms; /* UPS, BBU: how long its battery lasts by design; 0: none or not known */
    int64_t start_ms;    /* generator: until it takes load; default 15 s */
    double design_flow;  /* CDU, m3/s; 0: not given */
    char *gateway;       /* who measures it; "": whoever reads this configuration */
    bool elsewhere;      /* another gateway measures it and publishes its sum, or nobody but the site can */
};

enum condition_test { TEST_ABOVE, TEST_BELOW, TEST_IS, TEST_IS_NOT };
enum { ALARM_PRIORITIES = 4 };
/* A rule of the site: any quantity by class or label; or another setting of a default one of that name. */
struct power_rule {
    char *name;
    struct spot at;
    bool of_default; /* `name` is that of a default rule: what was given replaces the default's */
    bool disabled;
    enum quantity quantity; /* QUANTITY_NONE: not given */
    bool has_class;
    enum device_class class;
    char *device, *hall, *row, *rack, *feed; /* NULL: any */
    enum part part;                          /* PART_NONE: any */
    char *phase, *side, *point;              /* as the labels say; NULL: any */
    enum condition_test test;
    double limit;                      /* base units, or the state's code; NAN: not given */
    double deadband;                   /* base units; NAN: not given */
    int64_t on_delay_ms, off_delay_ms; /* -1: not given */
    uint8_t priority;                  /* 1..4; 0: not given */
    bool latches, latches_given;
    char *response; /* what to do, in the site's words; NULL */
};

struct power_config {
    struct power_node *nodes; /* sources before what they feed */
    size_t n_nodes;
    struct power_budget *budgets;
    size_t n_budgets;
    struct power_rule *rules;
    size_t n_rules;
    char **files; /* those that the spots above name */
    size_t n_files;
    uint64_t digest;       /* of all that was said here: it changes when that does */
    char *time_zone;       /* "Asia/Seoul"; "UTC" */
    double contract_watts; /* at the intake, on one gateway; 0: none */
    int64_t publish_ms;    /* how often a node's figures are published; 1 s */
    int64_t fresh_ms;      /* older inputs are unknown ... */
    int64_t held_ms;       /* ... after they were held over for so long */
};

/* The node of that name (NFKC-folded as everywhere) or POWER_NO_NODE. */
uint32_t power_find(const struct power_config *power, const char *name);
void power_free(struct power_config *power); /* NULL is fine */
void power_node_done(struct power_node *node);
void power_point_done(struct power_point *point);
void power_point_free(struct power_point *point); /* NULL is fine */

#endif
