/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rack PDU as APC's rPDU2 tables show it (PowerNet-MIB): one module, three phases, metered outlets, one
 * sensor for temperature and humidity. Powers in hundredths of kW, currents in tenths of A, energies in
 * tenths of kWh.
 */
#include "face.h"

#include "ber.h"

#include <stdio.h>

#define RPDU2 "1.3.6.1.4.1.318.1.1.26"
#define N(array) (sizeof(array) / sizeof((array)[0]))

enum {
    ALWAYS_1 = FIELDS_OF_SYSTEM,
    ALWAYS_2,
    ALWAYS_4,
    NUMBER,
    NAME,
    FIRMWARE,
    MODEL,
    SERIAL,
    OUTLET_NAME,
    SENSOR_NAME,
    RECEPTACLE,
    POWER,
    ENERGY,
    APPARENT_POWER,
    POWER_FACTOR,
    LOAD_STATE,
    PHASE_STATE,
    PHASE_CURRENT,
    PHASE_VOLTAGE,
    PHASE_POWER,
    PHASE_APPARENT_POWER,
    PHASE_POWER_FACTOR,
    OUTLET_CURRENT,
    OUTLET_POWER,
    OUTLET_ENERGY,
    FAHRENHEIT,
    CELSIUS,
    HUMIDITY,
};

static const struct column_of_face identity[] = {
    {3, BER_OCTETS, NAME}, {6, BER_OCTETS, FIRMWARE}, {8, BER_OCTETS, MODEL}, {9, BER_OCTETS, SERIAL}};
static const struct column_of_face device_columns[] = {
    {1, BER_INTEGER, NUMBER},          {2, BER_INTEGER, ALWAYS_1},     {3, BER_OCTETS, NAME},
    {4, BER_INTEGER, LOAD_STATE},      {5, BER_INTEGER, POWER},        {9, BER_INTEGER, ENERGY},
    {12, BER_INTEGER, ALWAYS_1},       {13, BER_INTEGER, ALWAYS_1},    {14, BER_INTEGER, ALWAYS_1},
    {16, BER_INTEGER, APPARENT_POWER}, {17, BER_INTEGER, POWER_FACTOR}};
static const struct column_of_face phase_columns[] = {{1, BER_INTEGER, NUMBER},
                                                      {2, BER_INTEGER, ALWAYS_1},
                                                      {3, BER_INTEGER, NUMBER},
                                                      {4, BER_INTEGER, PHASE_STATE},
                                                      {5, BER_INTEGER, PHASE_CURRENT},
                                                      {6, BER_INTEGER, PHASE_VOLTAGE},
                                                      {7, BER_INTEGER, PHASE_POWER},
                                                      {8, BER_INTEGER, PHASE_APPARENT_POWER},
                                                      {9, BER_INTEGER, PHASE_POWER_FACTOR}};
static const struct column_of_face outlet_columns[] = {
    {1, BER_INTEGER, NUMBER},       {2, BER_INTEGER, ALWAYS_1},       {3, BER_OCTETS, OUTLET_NAME},
    {4, BER_INTEGER, NUMBER},       {5, BER_INTEGER, ALWAYS_2},       {6, BER_INTEGER, OUTLET_CURRENT},
    {7, BER_INTEGER, OUTLET_POWER}, {11, BER_INTEGER, OUTLET_ENERGY}, {12, BER_OCTETS, RECEPTACLE}};
static const struct column_of_face sensor_columns[] = {
    {1, BER_INTEGER, NUMBER},     {2, BER_INTEGER, ALWAYS_1}, {3, BER_OCTETS, SENSOR_NAME},
    {4, BER_INTEGER, NUMBER},     {5, BER_INTEGER, ALWAYS_2}, {6, BER_INTEGER, ALWAYS_2},
    {7, BER_INTEGER, FAHRENHEIT}, {8, BER_INTEGER, CELSIUS},  {9, BER_INTEGER, ALWAYS_4},
    {10, BER_INTEGER, HUMIDITY},  {11, BER_INTEGER, ALWAYS_4}};

