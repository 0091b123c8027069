/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deep Sea Electronics generator set controllers that speak GenComm (DSE 5xxx, 6xxx, 7xxx, 8xxx, 4xxx and
 * others), Modbus RTU or TCP, function 3.
 *
 * Sources: GenComm pages 3 to 7 as DSE's 5220 manual and published register lists print them; codes and
 * models as in a public gateway's driver of the same protocol. Manual only: no recording of a real device.
 *
 * A register is 256 x page + offset; 32-bit values have the high word first. The last eight codes of a type
 * say why there is no value (no such value, out of range, transducer fault, bad data and others): 0xFFF8 to
 * 0xFFFF, signed 0x7FF8 to 0x7FFF, alike in 32 bits. Pages 5 to 7 came with later models; what a module
 * refuses is parked. Named alarms lie in half bytes whose order differs from model to model: not read. Of the
 * status bits in 774 those that are alarms are counted. GenComm numbers bits from 1: shutdown, 13 of 16, is
 * 0x1000; published programs disagree, and some are one bit off. Modes other than automatic and automatic
 * with manual restore count as not in auto. Manufacturer and model number together name the product; the
 * model is shown as that number.
 */
#include "driver.h"

/* Failure of the unit, shutdown, electrical trip, warning, controlled shutdown. */
enum { ALARM_BITS = 1 << 13 | 1 << 12 | 1 << 11 | 1 << 10 | 1 << 6 };

/* Stop, auto, manual, test on load, auto with manual restore, user configuration, test off load, off. */
static const struct meaning not_in_auto[] = {{0, STATE_YES}, {1, STATE_NO},  {2, STATE_YES}, {3, STATE_YES},
                                             {4, STATE_NO},  {5, STATE_YES}, {6, STATE_YES}, {7, STATE_YES}};
/* Stopped, pre-start, warming up, running, cooling down, stopped, post run. */
static const struct meaning engine_state[] = {{0, UNIT_OFF},     {1, UNIT_STANDBY}, {2, UNIT_RUNNING},
                                              {3, UNIT_RUNNING}, {4, UNIT_RUNNING}, {5, UNIT_OFF},
                                              {6, UNIT_OFF}};

static const struct point generator[] = {
    {ALARM_STATE, HOLDING(772, U16), ONE, STATES(not_in_auto), .at = {.point = "not_in_auto"}},
    {ALARMS_ACTIVE, HOLDING(774, U16), ONE, .adjusted = true},
    {UNIT_STATE, HOLDING(1408, U16), ONE, STATES(engine_state), .absent = ABSENT(15)},
    {OIL_PRESSURE, HOLDING(1024, U16), KILOPASCAL},
    {COOLANT_TEMPERATURE, HOLDING(1025, S16), CELSIUS},
    {DEVICE_TEMPERATURE, HOLDING(1026, S16), CELSIUS, .at = {.point = "oil"}},
    {VOLTAGE, HOLDING(1028, U16), VOLT, .div = 10, .at = {.point = "charging_alternator"}},
    {ENGINE_SPEED, HOLDING(1030, U16), REVOLUTION_PER_MINUTE},
    {FREQUENCY, HOLDING(1031, U16), HERTZ, .div = 10},
    {RESIDUAL_CURRENT, HOLDING(1050, U32), AMPERE, .div = 10},
    {LOAD, HOLDING(1558, S16), PERCENT, .div = 10},
    {RUNTIME, HOLDING(1798, U32), SECOND, .rate = RATE_SLOW},
    {ACTIVE_POWER, HOLDING(1536, S32), WATT, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, HOLDING(1800, U32), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_TOTAL}},
};
static const struct point generator_lines[] = {
    {VOLTAGE, HOLDING(1032, U32), VOLT, .div = 10},
    {CURRENT, HOLDING(1044, U32), AMPERE, .div = 10},
    {ACTIVE_POWER, HOLDING(1052, S32), WATT},
};
static const struct point generator_pairs[] = {{LINE_VOLTAGE, HOLDING(1038, U32), VOLT, .div = 10}};

static const struct point mains[] = {{FREQUENCY, HOLDING(1059, U16), HERTZ, .div = 10}};
static const struct point mains_lines[] = {
    {VOLTAGE, HOLDING(1060, U32), VOLT, .div = 10},
    {CURRENT, HOLDING(1076, U32), AMPERE, .div = 10},
};

static const struct point auxiliaries[] = {
    {FUEL_LEVEL, HOLDING(1027, U16), PERCENT, .at = {.part = PART_TANK}},
    {BATTERY_VOLTAGE, HOLDING(1029, U16), VOLT, .div = 10, .at = {.part = PART_BATTERY}},
};

static const struct group groups[] = {
    {.at = {.part = PART_GENERATOR}, POINTS(generator)},
    {.at = {.part = PART_GENERATOR}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(generator_lines)},
    {.at = {.part = PART_GENERATOR}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(generator_pairs)},
    {.at = {.part = PART_MAINS}, POINTS(mains)},
    {.at = {.part = PART_MAINS}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(mains_lines)},
    {POINTS(auxiliaries)},
};

static const struct fact facts[] = {{FACT_MODEL, HOLDING(769, U16)}, {FACT_SERIAL, HOLDING(770, U32)}};

/* How many of the alarm bits are set. */
static enum verdict adjust(const struct point *point, double *number) {
    (void)point;
    unsigned alarms = 0;
    for (unsigned bits = (unsigned)*number & ALARM_BITS; bits != 0; bits &= bits - 1)
        alarms++;
    *number = alarms;
    return KEEP;
}

const struct driver driver_dse_gencomm = {
    .name = "dse_gencomm",
    .title = "Deep Sea Electronics generator set controller (GenComm)",
    .manufacturer = "Deep Sea Electronics",
    .class = CLASS_GENSET,
    .protocol = PROTOCOL_MODBUS,
    .sources = "GenComm pages 3 to 7 in DSE's 5220 manual and published register lists",
    /* Manufacturer 1 and a model number that is known. */
    .recognition = {{.says = {HOLDING(768, U32),
                              ANY_OF(0x1120f, 0x117e9, 0x18020, 0x18027, 0x18028, 0x18040, 0x18041, 0x18042,
                                     0x18048, 0x1804d, 0x1804e, 0x1805b)}}},
    .absent = ABSENT_OF({U16, ABSENT(0xfff8, 0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff)},
                        {S16, ABSENT(0x7ff8, 0x7ff9, 0x7ffa, 0x7ffb, 0x7ffc, 0x7ffd, 0x7ffe, 0x7fff)},
                        {U32, ABSENT(0xfffffff8, 0xfffffff9, 0xfffffffa, 0xfffffffb, 0xfffffffc, 0xfffffffd,
                                     0xfffffffe, 0xffffffff)},
                        {S32, ABSENT(0x7ffffff8, 0x7ffffff9, 0x7ffffffa, 0x7ffffffb, 0x7ffffffc, 0x7ffffffd,
                                     0x7ffffffe, 0x7fffffff)}),
    FACTS(facts),
    GROUPS(groups),
    .adjust = adjust,
};
