/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the way from a device's answers to readings: a recording of either format becomes an image, every
 * driver of its protocol makes a plan of it, and the recording answers the plan, also after requests were
 * split and with values in places where they do not belong. Indices stay within their arrays, a good reading
 * lies within the range of its quantity, and a split plan reads what the whole one does.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/chain_walk.h"
#include "acquire/decode.h"
#include "acquire/discovery.h"
#include "acquire/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SPLITS_MOST = 40, VARBINDS_MOST = 256, BYTES_MOST = 250 };

static struct image *image_of_agent(const struct recording *recording) {
    struct image *image = image_new();
    const uint32_t first[] = {0};
    struct oid at = {.part = first, .n = 1};
    struct varbind found;
    while (recording_next(recording, at, &found) && image_put_varbind(image, &found) == 0)
        at = found.name;
    return image;
}

static struct image *image_of_unit(const struct recording *recording, const struct driver *driver) {
    struct image *image = image_new();
    struct wanted_list list;
    uint8_t values[2 * 255];
    struct chain_walk chain = chain_walk_begin(driver);
    uint16_t header;
    while (chain_walk_next(&chain, &header))
        chain_walk_take(&chain, recording_read(recording, 3, header, CHAIN_WORDS, values) ? values : NULL,
                        image);
    assert(wanted_collect(driver, image, &list) == 0);
    for (size_t i = 0; i < list.n; i++) {
        const struct wanted *wanted = &list.item[i];
        if (recording_read(recording, wanted->function, wanted->address, wanted->count, values))
            image_put_registers(image, wanted->function, wanted->address, values, wanted->count);
    }
    wanted_done(&list);
    return image;
}

static void check_item(const struct plan *plan, const struct plan_request *request,
                       const struct plan_item *item) {
    const struct plan_range *range = &plan->series_of[request->rate];
    assert(item->series - range->first < range->n);
    if (request->function == 0) {
        assert(item->position < request->n_oids);
        assert(item->valid_at == PLAN_NONE || item->valid_at < request->n_oids);
    } else {
        assert(item->position + source_width(item->source) <= request->count);
        assert(request->address + request->count <= 0x10000);
    }
}

static void check_plan(const struct plan *plan) {
    size_t series = 0, requests = 0, items = 0;
    assert(plan->list->n == plan->health.first + plan->health.n && plan->health.first == plan->n_series);
    for (int rate = 0; rate < N_RATES; rate++) {
        assert(plan->series_of[rate].first + plan->series_of[rate].n <= plan->n_series);
        series += plan->series_of[rate].n;
        for (uint32_t i = 0; i < plan->requests_of[rate].n; i++)
            assert(plan->requests[plan->requests_of[rate].first + i].rate == (enum rate)rate);
        requests += plan->requests_of[rate].n;
    }
    assert(series == plan->n_series && requests == plan->n_requests);
    for (size_t i = 0; i < plan->n_requests; i++) {
        const struct plan_request *request = &plan->requests[i];
        assert(request->n_items > 0 && request->first_item == items);
        assert(request->first_oid + request->n_oids <= plan->n_oids && request->n_oids <= VARBINDS_MOST);
        for (uint32_t j = 0; j < request->n_items; j++)
            check_item(plan, request, &plan->items[request->first_item + j]);
        items += request->n_items;
    }
    assert(items == plan->n_items);
}

/* What the recording answers; `shift` moves values to the next varbind or byte. */
static void answer_from(const struct recording *recording, const struct plan *plan,
                        const struct plan_request *request, size_t shift, struct link_answer *answer,
                        struct varbind *varbinds, uint8_t *values) {
    *answer = (struct link_answer){.varbinds = varbinds, .n_varbinds = request->n_oids, .data = values};
    for (uint32_t i = 0; i < request->n_oids; i++) {
        const struct oid *name = &plan->oids[request->first_oid + (i + shift) % request->n_oids];
        if (!recording_get(recording, *name, &varbinds[i]))
            varbinds[i].raw = (struct raw){.kind = RAW_NONE};
        varbinds[i].name = plan->oids[request->first_oid + i];
    }
    if (request->function == 0)
        return;
    answer->size = request->function <= 2 ? (request->count + 7u) / 8 : 2u * request->count;
    assert(answer->size <= BYTES_MOST);
    for (uint16_t i = 0; i < request->count && request->function > 2; i++) {
        uint8_t *word = values + 2u * i;
        uint16_t address = (uint16_t)(request->address + i + shift);
        if (!recording_read(recording, request->function, address, 1, word))
            memset(word, (int)(address * 37u & 0xff), 2);
    }
    if (request->function <= 2)
        memset(values, 0, answer->size);
    for (uint16_t i = 0; i < request->count && request->function <= 2; i++) {
        uint16_t address = (uint16_t)(request->address + i + shift);
        uint8_t bit;
        if (!recording_read(recording, request->function, address, 1, &bit))
            bit = address * 37u >> 2 & 1;
        values[i / 8] |= (uint8_t)((bit & 1) << i % 8);
    }
}

