/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "efi/system_table.h"
#include "lib/macros.h"

/* The conformance selftest: one file per topic, a table of tests at its end. What the tests show
 * stands in status_codes.txt. */

struct selftest {
    const char *name;
    void (*run)(void);
};

struct topic {
    const char *name;
    const struct selftest *tests;
    size_t count;
};

#define TOPIC(name, tests)                                                                         \
    {                                                                                              \
        name, tests, ARRAY_SIZE(tests)                                                             \
    }

/* The program itself; `bs` is gone after ExitBootServices. */
extern EFI_HANDLE self;
extern EFI_SYSTEM_TABLE *st;
extern EFI_BOOT_SERVICES *bs;
extern EFI_RUNTIME_SERVICES *rt;

/* The running test needs what this firmware does not have, and returns: neither passed nor failed.
 */
void skip_without(const char *what);

/* A failed check is a line of its own and makes the running test fail; the test goes on. Both
 * return whether the check was good. */
bool check(bool good, const char *file, int line, const char *what);
bool check_status(EFI_STATUS expected, EFI_STATUS found, const char *file, int line,
                  const char *what);
bool check_number(uint64_t expected, uint64_t found, const char *file, int line, const char *what);

/* The status that a call returns, and what a condition or a number is. */
#define EXPECT(expected, call) check_status(expected, call, __FILE__, __LINE__, #call)
#define CHECK(condition)       check(condition, __FILE__, __LINE__, #condition)
#define EQUAL(expected, found)                                                                     \
    check_number((uint64_t)(expected), (uint64_t)(found), __FILE__, __LINE__, #found)

/* The same, for what the rest of the test needs. */
#define REQUIRE(expected, call)                                                                    \
    do {                                                                                           \
        if (!EXPECT(expected, call))                                                               \
            return;                                                                                \
    } while (0)
#define REQUIRE_TRUE(condition)                                                                    \
    do {                                                                                           \
        if (!CHECK(condition))                                                                     \
            return;                                                                                \
    } while (0)
