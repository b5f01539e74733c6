/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/captured_log.h"

#include <string.h>

#include "core/log.h"

static char lines[65536];
static size_t used;
static unsigned count;
static bool listening;

static void take(void *context, const char *text, size_t length)
{
    /* The replay of older lines, when the sink is added, is not of interest. */
    if (!listening)
        return;
    count++;
    if (length >= sizeof lines - used)
        return;
    memcpy(lines + used, text, length);
    used += length;
    lines[used] = '\0';
}

static struct log_sink sink = {.level = LOG_INFO, .write = take};

void captured_log_start(void)
{
    listening = false;
    log_remove_sink(&sink);
    used = 0;
    count = 0;
    lines[0] = '\0';
    log_add_sink(&sink);
    listening = true;
}

void captured_log_stop(void)
{
    log_remove_sink(&sink);
}

bool captured_log_has(const char *text)
{
    return strstr(lines, text) != NULL;
}

unsigned captured_log_lines(void)
{
    return count;
}
