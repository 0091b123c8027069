/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The growing buffer and what is written into it, and strict reading of numbers. Unicode is left to
 * libunistring; what a text means is the caller's.
 */
#include "base/text.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/decimal.h"
#include "base/error.h"

enum { FIRST_ROOM = 128 };

void text_done(struct text *text) {
    free(text->data);
    *text = (struct text){0};
}

void text_clear(struct text *text) {
    text->size = 0;
    text->failed = false;
    if (text->data)
        text->data[0] = '\0';
}

char *text_reserve(struct text *text, size_t size) {
    if (text->failed)
        return NULL;
    if (text->room - text->size > size) /* one more for the NUL */
        return text->data + text->size;
    size_t room = text->room ? text->room : FIRST_ROOM;
    while (room - text->size <= size) {
        if (room > SIZE_MAX / 2) {
            text->failed = true;
            return NULL;
        }
        room *= 2;
    }
    char *data = realloc(text->data, room);
    if (!data) {
        text->failed = true;
        return NULL;
    }
    text->data = data;
    text->room = room;
    return data + text->size;
}

void text_add(struct text *text, const void *data, size_t size) {
    char *end = text_reserve(text, size);
    if (!end)
        return;
    if (size > 0)
        memcpy(end, data, size);
    end[size] = '\0';
    text->size += size;
}

void text_add_string(struct text *text, const char *string) {
    text_add(text, string, strlen(string));
}

void text_add_char(struct text *text, char c) {
    text_add(text, &c, 1);
}

void text_add_format(struct text *text, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    char *end = size < 0 ? NULL : text_reserve(text, (size_t)size);
    if (end) {
        vsnprintf(end, (size_t)size + 1, format, again);
        text->size += (size_t)size;
    }
    va_end(again);
    va_end(arguments);
}

void text_add_integer(struct text *text, int64_t number) {
    char digits[24];
    char *first = digits + sizeof(digits);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--first = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        *--first = '-';
    text_add(text, first, (size_t)(digits + sizeof(digits) - first));
}

/*
 * Most readings are short decimals: integer / 10^places. Both are exact below 10^15, so that the quotient
 * is rounded once, as strtod rounds: where it gives the number back, these are its digits. The fewest
 * places come first.
 */
static bool add_short_decimal(struct text *text, double number) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    for (int places = 0; places <= 6; places++) {
        double scaled = nearbyint(fabs(number) * powers[places]);
        if (scaled >= 1e15)
            return false;
        if (scaled / powers[places] != fabs(number))
            continue;
        int64_t integer = (int64_t)scaled, power = (int64_t)powers[places];
        if (signbit(number))
            text_add_char(text, '-');
        text_add_integer(text, integer / power);
        if (places > 0) {
            char fraction[8] = {'.'};
            int64_t rest = integer % power;
            for (int at = places; at > 0; at--, rest /= 10)
                fraction[at] = (char)('0' + rest % 10);
            text_add(text, fraction, (size_t)places + 1);
        }
        return true;
    }
    return false;
}

static void add_digits(struct text *text, uint64_t digits, int places) {
    char bytes[40];
    char *first = bytes + sizeof(bytes);
    for (int at = 0; at <= places || digits > 0; at++, digits /= 10) {
        if (at > 0 && at == places)
            *--first = '.';
        *--first = (char)('0' + digits % 10);
    }
    text_add(text, first, (size_t)(bytes + sizeof(bytes) - first));
}

/* What is no short decimal: widened floats, quotients. Whole numbers are. */
static bool add_long_decimal(struct text *text, double number) {
    struct decimal decimal;
    if (!decimal_find(fabs(number), &decimal) || decimal.places <= 0)
        return false;
    if (number < 0)
        text_add_char(text, '-');
    add_digits(text, decimal.digits, decimal.places);
    return true;
}

void text_add_number(struct text *text, double number) {
    if (isnan(number)) {
        text_add_string(text, "NaN");
    } else if (isinf(number)) {
        text_add_string(text, number > 0 ? "+Inf" : "-Inf");
    } else if (!add_short_decimal(text, number) && !add_long_decimal(text, number)) {
        char digits[32];
        /* Only numbers near zero, of fewer bits, can need fewer than 15 digits that %.15g would not trim. */
        int precision = fabs(number) < DBL_MIN ? 1 : 15;
        do
            snprintf(digits, sizeof(digits), "%.*g", precision, number);
        while (precision++ < 17 && strtod(digits, NULL) != number);
        text_add_string(text, digits);
    }
}

static void add_json_escape(struct text *text, unsigned char c) {
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *form = short_forms; *form; form += 2) {
        if ((unsigned char)form[0] == c) {
            text_add_char(text, '\\');
            text_add_char(text, form[1]);
            return;
        }
    }
    text_add_format(text, "\\u%04x", c);
}

void text_add_json(struct text *text, const char *string) {
    const char *at = string, *end = string + strlen(string);
    text_add_char(text, '"');
    while (at < end) {
        const char *plain = at;
        while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' &&
               *at != '\\')
            at++;
        text_add(text, plain, (size_t)(at - plain));
        if (at == end)
            break;
        if ((unsigned char)*at < 0x80) {
            add_json_escape(text, (unsigned char)*at++);
            continue;
        }
        ucs4_t character;
        int size = u8_mbtoucr(&character, (const uint8_t *)at, (size_t)(end - at));
        if (size > 0)
            text_add(text, at, (size_t)size);
        else
            text_add_string(text, "\xef\xbf\xbd");
        at += size > 0 ? size : 1;
    }
    text_add_char(text, '"');
}

