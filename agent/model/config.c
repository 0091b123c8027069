/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the configuration together: files, names, secrets and what concerns the site as a whole. */
#include "model/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "model/config_build.h"
#include "model/device_map.h"
#include "model/yaml_document.h"

static struct spot whole_file(const struct build *build) {
    return (struct spot){build->path, 0, 0};
}

char *config_copy(struct build *build, const char *text) {
    char *copy = strdup(text);
    struct spot whole = whole_file(build);
    if (!copy)
        mistakes_add(&build->mistakes, &whole, "", "out of memory");
    return copy;
}

char *config_format(struct build *build, const char *form, ...) {
    char *text = NULL;
    struct spot whole = whole_file(build);
    va_list arguments;
    va_start(arguments, form);
    if (vasprintf(&text, form, arguments) < 0) {
        mistakes_add(&build->mistakes, &whole, "", "out of memory");
        text = NULL;
    }
    va_end(arguments);
    return text;
}

char *config_resolve_path(struct build *build, const char *path) {
    return *path == '/' ? config_copy(build, path) : config_format(build, "%s%s", build->folder, path);
}

struct normalized {
    char *name;
    const struct named *from;
};

static int compare_names(const void *a, const void *b) {
    const struct normalized *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->from > y->from) - (x->from < y->from);
}

void config_check_names(struct build *build, const struct named *entries, size_t n) {
    struct normalized *names = calloc(n + 1, sizeof(*names));
    size_t n_names = 0;
    for (size_t i = 0; names && i < n; i++) {
        char *name = setting_given(entries[i].name) ? text_normalize(entries[i].name->text) : NULL;
        if (name)
            names[n_names++] = (struct normalized){name, &entries[i]};
    }
    if (names)
        qsort(names, n_names, sizeof(*names), compare_names);
    for (size_t i = 1; i < n_names; i++) {
        if (strcmp(names[i].name, names[i - 1].name) != 0)
            continue;
        const struct named *entry = names[i].from;
        const struct spot *other = &names[i - 1].from->name->at;
        entry_add_mistake(entry->entry, "name", entry->name, &build->mistakes,
                          "\"%s\" is already the name at %s:%u:%u", entry->name->text, other->file,
                          other->line, other->column);
    }
    for (size_t i = 0; i < n_names; i++)
        free(names[i].name);
    free(names);
}

/* Whether a command that asks an agent is given the configuration of the packaged service. */
static bool is_of_service(const struct build *build) {
    struct stat its, own;
    return build->secrets == SECRETS_UNREAD && stat(SERVICE_CONFIG, &its) == 0 &&
           stat(build->path, &own) == 0 && own.st_dev == its.st_dev && own.st_ino == its.st_ino;
}

/* The first of a list of folders, as systemd gives them. */
static char *default_socket(struct build *build) {
    const char *runtime = getenv("RUNTIME_DIRECTORY"), *user = getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime)
        return config_format(build, "%.*s/status.sock", (int)strcspn(runtime, ":"), runtime);
    if (is_of_service(build))
        return config_copy(build, SERVICE_SOCKET);
    if (user && *user)
        return config_format(build, "%s/hallwatch.sock", user);
    return config_format(build, "/tmp/hallwatch-%u.sock", (unsigned)getuid());
}

