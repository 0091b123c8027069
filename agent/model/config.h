/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration as the agent uses it: checked, with defaults, secrets read. Made by config_load from
 * YAML and the CSV inventory; constant afterwards, and shared by reference count, so that one can take
 * another's place while the agent runs.
 */
#ifndef HALLWATCH_MODEL_CONFIG_H
#define HALLWATCH_MODEL_CONFIG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "drivers/driver.h"
#include "model/power.h"
#include "model/snmp_credentials.h"

enum transport {
    TRANSPORT_SNMP,
    TRANSPORT_MODBUS_TCP,
    TRANSPORT_MODBUS_RTU_TCP,
    TRANSPORT_MODBUS_SERIAL,
    TRANSPORT_REPLAY
};

/* How a serial line is set: 19200 8E1. Data bits are always 8. */
struct line_settings {
    uint32_t baud;
    char parity; /* 'N', 'E' or 'O' */
    uint8_t stop_bits;
};

/*
 * Where a device is. Made from snmp://host[:port], modbus://host[:port]/unit, modbus+rtu://host:port/unit,
 * rtu:LINE:BAUD:8N1/unit, replay:FILE.
 */
struct device_url {
    enum transport transport;
    char *host; /* name or address; of serial lines and replay: the path of the line or file */
    uint16_t port;
    uint8_t unit;              /* Modbus */
    struct line_settings line; /* Modbus on a serial line */
};
/* Parses a URL. On failure `why` (of `size` bytes) says what is wrong in the user's words. */
int device_url_parse(const char *text, struct device_url *url, char *why, size_t size);
bool device_url_is_modbus(const struct device_url *url);
/* What is spoken there; of a replay that of the recording, by its name. */
enum protocol device_url_protocol(const struct device_url *url);
void device_url_done(struct device_url *url);
/* The bus it is on, for people and for queues: "modbus://10.1.2.3:502", "snmp://10.1.2.4:161",
 * "rtu:/dev/ttyS0". */
void device_url_write_bus(const struct device_url *url, char *text, size_t size);

struct device_config {
    char *name;
    const struct driver *driver; /* NULL: recognise it (SNMP); a reference (device_map.h) */
    uint32_t variant;            /* of driver->variants the one that it is, as a bit; 0: not named */
    struct device_url url;
    char *url_text;
    const struct snmp_credentials *snmp; /* one of site_config's, or the public ones; NULL: speaks no SNMP */
    char *hall, *row, *rack, *feed;      /* "" where not given */
    int64_t interval_ms[N_RATES];        /* per rate; RATE_ONCE unused */
    int64_t timeout_ms;
    /* In this process, of its views; the poller's to give. DEVICE_NO_NUMBER: it is not read. */
    uint32_t number;
};

#define DEVICE_NO_NUMBER UINT32_MAX

enum sink_kind { SINK_MQTT, SINK_REMOTE_WRITE, SINK_INFLUX, SINK_ALERTMANAGER, SINK_WEBHOOK };

/* What waited first, or what is new first and what waited beside it. */
enum sink_order { SINK_STRICT, SINK_LIVE_FIRST };

/* Addresses beside the first. */
enum { SINK_ENDPOINTS_MOST = 8 };

struct sink_config {
    char *name;
    enum sink_kind kind;
    char *url;        /* mqtt://host[:port], mqtts://host[:port]; http://host:port/path */
    char **endpoints; /* further ones, in the order in which they take over; of Alertmanager its peers */
    size_t n_endpoints;
    char *user, *password;             /* NULL where not configured; from files; never printed */
    char *token;                       /* HTTP: the same */
    char *ca_file;                     /* whom to trust; NULL: whom the system trusts */
    char *certificate_file, *key_file; /* who we are; NULL: nobody */
    uint64_t files_digest;             /* of what these three hold: it changes when they do */
    char *org, *bucket, *database; /* Influx: of version 2 the first two, of version 1 the last; else NULL */
    char *client_id;               /* MQTT; default hallwatch-SITE-GATEWAY */
    bool is_mqtt_3;                /* MQTT 3.1.1 instead of 5 */
    uint32_t devices_per_message;  /* MQTT: most devices in one message */
    uint16_t
        window; /* MQTT messages not yet acknowledged, at most; the broker's Receive Maximum bounds it too */
    int64_t timeout_ms;      /* HTTP: one request */
    int64_t batch_wait_ms;   /* how long readings gather into one request, devices into one message */
    uint32_t batch_readings; /* HTTP: most readings in one request */
    enum sink_order order;
    int64_t backlog_rate; /* readings a second of what has waited, at most; 0: as the receiver takes them */
};

/* A copy of its own, to be ended with sink_config_done. 0 or ERROR_MEMORY. */
int sink_config_copy(const struct sink_config *from, struct sink_config *to);
void sink_config_done(struct sink_config *sink);

enum { SITE_BROKERS_MOST = 16 };

/* What makes an instance the site: it takes what the gateways of its halls publish about their nodes. */
struct intake_config {
    struct sink_config brokers; /* where that is; url and endpoints alike: all of them are subscribed to */
    int64_t silent_ms;          /* a gateway that was not heard for so long is silent */
};
/* A copy of its own, or NULL of NULL. 0 or ERROR_MEMORY. */
int intake_config_copy(const struct intake_config *from, struct intake_config **to);
void intake_config_free(struct intake_config *intake); /* NULL is fine */

