/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The coolant loop of a rack as an Open Rack V3 reservoir and pumping unit shows it: fixed point in tenths,
 * in L/min, degrees Celsius, kPa and W. Powers are 16 bits of 0.1 W, so they end at 6.5 kW as on the real
 * unit.
 */
#include "face.h"

enum { MODEL = 6604, SERIAL = 6616, FIRMWARE = 6632, PART_NUMBER = 6652 };
enum {
    PUMPING_UNIT = 36864,
    FLOW = 36864,
    OUTLET_TEMPERATURE,
    INLET_TEMPERATURE,
    OUTLET_PRESSURE,
    INLET_PRESSURE,
    POWER,
    TOTAL_POWER,
    INPUT_VOLTAGE,
    AIR_INLET_TEMPERATURE,
    PUMP_RATIO,
    PUMP_SPEED,
    FAN_SPEED = 36879,
    COOLING_CAPACITY = 36881,
    PUMP_STATUS = 36882,
    RESERVOIR_STATUS = 36886,
    N_PUMPING_UNIT = 23
};
enum { PUMP_RUNTIME = 36912, N_PUMPS = 4 };
enum {
    EXCHANGER = 37120,
    FAN_RATIO = 37120,
    FAN_POWER,
    FAN_VOLTAGE,
    FAN_CURRENT,
    AIR_OUTLET = 37134,
    AIR_INLET = 37136,
    WATER_INLET = 37138,
    FILTER_PRESSURE = 37140,
    STATIC_PRESSURE,
    N_EXCHANGER = 22
};
enum {
    ALARMS = 37375,
    N_ALARMS = 5,
    LEAKS = 3,
    PAN_LEAKAGE = 8,
    TARGETS = 37888,
    TOTAL_WATTS = 41005,
    HEAT_ALARMS = 41473
};

static void put_pumping_unit(struct register_image *image, const struct loop_state *loop) {
    register_put_u16(image, FLOW, loop->flow * 60000 * 10);
    register_put_s16(image, OUTLET_TEMPERATURE, loop->supply_celsius * 10);
    register_put_s16(image, INLET_TEMPERATURE, loop->return_celsius * 10);
    register_put_s16(image, OUTLET_PRESSURE, loop->supply_pascals / 1000 * 10);
    register_put_s16(image, INLET_PRESSURE, loop->return_pascals / 1000 * 10);
    register_put_u16(image, POWER, loop->pump_watts * 10);
    register_put_u16(image, TOTAL_POWER, (loop->pump_watts + loop->fan_watts) * 10);
    register_put_u16(image, TOTAL_WATTS, loop->pump_watts + loop->fan_watts);
    register_put_u16(image, INPUT_VOLTAGE, 50.5 * 10);
    register_put_s16(image, AIR_INLET_TEMPERATURE, loop->air_celsius * 10);
    register_put_u16(image, PUMP_RATIO, loop->pump_ratio * 100);
    register_put_u16(image, COOLING_CAPACITY, loop->heat_watts * 10);
    register_put_u16(image, RESERVOIR_STATUS, 0);
    for (unsigned i = 0; i < N_PUMPS; i++) {
        bool fitted = i < 3;
        register_put_u16(image, PUMP_SPEED + i, fitted ? loop->pump_ratio * 6000 : 0);
        register_put_u16(image, PUMP_STATUS + i, 0);
        register_put_u32(image, PUMP_RUNTIME + 2 * i, fitted ? loop->pump_seconds / 3600 : 0);
    }
    register_put_u16(image, FAN_SPEED, loop->fan_ratio * 9000);
    register_put_u16(image, FAN_SPEED + 1, loop->fan_ratio * 9000);
}

static void refresh(struct device *device, double time) {
    struct register_image *image = &device->registers;
    struct loop_state loop;
    hall_loop_at(device->hall, device->place, time, &loop);
    put_pumping_unit(image, &loop);
    register_put_u16(image, FAN_RATIO, loop.fan_ratio * 100);
    register_put_u16(image, FAN_POWER, loop.fan_watts * 10);
    register_put_u16(image, FAN_VOLTAGE, 50);
    register_put_u16(image, FAN_CURRENT, loop.fan_watts / 50);
    for (unsigned i = 0; i < 2; i++) {
        register_put_s16(image, AIR_OUTLET + i, (loop.return_celsius - 2) * 10);
        register_put_s16(image, AIR_INLET + i, loop.air_celsius * 10);
    }
    register_put_s16(image, WATER_INLET, loop.return_celsius * 10);
    register_put_u16(image, FILTER_PRESSURE, 120);
    register_put_u16(image, STATIC_PRESSURE, loop.return_pascals / 1000);
    register_put_u16(image, ALARMS + LEAKS, loop.leaks ? 1 << PAN_LEAKAGE : 0);
}

bool face_rpu_attach(struct device *device) {
    struct register_image *image = &device->registers;
    device->protocol = MODBUS;
    device->driver = "orv3_rpu";
    device->unit = 12;
    device->refresh = refresh;
    if (!register_image_add(image, TABLE_HOLDING, MODEL, 8, NULL) ||
        !register_image_add(image, TABLE_HOLDING, SERIAL, 8, NULL) ||
        !register_image_add(image, TABLE_HOLDING, FIRMWARE, 4, NULL) ||
        !register_image_add(image, TABLE_HOLDING, PART_NUMBER, 4, NULL) ||
        !register_image_add(image, TABLE_HOLDING, PUMPING_UNIT, N_PUMPING_UNIT, NULL) ||
        !register_image_add(image, TABLE_HOLDING, PUMP_RUNTIME, 2 * N_PUMPS, NULL) ||
        !register_image_add(image, TABLE_HOLDING, EXCHANGER, N_EXCHANGER, NULL) ||
        !register_image_add(image, TABLE_HOLDING, ALARMS, N_ALARMS, NULL) ||
        !register_image_add(image, TABLE_HOLDING, TARGETS, 2, NULL) ||
        !register_image_add(image, TABLE_HOLDING, TOTAL_WATTS, 1, NULL) ||
        !register_image_add(image, TABLE_HOLDING, HEAT_ALARMS, 2, NULL) || !register_image_seal(image))
        return false;
    register_put_text(image, MODEL, 8, "SIM-RPU");
    register_put_text(image, SERIAL, 8, device->name);
    register_put_text(image, FIRMWARE, 4, "1.0");
    register_put_text(image, PART_NUMBER, 4, "SIM-1");
    register_put_u16(image, TARGETS, 300);
    register_put_u16(image, TARGETS + 1, 320);
    return true;
}
