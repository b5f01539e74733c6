/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/editor/history.h"

#include "lib/ucs2.h"
#include "shell/memory.h"
#include "shell/text.h"

void history_add(struct history *history, const char16_t *line)
{
    struct text copy = {0};
    const char16_t *newest = history_get(history, 1);
    if (*text_skip_spaces(line) == 0 || (newest != NULL && ucs2_equal(newest, line)))
        return;
    text_append_string(&copy, line);
    char16_t *kept = text_take(&copy);
    if (kept == NULL)
        return;
    if (history->count == HISTORY_LINES) {
        shell_free(history->lines[history->first]);
        history->first = (history->first + 1) % HISTORY_LINES;
        history->count--;
    }
    history->lines[(history->first + history->count++) % HISTORY_LINES] = kept;
}

const char16_t *history_get(const struct history *history, size_t age)
{
    if (age == 0 || age > history->count)
        return NULL;
    return history->lines[(history->first + history->count - age) % HISTORY_LINES];
}

void history_free(struct history *history)
{
    for (size_t age = 1; age <= history->count; age++)
        shell_free((char16_t *)history_get(history, age));
    *history = (struct history){0};
}
