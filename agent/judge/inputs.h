/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inputs of the judge: which series of which device, or of which node of another gateway, say what the
 * meters and the state points of the nodes ask for, and what those said last, with quality and age. A view is
 * looked through once, when it comes; of a batch only the bound series are touched. Pure: time is handed in.
 *
 * Which series a meter means, where the configuration names no part: the device as a whole (its total, else
 * its inlet or input); of what gives power (UPS, switch, shelf, generator ...) its output. A part with
 * several numbers (two inlets) is their sum; `DEVICE:PART/ID` is that one, and all that is numbered below it.
 * Where the part has no voltage of its own, the device's input has.
 */
#ifndef HALLWATCH_JUDGE_INPUTS_H
#define HALLWATCH_JUDGE_INPUTS_H

#include "judge/topology.h"
#include "model/series.h"

/* What a meter can say. Runs of three are L1..L3, or L1-L2, L2-L3, L3-L1. */
enum slot {
    SLOT_W,
    SLOT_PHASE_W,
    SLOT_VAR = SLOT_PHASE_W + PHASES,
    SLOT_PHASE_VAR,
    SLOT_VA = SLOT_PHASE_VAR + PHASES,
    SLOT_PHASE_VA,
    SLOT_A = SLOT_PHASE_VA + PHASES,
    SLOT_PHASE_A,
    SLOT_PAIR_A = SLOT_PHASE_A + PHASES,
    SLOT_V = SLOT_PAIR_A + PHASES,
    SLOT_PHASE_V,
    SLOT_LINE_V = SLOT_PHASE_V + PHASES,
    SLOT_J = SLOT_LINE_V + PHASES,
    SLOT_PHASE_J,
    /* Of another gateway's nodes only: what it knows no more than a bound of, and how much it knows. */
    SLOT_W_AT_LEAST = SLOT_PHASE_J + PHASES,
    SLOT_VA_BOUND,
    SLOT_A_BOUND,
    SLOT_PHASE_A_BOUND,
    SLOT_MEASURED = SLOT_PHASE_A_BOUND + PHASES,
    SLOT_HELD,
    SLOT_UNKNOWN,
    SLOT_SKEW,
    SLOT_CLOCK_ERROR, /* of that gateway */
    N_SLOTS
};

/* What tells a node's state. */
enum tell {
    TELL_BREAKER,
    TELL_MODE,      /* of a UPS */
    TELL_SOURCE,    /* that a transfer switch has selected */
    TELL_AVAILABLE, /* a source is there */
    TELL_UNIT,      /* what a machine is doing */
    TELL_FITTED,    /* modules */
    TELL_ACTIVE,
    TELL_SUPPLY, /* what another gateway judged of its node */
    TELL_PART,   /* one of the node's units: several of them */
    N_TELLS
};

enum reading_state { READING_NONE, READING_FRESH, READING_HELD };
struct reading {
    double value;         /* the last good one */
    int64_t seen_ms;      /* its age counts from here; the inputs' own clock, which never steps back */
    int64_t time_ms;      /* wall clock, as its batch said */
    uint32_t interval_ms; /* from one to the next, as observed; 0: not known yet */
    uint8_t quality;      /* enum quality, as heard last */
    uint8_t state;        /* enum reading_state */
};

struct bound {
    uint32_t series, target; /* the meter, or of tells and of the device's silence the node */
    uint16_t set;
    uint8_t what; /* enum slot, or enum tell */
    uint8_t kind; /* enum bound_kind */
};
enum bound_kind { BOUND_METER, BOUND_TELL, BOUND_UP };

/* What is bound of one view. */
struct binding {
    struct device_view *view; /* a reference */
    size_t n;
    struct bound *bounds; /* by series */
    struct reading *readings;
    int64_t due_ms; /* before then nothing of it grows too old */
};

/* What one place of a device says. */
struct meter_set {
    uint8_t depth; /* of the place's number */
    uint32_t id[PLACE_DEPTH];
    uint16_t at[N_SLOTS]; /* one more than the number of the binding's reading; 0: it does not say that */
    double last_watts;    /* last known, for its weight; NAN: never */
    /* The counter, which goes on over resets of the meter's. */
    double joules;
    double last_joules[1 + PHASES]; /* of the whole, of each phase; NAN: never */
    int64_t last_joules_ms;
    uint32_t resets;
    bool has_joules;
};
struct meter {
    uint32_t node;
    const struct power_point *point; /* NULL: the node as another gateway publishes it */
    double sign;
    const struct binding *binding; /* NULL: not heard of */
    struct meter_set *sets;
    uint32_t n_sets;
};

/* What is told of a node, and how well known that is. */
struct node_tells {
    int16_t code[N_TELLS - 1]; /* as told last; -1: never */
    uint8_t state[N_TELLS - 1];
    uint32_t parts_failed; /* of the units that tell each for itself */
};

struct inputs;

/* Borrows the configuration. NULL when out of memory. */
struct inputs *inputs_new(const struct power_config *power);
void inputs_free(struct inputs *inputs); /* NULL is fine */

/* Goes on to `now_ms` (wall clock) and returns the inputs' own time, which stands still where that steps
 * back. */
int64_t inputs_advance(struct inputs *inputs, int64_t now_ms);
/* The same by a clock that is never set: where this is called before, a clock that leaps ages nothing. */
void inputs_synchronize(struct inputs *inputs, int64_t now_ms, int64_t monotonic_ms);
/* What a batch says. */
void inputs_take(struct inputs *inputs, const struct batch *batch, int64_t now_ms);
/* What has grown too old by now is held over, or unknown. */
void inputs_age(struct inputs *inputs, int64_t now_ms);

/* The next node whose meters (or tells) have said something since it was asked last; POWER_NO_NODE: none. */
uint32_t inputs_next_metered(struct inputs *inputs);
uint32_t inputs_next_told(struct inputs *inputs);

const struct meter *inputs_meters(const struct inputs *inputs, uint32_t node, uint32_t *n);
bool inputs_is_metered(const struct inputs *inputs, uint32_t node);
const struct node_tells *inputs_tells(const struct inputs *inputs, uint32_t node);
/* What the set says there, or NULL: nothing, or nothing that still counts. */
const struct reading *inputs_read(const struct meter *meter, const struct meter_set *set, unsigned slot);

typedef void inputs_show(void *context, const struct device_view *view, const struct series *series,
                         const struct reading *reading);
/* Shows all that is bound for a node. */
void inputs_explain(const struct inputs *inputs, uint32_t node, inputs_show *show, void *context);

#endif
