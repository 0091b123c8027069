/* SPDX-License-Identifier: Apache-2.0 */
/* The types of SNMP values, and those that some agents wrap into Opaque. */
#include "acquire/link_snmp_value.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

static void keep_unsigned64(struct raw *raw, const struct counter64 *counter) {
    uint64_t value = (uint64_t)counter->high << 32 | (uint32_t)counter->low;
    raw->kind = value > INT64_MAX ? RAW_REAL : RAW_INTEGER;
    if (value > INT64_MAX)
        raw->real = (double)value;
    else
        raw->integer = (int64_t)value;
}

static void keep_text(struct raw *raw, const netsnmp_variable_list *variable) {
    raw->kind = RAW_TEXT;
    raw->text = (const char *)variable->val.string;
    raw->size = variable->val_len;
}

struct raw snmp_value_read(const netsnmp_variable_list *variable) {
    struct raw raw = {.kind = RAW_NONE};
    switch (variable->type) {
    case ASN_INTEGER:
        raw.kind = RAW_INTEGER;
        raw.integer = *variable->val.integer;
        break;
    case ASN_COUNTER:
    case ASN_GAUGE:
    case ASN_TIMETICKS:
    case ASN_UINTEGER:
        raw.kind = RAW_INTEGER;
        raw.unsigned32 = true;
        raw.integer = (uint32_t)*variable->val.integer;
        break;
    case ASN_COUNTER64:
    case ASN_OPAQUE_COUNTER64:
    case ASN_OPAQUE_U64:
        keep_unsigned64(&raw, variable->val.counter64);
        break;
    case ASN_OPAQUE_I64:
        raw.kind = RAW_INTEGER;
        raw.integer =
            (int64_t)((uint64_t)variable->val.counter64->high << 32 | (uint32_t)variable->val.counter64->low);
        break;
    case ASN_OPAQUE_FLOAT:
        raw.kind = RAW_REAL;
        raw.real = (double)*variable->val.floatVal;
        break;
    case ASN_OPAQUE_DOUBLE:
        raw.kind = RAW_REAL;
        raw.real = *variable->val.doubleVal;
        break;
    case ASN_OCTET_STR:
    case ASN_IPADDRESS:
    case ASN_OPAQUE:
    case ASN_NSAP:
    case ASN_BIT_STR:
        keep_text(&raw, variable);
        break;
    case ASN_OBJECT_ID:
        raw.kind = RAW_OID;
        break;
    default: /* Null and the three exceptions; the parser lets no other type through */
        break;
    }
    return raw;
}
