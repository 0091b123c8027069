/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: read from files that not everybody can read, forgotten when freed, and never part of a message. */
#ifndef HALLWATCH_MODEL_SECRET_H
#define HALLWATCH_MODEL_SECRET_H

#include <stddef.h>

/*
 * The first line of the file at `path`, to be freed with secret_free. NULL: `why` says what is wrong and
 * what to do.
 */
char *secret_read(const char *path, char *why, size_t size);

/* Overwrites and frees; NULL is fine. */
void secret_free(char *secret);

#endif
