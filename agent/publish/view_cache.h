/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What never changes about a device's series, rendered once per view and kept in an encoder's own form, so
 * that a reading costs little more than its number. Series of equal form (the same outlet of a thousand equal
 * PDUs) share their bytes. Owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_VIEW_CACHE_H
#define HALLWATCH_PUBLISH_VIEW_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "model/series.h"

struct view_cache;

/* What is kept of one view. */
struct view_entry {
    struct device_view *view; /* held */
    struct text head;         /* the encoder's bytes of the device itself */
    uint32_t *pieces;         /* per series: where its bytes are */
    int64_t announced_ms;     /* free for the encoder; 0 in a new entry */
};

/*
 * Bytes that may be read, and copied, beyond the end of a head or a piece: short copies of constant size are
 * the fast ones.
 */
enum { VIEW_CACHE_SLACK = 64 };

/*
 * How an encoder renders the device itself, and one series without what the device's head already says. Pure.

 */
struct view_form {
    void (*head)(const struct device_view *view, struct text *text);
    void (*piece)(const struct device_view *view, const struct series *series, struct text *text);
};

/* Borrows the form. NULL when out of memory. */
struct view_cache *view_cache_new(const struct view_form *form);
void view_cache_free(struct view_cache *cache);

/*
 * The view's entry, made when it is new; an older generation of the device is forgotten. NULL when out of
 * memory.
 */
struct view_entry *view_cache_get(struct view_cache *cache, struct device_view *view);

/* The bytes of series `index` of the entry, valid until the next view_cache_get. */
const char *view_cache_piece(const struct view_cache *cache, const struct view_entry *entry, size_t index,
                             size_t *size);

/* The labels that all series of the device share, and whether one is among them. */
void view_write_labels(const struct device_view *view, struct labels *labels);
bool view_has_label(const struct labels *labels, const char *name);

#endif
