/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of devices. */
#include "acquire/raw_text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/text.h"

/* Where a text begins and ends without the blanks and ends of string around it. */
static void text_trim(const struct raw *raw, size_t *begin, size_t *end) {
    *begin = 0;
    *end = raw->size;
    while (*begin < *end && isspace((unsigned char)raw->text[*begin]))
        (*begin)++;
    while (*end > *begin && (isspace((unsigned char)raw->text[*end - 1]) || raw->text[*end - 1] == 0))
        (*end)--;
}

bool raw_is_text(const struct raw *raw, const char *text) {
    size_t begin, end;
    if (raw->kind != RAW_TEXT)
        return false;
    text_trim(raw, &begin, &end);
    return strlen(text) == end - begin && memcmp(text, raw->text + begin, end - begin) == 0;
}

struct raw raw_plain(const struct raw *raw, bool leading) {
    char text[40];
    size_t begin, end;
    if (raw->kind != RAW_TEXT)
        return *raw;
    text_trim(raw, &begin, &end);
    if (leading && begin < end) {
        size_t digits = begin + (raw->text[begin] == '-' || raw->text[begin] == '+');
        while (digits < end && (isdigit((unsigned char)raw->text[digits]) || raw->text[digits] == '.'))
            digits++;
        /* "1,234" is neither 1 nor, for certain, 1.234 or 1234. */
        if (digits < end && raw->text[digits] == ',')
            return *raw;
        end = digits;
    }
    if (end == begin)
        return (struct raw){.kind = RAW_NONE};
    if (end - begin >= sizeof(text))
        return *raw;
    memcpy(text, raw->text + begin, end - begin);
    text[end - begin] = 0;
    int64_t integer;
    double real;
    if (text_to_integer(text, &integer) == 0)
        return (struct raw){.kind = RAW_INTEGER, .integer = integer};
    if (text_to_number(text, &real) == 0)
        return (struct raw){.kind = RAW_REAL, .real = real};
    return *raw;
}

int raw_number(const struct raw *raw, double *number) {
    struct raw plain = raw_plain(raw, false);
    if (plain.kind == RAW_INTEGER)
        *number = (double)plain.integer;
    else if (plain.kind == RAW_REAL && !isnan(plain.real))
        *number = plain.real;
    else
        return ERROR_ARGUMENT;
    return 0;
}

/* Without control characters and leading blanks; what is no UTF-8 becomes U+FFFD. */
static void add_readable(struct text *text, const char *bytes, size_t size) {
    uint32_t character;
    for (size_t at = 0, taken; at < size && bytes[at] != 0; at += taken) {
        taken = text_take_character(bytes + at, size - at, &character);
        if (taken == 0)
            text_add_string(text, "\xef\xbf\xbd");
        else if (!text_is_control(character) && (text->size > 0 || character != ' '))
            text_add(text, bytes + at, taken);
        taken += taken == 0;
    }
}

bool raw_write_text(const struct raw *raw, char *text, size_t size) {
    static const char more[] = "\xe2\x80\xa6"; /* an ellipsis */
    struct text readable = {0};
    if (raw->kind == RAW_INTEGER)
        text_add_integer(&readable, raw->integer);
    else if (raw->kind == RAW_TEXT)
        add_readable(&readable, raw->text, raw->size);
    size_t used = readable.failed ? 0 : readable.size;
    while (used > 0 && readable.data[used - 1] == ' ')
        used--;
    bool is_cut = used >= size;
    if (is_cut)
        used = size - sizeof(more);
    while (is_cut && used > 0 && (readable.data[used] & 0xc0) == 0x80)
        used--;
    if (used > 0)
        memcpy(text, readable.data, used);
    memcpy(text + used, is_cut ? more : "", is_cut ? sizeof(more) : 1);
    text_done(&readable);
    return *text != 0;
}
