/* SPDX-License-Identifier: Apache-2.0 */
/* serve/metrics.h and metrics_text.h: what is on the page and how it is written; http_health.h: what moves.
 */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serve/http_health.h"
#include "serve/http_pages.h"
#include "serve/metrics.h"
#include "serve/metrics_text.h"
#include "tests/sim/specimen.h"

enum { NOW_MS = 1000000000, SERIES = 10 };

static struct device_config devices[] = {
    {.name = "pdu-0",
     .number = 0,
     .interval_ms = {[RATE_NORMAL] = 1000, [RATE_FAST] = 1000, [RATE_SLOW] = 60000}},
    {.name = "pdu-1",
     .number = 1,
     .interval_ms = {[RATE_NORMAL] = 1000, [RATE_FAST] = 1000, [RATE_SLOW] = 60000}},
};
static const struct site_config config = {.devices = devices, .n_devices = 2};

static char *page_of(struct latest *latest, int64_t now_ms) {
    struct metrics *metrics = metrics_new(latest);
    struct text first = {0}, page = {0};
    assert_int_equal(metrics_write(metrics, &config, now_ms, &first), 0);
    assert_int_equal(metrics_write(metrics, &config, now_ms, &page), 0); /* what is kept does as well */
    assert_string_equal(first.data, page.data);
    text_done(&first);
    metrics_free(metrics);
    return page.data;
}

