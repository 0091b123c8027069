/* SPDX-License-Identifier: Apache-2.0 */
/* What hallwatch needs to read the site: its inventory, its configuration, the secrets. */
#include "site.h"

#include "face.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void site_write_inventory(const struct site *site, FILE *file, const char *gateway, uint16_t modbus_port,
                          uint16_t snmp_port) {
    fprintf(file, "name,driver,url,credentials,gateway,hall,row,rack,feed,interval\n");
    for (size_t i = 0; i < site->devices.n; i++) {
        const struct device *device = site->devices.list[i];
        char host[INET_ADDRSTRLEN];
        struct in_addr address = {.s_addr = htonl(device->address)};
        inet_ntop(AF_INET, &address, host, sizeof host);
        fprintf(file, "%s,%s,", device->name, device->driver);
        if (device->protocol == MODBUS)
            fprintf(file, "modbus://%s:%u/%u,,", host, modbus_port, device->unit);
        else if (site->users.n > 0)
            fprintf(file, "snmp://%s:%u,v3-%zu,", host, snmp_port, device->user + 1);
        else
            fprintf(file, "snmp://%s:%u,,", host, snmp_port);
        fprintf(file, "%s,simulated,%s,%s,%s,%ums\n", gateway, device->row, device->rack, device->feed,
                device->interval_ms);
    }
}

static bool is_contacts(const struct device *device) {
    return device->hall != NULL && strcmp(device->driver, "remote_io") == 0;
}

void site_write_wiring(const struct site *site, FILE *file) {
    fprintf(file, "device,name,means,when,discrete\n");
    for (size_t i = 0; i < site->devices.n; i++)
        for (unsigned k = 0; is_contacts(site->devices.list[i]) && k < N_CONTACTS; k++)
            fprintf(file, "%s,%s,%s,closed,%u\n", site->devices.list[i]->name, face_contact_names[k].name,
                    face_contact_names[k].means, k);
}

static bool complain(const char *path, const char *cause) {
    fprintf(stderr, "hallsim: %s: %s\n", path, cause);
    return false;
}

static bool write_secret(const char *path, const char *secret) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (file == NULL)
        return complain(path, strerror(errno));
    fchmod(descriptor, 0600); /* of one that was there */
    fprintf(file, "%s\n", secret);
    return fclose(file) == 0 || complain(path, strerror(errno));
}

/* One entry of `credentials`, and its secrets. Relative paths are from the configuration's folder. */
static bool write_user(const struct usm_user *user, size_t number, const char *path, FILE *file) {
    char secret[PATH_MAX];
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    fprintf(file, "  v3-%zu: {version: 3, user: \"%s\"", number, user->name);
    if (user->auth != NULL) {
        snprintf(secret, sizeof secret, "%s.v3-%zu.auth", path, number);
        if (!write_secret(secret, user->auth_passphrase))
            return false;
        fprintf(file, ", auth: %s, auth_file: \"%s\"", usm_auth_name(user), secret + (base - path));
    }
    if (user->privacy != NULL) {
        snprintf(secret, sizeof secret, "%s.v3-%zu.privacy", path, number);
        if (!write_secret(secret, user->privacy_passphrase))
            return false;
        fprintf(file, ", privacy: %s, privacy_file: \"%s\"", usm_privacy_name(user), secret + (base - path));
    }
    fprintf(file, "}\n");
    return true;
}

/* Names the inventory by its whole path, so that the two files may lie anywhere. */
bool site_write_config(const struct site *site, const char *path, const char *inventory,
                       const char *gateway) {
    char *whole = inventory ? realpath(inventory, NULL) : NULL;
    if (whole == NULL)
        return complain(path, "a configuration needs an --inventory too");
    FILE *file = fopen(path, "w");
    bool written = file != NULL;
    if (written)
        fprintf(file, "site: simulated\n%s%s%sinventory: [\"%s\"]\n", *gateway ? "gateway: " : "", gateway,
                *gateway ? "\n" : "", whole);
    if (written && site->users.n > 0)
        fprintf(file, "credentials:\n");
    for (size_t i = 0; written && i < site->users.n; i++)
        written = write_user(&site->users.list[i], i + 1, path, file);
    free(whole);
    if (file == NULL || fclose(file) != 0)
        return complain(path, strerror(errno));
    return written;
}
