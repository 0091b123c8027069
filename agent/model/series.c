/* SPDX-License-Identifier: Apache-2.0 */
/* The life of device views and the one order in which labels are published. */
#include "model/series.h"

#include <stdlib.h>
#include <string.h>

#include "model/device_map.h"

const char *quality_word(enum quality quality) {
    static const char *const words[N_QUALITIES] = {
        [QUALITY_ABSENT] = "absent",
        [QUALITY_GOOD] = "good",
        [QUALITY_STALE] = "stale",
        [QUALITY_BAD] = "bad",
        [QUALITY_SUBSTITUTED] = "substituted",
        [QUALITY_ENDED] = "ended",
    };
    return (unsigned)quality < N_QUALITIES ? words[quality] : "unknown";
}

struct series_list *series_list_new(size_t n) {
    struct series_list *list = calloc(1, sizeof(*list) + n * sizeof(list->series[0]));
    if (list == NULL)
        return NULL;
    atomic_init(&list->references, 1);
    atomic_init(&list->shelved, 0);
    list->n = n;
    return list;
}

struct series_list *series_list_hold(struct series_list *list) {
    atomic_fetch_add_explicit(&list->references, 1, memory_order_relaxed);
    return list;
}

void series_list_release(struct series_list *list) {
    if (list == NULL || atomic_fetch_sub_explicit(&list->references, 1, memory_order_acq_rel) > 1)
        return;
    driver_release(list->driver);
    free(list);
}

bool device_view_set(char **text, const char *value) {
    char *copy = strdup(value);
    if (!copy)
        return false;
    free(*text);
    *text = copy;
    return true;
}

struct device_view *device_view_new(uint32_t number, struct series_list *list) {
    struct device_view *view = calloc(1, sizeof(*view));
    if (!view)
        return NULL;
    atomic_init(&view->references, 1);
    atomic_init(&view->shelved, 0);
    view->generation = 1;
    view->number = number;
    view->class = "";
    view->list = series_list_hold(list);
    view->series = list->series;
    view->n_series = list->n;
    char **const texts[] = {&view->site,   &view->hall,     &view->row,          &view->rack,
                            &view->feed,   &view->device,   &view->driver,       &view->model,
                            &view->serial, &view->firmware, &view->manufacturer, &view->given_name};
    bool all = true;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        all = device_view_set(texts[i], "") && all;
    if (all)
        return view;
    device_view_release(view);
    return NULL;
}

bool device_view_is_device(const struct device_view *view) {
    return !view->gateway && !view->node && !view->alarm;
}

bool device_view_is_event(const struct device_view *view) {
    return view->detail != NULL;
}

const char *device_view_name(const struct device_view *view) {
    const char *const names[] = {view->alarm, view->node, view->gateway};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i])
            return names[i];
    return view->device;
}

const char *device_view_gateway_part(const struct device_view *view) {
    if (view->n_series > 0 && catalog_part_is_named(view->series[0].place.part))
        return "delivery";
    return view->n_series > 0 && view->series[0].quantity == JUDGE_TIME ? "judging" : "links";
}

struct device_view *device_view_hold(struct device_view *view) {
    atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
    return view;
}

void device_view_release(struct device_view *view) {
    /* The last holder must see what all others did before they let go. */
    if (!view || atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) > 1)
        return;
    char *texts[] = {view->site,    view->hall,     view->row,          view->rack,
                     view->feed,    view->device,   view->driver,       view->model,
                     view->serial,  view->firmware, view->manufacturer, view->given_name,
                     view->gateway, view->node,     view->alarm,        view->detail};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free(texts[i]);
    for (size_t i = 0; i < view->n_names; i++)
        free(view->names[i].name);
    free(view->names);
    series_list_release(view->list);
    free(view);
}

static void shelve(atomic_uint *shelved) {
    atomic_fetch_add_explicit(shelved, 1, memory_order_release);
}

static void unshelve(atomic_uint *shelved) {
    atomic_fetch_sub_explicit(shelved, 1, memory_order_release);
}

static bool is_idle(const atomic_uint *references, const atomic_uint *shelved) {
    /* In this order: one who shelves it meanwhile makes it seem needed. */
    unsigned int n = atomic_load_explicit(shelved, memory_order_acquire);
    return atomic_load_explicit(references, memory_order_acquire) <= n;
}

struct device_view *device_view_shelve(struct device_view *view) {
    device_view_hold(view);
    shelve(&view->shelved);
    return view;
}

void device_view_unshelve(struct device_view *view) {
    unshelve(&view->shelved);
    device_view_release(view);
}

bool device_view_is_idle(const struct device_view *view) {
    return is_idle(&view->references, &view->shelved);
}

struct series_list *series_list_shelve(struct series_list *list) {
    series_list_hold(list);
    shelve(&list->shelved);
    return list;
}

void series_list_unshelve(struct series_list *list) {
    unshelve(&list->shelved);
    series_list_release(list);
}

bool series_list_is_idle(const struct series_list *list) {
    return is_idle(&list->references, &list->shelved);
}

static void add(struct labels *labels, const char *name, const char *value) {
    if (value && *value)
        labels->label[labels->n++] = (struct label){name, value};
}

void series_write_labels(const struct device_view *view, const struct series *series, struct labels *labels) {
    const struct place *place = &series->place;
    labels->n = 0;
    place_write_id(place, labels->id, sizeof(labels->id));
    add(labels, "site", view->site);
    add(labels, "hall", view->hall);
    add(labels, "row", view->row);
    add(labels, "rack", view->rack);
    add(labels, "feed", view->feed);
    add(labels, "gateway", view->gateway);
    add(labels, "node", view->node);
    add(labels, "device", view->device);
    add(labels, "class", view->class);
    add(labels, "alarm", view->alarm);
    add(labels, "component", catalog_part(place->part));
    bool is_named = catalog_part_is_named(place->part);
    add(labels, "component_id", is_named ? place->point : labels->id);
    add(labels, "phase", catalog_phase(place->phase));
    add(labels, "side", catalog_side(place->side));
    add(labels, "point", is_named ? NULL : place->point);
    add(labels, "reason", series->reason);
}