static bool fill(struct object_table *table, unsigned outlets) {
    return face_add_columns(table, RPDU2 ".2.1", identity, N(identity), 1) &&
           face_add_columns(table, RPDU2 ".4.3.1", device_columns, N(device_columns), 1) &&
           face_add_columns(table, RPDU2 ".6.3.1", phase_columns, N(phase_columns), 3) &&
           face_add_columns(table, RPDU2 ".9.4.3.1", outlet_columns, N(outlet_columns), outlets) &&
           face_add_columns(table, RPDU2 ".10.2.2.1", sensor_columns, N(sensor_columns), 1);
}

static void text(const struct device *device, struct meaning meaning, char *text, size_t size) {
    if (meaning.field == NAME)
        snprintf(text, size, "%s", device->name);
    else if (meaning.field == FIRMWARE)
        snprintf(text, size, "v6.9.6");
    else if (meaning.field == MODEL)
        snprintf(text, size, "SIM8681");
    else if (meaning.field == SERIAL)
        snprintf(text, size, "SIM%08X", (unsigned)device->address);
    else if (meaning.field == OUTLET_NAME)
        snprintf(text, size, "server %u", meaning.which + 1u);
    else if (meaning.field == SENSOR_NAME)
        snprintf(text, size, "rack front");
    else
        snprintf(text, size, "C13");
}

static int64_t phase_number(const struct phase_state *phase, unsigned field) {
    switch (field) {
    case PHASE_STATE:
        return phase->amperes > 0.8 * 32 ? 3 : 2; /* near overload, normal */
    case PHASE_CURRENT:
        return face_round(phase->amperes, 0.1);
    case PHASE_VOLTAGE:
        return face_round(phase->volts, 1);
    case PHASE_POWER:
        return face_round(phase->watts, 10);
    case PHASE_APPARENT_POWER:
        return face_round(phase->voltamperes, 10);
    default:
        return face_round(phase->power_factor, 0.01);
    }
}

static int64_t number(const void *state, struct meaning meaning) {
    const struct pdu_state *pdu = state;
    switch (meaning.field) {
    case ALWAYS_1:
        return 1;
    case ALWAYS_2:
    case LOAD_STATE:
        return 2;
    case ALWAYS_4:
        return 4;
    case NUMBER:
        return meaning.which + 1;
    case POWER:
        return face_round(pdu->load.watts, 10);
    case ENERGY:
        return face_round(pdu->load.joules, 3.6e5);
    case APPARENT_POWER:
        return face_round(pdu->load.voltamperes, 10);
    case POWER_FACTOR:
        return face_round(pdu->load.power_factor, 0.01);
    case OUTLET_CURRENT:
        return face_round(pdu->outlet[meaning.which].amperes, 0.1);
    case OUTLET_POWER:
        return face_round(pdu->outlet[meaning.which].watts, 1);
    case OUTLET_ENERGY:
        return face_round(pdu->outlet[meaning.which].joules, 3.6e5);
    case FAHRENHEIT:
        return face_round(pdu->inlet_celsius * 1.8 + 32, 0.1);
    case CELSIUS:
        return face_round(pdu->inlet_celsius, 0.1);
    case HUMIDITY:
        return face_round(pdu->relative_humidity, 0.01);
    default:
        return phase_number(&pdu->load.phase[meaning.which], meaning.field);
    }
}

static void refresh(struct device *device, double time) {
    struct pdu_state pdu;
    hall_pdu_at(device->hall, device->place, device->side, time, &pdu);
    device->silent = pdu.dead;
    face_put_numbers(device, number, &pdu, time);
}

const struct face face_apc_rpdu2 = {
    .driver = "apc_rpdu2",
    .description = "APC Web/SNMP Management Card (simulated by hallsim, rPDU2)",
    .object = "1.3.6.1.4.1.318.1.3.4.6",
    .fill = fill,
    .text = text,
    .refresh = refresh,
};
