/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of a device: which series it has, which requests bring them, and what each answer's pieces mean.
 * Built from a driver and an image of the device, pure; constant afterwards, so devices of equal shape share
 * one.
 *
 *   series    what is published, ordered by rate: one rate's series are one contiguous range, one batch
 *   item      one raw value and how it becomes a series; several items may serve one series, the first that
 * answers wins request   what is asked at once: a block of registers or a list of instances, within the
 * driver's manners
 */
#ifndef HALLWATCH_ACQUIRE_PLAN_H
#define HALLWATCH_ACQUIRE_PLAN_H

#include "acquire/image.h"
#include "drivers/driver.h"
#include "model/series.h"

enum { PLAN_NONE = UINT16_MAX };

/* published = (raw x numerator + offset) / denominator, in lowest terms: scale and unit in one. */
struct conversion {
    int64_t numerator, offset, denominator;
};

struct plan_item {
    const struct point *point;
    const struct source *source;
    const struct match *valid;
    const struct absent *absent;
    struct conversion conversion;
    const struct scale *scale; /* that the device states; NULL: none */
    int32_t factor;            /* what it said at discovery: the conversion's */
    uint32_t series;
    uint16_t position; /* in its request: register or bit offset, or varbind */
    uint16_t valid_at; /* varbind that says whether it counts; PLAN_NONE */
    uint16_t scale_at; /* Modbus: register of its request that says the scale anew; PLAN_NONE */
    uint8_t unit;      /* enum unit */
    uint8_t rank;      /* 0: the preferred source of its series */
    bool raw_only;     /* no source states its unit: shown by --raw, never published */
};

struct plan_request {
    enum rate rate;
    uint8_t function;        /* Modbus: 1 to 4; SNMP: 0 */
    uint16_t address, count; /* Modbus */
    uint16_t rows;           /* SNMP: of a table of alarms, at most so many are asked for; else 0 */
    uint32_t first_oid, n_oids;
    uint32_t first_item, n_items;
};

struct plan_range {
    uint32_t first, n;
};

struct plan {
    atomic_uint references;
    const struct driver *driver; /* the list holds it */
    struct series_list *list;    /* the series, and behind them those of the device's health */
    size_t n_series;             /* of them the driver's */
    struct plan_item *items;
    size_t n_items;
    struct plan_request *requests;
    size_t n_requests;
    struct oid *oids; /* what requests ask for; parts in `parts` */
    size_t n_oids;
    uint32_t *parts;
    size_t n_parts;
    struct plan_range series_of[N_RATES], requests_of[N_RATES];
    struct plan_range health; /* series that the agent itself says of the device */
};

/*
 * Builds the plan. `with_raw`: keep points without a stated unit, for people to look at. ERROR_NOT_FOUND
 * where the device answers none of the driver's points (another device, or no access to them);
 * ERROR_TOO_BIG where it lists more than any device does.
 */
int plan_build(const struct driver *driver, const struct image *image, bool with_raw, struct plan **plan);
/* A plan of the health series alone, for a device of which nothing is known yet. */
int plan_of_health(const struct driver *driver, struct plan **plan);
struct plan *plan_hold(struct plan *plan);
void plan_release(struct plan *plan);

/* True where both ask and mean the same, so that one can serve for both. */
bool plan_equal(const struct plan *a, const struct plan *b);

/*
 * A plan in which request `at` is halved: its items go to two requests. ERROR_NOT_FOUND where it has one
 * value only. The old plan stays the caller's.
 */
int plan_split(const struct plan *plan, size_t at, struct plan **split);

/* Scale, device's own scale factor and unit in one exact conversion. ERROR_TOO_BIG where it does not fit 64
 * bits. */
int conversion_make(const struct point *point, enum unit unit, enum scale_kind kind, int64_t factor,
                    struct conversion *conversion);

/* Modbus function code of a source's kind. */
uint8_t source_function(const struct source *source);

#endif
