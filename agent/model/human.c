/* SPDX-License-Identifier: Apache-2.0 */
/* Readings for people: titles without units, values in the units that people use, places in words. */
#include "model/human.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a metric's name ends in; the longer before what they end in themselves. */
static const char *const suffixes[] = {
    "_cubic_meters_per_second",
    "_grams_per_cubic_meter",
    "_siemens_per_meter",
    "_meters_per_second",
    "_voltampereseconds",
    "_varseconds",
    "_voltamperes",
    "_watts",
    "_vars",
    "_volts",
    "_amperes",
    "_hertz",
    "_joules",
    "_celsius",
    "_kelvin",
    "_pascals",
    "_seconds",
    "_meters",
    "_ratio",
};

static void cut_suffix(char *text, const char *suffix) {
    size_t size = strlen(text), end = strlen(suffix);
    if (size > end && strcmp(text + size - end, suffix) == 0)
        text[size - end] = 0;
}

void human_write_title(enum quantity quantity, char *text, size_t size) {
    const struct quantity_info *info = catalog_quantity(quantity);
    const char *name = strncmp(info->name, "facility_", 9) == 0 ? info->name + 9 : info->name;
    snprintf(text, size, "%s", name);
    cut_suffix(text, "_total");
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        cut_suffix(text, suffixes[i]);
    for (char *c = text; *c != 0; c++)
        if (*c == '_')
            *c = ' ';
}

const char *human_unit(enum quantity quantity) {
    const struct quantity_info *info = catalog_quantity(quantity);
    const char *unit = info->human != NULL ? info->human : info->unit;
    if (strcmp(unit, "Cel") == 0)
        return "°C";
    return strcmp(unit, "1") == 0 ? "" : unit;
}

static double in_human_unit(enum quantity quantity, double value) {
    const struct quantity_info *info = catalog_quantity(quantity);
    return info->human != NULL ? value / info->human_per : value;
}

/* No exponent, no digit before the point lost, no zeros at the end. */
static void write_number(double value, int digits, char *text, size_t size) {
    enum { DECIMALS_MOST = 9 };
    int magnitude = value != 0 ? (int)floor(log10(fabs(value))) : 0;
    int decimals = digits - 1 - magnitude;
    decimals = decimals < 0 ? 0 : decimals > DECIMALS_MOST ? DECIMALS_MOST : decimals;
    snprintf(text, size, "%.*f", decimals, value);
    if (strchr(text, '.') == NULL)
        return;
    char *end = text + strlen(text);
    while (end[-1] == '0')
        *--end = 0;
    if (end[-1] == '.')
        *--end = 0;
}

void human_write_value(enum quantity quantity, double value, char *text, size_t size) {
    const struct quantity_info *info = catalog_quantity(quantity);
    const char *word = catalog_state_word(quantity, value);
    double number = in_human_unit(quantity, value);
    /* Counters grow beyond five digits, and a meter's display shows them all. */
    int digits = info->kind == KIND_COUNTER ? 10 : 5;
    if (word != NULL)
        snprintf(text, size, "%s", word);
    else if (fabs(number) < 1e15)
        write_number(number, digits, text, size);
    else /* no number, or nonsense */
        snprintf(text, size, "%.*g", digits, number);
}

void human_write_rounded(enum quantity quantity, double value, int decimals, char *text, size_t size) {
    snprintf(text, size, "%.*f %s", decimals, in_human_unit(quantity, value), human_unit(quantity));
}

void human_write_place(const struct place *place, char *text, size_t size) {
    char id[40];
    place_write_id(place, id, sizeof(id));
    const char *words[] = {catalog_part(place->part), id, catalog_phase(place->phase),
                           place->point != NULL ? place->point : "", catalog_side(place->side)};
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && used < size; i++) {
        int n = words[i][0] == 0 ? 0 : snprintf(text + used, size - used, used > 0 ? " %s" : "%s", words[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    if (used == 0)
        snprintf(text, size, "-");
}

void human_write_duration(double seconds, char *text, size_t size) {
    if (!isfinite(seconds))
        snprintf(text, size, "%s", "");
    else if (seconds > 0 && seconds < 0.001)
        snprintf(text, size, "<1 ms");
    else if (seconds < 0.9995)
        snprintf(text, size, "%.3g ms", seconds * 1000);
    else if (seconds < 119.5)
        snprintf(text, size, "%.3g s", seconds);
    else if (seconds < 7170)
        snprintf(text, size, "%.3g min", seconds / 60);
    else
        snprintf(text, size, "%.3g h", seconds / 3600);
}

void human_write_watts(double watts, char *text, size_t size) {
    double size_of = fabs(watts);
    if (!isfinite(watts))
        snprintf(text, size, "%s", "");
    else if (size_of >= 99.95e6)
        snprintf(text, size, "%.1f MW", watts / 1e6);
    else if (size_of >= 0.9995e6)
        snprintf(text, size, "%.2f MW", watts / 1e6);
    else if (size_of >= 99.95e3)
        snprintf(text, size, "%.0f kW", watts / 1e3);
    else if (size_of >= 0.9995e3)
        snprintf(text, size, "%.1f kW", watts / 1e3);
    else
        snprintf(text, size, "%.0f W", watts);
}
