/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device's answers, read from a text file: the objects of an SNMP agent or the registers of a Modbus
 * unit. Pure: the text is handed in, answers are looked up.
 *
 *   NAME.snmprec    one object a line, in any order: OID|TAG|VALUE. Tags: 2 integer, 4 text, 5 null, 6 OID,
 *                   64 address, 65 counter, 66 gauge, 67 ticks, 70 64-bit counter; 4x and 64x: bytes in hex.
 *   NAME.registers  one run a line: holding ADDRESS WORD..., input ADDRESS WORD..., coil ADDRESS BIT...,
 *                   discrete ADDRESS BIT...; addresses as on the wire, numbers decimal or 0x...; # begins a
 *                   comment. And what function 43/14 says: identity OBJECT TEXT, to the end of the line.
 */
#ifndef HALLWATCH_ACQUIRE_RECORDING_H
#define HALLWATCH_ACQUIRE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/link.h"

struct recording;

/*
 * Parses `text`, which is copied; `name` says by its end which format it is, and stands in messages. On
 * failure `why` says NAME:LINE: what is wrong: ERROR_ARGUMENT, or ERROR_MEMORY.
 */
int recording_parse(const char *name, const char *text, size_t size, struct recording **recording, char *why,
                    size_t why_size);
void recording_free(struct recording *recording); /* NULL is fine */

/* Whether it is an SNMP agent's; else a Modbus unit's. */
bool recording_is_snmp(const struct recording *recording);

/* The object of that very name. What is found is borrowed from the recording. */
bool recording_get(const struct recording *recording, struct oid name, struct varbind *found);
/* The object with the least name greater than `after`. */
bool recording_next(const struct recording *recording, struct oid after, struct varbind *found);
/* Copies registers or bits as a Modbus reply carries them; false when one of them is not in the recording. */
bool recording_read(const struct recording *recording, uint8_t function, uint16_t address, uint16_t count,
                    uint8_t *values);
/* What a Modbus reply of function 43/14 carries (modbus_next_object); NULL where the unit has not that
 * function. */
const uint8_t *recording_identity(const struct recording *recording, size_t *size);

#endif
