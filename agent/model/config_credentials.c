/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets, and the entries of `credentials`: which of their settings go together. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/config_build.h"
#include "model/secret.h"

/* The path of what systemd hands over; NULL after a mistake was written, or that it was not looked at. */
static char *find_credential(struct build *build, const struct entry *entry, const char *key,
                             const struct setting *setting) {
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder && build->secrets == SECRETS_CHECKED) {
        entry_add_mistake(entry, key, setting, &build->warnings,
                          "the credential \"%.100s\" is the service's alone and was not looked at",
                          setting->text);
        return NULL;
    }
    bool is_name = folder && *folder && !strchr(setting->text, '/');
    char *path = is_name ? config_format(build, "%s/%s", folder, setting->text) : NULL;
    if (path && access(path, F_OK) == 0)
        return path;
    free(path);
    entry_add_mistake(entry, key, setting, &build->mistakes,
                      "no credential \"%.100s\": systemd hands it over (LoadCredential=%.100s:FILE)",
                      setting->text, setting->text);
    return NULL;
}

char *config_read_secret(struct build *build, const struct entry *entry, const char *file_key,
                         const struct setting *file, const char *credential_key,
                         const struct setting *credential) {
    bool from_file = setting_given(file);
    const char *key = from_file ? file_key : credential_key;
    const struct setting *setting = from_file ? file : credential;
    if (from_file == setting_given(credential)) {
        entry_add_mistake(entry, key, setting, &build->mistakes, "write either %s or %s", file_key,
                          credential_key);
        return NULL;
    }
    if (build->secrets == SECRETS_UNREAD)
        return NULL;
    char why[512];
    char *path =
        from_file ? config_resolve_path(build, setting->text) : find_credential(build, entry, key, setting);
    char *secret = path ? secret_read(path, why, sizeof(why)) : NULL;
    if (path && !secret)
        entry_add_mistake(entry, key, setting, &build->mistakes, "%s", why);
    free(path);
    return secret;
}

static void refuse(struct build *build, const struct entry *entry, const char *key,
                   const struct setting *setting, const char *why) {
    if (setting_given(setting))
        entry_add_mistake(entry, key, setting, &build->mistakes, "%s", why);
}

static void build_community(struct build *build, const struct credentials_settings *settings,
                            struct snmp_credentials *credentials) {
    static const char why[] = "is for SNMPv3: write \"version: 3\" too";
    const struct entry *entry = &settings->entry;
    refuse(build, entry, "user", &settings->user, why);
    refuse(build, entry, "context", &settings->context, why);
    refuse(build, entry, "auth", &settings->auth, why);
    refuse(build, entry, "auth_file", &settings->auth_file, why);
    refuse(build, entry, "auth_credential", &settings->auth_credential, why);
    refuse(build, entry, "privacy", &settings->privacy, why);
    refuse(build, entry, "privacy_file", &settings->privacy_file, why);
    refuse(build, entry, "privacy_credential", &settings->privacy_credential, why);
    credentials->community = config_read_secret(build, entry, "community_file", &settings->community_file,
                                                "community_credential", &settings->community_credential);
}

/* The settings of one protocol, and their keys. */
struct protection {
    const char *key, *file_key, *credential_key;
    const struct setting *protocol, *file, *credential;
};

/* The passphrase: there where the protocol is, and long enough for RFC 3414. */
static char *read_passphrase(struct build *build, const struct entry *entry, const struct protection *of) {
    bool from_file = setting_given(of->file);
    const char *key = from_file ? of->file_key : of->credential_key;
    const struct setting *given = from_file ? of->file : of->credential;
    if (!setting_given(of->protocol)) {
        if (setting_given(given))
            entry_add_mistake(entry, key, given, &build->mistakes, "write %s, its protocol, too", of->key);
        return NULL;
    }
    char *passphrase =
        config_read_secret(build, entry, of->file_key, of->file, of->credential_key, of->credential);
    if (passphrase && strlen(passphrase) < SNMP_PASSPHRASE_LEAST)
        entry_add_mistake(entry, key, given, &build->mistakes,
                          "an SNMPv3 passphrase has at least %d characters", SNMP_PASSPHRASE_LEAST);
    return passphrase;
}

static void build_user(struct build *build, const struct credentials_settings *settings,
                       struct snmp_credentials *credentials) {
    const struct entry *entry = &settings->entry;
    const struct protection auth = {
        "auth",          "auth_file",          "auth_credential",
        &settings->auth, &settings->auth_file, &settings->auth_credential,
    };
    const struct protection privacy = {
        "privacy",          "privacy_file",          "privacy_credential",
        &settings->privacy, &settings->privacy_file, &settings->privacy_credential,
    };
    static const char why[] = "SNMPv3 has a user and no community";
    refuse(build, entry, "community_file", &settings->community_file, why);
    refuse(build, entry, "community_credential", &settings->community_credential, why);
    if (!setting_given(&settings->user))
        entry_add_mistake(entry, "user", &settings->user, &build->mistakes, "is missing: SNMPv3 has users");
    if (!setting_given(&settings->auth))
        refuse(build, entry, "privacy", &settings->privacy, "SNMPv3 has no privacy without authentication");
    credentials->user = config_copy(build, settings->user.text);
    credentials->context = config_copy(build, settings->context.text);
    if (setting_given(&settings->auth))
        credentials->auth = (enum snmp_auth)(settings->auth.number + 1);
    if (setting_given(&settings->privacy))
        credentials->privacy = (enum snmp_privacy)(settings->privacy.number + 1);
    credentials->auth_passphrase = read_passphrase(build, entry, &auth);
    credentials->privacy_passphrase = read_passphrase(build, entry, &privacy);
}

void config_build_credentials(struct build *build, const struct credentials_settings *settings,
                              struct snmp_credentials *credentials) {
    bool given = setting_given(&settings->version);
    credentials->version = given ? (enum snmp_version)settings->version.number : SNMP_V2C;
    if (credentials->version == SNMP_V3)
        build_user(build, settings, credentials);
    else
        build_community(build, settings, credentials);
}
