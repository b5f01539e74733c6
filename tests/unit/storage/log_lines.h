/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/log.h"

/* What was logged since the last look. */
static struct {
    unsigned count;
    char last[512];
} log_lines;

static void log_lines_write(void *context, const char *text, size_t length)
{
    log_lines.count++;
    length = length < sizeof log_lines.last ? length : sizeof log_lines.last - 1;
    memcpy(log_lines.last, text, length);
    log_lines.last[length] = 0;
}

static struct log_sink log_lines_sink = {.level = LOG_WARNING, .write = log_lines_write};

static inline int log_lines_start(void **state)
{
    log_add_sink(&log_lines_sink);
    return 0;
}

static inline int log_lines_reset(void **state)
{
    log_lines.count = 0;
    return 0;
}

#define LOG_TEST(function) cmocka_unit_test_setup(function, log_lines_reset)

/* Exactly one line, with the text in it; NULL: none. */
static inline void expect_line(const char *text)
{
    if (log_lines.count != (text != NULL ? 1u : 0u))
        fail_msg("%u lines, the last: %s", log_lines.count, log_lines.last);
    if (text != NULL && strstr(log_lines.last, text) == NULL)
        fail_msg("not \"%s\": %s", text, log_lines.last);
    log_lines.count = 0;
}
