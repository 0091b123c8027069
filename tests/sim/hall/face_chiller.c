/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chiller of the plant as its controller's point list shows it, which hallwatch reads by the device map
 * deploy/story/chiller.yaml: holding registers, temperatures in tenths of a degree, powers in W, high word
 * first.
 */
#include "face.h"

enum {
    STATE,
    SUPPLY,
    RETURN,
    SETPOINT,
    DEMAND,
    POWER,
    COOLING = 7,
    N_REGISTERS = 9,
    MODEL = 20,
    MODEL_WORDS = 8
};
enum { IS_RUNNING = 2, HAS_FAULT = 9 };

static void refresh(struct device *device, double time) {
    struct register_image *image = &device->registers;
    struct chiller_state chiller;
    hall_chiller_at(device->hall, device->place, time, &chiller);
    register_put_u16(image, STATE, chiller.runs ? IS_RUNNING : HAS_FAULT);
    register_put_s16(image, SUPPLY, chiller.supply_celsius * 10);
    register_put_s16(image, RETURN, chiller.return_celsius * 10);
    register_put_s16(image, SETPOINT, chiller.setpoint_celsius * 10);
    register_put_u16(image, DEMAND, chiller.load_ratio * 100);
    register_put_u32(image, POWER, chiller.watts);
    register_put_u32(image, COOLING, chiller.cooling_watts);
}

bool face_chiller_attach(struct device *device) {
    struct register_image *image = &device->registers;
    device->protocol = MODBUS;
    device->driver = "plant_chiller";
    device->unit = 1;
    device->refresh = refresh;
    if (!register_image_add(image, TABLE_HOLDING, STATE, N_REGISTERS, NULL) ||
        !register_image_add(image, TABLE_HOLDING, MODEL, MODEL_WORDS, NULL) || !register_image_seal(image))
        return false;
    register_put_text(image, MODEL, MODEL_WORDS, "SIM-CHILLER");
    return true;
}
