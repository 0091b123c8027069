/* SPDX-License-Identifier: Apache-2.0 */
/* acquire/snmp_kept.h: the message asks the same with another id; an answer is read, or left to the library.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/snmp_kept.h"

enum { N_OIDS = 3, ID = 0x01020304, ROOM = 256 };

static const uint32_t names[N_OIDS][4] = {{1, 3, 6, 1}, {1, 3, 6, 2}, {1, 3, 6, 300}};
static const struct oid oids[N_OIDS] = {{names[0], 4}, {names[1], 4}, {names[2], 4}};
static const struct link_request request = {.ask = ASK_GET, .oids = oids, .n_oids = N_OIDS};

/* GET of version 2c, community "lab", request id 0x11223344. */
static const uint8_t message[] = {0x30, 52,   2,    1,    1, 4, 3,    'l',  'a',  'b',  0xa0, 42,   2,    4,
                                  0x11, 0x22, 0x33, 0x44, 2, 1, 0,    2,    1,    0,    0x30, 28,   0x30, 7,
                                  6,    3,    0x2b, 6,    1, 5, 0,    0x30, 7,    6,    3,    0x2b, 6,    2,
                                  5,    0,    0x30, 8,    6, 4, 0x2b, 6,    0x82, 0x2c, 5,    0};

static const uint8_t text_value[] = {4, 3, 'a', 0, 'b'}, gauge_value[] = {0x42, 5, 0, 0xff, 0xff, 0xff, 0xfe},
                     negative_value[] = {2, 2, 0xff, 0x38};

struct value {
    const uint8_t *bytes;
    size_t size;
};

/* An answer with these values, whose lengths are all below 128. */
static size_t make_answer(const struct value values[N_OIDS], uint8_t answer[ROOM]) {
    static const uint8_t name[N_OIDS][6] = {
        {6, 3, 0x2b, 6, 1}, {6, 3, 0x2b, 6, 2}, {6, 4, 0x2b, 6, 0x82, 0x2c}};
    static const size_t name_sizes[N_OIDS] = {5, 5, 6};
    uint8_t list[ROOM];
    size_t size = 0;
    for (size_t i = 0; i < N_OIDS; i++) {
        list[size++] = 0x30;
        list[size++] = (uint8_t)(name_sizes[i] + values[i].size);
        memcpy(list + size, name[i], name_sizes[i]);
        memcpy(list + size + name_sizes[i], values[i].bytes, values[i].size);
        size += name_sizes[i] + values[i].size;
    }
    const uint8_t head[] = {0x30, (uint8_t)(size + 24),
                            2,    1,
                            1,    4,
                            3,    'l',
                            'a',  'b',
                            0xa2, (uint8_t)(size + 14),
                            2,    4,
                            0x01, 0x02,
                            0x03, 4,
                            2,    1,
                            0,    2,
                            1,    0,
                            0x30, (uint8_t)size};
    memcpy(answer, head, sizeof(head));
    memcpy(answer + sizeof(head), list, size);
    return sizeof(head) + size;
}

static struct snmp_kept_table *start(struct snmp_kept **kept) {
    struct snmp_kept_table *table = test_calloc(1, sizeof(*table));
    assert_null(snmp_kept_find(table, &request, 1, "lab"));
    *kept = snmp_kept_add(table, &request, 1, "lab", message, sizeof(message));
    assert_non_null(*kept);
    return table;
}

static void end(struct snmp_kept_table *table) {
    snmp_kept_done(table);
    test_free(table);
}

static void the_same_is_asked_with_another_id(void **state) {
    (void)state;
    struct snmp_kept *kept;
    struct snmp_kept_table *table = start(&kept);
    size_t size;
    assert_ptr_equal(snmp_kept_find(table, &request, 1, "lab"), kept);
    const uint8_t *asked = snmp_kept_message(kept, ID, &size);
    assert_int_equal(size, sizeof(message));
    assert_memory_equal(asked, message, 14);
    assert_memory_equal(asked + 14, "\x01\x02\x03\x04", 4);
    assert_memory_equal(asked + 18, message + 18, sizeof(message) - 18);
    end(table);
}

/* Another version, community, or object at the same place in memory is another question. */
static void nothing_else_is_taken_for_it(void **state) {
    (void)state;
    struct snmp_kept *kept;
    struct snmp_kept_table *table = start(&kept);
    uint32_t changing[4] = {1, 3, 6, 1};
    struct oid one = {changing, 4};
    const struct link_request other = {.ask = ASK_GET, .oids = &one, .n_oids = 1};
    assert_null(snmp_kept_find(table, &request, 0, "lab"));
    assert_null(snmp_kept_find(table, &request, 1, "lob"));
    static const uint8_t single[] = {0x30, 32, 2, 1, 1, 4, 3, 'l',  'a', 'b',  0xa0, 22, 2, 4,    1, 2, 3,
                                     4,    2,  1, 0, 2, 1, 0, 0x30, 8,   0x30, 6,    6,  2, 0x2b, 6, 5, 0};
    assert_non_null(snmp_kept_add(table, &other, 1, "lab", single, sizeof(single)));
    assert_non_null(snmp_kept_find(table, &other, 1, "lab"));
    changing[3] = 2;
    assert_null(snmp_kept_find(table, &other, 1, "lab"));
    one.n = 3;
    assert_null(snmp_kept_find(table, &other, 1, "lab"));
    assert_null(snmp_kept_add(table, &other, 1, "lab", single, sizeof(single) - 1));
    end(table);
}

