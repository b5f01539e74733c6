/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/panic.h"

#include <stdarg.h>

#include "arch/cpu.h"
#include "core/log.h"
#include "lib/assert.h"
#include "lib/printf.h"

void panic(const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    format_text_va(text, sizeof text, format, args);
    va_end(args);
    log_error("panic: %s", text);
    cpu_halt();
}

void assert_failed(const char *file, int line, const char *condition)
{
    panic("%s:%d: assertion failed: %s", file, line, condition);
}
