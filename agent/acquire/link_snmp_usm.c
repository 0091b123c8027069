/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys by net-snmp's functions, users and clocks in and out of its tables. That a user is in the table only
 * while its message is worked on also makes the search constant, credentials replaceable at any time, and
 * what a forged message leaves there short-lived.
 */
#include "acquire/link_snmp_usm.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/lcd_time.h>

/*
 * The library's table of clocks is one for the process, and so is what is known of it here: in each bucket
 * one clock that is lent to one engine after the other. They are the library's; NULL: not made yet.
 */
static Enginetime lent_clocks[ETIMELIST_SIZE];

/*
 * The steps of init_snmp that security needs; init_snmp itself reads MIBs, files and the environment. The
 * callback seeds the salts and makes the user without a name, by whom engines are discovered. Time windows
 * are checked against an engine id of one's own, which none but senders of informs ever see. What the parser
 * has to say about a hostile datagram would go to standard error; whoever called it says it.
 */
int snmp_usm_start(void) {
    if (find_sec_mod(USM_SEC_MODEL_NUMBER))
        return ERROR_NONE;
    netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
    netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, "hallwatch");
    init_usm();
    setup_engineID(NULL, "hallwatch");
    snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, NULL);
    return find_sec_mod(USM_SEC_MODEL_NUMBER) ? ERROR_NONE : ERROR_SYSTEM;
}

/* --- keys --- */

static bool copy_text(const char *text, char **copy) {
    *copy = text ? strdup(text) : NULL;
    return *copy || !text;
}

static bool copy_credentials(const struct snmp_credentials *from, struct snmp_credentials *to) {
    *to = (struct snmp_credentials){.version = from->version, .auth = from->auth, .privacy = from->privacy};
    return copy_text(from->user, &to->user) && copy_text(from->context ? from->context : "", &to->context) &&
           copy_text(from->auth_passphrase, &to->auth_passphrase) &&
           copy_text(from->privacy_passphrase, &to->privacy_passphrase);
}

static oid *auth_protocol(enum snmp_auth auth, size_t *n) {
    int type = auth ? usm_lookup_auth_type(snmp_auth_words[auth - 1]) : NETSNMP_USMAUTH_NOAUTH;
    return sc_get_auth_oid(type, n);
}

static oid *privacy_protocol(enum snmp_privacy privacy, size_t *n) {
    int type = privacy ? usm_lookup_priv_type(snmp_privacy_words[privacy - 1]) : USM_CREATE_USER_PRIV_NONE;
    return sc_get_priv_oid(type, n);
}

static bool make_key(enum snmp_auth auth, const char *passphrase, struct snmp_master_key *key) {
    size_t n;
    const oid *protocol = auth_protocol(auth, &n);
    if (!passphrase)
        return true;
    key->size = sizeof key->byte;
    return protocol && generate_Ku(protocol, (u_int)n, (const u_char *)passphrase, strlen(passphrase),
                                   key->byte, &key->size) == SNMPERR_SUCCESS;
}

static bool is_sound(const struct snmp_credentials *credentials) {
    return credentials->user && strlen(credentials->user) <= SNMP_USER_MOST &&
           (!credentials->context || strlen(credentials->context) <= SNMP_CONTEXT_MOST) &&
           !credentials->auth == !credentials->auth_passphrase &&
           !credentials->privacy == !credentials->privacy_passphrase &&
           (credentials->auth || !credentials->privacy);
}

static void free_keys(struct snmp_keys *keys) {
    snmp_credentials_done(&keys->credentials);
    explicit_bzero(&keys->auth, sizeof keys->auth);
    explicit_bzero(&keys->privacy, sizeof keys->privacy);
    free(keys);
}

static int make_keys(const struct snmp_credentials *credentials, struct snmp_keys **keys) {
    struct snmp_keys *made = calloc(1, sizeof *made);
    if (!made)
        return ERROR_MEMORY;
    int error = copy_credentials(credentials, &made->credentials) ? ERROR_NONE : ERROR_MEMORY;
    if (!error && (!make_key(credentials->auth, credentials->auth_passphrase, &made->auth) ||
                   !make_key(credentials->auth, credentials->privacy_passphrase, &made->privacy)))
        error = ERROR_ARGUMENT;
    if (error)
        free_keys(made);
    else
        *keys = made;
    return error;
}

int snmp_keys_hold(struct snmp_keys **ring, const struct snmp_credentials *credentials,
                   struct snmp_keys **keys) {
    if (!is_sound(credentials))
        return ERROR_ARGUMENT;
    struct snmp_keys *found = *ring;
    while (found && !snmp_credentials_equal(&found->credentials, credentials))
        found = found->next;
    if (!found) {
        int error = make_keys(credentials, &found);
        if (error)
            return error;
        found->next = *ring;
        *ring = found;
    }
    found->holders++;
    *keys = found;
    return ERROR_NONE;
}

void snmp_keys_release(struct snmp_keys **ring, struct snmp_keys *keys) {
    if (!keys || --keys->holders > 0)
        return;
    while (*ring != keys)
        ring = &(*ring)->next;
    *ring = keys->next;
    free_keys(keys);
}

