/* SPDX-License-Identifier: Apache-2.0 */
/* Words and numbers of a verdict. */
#include "command/prove_report.h"

#include <inttypes.h>
#include <string.h>

#include "command/prove_time.h"

enum { LINES_MOST = 20 /* ranges that people are shown */ };

static void print_name(const struct prove_stream *stream, FILE *out) {
    struct text line = {0};
    text_add_string(&line, "stream ");
    text_add_printable(&line, stream->name);
    if (stream->gateway) {
        text_add_string(&line, " of ");
        text_add_printable(&line, stream->gateway);
    }
    if (stream->site) {
        text_add_string(&line, ", site ");
        text_add_printable(&line, stream->site);
    }
    fputs(line.failed ? stream->name : line.data, out);
    text_done(&line);
}

static void print_rows(const struct prove_verdict *verdict, FILE *out) {
    static const char *const words[N_PROVE_REASONS] = {
        [PROVE_DROPPED] = "dropped or never used, as markers tell",
        [PROVE_THINNED] = "thinned, as markers tell",
        [PROVE_SET_ASIDE] = "refused and set aside",
        [PROVE_WAITING] = "not yet sent",
    };
    char from[PROVE_TIME_SIZE], to[PROVE_TIME_SIZE];
    prove_time_write(verdict->least_ms, from);
    prove_time_write(verdict->most_ms, to);
    fprintf(out, "  rows %" PRIu64 " to %" PRIu64, verdict->lowest, verdict->highest);
    if (verdict->least_ms != PROVE_NO_TIME)
        fprintf(out, ", %s to %s UTC", from, to);
    fputc('\n', out);
    fprintf(out, "  %" PRIu64 " received", verdict->received);
    for (size_t i = 0; i < N_PROVE_REASONS; i++)
        if (verdict->accounted[i] > 0)
            fprintf(out, ", %" PRIu64 " %s", verdict->accounted[i], words[i]);
    if (verdict->again > 0)
        fprintf(out, "; %" PRIu64 " came again", verdict->again);
    fputc('\n', out);
}

static void print_missing(const struct prove_verdict *verdict, FILE *out) {
    for (size_t i = 0; i < verdict->n_missing && i < LINES_MOST; i++) {
        const struct prove_range *range = &verdict->ranges[i];
        char after[PROVE_TIME_SIZE], before[PROVE_TIME_SIZE];
        prove_time_write(range->first_ms, after);
        prove_time_write(range->last_ms, before);
        fprintf(out, "  missing: %" PRIu64, range->first);
        if (range->last > range->first)
            fprintf(out, " to %" PRIu64 ", %" PRIu64 " rows", range->last, range->last - range->first + 1);
        fprintf(out, ", between %s and %s\n", after, before);
    }
    if (verdict->n_missing > LINES_MOST)
        fprintf(out, "  and %zu more ranges\n", verdict->n_missing - LINES_MOST);
}

void prove_report_print(const struct prove_stream *stream, const struct prove_verdict *verdict, FILE *out) {
    print_name(stream, out);
    if (verdict->lowest == 0) {
        fputs(": no row of this time", out);
        fputs(verdict->begins_late || verdict->ends_early ? ", and none on both sides of it\n" : "\n", out);
        return;
    }
    if (!prove_verdict_is_complete(verdict) && verdict->missing == 0)
        fputs(": not proven\n", out);
    else if (verdict->missing > 0)
        fprintf(out, ": %" PRIu64 " row%s missing\n", verdict->missing,
                verdict->missing == 1 ? " is" : "s are");
    else
        fputs(": nothing is missing\n", out);
    print_rows(verdict, out);
    print_missing(verdict, out);
    if (verdict->newest_missing > 0 && verdict->received > 0)
        fprintf(out,
                "  the newest %" PRIu64 " were acknowledged, but databases show them seconds later:\n"
                "  (sleep 5; curl ...) | hallwatch prove - --against ...\n",
                verdict->newest_missing);
    if (verdict->begins_late)
        fputs("  it begins after --from: whether there were rows before, nothing says\n", out);
    if (verdict->ends_early)
        fputs("  it ends before --to: whether there were rows after, nothing says\n", out);
    if (verdict->other > 0)
        fprintf(out,
                "  %" PRIu64 " of these again are other rows: two agents number one stream, from copies of "
                "one spool\n",
                verdict->other);
}

static void add_time(struct text *text, const char *name, int64_t time_ms) {
    if (time_ms == PROVE_NO_TIME)
        text_add_format(text, ",\"%s\":null", name);
    else
        text_add_format(text, ",\"%s\":%" PRId64, name, time_ms);
}

static void add_name(struct text *text, const char *name, const char *value) {
    if (!value)
        return;
    text_add_format(text, ",\"%s\":", name);
    text_add_json(text, value);
}

void prove_report_add_json(const struct prove_stream *stream, const struct prove_verdict *verdict,
                           struct text *text) {
    text_add_string(text, "{\"stream\":");
    text_add_json(text, stream->name);
    add_name(text, "site", stream->site);
    add_name(text, "gateway", stream->gateway);
    text_add_format(text, ",\"from\":%" PRIu64 ",\"to\":%" PRIu64, verdict->lowest, verdict->highest);
    add_time(text, "from_ms", verdict->least_ms);
    add_time(text, "to_ms", verdict->most_ms);
    text_add_format(text, ",\"received\":%" PRIu64 ",\"repeated\":%" PRIu64 ",\"missing\":%" PRIu64,
                    verdict->received, verdict->again, verdict->missing);
    for (enum prove_reason i = 0; i < N_PROVE_REASONS; i++)
        text_add_format(text, ",\"%s\":%" PRIu64, prove_reason_word(i), verdict->accounted[i]);
    text_add_format(text, ",\"newest_missing\":%" PRIu64, verdict->newest_missing);
    text_add_format(text, ",\"other_rows\":%" PRIu64 ",\"begins_late\":%s,\"ends_early\":%s", verdict->other,
                    verdict->begins_late ? "true" : "false", verdict->ends_early ? "true" : "false");
    text_add_string(text, ",\"missing_ranges\":[");
    for (size_t i = 0; i < verdict->n_missing && i < PROVE_MISSING_MOST; i++) {
        const struct prove_range *range = &verdict->ranges[i];
        text_add_format(text, "%s{\"from\":%" PRIu64 ",\"to\":%" PRIu64, i ? "," : "", range->first,
                        range->last);
        add_time(text, "after_ms", range->first_ms);
        add_time(text, "before_ms", range->last_ms);
        text_add_char(text, '}');
    }
    text_add_string(text, "]}");
}
