/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated site; see the header. */
#include "site.h"

#include "face.h"
#include "image_file.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

void site_done(struct site *site) {
    devices_done(&site->devices);
    for (size_t i = 0; i < site->n_halls; i++)
        hall_free(site->halls[i]);
    for (size_t i = 0; i < site->n_tables; i++)
        object_table_done(&site->tables[i]);
}

static bool complain(const char *what, const char *value) {
    fprintf(stderr, "hallsim: %s: %s\n", what, value);
    return false;
}

static struct hall *new_hall(struct site *site, struct hall_spec spec) {
    if (site->n_halls == SHARED_MOST)
        return NULL;
    spec.seed = site->seed + site->n_halls;
    spec.speed = site->speed;
    struct hall *hall = hall_new(&spec);
    if (hall != NULL)
        site->halls[site->n_halls++] = hall;
    return hall;
}

static struct object_table *new_table(struct site *site) {
    return site->n_tables < SHARED_MOST ? &site->tables[site->n_tables++] : NULL;
}

static const struct object_table *new_face_table(struct site *site, const struct face *face,
                                                 unsigned outlets) {
    struct object_table *table = new_table(site);
    return table != NULL && face_make_table(face, outlets, table) ? table : NULL;
}

/* Engines have booted before, and their time is the machine's: a simulator that is started anew goes on. */
enum { USUAL_BOOTS = 10 };

/*
 * A device at the next address, standing for a part of the hall. Names and places of what the caller leaves
 * empty stay so.
 */
static struct device *new_device(struct site *site, const struct hall *hall, unsigned place, enum feed side) {
    struct device *device = devices_add(&site->devices);
    if (device == NULL)
        return NULL;
    device->address = site->next_address++;
    device->driver = "";
    usm_engine_begin(&device->engine, device->address, USUAL_BOOTS, 0);
    device->hall = hall;
    device->place = place;
    device->side = side;
    return device;
}

static const char *feed_letter(enum feed feed) {
    return feed == FEED_A ? "A" : "B";
}

static void place_device(struct device *device, unsigned row, int rack, int feed) {
    snprintf(device->row, sizeof device->row, "%u", row + 1);
    if (rack >= 0)
        snprintf(device->rack, sizeof device->rack, "%u-%02d", row + 1, rack + 1);
    if (feed >= 0)
        snprintf(device->feed, sizeof device->feed, "%s", feed_letter((enum feed)feed));
}

struct hall_tables {
    const struct object_table *apc, *raritan, *ups;
};

enum { RARITAN_EVERY = 4 };

static bool add_rack(struct site *site, const struct hall *hall, const struct hall_tables *tables,
                     unsigned rack) {
    unsigned row = rack / hall_spec(hall)->racks, place = rack % hall_spec(hall)->racks;
    for (int feed = 0; feed < N_FEEDS; feed++) {
        struct device *device = new_device(site, hall, rack, (enum feed)feed);
        if (device == NULL)
            return false;
        bool raritan = place % RARITAN_EVERY == RARITAN_EVERY - 1;
        place_device(device, row, (int)place, feed);
        snprintf(device->name, sizeof device->name, "pdu-%s-%s", device->rack, device->feed);
        if (!face_attach(device, raritan ? &face_raritan_px : &face_apc_rpdu2,
                         raritan ? tables->raritan : tables->apc))
            return false;
    }
    if (!hall_rack_is_liquid(hall, rack))
        return true;
    struct device *device = new_device(site, hall, rack, FEED_A);
    if (device == NULL)
        return false;
    place_device(device, row, (int)place, -1);
    snprintf(device->name, sizeof device->name, "rpu-%s", device->rack);
    return face_rpu_attach(device);
}

static bool add_feed(struct site *site, const struct hall *hall, const struct hall_tables *tables,
                     enum feed feed) {
    for (unsigned row = 0; row < hall_spec(hall)->rows; row++) {
        struct device *device = new_device(site, hall, row, feed);
        if (device == NULL)
            return false;
        place_device(device, row, -1, (int)feed);
        snprintf(device->name, sizeof device->name, "meter-%u-%s", row + 1, device->feed);
        if (!face_pm5000_attach(device))
            return false;
    }
    struct device *device = new_device(site, hall, 0, feed);
    if (device == NULL)
        return false;
    snprintf(device->feed, sizeof device->feed, "%s", feed_letter(feed));
    snprintf(device->name, sizeof device->name, "ups-%s", device->feed);
    return face_attach(device, &face_rfc1628_ups, tables->ups);
}

