/* SPDX-License-Identifier: Apache-2.0 */
/* Device maps: what a map becomes, and every mistake in one with its exact place. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/device_map.h"

#define MODBUS                                                                                               \
    "name: plant\ntitle: Plant\nclass: chiller\nprotocol: modbus\nsources: list\nfirst_register: 1\n"
#define SNMP "name: plant\ntitle: Plant\nclass: ups\nprotocol: snmp\nsources: list\n"
/* The line on which what follows the head stands. */
#define POINT_LINE "8"

/* The map; *said is what was written of it. */
static const struct driver *parse(const char *yaml, char **said) {
    size_t size = 0;
    FILE *out = open_memstream(said, &size);
    assert_non_null(out);
    struct mistakes mistakes = {.out = out};
    const struct driver *driver = device_map_parse("plant.yaml", yaml, strlen(yaml), &mistakes);
    fclose(out);
    assert_int_equal(driver == NULL, size > 0);
    return driver;
}

static const struct driver *parse_right(const char *yaml) {
    char *said = NULL;
    const struct driver *driver = parse(yaml, &said);
    assert_string_equal(said, "");
    free(said);
    return driver;
}

static void check_mistakes(const char *yaml, const char *expected) {
    char *said = NULL;
    assert_null(parse(yaml, &said));
    assert_string_equal(said, expected);
    free(said);
}

/* One point of a Modbus map, and what is said of it behind file and line. */
static void check_point(const char *point, const char *expected) {
    char yaml[1000], line[1000];
    snprintf(yaml, sizeof(yaml), MODBUS "points:\n  - %s\n", point);
    snprintf(line, sizeof(line), "plant.yaml:" POINT_LINE ":%s\n", expected);
    check_mistakes(yaml, line);
}

static void check_snmp_point(const char *point, const char *expected) {
    char yaml[1000], line[1000];
    snprintf(yaml, sizeof(yaml), SNMP "points:\n  - %s\n", point);
    snprintf(line, sizeof(line), "plant.yaml:7:%s\n", expected);
    check_mistakes(yaml, line);
}

static void a_modbus_map_becomes_a_driver(void **state) {
    (void)state;
    const struct driver *driver = parse_right(
        MODBUS
        "manufacturer: 한국제어\nword_order: low_first\n"
        "absent: {s16: [-32768, 0x7fff]}\n"
        "manners: {most_registers: 60, widest_gap: 4, pause: 20ms, refresh: 2s, timeout: 3s}\n"
        "facts: {model: {holding: 1, text: 8}, serial: {holding: 9, type: u32, word_order: high_first}}\n"
        "points:\n"
        "  - {quantity: coolant_temperature_celsius, input: 0x65, type: s16, unit: degF, scale: 0.1,\n"
        "     offset: -40, side: primary, point: supply, rate: slow, absent: -1}\n"
        "  - {quantity: facility_leak_state, discrete: 7, part: zone, number: 2/3, states: {0: leak, 1: "
        "dry}}\n"
        "  - {quantity: alarm_state, input: 9, bit: 3, point: fault}\n"
        "groups:\n"
        "  - repeat: [{part: unit, count: 3, first: 2, stride: 50, fitted: {holding: 30, type: u16}}]\n"
        "    points:\n"
        "      - {quantity: active_power_watts, phase: L1-L2, holding: 200, type: f32, unit: kW, stride: "
        "10}\n");
    assert_string_equal(driver->name, "plant");
    assert_true(driver->of_site);
    assert_int_equal(driver->class, CLASS_CHILLER);
    assert_string_equal(driver->manufacturer, "한국제어");
    assert_int_equal(driver->manners.shortest_ms, 2000);
    assert_int_equal(driver->manners.pause_ms, 20);
    assert_int_equal(driver->absent.n, 1);
    assert_int_equal(driver->absent.of[0].absent.values[1], 0x7fff);
    assert_int_equal(driver->n_facts, 2);
    assert_int_equal(driver->facts[0].source.words, 8);
    assert_false(driver->facts[1].source.low_word_first);
    assert_int_equal(driver->n_groups, 2);
    const struct point *points = driver->groups[0].points;
    assert_int_equal(driver->groups[0].n_points, 3);
    assert_int_equal(points[0].quantity, COOLANT_TEMPERATURE);
    assert_int_equal(points[0].source.address, 101);
    assert_true(points[0].source.low_word_first);
    assert_int_equal(points[0].unit, FAHRENHEIT);
    assert_true(points[0].mul == 1 && points[0].add == -400 && points[0].div == 10);
    assert_string_equal(points[0].at.point, "supply");
    assert_int_equal(points[0].absent.values[0], -1);
    assert_int_equal(points[0].rate, RATE_SLOW);
    assert_int_equal(points[1].at.id[1], 3);
    assert_int_equal(points[1].states[0].published, LEAK_WET);
    assert_int_equal(points[2].source.wire, BIT);
    const struct repeat *repeat = driver->groups[1].over;
    assert_int_equal(repeat->most, 3);
    assert_int_equal(repeat->first, 2);
    assert_int_equal(repeat->fitted.address, 30);
    assert_int_equal(driver->groups[1].points[0].source.stride[0], 10);
    assert_int_equal(driver->groups[1].points[0].at.phase, PHASE_L1_L2);
    driver_release(driver);
}

