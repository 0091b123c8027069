/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV inventory: what spreadsheets write is read, and each mistake is said with its place. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/inventory.h"

struct reading {
    char *data, *said;
    struct inventory inventory;
    struct mistakes mistakes;
};

static struct reading read_rows(const struct schema *schema, const char *csv, size_t size) {
    struct reading reading = {.data = malloc(size + 1), .inventory = {.schema = schema}};
    size_t said = 0;
    assert_non_null(reading.data);
    memcpy(reading.data, csv, size);
    reading.data[size] = '\0';
    reading.mistakes.out = open_memstream(&reading.said, &said);
    assert_non_null(reading.mistakes.out);
    inventory_parse("d.csv", reading.data, size, &reading.inventory, &reading.mistakes);
    fclose(reading.mistakes.out);
    return reading;
}

static struct reading read_csv(const char *csv, size_t size) {
    return read_rows(&settings_of_device, csv, size);
}

static void reading_done(struct reading *reading) {
    inventory_done(&reading->inventory);
    free(reading->data);
    free(reading->said);
}

static void check_mistakes(const char *csv, const char *expected) {
    struct reading reading = read_csv(csv, strlen(csv));
    assert_string_equal(reading.said, expected);
    reading_done(&reading);
}

static void spreadsheets_are_read(void **state) {
    (void)state;
    static const char csv[] = "\xef\xbb\xbf"
                              "url,name , rack,feed,interval\r\n"
                              "snmp://10.0.0.5,\"PDU \"\"A1\"\", 랙\",r01,A,2s\r\n"
                              "\r\n"
                              ",,,,\r\n"
                              "modbus://10.0.0.6/1,  meter  ,,,";
    struct reading reading = read_csv(csv, sizeof(csv) - 1);
    assert_string_equal(reading.said, "");
    assert_int_equal(reading.inventory.n, 2);
    const struct device_settings *first = &reading.inventory.devices[0],
                                 *second = &reading.inventory.devices[1];
    assert_string_equal(first->name.text, "PDU \"A1\", 랙");
    assert_string_equal(first->url.text, "snmp://10.0.0.5");
    assert_string_equal(first->feed.text, "A");
    assert_int_equal(first->interval.number, 2000);
    assert_int_equal(first->name.at.line, 2);
    assert_int_equal(first->name.at.column, 17);
    assert_int_equal(first->rack.at.column, 33); /* in characters, not bytes */
    assert_string_equal(second->name.text, "meter");
    assert_false(setting_given(&second->rack));
    assert_string_equal(second->rack.text, "");
    assert_int_equal(second->entry.at.line, 5);
    reading_done(&reading);
}

static void line_breaks_inside_quotes_count(void **state) {
    (void)state;
    static const char csv[] = "name,url\n\"two\nlines\",snmp://a\nx,snpm://b\n";
    check_mistakes(csv, "d.csv:2:1: name: must not hold control characters\n"
                        "d.csv:4:3: url: unknown protocol \"snpm\"; did you mean \"snmp\"?\n");
}

static void names_hold_no_codes_that_are_no_characters(void **state) {
    (void)state;
    /* A broker would end every connection over them. */
    check_mistakes(
        "name,url\na\xef\xb7\x90,snmp://a\nb\xef\xbf\xbf,snmp://b\n\xef\xb7\xb0\xef\xbf\xbd,snmp://c\n",
        "d.csv:2:1: name: must not hold control characters\n"
        "d.csv:3:1: name: must not hold control characters\n");
}

static void wrong_headers_are_explained(void **state) {
    (void)state;
    check_mistakes("", "d.csv: the inventory is empty\n");
    check_mistakes("\xef\xbb\xbf", "d.csv: the inventory is empty\n");
    check_mistakes("name,URL,drivr\n", "d.csv:1:6: unknown column \"URL\"; did you mean \"url\"?\n"
                                       "d.csv:1:10: unknown column \"drivr\"; did you mean \"driver\"?\n"
                                       "d.csv:1:1: the column \"url\" is missing\n");
    check_mistakes("name,url,name\n", "d.csv:1:10: the column \"name\" is already there\n");
    check_mistakes("name,url,비고\n",
                   "d.csv:1:10: unknown column \"비고\"; known: name, driver, variant, url, credentials, "
                   "gateway, hall, row, rack, feed, interval, first_register\n");
    check_mistakes("name,url,inputs\n",
                   "d.csv:1:10: \"inputs\" is a list, which a column cannot hold: write it "
                   "in the configuration\n");
    check_mistakes("name;url\na;snmp://b\n", "d.csv:1:1: columns must be separated by commas\n");
}

