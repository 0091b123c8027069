/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eaton ATC-300+ controllers of automatic transfer switches, Modbus RTU, function 1.
 *
 * Source: ATC-300+ Modbus communications guide CI-AECG-00079-01-E, table 4. Manual only: no recording of a
 * real device.
 *
 * A register number is the wire address + 1. Only the status bits of the guide were seen: they tell which
 * sources are there, which one feeds the load and whether a generator is asked for; voltages and frequencies
 * come in tables that are not guessed at. "Connected" is published as the breaker of that source. What the
 * relays K1 to K4 switch is the site's to say.
 */
#include "driver.h"

static const struct meaning connected[] = {{0, BREAKER_OPEN}, {1, BREAKER_CLOSED}};

static const struct point sources[] = {
    {SOURCE_AVAILABLE_STATE, COIL(1000), ONE},
    {BREAKER_STATE, COIL(1002), ONE, STATES(connected)},
};

static const struct point relays[] = {{CONTACT_STATE, COIL(1006), ONE}};

static const struct point unit[] = {
    {ALARM_STATE, COIL(1004), ONE, .at = {.point = "in_test"}},
    {ALARM_STATE, COIL(1005), ONE, .at = {.point = "waiting_for_synchronism"}},
    {ALARM_STATE, COIL(1011), ONE, .at = {.point = "alarm_relay"}},
    {CONTACT_STATE, COIL(1010), ONE, .at = {.part = PART_CONTACT, .point = "pretransfer"}},
    {CONTACT_STATE, COIL(1012), ONE, .at = {.part = PART_GENERATOR, .point = "start"}},
};

static const struct group groups[] = {
    {OVER({PART_INPUT, .most = 2}), POINTS(sources)},
    {OVER({PART_CONTACT, .most = 4}), POINTS(relays)},
    {POINTS(unit)},
};

const struct driver driver_eaton_atc300 = {
    .name = "eaton_atc300",
    .title = "Eaton ATC-300+ automatic transfer switch controller",
    .manufacturer = "Eaton",
    .class = CLASS_SWITCH,
    .protocol = PROTOCOL_MODBUS,
    .sources = "ATC-300+ Modbus communications guide CI-AECG-00079-01-E",
    .first_register = 1,
    GROUPS(groups),
};
