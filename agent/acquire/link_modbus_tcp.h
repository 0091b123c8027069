/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus TCP, and RTU through TCP, with framing of our own (codec_modbus): one connection per gateway, shared
 * by the units behind it, one request at a time, transaction ids checked where there are any. Reconnects by
 * itself with jittered back-off.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_MODBUS_TCP_H
#define HALLWATCH_ACQUIRE_LINK_MODBUS_TCP_H

#include <sys/socket.h>
#include <uv.h>

#include "acquire/codec_modbus.h"
#include "acquire/link.h"

struct modbus_service;

int modbus_service_new(uv_loop_t *loop, struct modbus_service **service);
/* After all its links were closed. The handles close on the loop: run it once more before closing it. */
void modbus_service_free(struct modbus_service *service);
/* Times out requests, starts due reconnects and delayed sends. Called once per tick. */
void modbus_service_tick(struct modbus_service *service, int64_t now_ms);

struct modbus_counts {
    uint64_t connects, connect_failures;
    uint64_t losses;      /* connections that the peer closed or reset */
    uint64_t late;        /* answers to requests already given up, dropped */
    uint64_t unsolicited; /* frames that came while nothing was asked, or from others; dropped */
    uint64_t noise;       /* bytes before an answer that were no frame, dropped */
    uint64_t garbled[N_MODBUS_FAULTS];
};
struct modbus_counts modbus_service_counts(const struct modbus_service *service);

/*
 * A unit behind the gateway at `address`, which talks in `framing`, one of codec_modbus's; gateways are
 * shared by both. `pause_ms` is the least time from an answer to the next request; of several units' the
 * longest counts. One request at a time per link; one that is no valid read is refused with ERROR_ARGUMENT.
 * What waits for its turn behind other units longer than 10 s is answered ERROR_BUSY.
 */
int link_modbus_tcp_open(struct modbus_service *service, const struct sockaddr *address,
                         const struct modbus_framing *framing, uint8_t unit, uint16_t pause_ms,
                         struct link **link);

#endif
