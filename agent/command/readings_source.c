/* SPDX-License-Identifier: Apache-2.0 */
/* Makes views and batches of a status document. */
#include "command/readings_source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "command/agent_socket.h"
#include "command/command.h"
#include "command/status_digest.h"

enum { DOCUMENT_MOST = 512 << 20 };
static const double time_most_ms = 253402300800000; /* the year 10000 */

/* Where the document lists what has readings, and what it is. */
enum owner { OWNER_DEVICE, OWNER_NODE, OWNER_ALARM, N_OWNERS };
static const struct {
    const char *list, *name;
    uint32_t first, most; /* numbers of their views */
} owners[N_OWNERS] = {
    [OWNER_DEVICE] = {"devices", "name", 0, JUDGE_NUMBER},
    [OWNER_NODE] = {"nodes", "name", NODE_NUMBERS, ALARM_NUMBERS - NODE_NUMBERS},
    [OWNER_ALARM] = {"alarms", "id", ALARM_NUMBERS, 1 << 20},
};

/* One reading, until it has its place in a view. */
struct entry {
    struct series series;
    double value;
    int64_t time_ms;
    enum quality quality;
    size_t at; /* in the document */
    const char *name;
};

/* --- one reading --- */

/* Which of `n` the word is: "" is 0; n where it is none. */
static unsigned find_word(const char *word, unsigned n, const char *(*word_of)(unsigned)) {
    for (unsigned i = 0; i < n; i++)
        if (strcmp(word, word_of(i)) == 0)
            return i;
    return n;
}

static const char *part_word(unsigned part) {
    return catalog_part((enum part)part);
}

static const char *phase_word(unsigned phase) {
    return catalog_phase((enum phase)phase);
}

static const char *side_word(unsigned side) {
    return catalog_side((enum side)side);
}

static const char *quality_name(unsigned quality) {
    return quality_word((enum quality)quality);
}

/* "2/17" */
static bool read_id(const char *text, struct place *place) {
    place->depth = 0;
    while (*text) {
        char *end;
        if (place->depth == PLACE_DEPTH || *text < '0' || *text > '9')
            return false;
        unsigned long number = strtoul(text, &end, 10);
        if (number > UINT32_MAX || (*end != '\0' && (*end != '/' || end[1] == '\0')))
            return false;
        place->id[place->depth++] = (uint32_t)number;
        text = *end ? end + 1 : end;
    }
    return true;
}

static const char *text_or_null(const json_t *object, const char *key) {
    const char *text = status_text(object, key);
    return *text ? text : NULL;
}

static bool read_place(const json_t *reading, struct place *place) {
    unsigned part = find_word(status_text(reading, "component"), N_PARTS, part_word);
    unsigned phase = find_word(status_text(reading, "phase"), N_PHASES, phase_word);
    unsigned side = find_word(status_text(reading, "side"), N_SIDES, side_word);
    const char *id = status_text(reading, "component_id");
    if (part == N_PARTS || phase == N_PHASES || side == N_SIDES)
        return false;
    *place = (struct place){.part = (enum part)part, .phase = (enum phase)phase, .side = (enum side)side};
    place->point = text_or_null(reading, "point");
    if (!catalog_part_is_named(place->part))
        return read_id(id, place);
    place->point = *id ? id : place->point;
    return true;
}

static int64_t read_time(const json_t *object, const char *key, int64_t otherwise) {
    double time_ms = status_number(object, key);
    return time_ms >= 0 && time_ms < time_most_ms ? (int64_t)time_ms : otherwise;
}

static bool read_entry(const json_t *reading, int64_t now_ms, struct entry *entry) {
    unsigned quality = find_word(status_text(reading, "quality"), N_QUALITIES, quality_name);
    *entry = (struct entry){.series.quantity = catalog_find_quantity(status_text(reading, "metric")),
                            .series.reason = text_or_null(reading, "reason"),
                            .value = status_number(reading, "value"),
                            .time_ms = read_time(reading, "time", now_ms),
                            .name = text_or_null(reading, "name")};
    if (quality == QUALITY_ABSENT || quality >= QUALITY_ENDED || entry->series.quantity == QUANTITY_NONE)
        return false;
    entry->quality = (enum quality)quality;
    if (!isfinite(entry->value))
        entry->quality = QUALITY_BAD;
    return read_place(reading, &entry->series.place);
}

