/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/commands/operands.h"
#include "shell/console.h"
#include "shell/files/files.h"
#include "shell/language/sfo_row.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { INSTANCE, SECTION };

static const struct option options[] = {
    {"-i", OPTION_VALUE, "n", "Only the n-th row of that name, from 1."},
    {"-s", OPTION_VALUE, "n", "Only in the n-th output of a command in the file, from 1."},
};

#define LARGEST_FILE (16u << 20)

struct search {
    const char16_t *name;
    uint64_t column, instance, section; /* 0: any */
    uint64_t sections, instances;
    size_t found;
};

static void take_row(struct search *search, const char16_t *row)
{
    struct text name = {0}, text = {0};
    (void)sfo_row_column(row, 1, &name);
    if (text_is(text_string(&name), "shellcommand"))
        search->sections++;
    bool same = text_compare_ignoring_case(text_string(&name), search->name) == 0 &&
                (search->section == 0 || search->section == search->sections);
    if (same)
        search->instances++;
    if (same && (search->instance == 0 || search->instance == search->instances) &&
        sfo_row_column(row, search->column, &text)) {
        print_text(text_string(&text));
        print("\n");
        search->found++;
    }
    text_free(&name);
    text_free(&text);
}

static EFI_STATUS take_rows(struct search *search, struct text *text)
{
    char16_t *at = text->data;
    while (at != NULL && *at != 0) {
        char16_t *end = at;
        if (shell_interrupted())
            return EFI_ABORTED;
        while (*end != 0 && *end != '\n' && *end != '\r')
            end++;
        bool last = *end == 0;
        *end = 0;
        take_row(search, at);
        at = last ? end : end + 1;
    }
    return EFI_SUCCESS;
}

/* What comes through a pipe, as UCS-2. */
static EFI_STATUS read_input(struct text *ret)
{
    char16_t piece[256];
    for (size_t size = sizeof piece; size > 0;) {
        size = sizeof piece;
        EFI_STATUS status =
            shell_interrupted() ? EFI_ABORTED : shell.input->Read(shell.input, &size, piece);
        if (EFI_ERROR(status))
            return status;
        if (ret->length > LARGEST_FILE)
            return EFI_BAD_BUFFER_SIZE;
        text_append(ret, piece, size / sizeof *piece);
    }
    return ret->failed ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
}

static EFI_STATUS read_rows(struct invocation *i, struct text *ret)
{
    EFI_FILE_PROTOCOL *file;
    struct found *found;
    if (i->count == 2)
        return complain_unless_aborted(read_input(ret), u"input");
    EFI_STATUS status = operand_file(i, i->operands[0], &found);
    if (EFI_ERROR(status))
        return status;
    status = file_open(found->full, EFI_FILE_MODE_READ, 0, &file);
    if (!EFI_ERROR(status)) {
        status = file_read_text(file, LARGEST_FILE, ret);
        file_close(file);
    }
    return complain_unless_aborted(status, found->full);
}

static EFI_STATUS parse(struct invocation *i)
{
    struct text text = {0};
    char16_t *const *words = i->operands + (i->count - 2);
    struct search search = {.name = words[0]};
    if (i->count == 2 && shell.input == console_input()) {
        complain("a file is needed, or a pipe; 'parse -?' explains");
        return EFI_INVALID_PARAMETER;
    }
    if (!command_number(words[1], false, &search.column) ||
        (i->values[INSTANCE] != NULL &&
         !command_number(i->values[INSTANCE], false, &search.instance)) ||
        (i->values[SECTION] != NULL && !command_number(i->values[SECTION], false, &search.section)))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = read_rows(i, &text);
    if (!EFI_ERROR(status))
        status = take_rows(&search, &text);
    text_free(&text);
    if (EFI_ERROR(status) || search.found > 0)
        return status;
    complain("there is no column %lu of a row '%ls'", search.column, search.name);
    return EFI_NOT_FOUND;
}

SHELL_COMMAND(parse_command) = {
    .name = "parse",
    .run = parse,
    .summary = "Takes a column out of standard-format output.",
    .operands = "[file] row column",
    .details =
        "The file, or without it what comes through a pipe or from <, holds what commands with\n"
        "-sfo have written. Column 1 is the name of the row,\n"
        "column 2 the first value.",
    .examples =
        "  ls -sfo > out.txt\n  parse out.txt FileInfo 2\n  parse out.txt VolumeInfo 5 -i 1\n"
        "  ls -sfo | parse VolumeInfo 2",
    OPTIONS(options),
    .least = 2,
    .most = 3,
};
