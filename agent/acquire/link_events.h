/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What links count, as series of the gateway: each event under its own name; how well the gateway knows the
 * time that it gives to readings; and what the agent takes of its machine. One place lists them; who adds a
 * counter to a link adds it there. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_EVENTS_H
#define HALLWATCH_ACQUIRE_LINK_EVENTS_H

#include "acquire/link_modbus_tcp.h"
#include "acquire/link_snmp.h"
#include "acquire/trap_intake.h"
#include "model/series.h"

struct link_counts {
    struct modbus_counts network; /* Modbus TCP, and RTU through TCP */
    struct modbus_counts serial;
    struct snmp_counts snmp;
    struct trap_counts traps;
    double clock_error_s, resident_bytes, cpu_s; /* NAN: not known */
};

size_t link_events_n(void);
/* All series with their reasons; NULL when out of memory. */
struct series_list *link_events_list(void);
/* Their values, in the same order; NAN: no reading. */
void link_events_write(const struct link_counts *counts, double *values);

#endif
