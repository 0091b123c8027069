/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallwatch prove`: from what a receiver has, says of each stream which rows came, came again and are
 * missing.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "command/command.h"
#include "command/options.h"
#include "command/prove_against.h"
#include "command/prove_input.h"
#include "command/prove_report.h"
#include "command/prove_time.h"

enum { CHUNK = 1 << 18 };

struct question {
    const char *file, *from, *to, *against, *sink;
    bool json;
};

static int fail(const char *file, const char *what) {
    fprintf(stderr, "hallwatch prove: %s: %s\n", file, what);
    return STATUS_USAGE;
}

static int read_window(const struct question *question, struct prove_streams *streams) {
    streams->from_ms = question->from ? prove_time_of(question->from) : INT64_MIN;
    streams->to_ms = question->to ? prove_time_of(question->to) : INT64_MAX;
    if (question->from && streams->from_ms == INT64_MIN)
        return fail(question->from, "no time: write 2026-11-27T01:02:03Z, or seconds since 1970");
    if (question->to && streams->to_ms == INT64_MIN)
        return fail(question->to, "no time: write 2026-11-27T01:02:03Z, or seconds since 1970");
    return STATUS_OK;
}

static const char *explain(int error) {
    return error == ERROR_TOO_BIG
               ? "more streams, or rows further apart, or more numbers in one series, than "
                 "can be held"
               : error_word(error);
}

/* Everything that is in the file. */
static int read_all(int file, const char *name, struct prove_reader *reader) {
    char *chunk = malloc(CHUNK);
    struct prove_input input;
    int error = 0;
    ssize_t n = chunk ? 1 : -1;
    prove_input_init(&input, reader, name, stderr);
    while (chunk && !error && (n = read(file, chunk, CHUNK)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        error = prove_input_feed(&input, chunk, (size_t)n);
    }
    free(chunk);
    if (n < 0)
        return fail(name, strerror(errno));
    if (error)
        return fail(name, explain(error));
    prove_input_end(&input);
    if (prove_reader_found(reader) == 0)
        return fail(name,
                    "no row is in it: it is no broker's capture and no answer with facility_row_sequence");
    return STATUS_OK;
}

static int read_file(const char *name, struct prove_streams *streams, bool *is_whole) {
    bool is_stdin = strcmp(name, "-") == 0;
    int file = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(name, strerror(errno));
    struct prove_reader *reader = prove_reader_new(streams);
    int status = reader ? read_all(file, is_stdin ? "standard input" : name, reader)
                        : fail(name, error_word(ERROR_MEMORY));
    *is_whole = reader && !prove_reader_is_partial(reader);
    prove_reader_free(reader);
    if (!is_stdin)
        close(file);
    return status;
}

/* Of all streams. */
struct total {
    uint64_t missing, accounted[N_PROVE_REASONS];
    bool is_complete;
};

static void print_end(const struct total *total, size_t n_streams) {
    static const char *const words[N_PROVE_REASONS] = {
        [PROVE_DROPPED] = "dropped or never used",
        [PROVE_THINNED] = "thinned",
        [PROVE_SET_ASIDE] = "refused",
        [PROVE_WAITING] = "not yet sent",
    };
    const char *plural = n_streams == 1 ? "" : "s", *next = ", but for ";
    if (total->missing > 0) {
        printf("not complete: %" PRIu64 " row%s missing, %zu stream%s\n", total->missing,
               total->missing == 1 ? " is" : "s are", n_streams, plural);
        return;
    }
    if (!total->is_complete) {
        printf("not proven: nothing is missing of what can be told, %zu stream%s\n", n_streams, plural);
        return;
    }
    printf("complete: nothing is missing, %zu stream%s", n_streams, plural);
    for (size_t i = 0; i < N_PROVE_REASONS; i++) {
        if (total->accounted[i] == 0)
            continue;
        printf("%s%" PRIu64 " %s", next, total->accounted[i], words[i]);
        next = ", ";
    }
    putchar('\n');
}

static void add_up(struct total *total, const struct prove_verdict *verdict) {
    total->missing += verdict->missing;
    total->is_complete = total->is_complete && prove_verdict_is_complete(verdict);
    for (size_t i = 0; i < N_PROVE_REASONS; i++)
        total->accounted[i] += verdict->accounted[i];
}

static int judge(struct prove_streams *streams, bool is_whole, bool json) {
    struct prove_verdict *verdict = malloc(sizeof(*verdict));
    struct text text = {0};
    struct total total = {.is_complete = is_whole};
    if (!verdict)
        return STATUS_USAGE;
    for (size_t i = 0; i < streams->n; i++) {
        prove_stream_judge(streams, streams->at[i], verdict);
        add_up(&total, verdict);
        if (json && i > 0)
            text_add_char(&text, ',');
        if (json)
            prove_report_add_json(streams->at[i], verdict, &text);
        else
            prove_report_print(streams->at[i], verdict, stdout);
    }
    free(verdict);
    if (json)
        printf("{\"complete\":%s,\"whole\":%s,\"streams\":[%s]}\n", total.is_complete ? "true" : "false",
               is_whole ? "true" : "false", text.data ? text.data : "");
    else
        print_end(&total, streams->n);
    bool failed = text.failed;
    text_done(&text);
    if (failed)
        return fail("--json", error_word(ERROR_MEMORY));
    return total.is_complete ? STATUS_OK : STATUS_FAILED;
}

static int run(int argc, char **argv) {
    struct question question = {0};
    const struct option options[] = {{"from", .value = &question.from},
                                     {"to", .value = &question.to},
                                     {"against", .value = &question.against},
                                     {"sink", .value = &question.sink},
                                     {"json", .flag = &question.json}};
    struct prove_streams streams = {0};
    bool is_whole = true;
    if (options_read(argc, argv, options, sizeof(options) / sizeof(options[0]), &question.file, 1, 1) < 0)
        return STATUS_USAGE;
    if ((question.sink && !question.against) || (question.against && (question.from || question.to))) {
        fputs("hallwatch prove: --sink goes with --against, --from and --to go without\n", stderr);
        return STATUS_USAGE;
    }
    int status = read_window(&question, &streams);
    if (status == STATUS_OK && question.against) /* before: what comes meanwhile is not yet expected */
        status = prove_against(&streams, question.against, question.sink);
    if (status == STATUS_OK)
        status = read_file(question.file, &streams, &is_whole);
    if (status == STATUS_OK)
        status = judge(&streams, is_whole, question.json);
    prove_streams_done(&streams);
    return status;
}

const struct command command_prove = {
    .name = "prove",
    .summary = "prove from a broker's capture or a database's answer that nothing is missing",
    .help =
        "prove FILE [--from TIME] [--to TIME] [--json]\n"
        "       hallwatch prove FILE --against FOLDER [--sink NAME] [--json]\n\n"
        "Reads what a receiver has and says of each stream which rows came, came again and are missing. "
        "FILE, "
        "or - for\n"
        "standard input, is what mosquitto_sub printed (with -v, or as JSON lines), an export of "
        "VictoriaMetrics\n"
        "(/api/v1/export), or an answer of Prometheus or InfluxDB 1; its first bytes do not matter, its "
        "content does.\n"
        "Of databases it reads the series facility_row_sequence, facility_gap_first_sequence and "
        "facility_gap_last_sequence.\n\n"
        "  --from TIME  only rows from that time on; 2026-11-27T01:02:03Z, or seconds since 1970\n"
        "  --to TIME    and up to that\n"
        "               rows of one time do not follow each other exactly: let FILE hold a minute more on "
        "either side;\n"
        "               times are UTC\n"
        "  --against FOLDER  hold it against the spool in FOLDER, too, also while its agent runs: every "
        "row that is "
        "committed\n"
        "               there and not waiting is expected, but for those that the receiver has refused\n"
        "  --sink NAME  the sink whose receiver FILE is of, where the spool is of several\n"
        "  --json       one JSON object with everything\n\n"
        "Exit status: 0 nothing is missing, 1 something is or cannot be told, 2 no row could be read.\n",
    .run = run,
};
