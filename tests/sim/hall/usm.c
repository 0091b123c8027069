/* SPDX-License-Identifier: Apache-2.0 */
/* Users, engines and their keys; see the header. */
#include "usm.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

struct usm_auth {
    const char *name;
    const EVP_MD *(*digest)(void);
    size_t digest_size; /* in a message */
};

struct usm_privacy {
    const char *name;
    const EVP_CIPHER *(*cipher)(void);
    size_t key_size; /* that is derived */
    bool des, cisco; /* cisco: a short key is made longer by deriving it anew, else by hashing it */
};

static const struct usm_auth auths[] = {{"MD5", EVP_md5, 12},        {"SHA-1", EVP_sha1, 12},
                                        {"SHA-224", EVP_sha224, 16}, {"SHA-256", EVP_sha256, 24},
                                        {"SHA-384", EVP_sha384, 32}, {"SHA-512", EVP_sha512, 48}};
/* Single DES is triple DES with one key thrice: libcrypto 3 has only the latter without its legacy provider.
 */
static const struct usm_privacy privacies[] = {
    {"DES", EVP_des_ede3_cbc, 16, true, false},         {"AES-128", EVP_aes_128_cfb128, 16, false, false},
    {"AES-192", EVP_aes_192_cfb128, 24, false, false},  {"AES-256", EVP_aes_256_cfb128, 32, false, false},
    {"AES-192-C", EVP_aes_192_cfb128, 24, false, true}, {"AES-256-C", EVP_aes_256_cfb128, 32, false, true}};

struct usm_keys {
    EVP_MAC_CTX *mac;
    EVP_CIPHER_CTX *cipher[2];   /* that decrypts, that encrypts */
    uint8_t before_iv[USM_SALT]; /* DES */
};

enum { PASSPHRASE_STRETCHED = 1 << 20, PASSPHRASE_LEAST = 8, CHUNK = 64 };

/* The key of a passphrase (RFC 3414, A.2): the digest of a megabyte of it. */
static bool stretch(const EVP_MD *digest, const uint8_t *passphrase, size_t size, uint8_t key[USM_KEY_MOST]) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t chunk[CHUNK];
    size_t at = 0;
    bool done = context != NULL && EVP_DigestInit_ex(context, digest, NULL);
    for (size_t n = 0; done && n < PASSPHRASE_STRETCHED; n += CHUNK) {
        for (size_t i = 0; i < CHUNK; i++, at = (at + 1) % size)
            chunk[i] = passphrase[at];
        done = EVP_DigestUpdate(context, chunk, CHUNK);
    }
    done = done && EVP_DigestFinal_ex(context, key, NULL);
    EVP_MD_CTX_free(context);
    return done;
}

static bool localize(const EVP_MD *digest, const uint8_t key[USM_KEY_MOST], const struct usm_engine *engine,
                     uint8_t localized[USM_KEY_MOST]) {
    uint8_t bytes[2 * USM_KEY_MOST + USM_ENGINE_ID_MOST];
    size_t size = (size_t)EVP_MD_get_size(digest);
    memcpy(bytes, key, size);
    memcpy(bytes + size, engine->id, engine->id_size);
    memcpy(bytes + size + engine->id_size, key, size);
    return EVP_Digest(bytes, 2 * size + engine->id_size, localized, NULL, digest, NULL);
}

/* Makes a localized key of one digest's size as long as the cipher wants it. */
static bool lengthen(const struct usm_user *user, const struct usm_engine *engine,
                     uint8_t key[2 * USM_KEY_MOST]) {
    const EVP_MD *digest = user->auth->digest();
    size_t step = (size_t)EVP_MD_get_size(digest);
    for (size_t size = step; size < user->privacy->key_size; size += step) {
        uint8_t next[USM_KEY_MOST];
        if (user->privacy->cisco ? !stretch(digest, key + size - step, step, next) ||
                                       !localize(digest, next, engine, key + size)
                                 : !EVP_Digest(key, size, key + size, NULL, digest, NULL))
            return false;
    }
    return true;
}

