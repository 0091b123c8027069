/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries by the view's number, and one pool of distinct pieces with a hash table over it. The pool only
 * grows, since pieces are shared; a device that renumbers its parts for ever is bounded by starting anew.
 * What the bytes mean is the encoder's affair.
 */
#include "publish/view_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/numbered.h"

enum {
    MOST_POOL = 32 << 20, /* bytes */
    FIRST_SLOTS = 1024,   /* a power of two */
};

struct view_cache {
    const struct view_form *form;
    struct numbered entries; /* of struct view_entry *, by the view's number */
    struct text pool;        /* per piece: its size, its bytes */
    uint32_t *slots;         /* places in the pool; 0 = free, so the pool's first bytes are not used */
    size_t n_slots, n_pieces;
    struct text scratch;
};

static void free_entry(struct view_entry *entry) {
    if (!entry)
        return;
    device_view_release(entry->view);
    text_done(&entry->head);
    free(entry->pieces);
    free(entry);
}

static void done(void *thing) {
    free_entry(*(struct view_entry **)thing);
}

/* Forgets everything; false when out of memory. */
static bool start_anew(struct view_cache *cache) {
    numbered_done(&cache->entries, done);
    free(cache->slots);
    cache->n_pieces = 0;
    cache->n_slots = FIRST_SLOTS;
    cache->slots = calloc(FIRST_SLOTS, sizeof(uint32_t));
    text_clear(&cache->pool);
    text_add(&cache->pool, "", 1);
    return cache->slots && !cache->pool.failed;
}

struct view_cache *view_cache_new(const struct view_form *form) {
    struct view_cache *cache = calloc(1, sizeof(*cache));
    if (!cache)
        return NULL;
    cache->form = form;
    cache->entries.size = sizeof(struct view_entry *);
    if (!start_anew(cache)) {
        view_cache_free(cache);
        return NULL;
    }
    return cache;
}

void view_cache_free(struct view_cache *cache) {
    if (!cache)
        return;
    numbered_done(&cache->entries, done);
    free(cache->slots);
    text_done(&cache->pool);
    text_done(&cache->scratch);
    free(cache);
}

static uint64_t hash(const char *bytes, size_t size) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

static const char *piece_at(const struct view_cache *cache, uint32_t place, size_t *size) {
    uint32_t stored;
    memcpy(&stored, cache->pool.data + place, sizeof(stored));
    *size = stored;
    return cache->pool.data + place + sizeof(stored);
}

/* The slot that holds these bytes, or the free one where they belong. */
static uint32_t *find_slot(const struct view_cache *cache, const char *bytes, size_t size) {
    for (uint64_t i = hash(bytes, size);; i++) {
        uint32_t *slot = &cache->slots[i & (cache->n_slots - 1)];
        if (*slot == 0)
            return slot;
        size_t other_size;
        const char *other = piece_at(cache, *slot, &other_size);
        if (other_size == size && memcmp(other, bytes, size) == 0)
            return slot;
    }
}

static bool double_slots(struct view_cache *cache) {
    uint32_t *old = cache->slots;
    size_t n_old = cache->n_slots;
    uint32_t *slots = calloc(n_old * 2, sizeof(uint32_t));
    if (!slots)
        return false;
    cache->slots = slots;
    cache->n_slots = n_old * 2;
    for (size_t i = 0; i < n_old; i++) {
        if (old[i] == 0)
            continue;
        size_t size;
        const char *bytes = piece_at(cache, old[i], &size);
        *find_slot(cache, bytes, size) = old[i];
    }
    free(old);
    return true;
}

/* Where these bytes are in the pool, added when they are new; 0 when out of memory. */
static uint32_t intern(struct view_cache *cache, const struct text *piece) {
    if (cache->n_pieces * 2 >= cache->n_slots && !double_slots(cache))
        return 0;
    const char *bytes = piece->data ? piece->data : "";
    uint32_t *slot = find_slot(cache, bytes, piece->size);
    if (*slot != 0)
        return *slot;
    uint32_t place = (uint32_t)cache->pool.size, size = (uint32_t)piece->size;
    text_add(&cache->pool, &size, sizeof(size));
    text_add(&cache->pool, bytes, piece->size);
    text_reserve(&cache->pool, VIEW_CACHE_SLACK);
    if (cache->pool.failed)
        return 0;
    cache->n_pieces++;
    *slot = place;
    return place;
}

static struct view_entry *make_entry(struct view_cache *cache, struct device_view *view) {
    struct view_entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return NULL;
    entry->view = device_view_hold(view);
    cache->form->head(view, &entry->head);
    text_reserve(&entry->head, VIEW_CACHE_SLACK);
    entry->pieces = calloc(view->n_series ? view->n_series : 1, sizeof(uint32_t));
    bool failed = entry->head.failed || !entry->pieces;
    for (size_t i = 0; i < view->n_series && !failed; i++) {
        text_clear(&cache->scratch);
        cache->form->piece(view, &view->series[i], &cache->scratch);
        entry->pieces[i] = cache->scratch.failed ? 0 : intern(cache, &cache->scratch);
        failed = entry->pieces[i] == 0;
    }
    if (!failed)
        return entry;
    free_entry(entry);
    return NULL;
}

struct view_entry *view_cache_get(struct view_cache *cache, struct device_view *view) {
    struct view_entry **place = numbered_find(&cache->entries, view->number);
    if (place && *place && (*place)->view == view)
        return *place;
    if ((cache->pool.failed || cache->pool.size > MOST_POOL) && !start_anew(cache))
        return NULL;
    place = numbered_make(&cache->entries, view->number);
    if (!place)
        return NULL;
    free_entry(*place);
    *place = make_entry(cache, view);
    return *place;
}

const char *view_cache_piece(const struct view_cache *cache, const struct view_entry *entry, size_t index,
                             size_t *size) {
    return piece_at(cache, entry->pieces[index], size);
}

void view_write_labels(const struct device_view *view, struct labels *labels) {
    series_write_labels(view, &(const struct series){0}, labels);
}

bool view_has_label(const struct labels *labels, const char *name) {
    for (size_t i = 0; i < labels->n; i++)
        if (strcmp(labels->label[i].name, name) == 0)
            return true;
    return false;
}
