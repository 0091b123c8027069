/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what a status document says of delivery. */
#include "command/status_sinks.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "command/status_digest.h"
#include "command/table.h"

enum {
    BEHIND_MS = 60000, /* what waits longer is worth a word */
    STEADY_MS = 60000, /* what was counted for less says nothing of a day */
    QUOTE_MOST = 160,  /* bytes of somebody's words in a line */
};

/* --- numbers --- */

/* "123", "123 k", "1.23 M": three digits; whole below `whole`. */
static void write_scaled(double value, double whole, const char *unit, char *text, size_t size) {
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
    size_t i = 0;
    if (isnan(value)) {
        snprintf(text, size, "%s", "");
        return;
    }
    if (value >= whole)
        for (; value >= 999.5 && i + 1 < sizeof(prefixes) / sizeof(prefixes[0]); i++)
            value /= 1000;
    bool has_end = *prefixes[i] || *unit;
    snprintf(text, size, "%.*f%s%s%s",
             i == 0 || value >= 99.95 ? 0
             : value >= 9.995         ? 1
                                      : 2,
             value, has_end ? " " : "", prefixes[i], unit);
}

static void write_count(double count, char *text, size_t size) {
    write_scaled(count, 99999.5, "", text, size);
}

static void write_bytes(double bytes, char *text, size_t size) {
    write_scaled(bytes, 0, "B", text, size);
}

static void add_count(struct table *table, double count) {
    char text[32];
    write_count(count, text, sizeof(text));
    table_add(table, "%s", text);
}

static void add_bytes(struct table *table, double bytes) {
    char text[32];
    write_bytes(bytes, text, sizeof(text));
    table_add(table, "%s", text);
}

static double now_of(const json_t *document) {
    return status_number(document, "time");
}

/* Somebody's words, not too many of them. */
static void add_quote(struct text *text, const char *words) {
    size_t size = strlen(words);
    if (size <= QUOTE_MOST) {
        text_add_printable(text, words);
        return;
    }
    char start[QUOTE_MOST + 1];
    for (size = QUOTE_MOST; size > 0 && ((unsigned char)words[size] & 0xc0) == 0x80;)
        size--; /* not within a character */
    memcpy(start, words, size);
    start[size] = '\0';
    text_add_printable(text, start);
    text_add_string(text, " ...");
}

/* --- what waits --- */

static const json_t *parts_of(const json_t *document) {
    return json_object_get(json_object_get(document, "spool"), "parts");
}

/* Of all sinks; NAN where nothing waits. */
static double oldest_ms(const json_t *document) {
    const json_t *sinks = json_object_get(document, "sinks");
    double oldest = (double)NAN;
    for (size_t i = 0; i < json_array_size(sinks); i++)
        oldest = fmin(oldest, status_number(json_array_get(sinks, i), "waiting_since"));
    return oldest;
}

static bool has_disk(const json_t *part) {
    return !isnan(status_number(part, "disk"));
}

/* How long the spool of readings can go on as since its oldest row; NAN where that cannot be told. */
static double room_s(const json_t *document) {
    const json_t *parts = parts_of(document);
    double age_ms = now_of(document) - oldest_ms(document);
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        bool disk = has_disk(part);
        double used = status_number(part, disk ? "disk" : "memory");
        double most = status_number(part, disk ? "quota" : "memory_most");
        if (strcmp(status_text(part, "name"), "readings") == 0 && age_ms >= STEADY_MS && used > 0)
            return fmax(0, fmin(status_number(part, "quota_age") - age_ms / 1000, /* NAN: no bound */
                                (most - used) * age_ms / used / 1000));
    }
    return (double)NAN;
}

/* --- trouble --- */

/* "1234 readings wait; there is room for about 5 h more, then the oldest go" */
static void add_waiting(struct text *text, const json_t *document, const json_t *sink) {
    char count[32], span[32];
    double room = room_s(document), lost = status_number(sink, "dropped") + status_number(sink, "thinned");
    write_count(status_number(sink, "waiting"), count, sizeof(count));
    text_add_format(text, "  %s readings wait", count);
    status_write_span(room, span, sizeof(span));
    if (lost > 0) {
        write_count(lost, count, sizeof(count));
        text_add_format(text, ", %s are dropped or thinned", count);
    } else if (room > 0)
        text_add_format(text, "; there is room for about %s more, then the oldest go", span);
    text_add_char(text, '\n');
}

