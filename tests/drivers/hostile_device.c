/* SPDX-License-Identifier: Apache-2.0 */
/* Loads recordings, and reads what they have become as the agent would. */
#include "hostile_device.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/chain_walk.h"
#include "acquire/discovery.h"
#include "acquire/oid.h"
#include "acquire/recording.h"
#include "base/file.h"

enum { VARBINDS_MOST = 8192, BYTES_MOST = 256, FILE_MOST = 8 << 20 };

/* --- the recording */

static int compare_cells(const void *left, const void *right) {
    const struct hostile_cell *a = left, *b = right;
    return strcmp(a->key, b->key);
}

static void add_cell(struct hostile_device *device, const char *key, const char *value) {
    if (device->n == device->room) {
        device->room = device->room == 0 ? 256 : 2 * device->room;
        device->cells = realloc(device->cells, device->room * sizeof(*device->cells));
    }
    device->cells[device->n++] = (struct hostile_cell){strdup(key), strdup(value)};
}

/* "holding 7 1 2" is two cells. */
static void add_registers(struct hostile_device *device, char *line) {
    char *rest, key[64];
    line[strcspn(line, "#")] = 0;
    const char *kind = strtok_r(line, " \t", &rest), *address = strtok_r(NULL, " \t", &rest), *word;
    if (kind == NULL || address == NULL || strcmp(kind, "identity") == 0)
        return;
    unsigned long at = strtoul(address, NULL, 0);
    while ((word = strtok_r(NULL, " \t", &rest)) != NULL) {
        snprintf(key, sizeof(key), "%s %lu", kind, at++);
        add_cell(device, key, word);
    }
}

static void add_line(struct hostile_device *device, char *line) {
    char *bar = strchr(line, '|');
    if (device->driver->protocol == PROTOCOL_MODBUS) {
        add_registers(device, line);
    } else if (bar != NULL) {
        *bar = 0;
        add_cell(device, line, bar + 1);
    }
}

bool hostile_device_load(const char *folder, const struct driver *driver, struct hostile_device *device) {
    char path[512], *rest = NULL;
    struct text text = {0};
    bool snmp = driver->protocol == PROTOCOL_SNMP;
    *device = (struct hostile_device){.driver = driver};
    snprintf(path, sizeof(path), "%s/%s/%s.%s", folder, driver->name, driver->name,
             snmp ? "snmprec" : "registers");
    if (file_read(path, FILE_MOST, &text, NULL) != 0)
        return false;
    for (char *line = strtok_r(text.data, "\r\n", &rest); line != NULL; line = strtok_r(NULL, "\r\n", &rest))
        add_line(device, line);
    text_done(&text);
    qsort(device->cells, device->n, sizeof(*device->cells), compare_cells);
    device->now = calloc(device->n + 1, sizeof(*device->now));
    hostile_device_reset(device);
    return true;
}

void hostile_device_done(struct hostile_device *device) {
    for (size_t i = 0; i < device->n; i++) {
        free(device->cells[i].key);
        free(device->cells[i].value);
    }
    free(device->cells);
    free(device->now);
    text_done(&device->extra);
}

void hostile_device_reset(struct hostile_device *device) {
    for (size_t i = 0; i < device->n; i++)
        device->now[i] = device->cells[i].value;
    text_clear(&device->extra);
}

size_t hostile_device_find(const struct hostile_device *device, const char *key) {
    const struct hostile_cell wanted = {.key = (char *)(uintptr_t)key};
    const struct hostile_cell *found =
        bsearch(&wanted, device->cells, device->n, sizeof(wanted), compare_cells);
    return found != NULL ? (size_t)(found - device->cells) : device->n;
}

static struct recording *record(const struct hostile_device *device) {
    struct text text = {0};
    struct recording *recording = NULL;
    char why[300];
    bool snmp = device->driver->protocol == PROTOCOL_SNMP;
    for (size_t i = 0; i < device->n; i++)
        if (device->now[i] != NULL)
            text_add_format(&text, "%s%s%s\n", device->cells[i].key, snmp ? "|" : " ", device->now[i]);
    if (device->extra.size > 0)
        text_add_string(&text, device->extra.data);
    if (recording_parse(snmp ? "x.snmprec" : "x.registers", text.data != NULL ? text.data : "", text.size,
                        &recording, why, sizeof(why)) != 0) {
        fprintf(stderr, "%s: %s\n", device->driver->name, why);
        abort();
    }
    text_done(&text);
    return recording;
}

