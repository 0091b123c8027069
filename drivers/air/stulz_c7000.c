/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stulz precision air conditioners with a C7000 IOC or C7000 AT controller, direct Modbus RTU or through a
 * WIB.
 *
 * Source: Stulz datapoint list C7000 Modbus V4.19. Manual only: no recording of a real device.
 *
 * A Stulz address is the Modbus address. Only the status bits of the list were seen; its temperatures come
 * later and are not guessed at: the WIB8000's SNMP tells them. Bits answer functions 1 and 2, words 3 and 4.
 * Why a unit is stopped stands in bits of its own, among them by timer and by sequence, which are no faults:
 * each is published as a condition under its name. Winter and night mode and the unit of temperatures are
 * settings. The hardware type (7 is a C7000 IOC, 9 a C7000 AT) is too weak a sign to recognise a device by.
 * The version is a number of hundredths.
 */
#include "driver.h"

static const struct meaning on_off[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};

static const struct point unit[] = {
    {UNIT_STATE, DISCRETE(1013), ONE, STATES(on_off)},
    {ALARM_STATE, DISCRETE(8), ONE, .at = {.point = "general_error"}},
    {ALARM_STATE, DISCRETE(1010), ONE, .at = {.point = "common_alarm"}},
    {ALARM_STATE, DISCRETE(1014), ONE, .at = {.point = "maintenance_needed"}},
    {ALARM_STATE, DISCRETE(1000), ONE, .at = {.point = "stopped_by_bms"}},
    {ALARM_STATE, DISCRETE(1001), ONE, .at = {.point = "stopped_by_remote_contact"}},
    {ALARM_STATE, DISCRETE(1002), ONE, .at = {.point = "stopped_locally"}},
    {ALARM_STATE, DISCRETE(1003), ONE, .at = {.point = "stopped_by_timer"}},
    {ALARM_STATE, DISCRETE(1004), ONE, .at = {.point = "stopped_by_sequence"}},
};

static const struct group groups[] = {{POINTS(unit)}};

static const struct fact facts[] = {{FACT_FIRMWARE, HOLDING(6, U16)}};

const struct driver driver_stulz_c7000 = {
    .name = "stulz_c7000",
    .title = "Stulz air conditioner with C7000 IOC or C7000 AT controller",
    .manufacturer = "Stulz",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Stulz datapoint list C7000 Modbus V4.19",
    FACTS(facts),
    GROUPS(groups),
};