static void add_sink_trouble(struct text *text, const json_t *document, const json_t *sink) {
    char since[32], next[32];
    double next_s = (status_number(sink, "next_try") - now_of(document)) / 1000;
    bool is_denied = strcmp(status_text(sink, "state"), "denied") == 0;
    status_write_span((now_of(document) - status_number(sink, "since")) / 1000, since, sizeof(since));
    status_write_span(next_s, next, sizeof(next));
    text_add_string(text, "sink ");
    text_add_printable(text, status_text(sink, "name"));
    text_add_format(text, " %s for %s; ", is_denied ? "is turned away" : "gets nothing through", since);
    text_add_format(text, next_s > 0 ? "it tries again in %s\n  " : "it tries now\n  ", next);
    add_quote(text, status_text(sink, "receiver"));
    text_add_string(text, "\n  ");
    add_quote(text, status_text(sink, "error"));
    text_add_char(text, '\n');
    add_waiting(text, document, sink);
    text_add_string(text, is_denied ? "  check url, user and password or token of this sink\n"
                                    : "  check that the receiver runs, and the way to it\n");
}

static void add_part_trouble(struct text *text, const json_t *document, const json_t *part) {
    const char *folder = status_text(json_object_get(document, "spool"), "folder");
    if (!*folder)
        return;
    if (!has_disk(part)) {
        text_add_string(text, "spool ");
        text_add_printable(text, status_text(part, "name"));
        text_add_string(text, " is in memory only, ");
        text_add_printable(text, folder);
        text_add_string(text,
                        " could not be used: the log says why\n  put that right and restart the agent\n");
    } else if (json_is_true(json_object_get(part, "stuck"))) {
        text_add_string(text, "spool ");
        text_add_printable(text, status_text(part, "name"));
        text_add_string(text, ": the disk takes nothing: ");
        add_quote(text, status_text(part, "error"));
        text_add_string(text, "\n  rows stay in memory meanwhile; see to ");
        text_add_printable(text, folder);
        text_add_char(text, '\n');
    }
}

void status_print_sink_trouble(const json_t *document, FILE *out) {
    const json_t *sinks = json_object_get(document, "sinks"), *parts = parts_of(document);
    struct text text = {0};
    for (size_t i = 0; i < json_array_size(sinks); i++) {
        const json_t *sink = json_array_get(sinks, i);
        const char *state = status_text(sink, "state");
        if (strcmp(state, "retrying") == 0 || strcmp(state, "denied") == 0)
            add_sink_trouble(&text, document, sink);
    }
    for (size_t i = 0; i < json_array_size(parts); i++)
        add_part_trouble(&text, document, json_array_get(parts, i));
    if (text.size > 0 && !text.failed)
        fprintf(out, "%s\n", text.data);
    text_done(&text);
}

/* --- tables --- */

/* "sends", "sends, 12 min behind", "retries" */
static void add_state(struct table *table, const json_t *document, const json_t *sink) {
    const char *state = status_text(sink, "state");
    double age_ms = now_of(document) - status_number(sink, "waiting_since");
    char span[32];
    bool works = strcmp(state, "working") == 0;
    status_write_span(age_ms / 1000, span, sizeof(span));
    if (works && age_ms > BEHIND_MS)
        table_add(table, "sends, %s behind", span);
    else
        table_add(table, "%s", works ? "sends" : state);
}

/* What became of readings beside being sent. */
static const struct {
    const char *key, *heading;
} fates[] = {{"backlog", "BACKLOG"},
             {"retried", "RETRIES"},
             {"dropped", "DROPPED"},
             {"thinned", "THINNED"},
             {"rejected", "REJECTED"}};
enum { N_FATES = sizeof(fates) / sizeof(fates[0]), FIXED = 5 };

static bool any_has(const json_t *sinks, const char *key) {
    for (size_t i = 0; i < json_array_size(sinks); i++)
        if (status_number(json_array_get(sinks, i), key) > 0)
            return true;
    return false;
}

static void add_sink(struct table *table, const json_t *document, const json_t *sink, const bool *shown) {
    char rate[32];
    write_count(status_number(sink, "rate"), rate, sizeof(rate));
    table_add(table, "%s", status_text(sink, "name"));
    add_state(table, document, sink);
    table_add(table, "%s%s", rate, *rate ? "/s" : "");
    add_count(table, status_number(sink, "waiting"));
    add_count(table, status_number(sink, "sent"));
    for (size_t k = 0; k < N_FATES; k++)
        if (shown[k])
            add_count(table, status_number(sink, fates[k].key));
}

