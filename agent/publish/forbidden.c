/* SPDX-License-Identifier: Apache-2.0 */
/* A short ring of devices; a site whose broker forbids more of them is asked about the oldest again. */
#include "publish/forbidden.h"

#include <string.h>

void forbidden_done(struct forbidden *forbidden) {
    for (size_t i = 0; i < FORBIDDEN_MOST; i++)
        device_view_release(forbidden->topics[i].view);
    *forbidden = (struct forbidden){0};
}

void forbidden_add(struct forbidden *forbidden, struct device_view *view, int64_t until_ms) {
    struct forbidden_topic *topic = &forbidden->topics[forbidden->n++ % FORBIDDEN_MOST];
    device_view_release(topic->view);
    topic->view = view ? device_view_hold(view) : NULL;
    topic->until_ms = until_ms;
}

static bool is_same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Numbers are used again, for devices, nodes and alarms of other names. */
static bool is_same_subject(const struct device_view *a, const struct device_view *b) {
    return a == b || (a && b && a->number == b->number && strcmp(a->device, b->device) == 0 &&
                      is_same_text(a->node, b->node) && is_same_text(a->alarm, b->alarm));
}

bool forbidden_has(const struct forbidden *forbidden, const struct device_view *view, int64_t now_ms) {
    size_t n = forbidden->n < FORBIDDEN_MOST ? forbidden->n : FORBIDDEN_MOST;
    for (size_t i = 0; i < n; i++)
        if (is_same_subject(forbidden->topics[i].view, view) && now_ms < forbidden->topics[i].until_ms)
            return true;
    return false;
}
