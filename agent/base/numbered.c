/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of neighbouring numbers, and an array of pages that reaches to the highest number made. */
#include "base/numbered.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 256 };

void *numbered_find(const struct numbered *table, uint32_t number) {
    char *page = number / PAGE < table->n_pages ? table->pages[number / PAGE] : NULL;
    return page ? page + number % PAGE * table->size : NULL;
}

void *numbered_make(struct numbered *table, uint32_t number) {
    size_t at = number / PAGE;
    if (number >= NUMBERS_MOST)
        return NULL;
    if (at >= table->n_pages) {
        void **pages = reallocarray(table->pages, at + 1, sizeof(*pages));
        if (!pages)
            return NULL;
        memset(pages + table->n_pages, 0, (at + 1 - table->n_pages) * sizeof(*pages));
        table->pages = pages;
        table->n_pages = at + 1;
    }
    if (!table->pages[at])
        table->pages[at] = calloc(PAGE, table->size);
    return numbered_find(table, number);
}

bool numbered_next(const struct numbered *table, uint32_t *number) {
    size_t at = *number / PAGE;
    if (at < table->n_pages && table->pages[at])
        return true;
    while (at < table->n_pages && !table->pages[at])
        at++;
    *number = (uint32_t)(at * PAGE);
    return at < table->n_pages;
}

void numbered_done(struct numbered *table, void (*done)(void *thing)) {
    for (size_t i = 0; i < table->n_pages; i++) {
        char *page = table->pages[i];
        for (size_t k = 0; page && k < PAGE; k++)
            done(page + k * table->size);
        free(page);
    }
    free(table->pages);
    *table = (struct numbered){.size = table->size};
}
