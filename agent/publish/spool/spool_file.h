/* SPDX-License-Identifier: Apache-2.0 */
/* A spool's folder: who has it, and files that are put out of the way. */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_FILE_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_FILE_H

#include "publish/spool/spool.h"

/* What a spool's file is called, without its end. */
const char *spool_file_name(enum spool_kind kind);

/*
 * Makes the folder and locks FOLDER/NAME.lock as long as *lock, a descriptor, is open. ERROR_BUSY: another
 * process has it; ERROR_SYSTEM with errno.
 */
int spool_file_lock(const char *folder, const char *name, int *lock);

/*
 * Why a file that SQLite would take for a new one is none: it has lost what it held. NULL where it has not,
 * or is not there.
 */
const char *spool_file_fault(const char *path);

/* Removes the file at `path`, with its log. 0 or ERROR_SYSTEM with errno. */
int spool_file_remove(const char *path);

/* Renames the file at `path`, with its log, and says so and why. 0 or ERROR_SYSTEM. */
int spool_file_set_aside(const char *path, const char *why);

#endif