/* --- the readings of one owner --- */

static int compare_entries(const void *left, const void *right) {
    const struct entry *a = left, *b = right;
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

static struct entry *read_entries(struct readings_source *source, const json_t *readings, size_t *n) {
    size_t size = json_array_size(readings);
    struct entry *entries = calloc(size + 1, sizeof(*entries));
    *n = 0;
    for (size_t i = 0; entries && i < size; i++) {
        struct entry *entry = &entries[*n];
        if (read_entry(json_array_get(readings, i), source->time_ms, entry)) {
            entry->at = i;
            ++*n;
        } else
            source->n_left_out++;
    }
    if (entries)
        qsort(entries, *n, sizeof(*entries), compare_entries);
    return entries;
}

static bool name_parts(struct device_view *view, const struct entry *entries, size_t n) {
    size_t named = 0;
    for (size_t i = 0; i < n; i++)
        named += entries[i].name != NULL;
    view->names = calloc(named + 1, sizeof(*view->names));
    for (size_t i = 0; view->names && i < n; i++) {
        if (!entries[i].name)
            continue;
        struct part_name *part = &view->names[view->n_names];
        const struct place *place = &entries[i].series.place;
        *part = (struct part_name){.place = {.part = place->part, .depth = place->depth}};
        memcpy(part->place.id, place->id, sizeof(part->place.id));
        part->name = strdup(entries[i].name);
        if (!part->name)
            return false;
        view->n_names++;
    }
    return view->names != NULL;
}

static bool set_texts(struct device_view *view, enum owner owner, const json_t *document,
                      const json_t *object) {
    static const char *const keys[] = {"hall",  "row",    "rack",     "feed",         "driver",
                                       "model", "serial", "firmware", "manufacturer", "given_name"};
    char **const texts[] = {&view->hall,         &view->row,       &view->rack,   &view->feed,
                            &view->driver,       &view->model,     &view->serial, &view->firmware,
                            &view->manufacturer, &view->given_name};
    const char *name = status_text(object, owners[owner].name);
    bool all = device_view_set(&view->site, status_text(document, "site"));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        all = device_view_set(texts[i], status_text(object, keys[i])) && all;
    view->class = status_text(object, "class");
    if (owner == OWNER_ALARM) {
        const char *node = status_text(object, "node");
        all = all && (!*node || device_view_set(&view->node, node));
        all = all && device_view_set(&view->device, status_text(object, "device"));
        return all && device_view_set(&view->alarm, name);
    }
    return all && device_view_set(owner == OWNER_NODE ? &view->node : &view->device, name);
}

static struct device_view *make_view(const json_t *document, const json_t *object, enum owner owner,
                                     uint32_t number, const struct entry *entries, size_t n) {
    struct series_list *list = series_list_new(n);
    if (!list)
        return NULL;
    for (size_t i = 0; i < n; i++)
        list->series[i] = entries[i].series;
    struct device_view *view = device_view_new(number, list);
    series_list_release(list);
    if (!view || (set_texts(view, owner, document, object) && name_parts(view, entries, n)))
        return view;
    device_view_release(view);
    return NULL;
}

/* --- batches --- */

static void free_batch(struct batch *batch) {
    if (!batch)
        return;
    device_view_release(batch->view);
    free(batch->values);
    free(batch->qualities);
    free(batch);
}

static struct batch *make_batch(struct device_view *view, const struct entry *entries, size_t first,
                                size_t n) {
    struct batch *batch = calloc(1, sizeof(*batch));
    if (!batch)
        return NULL;
    batch->view = device_view_hold(view);
    batch->values = calloc(n, sizeof(*batch->values));
    batch->qualities = calloc(n, sizeof(*batch->qualities));
    batch->time_ms = entries[first].time_ms;
    batch->first = (uint32_t)first;
    batch->n = batch->room = (uint32_t)n;
    if (!batch->values || !batch->qualities) {
        free_batch(batch);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        batch->values[i] = entries[first + i].value;
        batch->qualities[i] = (uint8_t)entries[first + i].quality;
    }
    return batch;
}

static int add_batch(struct readings_source *source, struct batch *batch) {
    if (!batch)
        return ERROR_MEMORY;
    /* The room doubles whenever the number is a power of two. */
    if ((source->n_batches & (source->n_batches - 1)) == 0) {
        size_t room = source->n_batches ? 2 * source->n_batches : 1;
        struct batch **larger = reallocarray(source->batches, room, sizeof(struct batch *));
        if (!larger) {
            free_batch(batch);
            return ERROR_MEMORY;
        }
        source->batches = larger;
    }
    source->batches[source->n_batches++] = batch;
    return 0;
}

static int add_batches(struct readings_source *source, struct device_view *view, const struct entry *entries,
                       size_t n) {
    int error = 0;
    for (size_t first = 0, end; first < n && !error; first = end) {
        for (end = first + 1; end < n && entries[end].time_ms == entries[first].time_ms; end++)
            ;
        error = add_batch(source, make_batch(view, entries, first, end - first));
    }
    return error;
}

static int add_owner(struct readings_source *source, const json_t *object, enum owner owner,
                     uint32_t number) {
    size_t n;
    struct entry *entries = read_entries(source, json_object_get(object, "readings"), &n);
    if (!entries)
        return ERROR_MEMORY;
    int error = 0;
    if (n > 0 && *status_text(object, owners[owner].name)) {
        struct device_view *view = make_view(source->document, object, owner, number, entries, n);
        error = view ? add_batches(source, view, entries, n) : ERROR_MEMORY;
        device_view_release(view);
        source->n_views++;
        source->n_readings += n;
    }
    free(entries);
    return error;
}

static int add_all(struct readings_source *source, enum owner owner) {
    const json_t *list = json_object_get(source->document, owners[owner].list);
    size_t n = json_array_size(list);
    int error = n > owners[owner].most ? ERROR_TOO_BIG : 0;
    for (size_t i = 0; i < n && !error; i++)
        error = add_owner(source, json_array_get(list, i), owner, owners[owner].first + (uint32_t)i);
    return error;
}

static int compare_batches(const void *left, const void *right) {
    const struct batch *a = *(const struct batch *const *)left, *b = *(const struct batch *const *)right;
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    return a->view->number < b->view->number ? -1 : a->view->number > b->view->number;
}

int readings_source_parse(const char *data, size_t size, struct readings_source *source, char *why,
                          size_t why_size) {
    json_error_t json_error;
    *source = (struct readings_source){.document = json_loadb(data, size, 0, &json_error)};
    if (!source->document) {
        snprintf(why, why_size, "line %d: %s", json_error.line, json_error.text);
        return ERROR_GARBLED;
    }
    source->time_ms = read_time(source->document, "time", -1);
    int error = source->time_ms >= 0 && json_is_array(json_object_get(source->document, "devices"))
                    ? 0
                    : ERROR_GARBLED;
    for (int owner = 0; owner < N_OWNERS && !error; owner++)
        error = add_all(source, (enum owner)owner);
    if (!error && source->n_batches > 0)
        qsort(source->batches, source->n_batches, sizeof(struct batch *), compare_batches);
    if (error) {
        snprintf(why, why_size, "%s",
                 error == ERROR_GARBLED   ? "this is no status document (hallwatch status --json)"
                 : error == ERROR_TOO_BIG ? "it lists more devices than an agent can have"
                                          : "out of memory");
        readings_source_done(source);
    }
    return error;
}

void readings_source_done(struct readings_source *source) {
    for (size_t i = 0; i < source->n_batches; i++)
        free_batch(source->batches[i]);
    free(source->batches);
    json_decref(source->document);
    *source = (struct readings_source){0};
}

static int read_from(const char *command, const char *from, struct text *text) {
    int error = file_read(from, DOCUMENT_MOST, text, NULL);
    if (!error)
        return STATUS_OK;
    fprintf(stderr, "hallwatch %s: %s: %s\n", command, from, file_error_text(error));
    return STATUS_USAGE;
}

int readings_source_open(const char *command, const char *socket, const char *from,
                         struct readings_source *source) {
    struct text text = {0};
    char why[200];
    *source = (struct readings_source){0};
    int status = from ? read_from(command, from, &text) : agent_socket_ask(command, socket, &text);
    if (status == STATUS_OK &&
        readings_source_parse(text.data ? text.data : "", text.size, source, why, sizeof(why)) != 0) {
        fprintf(stderr, "hallwatch %s: %s: %s\n", command, from ? from : socket,
                from ? why : "the agent broke off: try again");
        status = from ? STATUS_USAGE : STATUS_UNREACHABLE;
    }
    text_done(&text);
    return status;
}
