/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that make a configuration share: the settings as read on one side, the configuration in
 * the making on the other. Only config*.c include this.
 */
#ifndef HALLWATCH_MODEL_CONFIG_BUILD_H
#define HALLWATCH_MODEL_CONFIG_BUILD_H

#include "model/config.h"
#include "model/inventory.h"
#include "model/mistakes.h"
#include "model/settings.h"

/* What becomes of the secrets that the configuration names. */
enum secrets {
    SECRETS_READ,
    SECRETS_CHECKED, /* the same, but where systemd hands none over its credentials are taken on trust */
    SECRETS_UNREAD,  /* nor PEM files */
};

struct build {
    const char *path; /* of the configuration, for mistakes that have no line */
    char *folder;     /* that relative paths start from: "" or "conf/" */
    struct site_settings settings;
    struct inventory *inventories; /* one per file of settings.inventory */
    size_t n_inventories;
    struct inventory *wirings; /* one per file of settings.wiring */
    size_t n_wirings;
    struct inventory *topologies; /* one per file of settings.power.topology */
    size_t n_topologies;
    enum secrets secrets;
    bool is_site;        /* it judges what other gateways publish: all nodes are its */
    bool read_whole;     /* the files that were read hold no mistake by themselves */
    struct wired *wired; /* their rows in the order of their devices */
    size_t n_wired;
    struct site_config *config;
    struct mistakes mistakes;
    struct mistakes warnings; /* what can be lived with; they end in config->warnings */
};

/* Devices, sinks ...: checked, and added to the configuration. Mistakes are only written. */
void config_build_devices(struct build *build);
void config_build_sinks(struct build *build);
void config_build_traps(struct build *build);
void config_build_http(struct build *build);
void config_build_intake(struct build *build); /* before power: a site has all nodes */
void config_build_power(struct build *build);
/* Who the client is and whom it trusts: secrets and PEM files of a sink, or of what is like one. */
void config_build_access(struct build *build, const struct sink_settings *settings, struct sink_config *sink);

/*
 * The contents of a PEM file that can be used: a certificate, or a key that not everybody can read. Adds them
 * to `content`. False after a mistake was written.
 */
bool config_read_pem(struct build *build, const struct entry *entry, const char *key,
                     const struct setting *setting, bool is_key, const char *path, struct text *content);

/* Warns where a certificate (PEM) has expired. */
void config_check_end(struct build *build, const struct entry *entry, const char *key,
                      const struct setting *setting, const char *certificate);

/* Reads the device maps. Mistakes are only written. */
void config_build_maps(struct build *build);
/* The map of that name, or NULL. */
const struct driver *config_find_map(const struct site_config *config, const char *name);

/* Puts the rows of wiring in order. */
void config_sort_wiring(struct build *build);
/* The driver of one remote I/O device, of its inputs; one reference, NULL after a mistake was written. */
const struct driver *config_wire(struct build *build, const struct device_settings *device,
                                 const struct driver *io);
/* Writes a mistake for each row that is of no remote I/O device. Frees what config_sort_wiring took. */
void config_finish_wiring(struct build *build);

/* Reads the secrets of an entry of `credentials`. Mistakes are only written. */
void config_build_credentials(struct build *build, const struct credentials_settings *settings,
                              struct snmp_credentials *credentials);

/*
 * Parses "10.1.2.3:162" or "[fd00::1]:162". On failure `why` says what is wrong: `form`, or what is at fault
 * in it. 0 or ERROR_ARGUMENT.
 */
int config_parse_endpoint(const char *text, const char *form, struct sockaddr_storage *address, char *why,
                          size_t size);

/* A copy for the configuration; out of memory is a mistake like others. */
char *config_copy(struct build *build, const char *text);
char *config_format(struct build *build, const char *form, ...) __attribute__((format(printf, 2, 3)));
/* `path` as seen from the configuration's folder; the caller frees it. */
char *config_resolve_path(struct build *build, const char *path);
/*
 * The secret in a file or a systemd credential, whichever of the two was given; NULL after a mistake was
 * written, and where secrets stay unread.
 */
char *config_read_secret(struct build *build, const struct entry *entry, const char *file_key,
                         const struct setting *file, const char *credential_key,
                         const struct setting *credential);
/* Writes a mistake for each entry that has the name of an earlier one, compared in NFKC. */
struct named {
    const struct entry *entry;
    const struct setting *name;
};
void config_check_names(struct build *build, const struct named *entries, size_t n);

#endif
