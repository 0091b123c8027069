/* SPDX-License-Identifier: Apache-2.0 */
/* Takes number and unit apart and says what to write instead. */
#include "model/quantity.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/text.h"

/* What a dimension is called, and the unit to suggest. */
static const struct {
    const char *word, *unit;
} dimensions_in_words[] = {
    [DIMENSION_NONE] = {"a number", ""},
    [DIMENSION_RATIO] = {"a percentage", "%"},
    [DIMENSION_ACTIVE_POWER] = {"a power", "kW"},
    [DIMENSION_APPARENT_POWER] = {"an apparent power", "kVA"},
    [DIMENSION_REACTIVE_POWER] = {"a reactive power", "kvar"},
    [DIMENSION_ACTIVE_ENERGY] = {"an energy", "kWh"},
    [DIMENSION_APPARENT_ENERGY] = {"an apparent energy", "kVAh"},
    [DIMENSION_REACTIVE_ENERGY] = {"a reactive energy", "kvarh"},
    [DIMENSION_VOLTAGE] = {"a voltage", "V"},
    [DIMENSION_CURRENT] = {"a current", "A"},
    [DIMENSION_FREQUENCY] = {"a frequency", "Hz"},
    [DIMENSION_TIME] = {"a time", "s"},
    [DIMENSION_TEMPERATURE] = {"a temperature", "Cel"},
    [DIMENSION_TEMPERATURE_DIFFERENCE] = {"a temperature difference", "K"},
    [DIMENSION_FLOW] = {"a flow", "m3/h"},
    [DIMENSION_PRESSURE] = {"a pressure", "bar"},
    [DIMENSION_LENGTH] = {"a length", "m"},
    [DIMENSION_SPEED] = {"a speed", "m/s"},
    [DIMENSION_CONDUCTIVITY] = {"a conductivity", "uS/cm"},
    [DIMENSION_DENSITY] = {"a density", "g/m3"},
    [DIMENSION_CHARGE] = {"a charge", "Ah"},
    [DIMENSION_DATA] = {"a size", ""},
};

/* How people write units that the catalogue calls otherwise. */
static const struct {
    const char *symbol;
    enum unit unit;
} other_symbols[] = {
    {"Cel", CELSIUS},
    {"°C", CELSIUS},
    {"℃", CELSIUS},
    {"°F", FAHRENHEIT},
    {"m³/h", CUBIC_METER_PER_HOUR},
    {"m³/s", CUBIC_METER_PER_SECOND},
    {"l/s", LITER_PER_SECOND},
    {"l/min", LITER_PER_MINUTE},
    {"l/h", LITER_PER_HOUR},
};

static enum unit find_unit(const char *symbol) {
    for (size_t i = 0; i < sizeof(other_symbols) / sizeof(other_symbols[0]); i++)
        if (strcmp(other_symbols[i].symbol, symbol) == 0)
            return other_symbols[i].unit;
    enum unit unit = catalog_find_unit(symbol);
    return unit == ONE ? UNIT_UNSTATED : unit;
}

static bool is_wanted(enum dimension dimension, const enum dimension *dimensions) {
    for (size_t i = 0; dimensions && dimensions[i] != DIMENSION_NONE; i++)
        if (dimensions[i] == dimension)
            return true;
    return !dimensions;
}

/* "630 A, 630 kW or 630 V": the number with each unit that it may have. */
static void write_forms(const char *number, const enum dimension *dimensions, struct text *text) {
    static const enum dimension usual[] = {DIMENSION_CURRENT, DIMENSION_ACTIVE_POWER, DIMENSION_TEMPERATURE,
                                           DIMENSION_NONE};
    const enum dimension *from = dimensions ? dimensions : usual;
    for (size_t i = 0; from[i] != DIMENSION_NONE; i++) {
        const char *separator = i == 0 ? "" : from[i + 1] == DIMENSION_NONE ? " or " : ", ";
        text_add_format(text, "%s%s %s", separator, number, dimensions_in_words[from[i]].unit);
    }
}

/* "kva" is likely to be kVA; anything else is likelier to be a word for a unit than another unit. */
static int refuse_unit(const char *number, const char *unit, const enum dimension *dimensions, char *why,
                       size_t size) {
    struct text forms = {0};
    write_forms(number, dimensions, &forms);
    for (int i = PERCENT; i < N_UNITS; i++) {
        const struct unit_info *info = catalog_unit((enum unit)i);
        if (!is_wanted(info->dimension, dimensions) || strcasecmp(info->symbol, unit) != 0)
            continue;
        text_clear(&forms);
        text_add_format(&forms, "%s %s", number, info->symbol);
        break;
    }
    snprintf(why, size, "unknown unit \"%.40s\": write %s", unit, forms.data ? forms.data : "");
    text_done(&forms);
    return ERROR_ARGUMENT;
}

static int refuse(const char *text, const char *number, enum dimension is, const enum dimension *dimensions,
                  char *why, size_t size) {
    struct text forms = {0};
    write_forms(*number ? number : "630", dimensions, &forms);
    const char *form = forms.data ? forms.data : "";
    if (!*number)
        snprintf(why, size, "\"%.60s\" must be a number with its unit, such as %s", text, form);
    else if (is == DIMENSION_NONE)
        snprintf(why, size, "\"%.60s\" lacks its unit: write %s", text, form);
    else
        snprintf(why, size, "\"%.60s\" is %s: write one like %s", text, dimensions_in_words[is].word, form);
    text_done(&forms);
    return ERROR_ARGUMENT;
}

static bool is_ratio_alone(const enum dimension *dimensions) {
    return dimensions && dimensions[0] == DIMENSION_RATIO && dimensions[1] == DIMENSION_NONE;
}

int quantity_read(const char *text, const enum dimension *dimensions, double *value,
                  enum dimension *dimension, char *why, size_t size) {
    char number[32] = "";
    size_t n = strspn(text, "+-.0123456789");
    double printed;
    if (n < sizeof(number))
        memcpy(number, text, n);
    if (text_to_number(number, &printed) != 0)
        return refuse(text, "", DIMENSION_NONE, dimensions, why, size);
    const char *symbol = text + n + strspn(text + n, " ");
    if (!*symbol && is_ratio_alone(dimensions)) {
        *value = printed;
        *dimension = DIMENSION_RATIO;
        return ERROR_NONE;
    }
    if (!*symbol)
        return refuse(text, number, DIMENSION_NONE, dimensions, why, size);
    enum unit unit = find_unit(symbol);
    if (unit == UNIT_UNSTATED)
        return refuse_unit(number, symbol, dimensions, why, size);
    const struct unit_info *info = catalog_unit(unit);
    if (!is_wanted(info->dimension, dimensions))
        return refuse(text, number, info->dimension, dimensions, why, size);
    *value = (printed * (double)info->numerator + (double)info->shift) / (double)info->denominator;
    *dimension = info->dimension;
    return ERROR_NONE;
}