static const struct usm_auth *find_auth(const char *name) {
    for (size_t i = 0; i < sizeof auths / sizeof auths[0]; i++)
        if (strcmp(auths[i].name, name) == 0)
            return &auths[i];
    return NULL;
}

static const struct usm_privacy *find_privacy(const char *name) {
    for (size_t i = 0; i < sizeof privacies / sizeof privacies[0]; i++)
        if (strcmp(privacies[i].name, name) == 0)
            return &privacies[i];
    return NULL;
}

/* The next word of `*text` up to a colon or the end; false where it is empty or too long. */
static bool next_word(const char **text, char *word, size_t size) {
    size_t n = strcspn(*text, ":");
    if (n == 0 || n >= size)
        return false;
    memcpy(word, *text, n);
    word[n] = '\0';
    *text += n + ((*text)[n] == ':');
    return true;
}

static bool take_passphrase(const struct usm_auth *auth, const char *passphrase, uint8_t key[USM_KEY_MOST]) {
    return strlen(passphrase) >= PASSPHRASE_LEAST &&
           stretch(auth->digest(), (const uint8_t *)passphrase, strlen(passphrase), key);
}

bool usm_add_user(struct usm_users *users, const char *text, const char **problem) {
    struct usm_user user = {.auth = NULL};
    char word[16];
    *problem = "give USER[:AUTH:PASSPHRASE[:PRIVACY:PASSPHRASE]]";
    if (!next_word(&text, user.name, sizeof user.name))
        return false;
    if (*text != '\0') {
        if (!next_word(&text, word, sizeof word) || (user.auth = find_auth(word)) == NULL ||
            !next_word(&text, user.auth_passphrase, sizeof user.auth_passphrase) ||
            !take_passphrase(user.auth, user.auth_passphrase, user.auth_key))
            return false;
    }
    if (*text != '\0') {
        if (!next_word(&text, word, sizeof word) || (user.privacy = find_privacy(word)) == NULL ||
            !next_word(&text, user.privacy_passphrase, sizeof user.privacy_passphrase) ||
            !take_passphrase(user.auth, user.privacy_passphrase, user.privacy_key))
            return false;
    }
    if (*text != '\0')
        return false;
    size_t at = 0;
    while (at < users->n && strcmp(users->list[at].name, user.name) != 0)
        at++;
    *problem = "too many users";
    if (at == USM_USERS_MOST)
        return false;
    users->list[at] = user;
    users->n += at == users->n;
    return true;
}

const char *usm_auth_name(const struct usm_user *user) {
    return user->auth->name;
}

const char *usm_privacy_name(const struct usm_user *user) {
    return user->privacy->name;
}

static void keys_free(struct usm_keys *keys) {
    if (keys == NULL)
        return;
    EVP_MAC_CTX_free(keys->mac);
    EVP_CIPHER_CTX_free(keys->cipher[0]);
    EVP_CIPHER_CTX_free(keys->cipher[1]);
    free(keys);
}

void usm_engine_done(struct usm_engine *engine) {
    for (size_t i = 0; i < USM_USERS_MOST; i++) {
        keys_free(engine->keys[i]);
        engine->keys[i] = NULL;
    }
}

void usm_engine_begin(struct usm_engine *engine, uint32_t number, uint32_t boots, int64_t begun_us) {
    /* An enterprise's (318 is APC's) id in the form of an IPv4 address: RFC 3411, SnmpEngineID. */
    const uint8_t id[] = {0x80,
                          0,
                          0x01,
                          0x3e,
                          0x01,
                          (uint8_t)(number >> 24),
                          (uint8_t)(number >> 16),
                          (uint8_t)(number >> 8),
                          (uint8_t)number};
    usm_engine_done(engine);
    memcpy(engine->id, id, sizeof id);
    engine->id_size = sizeof id;
    engine->number = number;
    engine->boots = boots;
    engine->begun_us = begun_us;
}

uint32_t usm_engine_time(const struct usm_engine *engine, int64_t now_us) {
    return (uint32_t)((now_us - engine->begun_us) / 1000000) & INT32_MAX;
}

