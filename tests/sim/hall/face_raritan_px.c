/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rack PDU as Raritan's PX tables show it (PDU2-MIB): readings are rows indexed by part and sensor type;
 * unit and decimal digits stand beside them. One inlet, one protector per phase, metered outlets, two
 * external sensors.
 */
#include "face.h"

#include "ber.h"

#include <stdio.h>

#define PDU2 "1.3.6.1.4.1.13742.6"
#define N(array) (sizeof(array) / sizeof((array)[0]))

enum {
    MODEL = FIELDS_OF_SYSTEM,
    SERIAL,
    FIRMWARE,
    OUTLET_LABEL,
    OUTLET_NAME,
    EXTERNAL_NAME,
    CONSTANT,
    READING
};

/* Sensor types and units as the MIB numbers them. */
enum {
    RMS_CURRENT = 1,
    RMS_VOLTAGE = 4,
    ACTIVE_POWER = 5,
    APPARENT_POWER = 6,
    POWER_FACTOR = 7,
    ACTIVE_ENERGY = 8,
    TEMPERATURE = 10,
    HUMIDITY = 11,
    TRIP = 15,
    FREQUENCY = 23
};
struct sensor {
    unsigned type;
    int unit;
    unsigned digits;
};
static const struct sensor inlet_sensors[] = {{ACTIVE_POWER, 3, 0},
                                              {APPARENT_POWER, 4, 0},
                                              {POWER_FACTOR, -1, 2},
                                              {ACTIVE_ENERGY, 5, 0},
                                              {FREQUENCY, 8, 1}};
static const struct sensor protector_sensors[] = {{RMS_CURRENT, 2, 3}, {TRIP, -1, 0}};
static const struct sensor outlet_sensors[] = {{RMS_CURRENT, 2, 3},   {RMS_VOLTAGE, 1, 0},
                                               {ACTIVE_POWER, 3, 0},  {APPARENT_POWER, 4, 0},
                                               {POWER_FACTOR, -1, 2}, {ACTIVE_ENERGY, 5, 0}};
static const struct sensor external_sensors[] = {{TEMPERATURE, 7, 1}, {HUMIDITY, 9, 0}};

/*
 * What a READING or CONSTANT is about: kind of part, part and sensor type (or the constant itself) in
 * `which`.
 */
enum part { INLET, PROTECTOR, OUTLET, EXTERNAL };
static struct meaning reading(enum part part, unsigned number, unsigned type) {
    return (struct meaning){.field = READING, .which = (uint16_t)(part << 12 | number << 6 | type)};
}
static struct meaning constant(int value) {
    return (struct meaning){.field = CONSTANT, .which = (uint16_t)value};
}

static bool add(struct object_table *table, const char *entry, unsigned column, const char *index,
                uint8_t tag, struct meaning meaning) {
    char oid[128];
    snprintf(oid, sizeof oid, PDU2 ".%s.%u.%s", entry, column, index);
    return object_table_add(table, oid, tag, meaning);
}

/* One sensor: unit, digits, whether it is available, its state, its value unsigned and signed. */
static bool add_sensor(struct object_table *table, const char *settings, const char *measurements,
                       enum part part, unsigned number, const struct sensor *sensor) {
    char index[32];
    snprintf(index, sizeof index, "1.%u.%u", number, sensor->type);
    int state = sensor->type == TRIP ? 1 : 4; /* closed, normal */
    struct meaning value = sensor->type == TRIP ? constant(0) : reading(part, number, sensor->type);
    return add(table, settings, 6, index, BER_INTEGER, constant(sensor->unit)) &&
           add(table, settings, 7, index, BER_GAUGE32, constant((int)sensor->digits)) &&
           add(table, measurements, 2, index, BER_INTEGER, constant(1)) &&
           add(table, measurements, 3, index, BER_INTEGER, constant(state)) &&
           add(table, measurements, 4, index, BER_GAUGE32, value) &&
           add(table, measurements, 6, index, BER_INTEGER, value);
}

static bool add_external(struct object_table *table, unsigned number, const struct sensor *sensor) {
    char index[32];
    snprintf(index, sizeof index, "1.%u", number);
    struct meaning name = {.field = EXTERNAL_NAME, .which = (uint16_t)sensor->type};
    return add(table, "3.6.3.1", 2, index, BER_INTEGER, constant((int)sensor->type)) &&
           add(table, "3.6.3.1", 4, index, BER_OCTETS, name) &&
           add(table, "3.6.3.1", 16, index, BER_INTEGER, constant(sensor->unit)) &&
           add(table, "3.6.3.1", 17, index, BER_GAUGE32, constant((int)sensor->digits)) &&
           add(table, "5.5.3.1", 2, index, BER_INTEGER, constant(1)) &&
           add(table, "5.5.3.1", 3, index, BER_INTEGER, constant(4)) &&
           add(table, "5.5.3.1", 4, index, BER_INTEGER, reading(EXTERNAL, number, sensor->type));
}

