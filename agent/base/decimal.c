/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact integers only. All decimals between the halves of the way to the two neighbouring doubles read back
 * as the number; so it is scaled to 17 digits in front of the point, which are enough, and rounded to ever
 * fewer, as long as what is left is between these bounds.
 */
#include "base/decimal.h"

#include <string.h>

enum { DIGITS = 17, POWERS = 21, FRACTION_BITS = 52, EXPONENT_BIAS = 1075 };

static const uint64_t fives[POWERS] = {1u,
                                       5u,
                                       25u,
                                       125u,
                                       625u,
                                       3125u,
                                       15625u,
                                       78125u,
                                       390625u,
                                       1953125u,
                                       9765625u,
                                       48828125u,
                                       244140625u,
                                       1220703125u,
                                       6103515625u,
                                       30517578125u,
                                       152587890625u,
                                       762939453125u,
                                       3814697265625u,
                                       19073486328125u,
                                       95367431640625u};

/* The number as whole + part / 2^bits; what is nearer than the bounds, in the same parts, reads back as it.
 */
struct scaled {
    uint64_t whole, part;
    unsigned bits;
    uint64_t below, above;
};

/* By which power of ten the number has 17 digits in front of the point. */
static unsigned find_power(double number) {
    static const double powers[] = {1e-3, 1e-2, 1e-1, 1e0, 1e1,  1e2,  1e3,  1e4,  1e5,
                                    1e6,  1e7,  1e8,  1e9, 1e10, 1e11, 1e12, 1e13, 1e14};
    unsigned low = 0, high = sizeof(powers) / sizeof(powers[0]);
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (number >= powers[middle])
            low = middle + 1;
        else
            high = middle;
    }
    return DIGITS + 3 - low;
}

/* In quarters of the last binary place, so that the bounds are whole. */
static struct scaled scale(uint64_t bits, unsigned power) {
    uint64_t fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1), five = fives[power];
    uint64_t quarters = (fraction | UINT64_C(1) << FRACTION_BITS) << 2;
    uint64_t high = quarters >> 32, low = quarters & UINT32_MAX;
    uint64_t middle = high * (five & UINT32_MAX) + low * (five >> 32);
    uint64_t product = low * (five & UINT32_MAX), bottom = product + (middle << 32);
    uint64_t top = high * (five >> 32) + (middle >> 32) + (bottom < product);
    int exponent = (int)(bits >> FRACTION_BITS) - EXPONENT_BIAS;
    struct scaled scaled = {.bits = (unsigned)(2 - exponent - (int)power)};
    scaled.whole = top << (64 - scaled.bits) | bottom >> scaled.bits;
    scaled.part = bottom & ((UINT64_C(1) << scaled.bits) - 1);
    /* Half way to a neighbour is read as the even one of the two; a power of two is nearer to the lower one.
     */
    uint64_t is_odd = fraction & 1;
    scaled.above = 2 * five - is_odd;
    scaled.below = fraction == 0 ? five : scaled.above;
    return scaled;
}

/* A multiple of `unit` that reads back as the number, in units; 0: there is none. */
static uint64_t round_to(const struct scaled *scaled, uint64_t unit) {
    uint64_t units = scaled->whole / unit, rest = scaled->whole % unit;
    bool is_down = scaled->part <= scaled->below && rest <= (scaled->below - scaled->part) >> scaled->bits;
    bool is_up = unit - rest <= (scaled->above + scaled->part) >> scaled->bits;
    if (is_down && is_up) { /* both are near, so neither distance is beyond 64 bits */
        uint64_t down = (rest << scaled->bits) + scaled->part;
        uint64_t up = ((unit - rest) << scaled->bits) - scaled->part;
        is_up = up < down || (up == down && units % 2 == 1);
    }
    return is_up ? units + 1 : is_down ? units : 0;
}

bool decimal_find(double number, struct decimal *decimal) {
    uint64_t bits, unit = 1, found, digits;
    if (!(number >= 1e-4 && number < 1e15))
        return false;
    memcpy(&bits, &number, sizeof(bits));
    unsigned power = find_power(number);
    const struct scaled scaled = scale(bits, power);
    decimal->places = (int)power;
    for (digits = 0; (found = round_to(&scaled, unit)) != 0; unit *= 10, decimal->places--)
        digits = found;
    decimal->places++;
    decimal->digits = digits;
    return digits != 0;
}
