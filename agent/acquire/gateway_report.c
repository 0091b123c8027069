/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gateway says of itself: the counters of its links and the like, now and then, in batches like
 * those of a device. To the rest of this folder it is a device that is never polled.
 */
#include <math.h>
#include <stdlib.h>

#include "acquire/describe.h"
#include "acquire/device.h"
#include "acquire/link_events.h"
#include "base/clock.h"
#include "base/process.h"

enum { REPORT_MS = 10 * 1000 };

int gateway_report_begin(struct poller *poller) {
    if (poller->options.gateway == NULL || poller->options.once)
        return 0;
    struct device *gateway = calloc(1, sizeof(*gateway));
    struct series_list *list = link_events_list();
    poller->gateway = gateway;
    if (gateway != NULL && list != NULL) {
        gateway->poller = poller;
        gateway->most_batches = 1;
        gateway->view = describe_gateway(poller->options.site, poller->options.gateway, list);
    }
    series_list_release(list);
    return gateway != NULL && gateway->view != NULL ? 0 : ERROR_MEMORY;
}

void gateway_report_end(struct poller *poller) {
    if (poller->gateway == NULL)
        return;
    device_free_batches(poller->gateway);
    device_view_release(poller->gateway->view);
    free(poller->gateway);
}

void gateway_report_say(struct poller *poller) {
    struct device *gateway = poller->gateway;
    int64_t now_ms = poller_now_ms(poller);
    if (gateway == NULL || now_ms - gateway->health_said_ms < REPORT_MS)
        return;
    gateway->health_said_ms = now_ms;
    const struct link_counts counts = {.network = modbus_service_counts(poller->modbus),
                                       .serial = rtu_service_counts(poller->lines),
                                       .snmp = snmp_service_counts(poller->snmp),
                                       .traps = poller_trap_counts(poller),
                                       .clock_error_s = clock_error_s(),
                                       .resident_bytes = process_resident_bytes(),
                                       .cpu_s = process_cpu_s()};
    const struct plan_range all = {0, (uint32_t)gateway->view->n_series};
    struct batch *batch = device_take_batch(gateway, all);
    if (batch == NULL)
        return; /* the last one is still with the publisher */
    link_events_write(&counts, batch->values);
    for (uint32_t i = 0; i < batch->n; i++)
        batch->qualities[i] = (uint8_t)(isnan(batch->values[i]) ? QUALITY_ABSENT : QUALITY_GOOD);
    batch->time_ms = poller_sample_ms(poller);
    device_hand_over(gateway, batch);
}
