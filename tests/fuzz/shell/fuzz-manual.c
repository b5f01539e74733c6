/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A manual file: what is taken out of it is never more than it has, with a line end a line. */
#include <stdlib.h>

#include "lib/ucs2.h"
#include "shell/language/manual.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text all = {0}, some = {0}, title = {0};
    if (size > 8192)
        return 0;
    char16_t *manual = calloc(size + 1, sizeof *manual);
    for (size_t i = 0; i < size; i++)
        manual[i] = data[i];
    bool found = manual_help(manual, u"x", NULL, &all);
    if (found != (all.length > 0) || all.length > 2 * size + 2)
        abort();
    if (manual_help(manual, u"x", u"NAME,b", &some) && some.length > all.length)
        abort();
    (void)manual_title(manual, u"x", &title);
    if (title.length > size)
        abort();
    text_free(&all);
    text_free(&some);
    text_free(&title);
    free(manual);
    return 0;
}
