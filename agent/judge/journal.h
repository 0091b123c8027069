/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operators' journal: what people have ordered, one JSON object to a line, only ever added to. It is the
 * audit, and what the running agent goes by:
 *
 *   {"time":1764000000000,"uid":1001,"order":"maintain","of":"ups-a2","until":1764010000000,"by":"kim",
 *    "why":"battery replacement"}
 *
 * Lines of any origin. Pure; whoever reads or writes the file is elsewhere.
 */
#ifndef HALLWATCH_JUDGE_JOURNAL_H
#define HALLWATCH_JUDGE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define JOURNAL_FILE "operator.jsonl"

enum order_kind {
    ORDER_MAINTAIN, /* a node goes out of service until then */
    ORDER_END,      /* it comes back */
    ORDER_RESET,    /* what an alarm latches is over */
    N_ORDERS
};

enum { ORDER_NAME_MOST = 128, ORDER_WHY_MOST = 500, JOURNAL_LINE_MOST = 4096 };
enum { MAINTENANCE_DAYS_MOST = 30, MAINTENANCE_MOST = 4096 /* nodes at once */ };

struct journal_order {
    enum order_kind kind;
    int64_t time_ms;              /* wall clock: when it was given */
    int64_t until_ms;             /* of ORDER_MAINTAIN */
    uint32_t uid;                 /* whose process wrote it */
    char of[ORDER_NAME_MOST + 1]; /* the node, or the alarm's id */
    char by[ORDER_NAME_MOST + 1], why[ORDER_WHY_MOST + 1];
};

/*
 * The order of a line (without its end). NULL, or what is wrong with it: then nothing of it is to be
 * believed.
 */
const char *journal_parse(const char *line, size_t size, struct journal_order *order);
/* Adds the line, with its end. */
void journal_write(const struct journal_order *order, struct text *text);

/* What is wrong with a name or a reason that somebody gives; NULL: nothing. */
const char *journal_why_not(const char *text, size_t most);

/* Which nodes are out of service, by what was ordered so far. Zeroed: none. */
struct maintenance {
    struct journal_order *orders; /* by the order of their being given; the last of each node */
    size_t n;
};
/* An order that follows those before. False when out of memory, or there are too many. */
bool maintenance_take(struct maintenance *maintenance, const struct journal_order *order);
/* Those that ended before `now_ms` are forgotten. */
void maintenance_expire(struct maintenance *maintenance, int64_t now_ms);
void maintenance_done(struct maintenance *maintenance);

#endif
