/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open Rack V3 power monitoring module (PMM), the controller of a shelf of six power supplies or battery
 * units. Unit addresses 32 to 42, RTU 115200 8E1.
 *
 * Sources: register map orv3_hpr_pmm_psu of the rack monitor in OpenBMC (2024-10); phosphor-modbus profiles
 * of modules by Delta, Panasonic and Artesyn for the texts. Manual only: no recording of a real device.
 *
 * The module reports no power: its modules do, each at its own unit address. Which modules are planned or
 * present, the lamps, addresses and counts of communication errors are no readings; a planned module that is
 * missing is an alarm. What the running time counts in is not stated.
 */
#include "driver.h"

static const struct point alarms[] = {
    {ALARM_STATE, HOLDING_BIT(89, 0), ONE, .at = {.point = "missing_modules"}},
    {ALARM_STATE, HOLDING_BIT(89, 1), ONE, .at = {.point = "shelf_eeprom_fault"}},
    {ALARM_STATE, HOLDING_BIT(89, 4), ONE, .at = {.point = "module_modbus_communication_error"}},
    {ALARM_STATE, HOLDING_BIT(89, 5), ONE, .at = {.point = "pmm_modbus_communication_error"}},
    {ALARM_STATE, HOLDING_BIT(89, 6), ONE, .at = {.point = "serial_link_fault"}},
    {ALARM_STATE, HOLDING_BIT(89, 8), ONE, .at = {.point = "module_alerts"}},
    {ALARM_STATE, HOLDING_BIT(89, 12), ONE, .at = {.point = "ishare_cable_not_detected"}},
    {ALARM_STATE, HOLDING_BIT(93, 0), ONE, .at = {.point = "rx_serial_input_failure"}},
};

static const struct point modules[] = {
    {ALARM_STATE, HOLDING_BIT(88, 0), ONE, .at = {.depth = 1, .id = {1}, .point = "alert"}},
    {ALARM_STATE, HOLDING_BIT(93, 1), ONE, .at = {.depth = 1, .id = {1}, .point = "modbus_fault"}},
    {ALARM_STATE, HOLDING_BIT(88, 1), ONE, .at = {.depth = 1, .id = {2}, .point = "alert"}},
    {ALARM_STATE, HOLDING_BIT(93, 2), ONE, .at = {.depth = 1, .id = {2}, .point = "modbus_fault"}},
    {ALARM_STATE, HOLDING_BIT(88, 2), ONE, .at = {.depth = 1, .id = {3}, .point = "alert"}},
    {ALARM_STATE, HOLDING_BIT(93, 3), ONE, .at = {.depth = 1, .id = {3}, .point = "modbus_fault"}},
    {ALARM_STATE, HOLDING_BIT(88, 3), ONE, .at = {.depth = 1, .id = {4}, .point = "alert"}},
    {ALARM_STATE, HOLDING_BIT(93, 4), ONE, .at = {.depth = 1, .id = {4}, .point = "modbus_fault"}},
    {ALARM_STATE, HOLDING_BIT(88, 4), ONE, .at = {.depth = 1, .id = {5}, .point = "alert"}},
    {ALARM_STATE, HOLDING_BIT(93, 5), ONE, .at = {.depth = 1, .id = {5}, .point = "modbus_fault"}},
    {ALARM_STATE, HOLDING_BIT(88, 5), ONE, .at = {.depth = 1, .id = {6}, .point = "alert"}},
    {ALARM_STATE, HOLDING_BIT(93, 6), ONE, .at = {.depth = 1, .id = {6}, .point = "modbus_fault"}},
};

static const struct group groups[] = {
    {POINTS(alarms)},
    {.at = {.part = PART_MODULE}, POINTS(modules)},
};

static const struct fact facts[] = {{FACT_MANUFACTURER, HOLDING_TEXT(8, 8)},
                                    {FACT_MODEL, HOLDING_TEXT(16, 8)},
                                    {FACT_SERIAL, HOLDING_TEXT(32, 16)},
                                    {FACT_FIRMWARE, HOLDING_TEXT(56, 4)}};

const struct driver driver_orv3_pmm = {
    .name = "orv3_pmm",
    .title = "Open Rack V3 power monitoring module (PMM, shelf controller)",
    .class = CLASS_SHELF,
    .protocol = PROTOCOL_MODBUS,
    .sources = "OpenBMC rack monitor register map orv3_hpr_pmm_psu; phosphor-modbus profiles",
    .manners = {.widest_gap = 3},
    FACTS(facts),
    GROUPS(groups),
};
