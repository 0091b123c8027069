/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trane RTHD, RTWD and RTUD chillers with CH530, through the PIC Modbus gateway (RTU).
 *
 * Source: Trane "Protocol Interface Controller" BAS-SVX08D-E4. Manual only: no recording of a real device.
 *
 * A temperature is raw / 10 - 45 degC. The first ten input registers are those of all models, then the models
 * diverge and nothing on the wire tells them apart: the site names the variant, and without one only what is
 * common is read. Of two registers the manual does not say which word comes first; each model is there with
 * both. (Run hours that jump by 65536 tell a wrong choice.) The gateway answers with exception 5 while its
 * table is not filled yet and with 4 when it is no longer refreshed: then there is no fresh value, and no
 * register is refused. The RTHD's table prints offset 15 for the run time of compressor A, register 30017: a
 * misprint of 16. The unit of the refrigerant pressures, and what the bits of chiller status and compressors
 * running mean, no source says: they are shown raw. The current limit set point is a setting. Air flow of an
 * RTUD in percent is taken as its condenser fans' speed.
 */
#include "driver.h"

enum { RTHD = 1 << 0, RTWD = 1 << 1, RTUD = 1 << 2, RTHD_LOW_FIRST = 1 << 3, RTWD_LOW_FIRST = 1 << 4 };
static const char *const variants[] = {"rthd", "rtwd", "rtud", "rthd_low_word_first", "rtwd_low_word_first",
                                       NULL};

static const struct meaning running[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};

static const struct point common[] = {
    {UNIT_STATE, DISCRETE(2), ONE, STATES(running)},
    {UNIT_STATE, INPUT(9, U16), UNIT_UNSTATED, .at = {.point = "chiller_status"}},
    {COMPRESSOR_STATE, INPUT(10, U16), UNIT_UNSTATED, .at = {.part = PART_COMPRESSOR}},
    {LOAD, INPUT(3, U16), PERCENT},
    {TEMPERATURE_SETPOINT, INPUT(2, U16), CELSIUS, .add = -450, .div = 10, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, INPUT(5, U16), CELSIUS, .add = -450, .div = 10, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, INPUT(6, U16), CELSIUS, .add = -450, .div = 10, .at = {.point = "return"}},
    {COOLANT_TEMPERATURE, INPUT(7, U16), CELSIUS, .add = -450, .div = 10,
     .at = {.part = PART_CONDENSER, .point = "inlet"}},
    {COOLANT_TEMPERATURE, INPUT(8, U16), CELSIUS, .add = -450, .div = 10,
     .at = {.part = PART_CONDENSER, .point = "outlet"}},
};

/* Circuit 1 and compressor A are number 1. */
static const struct point rthd[] = {
    {REFRIGERANT_SUCTION_PRESSURE, INPUT(11, U16), UNIT_UNSTATED,
     .at = {.part = PART_EVAPORATOR, .depth = 1, .id = {1}}},
    {REFRIGERANT_TEMPERATURE, INPUT(12, U16), CELSIUS, .add = -450, .div = 10,
     .at = {.part = PART_EVAPORATOR, .depth = 1, .id = {1}}},
    {REFRIGERANT_DISCHARGE_PRESSURE, INPUT(13, U16), UNIT_UNSTATED,
     .at = {.part = PART_CONDENSER, .depth = 1, .id = {1}}},
    {REFRIGERANT_TEMPERATURE, INPUT(14, U16), CELSIUS, .add = -450, .div = 10,
     .at = {.part = PART_CONDENSER, .depth = 1, .id = {1}}},
};
static const struct point rthd_counters[] = {
    {COMPRESSOR_STARTS, INPUT(15, U32), ONE, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
    {RUNTIME, INPUT(17, U32), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
};
static const struct point rthd_counters_low_first[] = {
    {COMPRESSOR_STARTS, INPUT_LOW_FIRST(15, U32), ONE, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
    {RUNTIME, INPUT_LOW_FIRST(17, U32), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
};

static const struct point rtwd[] = {
    {AIR_TEMPERATURE, INPUT(12, U16), CELSIUS, .add = -450, .div = 10, .at = {.point = "outdoor"}},
    {REFRIGERANT_SUCTION_PRESSURE, INPUT(13, U16), UNIT_UNSTATED,
     .at = {.part = PART_EVAPORATOR, .depth = 1, .id = {1}}},
    {REFRIGERANT_TEMPERATURE, INPUT(15, U16), CELSIUS, .add = -450, .div = 10,
     .at = {.part = PART_EVAPORATOR, .depth = 1, .id = {1}}},
    {REFRIGERANT_DISCHARGE_PRESSURE, INPUT(17, U16), UNIT_UNSTATED,
     .at = {.part = PART_CONDENSER, .depth = 1, .id = {1}}},
    {REFRIGERANT_TEMPERATURE, INPUT(19, U16), CELSIUS, .add = -450, .div = 10,
     .at = {.part = PART_CONDENSER, .depth = 1, .id = {1}}},
};
static const struct point rtwd_counters[] = {
    {COMPRESSOR_STARTS, INPUT(21, U32), ONE, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
    {RUNTIME, INPUT(23, U32), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
    {ACTIVE_POWER, INPUT(37, U32), WATT, .at = {.phase = PHASE_TOTAL}},
};
static const struct point rtwd_counters_low_first[] = {
    {COMPRESSOR_STARTS, INPUT_LOW_FIRST(21, U32), ONE, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
    {RUNTIME, INPUT_LOW_FIRST(23, U32), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
    {ACTIVE_POWER, INPUT_LOW_FIRST(37, U32), WATT, .at = {.phase = PHASE_TOTAL}},
};

static const struct point rtud_first[] = {{FAN_SPEED_RATIO, INPUT(11, LOW_BYTE), PERCENT}};
static const struct point rtud_second[] = {{FAN_SPEED_RATIO, INPUT(11, HIGH_BYTE), PERCENT}};

static const struct group groups[] = {
    {POINTS(common)},
    {.variants = RTHD | RTHD_LOW_FIRST, POINTS(rthd)},
    {.variants = RTHD, POINTS(rthd_counters)},
    {.variants = RTHD_LOW_FIRST, POINTS(rthd_counters_low_first)},
    {.variants = RTWD | RTWD_LOW_FIRST, POINTS(rtwd)},
    {.variants = RTWD, POINTS(rtwd_counters)},
    {.variants = RTWD_LOW_FIRST, POINTS(rtwd_counters_low_first)},
    {.at = {.part = PART_CONDENSER, .depth = 1, .id = {1}}, .variants = RTUD, POINTS(rtud_first)},
    {.at = {.part = PART_CONDENSER, .depth = 1, .id = {2}}, .variants = RTUD, POINTS(rtud_second)},
};

const struct driver driver_trane_ch530 = {
    .name = "trane_ch530",
    .title = "Trane RTHD, RTWD, RTUD chiller with CH530 through the PIC gateway",
    .manufacturer = "Trane",
    .class = CLASS_CHILLER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Trane Protocol Interface Controller BAS-SVX08D-E4",
    .variants = variants,
    .first_register = 1,
    .manners = {.stale_exceptions = 1 << 4 | 1 << 5},
    GROUPS(groups),
};