static bool add_outlet(struct object_table *table, unsigned number) {
    char index[32];
    snprintf(index, sizeof index, "1.%u", number);
    if (!add(table, "3.5.3.1", 2, index, BER_OCTETS, (struct meaning){OUTLET_LABEL, (uint16_t)number}) ||
        !add(table, "3.5.3.1", 3, index, BER_OCTETS, (struct meaning){OUTLET_NAME, (uint16_t)number}))
        return false;
    for (size_t i = 0; i < N(outlet_sensors); i++)
        if (!add_sensor(table, "3.5.4.1", "5.4.3.1", OUTLET, number, &outlet_sensors[i]))
            return false;
    return true;
}

static bool fill(struct object_table *table, unsigned outlets) {
    bool added = add(table, "3.2.1.1", 3, "1", BER_OCTETS, (struct meaning){MODEL, 0}) &&
                 add(table, "3.2.1.1", 4, "1", BER_OCTETS, (struct meaning){SERIAL, 0}) &&
                 add(table, "3.2.3.1", 6, "1.1.1", BER_OCTETS, (struct meaning){FIRMWARE, 0});
    for (size_t i = 0; added && i < N(inlet_sensors); i++)
        added = add_sensor(table, "3.3.4.1", "5.2.3.1", INLET, 1, &inlet_sensors[i]);
    for (size_t i = 0; added && i < 3 * N(protector_sensors); i++)
        added = add_sensor(table, "3.4.4.1", "5.3.3.1", PROTECTOR, (unsigned)i / 2 + 1,
                           &protector_sensors[i % 2]);
    for (unsigned i = 0; added && i < outlets; i++)
        added = add_outlet(table, i + 1);
    for (unsigned i = 0; added && i < N(external_sensors); i++)
        added = add_external(table, i + 1, &external_sensors[i]);
    return added;
}

static void text(const struct device *device, struct meaning meaning, char *text, size_t size) {
    if (meaning.field == MODEL)
        snprintf(text, size, "PX3-SIM");
    else if (meaning.field == SERIAL)
        snprintf(text, size, "SIM%08X", (unsigned)device->address);
    else if (meaning.field == FIRMWARE)
        snprintf(text, size, "4.2.0.5-50274");
    else if (meaning.field == OUTLET_LABEL)
        snprintf(text, size, "%u", meaning.which);
    else if (meaning.field == OUTLET_NAME)
        snprintf(text, size, "server %u", meaning.which);
    else
        snprintf(text, size, meaning.which == HUMIDITY ? "rack front humidity" : "rack front temperature");
}

static int64_t inlet_number(const struct load_state *load, unsigned type) {
    switch (type) {
    case ACTIVE_POWER:
        return face_round(load->watts, 1);
    case APPARENT_POWER:
        return face_round(load->voltamperes, 1);
    case POWER_FACTOR:
        return face_round(load->power_factor, 0.01);
    case ACTIVE_ENERGY:
        return face_round(load->joules, 3600);
    default:
        return face_round(load->hertz, 0.1);
    }
}

static int64_t outlet_number(const struct pdu_state *pdu, const struct outlet_state *outlet, unsigned type) {
    switch (type) {
    case RMS_CURRENT:
        return face_round(outlet->amperes, 0.001);
    case RMS_VOLTAGE:
        return face_round(pdu->load.phase[outlet->phase].volts, 1);
    case ACTIVE_POWER:
        return face_round(outlet->watts, 1);
    case APPARENT_POWER:
        return face_round(outlet->watts / outlet->power_factor, 1);
    case POWER_FACTOR:
        return face_round(outlet->power_factor, 0.01);
    default:
        return face_round(outlet->joules, 3600);
    }
}

static int64_t number(const void *state, struct meaning meaning) {
    const struct pdu_state *pdu = state;
    if (meaning.field == CONSTANT)
        return (int16_t)meaning.which;
    unsigned part = meaning.which >> 12, number = meaning.which >> 6 & 63, type = meaning.which & 63;
    if (part == INLET)
        return inlet_number(&pdu->load, type);
    if (part == PROTECTOR)
        return face_round(pdu->load.phase[number - 1].amperes, 0.001);
    if (part == OUTLET)
        return outlet_number(pdu, &pdu->outlet[number - 1], type);
    return type == HUMIDITY ? face_round(pdu->relative_humidity, 0.01) : face_round(pdu->inlet_celsius, 0.1);
}

static void refresh(struct device *device, double time) {
    struct pdu_state pdu;
    hall_pdu_at(device->hall, device->place, device->side, time, &pdu);
    device->silent = pdu.dead;
    face_put_numbers(device, number, &pdu, time);
}

const struct face face_raritan_px = {
    .driver = "raritan_px",
    .description = "Raritan PDU, MD:PX3-SIM HW:0x10 FW:4.2.0.5-50274 (simulated by hallsim)",
    .object = "1.3.6.1.4.1.13742.6",
    .fill = fill,
    .text = text,
    .refresh = refresh,
};
