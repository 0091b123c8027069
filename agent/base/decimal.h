/* SPDX-License-Identifier: Apache-2.0 */
/* The shortest decimal of a double, for the numbers that readings are: printf takes microseconds for it. */
#ifndef HALLWATCH_BASE_DECIMAL_H
#define HALLWATCH_BASE_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* digits / 10^places; digits do not end in 0. */
struct decimal {
    uint64_t digits;
    int places; /* from -14 to 20 */
};

/*
 * The decimal of the fewest digits that reads back as this number, of several the nearest. False where the
 * number is outside of 0.0001 to 10^15.
 */
bool decimal_find(double number, struct decimal *decimal);

#endif