static void an_snmp_map_becomes_a_driver(void **state) {
    (void)state;
    const struct driver *driver = parse_right(
        SNMP
        "oid_base: 1.3.6.1.4.1.99999.1\nabsent: {any: -1}\n"
        "facts: {name: {oid: .1.3.6.1.4.1.99999.1.1.0}}\n"
        "points:\n"
        "  - {quantity: ups_mode_state, oid: 2.1.0, states: {onLine: online, onBattery: battery}}\n"
        "groups:\n"
        "  - repeat: [{part: none, fixed: 7}, {part: outlet, number_from: 3.1.9}, {part: phase}]\n"
        "    label: {oid: 3.1.2}\n"
        "    points: [{quantity: current_amperes, oid: 1.3.6.1.4.1.99999.1.3.1.4, unit: A, scale: 1/100},\n"
        "             {quantity: alarm_state, oid: 3.1.5, bit: 2}]\n");
    assert_string_equal(driver->facts[0].source.oid, "1.0");
    assert_int_equal(driver->groups[0].points[0].n_state_texts, 2);
    assert_string_equal(driver->groups[0].points[0].state_texts[1].raw, "onBattery");
    const struct group *outlets = &driver->groups[1];
    assert_true(outlets->over[0].fixed);
    assert_int_equal(outlets->over[0].first, 7);
    assert_string_equal(outlets->over[1].number.oid, "3.1.9");
    assert_int_equal(outlets->over[2].part, PART_PHASE_LINE);
    assert_string_equal(outlets->label.oid, "3.1.2");
    assert_string_equal(outlets->points[0].source.oid, "3.1.4");
    assert_int_equal(outlets->points[0].div, 100);
    assert_int_equal(outlets->points[1].source.bit, 2);
    driver_release(driver);
    driver =
        parse_right(SNMP "points: [{quantity: frequency_hertz, oid: 1.3.6.1.4.1.99999.5.0, unit: Hz}]\n");
    assert_string_equal(driver->groups[0].points[0].source.oid, "4.1.99999.5.0");
    driver_release(driver);
}

