/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"

#include <stdarg.h>

#include "arch/cpu.h"
#include "lib/memory.h"
#include "lib/printf.h"
#include "lib/status_name.h"

#define LINE_SIZE    320 /* with prefix, line feed and NUL; longer lines are cut */
#define HISTORY_SIZE 8192

/* Lines kept for sinks that come later, in a ring of records: level, length (2 bytes), text.
 * Positions count bytes since the first line ever; [begin, end) is still there. */
#define RECORD_HEADER 3

static struct {
    uint8_t bytes[HISTORY_SIZE];
    uint64_t begin, end;
} history;

static struct log_sink *sinks;
static size_t problem_count;

static uint8_t history_byte(uint64_t position)
{
    return history.bytes[position % HISTORY_SIZE];
}

static size_t record_length(uint64_t position)
{
    return history_byte(position + 1) | (size_t)history_byte(position + 2) << 8;
}

static void history_append(uint8_t byte)
{
    history.bytes[history.end++ % HISTORY_SIZE] = byte;
}

static void remember(enum log_level level, const char *text, size_t length)
{
    /* A notification function that interrupts us may log as well. */
    bool enabled = cpu_interrupts_enabled();
    cpu_disable_interrupts();
    while (history.end - history.begin + RECORD_HEADER + length > HISTORY_SIZE)
        history.begin += RECORD_HEADER + record_length(history.begin);
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
    uint64_t position = history.begin, end = history.end;
    sink->busy = false;
    while (position < end) {
        char text[LINE_SIZE];
        enum log_level level = history_byte(position);
        size_t length = record_length(position);
        for (size_t i = 0; i < length; i++)
            text[i] = (char)history_byte(position + RECORD_HEADER + i);
        deliver(sink, level, text, length);
        position += RECORD_HEADER + length;
        if (position < history.begin) /* the sink itself logged, and that pushed lines out */
            position = history.begin;
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
