/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Programming errors stop the machine, in RELEASE too; bytes from outside never reach an ASSERT
 * (DESIGN decision 8). assert_failed() is core's panic in the firmware and abort() on the host. */
_Noreturn void assert_failed(const char *file, int line, const char *condition);

#define ASSERT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            assert_failed(__FILE__, __LINE__, #condition);                                         \
    } while (0)
