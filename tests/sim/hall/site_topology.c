/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who feeds whom in the simulated halls, as hallwatch's power topology in CSV: intake, UPSes, busways behind
 * their breakers, rack PDUs, racks; and who cools whom: chillers, the header, coolant loops.
 */
#include "site.h"

#include <math.h>
#include <string.h>

/* The columns that a node may have; NULL: empty. */
struct node {
    char name[32], sources[64], rating[32], meters[64], device[32], breaker[48], autonomy[16], flow[16],
        cooled_by[64];
    const char *kind, *standard, *budget, *redundancy;
    char row[16], rack[16];
    const char *feed;
};

static const char *text(const char *value) {
    return value ? value : "";
}

static void write_node(FILE *file, const struct node *node) {
    fprintf(file, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,simulated,%s,%s,%s\n", node->name, node->kind,
            node->sources, node->cooled_by, node->rating, text(node->standard), node->meters, node->device,
            node->breaker, text(node->budget), text(node->redundancy), node->autonomy, node->flow, node->row,
            node->rack, text(node->feed));
}

static const char *const feeds[N_FEEDS] = {"A", "B"};

static void write_supply(FILE *file, const struct hall *hall) {
    const struct hall_spec *spec = hall_spec(hall);
    double rating = hall_ups_rating(hall);
    struct node intake = {.name = "intake", .kind = "intake", .budget = "intake"};
    snprintf(intake.rating, sizeof intake.rating, "%.0f kVA;400 V", ceil(2 * rating / 1e3));
    if (spec->chillers > 0)
        snprintf(intake.meters, sizeof intake.meters, "meter-intake");
    write_node(file, &intake);
    for (unsigned feed = 0; feed < N_FEEDS; feed++) {
        struct node ups = {.kind = "ups", .sources = "intake", .feed = feeds[feed]};
        snprintf(ups.name, sizeof ups.name, "ups-%s", feeds[feed]);
        snprintf(ups.rating, sizeof ups.rating, "%.0f kVA;400 V", rating / 1e3);
        snprintf(ups.meters, sizeof ups.meters, "ups-%s:output", feeds[feed]);
        snprintf(ups.device, sizeof ups.device, "ups-%s", feeds[feed]);
        snprintf(ups.autonomy, sizeof ups.autonomy, "%.0fs", HALL_BATTERY_SECONDS / spec->speed);
        write_node(file, &ups);
    }
}

/* Busways of a feed carry their row's racks alone, when the other feed is lost. */
static double busway_amperes(const struct hall_spec *spec) {
    return ceil(spec->racks * spec->rack_watts / (3 * HALL_VOLTS) / 50) * 50;
}

static void write_row(FILE *file, const struct hall *hall, unsigned row) {
    const struct hall_spec *spec = hall_spec(hall);
    for (unsigned feed = 0; feed < N_FEEDS; feed++) {
        struct node busway = {
            .kind = "busway", .standard = "IEC 60947-2", .feed = feeds[feed], .budget = "feed"};
        snprintf(busway.name, sizeof busway.name, "feed-%u-%s", row + 1, feeds[feed]);
        snprintf(busway.sources, sizeof busway.sources, "ups-%s", feeds[feed]);
        snprintf(busway.rating, sizeof busway.rating, "%.0f A;400 V", busway_amperes(spec));
        snprintf(busway.meters, sizeof busway.meters, "meter-%u-%s", row + 1, feeds[feed]);
        if (spec->chillers > 0)
            snprintf(busway.breaker, sizeof busway.breaker, "io-%u:breaker/feed_%c", row + 1, "ab"[feed]);
        snprintf(busway.row, sizeof busway.row, "%u", row + 1);
        write_node(file, &busway);
    }
}

