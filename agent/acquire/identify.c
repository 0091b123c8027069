/* SPDX-License-Identifier: Apache-2.0 */
/* How a recognition begins and ends; what is asked is identify_snmp.c's and identify_modbus.c's. */
#include <stdlib.h>
#include <string.h>

#include "acquire/identify_state.h"

bool identify_is_standard(const struct driver *driver) {
    static const char makers[] = "1.3.6.1.4.1.";
    for (size_t i = 0; i < IDENTIFY_RECOGNITIONS; i++) {
        const char *names[] = {driver->recognition[i].sys_object_id, driver->recognition[i].probe};
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
            if (names[k] != NULL && strncmp(names[k], makers, sizeof(makers) - 1) == 0)
                return false;
    }
    return driver->protocol == PROTOCOL_SNMP || driver->chain.n > 0;
}

void identify_ask(struct identify *identify, link_done answered) {
    identify->request.timeout_ms = identify->options.timeout_ms;
    identify->finding.asked++;
    int error = link_ask(identify->link, &identify->request, answered, identify);
    if (error != 0)
        identify_end(identify, NULL, error, "the request could not be sent");
}

void identify_end(struct identify *identify, const struct driver *driver, int error, const char *why) {
    struct identify_finding *finding = &identify->finding;
    finding->protocol = identify->options.protocol;
    finding->driver = driver;
    finding->error = driver != NULL ? 0 : error;
    finding->why = why;
    finding->standard = driver != NULL && identify_is_standard(driver);
    finding->sys_object_id = identify->sys_object_id;
    finding->sys_descr = identify->sys_descr;
    finding->vendor = identify->vendor;
    finding->product = identify->product;
    finding->release = identify->release;
    finding->considered = identify->considered;
    finding->n_considered = identify->n_considered;
    finding->candidates = identify->candidates;
    finding->n_candidates = identify->n_candidates;
    finding->subtrees = (const char *const *)identify->subtrees;
    identify->done(identify->context, finding);
    identify_stop(identify);
}

int identify_start(struct link *link, const struct identify_options *options, identify_done done,
                   void *context, struct identify **started) {
    struct identify *identify = calloc(1, sizeof(*identify));
    if (identify == NULL)
        return ERROR_MEMORY;
    identify->considered = calloc(n_drivers * (IDENTIFY_RECOGNITIONS + 1), sizeof(*identify->considered));
    identify->candidates = calloc(n_drivers + 1, sizeof(*identify->candidates));
    if (identify->considered == NULL || identify->candidates == NULL) {
        identify_stop(identify);
        return ERROR_MEMORY;
    }
    identify->link = link;
    identify->options = *options;
    identify->done = done;
    identify->context = context;
    *started = identify;
    if (options->protocol == PROTOCOL_SNMP)
        identify_snmp(identify);
    else
        identify_modbus(identify);
    return 0;
}

void identify_stop(struct identify *identify) {
    if (identify == NULL)
        return;
    for (size_t i = 0; i < IDENTIFY_SUBTREES_MOST; i++)
        free(identify->subtrees[i]);
    free(identify->considered);
    free(identify->candidates);
    free(identify);
}
