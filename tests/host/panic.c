/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* core/panic.h on the host: the text and abort(), which ASan and libFuzzer report with a backtrace. */
#include "core/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/assert.h"

void panic(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void assert_failed(const char *file, int line, const char *condition)
{
    panic("%s:%d: assertion failed: %s", file, line, condition);
}
