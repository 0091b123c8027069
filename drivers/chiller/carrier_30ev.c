/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carrier Aquasmart 30EV modular chillers through their RS-485 gateway, chiller 1, Modbus RTU, function 4.
 *
 * Source: Aquasmart 30EV installation and operation manual, page 44. Manual only: no recording of a real
 * device.
 *
 * The manual prints hexadecimal addresses (H000E is 14 here) and does not say whether the wire counts from 0
 * or 1: the site names the variant, and without one nothing is read. (Inlet and outlet water that look like a
 * system type and an error code tell the wrong one.) Temperatures are whole degrees; of the outlet water a
 * second register holds the fraction, whose scale is not stated: it is shown raw and the published value is
 * the whole part, up to one kelvin low. Currents count quarters of an ampere. Codes of system type and errors
 * and the bits of inputs and outputs are shown raw: their tables were not seen.
 */
#include "driver.h"

enum { FROM_0 = 1 << 0, FROM_1 = 1 << 1 };
static const char *const variants[] = {"addresses_from_0", "addresses_from_1", NULL};

static const struct point from_0[] = {
    {UNIT_STATE, INPUT(1, U16), UNIT_UNSTATED, .at = {.point = "system_type"}},
    {ALARM_STATE, INPUT(2, U16), UNIT_UNSTATED, .at = {.point = "error_code"}},
    {COOLANT_TEMPERATURE, INPUT(3, S16), CELSIUS, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, INPUT(26, U16), UNIT_UNSTATED, .at = {.point = "supply_fraction"}},
    {COOLANT_TEMPERATURE, INPUT(4, S16), CELSIUS, .at = {.point = "return"}},
    {AIR_TEMPERATURE, INPUT(5, S16), CELSIUS, .at = {.point = "outdoor"}},
    {REFRIGERANT_TEMPERATURE, INPUT(7, S16), CELSIUS, .at = {.point = "suction"}},
    {REFRIGERANT_TEMPERATURE, INPUT(10, S16), CELSIUS, .at = {.point = "saturated_suction"}},
    {REFRIGERANT_TEMPERATURE, INPUT(6, S16), CELSIUS, .at = {.part = PART_CONDENSER, .point = "middle"}},
    {CONTACT_STATE, INPUT(16, U16), UNIT_UNSTATED, .at = {.point = "inputs"}},
    {CONTACT_STATE, INPUT(17, U16), UNIT_UNSTATED, .at = {.point = "outputs"}},
    {COMPRESSOR_SPEED, INPUT(18, U16), HERTZ, .at = {.part = PART_COMPRESSOR, .point = "inverter"}},
    {CURRENT, INPUT(19, U16), AMPERE, .div = 4, .at = {.part = PART_COMPRESSOR, .point = "inverter"}},
    {FAN_SPEED, INPUT(21, U16), REVOLUTION_PER_MINUTE, .at = {.part = PART_CONDENSER}},
    {COOLING_DEMAND, INPUT(22, U16), PERCENT},
};
static const struct point compressors_from_0[] = {
    {REFRIGERANT_TEMPERATURE, INPUT(8, S16), CELSIUS, .at = {.point = "discharge"}},
    {CURRENT, INPUT(14, U16), AMPERE, .div = 4},
};

/* The same one address lower. */
static const struct point from_1[] = {
    {UNIT_STATE, INPUT(0, U16), UNIT_UNSTATED, .at = {.point = "system_type"}},
    {ALARM_STATE, INPUT(1, U16), UNIT_UNSTATED, .at = {.point = "error_code"}},
    {COOLANT_TEMPERATURE, INPUT(2, S16), CELSIUS, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, INPUT(25, U16), UNIT_UNSTATED, .at = {.point = "supply_fraction"}},
    {COOLANT_TEMPERATURE, INPUT(3, S16), CELSIUS, .at = {.point = "return"}},
    {AIR_TEMPERATURE, INPUT(4, S16), CELSIUS, .at = {.point = "outdoor"}},
    {REFRIGERANT_TEMPERATURE, INPUT(6, S16), CELSIUS, .at = {.point = "suction"}},
    {REFRIGERANT_TEMPERATURE, INPUT(9, S16), CELSIUS, .at = {.point = "saturated_suction"}},
    {REFRIGERANT_TEMPERATURE, INPUT(5, S16), CELSIUS, .at = {.part = PART_CONDENSER, .point = "middle"}},
    {CONTACT_STATE, INPUT(15, U16), UNIT_UNSTATED, .at = {.point = "inputs"}},
    {CONTACT_STATE, INPUT(16, U16), UNIT_UNSTATED, .at = {.point = "outputs"}},
    {COMPRESSOR_SPEED, INPUT(17, U16), HERTZ, .at = {.part = PART_COMPRESSOR, .point = "inverter"}},
    {CURRENT, INPUT(18, U16), AMPERE, .div = 4, .at = {.part = PART_COMPRESSOR, .point = "inverter"}},
    {FAN_SPEED, INPUT(20, U16), REVOLUTION_PER_MINUTE, .at = {.part = PART_CONDENSER}},
    {COOLING_DEMAND, INPUT(21, U16), PERCENT},
};

static const struct point compressors_from_1[] = {
    {REFRIGERANT_TEMPERATURE, INPUT(7, S16), CELSIUS, .at = {.point = "discharge"}},
    {CURRENT, INPUT(13, U16), AMPERE, .div = 4},
};

static const struct group groups[] = {
    {.variants = FROM_0, POINTS(from_0)},
    {OVER({PART_COMPRESSOR, .most = 2}), .variants = FROM_0, POINTS(compressors_from_0)},
    {.variants = FROM_1, POINTS(from_1)},
    {OVER({PART_COMPRESSOR, .most = 2}), .variants = FROM_1, POINTS(compressors_from_1)},
};

const struct driver driver_carrier_30ev = {
    .name = "carrier_30ev",
    .title = "Carrier Aquasmart 30EV modular chiller",
    .manufacturer = "Carrier",
    .class = CLASS_CHILLER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Carrier Aquasmart 30EV installation, operation and maintenance manual, page 44",
    .variants = variants,
    GROUPS(groups),
};
