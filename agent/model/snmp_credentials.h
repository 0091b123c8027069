/* SPDX-License-Identifier: Apache-2.0 */
/* How an SNMP agent is spoken to: the version, and by whom. */
#ifndef HALLWATCH_MODEL_SNMP_CREDENTIALS_H
#define HALLWATCH_MODEL_SNMP_CREDENTIALS_H

#include <stdbool.h>

enum snmp_version { SNMP_V1, SNMP_V2C, SNMP_V3 };
enum snmp_auth {
    SNMP_AUTH_NONE,
    SNMP_AUTH_MD5,
    SNMP_AUTH_SHA1,
    SNMP_AUTH_SHA224,
    SNMP_AUTH_SHA256,
    SNMP_AUTH_SHA384,
    SNMP_AUTH_SHA512,
};
/* The last two stretch their keys in Cisco's way. */
enum snmp_privacy {
    SNMP_PRIVACY_NONE,
    SNMP_PRIVACY_DES,
    SNMP_PRIVACY_AES128,
    SNMP_PRIVACY_AES192,
    SNMP_PRIVACY_AES256,
    SNMP_PRIVACY_AES192_C,
    SNMP_PRIVACY_AES256_C,
};

/* Their words, in their order, without none and ended by NULL: "SHA-256", "AES-192-C". */
extern const char *const snmp_version_words[], *const snmp_auth_words[], *const snmp_privacy_words[];

enum { SNMP_PASSPHRASE_LEAST = 8, SNMP_USER_MOST = 32, SNMP_CONTEXT_MOST = 32 };

/* Texts are never printed but for user and context. */
struct snmp_credentials {
    enum snmp_version version;
    char *community; /* v1 and v2c */
    /* v3: privacy only with authentication; a passphrase where there is a protocol, else NULL. */
    char *user, *context; /* context: "" is the agent's own */
    enum snmp_auth auth;
    enum snmp_privacy privacy;
    char *auth_passphrase, *privacy_passphrase;
};

/* Of a device that names none: v2c, "public". */
extern const struct snmp_credentials snmp_credentials_public;

/* Whether the two say the same; the texts' contents are compared. */
bool snmp_credentials_equal(const struct snmp_credentials *a, const struct snmp_credentials *b);

/* Forgets the texts, which were allocated. */
void snmp_credentials_done(struct snmp_credentials *credentials);

#endif
