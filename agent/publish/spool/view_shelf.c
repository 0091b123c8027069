/* SPDX-License-Identifier: Apache-2.0 */
/* Two hash tables over the same entries, by view and by number. */
#include "publish/spool/view_shelf.h"

#include <stdlib.h>

#include "base/error.h"

enum { BUCKETS = 4096, SPARE = 64 /* views of devices that changed, before they are looked for */ };

struct entry {
    struct device_view *view; /* shelved */
    uint64_t id;
    bool is_used; /* by rows that were written */
    struct entry *next_view, *next_id;
};

struct view_shelf {
    struct entry *by_view[BUCKETS], *by_id[BUCKETS];
    size_t n, full;
    size_t swept; /* buckets that the sweep under way has done */
};

static struct entry **view_bucket(struct view_shelf *shelf, const struct device_view *view) {
    return &shelf->by_view[((uintptr_t)view >> 4) * 0x9e3779b97f4a7c15 >> 52];
}

static struct entry **id_bucket(struct view_shelf *shelf, uint64_t id) {
    return &shelf->by_id[id % BUCKETS];
}

struct view_shelf *view_shelf_new(void) {
    struct view_shelf *shelf = calloc(1, sizeof(*shelf));
    if (shelf)
        shelf->full = SPARE;
    return shelf;
}

void view_shelf_clear(struct view_shelf *shelf) {
    if (!shelf)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *entry = shelf->by_view[i], *next; entry; entry = next) {
            next = entry->next_view;
            device_view_unshelve(entry->view);
            free(entry);
        }
        shelf->by_view[i] = shelf->by_id[i] = NULL;
    }
    shelf->n = shelf->swept = 0;
}

void view_shelf_free(struct view_shelf *shelf) {
    view_shelf_clear(shelf);
    free(shelf);
}

static struct entry *find(struct view_shelf *shelf, const struct device_view *view) {
    struct entry *entry = *view_bucket(shelf, view);
    while (entry && entry->view != view)
        entry = entry->next_view;
    return entry;
}

uint64_t view_shelf_find(struct view_shelf *shelf, const struct device_view *view) {
    const struct entry *entry = find(shelf, view);
    return entry && entry->is_used ? entry->id : 0;
}

struct device_view *view_shelf_get(struct view_shelf *shelf, uint64_t id) {
    for (struct entry *entry = *id_bucket(shelf, id); entry; entry = entry->next_id)
        if (entry->id == id)
            return entry->view;
    return NULL;
}

int view_shelf_add(struct view_shelf *shelf, struct device_view *view, uint64_t id, bool is_used) {
    struct entry *entry = find(shelf, view);
    if (entry && entry->id == id) {
        entry->is_used |= is_used;
        return 0;
    }
    entry = malloc(sizeof(*entry));
    if (!entry)
        return ERROR_MEMORY;
    struct entry **by_view = view_bucket(shelf, view), **by_id = id_bucket(shelf, id);
    *entry = (struct entry){device_view_shelve(view), id, is_used, *by_view, *by_id};
    *by_view = *by_id = entry;
    shelf->n++;
    return 0;
}

bool view_shelf_is_full(const struct view_shelf *shelf) {
    return shelf->n >= shelf->full;
}

static void remove_entry(struct view_shelf *shelf, struct entry **by_view) {
    struct entry *entry = *by_view, **by_id = id_bucket(shelf, entry->id);
    while (*by_id != entry)
        by_id = &(*by_id)->next_id;
    *by_view = entry->next_view;
    *by_id = entry->next_id;
    device_view_unshelve(entry->view);
    free(entry);
    shelf->n--;
}

bool view_shelf_take_idle(struct view_shelf *shelf, uint64_t *id) {
    for (; shelf->swept < BUCKETS; shelf->swept++) {
        for (struct entry **place = &shelf->by_view[shelf->swept]; *place; place = &(*place)->next_view) {
            if (!device_view_is_idle((*place)->view))
                continue;
            *id = (*place)->id;
            remove_entry(shelf, place);
            if (!view_shelf_get(shelf, *id)) /* else another view has the number */
                return true;
            if (!*place)
                break;
        }
    }
    shelf->swept = 0;
    shelf->full = shelf->n + shelf->n / 4 + SPARE;
    return false;
}
