/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices: what spans several of their settings, which of them are this gateway's, and their
 * configuration.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/config_build.h"
#include "model/device_map.h"

struct devices {
    struct build *build;
    const struct device_settings **all;
    size_t n_all;
    bool *tried;               /* by credentials entry: read when the first device of this gateway needs it */
    const char **driver_names; /* those of maps too */
    size_t n_driver_names;
};

static const struct credentials_settings *find_credentials(const struct build *build, const char *name,
                                                           size_t *number) {
    const struct credentials_settings *credentials = build->settings.credentials.items;
    for (*number = 0; *number < build->settings.credentials.n; ++*number) {
        if (strcmp(credentials[*number].entry.key, name) == 0)
            return &credentials[*number];
    }
    return NULL;
}

static void refuse_credentials(struct build *build, const struct device_settings *device) {
    const struct credentials_settings *credentials = build->settings.credentials.items;
    size_t n = build->settings.credentials.n;
    const char **names = calloc(n + 1, sizeof(*names));
    const char *nearest = NULL;
    for (size_t i = 0; names && i < n; i++)
        names[i] = credentials[i].entry.key;
    if (names)
        nearest = text_nearest(device->credentials.text, names, n);
    if (nearest)
        entry_add_mistake(&device->entry, "credentials", &device->credentials, &build->mistakes,
                          "unknown credentials \"%.100s\"; did you mean \"%.100s\"?",
                          device->credentials.text, nearest);
    else
        entry_add_mistake(&device->entry, "credentials", &device->credentials, &build->mistakes,
                          "unknown credentials \"%.100s\": the configuration's \"credentials\" lack them",
                          device->credentials.text);
    free(names);
}

/* What the device is asked with: without credentials the public ones; NULL after a mistake. */
static const struct snmp_credentials *choose_credentials(struct devices *devices,
                                                         const struct device_settings *device) {
    if (!setting_given(&device->credentials))
        return &snmp_credentials_public;
    size_t number;
    const struct credentials_settings *settings =
        find_credentials(devices->build, device->credentials.text, &number);
    if (!settings)
        return NULL;
    struct snmp_credentials *credentials = &devices->build->config->credentials[number];
    if (!devices->tried[number])
        config_build_credentials(devices->build, settings, credentials);
    devices->tried[number] = true;
    return credentials;
}

/* Secrets that no device here uses are not read; one that is named twice is said all the same. */
static void check_unused_credentials(struct devices *devices) {
    const struct credentials_settings *settings = devices->build->settings.credentials.items;
    for (size_t i = 0; i < devices->build->settings.credentials.n; i++)
        if (!devices->tried[i] && setting_given(&settings[i].community_file) &&
            setting_given(&settings[i].community_credential))
            config_build_credentials(devices->build, &settings[i], &devices->build->config->credentials[i]);
}

static void check_credentials(struct build *build, const struct device_settings *device) {
    size_t number;
    if (setting_given(&device->credentials) && !find_credentials(build, device->credentials.text, &number))
        refuse_credentials(build, device);
}

static const char *protocol_word(enum protocol protocol) {
    return protocol == PROTOCOL_SNMP ? "SNMP" : "Modbus";
}

static void refuse_driver(struct devices *devices, const struct device_settings *device) {
    struct mistakes *mistakes = &devices->build->mistakes;
    if (devices->build->config->n_maps < devices->build->settings.maps.n)
        return; /* it may be the name of a map whose own mistakes were said */
    const char *name = device->driver.text,
               *nearest = text_nearest(name, devices->driver_names, devices->n_driver_names);
    if (nearest)
        entry_add_mistake(&device->entry, "driver", &device->driver, mistakes,
                          "unknown driver \"%.100s\"; did you mean \"%s\"?", name, nearest);
    else
        entry_add_mistake(&device->entry, "driver", &device->driver, mistakes,
                          "unknown driver \"%.100s\": `hallwatch drivers` lists them", name);
}

