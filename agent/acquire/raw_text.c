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

bool raw_write_text(const struct raw *raw, char *text, size_t size) {
    size_t used = 0;
    if (raw->kind == RAW_INTEGER) {
        struct text number = {0};
        text_add_integer(&number, raw->integer);
        used = number.size < size ? number.size : size - 1;
        memcpy(text, number.data != NULL ? number.data : "", used);
        text_done(&number);
    }
    for (size_t i = 0; raw->kind == RAW_TEXT && i < raw->size && raw->text[i] != 0 && used + 1 < size; i++)
        if ((unsigned char)raw->text[i] >= ' ' && raw->text[i] != 0x7f && (used > 0 || raw->text[i] != ' '))
            text[used++] = raw->text[i];
    while (used > 0 && text[used - 1] == ' ')
        used--;
    while (used > 0 && !text_is_utf8(text, used))
        used--;
    text[used] = 0;
    return used > 0;
}
