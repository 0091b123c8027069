/* SPDX-License-Identifier: Apache-2.0 */
/* What net-snmp made of a value on the wire, as the raw value that links hand on. */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_VALUE_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_VALUE_H

#include "acquire/link.h"

struct variable_list;

/* Text is borrowed from the variable. Of an object identifier only the kind is said: its parts have another
 * size. */
struct raw snmp_value_read(const struct variable_list *variable);

#endif
