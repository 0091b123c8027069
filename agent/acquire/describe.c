/* SPDX-License-Identifier: Apache-2.0 */
/* From configuration, plan and image to the view of a device. */
#include "acquire/describe.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/oid.h"
#include "acquire/raw_text.h"
#include "base/text.h"

enum { NAME_BYTES = 256 };

/* The first of the driver's facts of that quantity that the device answers; "" where it answers none. */
static char *fact_text(const struct plan *plan, const struct image *image, enum quantity quantity) {
    char text[NAME_BYTES];
    for (size_t i = 0; i < plan->driver->n_facts; i++) {
        const struct fact *fact = &plan->driver->facts[i];
        uint32_t base = 0, behind;
        if (fact->quantity == quantity &&
            (fact->model == 0 || image_model(image, fact->model, &base, &behind)) &&
            decode_image_text(plan->driver, image, base, &fact->source, text, sizeof(text)))
            return strdup(text);
    }
    return strdup("");
}

static bool place_same_part(const struct place *a, const struct place *b) {
    return a->part == b->part && a->depth == b->depth &&
           memcmp(a->id, b->id, a->depth * sizeof(a->id[0])) == 0;
}

static bool view_has_name(const struct device_view *view, const struct place *place) {
    for (size_t i = 0; i < view->n_names; i++)
        if (place_same_part(&view->names[i].place, place))
            return true;
    return false;
}

static bool view_add_name(struct device_view *view, const struct place *place, const struct raw *raw) {
    char text[NAME_BYTES];
    if (!raw_write_text(raw, text, sizeof(text)) || view_has_name(view, place))
        return true;
    struct part_name *larger = reallocarray(view->names, view->n_names + 1, sizeof(*larger));
    if (larger == NULL)
        return false;
    view->names = larger;
    struct part_name *name = &larger[view->n_names];
    *name = (struct part_name){.place = *place, .name = strdup(text)};
    name->place.phase = PHASE_NONE;
    name->place.side = SIDE_NONE;
    name->place.point = NULL;
    view->n_names += name->name != NULL;
    return name->name != NULL;
}

struct name_adding {
    struct device_view *view;
    bool all; /* nothing was lost for want of memory */
};

static void name_found(void *context, const struct place *place, const struct raw *raw) {
    struct name_adding *adding = context;
    adding->all = adding->all && view_add_name(adding->view, place, raw);
}

struct device_view *describe_device(const struct device_config *config, const char *site,
                                    const struct plan *plan, const struct image *image, uint32_t number,
                                    uint32_t generation) {
    struct device_view *view = calloc(1, sizeof(*view));
    if (view == NULL)
        return NULL;
    atomic_init(&view->references, 1);
    view->number = number;
    view->generation = generation;
    view->site = strdup(site);
    view->hall = strdup(config->hall);
    view->row = strdup(config->row);
    view->rack = strdup(config->rack);
    view->feed = strdup(config->feed);
    view->device = strdup(config->name);
    view->driver = strdup(plan->driver->name);
    view->class = catalog_class(plan->driver->class);
    view->manufacturer = fact_text(plan, image, FACT_MANUFACTURER);
    if (view->manufacturer != NULL && view->manufacturer[0] == 0 && plan->driver->manufacturer != NULL) {
        free(view->manufacturer);
        view->manufacturer = strdup(plan->driver->manufacturer);
    }
    view->model = fact_text(plan, image, FACT_MODEL);
    view->serial = fact_text(plan, image, FACT_SERIAL);
    view->firmware = fact_text(plan, image, FACT_FIRMWARE);
    view->given_name = fact_text(plan, image, FACT_NAME);
    view->list = series_list_hold(plan->list);
    view->series = view->list->series;
    view->n_series = view->list->n;
    bool all = view->site != NULL && view->hall != NULL && view->row != NULL && view->rack != NULL &&
               view->feed != NULL && view->device != NULL && view->driver != NULL &&
               view->manufacturer != NULL && view->model != NULL && view->serial != NULL &&
               view->firmware != NULL && view->given_name != NULL;
    struct name_adding adding = {view, all};
    if (all)
        plan_names_find(plan->driver, image, name_found, &adding);
    if (!adding.all) {
        device_view_release(view);
        return NULL;
    }
    return view;
}

