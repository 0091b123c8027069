/* SPDX-License-Identifier: Apache-2.0 */
/* A fast SNMP agent for benchmarks: a thread that answers every GET and GETBULK on one loopback socket. */
#ifndef HALLWATCH_TESTS_BENCH_SNMP_RESPONDER_H
#define HALLWATCH_TESTS_BENCH_SNMP_RESPONDER_H

#include <stdint.h>

/*
 * Starts the thread, on the given processor, and returns its port. It serves until the process ends. Every
 * value is a Gauge32; a row after another has a last part one greater, which must stay below 128. Requests
 * must be minimal BER.
 */
uint16_t snmp_responder_start(int processor);

#endif
