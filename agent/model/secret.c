/* SPDX-License-Identifier: Apache-2.0 */
/* Reads secrets and judges the modes of their files. */
#include "model/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

enum { SECRET_MOST = 1024 };

static bool is_usable(const struct text *content, mode_t mode, const char *path, char *why, size_t size) {
    if (mode & S_IROTH) {
        snprintf(why, size, "everybody can read %s: chmod 640 %s", path, path);
        return false;
    }
    if (content->size == 0) {
        snprintf(why, size, "%s is empty", path);
        return false;
    }
    for (size_t i = 0; i < content->size; i++) {
        unsigned char c = (unsigned char)content->data[i];
        if (c < 0x20 || c == 0x7f) {
            snprintf(why, size, "%s must hold one line of text", path);
            return false;
        }
    }
    return true;
}

char *secret_read(const char *path, char *why, size_t size) {
    struct text content = {0};
    mode_t mode = 0;
    char *secret = NULL;
    int error = file_read(path, SECRET_MOST, &content, &mode);
    if (error) {
        snprintf(why, size, "cannot read %s: %s", path, file_error_text(error));
    } else {
        while (content.size > 0 &&
               (content.data[content.size - 1] == '\n' || content.data[content.size - 1] == '\r'))
            content.data[--content.size] = '\0';
        if (is_usable(&content, mode, path, why, size)) {
            secret = strndup(content.data, content.size);
            if (!secret)
                snprintf(why, size, "out of memory");
        }
    }
    if (content.data)
        explicit_bzero(content.data, content.room);
    text_done(&content);
    return secret;
}

void secret_free(char *secret) {
    if (!secret)
        return;
    explicit_bzero(secret, strlen(secret));
    free(secret);
}