enum { TRAP_LISTENS_MOST = 8, TRAP_PROXIES_MOST = 64 };

/* Where SNMP traps and informs are received. */
struct trap_listen {
    const char *text; /* as written; the configuration's */
    bool inherited;   /* a socket that whoever started the agent hands over */
    struct sockaddr_storage address;
};
/*
 * Parses "udp 10.1.2.3:162", "udp [fd00::1]:162" or "inherited". On failure `why` says what is wrong; the
 * text is borrowed.
 */
int trap_listen_parse(const char *text, struct trap_listen *listen, char *why, size_t size);
/* A numeric IPv4 or IPv6 address, without a port. 0 or ERROR_ARGUMENT. */
int trap_address_parse(const char *text, struct sockaddr_storage *address);

struct trap_config {
    struct trap_listen *listens; /* none: no traps are received */
    size_t n_listens;
    struct sockaddr_storage *proxies; /* they pass on what devices send */
    size_t n_proxies;
};
/* A copy of its own, to be ended with trap_config_done. 0 or ERROR_MEMORY. */
int trap_config_copy(const struct trap_config *from, struct trap_config *to);
bool trap_config_same(const struct trap_config *a, const struct trap_config *b);
void trap_config_done(struct trap_config *traps);

enum { HTTP_LISTENS_MOST = 4 };
#define HTTP_LISTEN_DEFAULT "127.0.0.1:9746"

struct http_listen {
    const char *text; /* as written; the configuration's */
    struct sockaddr_storage address;
    bool is_loopback;
};
/* Parses "127.0.0.1:9746" or "[::1]:9746". On failure `why` says what is wrong; the text is borrowed. */
int http_listen_parse(const char *text, struct http_listen *listen, char *why, size_t size);
/* Whether an address is this machine's own: 127.0.0.0/8, also within IPv6, or ::1. */
bool address_is_loopback(const struct sockaddr *address);

/* The pages that are served over HTTP. An address that is not loopback has TLS, and a token or client_ca. */
struct http_config {
    struct http_listen listens[HTTP_LISTENS_MOST];
    size_t n_listens;
    char *certificate, *key, *client_ca; /* in PEM form; NULL: none */
    char *token;                         /* asked for as a bearer's; NULL: none */
};
bool http_config_same(const struct http_config *a, const struct http_config *b); /* either may be NULL */
/* Whether connections of the one can go on under the other. */
bool http_config_same_certificates(const struct http_config *a, const struct http_config *b);
void http_config_free(struct http_config *http); /* NULL is fine */

/* Polls are spread over their interval, or stand at whole multiples of it of the wall clock. */
enum poll_phase { PHASE_SPREAD, PHASE_ALIGNED };

/* Where rows are kept that sinks have not taken. */
struct spool_config {
    char *folder; /* NULL: in memory only */
    int64_t quota_bytes, quota_age_ms, spill_after_ms;
};

struct site_config {
    atomic_uint references;
    char *site, *hall, *gateway;
    char *status_socket;
    enum poll_phase phase;
    const struct driver **maps; /* device maps that devices may name; references */
    size_t n_maps;
    int64_t buffer_bytes; /* what is kept in memory for sinks that are behind */
    struct spool_config spool;
    struct device_config *devices;
    size_t n_devices;
    struct snmp_credentials *credentials; /* those that the devices use */
    size_t n_credentials;
    struct sink_config *sinks;
    size_t n_sinks;
    struct trap_config traps;
    struct http_config *http;     /* NULL: nothing is served */
    struct power_config *power;   /* NULL: not configured */
    struct intake_config *intake; /* NULL: this is a gateway, not the site */
    char *warnings; /* what is odd and can be lived with: lines like those of mistakes; NULL: none */
};

/* What the packaged service reads, and where it then listens unless that names another socket. */
#define SERVICE_CONFIG "/etc/hallwatch/hallwatch.yaml"
#define SERVICE_SOCKET "/run/hallwatch/status.sock"

/*
 * Reads the configuration at `path` for the gateway named `gateway` (NULL = host name). Every mistake is
 * written to `errors` as file:line:column: path: what is wrong, with the nearest valid word. 0 and *config,
 * to be freed with config_free; or ERROR_CONFIG after all mistakes were written.
 */
int config_load(const char *path, const char *gateway, FILE *errors, struct site_config **config);
/*
 * The same without secrets and PEM files, which are not even read: for commands that ask no device and no
 * receiver, since who may use them need not be who runs the agent. Of the service's configuration the status
 * socket is the service's.
 */
int config_load_without_secrets(const char *path, const char *gateway, FILE *errors,
                                struct site_config **config);
/*
 * For who checks it before the service reads it: credentials of systemd's, where it hands none over to this
 * process, are taken on trust, and each is warned of.
 */
int config_load_to_check(const char *path, const char *gateway, FILE *errors, struct site_config **config);
struct site_config *config_hold(struct site_config *config); /* returns it, one more reference */
void config_free(struct site_config *config); /* gives one back; the last frees; NULL is fine */

/*
 * The status socket that the configuration at `path` names, or the default one where `path` is NULL or
 * names none; the caller frees it. Reads no secrets and no inventory: who may ask need not be who runs the
 * agent. Errors as config_load.
 */
int config_find_socket(const char *path, FILE *errors, char **socket);

#endif
