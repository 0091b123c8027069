/* SPDX-License-Identifier: Apache-2.0 */
/* A three-phase UPS as RFC 1628 shows it: volts and watts whole, currents and frequencies in tenths. */
#include "face.h"

#include "ber.h"

#include <math.h>
#include <stdio.h>

#define UPS "1.3.6.1.2.1.33.1"
#define N(array) (sizeof(array) / sizeof((array)[0]))

enum {
    MANUFACTURER = FIELDS_OF_SYSTEM,
    MODEL,
    SOFTWARE,
    ALWAYS_0,
    ALWAYS_1,
    ALWAYS_2,
    ALWAYS_3,
    LINE_NUMBER,
    RUNTIME,
    CHARGE,
    BATTERY_VOLTAGE,
    BATTERY_TEMPERATURE,
    BATTERY_CURRENT,
    BATTERY_STATUS,
    BATTERY_SECONDS,
    OUTPUT_SOURCE,
    OUTPUT_FREQUENCY,
    INPUT_FREQUENCY,
    INPUT_VOLTAGE,
    INPUT_CURRENT,
    INPUT_POWER,
    OUTPUT_VOLTAGE,
    OUTPUT_CURRENT,
    OUTPUT_POWER,
    OUTPUT_LOAD,
};

/* Values of the RFC's; and how little runtime makes the battery a low one. */
enum { BATTERY_NORMAL = 2, BATTERY_LOW, SOURCE_NORMAL = 3, SOURCE_BATTERY = 5, LOW_SECONDS = 120 };

static const struct scalar {
    const char *oid;
    uint8_t tag;
    uint16_t field;
} scalars[] = {
    {UPS ".1.1.0", BER_OCTETS, MANUFACTURER},
    {UPS ".1.2.0", BER_OCTETS, MODEL},
    {UPS ".1.4.0", BER_OCTETS, SOFTWARE},
    {UPS ".2.1.0", BER_INTEGER, BATTERY_STATUS},
    {UPS ".2.2.0", BER_INTEGER, BATTERY_SECONDS},
    {UPS ".2.3.0", BER_INTEGER, RUNTIME},
    {UPS ".2.4.0", BER_INTEGER, CHARGE},
    {UPS ".2.5.0", BER_INTEGER, BATTERY_VOLTAGE},
    {UPS ".2.6.0", BER_INTEGER, BATTERY_CURRENT}, /* 0: floating */
    {UPS ".2.7.0", BER_INTEGER, BATTERY_TEMPERATURE},
    {UPS ".3.2.0", BER_INTEGER, ALWAYS_3}, /* input lines */
    {UPS ".4.1.0", BER_INTEGER, OUTPUT_SOURCE},
    {UPS ".4.2.0", BER_INTEGER, OUTPUT_FREQUENCY},
    {UPS ".4.3.0", BER_INTEGER, ALWAYS_3}, /* output lines */
    {UPS ".5.1.0", BER_INTEGER, INPUT_FREQUENCY},
    {UPS ".5.2.0", BER_INTEGER, ALWAYS_3}, /* bypass lines */
    {UPS ".6.1.0", BER_GAUGE32, ALWAYS_0}, /* alarms */
    {UPS ".7.3.0", BER_INTEGER, ALWAYS_1}, /* last test passed */
};
static const struct column_of_face input_columns[] = {{2, BER_INTEGER, INPUT_FREQUENCY},
                                                      {3, BER_INTEGER, INPUT_VOLTAGE},
                                                      {4, BER_INTEGER, INPUT_CURRENT},
                                                      {5, BER_INTEGER, INPUT_POWER}};
static const struct column_of_face output_columns[] = {{2, BER_INTEGER, OUTPUT_VOLTAGE},
                                                       {3, BER_INTEGER, OUTPUT_CURRENT},
                                                       {4, BER_INTEGER, OUTPUT_POWER},
                                                       {5, BER_INTEGER, OUTPUT_LOAD}};
static const struct column_of_face bypass_columns[] = {
    {2, BER_INTEGER, INPUT_VOLTAGE}, {3, BER_INTEGER, ALWAYS_0}, {4, BER_INTEGER, ALWAYS_0}};

static bool fill(struct object_table *table, unsigned outlets) {
    (void)outlets;
    for (size_t i = 0; i < N(scalars); i++)
        if (!object_table_add(table, scalars[i].oid, scalars[i].tag,
                              (struct meaning){.field = scalars[i].field}))
            return false;
    return face_add_columns(table, UPS ".3.3.1", input_columns, N(input_columns), 3) &&
           face_add_columns(table, UPS ".4.4.1", output_columns, N(output_columns), 3) &&
           face_add_columns(table, UPS ".5.3.1", bypass_columns, N(bypass_columns), 3);
}

static void text(const struct device *device, struct meaning meaning, char *text, size_t size) {
    (void)device;
    const char *word = meaning.field == MANUFACTURER ? "hallsim" : meaning.field == MODEL ? "SIM UPS" : "1.0";
    snprintf(text, size, "%s", word);
}

static int64_t phase_number(const struct ups_state *ups, struct meaning meaning) {
    const struct phase_state *input = &ups->input.phase[meaning.which];
    const struct phase_state *output = &ups->output.phase[meaning.which];
    switch (meaning.field) {
    case INPUT_VOLTAGE:
        return face_round(input->volts, 1);
    case INPUT_CURRENT:
        return face_round(input->amperes, 0.1);
    case INPUT_POWER:
        return face_round(input->watts, 1);
    case OUTPUT_VOLTAGE:
        return face_round(output->volts, 1);
    case OUTPUT_CURRENT:
        return face_round(output->amperes, 0.1);
    case OUTPUT_POWER:
        return face_round(output->watts, 1);
    default:
        return face_round(ups->load_ratio[meaning.which], 0.01);
    }
}

static int64_t number(const void *state, struct meaning meaning) {
    const struct ups_state *ups = state;
    switch (meaning.field) {
    case ALWAYS_0:
    case ALWAYS_1:
    case ALWAYS_2:
    case ALWAYS_3:
        return meaning.field - ALWAYS_0;
    case RUNTIME:
        return (int64_t)floor(ups->runtime_seconds / 60);
    case CHARGE:
        return face_round(ups->charge_ratio, 0.01);
    case BATTERY_VOLTAGE:
        return face_round(ups->battery_volts, 0.1);
    case BATTERY_TEMPERATURE:
        return face_round(ups->battery_celsius, 1);
    case BATTERY_CURRENT:
        return face_round(ups->battery_amperes, 0.1);
    case BATTERY_STATUS:
        return ups->runtime_seconds < LOW_SECONDS ? BATTERY_LOW : BATTERY_NORMAL;
    case BATTERY_SECONDS:
        return (int64_t)ups->battery_seconds;
    case OUTPUT_SOURCE:
        return ups->on_battery ? SOURCE_BATTERY : SOURCE_NORMAL;
    case OUTPUT_FREQUENCY:
        return face_round(ups->output.hertz, 0.1);
    case INPUT_FREQUENCY:
        return face_round(ups->input.hertz, 0.1);
    default:
        return phase_number(ups, meaning);
    }
}

static void refresh(struct device *device, double time) {
    struct ups_state ups;
    hall_ups_at(device->hall, device->side, time, &ups);
    face_put_numbers(device, number, &ups, time);
}

const struct face face_rfc1628_ups = {
    .driver = "rfc1628",
    .description = "UPS (simulated by hallsim, RFC 1628)",
    .object = "1.3.6.1.2.1.33",
    .fill = fill,
    .text = text,
    .refresh = refresh,
};
