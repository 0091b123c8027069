/* SPDX-License-Identifier: Apache-2.0 */
/* base/log.h: the form of a line, and how often ongoing trouble is said. */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* Standard error goes to a file while a test runs. */
struct capture {
    FILE *file;
    int saved;
    char text[4096];
};

static void capture_begin(struct capture *capture) {
    capture->file = tmpfile();
    assert_non_null(capture->file);
    capture->saved = dup(STDERR_FILENO);
    assert_true(capture->saved >= 0);
    assert_true(dup2(fileno(capture->file), STDERR_FILENO) >= 0);
}

static const char *capture_end(struct capture *capture) {
    assert_true(dup2(capture->saved, STDERR_FILENO) >= 0);
    close(capture->saved);
    rewind(capture->file);
    capture->text[fread(capture->text, 1, sizeof(capture->text) - 1, capture->file)] = '\0';
    fclose(capture->file);
    return capture->text;
}

static void line_names_level_and_subject(void **state) {
    (void)state;
    struct capture capture;
    capture_begin(&capture);
    log_write(LOG_ERROR, "pdu-a1", "no answer from %s", "10.0.0.5");
    log_write(LOG_NOTICE, "랙\x1b[2J", "two\nlines");
    assert_string_equal(capture_end(&capture), "ERROR pdu-a1: no answer from 10.0.0.5\n"
                                               "NOTICE 랙\\x1b[2J: two\\x0alines\n");
}

static void trouble_is_said_at_growing_intervals(void **state) {
    (void)state;
    struct capture capture;
    struct complaint complaint = {0};
    capture_begin(&capture);
    for (int64_t now_ms = 0; now_ms <= 75000; now_ms += 5000)
        log_complain(&complaint, now_ms, "pdu-a1", "silent");
    log_relieve(&complaint, 80000, "pdu-a1", "answers again");
    log_relieve(&complaint, 90000, "pdu-a1", "answers again");
    log_complain(&complaint, 100000, "pdu-a1", "silent");
    assert_string_equal(capture_end(&capture), "WARNING pdu-a1: silent\n"
                                               "WARNING pdu-a1: silent (for 10 s, 3 times)\n"
                                               "WARNING pdu-a1: silent (for 30 s, 7 times)\n"
                                               "WARNING pdu-a1: silent (for 70 s, 15 times)\n"
                                               "NOTICE pdu-a1: answers again (after 80 s)\n"
                                               "WARNING pdu-a1: silent\n");
}

static void trouble_is_said_at_least_hourly(void **state) {
    (void)state;
    struct capture capture;
    struct complaint complaint = {0};
    capture_begin(&capture);
    for (int64_t now_ms = 0; now_ms < 24 * 3600000LL; now_ms += 1000)
        log_complain(&complaint, now_ms, "pdu-a1", "silent");
    const char *text = capture_end(&capture);
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    assert_in_range(lines, 9 + 22, 9 + 24); /* nine doublings reach the hour */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_names_level_and_subject),
        cmocka_unit_test(trouble_is_said_at_growing_intervals),
        cmocka_unit_test(trouble_is_said_at_least_hourly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
