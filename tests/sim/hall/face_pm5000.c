/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The meter of a row and feed, or of the intake, as Schneider's PM5000 registers show it: float32, high word
 * first, powers in kW, energies in kWh and once more as 64-bit integers in Wh. Addresses here are on the
 * wire: one less than the register numbers in Schneider's lists.
 */
#include "face.h"

#include <math.h>

enum {
    NAME = 29,
    MODEL = 49,
    MANUFACTURER = 69,
    SERIAL = 129,
    ENERGIES = 2699,
    BASIC = 2999,
    COUNTERS = 3203,
    TEXT_WORDS = 20
};
enum { N_ENERGIES = 20, N_BASIC = 112, N_COUNTERS = 40 };
enum { ACTIVE_ENERGY = 2699, RECEIVED_ENERGY = 2701, REACTIVE_ENERGY = 2707, APPARENT_ENERGY = 2715 };
enum { ACTIVE_COUNTER = 3203, REACTIVE_COUNTER = 3219, APPARENT_COUNTER = 3235 };
enum {
    CURRENT = 2999,
    CURRENT_N = 3005,
    CURRENT_MEAN = 3009,
    LINE_VOLTAGE = 3019,
    LINE_VOLTAGE_MEAN = 3025,
    VOLTAGE = 3027,
    VOLTAGE_MEAN = 3035,
    ACTIVE_POWER = 3053,
    REACTIVE_POWER = 3061,
    APPARENT_POWER = 3069,
    POWER_FACTOR = 3077,
    FREQUENCY = 3109
};

static void put_phases(struct register_image *image, const struct load_state *load) {
    for (unsigned i = 0; i < 3; i++) {
        const struct phase_state *phase = &load->phase[i];
        register_put_f32(image, CURRENT + 2 * i, phase->amperes);
        register_put_f32(image, LINE_VOLTAGE + 2 * i, load->line_volts[i]);
        register_put_f32(image, VOLTAGE + 2 * i, phase->volts);
        register_put_f32(image, ACTIVE_POWER + 2 * i, phase->watts / 1000);
        register_put_f32(image, REACTIVE_POWER + 2 * i, phase->vars / 1000);
        register_put_f32(image, APPARENT_POWER + 2 * i, phase->voltamperes / 1000);
        register_put_f32(image, POWER_FACTOR + 2 * i, phase->power_factor);
    }
}

static void put_counter(struct register_image *image, uint32_t address, double joules) {
    uint64_t watt_hours = (uint64_t)(joules / 3600);
    register_put_u32(image, address, (uint32_t)(watt_hours >> 32));
    register_put_u32(image, address + 2, (uint32_t)watt_hours);
}

static double mean_of(double a, double b, double c) {
    return (a + b + c) / 3;
}

static void refresh(struct device *device, double time) {
    struct register_image *image = &device->registers;
    struct load_state load;
    if (device->place == HALL_INTAKE)
        hall_intake_at(device->hall, time, &load);
    else
        hall_meter_at(device->hall, device->place, device->side, time, &load);
    const struct phase_state *p = load.phase;
    put_phases(image, &load);
    register_put_f32(image, CURRENT_N, load.neutral_amperes);
    register_put_f32(image, CURRENT_MEAN, mean_of(p[0].amperes, p[1].amperes, p[2].amperes));
    register_put_f32(image, LINE_VOLTAGE_MEAN,
                     mean_of(load.line_volts[0], load.line_volts[1], load.line_volts[2]));
    register_put_f32(image, VOLTAGE_MEAN, mean_of(p[0].volts, p[1].volts, p[2].volts));
    register_put_f32(image, ACTIVE_POWER + 6, load.watts / 1000);
    register_put_f32(image, REACTIVE_POWER + 6, load.vars / 1000);
    register_put_f32(image, APPARENT_POWER + 6, load.voltamperes / 1000);
    register_put_f32(image, POWER_FACTOR + 6, load.power_factor);
    register_put_f32(image, FREQUENCY, load.hertz);
    register_put_f32(image, ACTIVE_ENERGY, load.joules / 3.6e6);
    register_put_f32(image, RECEIVED_ENERGY, 0);
    register_put_f32(image, REACTIVE_ENERGY, load.varseconds / 3.6e6);
    /* Power factors are constant in the model, so the energies stand at right angles like the powers. */
    register_put_f32(image, APPARENT_ENERGY, hypot(load.joules, load.varseconds) / 3.6e6);
    put_counter(image, ACTIVE_COUNTER, load.joules);
    put_counter(image, REACTIVE_COUNTER, load.varseconds);
    put_counter(image, APPARENT_COUNTER, hypot(load.joules, load.varseconds));
}

bool face_pm5000_attach(struct device *device) {
    struct register_image *image = &device->registers;
    device->protocol = MODBUS;
    device->driver = "schneider_pm5000";
    device->unit = 1;
    device->refresh = refresh;
    if (!register_image_add(image, TABLE_HOLDING, NAME, 3 * TEXT_WORDS, NULL) ||
        !register_image_add(image, TABLE_HOLDING, SERIAL, 2, NULL) ||
        !register_image_add(image, TABLE_HOLDING, ENERGIES, N_ENERGIES, NULL) ||
        !register_image_add(image, TABLE_HOLDING, BASIC, N_BASIC, NULL) ||
        !register_image_add(image, TABLE_HOLDING, COUNTERS, N_COUNTERS, NULL) || !register_image_seal(image))
        return false;
    /* What this meter does not measure is no number. */
    for (uint32_t i = 0; i < N_ENERGIES; i += 2)
        register_put_f32(image, ENERGIES + i, (double)NAN);
    for (uint32_t i = 0; i < N_BASIC; i += 2)
        register_put_f32(image, BASIC + i, (double)NAN);
    register_put_text(image, NAME, TEXT_WORDS, device->name);
    register_put_text(image, MODEL, TEXT_WORDS, "PM5560 (hallsim)");
    register_put_text(image, MANUFACTURER, TEXT_WORDS, "Schneider Electric");
    register_put_u32(image, SERIAL, device->address);
    return true;
}