static void wrong_rows_are_explained(void **state) {
    (void)state;
    check_mistakes(
        "name,url,interval\n"
        "a,snmp://h\n"
        "b,snmp://h,5s,extra\n"
        ",snmp://h,5s\n"
        "d,,5\n"
        "e,snmp://h,25h\n"
        "\"f\" ,snmp://h,5s\n",
        "d.csv:2:1: 2 fields, but the first row names 3 columns\n"
        "d.csv:3:1: 4 fields, but the first row names 3 columns\n"
        "d.csv:4:1: name: must not be empty\n"
        "d.csv:5:3: url: must not be empty\n"
        "d.csv:5:4: interval: \"5\" must be a duration with its unit, such as 200ms, 5s, 15min or 1h\n"
        "d.csv:6:12: interval: 25h is out of bounds: from 100ms to 24h\n"
        "d.csv:7:4: nothing may follow the quote that ends a field\n");
}

static void broken_quotes_end_the_reading(void **state) {
    (void)state;
    check_mistakes("name,url\na,\"snmp://h\nb,snmp://i\n",
                   "d.csv:2:3: the quote that begins here never ends\n");
    check_mistakes("name,url\na\"b,snmp://h\n,\n",
                   "d.csv:2:2: a quote inside a field: put the whole field in quotes and double this one\n");
    check_mistakes("name,url\n\"a\"b,snmp://h\n",
                   "d.csv:2:4: nothing may follow the quote that ends a field\n");
}

static void other_encodings_are_refused(void **state) {
    (void)state;
    check_mistakes("name,url\n\xb7\xa2,snmp://h\n",
                   "d.csv:2:1: this is not UTF-8 text: save the file as CSV in UTF-8\n");
    static const char zero[] = "name,url\na\0b,snmp://h\n";
    struct reading reading = read_csv(zero, sizeof(zero) - 1);
    assert_string_equal(reading.said, "d.csv:2:1: this is not UTF-8 text: save the file as CSV in UTF-8\n");
    reading_done(&reading);
}

static void bounds_hold(void **state) {
    (void)state;
    char csv[600] = "name,url\n";
    memset(csv + 9, 'n', 129);
    strcat(csv, ",snmp://h\n");
    check_mistakes(csv, "d.csv:2:1: name: is longer than 128 bytes\n");
    strcpy(csv, "a");
    memset(csv + 1, ',', 500);
    csv[501] = '\0';
    struct reading reading = read_csv(csv, 501);
    assert_non_null(strstr(reading.said, "d.csv:1:66: more than 64 columns\n"));
    reading_done(&reading);
}

static void check_texts(const struct setting_list *list, const char *const *texts, const uint32_t *columns,
                        size_t n) {
    const struct setting *settings = list->items;
    assert_int_equal(list->n, n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(settings[i].text, texts[i]);
        assert_int_equal(settings[i].at.column, columns[i]);
    }
}

static void a_cell_holds_several_texts(void **state) {
    (void)state;
    static const char csv[] = "name,kind,sources,meters,cooled_by\n"
                              "r,rack, a ; 랙 b;;c ;,\"m:1; n\",;\n"
                              "s,rack,a,,\n";
    struct reading reading = read_rows(&settings_of_power_node, csv, sizeof(csv) - 1);
    assert_string_equal(reading.said, "");
    assert_int_equal(reading.inventory.n, 2);
    const struct power_node_settings *node = &reading.inventory.nodes[0];
    check_texts(&node->sources, (const char *const[]){"a", "랙 b", "c"}, (const uint32_t[]){9, 13, 18}, 3);
    check_texts(&node->meters, (const char *const[]){"m:1", "n"}, (const uint32_t[]){23, 28}, 2);
    assert_int_equal(node->cooled_by.n, 0);
    assert_int_equal(reading.inventory.nodes[1].sources.n, 1);
    reading_done(&reading);
}

static void mistakes_in_a_cell_of_several_have_their_own_place(void **state) {
    (void)state;
    static const char csv[] = "name,kind,sources,rating,rating\n"
                              "a,bus,in,630 A;0 V; 5,\n"
                              "b,bus,1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17,\"4 A; 5 V\n";
    struct reading reading = read_rows(&settings_of_power_node, csv, sizeof(csv) - 1);
    assert_string_equal(reading.said,
                        "d.csv:1:26: the column \"rating\" is already there\n"
                        "d.csv:2:16: rating: 0 V: a rating must be above 0\n"
                        "d.csv:2:21: rating: \"5\" lacks its unit: write 5 A, 5 kW, 5 kVA or 5 V\n"
                        "d.csv:3:7: sources: 17 entries; at most 16 are possible\n"
                        "d.csv:3:49: the quote that begins here never ends\n");
    reading_done(&reading);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spreadsheets_are_read),
        cmocka_unit_test(a_cell_holds_several_texts),
        cmocka_unit_test(mistakes_in_a_cell_of_several_have_their_own_place),
        cmocka_unit_test(line_breaks_inside_quotes_count),
        cmocka_unit_test(names_hold_no_codes_that_are_no_characters),
        cmocka_unit_test(wrong_headers_are_explained),
        cmocka_unit_test(wrong_rows_are_explained),
        cmocka_unit_test(broken_quotes_end_the_reading),
        cmocka_unit_test(other_encodings_are_refused),
        cmocka_unit_test(bounds_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
