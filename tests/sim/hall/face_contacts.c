/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contacts of a row on a block of remote I/O: trip and position of the breakers of its two feeds, and the
 * leak rope under it, as discrete inputs that are closed when they mean what they are called.
 */
#include "face.h"

const struct contact_name face_contact_names[N_CONTACTS] = {{"feed_a", "tripped"},
                                                            {"feed_a", "breaker_closed"},
                                                            {"feed_b", "tripped"},
                                                            {"feed_b", "breaker_closed"},
                                                            {"rope", "leak"}};

static void refresh(struct device *device, double time) {
    struct row_state row;
    (void)time;
    hall_row_at(device->hall, device->place, &row);
    const bool closed[N_CONTACTS] = {row.tripped[FEED_A], row.closed[FEED_A], row.tripped[FEED_B],
                                     row.closed[FEED_B], row.leaks};
    for (unsigned i = 0; i < N_CONTACTS; i++)
        register_put_bit(&device->registers, TABLE_DISCRETE, i, closed[i]);
}

bool face_contacts_attach(struct device *device) {
    device->protocol = MODBUS;
    device->driver = "remote_io";
    device->unit = 1;
    device->refresh = refresh;
    return register_image_add(&device->registers, TABLE_DISCRETE, 0, N_CONTACTS, NULL) &&
           register_image_seal(&device->registers);
}
