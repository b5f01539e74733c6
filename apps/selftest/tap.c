/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/tap.h"

#include "lib/ascii.h"
#include "lib/memory.h"
#include "lib/printf.h"
#include "lib/status_name.h"
#include "selftest/files.h"
#include "selftest/uart.h"

#define LINE_SIZE 256

static bool on_uart;
static size_t number;
static bool failed;
static const char *missing; /* what the running test is skipped for */
static char skips[4096];

static void put(const char *text)
{
    if (on_uart) {
        uart_put(text);
        return;
    }
    char16_t wide[LINE_SIZE];
    size_t length = 0;
    for (; text[length] != '\0' && length < LINE_SIZE - 1; length++)
        wide[length] = (uint8_t)text[length];
    wide[length] = 0;
    st->ConOut->OutputString(st->ConOut, wide);
}

static void put_line(const char *format, va_list args)
{
    char line[LINE_SIZE];
    format_text_va(line, sizeof line - 2, format, args);
    size_t length = ascii_length(line, sizeof line - 3);
    memcpy(line + length, "\r\n", 3);
    put(line);
}

static PRINTF(1, 2) void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_line(format, args);
    va_end(args);
}

void tap_plan(size_t count)
{
    say("TAP version 13");
    say("1..%zu", count);
}

static void say_behind(const char *word, const char *format, va_list args)
{
    char text[LINE_SIZE];
    format_text_va(text, sizeof text, format, args);
    say("%s %s", word, text);
}

void tap_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_behind("#", format, args);
    va_end(args);
}

void tap_bail_out(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_behind("Bail out!", format, args);
    va_end(args);
}

void tap_use_uart(void)
{
    on_uart = true;
}

/* The file's name without its folders. */
static const char *base_name(const char *file)
{
    const char *name = file;
    for (const char *c = file; *c != '\0'; c++) {
        if (*c == '/')
            name = c + 1;
    }
    return name;
}

bool check(bool good, const char *file, int line, const char *what)
{
    if (!good) {
        failed = true;
        tap_note("%s:%d: %.160s", base_name(file), line, what);
    }
    return good;
}

bool check_status(EFI_STATUS expected, EFI_STATUS found, const char *file, int line,
                  const char *what)
{
    if (!check(expected == found, file, line, what))
        tap_note("    %s, not %s", status_name(found), status_name(expected));
    return expected == found;
}

bool check_number(uint64_t expected, uint64_t found, const char *file, int line, const char *what)
{
    if (!check(expected == found, file, line, what))
        tap_note("    0x%llx, not 0x%llx", (unsigned long long)found, (unsigned long long)expected);
    return expected == found;
}

void skip_without(const char *what)
{
    missing = what;
}

void tap_read_skips(void)
{
    size_t size = sizeof skips - 1;
    if (EFI_ERROR(read_own_file(u"\\selftest.skip", skips, &size)))
        size = 0;
    skips[size] = '\0';
}

static bool is_skipped(const char *name)
{
    size_t length = ascii_length(name, LINE_SIZE);
    for (const char *line = skips; *line != '\0';) {
        size_t end = 0;
        while (line[end] != '\0' && line[end] != '\n')
            end++;
        if (end == length && memcmp(line, name, length) == 0)
            return true;
        line += end + (line[end] == '\n');
    }
    return false;
}

void tap_run(const struct topic *topic)
{
    for (size_t i = 0; i < topic->count; i++) {
        char name[LINE_SIZE];
        format_text(name, sizeof name, "%s.%s", topic->name, topic->tests[i].name);
        number++;
        if (is_skipped(name)) {
            say("ok %zu - %s # SKIP on this firmware", number, name);
            continue;
        }
        failed = false;
        missing = NULL;
        topic->tests[i].run();
        if (missing != NULL && !failed)
            say("ok %zu - %s # SKIP there is no %s", number, name, missing);
        else
            say("%s %zu - %s", failed ? "not ok" : "ok", number, name);
    }
}
