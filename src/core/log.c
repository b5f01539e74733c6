/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"

#include <stdarg.h>

#include "arch/cpu.h"
#include "lib/memory.h"
#include "lib/printf.h"
#include "lib/status_name.h"

#define LINE_SIZE    320 /* with prefix, line feed and NUL; longer lines are cut */
#define HISTORY_SIZE 8192

/* Lines kept for sinks that come later, oldest first, in a ring of records: level, length (2
 * bytes), text. */
#define RECORD_HEADER 3

static struct {
    uint8_t bytes[HISTORY_SIZE];
    size_t start, used;
} history;

static struct log_sink *sinks;
static size_t problem_count;

static uint8_t history_byte(size_t offset)
{
    return history.bytes[(history.start + offset) % HISTORY_SIZE];
}

static size_t record_length(size_t offset)
{
    return history_byte(offset + 1) | (size_t)history_byte(offset + 2) << 8;
}

static void history_append(uint8_t byte)
{
    history.bytes[(history.start + history.used++) % HISTORY_SIZE] = byte;
}

static void remember(enum log_level level, const char *text, size_t length)
{
    /* A notification function that interrupts us may log as well. */
    bool enabled = cpu_interrupts_enabled();
    cpu_disable_interrupts();
    while (history.used + RECORD_HEADER + length > HISTORY_SIZE) {
        size_t oldest = RECORD_HEADER + record_length(0);
        history.start = (history.start + oldest) % HISTORY_SIZE;
        history.used -= oldest;
    }
    history_append((uint8_t)level);
    history_append((uint8_t)length);
    history_append((uint8_t)(length >> 8));
    for (size_t i = 0; i < length; i++)
        history_append((uint8_t)text[i]);
    if (enabled)
        cpu_enable_interrupts();
}

static void deliver(struct log_sink *sink, enum log_level level, const char *text, size_t length)
{
    /* A sink that itself logs, or fails an assertion, must not recurse; the other sinks get that
     * line. */
    if (level > sink->level || sink->busy)
        return;
    sink->busy = true;
    sink->write(sink->context, text, length);
    sink->busy = false;
}

void log_add_sink(struct log_sink *sink)
{
    sink->busy = false;
    for (size_t offset = 0; offset < history.used;) {
        char text[LINE_SIZE];
        enum log_level level = history_byte(offset);
        size_t length = record_length(offset);
        for (size_t i = 0; i < length; i++)
            text[i] = (char)history_byte(offset + RECORD_HEADER + i);
        deliver(sink, level, text, length);
        offset += RECORD_HEADER + length;
    }
    sink->next = sinks;
    sinks = sink;
}

void log_remove_sink(struct log_sink *sink)
{
    for (struct log_sink **link = &sinks; *link != NULL; link = &(*link)->next) {
        if (*link == sink) {
            *link = sink->next;
            return;
        }
    }
}

static const char *prefix_of(enum log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return "error: ";
    case LOG_WARNING:
        return "warning: ";
    default:
        return "";
    }
}

/* One line of text: "<prefix><format>[: <status name>]\n". */
static void log_text(enum log_level level, const char *ending, const char *format, va_list args)
{
    char text[LINE_SIZE];
    size_t length = format_text(text, sizeof text - 1, "%s", prefix_of(level));
    length += format_text_va(text + length, sizeof text - 1 - length, format, args);
    if (ending != NULL && length < sizeof text - 1)
        length += format_text(text + length, sizeof text - 1 - length, ": %s", ending);
    length = MIN(length, sizeof text - 2);
    text[length++] = '\n';

    if (level <= LOG_WARNING)
        problem_count++;
    remember(level, text, length);
    for (struct log_sink *sink = sinks; sink != NULL; sink = sink->next)
        deliver(sink, level, text, length);
}

size_t log_problem_count(void)
{
    return problem_count;
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_text(level, NULL, format, args);
    va_end(args);
}

EFI_STATUS log_failure(EFI_STATUS status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_text(LOG_ERROR, status_name(status), format, args);
    va_end(args);
    return status;
}