/* What the site says of remote I/O belongs to no other driver. */
static void check_inputs(struct build *build, const struct device_settings *device,
                         const struct driver *driver) {
    const struct point_settings *inputs = device->inputs.items;
    if (driver && driver->wired)
        return;
    if (device->inputs.n > 0)
        entry_add_mistake(&device->entry, "inputs", &(struct setting){.at = inputs[0].entry.at},
                          &build->mistakes, "only a device with driver remote_io has inputs");
    if (setting_given(&device->first_register))
        entry_add_mistake(&device->entry, "first_register", &device->first_register, &build->mistakes,
                          "is for driver remote_io: drivers and maps know it themselves");
}

/* A reference to the driver by name; NULL where it is to be recognised, or after a mistake. */
static const struct driver *find_driver(struct devices *devices, const struct device_settings *device) {
    const char *name = device->driver.text;
    const struct driver *driver = setting_given(&device->driver) ? driver_find(name) : NULL;
    check_inputs(devices->build, device, driver);
    if (driver && driver->wired)
        return config_wire(devices->build, device, driver);
    if (!driver && setting_given(&device->driver))
        driver = config_find_map(devices->build->config, name);
    if (!driver && setting_given(&device->driver))
        refuse_driver(devices, device);
    if (driver && setting_given(&device->interval) && device->interval.number < driver->manners.shortest_ms)
        entry_add_mistake(&device->entry, "interval", &device->interval, &devices->build->mistakes,
                          "%s is too short: %s refreshes its values every %u ms", device->interval.text,
                          driver->name, driver->manners.shortest_ms);
    return driver_hold(driver);
}

/* The variant as a bit; 0 where none is named, or after a mistake. */
static uint32_t find_variant(struct build *build, const struct device_settings *device,
                             const struct driver *driver) {
    enum { VARIANTS_MOST = 32 };
    const char *const *variants = driver ? driver->variants : NULL;
    size_t n = 0;
    if (!setting_given(&device->variant) || (!driver && setting_given(&device->driver)))
        return 0;
    for (; variants && n < VARIANTS_MOST && variants[n]; n++)
        if (strcmp(variants[n], device->variant.text) == 0)
            return (uint32_t)1 << n;
    struct text list = {0};
    for (size_t i = 0; i < n; i++)
        text_add_format(&list, "%s%s", i ? ", " : "", variants[i]);
    if (!driver)
        entry_add_mistake(&device->entry, "variant", &device->variant, &build->mistakes,
                          "goes with \"driver\": name it too");
    else if (n == 0)
        entry_add_mistake(&device->entry, "variant", &device->variant, &build->mistakes,
                          "%s has no variants: leave this empty", driver->name);
    else
        entry_add_mistake(&device->entry, "variant", &device->variant, &build->mistakes,
                          "unknown variant \"%.60s\" of %s; known: %s", device->variant.text, driver->name,
                          list.data ? list.data : "");
    text_done(&list);
    return 0;
}

static void check_protocol(struct build *build, const struct device_settings *device,
                           const struct driver *driver, const struct device_url *url) {
    enum protocol spoken = url->transport == TRANSPORT_SNMP ? PROTOCOL_SNMP : PROTOCOL_MODBUS;
    if (driver && url->transport != TRANSPORT_REPLAY && driver->protocol != spoken)
        entry_add_mistake(&device->entry, "driver", &device->driver, &build->mistakes,
                          "%s speaks %s, but the URL is for %s", driver->name,
                          protocol_word(driver->protocol), protocol_word(spoken));
    if (device_url_is_modbus(url) && !setting_given(&device->driver))
        entry_add_mistake(&device->entry, "driver", &device->driver, &build->mistakes,
                          "is missing: few Modbus devices say what they are; try `hallwatch identify %s`",
                          device->url.text);
    if (device_url_is_modbus(url) && setting_given(&device->credentials))
        entry_add_mistake(&device->entry, "credentials", &device->credentials, &build->mistakes,
                          "only SNMP has credentials: leave this empty");
}

