/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a small file whole. */
#ifndef HALLWATCH_BASE_FILE_H
#define HALLWATCH_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"

/*
 * Adds the contents of the file at `path`, at most `most` bytes, to `text`; *mode (may be NULL) is who may
 * read it. Returns 0, ERROR_NOT_FOUND, ERROR_ARGUMENT (no regular file), ERROR_TOO_BIG, ERROR_MEMORY, or
 * ERROR_SYSTEM with errno.
 */
int file_read(const char *path, size_t most, struct text *text, mode_t *mode);

/* What such an error means, for people: "no such file", "the file is too big", "Permission denied". */
const char *file_error_text(int error);

#endif
