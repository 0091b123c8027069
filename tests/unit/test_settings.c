/* SPDX-License-Identifier: Apache-2.0 */
/* What the schemas say of their keys, for people: there for each, and the examples are right. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/settings.h"

/* Reads `key: EXAMPLE` by a schema of that one field; all that is written of it must be nothing. */
static void check_example(const struct schema *schema, const struct field *field) {
    char document[300], said[1000] = "";
    struct mistakes mistakes = {.out = fmemopen(said, sizeof(said), "w")};
    struct schema alone = {.fields = field, .n_fields = 1, .size = schema->size};
    assert_non_null(mistakes.out);
    int size = snprintf(document, sizeof(document), "%s: %s\n", field->key, field->example);
    struct node *root = yaml_document_parse("example", document, (size_t)size, &mistakes);
    void *target = calloc(1, schema->size);
    assert_non_null(target);
    if (root)
        schema_read(&alone, root, target, &mistakes);
    fclose(mistakes.out);
    assert_string_equal(said, "");
    assert_non_null(root);
    schema_done(&alone, target);
    free(target);
    yaml_document_free(root);
}

static size_t check_schema(const struct schema *schema) {
    size_t n = schema->n_fields;
    assert_true(n > 0 && n <= 64);
    for (size_t i = 0; i < schema->n_fields; i++) {
        const struct field *field = &schema->fields[i];
        if (!field->says || !*field->says || field->says[strlen(field->says) - 1] == '.')
            fail_msg("\"%s\" says nothing, or ends in a full stop", field->key);
        if (!field->example != (field->of != NULL))
            fail_msg("\"%s\" lacks an example, or holds others and has one", field->key);
        if (field->of)
            n += check_schema(field->of);
        else
            check_example(schema, field);
    }
    return n;
}

static void every_key_says_what_it_means_and_its_example_is_right(void **state) {
    (void)state;
    static const struct schema *const schemas[] = {&settings_of_site, &settings_of_map, &settings_of_wiring};
    size_t n = 0;
    for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++)
        n += check_schema(schemas[i]);
    assert_true(n > 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_says_what_it_means_and_its_example_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
