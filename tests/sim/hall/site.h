/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything the simulator serves: halls, benchmark farms and recordings become devices with names and
 * addresses. Also writes the inventory and the configuration with which hallwatch reads them.
 */
#ifndef HALLSIM_SITE_H
#define HALLSIM_SITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "device.h"

enum { SHARED_MOST = 256 }; /* halls, and object tables, of one process */

struct site {
    uint64_t seed;
    double speed;          /* of halls: see hall_spec; 0 = 1 */
    uint32_t next_address; /* host byte order; devices without an address of their own count up from here */
    struct devices devices;
    struct usm_users users; /* of SNMPv3, at every agent */
    struct hall *halls[SHARED_MOST];
    size_t n_halls;
    struct object_table tables[SHARED_MOST];
    size_t n_tables;
};

void site_done(struct site *site);

/*
 * Each adds devices and returns false after saying on standard error what is wrong.
 *
 * A hall, for example "rows=2,racks=4,kw=10,outlets=24,liquid=0.25,share=0.65": rack PDUs named
 * pdu-ROW-RACK-FEED, every fourth rack's a Raritan, meters meter-ROW-FEED, UPSes ups-FEED, coolant loops
 * rpu-ROW-RACK. What is not said has the value given here. With chillers=N it also has a plant: chillers
 * chiller-N, a meter of the intake, meter-intake, and contacts of each row, io-ROW.
 */
bool site_add_hall(struct site *site, const char *text);
/* `n` meters with the PM5000's registers and `registers` plain ones from wire address 10,000 on. */
bool site_add_modbus_farm(struct site *site, unsigned n, unsigned registers);
/* `n` rack PDUs with APC's rPDU2 tables, as many outlets as make about `values` readings. */
bool site_add_snmp_farm(struct site *site, unsigned n, unsigned values);
/*
 * A recording; then, of the recording added last, its address ("127.1.2.3", of Modbus also "127.1.2.3/12"),
 * its driver.
 */
bool site_add_recording(struct site *site, const char *path);
bool site_set_address(struct site *site, const char *text);
bool site_set_driver(struct site *site, const char *name);

/*
 * The inventory as CSV; ports as the server got them. SNMP devices are spread over the SNMPv3 users, whose
 * credentials are named v3-1, v3-2 ...
 */
void site_write_inventory(const struct site *site, FILE *file, const char *gateway, uint16_t modbus_port,
                          uint16_t snmp_port);
/* The rows' contacts as a file of hallwatch's wiring. */
void site_write_wiring(const struct site *site, FILE *file);
/* Who feeds whom in the halls: hallwatch's power topology as CSV (site_topology.c). */
void site_write_topology(const struct site *site, FILE *file);
/*
 * A configuration of hallwatch at `path` for the inventory at `inventory`; the users' passphrases in files of
 * mode 600 beside it: PATH.v3-1.auth, PATH.v3-1.privacy ... False after the cause was said.
 */
bool site_write_config(const struct site *site, const char *path, const char *inventory, const char *gateway);

#endif
