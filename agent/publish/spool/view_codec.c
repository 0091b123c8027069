/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A view as bytes: its texts and its part names. A list as bytes: the class, then each series. Texts that
 * these borrow (class, point, reason) are kept behind the series in the list's own piece of memory, so that
 * they live as long as it does.
 *
 * What is of no device has more texts, behind the names: so the others are as they were before there were
 * any, and files of that time can be read.
 */
#include "publish/spool/view_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "publish/spool/byte_codec.h"

enum { TEXTS = 13, LATER_TEXTS = 3, SERIES_MOST = 1 << 20, SIZE_MOST = 64 << 20 };

static void list_texts(struct device_view *view, char **texts[TEXTS]) {
    char **const all[TEXTS] = {&view->site,   &view->hall,     &view->row,          &view->rack,
                               &view->feed,   &view->device,   &view->driver,       &view->model,
                               &view->serial, &view->firmware, &view->manufacturer, &view->given_name,
                               &view->gateway};
    memcpy(texts, all, sizeof(all));
}

/* Behind everything else, and only where there is one: files from before they were there stay readable. */
static void list_later_texts(struct device_view *view, char **texts[LATER_TEXTS]) {
    texts[0] = &view->node;
    texts[1] = &view->alarm;
    texts[2] = &view->detail;
}

static void add_place(struct text *text, const struct place *place) {
    bytes_add_string(text, catalog_part(place->part));
    bytes_add_number(text, place->depth);
    for (uint8_t i = 0; i < place->depth; i++)
        bytes_add_number(text, place->id[i]);
    bytes_add_string(text, catalog_phase(place->phase));
    bytes_add_string(text, catalog_side(place->side));
}

int view_encode_list(const struct device_view *view, struct text *text) {
    bytes_add_string(text, view->class);
    bytes_add_number(text, view->n_series);
    for (size_t i = 0; i < view->n_series; i++) {
        const struct series *series = &view->series[i];
        bytes_add_string(text, catalog_quantity(series->quantity)->name);
        add_place(text, &series->place);
        bytes_add_string(text, series->place.point);
        bytes_add_string(text, series->reason);
    }
    return text->failed ? ERROR_MEMORY : 0;
}

int view_encode(const struct device_view *view, struct text *text) {
    char **texts[TEXTS];
    list_texts((struct device_view *)view, texts); /* not a copy of it: others count its references */
    for (size_t i = 0; i < TEXTS; i++)
        bytes_add_string(text, *texts[i]);
    bytes_add_number(text, view->n_names);
    for (size_t i = 0; i < view->n_names; i++) {
        add_place(text, &view->names[i].place);
        bytes_add_string(text, view->names[i].name);
    }
    char **later[LATER_TEXTS];
    list_later_texts((struct device_view *)view, later);
    for (size_t i = 0; i < LATER_TEXTS && (view->node || view->alarm); i++)
        bytes_add_string(text, *later[i]);
    return text->failed ? ERROR_MEMORY : 0;
}

/* A copy of its own; NULL stays NULL. */
static char *read_copy(struct byte_reader *reader) {
    size_t size;
    const char *string = bytes_read_string(reader, &size);
    if (!string)
        return NULL;
    char *copy = strndup(string, size);
    if (!copy)
        reader->failed = true;
    return copy;
}

/* A text of the list's own; *room is where the next goes. */
static const char *read_kept(struct byte_reader *reader, char **room) {
    size_t size;
    const char *string = bytes_read_string(reader, &size);
    if (!string)
        return NULL;
    char *kept = *room;
    memcpy(kept, string, size);
    kept[size] = '\0';
    *room += size + 1;
    return kept;
}

static bool is_word(const char *string, size_t size, const char *word) {
    return strlen(word) == size && (size == 0 || memcmp(string, word, size) == 0);
}

static const char *part_word(uint32_t i) {
    return catalog_part((enum part)i);
}
static const char *phase_word(uint32_t i) {
    return catalog_phase((enum phase)i);
}
static const char *side_word(uint32_t i) {
    return catalog_side((enum side)i);
}

/* Which of n words stands there. */
static uint32_t read_word(struct byte_reader *reader, const char *word(uint32_t i), uint32_t n) {
    size_t size;
    const char *string = bytes_read_string(reader, &size);
    for (uint32_t i = 0; string && i < n; i++)
        if (is_word(string, size, word(i)))
            return i;
    reader->failed = true;
    return 0;
}

