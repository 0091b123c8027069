/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus RTU on serial lines: one thread per line, shared by the units on it, strictly one request at a time
 * with the silence that RTU asks for between frames. libmodbus opens and sets a line; the frames are ours
 * (codec_modbus), for libmodbus discards what units 248 to 255 say. An adapter that is pulled out is said
 * once and opened again, with back-off, when it is back.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_MODBUS_RTU_H
#define HALLWATCH_ACQUIRE_LINK_MODBUS_RTU_H

#include <uv.h>

#include "acquire/link.h"
#include "acquire/link_modbus_tcp.h"
#include "model/config.h"

struct rtu_service;

int rtu_service_new(uv_loop_t *loop, struct rtu_service **service);
/* After all its links were closed. Their lines end on the loop: run it until it has nothing left to do. */
void rtu_service_free(struct rtu_service *service);
/* Of all lines so far; `connects` counts how often a line was opened. */
struct modbus_counts rtu_service_counts(const struct rtu_service *service);

/*
 * A unit on the line at `path`; lines are shared by path. ERROR_ARGUMENT: the line is there with other
 * settings. `pause_ms` is the least time from this unit's answer to its next request. One request at a time
 * per link; one that is no valid read is refused with ERROR_ARGUMENT. The time-out begins when the request
 * is on the wire and leaves the answer its time there. A unit that timed out is left alone as long again,
 * while others are asked: what it says meanwhile is late. What waits for its turn longer than 10 s is
 * answered ERROR_BUSY.
 */
int link_modbus_rtu_open(struct rtu_service *service, const char *path, const struct line_settings *settings,
                         uint8_t unit, uint16_t pause_ms, struct link **link);

#endif