static bool make_auth(const struct usm_user *user, const struct usm_engine *engine, struct usm_keys *keys) {
    uint8_t key[USM_KEY_MOST];
    const EVP_MD *digest = user->auth->digest();
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    keys->mac = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac); /* the context holds it */
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(
                                   OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)EVP_MD_get0_name(digest), 0),
                               OSSL_PARAM_construct_end()};
    return keys->mac != NULL && localize(digest, user->auth_key, engine, key) &&
           EVP_MAC_init(keys->mac, key, (size_t)EVP_MD_get_size(digest), parameters);
}

static bool make_privacy(const struct usm_user *user, const struct usm_engine *engine,
                         struct usm_keys *keys) {
    uint8_t key[2 * USM_KEY_MOST];
    if (!localize(user->auth->digest(), user->privacy_key, engine, key) || !lengthen(user, engine, key))
        return false;
    if (user->privacy->des) {
        memcpy(keys->before_iv, key + USM_SALT, USM_SALT);
        memcpy(key + 8, key, 8);
        memcpy(key + 16, key, 8);
    }
    for (int encrypt = 0; encrypt < 2; encrypt++) {
        keys->cipher[encrypt] = EVP_CIPHER_CTX_new();
        if (keys->cipher[encrypt] == NULL ||
            !EVP_CipherInit_ex2(keys->cipher[encrypt], user->privacy->cipher(), key, NULL, encrypt, NULL))
            return false;
        EVP_CIPHER_CTX_set_padding(keys->cipher[encrypt], 0);
    }
    return true;
}

struct usm_keys *usm_engine_keys(struct usm_engine *engine, const struct usm_users *users, size_t user) {
    const struct usm_user *who = &users->list[user];
    if (engine->keys[user] != NULL)
        return engine->keys[user];
    struct usm_keys *keys = calloc(1, sizeof *keys);
    if (keys == NULL || (who->auth != NULL && !make_auth(who, engine, keys)) ||
        (who->privacy != NULL && !make_privacy(who, engine, keys))) {
        keys_free(keys);
        return NULL;
    }
    engine->keys[user] = keys;
    return keys;
}

size_t usm_digest_size(const struct usm_user *user) {
    return user->auth->digest_size;
}

bool usm_digest(const struct usm_user *user, struct usm_keys *keys, const uint8_t *message, size_t size,
                const uint8_t *digest, uint8_t result[USM_DIGEST_MOST]) {
    static const uint8_t zeros[USM_DIGEST_MOST];
    uint8_t whole[USM_KEY_MOST];
    size_t n = user->auth->digest_size, before = (size_t)(digest - message), whole_size;
    /* (Initialized without a key the context begins anew with the one that it has.) */
    if (!EVP_MAC_init(keys->mac, NULL, 0, NULL) || !EVP_MAC_update(keys->mac, message, before) ||
        !EVP_MAC_update(keys->mac, zeros, n) || !EVP_MAC_update(keys->mac, digest + n, size - before - n) ||
        !EVP_MAC_final(keys->mac, whole, &whole_size, sizeof whole))
        return false;
    memcpy(result, whole, n);
    return true;
}

size_t usm_block_size(const struct usm_user *user) {
    return user->privacy->des ? 8 : 1;
}

static void put_u32(uint8_t *bytes, uint32_t number) {
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

bool usm_crypt(const struct usm_user *user, struct usm_keys *keys, bool encrypt, uint32_t boots,
               uint32_t time, const uint8_t salt[USM_SALT], uint8_t *bytes, size_t size) {
    uint8_t iv[16];
    int n;
    if (user->privacy->des) {
        for (unsigned i = 0; i < USM_SALT; i++)
            iv[i] = keys->before_iv[i] ^ salt[i];
    } else {
        put_u32(iv, boots);
        put_u32(iv + 4, time);
        memcpy(iv + 8, salt, USM_SALT);
    }
    return EVP_CipherInit_ex2(keys->cipher[encrypt], NULL, NULL, iv, -1, NULL) &&
           EVP_CipherUpdate(keys->cipher[encrypt], bytes, &n, bytes, (int)size) && n == (int)size;
}