static void values_are_read(void **state) {
    (void)state;
    struct snmp_kept *kept;
    struct snmp_kept_table *table = start(&kept);
    const struct value values[N_OIDS] = {{text_value, sizeof(text_value)},
                                         {gauge_value, sizeof(gauge_value)},
                                         {negative_value, sizeof(negative_value)}};
    uint8_t answer[ROOM];
    struct varbind varbinds[N_OIDS];
    size_t size = make_answer(values, answer);
    assert_true(snmp_kept_read(kept, &request, ID, answer, size, varbinds));
    assert_int_equal(varbinds[0].raw.kind, RAW_TEXT);
    assert_int_equal(varbinds[0].raw.size, 3);
    assert_memory_equal(varbinds[0].raw.text, "a\0b", 3);
    assert_int_equal(varbinds[1].raw.kind, RAW_INTEGER);
    assert_true(varbinds[1].raw.unsigned32);
    assert_int_equal(varbinds[1].raw.integer, 0xfffffffe);
    assert_int_equal(varbinds[2].raw.integer, -200);
    assert_false(varbinds[2].raw.unsigned32);
    assert_ptr_equal(varbinds[2].name.part, names[2]);
    assert_false(snmp_kept_read(kept, &request, ID + 1, answer, size, varbinds));
    end(table);
}

static void types_that_are_rare_are_left_to_the_library(void **state) {
    (void)state;
    static const uint8_t good[] = {0x80, 0}, none[] = {0x82, 0}, oid[] = {6, 1, 0x2b},
                         opaque[] = {0x44, 1, 0}, negative_gauge[] = {0x42, 1, 0xff},
                         wide[] = {2, 5, 1, 0, 0, 0, 0}, empty[] = {2, 0},
                         counter[] = {0x46, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    static const struct {
        struct value value;
        bool read;
    } cases[] = {{{good, 2}, true},
                 {{none, 2}, true},
                 {{oid, 3}, false},
                 {{opaque, 3}, false},
                 {{negative_gauge, 3}, false},
                 {{wide, 7}, false},
                 {{empty, 2}, false},
                 {{counter, 10}, true}};
    struct snmp_kept *kept;
    struct snmp_kept_table *table = start(&kept);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct value values[N_OIDS] = {{good, 2}, cases[i].value, {good, 2}};
        uint8_t answer[ROOM];
        struct varbind varbinds[N_OIDS];
        size_t size = make_answer(values, answer);
        assert_int_equal(snmp_kept_read(kept, &request, ID, answer, size, varbinds), cases[i].read);
    }
    end(table);
}

/* Every byte is what it must be: cut anywhere, or with one more, or changed outside of values and the
 * community. */
static void a_damaged_answer_is_not_read(void **state) {
    (void)state;
    struct snmp_kept *kept;
    struct snmp_kept_table *table = start(&kept);
    const struct value values[N_OIDS] = {{negative_value, sizeof(negative_value)},
                                         {negative_value, sizeof(negative_value)},
                                         {negative_value, sizeof(negative_value)}};
    uint8_t answer[ROOM];
    struct varbind varbinds[N_OIDS];
    size_t size = make_answer(values, answer), read = 0;
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = test_malloc(cut + 1); /* so that a sanitizer sees a step too far */
        memcpy(exact, answer, cut);
        assert_false(snmp_kept_read(kept, &request, ID, exact, cut, varbinds));
        test_free(exact);
    }
    assert_false(snmp_kept_read(kept, &request, ID, answer, size + 1, varbinds));
    for (size_t at = 0; at < size; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            answer[at] ^= (uint8_t)(1u << bit);
            read += snmp_kept_read(kept, &request, ID, answer, size, varbinds);
            answer[at] ^= (uint8_t)(1u << bit);
        }
    /* The community, two bytes of each value, and a bit that makes text or a kind of number of an integer. */
    assert_in_range(read, 8 * 3 + 8 * 2 * N_OIDS, 8 * 3 + 8 * 2 * N_OIDS + 2 * N_OIDS);
    end(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_asked_with_another_id),
        cmocka_unit_test(nothing_else_is_taken_for_it),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(types_that_are_rare_are_left_to_the_library),
        cmocka_unit_test(a_damaged_answer_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