/* A loop's pumps run on its rack's power: nothing of its own in who feeds whom. */
static void write_rack(FILE *file, const struct hall *hall, unsigned number) {
    const struct hall_spec *spec = hall_spec(hall);
    unsigned row = number / spec->racks + 1;
    struct node pdu = {.kind = "pdu", .standard = "IEC 60947-2"},
                rack = {.kind = "rack", .budget = "rack", .redundancy = "2N"};
    struct node loop = {.kind = "cdu"};
    snprintf(pdu.row, sizeof pdu.row, "%u", row);
    snprintf(pdu.rack, sizeof pdu.rack, "%u-%02u", row, number % spec->racks + 1);
    for (unsigned feed = 0; feed < N_FEEDS; feed++) {
        pdu.feed = feeds[feed];
        snprintf(pdu.name, sizeof pdu.name, "pdu-%s-%s", pdu.rack, pdu.feed);
        snprintf(pdu.sources, sizeof pdu.sources, "feed-%u-%s", row, pdu.feed);
        snprintf(pdu.rating, sizeof pdu.rating, "%.0f A;400 V", hall_pdu_rating(hall));
        snprintf(pdu.meters, sizeof pdu.meters, "%s", pdu.name);
        write_node(file, &pdu);
    }
    memcpy(rack.row, pdu.row, sizeof rack.row);
    memcpy(rack.rack, pdu.rack, sizeof rack.rack);
    snprintf(rack.name, sizeof rack.name, "rack-%s", rack.rack);
    snprintf(rack.sources, sizeof rack.sources, "pdu-%s-A;pdu-%s-B", rack.rack, rack.rack);
    snprintf(rack.rating, sizeof rack.rating, "%.0f W", spec->rack_watts);
    if (hall_rack_is_liquid(hall, number))
        snprintf(rack.cooled_by, sizeof rack.cooled_by, "rpu-%s", rack.rack);
    else if (spec->chillers > 0)
        snprintf(rack.cooled_by, sizeof rack.cooled_by, "chilled-water");
    write_node(file, &rack);
    if (!hall_rack_is_liquid(hall, number))
        return;
    memcpy(loop.row, rack.row, sizeof loop.row);
    memcpy(loop.rack, rack.rack, sizeof loop.rack);
    snprintf(loop.name, sizeof loop.name, "rpu-%s", rack.rack);
    snprintf(loop.meters, sizeof loop.meters, "%s", loop.name);
    if (spec->chillers > 0)
        snprintf(loop.cooled_by, sizeof loop.cooled_by, "chilled-water");
    write_node(file, &loop);
}

static void write_plant(FILE *file, const struct hall *hall) {
    struct node header = {.name = "chilled-water", .kind = "header"};
    size_t used = 0;
    for (unsigned i = 0; i < hall_spec(hall)->chillers; i++) {
        struct node chiller = {.kind = "chiller", .sources = "intake"};
        snprintf(chiller.name, sizeof chiller.name, "chiller-%u", i + 1);
        snprintf(chiller.meters, sizeof chiller.meters, "%s", chiller.name);
        write_node(file, &chiller);
        used += (size_t)snprintf(header.cooled_by + used, sizeof header.cooled_by - used, "%s%s",
                                 i ? ";" : "", chiller.name);
    }
    if (used > 0)
        write_node(file, &header);
}

void site_write_topology(const struct site *site, FILE *file) {
    fprintf(file, "name,kind,sources,cooled_by,rating,standard,meters,device,breaker,budget,redundancy,"
                  "autonomy,flow,hall,"
                  "row,rack,feed\n");
    for (size_t i = 0; i < site->n_halls; i++) {
        const struct hall *hall = site->halls[i];
        const struct hall_spec *spec = hall_spec(hall);
        write_supply(file, hall);
        write_plant(file, hall);
        for (unsigned row = 0; row < spec->rows; row++)
            write_row(file, hall, row);
        for (unsigned rack = 0; rack < spec->rows * spec->racks; rack++)
            write_rack(file, hall, rack);
    }
}
