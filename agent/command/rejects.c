/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch rejects`: what receivers have refused for good, as the spool keeps it. Reads only. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"
#include "command/command.h"
#include "command/options.h"
#include "command/prove_time.h"
#include "model/config.h"
#include "publish/spool/spool_file.h"
#include "publish/spool/spool_look.h"

enum { READINGS_SHOWN = 10, SINKS_MOST = 64 };

/* Of one sink over both files. */
struct count {
    char sink[64];
    uint64_t rejected, kept; /* readings */
};

struct listing {
    const char *sink; /* NULL: all */
    bool json;
    struct count counts[SINKS_MOST];
    size_t n;
    uint64_t shown; /* rows */
};

static int fail(const char *what, const char *why) {
    fprintf(stderr, "hallwatch rejects: %s: %s\n", what, why);
    return STATUS_USAGE;
}

static struct count *count_of(struct listing *listing, const char *sink) {
    for (size_t i = 0; i < listing->n; i++)
        if (strcmp(listing->counts[i].sink, sink) == 0)
            return &listing->counts[i];
    if (listing->n == SINKS_MOST)
        return NULL;
    struct count *count = &listing->counts[listing->n++];
    snprintf(count->sink, sizeof(count->sink), "%s", sink);
    return count;
}

static bool is_there(const struct spool_row *row, uint32_t i) {
    return row->qualities[i] != QUALITY_ABSENT && row->qualities[i] != QUALITY_ENDED;
}

static const char *name_of(const struct spool_row *row) {
    if (!row)
        return "?";
    return device_view_name(row->view);
}

/* --- for people --- */

static void add_reading(struct text *text, const struct spool_row *row, uint32_t i) {
    const struct series *series = &row->view->series[row->first + i];
    struct labels own, labels;
    series_write_labels(row->view, &(const struct series){0}, &own);
    series_write_labels(row->view, series, &labels);
    text_add_format(text, "    %s", catalog_quantity(series->quantity)->name);
    for (size_t k = own.n; k < labels.n; k++) {
        text_add_format(text, " %s=", labels.label[k].name);
        text_add_printable(text, labels.label[k].value);
    }
    text_add_char(text, ' ');
    text_add_number(text, row->values[i]);
    text_add_format(text, " %s\n", quality_word((enum quality)row->qualities[i]));
}

static void add_readings(struct text *text, const struct spool_row *row) {
    uint32_t shown = 0;
    for (uint32_t i = 0; i < row->n && shown < READINGS_SHOWN; i++)
        if (is_there(row, i)) {
            add_reading(text, row, i);
            shown++;
        }
    if (row->readings > shown)
        text_add_format(text, "    and %u more readings (--json shows them)\n", row->readings - shown);
}

static void add_refusal(struct text *text, const struct spool_refusal *refusal) {
    char time[PROVE_TIME_SIZE];
    prove_time_write(refusal->time_ms, time);
    text_add_format(text, "%s  ", time);
    text_add_printable(text, refusal->sink);
    text_add_string(text, "  ");
    text_add_printable(text, name_of(refusal->columns));
    text_add_format(text, ", row %" PRIu64 ": %" PRIu64, refusal->row, refusal->readings);
    if (refusal->columns)
        text_add_format(text, " of %u", refusal->columns->readings);
    text_add_string(text, " readings\n  ");
    text_add_printable(text, refusal->words);
    text_add_char(text, '\n');
    if (refusal->columns)
        add_readings(text, refusal->columns);
}

static void print_counts(const struct listing *listing) {
    for (size_t i = 0; i < listing->n; i++) {
        const struct count *count = &listing->counts[i];
        struct text name = {0};
        text_add_printable(&name, count->sink);
        if (count->rejected > count->kept && !name.failed)
            printf("%s: %" PRIu64 " readings were refused in all; what was kept of them is above\n",
                   name.data, count->rejected);
        text_done(&name);
    }
    if (listing->shown == 0)
        puts("nothing is set aside");
}

/* --- as JSON --- */

static void add_json_labels(struct text *text, const struct labels *labels, size_t from) {
    for (size_t i = from; i < labels->n; i++) {
        text_add_format(text, ",\"%s\":", labels->label[i].name);
        text_add_json(text, labels->label[i].value);
    }
}

static void add_json_readings(struct text *text, const struct spool_row *row) {
    struct labels own, labels;
    bool is_first = true;
    series_write_labels(row->view, &(const struct series){0}, &own);
    add_json_labels(text, &own, 0);
    text_add_string(text, ",\"readings\":[");
    for (uint32_t i = 0; i < row->n; i++) {
        if (!is_there(row, i))
            continue;
        const struct series *series = &row->view->series[row->first + i];
        series_write_labels(row->view, series, &labels);
        text_add_format(text, "%s{\"metric\":\"%s\"", is_first ? "" : ",",
                        catalog_quantity(series->quantity)->name);
        add_json_labels(text, &labels, own.n);
        text_add_string(text, ",\"value\":");
        if (row->values[i] - row->values[i] == 0)
            text_add_number(text, row->values[i]);
        else
            text_add_string(text, "null"); /* NaN or an infinity */
        text_add_format(text, ",\"quality\":\"%s\"}", quality_word((enum quality)row->qualities[i]));
        is_first = false;
    }
    text_add_char(text, ']');
}

static void add_json(struct text *text, const struct spool_refusal *refusal, const char *stream) {
    text_add_string(text, "{\"sink\":");
    text_add_json(text, refusal->sink);
    text_add_string(text, ",\"stream\":");
    text_add_json(text, stream);
    text_add_format(text, ",\"sequence\":%" PRIu64 ",\"time\":%" PRId64 ",\"refused\":%" PRIu64 ",\"words\":",
                    refusal->row, refusal->time_ms, refusal->readings);
    text_add_json(text, refusal->words);
    if (refusal->columns)
        add_json_readings(text, refusal->columns);
    text_add_string(text, "}\n");
}

/* --- the list --- */

static int list_rows(struct listing *listing, struct spool_look *look) {
    struct spool_refusal refusal;
    struct text text = {0};
    bool failed = false;
    int error;
    while ((error = spool_look_next_refusal(look, &refusal)) == 0) {
        bool is_wanted = !listing->sink || strcmp(listing->sink, refusal.sink) == 0;
        struct count *count = is_wanted ? count_of(listing, refusal.sink) : NULL;
        if (count)
            count->kept += refusal.readings;
        text_clear(&text);
        if (is_wanted && listing->json)
            add_json(&text, &refusal, spool_look_identity(look)->stream);
        else if (is_wanted)
            add_refusal(&text, &refusal);
        if (refusal.columns)
            spool_release(refusal.columns);
        if (text.size > 0)
            fwrite(text.data, 1, text.size, stdout);
        listing->shown += is_wanted;
        failed |= text.failed;
    }
    text_done(&text);
    return error == ERROR_NOT_FOUND ? (failed ? ERROR_MEMORY : 0) : error;
}

static void count_all(struct listing *listing, struct spool_look *look) {
    struct spool_place place;
    for (size_t i = 0; spool_look_place(look, i, &place); i++) {
        struct count *count =
            !listing->sink || strcmp(listing->sink, place.sink) == 0 ? count_of(listing, place.sink) : NULL;
        if (count)
            count->rejected += place.rejected;
    }
}

static int list_file(struct listing *listing, const char *folder, enum spool_kind kind) {
    struct spool_look *look;
    char why[200], path[4200];
    snprintf(path, sizeof(path), "%s/%s.db", folder, spool_file_name(kind));
    if (spool_look_open(folder, kind, &look, why, sizeof(why)) != 0)
        return fail(path, why);
    count_all(listing, look);
    spool_look_let_go(look); /* what is written to may be a pager */
    int error = list_rows(listing, look);
    spool_look_close(look);
    return error ? fail(path, error_word(error)) : STATUS_OK;
}

static int list(struct listing *listing, const char *folder) {
    int status = STATUS_OK;
    for (enum spool_kind kind = SPOOL_URGENT; kind < N_SPOOLS && status == STATUS_OK; kind++)
        status = list_file(listing, folder, kind);
    if (status == STATUS_OK && !listing->json)
        print_counts(listing);
    return status;
}

/* The folder of the spool that the configuration names. */
static int list_of_config(struct listing *listing, const char *path) {
    struct site_config *config;
    if (config_load_without_secrets(path, NULL, stderr, &config) != 0)
        return STATUS_USAGE;
    int status = config->spool.folder
                     ? list(listing, config->spool.folder)
                     : fail(path, "it has no spool: what is refused is only counted, and said in the log");
    config_free(config);
    return status;
}

static int run(int argc, char **argv) {
    struct listing listing = {0};
    const char *path;
    const struct option options[] = {{"sink", .value = &listing.sink}, {"json", .flag = &listing.json}};
    struct stat found;
    if (options_read(argc, argv, options, sizeof(options) / sizeof(options[0]), &path, 1, 1) < 0)
        return STATUS_USAGE;
    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        return list(&listing, path);
    return list_of_config(&listing, path);
}

const struct command command_rejects = {
    .name = "rejects",
    .summary = "list what receivers have refused for good",
    .help =
        "rejects CONFIG|FOLDER [--sink NAME] [--json]\n\n"
        "Lists the rows of which a receiver has refused readings for good, as the spool in FOLDER, or the "
        "one that\n"
        "CONFIG names, keeps them: alarms first, of each the newest last. The newest thousand are kept, in "
        "at most\n"
        "16 MiB; of what was refused beyond these, how much it was.\n\n"
        "  --sink NAME  only of this sink\n"
        "  --json       one JSON object to a row, with all its readings\n\n"
        "Exit status: 0 they are listed, 2 the configuration or the spool cannot be read.\n",
    .run = run,
};
