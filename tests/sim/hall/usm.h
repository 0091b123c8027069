/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user-based security model of SNMPv3 (RFC 3414, 3826, 7860) from the agent's side, as far as it is keys
 * and ciphers: users, engines, digests, encryption. An engine keeps the contexts of its users, so that a
 * message costs neither a key derivation nor a search. The messages are device_snmp_v3's. libcrypto stays
 * behind this file.
 */
#ifndef HALLSIM_USM_H
#define HALLSIM_USM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { USM_KEY_MOST = 64, USM_DIGEST_MOST = 48, USM_SALT = 8, USM_NAME_MOST = 32, USM_ENGINE_ID_MOST = 12 };
enum { USM_USERS_MOST = 8 };

struct usm_user {
    char name[USM_NAME_MOST + 1];
    const struct usm_auth *auth;       /* NULL = none */
    const struct usm_privacy *privacy; /* NULL = none */
    char auth_passphrase[64], privacy_passphrase[64];
    uint8_t auth_key[USM_KEY_MOST], privacy_key[USM_KEY_MOST]; /* of no engine yet */
};

/* Who may ask; the same at every agent. Zeroed = nobody. */
struct usm_users {
    struct usm_user list[USM_USERS_MOST];
    size_t n;
};

/*
 * Adds, or puts in the place of the one of that name, `USER[:AUTH:PASSPHRASE[:PRIVACY:PASSPHRASE]]`, with the
 * protocols as hallwatch's configuration names them. False: *problem says why.
 */
bool usm_add_user(struct usm_users *users, const char *text, const char **problem);
const char *usm_auth_name(const struct usm_user *user);
const char *usm_privacy_name(const struct usm_user *user);

struct usm_keys;

/* Of one agent. The time began at begun_us on the monotonic clock. */
struct usm_engine {
    uint8_t id[USM_ENGINE_ID_MOST];
    size_t id_size;
    uint32_t number, boots, reports; /* number: what the id is made of */
    uint64_t salt;
    int64_t begun_us;
    struct usm_keys *keys[USM_USERS_MOST]; /* made when they are first needed */
};

/* An engine with an id made of this number; it has booted so many times, the last time at begun_us. */
void usm_engine_begin(struct usm_engine *engine, uint32_t number, uint32_t boots, int64_t begun_us);
void usm_engine_done(struct usm_engine *engine);
uint32_t usm_engine_time(const struct usm_engine *engine, int64_t now_us);

/* A user's keys at this engine; NULL when out of memory. */
struct usm_keys *usm_engine_keys(struct usm_engine *engine, const struct usm_users *users, size_t user);

size_t usm_digest_size(const struct usm_user *user);
/* The digest of a message, taken as if its own place in it (at `digest`) held zeros. False: libcrypto failed.
 */
bool usm_digest(const struct usm_user *user, struct usm_keys *keys, const uint8_t *message, size_t size,
                const uint8_t *digest, uint8_t result[USM_DIGEST_MOST]);
/* What ciphertext of `size` bytes takes: a multiple of this. */
size_t usm_block_size(const struct usm_user *user);
/* Encrypts or decrypts in place, with boots, time and salt of the message. False: libcrypto failed. */
bool usm_crypt(const struct usm_user *user, struct usm_keys *keys, bool encrypt, uint32_t boots,
               uint32_t time, const uint8_t salt[USM_SALT], uint8_t *bytes, size_t size);

#endif