/* A line has one speed and one format, whoever is on it. */
static void check_line(struct build *build, const struct device_settings *settings,
                       const struct device_url *url) {
    for (size_t i = 0; i < build->config->n_devices; i++) {
        const struct device_config *other = &build->config->devices[i];
        const struct line_settings *line = &other->url.line;
        if (other->url.transport != TRANSPORT_MODBUS_SERIAL || !other->url.host ||
            strcmp(other->url.host, url->host) != 0)
            continue;
        if (line->baud != url->line.baud || line->parity != url->line.parity ||
            line->stop_bits != url->line.stop_bits)
            entry_add_mistake(
                &settings->entry, "url", &settings->url, &build->mistakes,
                "%.100s is set to %u:8%c%u by device \"%.100s\": all devices on a line have the "
                "same speed and format",
                url->host, line->baud, line->parity, line->stop_bits, other->name ? other->name : "");
        return;
    }
}

static int64_t longer(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* A device's own interval is its normal one: fast is never slower than that, slow never faster. */
static void set_times(const struct poll_settings *poll, const struct device_settings *settings,
                      struct device_config *device) {
    int64_t refresh_ms = device->driver ? device->driver->manners.shortest_ms : 0;
    int64_t normal_ms = setting_given(&settings->interval) ? settings->interval.number : poll->normal.number;
    int64_t fast_ms = poll->fast.number < normal_ms ? poll->fast.number : normal_ms;
    device->interval_ms[RATE_FAST] = longer(fast_ms, refresh_ms);
    device->interval_ms[RATE_NORMAL] = longer(normal_ms, refresh_ms);
    device->interval_ms[RATE_SLOW] = longer(poll->slow.number, device->interval_ms[RATE_NORMAL]);
    device->timeout_ms =
        longer(poll->timeout.number, device->driver ? device->driver->manners.timeout_ms : 0);
}

static bool is_here(const struct build *build, const struct device_settings *device) {
    return !setting_given(&device->gateway) || !build->config->gateway ||
           text_same_name(device->gateway.text, build->config->gateway);
}

static void add_device(struct devices *devices, const struct device_settings *settings) {
    struct build *build = devices->build;
    struct device_url url = {0};
    char why[256];
    bool has_url =
        setting_given(&settings->url) && device_url_parse(settings->url.text, &url, why, sizeof(why)) == 0;
    const struct driver *driver = find_driver(devices, settings);
    uint32_t variant = find_variant(build, settings, driver);
    check_credentials(build, settings);
    if (has_url)
        check_protocol(build, settings, driver, &url);
    if (!is_here(build, settings)) {
        driver_release(driver);
        device_url_done(&url);
        return;
    }
    if (has_url && url.transport == TRANSPORT_MODBUS_SERIAL)
        check_line(build, settings, &url);
    struct device_config *device = &build->config->devices[build->config->n_devices++];
    device->url = url;
    device->driver = driver;
    device->variant = variant;
    device->number = DEVICE_NO_NUMBER;
    device->name = config_copy(build, settings->name.text);
    device->url_text = config_copy(build, settings->url.text);
    if (has_url && url.transport == TRANSPORT_SNMP)
        device->snmp = choose_credentials(devices, settings);
    device->hall =
        config_copy(build, setting_given(&settings->hall) ? settings->hall.text : build->settings.hall.text);
    device->row = config_copy(build, settings->row.text);
    device->rack = config_copy(build, settings->rack.text);
    device->feed = config_copy(build, settings->feed.text);
    set_times(&build->settings.poll, settings, device);
}

/* The gateways that rows name, each once, for people: the first few. */
static void list_gateways(const struct devices *devices, struct text *list) {
    enum { LISTED_MOST = 12 };
    const char **seen = calloc(devices->n_all + 1, sizeof(*seen));
    size_t n_seen = 0;
    for (size_t i = 0; seen && i < devices->n_all; i++) {
        const char *gateway = devices->all[i]->gateway.text;
        bool known = !*gateway;
        for (size_t k = n_seen; k-- > 0 && !known;) /* rows of one gateway stand together */
            known = text_same_name(seen[k], gateway);
        if (!known)
            seen[n_seen++] = gateway;
    }
    for (size_t i = 0; i < n_seen && i < LISTED_MOST; i++)
        text_add_format(list, "%s%s", i ? ", " : "", seen[i]);
    if (n_seen > LISTED_MOST)
        text_add_format(list, " and %zu more", n_seen - LISTED_MOST);
    free(seen);
}

static void check_number_of_devices(struct devices *devices) {
    struct build *build = devices->build;
    const struct setting *gateway = &build->settings.gateway;
    struct spot whole = {build->path, 0, 0};
    bool may_have_none = build->settings.power.site.brokers.n > 0; /* its halls' gateways have them */
    if (devices->n_all == 0) {
        const struct setting *inventory = build->settings.inventory.items; /* the first; NULL: none */
        if (build->mistakes.n == 0 && !may_have_none && inventory)
            mistakes_add(&build->mistakes, &inventory->at, "inventory",
                         "has no devices yet: %s is empty but for its head", inventory->text);
        else if (build->mistakes.n == 0 && !may_have_none)
            mistakes_add(&build->mistakes, &whole, "", "no devices: write \"devices\" or \"inventory\"");
    } else if (build->config->n_devices == 0 && !may_have_none) {
        bool configured = setting_given(gateway) && build->config->gateway &&
                          strcmp(gateway->text, build->config->gateway) == 0;
        struct text list = {0};
        list_gateways(devices, &list);
        mistakes_add(&build->mistakes, configured ? &gateway->at : &whole, "gateway",
                     "no device is for gateway \"%s\"; there are devices for %s: choose with --gateway",
                     build->config->gateway ? build->config->gateway : "", list.data ? list.data : "");
        text_done(&list);
    } else if (build->config->n_devices > DEVICES_MOST) {
        mistakes_add(&build->mistakes, &whole, "", "%zu devices; one gateway takes at most %d",
                     build->config->n_devices, DEVICES_MOST);
    }
}

static void collect(struct devices *devices) {
    const struct build *build = devices->build;
    const struct device_settings *listed = build->settings.devices.items;
    for (size_t i = 0; i < build->settings.devices.n; i++)
        devices->all[devices->n_all++] = &listed[i];
    for (size_t i = 0; i < build->n_inventories; i++) {
        for (size_t k = 0; k < build->inventories[i].n; k++)
            devices->all[devices->n_all++] = &build->inventories[i].devices[k];
    }
}

static void list_drivers(struct devices *devices) {
    const struct site_config *config = devices->build->config;
    for (size_t i = 0; i < n_drivers; i++)
        devices->driver_names[devices->n_driver_names++] = all_drivers[i]->name;
    for (size_t i = 0; i < config->n_maps; i++)
        devices->driver_names[devices->n_driver_names++] = config->maps[i]->name;
}

static void check_device_names(struct devices *devices, struct named *names) {
    for (size_t i = 0; i < devices->n_all; i++)
        names[i] = (struct named){&devices->all[i]->entry, &devices->all[i]->name};
    config_check_names(devices->build, names, devices->n_all);
}

void config_build_devices(struct build *build) {
    struct devices devices = {.build = build};
    size_t most = build->settings.devices.n, n_credentials = build->settings.credentials.n;
    for (size_t i = 0; i < build->n_inventories; i++)
        most += build->inventories[i].n;
    struct named *names = calloc(most + 1, sizeof(*names));
    devices.all = calloc(most + 1, sizeof(*devices.all));
    devices.tried = calloc(n_credentials + 1, sizeof(*devices.tried));
    build->config->credentials = calloc(n_credentials + 1, sizeof(*build->config->credentials));
    build->config->n_credentials = build->config->credentials ? n_credentials : 0;
    devices.driver_names = calloc(n_drivers + build->config->n_maps + 1, sizeof(*devices.driver_names));
    build->config->devices = calloc(most + 1, sizeof(*build->config->devices));
    if (names && devices.all && devices.tried && devices.driver_names && build->config->credentials &&
        build->config->devices) {
        list_drivers(&devices);
        config_sort_wiring(build);
        collect(&devices);
        for (size_t i = 0; i < devices.n_all; i++)
            add_device(&devices, devices.all[i]);
        config_finish_wiring(build);
        check_unused_credentials(&devices);
        check_device_names(&devices, names);
        check_number_of_devices(&devices);
    } else {
        mistakes_add(&build->mistakes, &(struct spot){build->path, 0, 0}, "", "out of memory");
    }
    free(devices.tried);
    free(devices.driver_names);
    free(devices.all);
    free(names);
}
