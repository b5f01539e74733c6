/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/status.h"
#include "lib/macros.h"

/* One line per call, without "\n" in the text. What a user needs (info and worse) goes to every
 * sink and is in RELEASE builds too; debug lines are compiled out of RELEASE. */
enum log_level {
    LOG_ERROR,
    LOG_WARNING,
    LOG_INFO,
    LOG_DEBUG,
};

struct log_sink {
    enum log_level level; /* the least important level that it wants */
    /* `text` is one whole line in UTF-8, "error: " or "warning: " in front where it is one, "\n" at
     * the end. A line that is logged from inside write() goes to the other sinks only. */
    void (*write)(void *context, const char *text, size_t length);
    void *context;
    struct log_sink *next; /* log.c's own, as is `busy` */
    bool busy;
};

/* Adds a sink; it stays the caller's and must live for ever. Lines logged earlier, up to a few KiB,
 * are replayed. */
void log_add_sink(struct log_sink *sink);
void log_remove_sink(struct log_sink *sink);

void log_line(enum log_level level, const char *format, ...) PRINTF(2, 3);

/* Logs "<text>: <status name>" as an error and returns `status`: log and fail in one expression. */
EFI_STATUS log_failure(EFI_STATUS status, const char *format, ...) PRINTF(2, 3);

/* Warnings and errors so far. */
size_t log_problem_count(void);

#define log_error(...)   log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)

/* CLOUDHV_DEBUG is 0 or 1, given by the build. The arguments are checked, and not evaluated in
 * RELEASE. */
#define log_debug(...)                                                                             \
    do {                                                                                           \
        if (CLOUDHV_DEBUG)                                                                         \
            log_line(LOG_DEBUG, __VA_ARGS__);                                                      \
    } while (0)