void text_add_printable(struct text *text, const char *string) {
    const char *at = string, *end = string + strlen(string);
    while (at < end) {
        uint32_t character;
        size_t size = text_take_character(at, (size_t)(end - at), &character);
        bool control = size == 0 || text_is_control(character);
        size += size == 0;
        if (!control)
            text_add(text, at, size);
        for (size_t i = 0; control && i < size; i++)
            text_add_format(text, "\\x%02x", (unsigned char)at[i]);
        at += size;
    }
}

int text_to_integer(const char *string, int64_t *number) {
    const char *digits = string + (*string == '-' || *string == '+');
    if (!*digits || digits[strspn(digits, "0123456789")])
        return ERROR_ARGUMENT;
    errno = 0;
    long long value = strtoll(string, NULL, 10);
    if (errno == ERANGE)
        return ERROR_TOO_BIG;
    *number = value;
    return 0;
}

int text_to_code(const char *string, int64_t *number) {
    if (strncmp(string, "0x", 2) != 0 && strncmp(string, "0X", 2) != 0)
        return text_to_integer(string, number);
    if (!string[2] || string[2 + strspn(string + 2, "0123456789abcdefABCDEF")])
        return ERROR_ARGUMENT;
    errno = 0;
    long long value = strtoll(string + 2, NULL, 16);
    if (errno == ERANGE)
        return ERROR_TOO_BIG;
    *number = value;
    return 0;
}

int text_to_number(const char *string, double *number) {
    /* strtod also takes blanks, hexadecimal, "inf" and "nan": none has these characters only. */
    if (!*string || string[strspn(string, "+-.0123456789eE")])
        return ERROR_ARGUMENT;
    char *end;
    double value = strtod(string, &end);
    if (*end || end == string)
        return ERROR_ARGUMENT;
    if (isinf(value))
        return ERROR_TOO_BIG;
    *number = value;
    return 0;
}

struct factor {
    const char *suffix;
    int64_t factor;
};

/* Digits and one of the suffixes, with a blank between or without. */
static int to_product(const char *string, const struct factor *factors, size_t n, int64_t *product) {
    size_t n_digits = strspn(string, "0123456789");
    char digits[24];
    if (n_digits == 0)
        return ERROR_ARGUMENT;
    if (n_digits >= sizeof(digits))
        return ERROR_TOO_BIG;
    memcpy(digits, string, n_digits);
    digits[n_digits] = '\0';
    const char *suffix = string + n_digits;
    suffix += *suffix == ' ' && suffix[1];
    for (size_t i = 0; i < n; i++) {
        if (strcmp(suffix, factors[i].suffix) != 0)
            continue;
        int64_t number;
        int error = text_to_integer(digits, &number);
        if (error)
            return error;
        if (__builtin_mul_overflow(number, factors[i].factor, &number))
            return ERROR_TOO_BIG;
        *product = number;
        return 0;
    }
    return ERROR_ARGUMENT;
}

int text_to_duration_ms(const char *string, int64_t *ms) {
    static const struct factor factors[] = {
        {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    return to_product(string, factors, sizeof(factors) / sizeof(factors[0]), ms);
}

int text_to_bytes(const char *string, int64_t *bytes) {
    static const struct factor factors[] = {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
    return to_product(string, factors, sizeof(factors) / sizeof(factors[0]), bytes);
}

int text_to_rate(const char *string, int64_t *per_second) {
    static const struct factor factors[] = {{"/s", 1}};
    return to_product(string, factors, sizeof(factors) / sizeof(factors[0]), per_second);
}

bool text_is_utf8(const char *string, size_t size) {
    return u8_check((const uint8_t *)string, size) == NULL;
}

size_t text_take_character(const char *string, size_t size, uint32_t *character) {
    ucs4_t code;
    int taken = size > 0 ? u8_mbtoucr(&code, (const uint8_t *)string, size) : 0;
    if (taken <= 0)
        return 0;
    *character = code;
    return (size_t)taken;
}

bool text_is_control(uint32_t character) {
    return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
           (character >= 0xfdd0 && character <= 0xfdef) || (character & 0xfffe) == 0xfffe;
}

char *text_normalize(const char *string) {
    size_t size = strlen(string), plain = 0;
    while (plain < size && (unsigned char)string[plain] < 0x80)
        plain++;
    if (plain == size) /* ASCII is its own form; there may be 100,000 names */
        return strdup(string);
    if (!text_is_utf8(string, size))
        return NULL;
    /* With the NUL, so that the result is terminated too. */
    return (char *)u8_normalize(UNINORM_NFKC, (const uint8_t *)string, size + 1, NULL, &size);
}

bool text_same_name(const char *a, const char *b) {
    if (strcmp(a, b) == 0)
        return true;
    char *normal_a = text_normalize(a), *normal_b = text_normalize(b);
    bool same = normal_a && normal_b && strcmp(normal_a, normal_b) == 0;
    free(normal_a);
    free(normal_b);
    return same;
}
