/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A named time zone: how far its clocks are from UTC at any time, daylight saving and the years beyond its
 * table included. Read once from the system's zone files (TZif, RFC 8536); pure afterwards.
 */
#ifndef HALLWATCH_BASE_TIME_ZONE_H
#define HALLWATCH_BASE_TIME_ZONE_H

#include <stddef.h>
#include <stdint.h>

struct time_zone;

/*
 * The zone of that name: "Asia/Seoul"; "UTC" needs no file. 0; ERROR_ARGUMENT where it is no name of a zone,
 * ERROR_NOT_FOUND where the system has none of that name, ERROR_GARBLED where its file is broken, or what
 * file_read says.
 */
int time_zone_load(const char *name, struct time_zone **zone);
void time_zone_free(struct time_zone *zone); /* NULL is fine */

/* The same of a file's contents. 0, ERROR_GARBLED or ERROR_MEMORY. */
int time_zone_parse(const void *data, size_t size, struct time_zone **zone);

/* Seconds that its clocks are ahead of UTC (east is positive) at `utc_s` since 1970. NULL is UTC. */
int32_t time_zone_offset(const struct time_zone *zone, int64_t utc_s);

/* The system's zone with the name nearest to `name`; the caller frees it. NULL where none is near. */
char *time_zone_nearest(const char *name);

#endif
