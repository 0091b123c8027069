/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that were found to be there and wait to be read, in the order in which they were found. Reading
 * what a device has takes memory, and a hall that comes back would take it all at once.
 */
#include "acquire/device.h"

enum { READ_AT_ONCE_MOST = 128 };

void device_wait_to_be_read(struct device *device) {
    struct poller *poller = device->poller;
    device->next_found = NULL;
    *(poller->first_found != NULL ? &poller->last_found->next_found : &poller->first_found) = device;
    poller->last_found = device;
}

void device_read_no_more(struct device *device) {
    struct poller *poller = device->poller;
    struct device *before = NULL, *each = poller->first_found;
    for (; each != NULL && each != device; each = each->next_found)
        before = each;
    if (each == NULL)
        return;
    *(before != NULL ? &before->next_found : &poller->first_found) = device->next_found;
    if (poller->last_found == device)
        poller->last_found = before;
}

void device_read_found(struct poller *poller) {
    while (poller->first_found != NULL && poller->n_admitted < READ_AT_ONCE_MOST) {
        struct device *device = poller->first_found;
        poller->first_found = device->next_found;
        device_read(device);
    }
}
