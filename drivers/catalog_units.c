/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue's units: what manuals print, and the exact conversion to the one published unit of each
 * dimension. */
#include "catalog.h"

#include <assert.h>
#include <string.h>

/*
 * Factors are exact by definition: the inch is 25.4 mm (US liquid gallon 3.785411784 L, cubic foot
 * 28.316846592 L, psi = 4.4482216152605 N / 6.4516 cm2, given here to 13 digits), 0 degC is 273.15 K.
 * The ton of refrigeration is 12000 Btu(IT)/h with 1055.05585262 J each, the conventional inch of water
 * 249.08891 Pa (NIST SP 811, appendix B).
 */
static const struct unit_info units[N_UNITS] = {
    [UNIT_UNSTATED] = {"?", DIMENSION_NONE, 1, 0, 1},
    [ONE] = {"1", DIMENSION_NONE, 1, 0, 1},
    [PERCENT] = {"%", DIMENSION_RATIO, 1, 0, 100},
    [WATT] = {"W", DIMENSION_ACTIVE_POWER, 1, 0, 1},
    [KILOWATT] = {"kW", DIMENSION_ACTIVE_POWER, 1000, 0, 1},
    [MEGAWATT] = {"MW", DIMENSION_ACTIVE_POWER, 1000000, 0, 1},
    [MILLIWATT] = {"mW", DIMENSION_ACTIVE_POWER, 1, 0, 1000},
    [TON_OF_REFRIGERATION] = {"ton", DIMENSION_ACTIVE_POWER, 3516852842067, 0, 1000000000},
    [VOLTAMPERE] = {"VA", DIMENSION_APPARENT_POWER, 1, 0, 1},
    [KILOVOLTAMPERE] = {"kVA", DIMENSION_APPARENT_POWER, 1000, 0, 1},
    [MEGAVOLTAMPERE] = {"MVA", DIMENSION_APPARENT_POWER, 1000000, 0, 1},
    [VAR] = {"var", DIMENSION_REACTIVE_POWER, 1, 0, 1},
    [KILOVAR] = {"kvar", DIMENSION_REACTIVE_POWER, 1000, 0, 1},
    [JOULE] = {"J", DIMENSION_ACTIVE_ENERGY, 1, 0, 1},
    [WATT_HOUR] = {"Wh", DIMENSION_ACTIVE_ENERGY, 3600, 0, 1},
    [KILOWATT_HOUR] = {"kWh", DIMENSION_ACTIVE_ENERGY, 3600000, 0, 1},
    [MEGAWATT_HOUR] = {"MWh", DIMENSION_ACTIVE_ENERGY, 3600000000, 0, 1},
    [VOLTAMPERE_HOUR] = {"VAh", DIMENSION_APPARENT_ENERGY, 3600, 0, 1},
    [KILOVOLTAMPERE_HOUR] = {"kVAh", DIMENSION_APPARENT_ENERGY, 3600000, 0, 1},
    [VAR_HOUR] = {"varh", DIMENSION_REACTIVE_ENERGY, 3600, 0, 1},
    [KILOVAR_HOUR] = {"kvarh", DIMENSION_REACTIVE_ENERGY, 3600000, 0, 1},
    [VOLT] = {"V", DIMENSION_VOLTAGE, 1, 0, 1},
    [MILLIVOLT] = {"mV", DIMENSION_VOLTAGE, 1, 0, 1000},
    [KILOVOLT] = {"kV", DIMENSION_VOLTAGE, 1000, 0, 1},
    [AMPERE] = {"A", DIMENSION_CURRENT, 1, 0, 1},
    [MILLIAMPERE] = {"mA", DIMENSION_CURRENT, 1, 0, 1000},
    [AMPERE_HOUR] = {"Ah", DIMENSION_CHARGE, 3600, 0, 1},
    [HERTZ] = {"Hz", DIMENSION_FREQUENCY, 1, 0, 1},
    [REVOLUTION_PER_MINUTE] = {"rpm", DIMENSION_FREQUENCY, 1, 0, 60},
    [SECOND] = {"s", DIMENSION_TIME, 1, 0, 1},
    [MILLISECOND] = {"ms", DIMENSION_TIME, 1, 0, 1000},
    [MINUTE] = {"min", DIMENSION_TIME, 60, 0, 1},
    [HOUR] = {"h", DIMENSION_TIME, 3600, 0, 1},
    [DAY] = {"d", DIMENSION_TIME, 86400, 0, 1},
    [CELSIUS] = {"degC", DIMENSION_TEMPERATURE, 1, 0, 1},
    [FAHRENHEIT] = {"degF", DIMENSION_TEMPERATURE, 5, -160, 9},
    [KELVIN_ABSOLUTE] = {"K abs", DIMENSION_TEMPERATURE, 100, -27315, 100},
    [KELVIN] = {"K", DIMENSION_TEMPERATURE_DIFFERENCE, 1, 0, 1},
    [FAHRENHEIT_DIFFERENCE] = {"degF diff", DIMENSION_TEMPERATURE_DIFFERENCE, 5, 0, 9},
    [CUBIC_METER_PER_SECOND] = {"m3/s", DIMENSION_FLOW, 1, 0, 1},
    [CUBIC_METER_PER_HOUR] = {"m3/h", DIMENSION_FLOW, 1, 0, 3600},
    [LITER_PER_SECOND] = {"L/s", DIMENSION_FLOW, 1, 0, 1000},
    [LITER_PER_MINUTE] = {"L/min", DIMENSION_FLOW, 1, 0, 60000},
    [LITER_PER_HOUR] = {"L/h", DIMENSION_FLOW, 1, 0, 3600000},
    [GALLON_PER_MINUTE] = {"gpm", DIMENSION_FLOW, 3785411784, 0, 60000000000000},
    [CUBIC_FOOT_PER_MINUTE] = {"cfm", DIMENSION_FLOW, 28316846592, 0, 60000000000000},
    [PASCAL] = {"Pa", DIMENSION_PRESSURE, 1, 0, 1},
    [HECTOPASCAL] = {"hPa", DIMENSION_PRESSURE, 100, 0, 1},
    [KILOPASCAL] = {"kPa", DIMENSION_PRESSURE, 1000, 0, 1},
    [BAR] = {"bar", DIMENSION_PRESSURE, 100000, 0, 1},
    [MILLIBAR] = {"mbar", DIMENSION_PRESSURE, 100, 0, 1},
    [PSI] = {"psi", DIMENSION_PRESSURE, 6894757293168, 0, 1000000000},
    [INCH_OF_WATER] = {"inH2O", DIMENSION_PRESSURE, 24908891, 0, 100000},
    [METER] = {"m", DIMENSION_LENGTH, 1, 0, 1},
    [FOOT] = {"ft", DIMENSION_LENGTH, 3048, 0, 10000},
    [METER_PER_SECOND] = {"m/s", DIMENSION_SPEED, 1, 0, 1},
    [SIEMENS_PER_METER] = {"S/m", DIMENSION_CONDUCTIVITY, 1, 0, 1},
    [MICROSIEMENS_PER_CENTIMETER] = {"uS/cm", DIMENSION_CONDUCTIVITY, 1, 0, 10000},
    [GRAM_PER_CUBIC_METER] = {"g/m3", DIMENSION_DENSITY, 1, 0, 1},
};

const struct unit_info *catalog_unit(enum unit unit) {
    assert(unit < N_UNITS);
    return &units[unit];
}

enum unit catalog_find_unit(const char *symbol) {
    for (int i = UNIT_UNSTATED + 1; i < N_UNITS; i++)
        if (strcmp(units[i].symbol, symbol) == 0)
            return (enum unit)i;
    return UNIT_UNSTATED;
}
