/* SPDX-License-Identifier: Apache-2.0 */
/* Readings for people: titles without units, values in the units that people use, places in words. Pure. */
#ifndef HALLWATCH_MODEL_HUMAN_H
#define HALLWATCH_MODEL_HUMAN_H

#include <stddef.h>

#include "drivers/catalog.h"

/* All write at most `size` bytes, always terminated. */

/* "active power" of facility_active_power_watts. */
void human_write_title(enum quantity quantity, char *text, size_t size);

/* The unit in which values are written here: "kW", "°C"; "" of states and plain numbers. */
const char *human_unit(enum quantity quantity);

/* "0.27" (kW), "on": five significant digits, ten of a counter, without the unit; a state's word. */
void human_write_value(enum quantity quantity, double value, char *text, size_t size);

/* "0.27 kW": the same number of decimals for all, so that a column of one quantity is in line. */
void human_write_rounded(enum quantity quantity, double value, int decimals, char *text, size_t size);

/* "outlet 1/3 L1", "supply secondary"; "-" where the place says nothing. */
void human_write_place(const struct place *place, char *text, size_t size);

/* "950 W", "66.0 kW", "1.05 MW"; "" of what is no number. */
void human_write_watts(double watts, char *text, size_t size);

/* "84 ms", "1.05 s", "12 s", "2.5 min", "3 h": three digits; "" of what is not finite. */
void human_write_duration(double seconds, char *text, size_t size);

#endif
