/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs the rows of a device into a plan: series by rate, requests within the driver's manners. The only
 * memory a plan needs is counted first and allocated once per array.
 */
#include "acquire/plan.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/oid.h"
#include "acquire/plan_series.h"

enum {
    REGISTERS_MOST = 125, /* Modbus application protocol V1.1b3, 6.3 */
    BITS_MOST = 2000,     /* the same, 6.1 */
    VARBINDS_DEFAULT = 40,
    REQUEST_BYTES = 1300, /* of answers, so that they fit one Ethernet frame with headers */
    SCALE_DISTANCE = 24,  /* registers from a value to its scale that belong to one block */
    ALARM_ROWS = 20,      /* active at once, and what of a row fits a datagram */
    VARBIND_EXTRA = 12,   /* tags, lengths and a value of an average varbind, beside its name */
};

static int64_t greatest_divisor(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

/* The device's scale as a fraction. */
static int scale_fraction(enum scale_kind kind, int64_t factor, int64_t *numerator, int64_t *denominator) {
    int64_t power = 1;
    *numerator = *denominator = 1;
    if (kind == SCALE_DIGITS)
        factor = -factor;
    if (kind == SCALE_DIGITS || kind == SCALE_EXPONENT) {
        if (factor < -15 || factor > 15)
            return ERROR_TOO_BIG;
        for (int64_t i = factor < 0 ? -factor : factor; i > 0; i--)
            power *= 10;
        *(factor < 0 ? denominator : numerator) = power;
    } else if (kind == SCALE_DIVISOR) {
        if (factor <= 0)
            return ERROR_TOO_BIG;
        *denominator = factor;
    } else if (kind == SCALE_TIMES) {
        if (factor <= 0)
            return ERROR_TOO_BIG;
        *numerator = factor;
    } else if (kind == SCALE_FACTOR && factor != 0) {
        *(factor < 0 ? denominator : numerator) = factor < 0 ? -factor : factor;
    }
    return 0;
}

int conversion_make(const struct point *point, enum unit unit, enum scale_kind kind, int64_t factor,
                    struct conversion *conversion) {
    const struct unit_info *info = catalog_unit(unit);
    int64_t up, down, shift, numerator, offset, denominator;
    int64_t mul = point->mul == 0 ? 1 : point->mul, div = point->div == 0 ? 1 : point->div;
    if (scale_fraction(kind, factor, &up, &down) != 0)
        return ERROR_TOO_BIG;
    /* ((raw mul + add) / div) up / down is printed; published is that times the unit's numerator plus shift,
     * over ... */
    bool over =
        __builtin_mul_overflow(up, info->numerator, &up) || __builtin_mul_overflow(mul, up, &numerator) ||
        __builtin_mul_overflow(point->add, up, &offset) || __builtin_mul_overflow(div, down, &down) ||
        __builtin_mul_overflow(info->shift, down, &shift) || __builtin_add_overflow(offset, shift, &offset) ||
        __builtin_mul_overflow(down, info->denominator, &denominator);
    if (over)
        return ERROR_TOO_BIG;
    int64_t common = greatest_divisor(greatest_divisor(numerator, offset), denominator);
    *conversion = (struct conversion){numerator / common, offset / common, denominator / common};
    return 0;
}

/* The order in which they are packed: what can share a request side by side. */
static int compare_rows(const void *left, const void *right) {
    const struct plan_row *a = left, *b = right;
    if (a->rate != b->rate)
        return a->rate < b->rate ? -1 : 1;
    int function = source_function(a->source) - source_function(b->source);
    if (function != 0)
        return function;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

/* --- packing --- */

struct packer {
    struct plan *plan;
    const struct driver *driver;
    size_t bytes; /* of the SNMP request being filled */
};

static struct plan_request *packer_begin(struct packer *packer, enum rate rate, uint8_t function) {
    struct plan *plan = packer->plan;
    struct plan_request *request = &plan->requests[plan->n_requests++];
    *request = (struct plan_request){.rate = rate,
                                     .function = function,
                                     .first_oid = (uint32_t)plan->n_oids,
                                     .first_item = (uint32_t)plan->n_items};
    packer->bytes = 0;
    return request;
}

/*
 * Puts a name into the request, unless it was the last already (bits of one object); returns its varbind
 * number. What says whether the item before counts is that item's alone: a request may be cut between the
 * two.
 */
static uint16_t packer_add_name(struct packer *packer, struct plan_request *request, const uint32_t *name,
                                size_t n) {
    struct plan *plan = packer->plan;
    uint32_t *part = plan->parts + plan->n_parts;
    const struct oid name_asked = {name, n};
    bool may_share = plan->n_items < 2 || plan->items[plan->n_items - 2].valid_at == PLAN_NONE;
    if (may_share && request->n_oids > 0 && oid_compare(&plan->oids[plan->n_oids - 1], &name_asked) == 0)
        return (uint16_t)(request->n_oids - 1);
    memcpy(part, name, n * sizeof(*part));
    plan->oids[plan->n_oids++] = (struct oid){part, n};
    plan->n_parts += n;
    return (uint16_t)request->n_oids++;
}

static size_t name_bytes(const uint32_t *name, size_t n) {
    size_t bytes = VARBIND_EXTRA;
    for (size_t i = 0; i < n; i++)
        bytes += name[i] < 128         ? 1
                 : name[i] < 16384     ? 2
                 : name[i] < 2097152   ? 3
                 : name[i] < 268435456 ? 4
                                       : 5;
    return n == 0 ? 0 : bytes;
}

static struct plan_item *packer_add_item(struct packer *packer, struct plan_request *request,
                                         const struct plan_row *row) {
    struct plan_item *item = &packer->plan->items[packer->plan->n_items++];
    *item = (struct plan_item){.point = row->point,
                               .source = row->source,
                               .valid = row->valid,
                               .absent = row->absent,
                               .conversion = row->conversion,
                               .series = row->series,
                               .scale = row->scale,
                               .factor = row->factor,
                               .unit = (uint8_t)row->unit,
                               .scale_at = PLAN_NONE,
                               .valid_at = PLAN_NONE,
                               .rank = row->rank,
                               .raw_only = row->raw_only};
    request->n_items++;
    return item;
}

/* All alarms of one table are judged by one walk along its column. */
static void packer_add_alarm(struct packer *packer, const struct plan_row *row) {
    struct plan *plan = packer->plan;
    struct plan_request *request = plan->n_requests > 0 ? &plan->requests[plan->n_requests - 1] : NULL;
    const struct oid column = {row->name, row->name_n};
    bool same = request != NULL && request->rows > 0 && request->rate == row->rate &&
                oid_compare(&plan->oids[request->first_oid], &column) == 0;
    if (!same) {
        request = packer_begin(packer, row->rate, 0);
        request->rows = ALARM_ROWS;
    }
    struct plan_item *item = packer_add_item(packer, request, row);
    item->position = 0;
    if (same)
        return;
    packer_add_name(packer, request, row->name, row->name_n);
    packer_add_name(packer, request, row->valid_name, row->valid_n);
}

static void packer_add_object(struct packer *packer, const struct plan_row *row) {
    struct plan *plan = packer->plan;
    struct plan_request *request = plan->n_requests > 0 ? &plan->requests[plan->n_requests - 1] : NULL;
    size_t bytes = name_bytes(row->name, row->name_n) + name_bytes(row->valid_name, row->valid_n);
    uint32_t wanted = row->valid_n > 0 ? 2 : 1;
    uint32_t most =
        packer->driver->manners.most_varbinds > 0 ? packer->driver->manners.most_varbinds : VARBINDS_DEFAULT;
    if (row->alarm) {
        packer_add_alarm(packer, row);
        return;
    }
    if (request == NULL || request->rows > 0 || request->rate != row->rate ||
        request->n_oids + wanted > most || packer->bytes + bytes > REQUEST_BYTES)
        request = packer_begin(packer, row->rate, 0);
    packer->bytes += bytes;
    struct plan_item *item = packer_add_item(packer, request, row);
    item->position = packer_add_name(packer, request, row->name, row->name_n);
    if (row->valid_n > 0)
        item->valid_at = packer_add_name(packer, request, row->valid_name, row->valid_n);
}

/* A scale beside the value is polled with it: some devices change theirs while they run. */
static void packer_add_scale(struct plan_request *request, const struct plan_row *row, struct plan_item *item,
                             uint32_t most) {
    const struct source *source = row->scale != NULL ? &row->scale->source : NULL;
    if (source == NULL || source_function(source) != request->function || request->function <= 2)
        return;
    uint32_t width = source_width(source), end = row->scale_address + width;
    if (row->scale_address < request->address || end - request->address > most ||
        end > (uint32_t)row->address + SCALE_DISTANCE)
        return;
    item->scale_at = (uint16_t)(row->scale_address - request->address);
    if (end > (uint32_t)request->address + request->count)
        request->count = (uint16_t)(end - request->address);
}

static void packer_add_register(struct packer *packer, const struct plan_row *row) {
    struct plan *plan = packer->plan;
    const struct manners *manners = &packer->driver->manners;
    struct plan_request *request = plan->n_requests > 0 ? &plan->requests[plan->n_requests - 1] : NULL;
    uint8_t function = source_function(row->source);
    uint16_t width = source_width(row->source);
    uint32_t most = manners->most_registers > 0 ? manners->most_registers : REGISTERS_MOST;
    if (function <= 2)
        most = BITS_MOST;
    bool fits = request != NULL && request->rate == row->rate && request->function == function &&
                row->address <= request->address + request->count + manners->widest_gap &&
                (uint32_t)(row->address + width - request->address) <= most;
    if (!fits) {
        request = packer_begin(packer, row->rate, function);
        request->address = row->address;
    }
    if (row->address + width > request->address + request->count)
        request->count = (uint16_t)(row->address + width - request->address);
    struct plan_item *item = packer_add_item(packer, request, row);
    item->position = (uint16_t)(row->address - request->address);
    packer_add_scale(request, row, item, most);
}

/* --- building --- */

struct plan *plan_hold(struct plan *plan) {
    atomic_fetch_add(&plan->references, 1);
    return plan;
}

static void plan_free(struct plan *plan) {
    if (plan == NULL)
        return;
    series_list_release(plan->list);
    free(plan->items);
    free(plan->requests);
    free(plan->oids);
    free(plan->parts);
    free(plan);
}

void plan_release(struct plan *plan) {
    if (plan != NULL && atomic_fetch_sub(&plan->references, 1) == 1)
        plan_free(plan);
}

static int plan_reserve(struct plan *plan, const struct plan_rows *rows) {
    size_t parts = 0;
    for (size_t i = 0; i < rows->n; i++)
        parts += rows->row[i].name_n + (size_t)rows->row[i].valid_n;
    plan->items = calloc(rows->n, sizeof(*plan->items));
    plan->requests = calloc(rows->n, sizeof(*plan->requests));
    plan->oids = calloc(2 * rows->n, sizeof(*plan->oids));
    plan->parts = calloc(parts + 1, sizeof(*plan->parts));
    bool all = plan->items != NULL && plan->requests != NULL && plan->oids != NULL && plan->parts != NULL;
    return all ? 0 : ERROR_MEMORY;
}

static void plan_find_requests(struct plan *plan) {
    for (size_t i = plan->n_requests; i-- > 0;) {
        struct plan_range *range = &plan->requests_of[plan->requests[i].rate];
        range->first = (uint32_t)i;
        range->n++;
    }
}

/* Gives back what was reserved for the worst case. */
static void plan_trim(struct plan *plan) {
    void *requests = realloc(plan->requests, plan->n_requests * sizeof(*plan->requests));
    void *oids = realloc(plan->oids, (plan->n_oids + 1) * sizeof(*plan->oids));
    if (requests != NULL)
        plan->requests = requests;
    if (oids != NULL)
        plan->oids = oids;
}

static int plan_fill(struct plan *plan, struct plan_rows *rows) {
    struct packer packer = {.plan = plan, .driver = plan->driver};
    int error = plan_reserve(plan, rows);
    if (error != 0)
        return error;
    error = plan_series_settle(plan, rows);
    if (error != 0)
        return error;
    qsort(rows->row, rows->n, sizeof(*rows->row), compare_rows);
    for (size_t i = 0; i < rows->n; i++) {
        if (plan->driver->protocol == PROTOCOL_SNMP)
            packer_add_object(&packer, &rows->row[i]);
        else
            packer_add_register(&packer, &rows->row[i]);
    }
    plan_find_requests(plan);
    plan_trim(plan);
    return 0;
}

static struct plan *plan_new(const struct driver *driver) {
    struct plan *plan = calloc(1, sizeof(*plan));
    if (plan == NULL)
        return NULL;
    plan->driver = driver;
    atomic_init(&plan->references, 1);
    return plan;
}

int plan_of_health(const struct driver *driver, struct plan **made) {
    struct plan *plan = plan_new(driver);
    if (plan == NULL || plan_series_settle(plan, NULL) != 0) {
        plan_free(plan);
        return ERROR_MEMORY;
    }
    *made = plan;
    return 0;
}

int plan_build(const struct driver *driver, const struct image *image, bool with_raw, struct plan **made) {
    struct plan_rows rows = {0};
    struct plan *plan = plan_new(driver);
    int error = plan == NULL ? ERROR_MEMORY : plan_rows_collect(driver, image, with_raw, &rows);
    if (error == 0 && rows.n == 0)
        error = ERROR_NOT_FOUND;
    if (error == 0)
        error = plan_fill(plan, &rows);
    plan_rows_done(&rows);
    if (error != 0) {
        plan_free(plan);
        return error;
    }
    *made = plan;
    return 0;
}