/* --- discovery */

static void put_agent(struct image *image, const struct recording *recording) {
    const uint32_t first[] = {0};
    struct oid at = {.part = first, .n = 1};
    struct varbind found;
    while (recording_next(recording, at, &found) && image_put_varbind(image, &found) == 0)
        at = found.name;
}

static void put_unit(struct image *image, const struct recording *recording, const struct driver *driver) {
    struct wanted_list list;
    uint8_t values[2 * UINT8_MAX];
    uint16_t header;
    struct chain_walk chain = chain_walk_begin(driver);
    while (chain_walk_next(&chain, &header))
        chain_walk_take(&chain, recording_read(recording, 3, header, CHAIN_WORDS, values) ? values : NULL,
                        image);
    if (wanted_collect(driver, image, &list) != 0)
        abort();
    for (size_t i = 0; i < list.n; i++) {
        const struct wanted *wanted = &list.item[i];
        if (recording_read(recording, wanted->function, wanted->address, wanted->count, values))
            image_put_registers(image, wanted->function, wanted->address, values, wanted->count);
    }
    wanted_done(&list);
}

static struct plan *discover(const struct hostile_device *device, const struct recording *recording) {
    struct image *image = image_new();
    struct plan *plan = NULL;
    image_set_variant(image, device->variant);
    if (device->driver->protocol == PROTOCOL_SNMP)
        put_agent(image, recording);
    else
        put_unit(image, recording, device->driver);
    image_seal(image);
    if (plan_build(device->driver, image, false, &plan) != 0)
        plan = NULL;
    image_free(image);
    return plan;
}

/* --- polling */

/* A whole block or nothing, as units answer. Bits are packed. */
static bool answer_registers(const struct recording *recording, const struct plan_request *request,
                             struct link_answer *answer, uint8_t *values) {
    bool there = recording_read(recording, request->function, request->address, request->count, values);
    answer->data = values;
    answer->size = !there ? 0 : request->function <= 2 ? (request->count + 7u) / 8 : 2u * request->count;
    return there;
}

/* A refused block is read value by value, as the agent does in the end: what is there stands in its place. */
static void answer_by_item(const struct recording *recording, const struct plan_request *request,
                           const struct plan_item *item, struct link_answer *answer, uint8_t *values) {
    bool bits = request->function <= 2;
    uint8_t own[BYTES_MOST];
    answer->size = 0;
    if (!recording_read(recording, request->function, (uint16_t)(request->address + item->position),
                        bits ? 1 : source_width(item->source), own))
        return;
    if (bits)
        values[item->position / 8] = (uint8_t)(own[0] << item->position % 8);
    else
        memcpy(values + 2u * item->position, own, 2u * source_width(item->source));
    /* The scale that is polled with the value goes with it; where it is refused, so are both. */
    if (item->scale_at != PLAN_NONE &&
        !recording_read(recording, request->function, (uint16_t)(request->address + item->scale_at),
                        source_width(&item->scale->source), values + 2u * item->scale_at))
        return;
    answer->size = bits ? (request->count + 7u) / 8 : 2u * request->count;
}

static void answer_objects(const struct recording *recording, const struct plan *plan,
                           const struct plan_request *request, struct link_answer *answer,
                           struct varbind *varbinds) {
    size_t columns = request->n_oids, n = 0;
    const struct oid *names = &plan->oids[request->first_oid];
    for (uint16_t row = 0; row < request->rows && n + columns <= VARBINDS_MOST; row++)
        for (size_t column = 0; column < columns; column++, n++) {
            struct oid after = row == 0 ? names[column] : varbinds[n - columns].name;
            if (!recording_next(recording, after, &varbinds[n]))
                varbinds[n] = (struct varbind){.name = after};
        }
    for (; request->rows == 0 && n < columns; n++) {
        if (!recording_get(recording, names[n], &varbinds[n]))
            varbinds[n] = (struct varbind){.name = names[n]};
    }
    answer->varbinds = varbinds;
    answer->n_varbinds = n;
}

static uint64_t mix(uint64_t hash, uint64_t number) {
    return (hash ^ number) * UINT64_C(1099511628211);
}

