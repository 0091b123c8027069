/* SPDX-License-Identifier: Apache-2.0 */
/* Readings for people: titles without units, values in the units that people use, places in words. Pure. */
#ifndef HALLWATCH_MODEL_HUMAN_H
#define HALLWATCH_MODEL_HUMAN_H

#include <stddef.h>

#include "drivers/catalog.h"

/* All write at most `size` bytes, always terminated. */

/* "active power" of facility_active_power_watts. */
void human_write_title(enum quantity quantity, char *text, size_t size);

/* "0.27 kW", "on": five significant digits and the unit people use; a state's word. */
void human_write_value(enum quantity quantity, double value, char *text, size_t size);

/* "outlet 1/3 L1", "supply secondary"; "-" where the place says nothing. */
void human_write_place(const struct place *place, char *text, size_t size);

#endif
