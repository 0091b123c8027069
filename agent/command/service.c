/* SPDX-License-Identifier: Apache-2.0 */
/* A timer on the field loop: that it goes off says that the loop lives, what it looks at says the rest. */
#include "command/service.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/service_notify.h"

enum { STANDSTILL_MS = 25000 }; /* two of the gateway's reports, and some */

static void on_timer(uv_timer_t *timer) {
    struct service *service = timer->data;
    uint64_t published = publisher_count(service->publisher);
    int64_t now_ms = clock_monotonic_ms();
    if (published != service->published) {
        service->published = published;
        service->progress_ms = now_ms;
    }
    if (now_ms - service->progress_ms <= STANDSTILL_MS)
        service_notify("WATCHDOG=1");
    else
        log_write(LOG_ERROR, "agent", "no reading has made its way for %d s: the watchdog is not fed",
                  (int)((now_ms - service->progress_ms) / 1000));
}

void service_begin(struct service *service, uv_loop_t *loop, const struct publisher *publisher) {
    int64_t watchdog_ms = service_watchdog_ms();
    *service = (struct service){.publisher = publisher, .progress_ms = clock_monotonic_ms()};
    if (watchdog_ms == 0)
        return;
    uv_timer_init(loop, &service->timer);
    service->timer.data = service;
    uv_unref((uv_handle_t *)&service->timer);
    uint64_t period_ms = (uint64_t)watchdog_ms / 2;
    service->is_watched = uv_timer_start(&service->timer, on_timer, period_ms, period_ms) == 0;
}

void service_end(struct service *service) {
    if (service->is_watched)
        uv_close((uv_handle_t *)&service->timer, NULL);
    service->is_watched = false;
}
