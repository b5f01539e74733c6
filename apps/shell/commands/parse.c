/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { INSTANCE, SECTION };

static const struct option options[] = {
    {"-i", OPTION_VALUE, "n", "Only the n-th row of that name, from 1."},
    {"-s", OPTION_VALUE, "n", "Only in the n-th output of a command in the file, from 1."},
};

#define LARGEST_FILE (16u << 20)

/* The column's text, without quotes and with ^" as "; false when the row is shorter. Column 1 is
 * the name of the row. */
static bool column_of(const char16_t *row, uint64_t column, struct text *ret)
{
    bool quoted = false;
    for (uint64_t at = 1; *row != 0; row++) {
        if (*row == '^' && row[1] == '"') {
            row++;
        } else if (*row == '"') {
            quoted = !quoted;
            continue;
        } else if (*row == ',' && !quoted) {
            if (at++ == column)
                return true;
            continue;
        }
        if (at == column)
            text_put(ret, *row);
        if (row[1] == 0)
            return at == column;
    }
    return false;
}

struct search {
    const char16_t *name;
    uint64_t column, instance, section; /* 0: any */
    uint64_t sections, instances;
    size_t found;
};

static void take_row(struct search *search, const char16_t *row)
{
    struct text name = {0}, text = {0};
    (void)column_of(row, 1, &name);
    if (text_is(text_string(&name), "shellcommand"))
        search->sections++;
    bool same = text_compare_ignoring_case(text_string(&name), search->name) == 0 &&
                (search->section == 0 || search->section == search->sections);
    if (same)
        search->instances++;
    if (same && (search->instance == 0 || search->instance == search->instances) &&
        column_of(row, search->column, &text)) {
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

static EFI_STATUS read_rows(struct invocation *i, struct text *ret)
{
    EFI_FILE_PROTOCOL *file;
    struct found *found;
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
    struct search search = {.name = i->operands[1]};
    if (!command_number(i->operands[2], false, &search.column) ||
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
    .operands = "file row column",
    .details =
        "The file holds what commands with -sfo have written. Column 1 is the name of the row,\n"
        "column 2 the first value.",
    .examples =
        "  ls -sfo > out.txt\n  parse out.txt FileInfo 2\n  parse out.txt VolumeInfo 5 -i 1",
    OPTIONS(options),
    .least = 3,
    .most = 3,
};
