/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps per device the states of its last urgent batch. What is done with news is the publisher's affair. */
#include "publish/news.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbered.h"

struct slot {
    struct device_view *view; /* held; NULL: nothing came yet */
    uint32_t first, n;
    double *values; /* n of them, and as many qualities behind them */
    uint8_t *qualities;
};

struct news {
    struct numbered slots; /* of struct slot, by the view's number */
};

struct news *news_new(void) {
    struct news *news = calloc(1, sizeof(*news));
    if (news)
        news->slots.size = sizeof(struct slot);
    return news;
}

static void clear(void *thing) {
    struct slot *slot = thing;
    device_view_release(slot->view);
    free(slot->values);
    *slot = (struct slot){0};
}

void news_free(struct news *news) {
    if (!news)
        return;
    numbered_done(&news->slots, clear);
    free(news);
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
    struct slot *slot = numbered_make(&news->slots, batch->view->number);
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