static void print_sink_table(const json_t *document, const json_t *sinks, FILE *out) {
    static const char *const headings[FIXED] = {"SINK", "STATE", "RATE", "WAITING", "SENT"};
    char alignment[FIXED + N_FATES + 1] = "llrrr";
    bool shown[N_FATES];
    struct table table;
    for (size_t k = 0; k < N_FATES; k++)
        if ((shown[k] = any_has(sinks, fates[k].key)))
            strcat(alignment, "r");
    table_init(&table, alignment);
    for (size_t i = 0; i < FIXED; i++)
        table_add(&table, "%s", headings[i]);
    for (size_t k = 0; k < N_FATES; k++)
        if (shown[k])
            table_add(&table, "%s", fates[k].heading);
    for (size_t i = 0; i < json_array_size(sinks); i++)
        add_sink(&table, document, json_array_get(sinks, i), shown);
    fputc('\n', out);
    table_print(&table, out);
    table_done(&table);
}

/* What was refused last, in the receiver's words. */
static void print_refusals(const json_t *document, const json_t *sinks, FILE *out) {
    for (size_t i = 0; i < json_array_size(sinks); i++) {
        const json_t *sink = json_array_get(sinks, i);
        struct text text = {0};
        char span[32], count[32];
        if (!*status_text(sink, "refusal"))
            continue;
        write_count(status_number(sink, "rejected"), count, sizeof(count));
        status_write_span((now_of(document) - status_number(sink, "refusal_time")) / 1000, span,
                          sizeof(span));
        text_add_printable(&text, status_text(sink, "name"));
        text_add_format(&text, ": refused %s ago, %s readings are set aside for good by now:\n  ", span,
                        count);
        add_quote(&text, status_text(sink, "refusal"));
        if (!text.failed)
            fprintf(out, "%s\n", text.data);
        text_done(&text);
    }
}

static void add_part(struct table *table, const json_t *part, double ran_ms) {
    double written = status_number(part, "written");
    table_add(table, "%s", status_text(part, "name"));
    add_bytes(table, status_number(part, "memory"));
    add_bytes(table, status_number(part, "memory_most"));
    add_bytes(table, status_number(part, "disk"));
    add_bytes(table, status_number(part, "quota"));
    add_bytes(table, written);
    add_bytes(table, ran_ms >= STEADY_MS ? written * 86400000 / ran_ms : (double)NAN);
}

static void print_spools(const json_t *document, const json_t *parts, FILE *out) {
    static const char *const headings[] = {"SPOOL", "MEMORY", "OF", "DISK", "OF", "WRITTEN", "PER DAY"};
    double ran_ms = now_of(document) - status_number(document, "started"), memory = 0, most = 0;
    char used[32], whole[32];
    bool disk = false;
    struct table table;
    table_init(&table, "lrrrrrr");
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        table_add(&table, "%s", headings[i]);
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        add_part(&table, part, ran_ms);
        disk |= has_disk(part);
        memory += status_number(part, "memory");
        most += status_number(part, "memory_most");
    }
    write_bytes(memory, used, sizeof(used));
    write_bytes(most, whole, sizeof(whole));
    fputc('\n', out);
    if (disk)
        table_print(&table, out);
    else
        fprintf(out, "spool: in memory only, %s of %s; what waits ends with the agent\n", used, whole);
    table_done(&table);
}

static void print_oldest(const json_t *document, FILE *out) {
    char span[32];
    double age_ms = now_of(document) - oldest_ms(document);
    if (!(age_ms > BEHIND_MS))
        return;
    status_write_span(age_ms / 1000, span, sizeof(span));
    fprintf(out, "the oldest that waits was read %s ago\n", span);
}

void status_print_sinks(const json_t *document, FILE *out) {
    const json_t *sinks = json_object_get(document, "sinks"), *parts = parts_of(document);
    if (json_array_size(sinks) == 0) {
        fputs("\nno sinks: readings are kept here only\n", out);
        return;
    }
    print_sink_table(document, sinks, out);
    print_refusals(document, sinks, out);
    if (json_array_size(parts) > 0)
        print_spools(document, parts, out);
    print_oldest(document, out);
}
