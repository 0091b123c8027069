/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps per device the states of its last urgent batch. What is done with news is the publisher's affair. */
#include "publish/news.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES_MOST = 65536 };

struct slot {
    struct device_view *view; /* held; NULL: nothing came yet */
    uint32_t first, n;
    double *values; /* n of them, and as many qualities behind them */
    uint8_t *qualities;
};

struct news {
    struct slot *slots; /* by the device's number */
    size_t n_slots;
};

struct news *news_new(void) {
    return calloc(1, sizeof(struct news));
}

static void clear(struct slot *slot) {
    device_view_release(slot->view);
    free(slot->values);
    *slot = (struct slot){0};
}

void news_free(struct news *news) {
    if (!news)
        return;
    for (size_t i = 0; i < news->n_slots; i++)
        clear(&news->slots[i]);
    free(news->slots);
    free(news);
}

static struct slot *slot_of(struct news *news, uint32_t number) {
    if (number < news->n_slots)
        return &news->slots[number];
    if (number >= DEVICES_MOST)
        return NULL;
    size_t n = news->n_slots ? news->n_slots : 64;
    while (n <= number)
        n *= 2;
    struct slot *slots = reallocarray(news->slots, n, sizeof(*slots));
    if (!slots)
        return NULL;
    memset(slots + news->n_slots, 0, (n - news->n_slots) * sizeof(*slots));
    news->slots = slots;
    news->n_slots = n;
    return &slots[number];
}

static void begin(struct slot *slot, const struct batch *batch) {
    double *values = malloc(batch->n * (sizeof(double) + 1));
    clear(slot);
    if (values)
        *slot = (struct slot){.view = device_view_hold(batch->view),
                              .first = batch->first,
                              .n = batch->n,
                              .values = values,
                              .qualities = (uint8_t *)(values + batch->n)};
}

/* A gauge of the fast lane changes all the time; of a counter the next reading tells as much. */
static bool is_changed(const struct slot *slot, const struct batch *batch, uint32_t i) {
    if (catalog_quantity(batch->view->series[batch->first + i].quantity)->kind != KIND_STATE)
        return false;
    return slot->qualities[i] != batch->qualities[i] ||
           (batch->qualities[i] != QUALITY_ABSENT && slot->values[i] != batch->values[i]);
}

bool news_note(struct news *news, const struct batch *batch) {
    struct slot *slot = slot_of(news, batch->view->number);
    if (slot && batch->farewell)
        clear(slot);
    if (!batch->urgent || batch->farewell)
        return false;
    bool is_news = !slot || slot->view != batch->view || slot->first != batch->first || slot->n != batch->n;
    if (is_news && slot)
        begin(slot, batch);
    for (uint32_t i = 0; i < batch->n && !is_news; i++)
        is_news = is_changed(slot, batch, i);
    if (is_news && slot && slot->values) {
        memcpy(slot->values, batch->values, batch->n * sizeof(double));
        memcpy(slot->qualities, batch->qualities, batch->n);
    }
    return is_news;
}
