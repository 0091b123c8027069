/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of TLS: where they are and that they can be read. What is in them is for the library that uses
 * them; only that it has changed is noted.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "model/config_build.h"

enum { TLS_FILE_MOST = 1 << 20 };

static uint64_t digest_of(uint64_t digest, const struct text *content) {
    for (size_t i = 0; i < content->size; i++)
        digest = (digest ^ (unsigned char)content->data[i]) * 1099511628211u; /* FNV-1a */
    return digest;
}

/* The path of one file, after a look into it; NULL where it was not given or after a mistake was written. */
static char *read_file(struct build *build, const struct entry *entry, const char *key,
                       const struct setting *setting, bool is_secret, uint64_t *digest) {
    if (!setting_given(setting))
        return NULL;
    char *path = config_resolve_path(build, setting->text);
    struct text content = {0};
    mode_t mode = 0;
    int error = path ? file_read(path, TLS_FILE_MOST, &content, &mode) : 0;
    if (error)
        entry_add_mistake(entry, key, setting, &build->mistakes, "cannot read %s: %s", path,
                          file_error_text(error));
    else if (path && is_secret && (mode & S_IROTH))
        entry_add_mistake(entry, key, setting, &build->mistakes, "everybody can read %s: chmod 640 %s", path,
                          path);
    *digest = digest_of(*digest, &content);
    if (content.data)
        explicit_bzero(content.data, content.room);
    text_done(&content);
    return path;
}

void config_build_tls(struct build *build, const struct sink_settings *settings, struct tls_config *tls) {
    const struct entry *entry = &settings->entry;
    const struct setting *certificate = &settings->certificate_file, *key = &settings->key_file;
    tls->digest = 14695981039346656037u;
    tls->ca_file = read_file(build, entry, "ca_file", &settings->ca_file, false, &tls->digest);
    tls->certificate_file = read_file(build, entry, "certificate_file", certificate, false, &tls->digest);
    tls->key_file = read_file(build, entry, "key_file", key, true, &tls->digest);
    if (setting_given(certificate) != setting_given(key))
        entry_add_mistake(entry, setting_given(key) ? "key_file" : "certificate_file",
                          setting_given(key) ? key : certificate, &build->mistakes,
                          "certificate_file and key_file go together");
}