static uint64_t item_key(const struct plan *plan, const struct plan_request *request,
                         const struct plan_item *item) {
    uint64_t hash = mix(UINT64_C(14695981039346656037), item->point->quantity);
    hash = mix(mix(hash, item->source->kind), item->source->bit);
    hash = mix(hash, item->source->wire);
    if (request->function != 0)
        return mix(mix(hash, request->function), (uint64_t)request->address + item->position);
    const struct oid *name = &plan->oids[request->first_oid + item->position];
    for (size_t i = 0; i < name->n; i++)
        hash = mix(hash, name->part[i]);
    return hash;
}

static size_t item_cell(const struct hostile_device *device, const struct plan *plan,
                        const struct plan_request *request, const struct plan_item *item) {
    static const char *const kinds[] = {"", "coil", "discrete", "holding", "input"};
    char key[OID_MOST * 11];
    if (request->function != 0)
        snprintf(key, sizeof(key), "%s %d", kinds[request->function], request->address + item->position);
    else
        oid_write(&plan->oids[request->first_oid + item->position], key, sizeof(key));
    return request->rows > 0 ? device->n : hostile_device_find(device, key);
}

/* One value of the request, alone: into the series, and for itself. */
static void judge_item(const struct hostile_device *device, const struct plan_request *request,
                       uint32_t number, const struct link_answer *answer, struct hostile_result *result) {
    const struct plan *plan = result->plan;
    const struct plan_item *item = &plan->items[request->first_item + number];
    const struct plan_range *range = &plan->series_of[request->rate];
    struct hostile_item *one = &result->items[result->n++];
    struct plan_request single = *request;
    uint8_t quality = QUALITY_ABSENT, rank = 0;
    struct readings own = {item->series, 1, &one->value, &quality, {0}, &rank};
    struct readings all = {range->first,
                           range->n,
                           result->values + range->first,
                           result->qualities + range->first,
                           {0},
                           result->ranks + range->first};
    *one = (struct hostile_item){.key = item_key(plan, request, item),
                                 .item = item,
                                 .series = &plan->list->series[item->series],
                                 .raw = decode_raw(plan, item, request, answer),
                                 .cell = item_cell(device, plan, request, item),
                                 .alarm = request->rows > 0};
    single.first_item += number;
    single.n_items = 1;
    decode_answer(plan, &single, answer, &own);
    decode_answer(plan, &single, answer, &all);
    for (int reason = 0; reason < N_BAD_REASONS; reason++)
        result->bad[reason] += all.bad[reason];
    one->quality = (enum quality)quality;
    one->raw.text = NULL;
}

static void poll_all(const struct hostile_device *device, const struct recording *recording,
                     struct hostile_result *result) {
    const struct plan *plan = result->plan;
    struct varbind *varbinds = calloc(VARBINDS_MOST, sizeof(*varbinds));
    uint8_t values[BYTES_MOST];
    for (size_t i = 0; i < plan->n_requests; i++) {
        const struct plan_request *request = &plan->requests[i];
        struct link_answer answer = {0};
        bool whole = true;
        if (request->function != 0)
            whole = answer_registers(recording, request, &answer, values);
        else
            answer_objects(recording, plan, request, &answer, varbinds);
        for (uint32_t k = 0; k < request->n_items; k++) {
            if (!whole)
                answer_by_item(recording, request, &plan->items[request->first_item + k], &answer, values);
            judge_item(device, request, k, &answer, result);
        }
    }
    free(varbinds);
}

void hostile_device_read(const struct hostile_device *device, struct hostile_result *result) {
    struct recording *recording = record(device);
    *result = (struct hostile_result){.plan = discover(device, recording)};
    if (result->plan != NULL) {
        result->items = calloc(result->plan->n_items + 1, sizeof(*result->items));
        result->values = calloc(result->plan->n_series + 1, sizeof(*result->values));
        result->qualities = calloc(result->plan->n_series + 1, sizeof(*result->qualities));
        result->ranks = calloc(result->plan->n_series + 1, sizeof(*result->ranks));
        memset(result->qualities, QUALITY_ABSENT, result->plan->n_series);
        poll_all(device, recording, result);
    }
    recording_free(recording);
}

void hostile_result_done(struct hostile_result *result) {
    if (result->plan != NULL)
        plan_release(result->plan);
    free(result->items);
    free(result->values);
    free(result->qualities);
    free(result->ranks);
}
