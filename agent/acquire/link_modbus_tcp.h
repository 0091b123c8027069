/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus TCP with framing of our own (codec_modbus): one connection per gateway, shared by the units behind
 * it, one request at a time, transaction ids checked. Reconnects by itself with jittered back-off.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_MODBUS_TCP_H
#define HALLWATCH_ACQUIRE_LINK_MODBUS_TCP_H

#include <sys/socket.h>
#include <uv.h>

#include "acquire/link.h"

struct modbus_service;

int modbus_service_new(uv_loop_t *loop, struct modbus_service **service);
void modbus_service_free(struct modbus_service *service);
/* Times out requests, starts due reconnects and delayed sends. Called once per tick. */
void modbus_service_tick(struct modbus_service *service, int64_t now_ms);

/* A unit behind the gateway at `address`; gateways are shared by address. */
int link_modbus_tcp_open(struct modbus_service *service, const struct sockaddr *address, uint8_t unit,
                         uint16_t pause_ms, struct link **link);

#endif