struct device_view *describe_gateway(const char *site, const char *gateway, struct series_list *list) {
    struct device_view *view = device_view_new(GATEWAY_NUMBER, list);
    if (view != NULL && device_view_set(&view->site, site) && device_view_set(&view->gateway, gateway))
        return view;
    device_view_release(view);
    return NULL;
}

static bool view_copy_names(struct device_view *view, const struct device_view *from) {
    view->names = calloc(from->n_names + 1, sizeof(*view->names));
    bool all = view->names != NULL;
    for (; all && view->n_names < from->n_names; view->n_names += all) {
        const struct part_name *name = &from->names[view->n_names];
        view->names[view->n_names] = (struct part_name){.place = name->place, .name = strdup(name->name)};
        all = view->names[view->n_names].name != NULL;
    }
    return all;
}

struct device_view *describe_relabelled(const struct device_view *from, const struct device_config *config,
                                        uint32_t generation) {
    struct device_view *view = calloc(1, sizeof(*view));
    if (view == NULL)
        return NULL;
    const char *texts[] = {from->site,   config->hall,   config->row,        config->rack,
                           config->feed, from->device,   from->driver,       from->model,
                           from->serial, from->firmware, from->manufacturer, from->given_name};
    char **copies[] = {&view->site,   &view->hall,     &view->row,          &view->rack,
                       &view->feed,   &view->device,   &view->driver,       &view->model,
                       &view->serial, &view->firmware, &view->manufacturer, &view->given_name};
    atomic_init(&view->references, 1);
    view->number = from->number;
    view->generation = generation;
    view->class = from->class;
    view->list = series_list_hold(from->list);
    view->series = view->list->series;
    view->n_series = view->list->n;
    bool all = true;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        all = (*copies[i] = strdup(texts[i])) != NULL && all;
    if (all && view_copy_names(view, from))
        return view;
    device_view_release(view);
    return NULL;
}

char *describe_source(const struct plan *plan, const struct plan_request *request,
                      const struct plan_item *item) {
    static const char *const kinds[] = {"", "coil", "discrete", "holding", "input"};
    char oid[300];
    struct text text = {0};
    if (request->function == 0) {
        oid_write(&plan->oids[request->first_oid + item->position], oid, sizeof(oid));
        return strdup(oid);
    }
    int address = request->address + item->position;
    text_add_format(&text, "%s %d", kinds[request->function], address + plan->driver->first_register);
    if (plan->driver->first_register != 0)
        text_add_format(&text, " (address %d)", address);
    if (item->source->wire == BIT && request->function > 2)
        text_add_format(&text, " bit %u", item->source->bit);
    return text.data;
}

static bool series_list_equal(const struct series_list *a, const struct series_list *b) {
    if (a == b)
        return true;
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->series[i].quantity != b->series[i].quantity || a->series[i].reason != b->series[i].reason ||
            !place_equal(&a->series[i].place, &b->series[i].place))
            return false;
    return true;
}

bool describe_equal(const struct device_view *a, const struct device_view *b) {
    if (!series_list_equal(a->list, b->list) || a->n_names != b->n_names || strcmp(a->hall, b->hall) != 0 ||
        strcmp(a->row, b->row) != 0 || strcmp(a->rack, b->rack) != 0 || strcmp(a->feed, b->feed) != 0 ||
        strcmp(a->driver, b->driver) != 0 || strcmp(a->manufacturer, b->manufacturer) != 0 ||
        strcmp(a->model, b->model) != 0 || strcmp(a->serial, b->serial) != 0 ||
        strcmp(a->firmware, b->firmware) != 0 || strcmp(a->given_name, b->given_name) != 0)
        return false;
    for (size_t i = 0; i < a->n_names; i++)
        if (!place_same_part(&a->names[i].place, &b->names[i].place) ||
            strcmp(a->names[i].name, b->names[i].name) != 0)
            return false;
    return true;
}