static size_t count(const char *page, const char *what) {
    size_t n = 0;
    for (const char *at = page; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void lines_stand_together_by_metric(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    for (uint32_t i = 0; i < 2; i++) {
        struct device_view *view = specimen_view(i, devices[i].name, SERIES);
        struct batch *batch = specimen_batch(view, NOW_MS, 1);
        latest_update(latest, batch);
        specimen_batch_free(batch);
        device_view_release(view);
    }
    char *page = page_of(latest, NOW_MS);
    assert_int_equal(count(page, "# TYPE "), SPECIMEN_QUANTITIES + 2); /* and two of info series */
    const char *power = strstr(page, "# HELP facility_active_power_watts "),
               *end = strstr(power + 1, "# HELP ");
    assert_int_equal(count(page, "\nfacility_active_power_watts{"), 2 * SERIES / SPECIMEN_QUANTITIES);
    const char *last = power;
    for (const char *at = power; (at = strstr(at, "\nfacility_active_power_watts{")); at++)
        last = at;
    assert_true(last < end);
    assert_non_null(
        strstr(page, "# TYPE facility_active_power_watts gauge\nfacility_active_power_watts{site=\"dc1\""));
    assert_int_equal(count(page, "facility_device_info{site=\"dc1\""), 2);
    free(page);
    latest_free(latest);
}

static char *page_after(uint8_t quality, double value, bool is_told, int64_t age_ms) {
    struct latest *latest = latest_new();
    struct device_view *view = specimen_view(1, "pdu-1", 1);
    struct batch *batch = specimen_batch(view, NOW_MS, 1);
    batch->qualities[0] = quality;
    batch->values[0] = value;
    batch->is_told = is_told;
    latest_update(latest, batch);
    char *page = page_of(latest, NOW_MS + age_ms);
    specimen_batch_free(batch);
    device_view_release(view);
    latest_free(latest);
    return page;
}

static void what_is_no_reading_of_now_is_left_out(void **state) {
    (void)state;
    static const struct {
        uint8_t quality;
        double value;
        bool is_told;
        int64_t age_ms;
        bool is_shown;
    } cases[] = {
        {QUALITY_GOOD, 1.5, false, 0, true},          {QUALITY_SUBSTITUTED, -1, false, 0, true},
        {QUALITY_STALE, 1, false, 0, false},          {QUALITY_BAD, 1, false, 0, false},
        {QUALITY_ENDED, 1, false, 0, false},          {QUALITY_GOOD, (double)INFINITY, false, 0, false},
        {QUALITY_GOOD, (double)NAN, false, 0, false}, {QUALITY_GOOD, 1, true, 0, false},
        {QUALITY_GOOD, 1, false, 8000, true},         {QUALITY_GOOD, 1, false, 8001, false},
        {QUALITY_GOOD, 1, false, -3600000, true}, /* the clock was set back */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *page = page_after(cases[i].quality, cases[i].value, cases[i].is_told, cases[i].age_ms);
        assert_int_equal(count(page, "pdu-1") > 0, cases[i].is_shown);
        free(page);
    }
}

/* Whether a reading of that rate is shown, of a device of which it is said that it is up, and late. */
static bool is_shown(enum rate rate, bool is_up, double late_s, int64_t age_ms) {
    struct latest *latest = latest_new();
    struct device_view *view = specimen_view(1, "pdu-1", 3);
    struct series *series = view->list->series;
    series[0].rate = (uint8_t)rate;
    series[1] = (struct series){.quantity = DEVICE_UP};
    series[2] = (struct series){.quantity = POLL_LATENESS};
    struct batch *batch = specimen_batch(view, NOW_MS, 1);
    batch->n = 1;
    latest_update(latest, batch);
    struct batch health = *batch;
    health.first = 1;
    health.n = 2;
    health.values = (double[]){is_up, late_s};
    health.qualities = (uint8_t[]){QUALITY_GOOD, QUALITY_GOOD};
    health.time_ms = NOW_MS + age_ms;
    latest_update(latest, &health);
    char *page = page_of(latest, NOW_MS + age_ms);
    bool shown = strstr(page, catalog_quantity(series[0].quantity)->name) != NULL;
    free(page);
    specimen_batch_free(batch);
    device_view_release(view);
    latest_free(latest);
    return shown;
}

static void what_is_asked_seldom_may_be_old(void **state) {
    (void)state;
    static const struct {
        enum rate rate;
        bool is_up;
        double late_s;
        int64_t oldest_ms;
    } cases[] = {
        {RATE_NORMAL, true, 0, 8000}, {RATE_NORMAL, true, 4, 20000}, {RATE_FAST, true, 0, 8000},
        {RATE_SLOW, true, 0, 185000}, {RATE_SLOW, false, 0, 8000},   {RATE_ONCE, false, 0, 8000},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(is_shown(cases[i].rate, cases[i].is_up, cases[i].late_s, cases[i].oldest_ms));
        assert_false(is_shown(cases[i].rate, cases[i].is_up, cases[i].late_s, cases[i].oldest_ms + 1));
    }
    assert_true(is_shown(RATE_ONCE, true, 0, 24 * 3600 * 1000));
}

/* Readings go on from the last time; what was read before is as old as it would be. */
static void a_clock_that_was_set_back_makes_nothing_young(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct device_view *device = specimen_view(1, "pdu-1", 1),
                       *gateway = specimen_view(GATEWAY_NUMBER, "", 1);
    struct batch *batch = specimen_batch(device, NOW_MS, 1), *own = specimen_batch(gateway, NOW_MS + 9000, 1);
    latest_update(latest, batch);
    latest_update(latest, own);
    char *page = page_of(latest, NOW_MS - 3600000);
    assert_int_equal(count(page, "pdu-1"), 0);
    free(page);
    specimen_batch_free(batch);
    specimen_batch_free(own);
    device_view_release(device);
    device_view_release(gateway);
    latest_free(latest);
}

static void names_may_hold_anything(void **state) {
    (void)state;
    static const struct {
        const char *name, *written;
    } cases[] = {{"a\"} 1\nup 1", "a\\\"} 1\\nup 1"},
                 {"\\", "\\\\"},
                 {"<script>&amp;", "<script>&amp;"},
                 {"랙 1", "랙 1"},
                 {"a\xff\xfe"
                  "b",
                  "a\xef\xbf\xbd\xef\xbf\xbd"
                  "b"},
                 {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
                 {"cut \xea\xb0", "cut \xef\xbf\xbd\xef\xbf\xbd"},
                 {"tab\tbell\a", "tab\tbell\a"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct view_info info = {.n = 2, .label = {{"name", cases[i].name}, {"empty", ""}}};
        struct text text = {0}, expected = {0};
        metrics_add_info(&text, "m", &info);
        text_add_format(&expected, "m{name=\"%s\"} 1\n", cases[i].written);
        assert_string_equal(text.data, expected.data);
        text_done(&text);
        text_done(&expected);
    }
    struct text text = {0};
    metrics_add_head(&text, "m", "a \"b\"\\\nc", "counter");
    assert_string_equal(text.data, "# HELP m a \"b\"\\\\\\nc\n# TYPE m counter\n");
    text_done(&text);
}

static struct http_body *plain_page(struct http_pages *pages, int64_t now_ms) {
    bool gzip = false;
    return http_pages_metrics(pages, &config, &gzip, now_ms);
}

static void a_page_is_shared_for_a_moment_and_bounded(void **state) {
    (void)state;
    bool gzip = true;
    struct latest *latest = latest_new();
    struct http_pages *pages = http_pages_new(latest);
    struct http_body *held[HTTP_BODIES_MOST];
    struct http_body *first = plain_page(pages, 5000);
    struct http_body *again = plain_page(pages, 5000 + HTTP_KEPT_LEAST_MS - 1);
    assert_ptr_equal(first, again);
    http_body_release(again);
    http_body_release(first);
    for (int i = 0; i < HTTP_BODIES_MOST; i++)
        assert_non_null(held[i] = plain_page(pages, 10000 + 1000 * i));
    assert_null(plain_page(pages, 30000));
    http_body_release(held[3]); /* there is room for the page as it is, and for no compressed one */
    assert_non_null(held[3] = http_pages_metrics(pages, &config, &gzip, 30500));
    assert_false(gzip);
    http_body_release(held[3]);
    assert_non_null(held[3] = plain_page(pages, 31000));
    for (int i = 0; i < HTTP_BODIES_MOST; i++)
        http_body_release(held[i]);
    assert_true(http_pages_keep_any(pages));
    http_pages_age(pages, 33000);
    assert_false(http_pages_keep_any(pages));
    http_pages_free(pages);
    latest_free(latest);
}

static void health_is_progress(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct http_health health;
    struct text text = {0};
    struct device_view *view = specimen_view(GATEWAY_NUMBER, "", 1);
    struct batch *batch = specimen_batch(view, NOW_MS, 1);
    http_health_init(&health, 1000);
    assert_true(http_health_write(&health, &config, 1000 + HTTP_STANDSTILL_MS, &text));
    assert_string_equal(text.data, "ok\n");
    assert_false(http_health_write(&health, &config, 2000 + HTTP_STANDSTILL_MS, &text));
    assert_non_null(strstr(text.data, "polling"));
    latest_update(latest, batch);
    http_health_look(&health, latest, &config, 40000);
    assert_true(http_health_write(&health, &config, 41000, &text));
    http_health_look(&health, latest, &config, 80000); /* nothing new */
    assert_false(http_health_write(&health, &config, 80000, &text));
    text_done(&text);
    specimen_batch_free(batch);
    device_view_release(view);
    latest_free(latest);
}

static void ready_is_who_has_asked_all(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct text text = {0};
    assert_false(http_ready_write(latest, &config, &text));
    assert_string_equal(text.data, "2 of 2 devices were not asked yet, the first is pdu-0\n");
    for (uint32_t i = 0; i < 2; i++) {
        struct device_view *view = specimen_view(i, devices[i].name, 1);
        struct batch *batch = specimen_batch(view, NOW_MS, 1);
        latest_update(latest, batch);
        specimen_batch_free(batch);
        device_view_release(view);
    }
    text_clear(&text);
    assert_true(http_ready_write(latest, &config, &text));
    assert_string_equal(text.data, "ready\n");
    text_done(&text);
    latest_free(latest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_stand_together_by_metric),
        cmocka_unit_test(what_is_no_reading_of_now_is_left_out),
        cmocka_unit_test(what_is_asked_seldom_may_be_old),
        cmocka_unit_test(a_clock_that_was_set_back_makes_nothing_young),
        cmocka_unit_test(names_may_hold_anything),
        cmocka_unit_test(a_page_is_shared_for_a_moment_and_bounded),
        cmocka_unit_test(health_is_progress),
        cmocka_unit_test(ready_is_who_has_asked_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
