/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' journal as commands use it: who writes is told from, and what is in it. */
#ifndef HALLWATCH_COMMAND_OPERATOR_JOURNAL_H
#define HALLWATCH_COMMAND_OPERATOR_JOURNAL_H

#include "judge/journal.h"
#include "model/config.h"

/*
 * The configuration, without its secrets, at `path` (NULL: SERVICE_CONFIG), which must have a folder for the
 * journal. STATUS_OK, or STATUS_USAGE after saying why not. `command` is who says it.
 */
int operator_config_load(const char *command, const char *path, const char *gateway,
                         struct site_config **config);

/*
 * Sets who and why of an order, and the time. STATUS_OK, or STATUS_USAGE after saying what is missing or
 * wrong. `of` is whom it is about.
 */
int operator_order_fill(const char *command, struct journal_order *order, const char *of, const char *by,
                        const char *why);

/*
 * Adds the order to the journal in the folder, whole and on the disk, whoever else writes at the same time.
 * STATUS_OK, or STATUS_FAILED after saying why not: then nothing was added.
 */
int operator_journal_add(const char *command, const char *folder, const struct journal_order *order);

/* Who is out of service at `now_ms` by the journal. STATUS_OK, or STATUS_FAILED after saying why. */
int operator_journal_read(const char *command, const char *folder, int64_t now_ms,
                          struct maintenance *maintenance);

#endif
