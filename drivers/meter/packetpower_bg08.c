/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet Power BG08 current-only branch circuit monitor, Modbus TCP through Packet Power's gateway. Each
 * module of six channels is a device of its own there; eight of them watch a panel of 48 circuits (module 1
 * the poles 1, 3, 5 .. 11, the next 13 .. 23), so the circuits here are numbered 1 to 6 within their module.
 *
 * Source: the maker's page on this mapping, which counts registers from 1. Manual only: no recording of a
 * real device. Power nodes have a mapping that the site configures and are no part of this driver.
 */
#include "driver.h"

static const struct point circuits[] = {{CURRENT, HOLDING(501, U16), AMPERE, .div = 10}};

static const struct group groups[] = {
    {.at = {.part = PART_CIRCUIT}, OVER({PART_CIRCUIT, .most = 6}), POINTS(circuits)},
};

const struct driver driver_packetpower_bg08 = {
    .name = "packetpower_bg08",
    .title = "Packet Power BG08 branch circuit monitor (Modbus)",
    .manufacturer = "Packet Power",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Packet Power current-only monitor Modbus mapping",
    .first_register = 1,
    GROUPS(groups),
};