static void check_readings(const struct plan *plan, const struct readings *readings) {
    for (uint32_t i = 0; i < readings->n; i++) {
        const struct quantity_info *info = catalog_quantity(plan->list->series[readings->first + i].quantity);
        assert(readings->qualities[i] <= QUALITY_BAD);
        if (readings->qualities[i] == QUALITY_GOOD)
            assert(readings->values[i] >= info->least && readings->values[i] <= info->most);
    }
}

/* Polls everything into arrays over all series. */
static void poll_all(const struct recording *recording, const struct plan *plan, size_t shift, double *values,
                     uint8_t *qualities) {
    memset(qualities, QUALITY_ABSENT, plan->n_series);
    memset(values, 0, plan->n_series * sizeof(*values));
    uint8_t *ranks = calloc(plan->n_series + 1, 1);
    assert(ranks != NULL);
    for (size_t i = 0; i < plan->n_requests; i++) {
        const struct plan_request *request = &plan->requests[i];
        const struct plan_range *range = &plan->series_of[request->rate];
        struct varbind varbinds[VARBINDS_MOST];
        uint8_t bytes[BYTES_MOST + 2];
        struct link_answer answer;
        struct readings readings = {
            range->first,        range->n, values + range->first, qualities + range->first, {0},
            ranks + range->first};
        answer_from(recording, plan, request, shift, &answer, varbinds, bytes);
        decode_answer(plan, request, &answer, &readings);
        check_readings(plan, &readings);
    }
    free(ranks);
}

/* Halves requests, one after the other, and holds what is read against what the whole plan read. */
static void split_all(const struct recording *recording, struct plan *plan, const double *values,
                      const uint8_t *qualities) {
    double *again = calloc(plan->n_series + 1, sizeof(*again));
    uint8_t *again_qualities = calloc(plan->n_series + 1, 1);
    struct plan *now = plan_hold(plan), *split;
    size_t at = 0;
    for (int splits = 0; splits < SPLITS_MOST && at < now->n_requests; splits++) {
        if (plan_split(now, at, &split) != 0) {
            at++;
            continue;
        }
        assert(split->n_requests == now->n_requests + 1);
        plan_release(now);
        now = split;
        check_plan(now);
    }
    poll_all(recording, now, 0, again, again_qualities);
    assert(memcmp(qualities, again_qualities, plan->n_series) == 0);
    for (size_t i = 0; i < plan->n_series; i++)
        assert(qualities[i] != QUALITY_GOOD || values[i] == again[i]);
    plan_release(now);
    free(again);
    free(again_qualities);
}

static void try_driver(const struct recording *recording, const struct driver *driver, bool with_raw) {
    struct image *image =
        driver->protocol == PROTOCOL_SNMP ? image_of_agent(recording) : image_of_unit(recording, driver);
    struct plan *plan = NULL;
    image_seal(image);
    if (plan_build(driver, image, with_raw, &plan) == 0) {
        double *values = calloc(plan->n_series + 1, sizeof(*values));
        uint8_t *qualities = calloc(plan->n_series + 1, 1);
        check_plan(plan);
        assert(plan_equal(plan, plan));
        poll_all(recording, plan, 1, values, qualities);
        poll_all(recording, plan, 0, values, qualities);
        split_all(recording, plan, values, qualities);
        free(values);
        free(qualities);
        plan_release(plan);
    }
    image_free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char why[200];
    struct recording *recording = NULL;
    bool snmp = memchr(data, '|', size) != NULL;
    if (recording_parse(snmp ? "x.snmprec" : "x.registers", (const char *)data, size, &recording, why,
                        sizeof(why)) != 0)
        return -1;
    for (size_t i = 0; i < n_drivers; i++)
        if ((all_drivers[i]->protocol == PROTOCOL_SNMP) == snmp)
            try_driver(recording, all_drivers[i], size % 2 == 0);
    recording_free(recording);
    return 0;
}
