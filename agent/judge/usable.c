/* SPDX-License-Identifier: Apache-2.0 */
/* What a node can carry lastingly, and how much of that its load takes (power.md sections 2 and 6). */
#include <math.h>

#include "judge/sums.h"

static double given(double rating, double factor) {
    return rating > 0 ? rating * factor : (double)INFINITY;
}

struct usable usable_of(const struct power_node *node, const struct node_present *present) {
    const struct power_rating *rating = &node->rating;
    uint32_t units = node->units > 0 ? node->units : 1;
    uint32_t in_service = present->units_out < units ? units - present->units_out : 0;
    double ratio = node->continuous_ratio > 0 ? node->continuous_ratio : 1;
    double derating = node->derating > 0 ? node->derating : 1;
    double factor = ratio * derating * in_service;
    struct usable usable = {.watts = given(rating->watts, factor),
                            .voltamperes = given(rating->voltamperes, factor),
                            .amperes = given(rating->amperes, factor)};
    /* The same limit in other words, for loads of which only W and var are known. */
    if (rating->voltamperes <= 0 && rating->amperes > 0 && rating->volts > 0)
        usable.voltamperes = usable.amperes * rating->volts * (node->phases == 3 ? sqrt(3) : 1);
    return usable;
}

struct usable usable_electric(const struct power_node *node, const struct usable *usable) {
    struct usable electric = *usable;
    if (power_kind_cools(node->kind))
        electric.watts = (double)INFINITY;
    return electric;
}

static double share(double load, double usable) {
    if (isinf(usable))
        return (double)NAN;
    if (usable > 0)
        return fabs(load) / usable;
    return isnan(load) ? (double)NAN : load > 0 ? (double)INFINITY : 0;
}

double usable_ratio(const struct usable *usable, const struct node_load *load) {
    if (isinf(usable->watts) && isinf(usable->voltamperes) && isinf(usable->amperes))
        return 0;
    double ratio = fmax(share(load->watts, usable->watts), share(load->voltamperes, usable->voltamperes));
    for (unsigned i = 0; i < PHASES; i++)
        ratio = fmax(ratio, share(load->phase_amperes[i], usable->amperes));
    return ratio; /* fmax leaves out what is not known */
}