static bool add_intake(struct site *site, const struct hall *hall) {
    struct device *device = new_device(site, hall, HALL_INTAKE, FEED_A);
    if (device == NULL)
        return false;
    snprintf(device->name, sizeof device->name, "meter-intake");
    return face_pm5000_attach(device);
}

static bool add_contacts(struct site *site, const struct hall *hall, unsigned row) {
    struct device *device = new_device(site, hall, row, FEED_A);
    if (device == NULL)
        return false;
    place_device(device, row, -1, -1);
    snprintf(device->name, sizeof device->name, "io-%u", row + 1);
    return face_contacts_attach(device);
}

static bool add_chiller(struct site *site, const struct hall *hall, unsigned chiller) {
    struct device *device = new_device(site, hall, chiller, FEED_A);
    if (device == NULL)
        return false;
    snprintf(device->name, sizeof device->name, "chiller-%u", chiller + 1);
    return face_chiller_attach(device);
}

/* What a hall with chillers has besides. */
static bool add_plant(struct site *site, const struct hall *hall) {
    const struct hall_spec *spec = hall_spec(hall);
    bool added = spec->chillers == 0 || add_intake(site, hall);
    for (unsigned row = 0; added && spec->chillers > 0 && row < spec->rows; row++)
        added = add_contacts(site, hall, row);
    for (unsigned i = 0; added && i < spec->chillers; i++)
        added = add_chiller(site, hall, i);
    return added;
}

static bool parse_hall(const char *text, struct hall_spec *spec) {
    double rows = spec->rows, racks = spec->racks, outlets = spec->outlets,
           kilowatts = spec->rack_watts / 1000, chillers = spec->chillers;
    const struct {
        const char *name;
        double *value;
    } words[] = {{"rows", &rows},        {"racks", &racks},         {"outlets", &outlets},
                 {"kw", &kilowatts},     {"liquid", &spec->liquid}, {"share", &spec->liquid_share},
                 {"chillers", &chillers}};
    while (*text != '\0') {
        size_t size = strcspn(text, "="), i = 0;
        while (i < sizeof words / sizeof words[0] &&
               (strlen(words[i].name) != size || strncmp(words[i].name, text, size) != 0))
            i++;
        if (i == sizeof words / sizeof words[0] || text[size] == '\0')
            return false;
        char *end;
        *words[i].value = strtod(text + size + 1, &end);
        if (end == text + size + 1 || !(*words[i].value >= 0 && *words[i].value <= 1e6) ||
            (*end != ',' && *end != '\0'))
            return false;
        text = *end == ',' ? end + 1 : end;
    }
    spec->rows = (unsigned)rows;
    spec->racks = (unsigned)racks;
    spec->outlets = (unsigned)outlets;
    spec->rack_watts = kilowatts * 1000;
    spec->chillers = (unsigned)chillers;
    return true;
}

bool site_add_hall(struct site *site, const char *text) {
    struct hall_spec spec = {
        .rows = 2, .racks = 4, .outlets = 24, .rack_watts = 10000, .liquid = 0.25, .liquid_share = 0.65};
    if (!parse_hall(text, &spec))
        return complain(
            "--hall: give rows=, racks=, kw=, outlets=, liquid=, share= and chillers=, with commas between",
            text);
    struct hall *hall = new_hall(site, spec);
    if (hall == NULL)
        return complain(
            "--hall: 3 to 48 outlets, 1 to 1000 rows of racks, liquid and share of 0 to 1, up to 8 chillers",
            text);
    struct hall_tables tables = {.apc = new_face_table(site, &face_apc_rpdu2, spec.outlets),
                                 .raritan = new_face_table(site, &face_raritan_px, spec.outlets),
                                 .ups = new_face_table(site, &face_rfc1628_ups, 0)};
    bool added = tables.apc != NULL && tables.raritan != NULL && tables.ups != NULL;
    for (unsigned rack = 0; added && rack < spec.rows * spec.racks; rack++)
        added = add_rack(site, hall, &tables, rack);
    for (int feed = 0; added && feed < N_FEEDS; feed++)
        added = add_feed(site, hall, &tables, (enum feed)feed);
    added = added && add_plant(site, hall);
    return added || complain("--hall: out of memory, or too many halls", text);
}

enum { PLAIN_REGISTERS = 10000 };

