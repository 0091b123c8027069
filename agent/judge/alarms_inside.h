/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of alarms share: the rules, the engine, what each condition is about, and the devices as
 * they are watched. Included by those parts only (alarms*.c, alarm_say.c, device_conditions.c, silence.c,
 * node_conditions.c, cause.c).
 */
#ifndef HALLWATCH_JUDGE_ALARMS_INSIDE_H
#define HALLWATCH_JUDGE_ALARMS_INSIDE_H

#include "judge/alarm_rules.h"
#include "judge/alarms.h"

#define NO_DEVICE UINT32_MAX
#define NO_SERIES UINT32_MAX
#define NO_GROUP UINT32_MAX

/* What a condition is about; by its number. */
struct about {
    const struct rule *rule;
    uint32_t node;   /* of a device: that it measures, or is; POWER_NO_NODE: of no node */
    uint32_t device; /* of `devices`; NO_DEVICE */
    uint32_t series; /* of the device's view; NO_SERIES: of the whole device, or not there any more */
    uint32_t group;  /* of silence: a bus or a feed; NO_GROUP */
    uint32_t key;    /* digest of rule and subject: the digits of its id */
    char *place;     /* once it was raised: in words */
    char *note;      /* what an operator said of it, until it was passed on */
};

/* A series, or all of one quantity, held to a rule. */
struct bound {
    const struct rule *rule;
    uint32_t series;    /* whose reading asks for a look */
    uint32_t reference; /* another series of the view; NO_SERIES */
    uint32_t unless;    /* the series in whose states the rule does not hold; NO_SERIES */
    uint32_t condition;
    float constant;   /* in the place of a reference; NAN: none */
    bool seen_closed; /* a breaker that is `only_opened` */
};

/* A device as it is watched: of the configuration, or another one that sends. */
struct device_watch {
    const struct device_config *config;    /* NULL: not configured, the gateway itself */
    struct device_view *view;              /* a reference; NULL: nothing heard yet */
    struct bound *bounds;                  /* by series; those at the end are of series no longer there */
    size_t n_bounds, n_bound, bounds_room; /* in use; all */
    double *values;                        /* by series, of those bound: the last good one; NAN */
    const uint32_t *nodes;                 /* that name it */
    size_t n_nodes;
    enum device_class class;
    bool has_leak_sensor;
    uint32_t home; /* the node that it measures as a whole, or is; POWER_NO_NODE */
    bool has_left; /* configured no more */
    /* of silence.c */
    bool has_spoken;               /* a good reading came, ever */
    int64_t last_good_ms;          /* monotonic; INT64_MIN: not asked for yet */
    int64_t counted_ms;            /* wall clock of the batch that was counted last */
    bool is_overdue;               /* for longer than two intervals */
    uint32_t silent[2];            /* conditions: enum rule_silence */
    uint32_t bus, feed;            /* groups */
    double watts, watts_before[2]; /* now, and up to 15 and 30 s ago */
};

/* A restored alarm of a series of a device that has not been heard yet. */
struct restored {
    char id[sizeof(((struct alarm_record *)0)->id)];
    const struct rule *rule;
    uint32_t device;
    uint8_t state;
    int64_t since_ms, changed_ms;
    struct restored *next;
};

/* A node that is out of service. */
struct node_out {
    uint32_t node, condition;
    int64_t until_ms;   /* wall clock; 0: back in service */
    int64_t kept_ms;    /* wall clock: until when it was before a restart; 0: it was not */
    int64_t settles_ms; /* monotonic: until then what was restored waits for the journal to say so again */
    bool is_settled, has_expired;
    char *by, *why;
    struct node_out *next;
};

enum { MEASURE_BUCKETS = 61, MEASURE_BUCKET_MS = 10 * 1000 };

struct alarms {
    const struct site_config *config;
    const struct power_config *power; /* NULL: no nodes */
    const struct topology *topology;
    struct alarm_board *board;
    struct rule_set set;
    struct alarm_engine *engine;
    struct about *abouts; /* by condition */
    size_t n_abouts, abouts_room;
    struct device_watch *devices; /* the configured ones first, in their order */
    size_t n_devices, devices_room;
    uint32_t *by_number; /* of views: place in `devices`, NO_DEVICE */
    size_t n_by_number;
    uint32_t *device_nodes; /* storage of device_watch.nodes */
    struct silence *silence;
    struct node_conditions *nodes;
    struct causes *causes;
    struct restored *restored;
    struct node_out *outs;
    bool *is_out;        /* by node */
    bool has_new_states; /* an alarm was restored, or another node is out of service */
    struct alarm_measures measures;
    uint32_t raised_in[MEASURE_BUCKETS];
    int64_t raised_bucket; /* the newest */
};

/* --- alarms.c --- */

/* A condition of that rule; ALARM_NO_CONDITION when out of memory. It takes over what was restored of it. */
uint32_t alarms_add(struct alarms *alarms, const struct about *about, int64_t on_delay_ms,
                    int64_t off_delay_ms, const struct judge_time *time);
/* The rule of that default's name where it is on; NULL. */
const struct rule *alarms_rule(const struct alarms *alarms, const char *name);
/* --- alarms_nodes.c --- */

/* Finds which nodes name the configured devices. 0 or ERROR_MEMORY. */
int alarms_name_nodes(struct alarms *alarms);
/* The node that a place of a device is about: whose breaker or meter it is, else that of the whole device. */
uint32_t alarms_node_of(const struct alarms *alarms, const struct device_watch *watch,
                        const struct place *place);

/* --- alarms_orders.c --- */

/* A new condition takes over what was restored of it. */
void alarms_take_over(struct alarms *alarms, uint32_t condition, const struct judge_time *time);
/* The device was heard: what was restored of it and not taken over is not there any more. */
void alarms_end_restored(struct alarms *alarms, uint32_t device, const struct judge_time *time);
/* Who is out of service no more. */
void alarms_expire(struct alarms *alarms, const struct judge_time *time);
void alarms_drop_orders(struct alarms *alarms);
/* Time of the measures goes on to that bucket. */
void alarms_pass_buckets(struct alarms *alarms, int64_t bucket);

/* --- alarm_say.c --- */

/* Digest of a rule and its subject: the same over restarts. `subject`: node, device or group; `place` may be
 * NULL. */
uint32_t alarm_key(const char *rule, const char *subject, const struct place *place);
void alarm_write_id(const struct about *about, char *id, size_t size);
/* Puts the alarm on the board as it is now. */
void alarm_say(struct alarms *alarms, const struct judged *judged, struct alarm *alarm);

#endif