static char *choose_socket(struct build *build) {
    const struct setting *setting = &build->settings.status_socket;
    struct spot whole = whole_file(build);
    char *path = setting_given(setting) ? config_resolve_path(build, setting->text) : default_socket(build);
    if (path && strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        mistakes_add(&build->mistakes, setting_given(setting) ? &setting->at : &whole, "status_socket",
                     "%s is longer than a socket's path can be (%zu bytes)", path,
                     sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
    return path;
}

static char *choose_gateway(struct build *build, const char *gateway) {
    if (gateway)
        return config_copy(build, gateway);
    if (setting_given(&build->settings.gateway))
        return config_copy(build, build->settings.gateway.text);
    char host[256] = "";
    gethostname(host, sizeof(host) - 1);
    return config_copy(build, *host ? host : "gateway");
}

static void build_spool(struct build *build) {
    const struct spool_settings *settings = &build->settings.spool;
    const struct setting *others[] = {&settings->quota, &settings->quota_age, &settings->spill_after};
    struct spool_config *spool = &build->config->spool;
    spool->quota_bytes = settings->quota.number;
    spool->quota_age_ms = settings->quota_age.number;
    spool->spill_after_ms = settings->spill_after.number;
    if (setting_given(&settings->folder))
        spool->folder = config_resolve_path(build, settings->folder.text);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && !setting_given(&settings->folder); i++)
        if (setting_given(others[i]))
            mistakes_add(&build->mistakes, &others[i]->at, "spool",
                         "\"folder\" is missing: it is where rows are kept");
}

static void build_site(struct build *build, const char *gateway) {
    struct site_settings *settings = &build->settings;
    struct site_config *config = build->config;
    config->site = config_copy(build, settings->site.text);
    config->hall = config_copy(build, settings->hall.text);
    config->gateway = choose_gateway(build, gateway);
    config->buffer_bytes = settings->buffer.number;
    build_spool(build);
    config->phase = (enum poll_phase)settings->poll.phase.number;
    config->status_socket = choose_socket(build);
    const struct poll_settings *poll = &settings->poll;
    if (poll->fast.number > poll->normal.number)
        mistakes_add(&build->mistakes, &(setting_given(&poll->fast) ? &poll->fast : &poll->normal)->at,
                     "poll", "\"fast\" must not be longer than \"normal\"");
    if (poll->normal.number > poll->slow.number)
        mistakes_add(&build->mistakes, &(setting_given(&poll->slow) ? &poll->slow : &poll->normal)->at,
                     "poll", "\"normal\" must not be longer than \"slow\"");
}

/* Reads one file; a mistake at `at` says why it cannot be. */
static int read_file(struct build *build, const struct spot *at, const char *key, const char *path,
                     size_t most, struct text *text) {
    errno = 0;
    int error = file_read(path, most, text, NULL);
    if (error && errno == EACCES)
        mistakes_add(&build->mistakes, at, key, "cannot read %s: Permission denied: user %u must be able to",
                     path, (unsigned)geteuid());
    else if (error)
        mistakes_add(&build->mistakes, at, key, "cannot read %s: %s", path, file_error_text(error));
    return error;
}

struct inventory_file {
    char *path;
    struct text text;
};

/* Files of one kind of rows. */
struct tables {
    const char *key;
    const struct setting_list *list;
    const struct schema *schema;
    struct inventory **inventories; /* where they go in `build` */
    size_t *n;
    struct inventory_file *files;
};

static void read_tables(struct build *build, struct tables *tables) {
    const struct setting *settings = tables->list->items;
    size_t n = tables->list->n;
    struct inventory *made = *tables->inventories = calloc(n + 1, sizeof(*made));
    struct inventory_file *files = tables->files = calloc(n + 1, sizeof(*files));
    if (!made || !files) {
        struct spot whole = whole_file(build);
        mistakes_add(&build->mistakes, &whole, "", "out of memory");
        return;
    }
    *tables->n = n;
    for (size_t i = 0; i < n; i++) {
        made[i].schema = tables->schema;
        files[i].path = config_resolve_path(build, settings[i].text);
        if (!files[i].path || read_file(build, &settings[i].at, tables->key, files[i].path,
                                        INVENTORY_FILE_MOST, &files[i].text) != 0)
            continue;
        inventory_parse(files[i].path, files[i].text.data, files[i].text.size, &made[i], &build->mistakes);
    }
}

static void free_tables(struct tables *tables) {
    for (size_t i = 0; i < *tables->n; i++) {
        inventory_done(&(*tables->inventories)[i]);
        text_done(&tables->files[i].text);
        free(tables->files[i].path);
    }
    free(*tables->inventories);
    free(tables->files);
}

static void build_all(struct build *build, const char *gateway) {
    const struct site_settings *settings = &build->settings;
    struct tables tables[] = {
        {"inventory", &settings->inventory, &settings_of_device, &build->inventories, &build->n_inventories,
         NULL},
        {"wiring", &settings->wiring, &settings_of_wiring, &build->wirings, &build->n_wirings, NULL},
        {"power.topology", &settings->power.topology, &settings_of_power_node, &build->topologies,
         &build->n_topologies, NULL},
    };
    enum { N_TABLES = sizeof(tables) / sizeof(tables[0]) };
    for (size_t i = 0; i < N_TABLES; i++)
        read_tables(build, &tables[i]);
    build->read_whole = build->mistakes.n == 0;
    build_site(build, gateway);
    config_build_maps(build);
    config_build_devices(build);
    config_build_sinks(build);
    config_build_traps(build);
    config_build_intake(build);
    config_build_power(build);
    for (size_t i = 0; i < N_TABLES; i++)
        free_tables(&tables[i]);
}

/*
 * Reads the file at build->path and has `make` make of its settings what is wanted. Frees all of `build`
 * but config.
 */
static int load(struct build *build, const char *gateway,
                void (*make)(struct build *build, const char *gateway)) {
    const char *path = build->path, *slash = strrchr(path, '/');
    struct spot whole = whole_file(build);
    struct text text = {0};
    build->folder = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
    build->config = calloc(1, sizeof(*build->config));
    if (build->config)
        atomic_init(&build->config->references, 1);
    if (!build->folder || !build->config) {
        mistakes_add(&build->mistakes, &whole, "", "out of memory");
    } else if (read_file(build, &whole, "", path, YAML_FILE_MOST, &text) == 0) {
        struct node *root = yaml_document_parse(path, text.data, text.size, &build->mistakes);
        if (root) {
            schema_read(&settings_of_site, root, &build->settings, &build->mistakes);
            make(build, gateway);
            schema_done(&settings_of_site, &build->settings);
        }
        yaml_document_free(root);
    }
    text_done(&text);
    free(build->folder);
    return mistakes_finish(&build->mistakes);
}

static int load_all(const char *path, const char *gateway, enum secrets secrets, FILE *errors,
                    struct site_config **config) {
    char *warnings = NULL;
    size_t size = 0;
    FILE *odd = open_memstream(&warnings, &size);
    if (!odd)
        return ERROR_MEMORY;
    struct build build = {
        .path = path, .secrets = secrets, .mistakes = {.out = errors}, .warnings = {.out = odd}};
    int error = load(&build, gateway, build_all);
    mistakes_finish(&build.warnings);
    fclose(odd);
    if (!error && size > 0)
        build.config->warnings = warnings;
    else
        free(warnings);
    if (error)
        config_free(build.config);
    else
        *config = build.config;
    return error;
}

int config_load(const char *path, const char *gateway, FILE *errors, struct site_config **config) {
    return load_all(path, gateway, SECRETS_READ, errors, config);
}

int config_load_without_secrets(const char *path, const char *gateway, FILE *errors,
                                struct site_config **config) {
    return load_all(path, gateway, SECRETS_UNREAD, errors, config);
}

int config_load_to_check(const char *path, const char *gateway, FILE *errors, struct site_config **config) {
    return load_all(path, gateway, SECRETS_CHECKED, errors, config);
}

static void build_socket(struct build *build, const char *gateway) {
    (void)gateway;
    build->config->status_socket = choose_socket(build);
}

int config_find_socket(const char *path, FILE *errors, char **socket) {
    struct build build = {.path = path ? path : "", .secrets = SECRETS_UNREAD, .mistakes = {.out = errors}};
    if (!path) {
        *socket = default_socket(&build);
        return mistakes_finish(&build.mistakes);
    }
    int error = load(&build, NULL, build_socket);
    if (!error) {
        *socket = build.config->status_socket;
        build.config->status_socket = NULL;
    }
    config_free(build.config);
    return error;
}

static void free_device(struct device_config *device) {
    free(device->name);
    driver_release(device->driver);
    device_url_done(&device->url);
    free(device->url_text);
    free(device->hall);
    free(device->row);
    free(device->rack);
    free(device->feed);
}

struct site_config *config_hold(struct site_config *config) {
    atomic_fetch_add_explicit(&config->references, 1, memory_order_relaxed);
    return config;
}

void config_free(struct site_config *config) {
    /* The last holder must see what all others did before they let go. */
    if (!config || atomic_fetch_sub_explicit(&config->references, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < config->n_devices; i++)
        free_device(&config->devices[i]);
    for (size_t i = 0; i < config->n_credentials; i++)
        snmp_credentials_done(&config->credentials[i]);
    for (size_t i = 0; i < config->n_sinks; i++)
        sink_config_done(&config->sinks[i]);
    for (size_t i = 0; i < config->n_maps; i++)
        driver_release(config->maps[i]);
    free(config->maps);
    free(config->devices);
    free(config->credentials);
    free(config->sinks);
    trap_config_done(&config->traps);
    power_free(config->power);
    intake_config_free(config->intake);
    free(config->warnings);
    free(config->site);
    free(config->hall);
    free(config->gateway);
    free(config->spool.folder);
    free(config->status_socket);
    free(config);
}
