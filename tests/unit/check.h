/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with what it needs before it, for every unit test. */
#ifndef HALLWATCH_TESTS_UNIT_CHECK_H
#define HALLWATCH_TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
