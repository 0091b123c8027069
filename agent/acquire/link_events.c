/* SPDX-License-Identifier: Apache-2.0 */
/* The list of what links count; behind it, what is no event. */
#include "acquire/link_events.h"

static const struct {
    enum quantity quantity;
    const char *reason;
    size_t at; /* in struct link_counts */
} events[] = {
    {MODBUS_EVENTS, "connected", offsetof(struct link_counts, network.connects)},
    {MODBUS_EVENTS, "connect_failed", offsetof(struct link_counts, network.connect_failures)},
    {MODBUS_EVENTS, "connection_lost", offsetof(struct link_counts, network.losses)},
    {MODBUS_EVENTS, "late", offsetof(struct link_counts, network.late)},
    {MODBUS_EVENTS, "unsolicited", offsetof(struct link_counts, network.unsolicited)},
    {MODBUS_EVENTS, "noise_bytes", offsetof(struct link_counts, network.noise)},
    {MODBUS_EVENTS, "broken_length", offsetof(struct link_counts, network.garbled[MODBUS_BROKEN_LENGTH])},
    {MODBUS_EVENTS, "wrong_check_sum", offsetof(struct link_counts, network.garbled[MODBUS_WRONG_CHECK_SUM])},
    {MODBUS_EVENTS, "wrong_protocol", offsetof(struct link_counts, network.garbled[MODBUS_WRONG_PROTOCOL])},
    {MODBUS_EVENTS, "wrong_id", offsetof(struct link_counts, network.garbled[MODBUS_WRONG_ID])},
    {MODBUS_EVENTS, "wrong_unit", offsetof(struct link_counts, network.garbled[MODBUS_WRONG_UNIT])},
    {MODBUS_EVENTS, "wrong_function", offsetof(struct link_counts, network.garbled[MODBUS_WRONG_FUNCTION])},
    {MODBUS_EVENTS, "wrong_count", offsetof(struct link_counts, network.garbled[MODBUS_WRONG_COUNT])},
    {SERIAL_EVENTS, "opened", offsetof(struct link_counts, serial.connects)},
    {SERIAL_EVENTS, "open_failed", offsetof(struct link_counts, serial.connect_failures)},
    {SERIAL_EVENTS, "line_lost", offsetof(struct link_counts, serial.losses)},
    {SERIAL_EVENTS, "late", offsetof(struct link_counts, serial.late)},
    {SERIAL_EVENTS, "unsolicited", offsetof(struct link_counts, serial.unsolicited)},
    {SERIAL_EVENTS, "noise_bytes", offsetof(struct link_counts, serial.noise)},
    {SERIAL_EVENTS, "broken_length", offsetof(struct link_counts, serial.garbled[MODBUS_BROKEN_LENGTH])},
    {SERIAL_EVENTS, "wrong_check_sum", offsetof(struct link_counts, serial.garbled[MODBUS_WRONG_CHECK_SUM])},
    {SERIAL_EVENTS, "wrong_unit", offsetof(struct link_counts, serial.garbled[MODBUS_WRONG_UNIT])},
    {SERIAL_EVENTS, "wrong_function", offsetof(struct link_counts, serial.garbled[MODBUS_WRONG_FUNCTION])},
    {SERIAL_EVENTS, "wrong_count", offsetof(struct link_counts, serial.garbled[MODBUS_WRONG_COUNT])},
    {SNMP_EVENTS, "unmatched", offsetof(struct link_counts, snmp.unmatched)},
    {SNMP_EVENTS, "foreign", offsetof(struct link_counts, snmp.foreign)},
    {SNMP_EVENTS, "malformed", offsetof(struct link_counts, snmp.malformed)},
    {SNMP_EVENTS, "kernel_dropped", offsetof(struct link_counts, snmp.kernel_drops)},
    {TRAP_EVENTS, "received", offsetof(struct link_counts, traps.received)},
    {TRAP_EVENTS, "triggered", offsetof(struct link_counts, traps.triggered)},
    {TRAP_EVENTS, "limited", offsetof(struct link_counts, traps.limited)},
    {TRAP_EVENTS, "unknown_sender", offsetof(struct link_counts, traps.unknown_sender)},
    {TRAP_EVENTS, "wrong_credentials", offsetof(struct link_counts, traps.wrong_credentials)},
    {TRAP_EVENTS, "late", offsetof(struct link_counts, traps.late)},
    {TRAP_EVENTS, "malformed", offsetof(struct link_counts, traps.malformed)},
    {TRAP_EVENTS, "introduced", offsetof(struct link_counts, traps.introduced)},
    {TRAP_EVENTS, "acknowledged", offsetof(struct link_counts, traps.acknowledged)},
    {TRAP_EVENTS, "kernel_dropped", offsetof(struct link_counts, traps.kernel_drops)},
};
static const struct {
    enum quantity quantity;
    size_t at; /* in struct link_counts */
} figures[] = {
    {CLOCK_ERROR, offsetof(struct link_counts, clock_error_s)},
    {PROCESS_MEMORY, offsetof(struct link_counts, resident_bytes)},
    {PROCESS_TIME, offsetof(struct link_counts, cpu_s)},
};
enum {
    N_EVENTS = sizeof(events) / sizeof(events[0]),
    N_FIGURES = sizeof(figures) / sizeof(figures[0]),
};

static const void *find(const struct link_counts *counts, size_t at) {
    return (const char *)counts + at;
}

size_t link_events_n(void) {
    return N_EVENTS + N_FIGURES;
}

struct series_list *link_events_list(void) {
    struct series_list *list = series_list_new(N_EVENTS + N_FIGURES);
    for (size_t i = 0; list != NULL && i < N_EVENTS; i++)
        list->series[i] = (struct series){.quantity = events[i].quantity, .reason = events[i].reason};
    for (size_t i = 0; list != NULL && i < N_FIGURES; i++)
        list->series[N_EVENTS + i] = (struct series){.quantity = figures[i].quantity};
    return list;
}

void link_events_write(const struct link_counts *counts, double *values) {
    for (size_t i = 0; i < N_EVENTS; i++)
        values[i] = (double)*(const uint64_t *)find(counts, events[i].at);
    for (size_t i = 0; i < N_FIGURES; i++)
        values[N_EVENTS + i] = *(const double *)find(counts, figures[i].at);
}