/* --- engines --- */

/* The library makes users from sessions and puts them into its table. */
static void describe_user(struct snmp_keys *keys, netsnmp_session *session) {
    const struct snmp_credentials *credentials = &keys->credentials;
    session->securityName = credentials->user;
    session->securityNameLen = strlen(credentials->user);
    session->securityAuthProto = auth_protocol(credentials->auth, &session->securityAuthProtoLen);
    session->securityPrivProto = privacy_protocol(credentials->privacy, &session->securityPrivProtoLen);
    memcpy(session->securityAuthKey, keys->auth.byte, keys->auth.size);
    session->securityAuthKeyLen = keys->auth.size;
    memcpy(session->securityPrivKey, keys->privacy.byte, keys->privacy.size);
    session->securityPrivKeyLen = keys->privacy.size;
}

int snmp_engine_meet(struct snmp_engine *engine, const uint8_t *id, size_t size) {
    snmp_engine_forget(engine);
    u_char copy[SNMP_ENGINE_ID_MOST];
    if (size < 1 || size > sizeof copy)
        return ERROR_ARGUMENT;
    memcpy(copy, id, size);
    netsnmp_session session = {
        .version = SNMP_VERSION_3,
        .securityModel = SNMP_SEC_MODEL_USM,
        .securityEngineID = copy,
        .securityEngineIDLen = size,
    };
    describe_user(engine->keys, &session);
    int made = usm_create_user_from_session(&session);
    explicit_bzero(session.securityAuthKey, sizeof session.securityAuthKey);
    explicit_bzero(session.securityPrivKey, sizeof session.securityPrivKey);
    if (made != SNMPERR_SUCCESS)
        return ERROR_MEMORY;
    engine->user = usm_get_user(copy, size, session.securityName);
    if (!engine->user)
        return ERROR_MEMORY;
    engine->bucket = hash_engineID(copy, (u_int)size);
    snmp_engine_take_back(engine);
    return ERROR_NONE;
}

void snmp_engine_reset_clock(struct snmp_engine *engine) {
    engine->boots = engine->time = 0;
    engine->heard = 0;
    engine->authentic = false;
}

void snmp_engine_forget(struct snmp_engine *engine) {
    usm_free_user(engine->user);
    engine->user = NULL;
    snmp_engine_reset_clock(engine);
}

void snmp_clocks_empty(void) {
    free_etimelist();
    memset(lent_clocks, 0, sizeof lent_clocks);
}

/* The clock of the engine's bucket, made where there is none; NULL when out of memory. */
static Enginetime borrow_clock(const struct snmp_engine *engine) {
    const struct usmUser *user = engine->user;
    Enginetime *lent = &lent_clocks[engine->bucket];
    if (*lent)
        return *lent;
    u_int size = (u_int)user->engineIDLen;
    set_enginetime(user->engineID, size, engine->boots, engine->time, engine->authentic);
    Enginetime clock = search_enginetime_list(user->engineID, size);
    u_char *room = clock ? calloc(1, SNMP_ENGINE_ID_MOST) : NULL;
    if (!room)
        return NULL;
    free(clock->engineID);
    clock->engineID = room;
    *lent = clock;
    return clock;
}

void snmp_engine_lend(struct snmp_engine *engine) {
    const struct usmUser *user = engine->user;
    bool known = user && engine->bucket >= 0 && (engine->boots != 0 || engine->time != 0);
    Enginetime clock = known ? borrow_clock(engine) : NULL;
    if (user)
        usm_add_user(engine->user);
    if (!clock) {
        snmp_clocks_empty();
        return;
    }
    memcpy(clock->engineID, user->engineID, user->engineIDLen);
    clock->engineID_len = (u_int)user->engineIDLen;
    clock->engineBoot = engine->boots;
    clock->engineTime = engine->time;
    clock->lastReceivedEngineTime = engine->heard;
    clock->authenticatedFlag = engine->authentic;
}

/* Where the library keeps it at present: lent to it, or learnt from a message of an engine that was not
 * known. */
static const struct enginetime_struct *find_clock(const struct snmp_engine *engine) {
    const struct usmUser *user = engine->user;
    const struct enginetime_struct *lent = engine->bucket >= 0 ? lent_clocks[engine->bucket] : NULL;
    if (lent && lent->engineID_len == user->engineIDLen &&
        memcmp(lent->engineID, user->engineID, user->engineIDLen) == 0)
        return lent;
    return search_enginetime_list(user->engineID, (u_int)user->engineIDLen);
}

void snmp_engine_take_back(struct snmp_engine *engine) {
    struct usmUser *user = engine->user;
    if (!user)
        return;
    usm_remove_user(user);
    user->next = user->prev = NULL;
    const struct enginetime_struct *clock = find_clock(engine);
    if (!clock)
        return;
    engine->boots = clock->engineBoot;
    engine->time = clock->engineTime;
    engine->heard = clock->lastReceivedEngineTime;
    engine->authentic = clock->authenticatedFlag;
}
