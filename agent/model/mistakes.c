/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a mistake's line and the bound on how many are printed. */
#include "model/mistakes.h"

#include <stdarg.h>

#include "base/error.h"
#include "base/text.h"

enum { PRINTED_MOST = 100, LINE_MOST = 1024, LISTED_MOST = 12 };

void mistakes_add(struct mistakes *mistakes, const struct spot *at, const char *path, const char *format,
                  ...) {
    if (++mistakes->n > PRINTED_MOST)
        return;
    char what[LINE_MOST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    struct text line = {0};
    text_add_printable(&line, at->file);
    if (at->line)
        text_add_format(&line, ":%u:%u", at->line, at->column);
    text_add_string(&line, ": ");
    if (*path) {
        text_add_printable(&line, path);
        text_add_string(&line, ": ");
    }
    text_add_printable(&line, what);
    text_add_char(&line, '\n');
    if (!line.failed)
        fwrite(line.data, 1, line.size, mistakes->out);
    text_done(&line);
}

void mistakes_add_unknown(struct mistakes *mistakes, const struct spot *at, const char *path,
                          const char *kind, const char *word, const char *const *words, size_t n) {
    /* There may be 100,000 words: not looked through for what is only counted. */
    const char *nearest = mistakes->n < PRINTED_MOST ? text_nearest(word, words, n) : NULL;
    if (nearest) {
        mistakes_add(mistakes, at, path, "unknown %s \"%.100s\"; did you mean \"%s\"?", kind, word, nearest);
        return;
    }
    struct text list = {0};
    for (size_t i = 0; i < n && i < LISTED_MOST; i++)
        text_add_format(&list, "%s%s", i ? ", " : "; known: ", words[i]);
    if (n > LISTED_MOST)
        text_add_format(&list, " and %zu more", n - LISTED_MOST);
    mistakes_add(mistakes, at, path, "unknown %s \"%.100s\"%s", kind, word, list.data ? list.data : "");
    text_done(&list);
}

int mistakes_finish(struct mistakes *mistakes) {
    if (mistakes->n > PRINTED_MOST)
        fprintf(mistakes->out, "... and %zu more\n", mistakes->n - PRINTED_MOST);
    return mistakes->n > 0 ? ERROR_CONFIG : 0;
}
