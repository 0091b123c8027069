/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads recordings of devices: `.snmprec` files (lines OID|TAG|VALUE as snmpsim writes them) and `.registers`
 * files (lines `holding ADDRESS WORD...`, also `input`, `coil` and `discrete`; wire addresses, decimal or 0x;
 * # comments).
 */
#ifndef HALLSIM_IMAGE_FILE_H
#define HALLSIM_IMAGE_FILE_H

#include <stdbool.h>

#include "device.h"

/*
 * Makes `device` answer from the recording at `path`; an .snmprec makes an SNMP agent with its objects in
 * *table, which must outlive it, a .registers file a Modbus device. False after a line on standard error said
 * file, line and cause.
 */
bool image_file_load(const char *path, struct device *device, struct object_table *table);

#endif