static bool add_plain_registers(struct device *device, unsigned n) {
    if (n == 0)
        return true;
    if (!register_image_add(&device->registers, TABLE_HOLDING, PLAIN_REGISTERS, n, NULL))
        return false;
    for (unsigned i = 0; i < n; i++)
        register_put_u16(&device->registers, PLAIN_REGISTERS + i, i);
    return true;
}

bool site_add_modbus_farm(struct site *site, unsigned n, unsigned registers) {
    /* One row for each meter, so that each shows a load of its own. */
    struct hall_spec spec = {.rows = 1, .racks = 1, .outlets = 3, .rack_watts = 12000};
    spec.rows = n > 1000 ? 1000 : n;
    struct hall *hall = new_hall(site, spec);
    for (unsigned i = 0; i < n; i++) {
        struct device *device = hall ? new_device(site, hall, i % spec.rows, FEED_A) : NULL;
        if (device == NULL)
            return complain("--modbus", "out of memory, or too many halls");
        snprintf(device->name, sizeof device->name, "modbus-%05u", i + 1);
        if (!face_pm5000_attach(device) || !add_plain_registers(device, registers))
            return complain("--modbus", "out of memory, or more than 55,536 registers");
    }
    return true;
}

/* What the driver reads of the device, its phases and its sensor, and of each outlet. */
enum { VALUES_OF_DEVICE = 27, VALUES_OF_OUTLET = 4 };

bool site_add_snmp_farm(struct site *site, unsigned n, unsigned values) {
    unsigned outlets =
        values < VALUES_OF_DEVICE ? 0 : (values - VALUES_OF_DEVICE + VALUES_OF_OUTLET - 1) / VALUES_OF_OUTLET;
    outlets = outlets < 3 ? 3 : outlets > OUTLETS_MOST ? OUTLETS_MOST : outlets;
    struct hall_spec spec = {
        .rows = 1, .racks = n > 10000 ? 10000 : n, .outlets = outlets, .rack_watts = 12000};
    struct hall *hall = new_hall(site, spec);
    const struct object_table *table = new_face_table(site, &face_apc_rpdu2, outlets);
    for (unsigned i = 0; i < n; i++) {
        struct device *device = hall && table ? new_device(site, hall, i % spec.racks, FEED_A) : NULL;
        if (device == NULL)
            return complain("--snmp", "out of memory, or too many halls");
        snprintf(device->name, sizeof device->name, "snmp-%05u", i + 1);
        if (!face_attach(device, &face_apc_rpdu2, table))
            return complain("--snmp", "out of memory");
    }
    return true;
}

static bool parse_address(const char *text, struct device *device) {
    char host[32];
    struct in_addr address;
    size_t size = strcspn(text, "/");
    if (size >= sizeof host)
        return false;
    memcpy(host, text, size);
    host[size] = '\0';
    if (inet_pton(AF_INET, host, &address) != 1 || ntohl(address.s_addr) >> 24 != 127)
        return false;
    device->address = ntohl(address.s_addr);
    usm_engine_begin(&device->engine, device->address, USUAL_BOOTS, 0);
    if (text[size] == '\0')
        return true;
    char *end;
    unsigned long unit = strtoul(text + size + 1, &end, 10);
    device->unit = (uint8_t)unit;
    return end != text + size + 1 && *end == '\0' && unit <= UINT8_MAX && device->protocol == MODBUS;
}

bool site_add_recording(struct site *site, const char *path) {
    struct object_table *table = new_table(site);
    struct device *device = new_device(site, NULL, 0, FEED_A);
    if (table == NULL || device == NULL)
        return complain("--recording: too many of them", path);
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    snprintf(device->name, sizeof device->name, "%.*s", (int)strcspn(base, "."), base);
    return image_file_load(path, device, table);
}

/* The recording that an option after it is about. */
static struct device *last_recording(struct site *site) {
    struct device *device = site->devices.n > 0 ? site->devices.list[site->devices.n - 1] : NULL;
    return device != NULL && device->hall == NULL ? device : NULL;
}

bool site_set_address(struct site *site, const char *text) {
    struct device *device = last_recording(site);
    if (device == NULL)
        return complain("--address: comes after the --recording that it is for", text);
    return parse_address(text, device) ||
           complain("--address: give 127.x.y.z, of a Modbus recording also 127.x.y.z/UNIT", text);
}

bool site_set_driver(struct site *site, const char *name) {
    struct device *device = last_recording(site);
    if (device == NULL)
        return complain("--driver: comes after the --recording that it is for", name);
    device->driver = name;
    return true;
}
