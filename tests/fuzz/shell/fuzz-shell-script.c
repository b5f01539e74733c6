/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Whole scripts. The host stops them after some lines, since they may loop for ever. */
#include <stdlib.h>

#include "lib/ucs2.h"
#include "shell/language/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LONGEST    65536u
#define MOST_LINES 300u
/* About so many characters are looked at: a loop may run through a line of 64 KiB. */
#define WORK (1u << 20)

static unsigned lines_left;
static bool complained;

static void run(void *context, const char16_t *line)
{
    if (*line == 0)
        abort();
}

static void echo(void *context, const char16_t *line)
{
    if (ucs2_length(line, SIZE_MAX) > 1u << 24)
        abort();
}

static bool stopped(void *context)
{
    return lines_left == 0 || lines_left-- == 0;
}

static const char16_t *environment(void *context, const char16_t *name, size_t length)
{
    return length == 1 ? u"value" : NULL;
}

static EFI_STATUS expand(void *context, const char16_t *pattern, script_take_name take, void *sink)
{
    for (const char16_t *c = pattern; *c != 0; c++)
        if (*c == '*' && !take(sink, pattern))
            return EFI_OUT_OF_RESOURCES;
    return EFI_SUCCESS;
}

static void complain(void *context, size_t line, const char *problem)
{
    complained = problem != NULL && line > 0;
}

static bool answer(void *context, const char16_t *name)
{
    return ucs2_length(name, SIZE_MAX) % 2 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct script_host host = {
        .run = run,
        .echo = echo,
        .stopped = stopped,
        .environment = environment,
        .expand = expand,
        .complain = complain,
        .condition = {answer, answer, answer, NULL},
    };
    static const char16_t *const arguments[] = {u"x.nsh", u"1", u"two"};
    if (size > LONGEST)
        return 0;
    char16_t *text = calloc(size + 1, sizeof *text);
    for (size_t i = 0; i < size; i++)
        text[i] = data[i];
    lines_left = size <= WORK / MOST_LINES ? MOST_LINES : WORK / (unsigned)size;
    complained = false;
    EFI_STATUS status = script_run(&host, text, arguments, 3);
    if (status != EFI_SUCCESS && status != EFI_ABORTED &&
        (status != EFI_INVALID_PARAMETER || !complained))
        abort();
    free(text);
    return 0;
}
