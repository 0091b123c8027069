/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scales as people write them ("0.1", "1/60", offset "-40", raw "819..4095" and value "0..100") into the
 * exact fractions of a point. Nothing is rounded: what does not fit is refused.
 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/map_build.h"

enum { DIGITS_MOST = 12 };

struct fraction {
    int64_t up, down; /* down > 0 */
};

static int64_t greatest_divisor(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static struct fraction reduced(int64_t up, int64_t down) {
    int64_t common = greatest_divisor(up, down);
    if (down < 0)
        common = -common;
    return (struct fraction){up / common, down / common};
}

/* False where it does not fit; the lowest number does not either, for it has no opposite. */
static bool times(int64_t a, int64_t b, int64_t *product) {
    return !__builtin_mul_overflow(a, b, product) && *product > INT64_MIN;
}

static bool multiply(struct fraction a, struct fraction b, struct fraction *product) {
    int64_t up, down;
    if (!times(a.up, b.up, &up) || !times(a.down, b.down, &down))
        return false;
    *product = reduced(up, down);
    return true;
}

/* a + sign x b; false where it does not fit. */
static bool add(struct fraction a, int sign, struct fraction b, struct fraction *sum) {
    int64_t left, right, up, down;
    if (!times(a.up, b.down, &left) || !times(sign * b.up, a.down, &right) ||
        __builtin_add_overflow(left, right, &up) || up == INT64_MIN || !times(a.down, b.down, &down))
        return false;
    *sum = reduced(up, down);
    return true;
}

/* "-12.5": at most twelve digits, so that little overflows later. Returns the end, NULL where it is none. */
static const char *read_decimal(const char *text, struct fraction *number) {
    bool negative = *text == '-', after = false;
    int digits = 0;
    int64_t up = 0, down = 1;
    for (text += negative || *text == '+'; (*text >= '0' && *text <= '9') || (*text == '.' && !after);
         text++) {
        /* "0..100" is a range: its dots are no number's. */
        if (*text == '.' && (text[1] < '0' || text[1] > '9'))
            break;
        if (*text == '.') {
            after = true;
            continue;
        }
        if (++digits > DIGITS_MOST)
            return NULL;
        up = up * 10 + (*text - '0');
        down *= after ? 10 : 1;
    }
    *number = reduced(negative ? -up : up, down);
    return digits > 0 ? text : NULL;
}

/* A decimal, or one over another. */
static bool parse_fraction(const char *text, struct fraction *number) {
    struct fraction below = {1, 1};
    text = read_decimal(text, number);
    if (text && *text == '/')
        text = read_decimal(text + 1, &below);
    return text && !*text && below.up != 0 &&
           multiply(*number,
                    below.up < 0 ? (struct fraction){-below.down, -below.up}
                                 : (struct fraction){below.down, below.up},
                    number);
}

static bool parse_range(const char *text, struct fraction *low, struct fraction *high) {
    text = read_decimal(text, low);
    if (!text || strncmp(text, "..", 2) != 0)
        return false;
    text = read_decimal(text + 2, high);
    return text && !*text && (low->up != high->up || low->down != high->down);
}

/* What the plan makes of scale and unit must fit too. */
static bool fits(const struct fraction *scale, const struct fraction *offset, enum unit unit,
                 struct point *point) {
    const struct unit_info *info = catalog_unit(unit);
    int64_t left, right, ignored;
    if (!times(scale->up, offset->down, &point->mul) || !times(offset->up, scale->down, &point->add) ||
        !times(scale->down, offset->down, &point->div))
        return false;
    int64_t common = greatest_divisor(greatest_divisor(point->mul, point->add), point->div);
    point->mul /= common;
    point->add /= common;
    point->div /= common;
    return times(point->mul, info->numerator, &ignored) && times(point->add, info->numerator, &left) &&
           times(info->shift, point->div, &right) && !__builtin_add_overflow(left, right, &ignored) &&
           ignored > INT64_MIN && times(point->div, info->denominator, &ignored);
}

static bool refuse(const struct map_build *build, const struct point_settings *settings, const char *key,
                   const struct setting *setting, const char *what) {
    entry_add_mistake(&settings->entry, key, setting, build->mistakes, "\"%.60s\" %s", setting->text, what);
    return false;
}

/* A transmitter says that it is broken by leaving its range: by more than a twentieth of it, here. */
static void set_bounds(struct fraction low, struct fraction high, struct point *point) {
    double a = (double)low.up / (double)low.down, b = (double)high.up / (double)high.down;
    double slack = fabs(b - a) / 20;
    point->raw_least = (int64_t)floor(fmin(a, b) - slack);
    point->raw_most = (int64_t)ceil(fmax(a, b) + slack);
}

/* The line through (raw low, value low) and (raw high, value high). */
static bool read_span(const struct map_build *build, const struct point_settings *settings,
                      struct point *point, struct fraction *scale, struct fraction *offset) {
    struct fraction raw_low, raw_high, low, high, raw_span, span;
    if (setting_given(&settings->scale) || setting_given(&settings->offset))
        return refuse(build, settings, "raw", &settings->raw, "and scale or offset say the same: write one");
    if (!setting_given(&settings->value) || !setting_given(&settings->raw)) {
        bool raw = setting_given(&settings->raw);
        return refuse(build, settings, raw ? "raw" : "value", raw ? &settings->raw : &settings->value,
                      raw ? "needs \"value\", what it stands for"
                          : "needs \"raw\", the numbers it stands for");
    }
    if (!parse_range(settings->raw.text, &raw_low, &raw_high))
        return refuse(build, settings, "raw", &settings->raw, "must be a range such as 4000..20000");
    if (!parse_range(settings->value.text, &low, &high))
        return refuse(build, settings, "value", &settings->value, "must be a range such as 0..100");
    if (!add(raw_high, -1, raw_low, &raw_span) || !add(high, -1, low, &span) ||
        !multiply(span, reduced(raw_span.down, raw_span.up), scale) || !multiply(raw_low, *scale, offset) ||
        !add(low, -1, *offset, offset))
        return refuse(build, settings, "raw", &settings->raw, "and value are too fine to be exact");
    set_bounds(raw_low, raw_high, point);
    return true;
}

bool map_scale(const struct map_build *build, const struct point_settings *settings, struct point *point) {
    struct fraction scale = {1, 1}, offset = {0, 1};
    const struct setting *last = setting_given(&settings->offset) ? &settings->offset : &settings->scale;
    bool span = setting_given(&settings->raw) || setting_given(&settings->value);
    if (span) {
        last = &settings->raw;
        if (!read_span(build, settings, point, &scale, &offset))
            return false;
    } else if (setting_given(&settings->scale) &&
               (!parse_fraction(settings->scale.text, &scale) || scale.up == 0)) {
        return refuse(build, settings, "scale", &settings->scale,
                      "must be a number that the raw value is multiplied by, such as 0.1 or 1/60");
    } else if (setting_given(&settings->offset) && !parse_fraction(settings->offset.text, &offset)) {
        return refuse(build, settings, "offset", &settings->offset,
                      "must be a number that is added behind the scale, such as -40");
    }
    if (!span && !setting_given(&settings->scale) && !setting_given(&settings->offset))
        return true;
    if (fits(&scale, &offset, point->unit, point))
        return true;
    return refuse(build, settings,
                  span                        ? "raw"
                  : last == &settings->offset ? "offset"
                                              : "scale",
                  last, "is too fine or too large to be exact");
}
