/* SPDX-License-Identifier: Apache-2.0 */
/* Answers Modbus requests from a device's register image. Knows no sockets. */
#ifndef HALLSIM_DEVICE_MODBUS_H
#define HALLSIM_DEVICE_MODBUS_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

enum { MODBUS_HEADER = 7, MODBUS_FRAME_MOST = 260 };

/*
 * How long the frame is that begins here: 0 while its length cannot be told yet, negative where it is no
 * Modbus TCP frame (wrong protocol id or length), so that the connection is of no more use.
 */
int modbus_frame_size(const uint8_t *bytes, size_t size);

/*
 * Answers one whole frame; the answer's size. Reads functions 1 to 4; everything else is refused and, if it
 * would write, counted.
 */
size_t device_modbus_answer(struct device *device, const uint8_t *frame, size_t size,
                            uint8_t answer[MODBUS_FRAME_MOST]);

#endif