/* What stands in raw and value, or in scale and offset, is one exact line. */
static void scales_are_exact(void **state) {
    (void)state;
    static const struct {
        const char *words;
        int64_t mul, add, div;
    } cases[] = {
        {"scale: 0.1", 1, 0, 10},
        {"scale: 10", 10, 0, 1},
        {"scale: 1/60", 1, 0, 60},
        {"scale: -2.50", -5, 0, 2},
        {"scale: 0.000001", 1, 0, 1000000},
        {"scale: 5/9, offset: -160/9", 5, -160, 9},
        {"offset: 0.5", 2, 1, 2},
        {"raw: 4000..20000, value: 0..100", 1, -4000, 160},
        {"raw: 0..1000, value: -40..60", 1, -400, 10},
        {"raw: 20000..4000, value: 100..0", 1, -4000, 160},
        {"raw: -1.5..1.5, value: 0..3", 2, 3, 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char yaml[500];
        snprintf(yaml, sizeof(yaml),
                 MODBUS "points: [{quantity: voltage_volts, input: 1, type: s16, unit: V, %s}]\n",
                 cases[i].words);
        const struct driver *driver = parse_right(yaml);
        const struct point *point = &driver->groups[0].points[0];
        assert_int_equal(point->mul, cases[i].mul);
        assert_int_equal(point->add, cases[i].add);
        assert_int_equal(point->div, cases[i].div);
        driver_release(driver);
    }
}

static void a_transmitter_has_bounds(void **state) {
    (void)state;
    const struct driver *driver = parse_right(
        MODBUS
        "points: [{quantity: voltage_volts, input: 1, type: s16, unit: V, raw: 20000..4000, value: 0..1}]\n");
    assert_int_equal(driver->groups[0].points[0].raw_least, 3200);
    assert_int_equal(driver->groups[0].points[0].raw_most, 20800);
    driver_release(driver);
}

static void mistakes_in_the_head(void **state) {
    (void)state;
    check_mistakes("nmae: x\n", "plant.yaml:1:1: unknown key \"nmae\"; did you mean \"name\"?\n"
                                "plant.yaml:1:1: \"name\" is missing\n"
                                "plant.yaml:1:1: \"title\" is missing\n"
                                "plant.yaml:1:1: \"class\" is missing\n"
                                "plant.yaml:1:1: \"protocol\" is missing\n"
                                "plant.yaml:1:1: \"sources\" is missing\n");
    check_mistakes("name: Plant 1\ntitle: \"\"\nclass: chilller\nprotocol: modbsu\nsources: x\n",
                   "plant.yaml:1:7: name: must be lower-case letters, digits and underscores: it is part of "
                   "every reading's identity\n"
                   "plant.yaml:2:8: title: must be a line of 1 to 200 bytes\n"
                   "plant.yaml:3:8: class: unknown class \"chilller\"; did you mean \"chiller\"?\n"
                   "plant.yaml:4:11: protocol: unknown protocol \"modbsu\"; did you mean \"modbus\"?\n");
    check_mistakes("name: apc_rpdu2\ntitle: t\nclass: pdu\nprotocol: modbus\nsources: x\noid_base: 1.3\n",
                   "plant.yaml:1:7: name: is the name of a driver: `hallwatch drivers` lists them\n"
                   "plant.yaml:6:11: oid_base: is for SNMP, but the protocol is Modbus\n"
                   "plant.yaml:1:1: first_register: is missing: 0 where the list gives the number 0 to the "
                   "first register (as on the wire), 1 where it gives 1 (40001, 30001)\n"
                   "plant.yaml:1:1: there is nothing to read: write \"points\" or \"groups\"\n");
    check_mistakes(SNMP "first_register: 1\nword_order: low_first\noid_base: 1.3.6.1.4..1\n"
                        "points: [{quantity: frequency_hertz, oid: 1.0, unit: Hz}]\n",
                   "plant.yaml:6:17: first_register: is for Modbus, but the protocol is SNMP\n"
                   "plant.yaml:7:13: word_order: is for Modbus, but the protocol is SNMP\n"
                   "plant.yaml:8:11: oid_base: must be an OID in numbers, below 1.3.6.1\n");
    check_mistakes(
        MODBUS "absent: {s16: none}\nmanners: {most_registers: 126, pause: 5}\n"
               "facts: {model: {holding: 1}}\n"
               "points: [{quantity: smoke_state, coil: 1}]\n",
        "plant.yaml:7:15: absent.s16: must be a whole number, such as -1 or 0x7fff\n"
        "plant.yaml:8:27: manners.most_registers: 126 is out of bounds: from 1 to 125\n"
        "plant.yaml:8:39: manners.pause: \"5\" must be a duration with its unit, such as 200ms, 5s, "
        "15min or 1h\n");
    check_mistakes(MODBUS "facts: {model: {holding: 1}}\npoints: [{quantity: smoke_state, coil: 1}]\n",
                   "plant.yaml:7:26: facts.model.type: is missing: u16, s16, u32, s32, u64, s64, f32, f64, "
                   "low_byte or high_byte; or write \"bit\"\n");
    check_mistakes("- a\n", "plant.yaml:1:1: must be a map, not a list\n");
    check_mistakes("", "plant.yaml: the file is empty\n");
}

static void mistakes_in_quantities_and_units(void **state) {
    (void)state;
    check_point("{input: 1, type: u16}",
                "5: points[0].quantity: is missing: `hallwatch drivers --metrics` lists them");
    check_point("{quantity: coolant_temperature, input: 1, type: u16}",
                "16: points[0].quantity: unknown quantity \"coolant_temperature\"; did you mean "
                "\"coolant_temperature_celsius\"?");
    check_point("{quantity: actve_power_watts, input: 1, type: u16}",
                "16: points[0].quantity: unknown quantity \"actve_power_watts\"; did you mean "
                "\"active_power_watts\"?");
    /* What the agent says of a device is not a device's to say. */
    check_point("{quantity: device_up, input: 1, type: u16}",
                "16: points[0].quantity: unknown quantity \"device_up\": `hallwatch drivers --metrics` lists "
                "them");
    check_point(
        "{quantity: coolant_temperature_celsius, input: 1, type: u16, unit: C}",
        "72: points[0].unit: \"C\" is no unit of coolant_temperature_celsius; there are: degC, degF, K abs");
    check_point("{quantity: active_power_watts, input: 1, type: u16, unit: V}",
                "63: points[0].unit: \"V\" is no unit of active_power_watts; there are: W, kW, MW, mW, ton");
    check_point(
        "{quantity: frequency_hertz, input: 1, type: u16}",
        "5: points[0].unit: is missing: frequency_hertz comes in Hz, rpm; unstated: shown by read --raw, "
        "never published");
    check_point("{quantity: leak_state, coil: 1, unit: \"1\"}",
                "43: points[0].unit: leak_state is a state and has no unit");
}

static void mistakes_in_sources(void **state) {
    (void)state;
    check_point("{quantity: leak_state}",
                "5: points[0].holding: is missing: where the value is (holding, input, coil or discrete)");
    check_point("{quantity: leak_state, coil: 1, discrete: 2}",
                "47: points[0].discrete: a value is read at one place only");
    check_point("{quantity: leak_state, oid: 1.2.3.0}",
                "33: points[0].oid: is for SNMP, but the protocol is Modbus");
    check_point(
        "{quantity: leak_state, coil: 0}",
        "34: points[0].coil: 0 is before the first register: first_register says that the list counts "
        "from 1");
    check_point("{quantity: leak_state, coil: 65536}",
                "34: points[0].coil: 65536 is out of bounds: from 0 to 65535");
    check_point("{quantity: leak_state, coil: 1, type: u16}",
                "34: points[0].coil: coils and discrete inputs are single bits: no type and no word_order");
    check_point(
        "{quantity: voltage_volts, holding: 1, unit: V}",
        "40: points[0].type: is missing: u16, s16, u32, s32, u64, s64, f32, f64, low_byte or high_byte; "
        "or write \"bit\"");
    check_point("{quantity: voltage_volts, holding: 1, unit: V, type: int}",
                "58: points[0].type: unknown type \"int\"; did you mean \"bit\"?");
    check_point("{quantity: leak_state, holding: 1, type: bit}",
                "37: points[0].bit: is missing: which bit, 0 (lowest) to 15");
    check_point("{quantity: leak_state, holding: 1, bit: 16}",
                "45: points[0].bit: 16 is out of bounds: from 0 to 15");
    check_point("{quantity: voltage_volts, unit: V, holding: 1, type: u16, bit: 1}",
                "68: points[0].bit: is for registers of type bit");
    check_point("{quantity: voltage_volts, unit: V, holding: 65535, type: u64}",
                "16: points[0].quantity: value at 65535 reaches beyond the last register");
    check_point("{quantity: leak_state, coil: 1, stride: 2}",
                "45: points[0].stride: goes with what repeats: one number per \"repeat\"");
    check_snmp_point(
        "{quantity: frequency_hertz, oid: 1.2.x, unit: Hz}",
        "38: points[0].oid: \"1.2.x\" must be an OID in numbers, such as 1.3.6.1.4.1.99999.1.2.0");
    check_snmp_point("{quantity: frequency_hertz, coil: 1, unit: Hz}",
                     "39: points[0].coil: is for Modbus, but the protocol is SNMP");
    check_snmp_point("{quantity: frequency_hertz, oid: 1.2.0, type: u16, unit: Hz}",
                     "38: points[0].oid: SNMP says types itself: no type, text or word_order");
    check_mistakes(
        SNMP "oid_base: 1.3.6.1.4.1.9\n"
             "points: [{quantity: frequency_hertz, oid: 1.3.6.1.4.1.8.1.0, unit: Hz}]\n",
        "plant.yaml:7:43: points[0].oid: 1.3.6.1.4.1.8.1.0 is not below oid_base, 1.3.6.1.4.1.9\n");
}

static void mistakes_in_scales(void **state) {
    (void)state;
#define VOLTS "{quantity: voltage_volts, input: 1, type: u16, unit: V, "
    check_point(VOLTS "scale: 0}",
                "68: points[0].scale: \"0\" must be a number that the raw value is multiplied "
                "by, such as 0.1 or 1/60");
    check_point(VOLTS "scale: 1/0}", "68: points[0].scale: \"1/0\" must be a number that the raw value is "
                                     "multiplied by, such as 0.1 or 1/60");
    check_point(VOLTS "scale: \"0,1\"}",
                "68: points[0].scale: \"0,1\" must be a number that the raw value is "
                "multiplied by, such as 0.1 or 1/60");
    check_point(VOLTS "offset: x}",
                "69: points[0].offset: \"x\" must be a number that is added behind the scale, such as -40");
    check_point(VOLTS "raw: 1..2}", "66: points[0].raw: \"1..2\" needs \"value\", what it stands for");
    check_point(VOLTS "value: 1..2}",
                "68: points[0].value: \"1..2\" needs \"raw\", the numbers it stands for");
    check_point(VOLTS "raw: 1-2, value: 1..2}",
                "66: points[0].raw: \"1-2\" must be a range such as 4000..20000");
    check_point(VOLTS "raw: 1..2, value: 2..2}",
                "79: points[0].value: \"2..2\" must be a range such as 0..100");
    check_point(VOLTS "raw: 1..2, value: 1..2, scale: 2}",
                "66: points[0].raw: \"1..2\" and scale or offset say the same: write one");
    check_point(VOLTS "scale: 0.12345678901, offset: 0.00000000001}",
                "91: points[0].offset: \"0.00000000001\" is too fine or too large to be exact");
    check_point("{quantity: leak_state, coil: 1, scale: 2}",
                "44: points[0].scale: leak_state is a state: it has \"states\" instead");
}

static void mistakes_in_states(void **state) {
    (void)state;
    check_point("{quantity: pump_state, coil: 1}",
                "16: points[0].states: is missing: what the device's codes mean; pump_state can be running, "
                "standby, off, fault");
    check_point("{quantity: leak_state, coil: 1, states: {0: wet}}",
                "49: unknown state of leak_state \"wet\"; known: dry, leak, sensor_fault");
    check_point("{quantity: leak_state, coil: 1, states: {closed: leak}}",
                "46: states: \"closed\" and all codes of registers must be whole numbers");
    check_point("{quantity: leak_state, coil: 1, states: {1: leak, 0x1: dry}}",
                "55: states: \"0x1\" has a meaning already");
    check_point("{quantity: leak_state, coil: 1, states: {4294967296: leak}}",
                "46: states: \"4294967296\" is no code of 32 bits");
    check_point("{quantity: voltage_volts, coil: 1, unit: V, states: {1: leak}}",
                "58: states: voltage_volts is no state");
}

static void mistakes_in_places(void **state) {
    (void)state;
    check_point(
        "{quantity: leak_state, coil: 1, part: pmup, side: third, phase: L4, number: a, point: sump}",
        "43: points[0].part: unknown part \"pmup\"; did you mean \"pump\"?\n"
        "plant.yaml:8:81: points[0].number: must be a number, or up to 3 with slashes from outer to inner: "
        "2/17\n"
        "plant.yaml:8:69: points[0].phase: unknown phase \"L4\"; did you mean \"L1\"?\n"
        "plant.yaml:8:55: points[0].side: unknown side \"third\"; known: primary, secondary");
}

static void mistakes_in_groups(void **state) {
    (void)state;
    check_mistakes(MODBUS "groups:\n  - {repeat: [], points: [{quantity: leak_state, coil: 1}]}\n",
                   "plant.yaml:8:5: groups: \"repeat\" is empty: single values stand under \"points\"\n");
    check_mistakes(
        MODBUS "groups:\n  - {repeat: [{part: pmup, fixed: 3}], points: [{quantity: leak_state, coil: 1}]}\n",
        "plant.yaml:8:35: repeat[0].fixed: is for SNMP, but the protocol is Modbus\n"
        "plant.yaml:8:15: repeat[0].count: is missing: how many there are at most\n"
        "plant.yaml:8:22: repeat[0].part: unknown part \"pmup\"; did you mean \"pump\"?\n");
    check_mistakes(SNMP "groups:\n  - {repeat: [{part: pump, count: 3}], points: [{quantity: leak_state, "
                        "oid: 1.2, bit: 0}]}\n",
                   "plant.yaml:7:35: repeat[0].count: is for Modbus, but the protocol is SNMP\n");
    check_mistakes(
        SNMP "groups:\n  - {repeat: [{part: pump, fixed: 3}], points: [{quantity: leak_state, oid: 1.2, bit: "
             "0}]}\n",
        "plant.yaml:7:22: repeat[0].part: a fixed piece of the index numbers nothing: write \"part: "
        "none\"\n");
    check_mistakes(MODBUS "groups:\n  - repeat: [{part: unit, count: 4000}, {part: pump, count: 5}]\n"
                          "    points: [{quantity: leak_state, coil: 1}]\n",
                   "plant.yaml:8:5: groups: repeats to 20000 readings or more; a device has at most 16000\n");
    check_mistakes(MODBUS "groups:\n  - repeat: [{part: unit, count: 100, stride: 1000}]\n"
                          "    points: [{quantity: leak_state, coil: 1}]\n",
                   "plant.yaml:9:25: points[0].quantity: value at 1 reaches beyond the last register\n");
    check_mistakes(MODBUS
                   "groups:\n  - repeat: [{part: phase, count: 2, first: 3}]\n"
                   "    points: [{quantity: voltage_volts, input: 1, type: u16, unit: V, stride: [1, 2]}]\n",
                   "plant.yaml:8:35: repeat[0].count: there are three phases\n"
                   "plant.yaml:9:79: points[0].stride: goes with what repeats: one number per \"repeat\"\n");
    check_mistakes(MODBUS "groups:\n  - {points: [{quantity: leak_state, coil: 1}]}\n",
                   "plant.yaml:8:5: groups[0]: \"repeat\" is missing\n");
}

static void what_is_one_reading_stands_there_once(void **state) {
    (void)state;
    check_mistakes(
        MODBUS "points:\n"
               "  - {quantity: leak_state, coil: 1, point: sump}\n"
               "  - {quantity: leak_state, coil: 2, point: sump}\n"
               "  - {quantity: alarm_state, coil: 2, point: pump}\n",
        "plant.yaml:9:16: points[1].quantity: leak_state of the same place is on line 8 already: give it "
        "another part, number, phase, side or point\n"
        "plant.yaml:10:16: points[2].quantity: the same is read on line 9 already\n");
}

static void maps_are_compared_by_what_they_say(void **state) {
    (void)state;
    const struct driver *one = parse_right(MODBUS "points: [{quantity: leak_state, coil: 1}]\n");
    const struct driver *same =
        parse_right("# otherwise laid out\nfirst_register: 1\nsources: list\n"
                    "protocol: \"modbus\"\nclass: chiller\ntitle: Plant\nname: plant\n"
                    "points:\n  - coil: 1\n    quantity: leak_state\n");
    const struct driver *other = parse_right(MODBUS "points: [{quantity: leak_state, coil: 2}]\n");
    assert_true(device_map_same(one, one));
    assert_true(device_map_same(one, same));
    assert_false(device_map_same(one, other));
    assert_false(device_map_same(one, all_drivers[0]));
    assert_string_equal(device_map_file(one), "plant.yaml");
    assert_null(device_map_file(all_drivers[0]));
    assert_ptr_equal(driver_hold(one), one);
    driver_release(one);
    assert_string_equal(one->name, "plant");
    driver_release(one);
    driver_release(same);
    driver_release(other);
    driver_release(driver_hold(all_drivers[0]));
    driver_release(NULL);
}

static void a_map_is_bounded(void **state) {
    (void)state;
    size_t room = 200000;
    char *yaml = calloc(1, room);
    assert_non_null(yaml);
    size_t used = (size_t)snprintf(yaml, room, MODBUS "groups:\n");
    for (int group = 0; group < 2; group++) {
        used +=
            (size_t)snprintf(yaml + used, room - used, "  - repeat: [{part: pump, count: 1}]\n    points:\n");
        for (int i = 0; i < 2049; i++)
            used += (size_t)snprintf(yaml + used, room - used, "      - {coil: %d}\n", i + 1);
    }
    check_mistakes(yaml, "plant.yaml:1:1: has more points than a map can have (4096)\n");
    free(yaml);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_modbus_map_becomes_a_driver),
        cmocka_unit_test(an_snmp_map_becomes_a_driver),
        cmocka_unit_test(scales_are_exact),
        cmocka_unit_test(a_transmitter_has_bounds),
        cmocka_unit_test(mistakes_in_the_head),
        cmocka_unit_test(mistakes_in_quantities_and_units),
        cmocka_unit_test(mistakes_in_sources),
        cmocka_unit_test(mistakes_in_scales),
        cmocka_unit_test(mistakes_in_states),
        cmocka_unit_test(mistakes_in_places),
        cmocka_unit_test(mistakes_in_groups),
        cmocka_unit_test(what_is_one_reading_stands_there_once),
        cmocka_unit_test(maps_are_compared_by_what_they_say),
        cmocka_unit_test(a_map_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