static void read_place(struct byte_reader *reader, struct place *place) {
    place->part = (enum part)read_word(reader, part_word, N_PARTS);
    place->depth = (uint8_t)bytes_read_index(reader, PLACE_DEPTH + 1);
    for (uint8_t i = 0; i < place->depth; i++)
        place->id[i] = bytes_read_index(reader, UINT32_MAX);
    place->phase = (enum phase)read_word(reader, phase_word, N_PHASES);
    place->side = (enum side)read_word(reader, side_word, N_SIDES);
}

static enum quantity read_quantity(struct byte_reader *reader) {
    char name[128];
    size_t size;
    const char *string = bytes_read_string(reader, &size);
    if (!string || size >= sizeof(name)) {
        reader->failed = true;
        return QUANTITY_NONE;
    }
    memcpy(name, string, size);
    name[size] = '\0';
    enum quantity quantity = catalog_find_quantity(name);
    if (quantity == QUANTITY_NONE)
        reader->failed = true;
    return quantity;
}

static void read_names(struct byte_reader *reader, struct device_view *view) {
    uint32_t n = bytes_read_index(reader, SERIES_MOST);
    if (n > (size_t)(reader->end - reader->at))
        reader->failed = true; /* each has a few bytes at least */
    if (n == 0 || reader->failed)
        return;
    view->names = calloc(n, sizeof(*view->names));
    if (!view->names)
        reader->failed = true;
    for (; !reader->failed && view->n_names < n; view->n_names++) {
        read_place(reader, &view->names[view->n_names].place);
        view->names[view->n_names].name = read_copy(reader);
    }
}

/* How many series there are, and room for them and for texts that have an end. NULL after a failure. */
static struct series_list *make_list(struct byte_reader reader) {
    size_t size, left = (size_t)(reader.end - reader.at);
    bytes_read_string(&reader, &size);
    uint32_t n = bytes_read_index(&reader, SERIES_MOST);
    if (reader.failed || n > left)
        return NULL;
    /* Each text has a byte for its size there and one for its end here. */
    struct series_list *list = series_list_new(n + left / sizeof(struct series) + 1);
    if (list)
        list->n = n;
    return list;
}

int view_decode_list(const void *bytes, size_t size, struct view_list *decoded) {
    struct byte_reader reader = {.at = bytes, .end = (const uint8_t *)bytes + size};
    struct series_list *list = make_list(reader);
    if (!list)
        return ERROR_GARBLED;
    char *room = (char *)&list->series[list->n];
    const char *class = read_kept(&reader, &room);
    bytes_read_number(&reader);
    for (size_t i = 0; i < list->n && !reader.failed; i++) {
        struct series *series = &list->series[i];
        series->quantity = read_quantity(&reader);
        read_place(&reader, &series->place);
        series->place.point = read_kept(&reader, &room);
        series->reason = read_kept(&reader, &room);
    }
    if (reader.failed || !class || reader.at != reader.end) {
        series_list_release(list);
        return ERROR_GARBLED;
    }
    *decoded = (struct view_list){list, class};
    return 0;
}

int view_decode(const void *bytes, size_t size, uint32_t number, const struct view_list *list,
                struct device_view **decoded) {
    struct byte_reader reader = {.at = bytes, .end = (const uint8_t *)bytes + size};
    struct device_view *view = calloc(1, sizeof(*view));
    if (!view)
        return ERROR_MEMORY;
    atomic_init(&view->references, 1);
    view->number = number;
    view->generation = 1;
    view->list = series_list_hold(list->list);
    view->series = list->list->series;
    view->n_series = list->list->n;
    view->class = list->class;
    char **texts[TEXTS];
    list_texts(view, texts);
    for (size_t i = 0; i < TEXTS; i++)
        *texts[i] = read_copy(&reader);
    for (size_t i = 0; i + 1 < TEXTS; i++) /* all but the last, the gateway, are never NULL */
        reader.failed |= !*texts[i];
    read_names(&reader, view);
    list_later_texts(view, texts);
    bool has_later = !reader.failed && reader.at != reader.end;
    for (size_t i = 0; has_later && i < LATER_TEXTS; i++)
        *texts[i] = read_copy(&reader);
    if (reader.failed || reader.at != reader.end) {
        device_view_release(view);
        return ERROR_GARBLED;
    }
    *decoded = view;
    return 0;
}
