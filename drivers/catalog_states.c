/* SPDX-License-Identifier: Apache-2.0 */
/* The published words of states, of each quantity that is one. */
#include "catalog.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

static const struct state_word load_words[] = {{LOAD_STATE_LOW, "low"},
                                               {LOAD_STATE_NORMAL, "normal"},
                                               {LOAD_STATE_NEAR_OVERLOAD, "near_overload"},
                                               {LOAD_STATE_OVERLOAD, "overload"},
                                               {0, NULL}};
static const struct state_word breaker_words[] = {{BREAKER_UNKNOWN, "unknown"},
                                                  {BREAKER_CLOSED, "closed"},
                                                  {BREAKER_OPEN, "open"},
                                                  {BREAKER_TRIPPED, "tripped"},
                                                  {0, NULL}};
static const struct state_word outlet_words[] = {
    {OUTLET_ON, "on"}, {OUTLET_OFF, "off"}, {OUTLET_PENDING, "pending"}, {0, NULL}};
static const struct state_word source_words[] = {
    {SOURCE_NONE_LIVE, "none"}, {SOURCE_A, "a"}, {SOURCE_B, "b"}, {0, NULL}};
static const struct state_word yes_words[] = {{STATE_NO, "no"}, {STATE_YES, "yes"}, {0, NULL}};
static const struct state_word ups_mode_words[] = {
    {UPS_ONLINE, "online"}, {UPS_ON_BATTERY, "battery"},
    {UPS_BYPASS, "bypass"}, {UPS_MAINTENANCE_BYPASS, "maintenance_bypass"},
    {UPS_ECO, "eco"},       {UPS_BOOST_TRIM, "boost_trim"},
    {UPS_OFF, "off"},       {UPS_TEST, "test"},
    {UPS_OTHER, "other"},   {0, NULL}};
static const struct state_word battery_words[] = {
    {BATTERY_UNKNOWN, "unknown"},   {BATTERY_NORMAL, "normal"},     {BATTERY_LOW, "low"},
    {BATTERY_DEPLETED, "depleted"}, {BATTERY_CHARGING, "charging"}, {BATTERY_FAULT, "fault"},
    {BATTERY_REPLACE, "replace"},   {BATTERY_ABSENT, "absent"},     {0, NULL}};
static const struct state_word test_words[] = {{TEST_PASSED, "passed"},
                                               {TEST_WARNING, "warning"},
                                               {TEST_FAILED, "failed"},
                                               {TEST_ABORTED, "aborted"},
                                               {TEST_RUNNING, "running"},
                                               {TEST_NONE, "none"},
                                               {0, NULL}};
static const struct state_word unit_words[] = {{UNIT_RUNNING, "running"},
                                               {UNIT_STANDBY, "standby"},
                                               {UNIT_OFF, "off"},
                                               {UNIT_FAULT, "fault"},
                                               {0, NULL}};
static const struct state_word leak_words[] = {
    {LEAK_DRY, "dry"}, {LEAK_WET, "leak"}, {LEAK_SENSOR_FAULT, "sensor_fault"}, {0, NULL}};
static const struct state_word supply_words[] = {{SUPPLY_OK, "ok"}, {SUPPLY_FAULT, "fault"}, {0, NULL}};
static const struct state_word device_words[] = {{DEVICE_NEW, "new"},         {DEVICE_ALIVE, "alive"},
                                                 {DEVICE_FAILING, "failing"}, {DEVICE_SILENT, "silent"},
                                                 {DEVICE_HELD, "held"},       {0, NULL}};
static const struct state_word level_words[] = {
    {LEVEL_NORMAL, "normal"}, {LEVEL_MIDDLE, "middle"}, {LEVEL_LOW, "low"}, {0, NULL}};
static const struct state_word node_supply_words[] = {{SUPPLY_IS_LIVE, "live"},
                                                      {SUPPLY_IS_BATTERY, "battery"},
                                                      {SUPPLY_IS_DEAD, "dead"},
                                                      {SUPPLY_IS_UNDETERMINED, "undetermined"},
                                                      {0, NULL}};
static const struct state_word sum_words[] = {
    {SUM_IS_WHOLE, "whole"}, {SUM_IS_LOWER_BOUND, "lower_bound"}, {SUM_IS_UNKNOWN, "unknown"}, {0, NULL}};
static const struct state_word budget_words[] = {{BUDGET_IS_KEPT, "kept"},
                                                 {BUDGET_IS_WARNING, "warning"},
                                                 {BUDGET_IS_CRITICAL, "critical"},
                                                 {BUDGET_IS_UNKNOWN, "unknown"},
                                                 {0, NULL}};
static const struct state_word redundancy_words[] = {{REDUNDANCY_IS_KEPT, "kept"},
                                                     {REDUNDANCY_IS_LOST, "lost"},
                                                     {REDUNDANCY_IS_PLANNED, "planned"},
                                                     {REDUNDANCY_IS_UNKNOWN, "unknown"},
                                                     {0, NULL}};
static const struct state_word condition_words[] = {
    {CONDITION_IS_NORMAL, "normal"},      {CONDITION_IS_ACTIVE, "active"},
    {CONDITION_IS_RETURNED, "returned"},  {CONDITION_IS_SUPPRESSED, "suppressed"},
    {CONDITION_IS_OUT, "out_of_service"}, {0, NULL}};

static const struct state_word *const states[N_QUANTITIES] = {
    [LOAD_STATE] = load_words,
    [BREAKER_STATE] = breaker_words,
    [OUTLET_STATE] = outlet_words,
    [TRANSFER_SWITCH_SOURCE_STATE] = source_words,
    [SOURCE_AVAILABLE_STATE] = yes_words,
    [UPS_MODE_STATE] = ups_mode_words,
    [UPS_BATTERY_STATE] = battery_words,
    [BATTERY_TEST_RESULT_STATE] = test_words,
    [POWER_SUPPLY_STATE] = supply_words,
    [PUMP_STATE] = unit_words,
    [COMPRESSOR_STATE] = unit_words,
    [RESERVOIR_STATE] = level_words,
    [LEAK_STATE] = leak_words,
    [UNIT_STATE] = unit_words,
    [ALARM_STATE] = yes_words,
    [SMOKE_STATE] = yes_words,
    [DOOR_STATE] = yes_words,
    [CONTACT_STATE] = yes_words,
    [DEVICE_STATE] = device_words,
    [SUPPLY_STATE] = node_supply_words,
    [SUM_STATE] = sum_words,
    [BUDGET_STATE] = budget_words,
    [REDUNDANCY_STATE] = redundancy_words,
    [ALARM_CONDITION_STATE] = condition_words,
};

const struct state_word *catalog_states(enum quantity quantity) {
    assert(quantity > QUANTITY_NONE && quantity < N_QUANTITIES);
    return states[quantity];
}

const char *catalog_state_word(enum quantity quantity, double code) {
    const struct state_word *word = catalog_states(quantity);
    for (; word != NULL && word->word != NULL; word++)
        if (fabs(word->code - code) < 0.5)
            return word->word;
    return NULL;
}
