/* SPDX-License-Identifier: Apache-2.0 */
/* What devices send as text becomes a name that every receiver takes, and shows where it is not what was
 * sent. */
#include "acquire/raw_text.h"

#include <string.h>

#include "tests/unit/check.h"

static const char *written(const char *bytes, size_t size, char *text, size_t room) {
    const struct raw raw = {.kind = RAW_TEXT, .text = bytes, .size = size};
    memset(text, 'z', room);
    bool is_any = raw_write_text(&raw, text, room);
    assert_int_equal(is_any, *text != '\0');
    assert_non_null(memchr(text, '\0', room));
    return text;
}

static void texts_become_names(void **state) {
    (void)state;
    static const struct {
        const char *sent, *name;
    } cases[] = {
        {"Outlet 1", "Outlet 1"},
        {"  two words \t\r\n", "two words"},
        {"a\tb\nc\x7f", "abc"},
        {"\xc2\x85next\xef\xbf\xbe", "next"}, /* a control character, a code that is none */
        {"\xeb\x9e\x99 3 \xf0\x9f\x94\x8c", "\xeb\x9e\x99 3 \xf0\x9f\x94\x8c"}, /* Hangul, a symbol */
        {"K\xfc"
         "che 1",
         "K\xef\xbf\xbd"
         "che 1"},                                  /* ISO 8859-1 */
        {"\xb7\xa2", "\xef\xbf\xbd\xef\xbf\xbd"},   /* EUC-KR */
        {"a\xed\x9e", "a\xef\xbf\xbd\xef\xbf\xbd"}, /* half a character */
        {"\"quoted\" back\\slash\\", "\"quoted\" back\\slash\\"},
        {"", ""},
        {" \t ", ""},
    };
    char text[64];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(written(cases[i].sent, strlen(cases[i].sent), text, sizeof(text)), cases[i].name);
    assert_string_equal(written("ab\0cd", 5, text, sizeof(text)), "ab");
    assert_string_equal(written("\xed\x95\x9c", 2, text, sizeof(text)), "\xef\xbf\xbd\xef\xbf\xbd");
}

static void what_is_cut_says_so(void **state) {
    (void)state;
    char text[9];
    assert_string_equal(written("12345678", 8, text, sizeof(text)), "12345678");
    assert_string_equal(written("123456789", 9, text, sizeof(text)), "12345\xe2\x80\xa6");
    assert_string_equal(written("12345678   ", 11, text, sizeof(text)), "12345678");
    assert_string_equal(written("123\xed\x95\x9c\xed\x95\x9c", 9, text, sizeof(text)), "123\xe2\x80\xa6");
    assert_string_equal(written("123456789", 9, text, 4), "\xe2\x80\xa6");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_names),
        cmocka_unit_test(what_is_cut_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
