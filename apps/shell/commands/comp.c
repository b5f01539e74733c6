/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { COUNT, SIZE };

static const struct option options[] = {
    {"-n", OPTION_VALUE, "count|all", "Shows so many differences, 10 if not given."},
    {"-s", OPTION_VALUE, "bytes", "How many bytes are shown of each, 4 if not given."},
};

#define PIECE      (64u << 10)
#define MOST_SHOWN 64 /* bytes of a difference */

struct comparison {
    EFI_FILE_PROTOCOL *files[2];
    uint8_t *data[2];
    size_t size[2];
    uint64_t at; /* of data[][0] in the files */
    uint64_t found, most;
    uint64_t width;
};

static EFI_STATUS fill(struct comparison *c)
{
    for (size_t i = 0; i < 2; i++) {
        c->size[i] = PIECE;
        EFI_STATUS status = file_read(c->files[i], c->data[i], &c->size[i]);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

static void show(const struct comparison *c, size_t at)
{
    print("Difference #%lu: at 0x%lX\n", c->found, c->at + at);
    for (size_t i = 0; i < 2; i++) {
        print("  File%zu:", i + 1);
        for (size_t j = at; j < c->size[i] && j < at + c->width; j++)
            print(" %02X", c->data[i][j]);
        print("\n");
    }
}

static EFI_STATUS compare(struct comparison *c)
{
    for (;;) {
        EFI_STATUS status = shell_interrupted() ? EFI_ABORTED : fill(c);
        if (EFI_ERROR(status))
            return status;
        size_t both = MIN(c->size[0], c->size[1]);
        for (size_t at = 0; at < both;) {
            if (c->data[0][at] == c->data[1][at]) {
                at++;
                continue;
            }
            c->found++;
            show(c, at);
            if (c->found >= c->most || shell_interrupted())
                return EFI_SUCCESS;
            at += (size_t)c->width;
        }
        if (c->size[0] != c->size[1] || both < PIECE) {
            if (c->size[0] != c->size[1]) {
                c->found++;
                print("Difference #%lu: file%d is longer\n", c->found,
                      c->size[0] > c->size[1] ? 1 : 2);
            }
            return EFI_SUCCESS;
        }
        c->at += both;
    }
}

static EFI_STATUS take_options(struct invocation *i, struct comparison *c)
{
    const char16_t *count = i->values[COUNT];
    c->most = 10;
    c->width = 4;
    if (count != NULL && text_is(count, "all"))
        c->most = UINT64_MAX;
    else if (count != NULL && !command_number(count, false, &c->most))
        return EFI_INVALID_PARAMETER;
    if (i->values[SIZE] != NULL && !command_number(i->values[SIZE], false, &c->width))
        return EFI_INVALID_PARAMETER;
    if (c->most > 0 && c->width > 0 && c->width <= MOST_SHOWN)
        return EFI_SUCCESS;
    complain("-n is 1 at least, -s from 1 to %d", MOST_SHOWN);
    return EFI_INVALID_PARAMETER;
}

static EFI_STATUS open_both(struct invocation *i, struct comparison *c)
{
    struct found *found;
    for (size_t n = 0; n < 2; n++) {
        EFI_STATUS status = operand_file(i, i->operands[n], &found);
        if (EFI_ERROR(status))
            return status;
        status = file_open(found->full, EFI_FILE_MODE_READ, 0, &c->files[n]);
        if (EFI_ERROR(status))
            return complain_status(status, "%ls", found->full);
        c->data[n] = arena_alloc(i->arena, PIECE);
        if (c->data[n] == NULL)
            return complain_status(EFI_OUT_OF_RESOURCES, "comp");
    }
    return EFI_SUCCESS;
}

static EFI_STATUS comp(struct invocation *i)
{
    struct comparison c = {0};
    EFI_STATUS status = take_options(i, &c);
    if (!EFI_ERROR(status))
        status = open_both(i, &c);
    if (!EFI_ERROR(status))
        status = complain_unless_aborted(compare(&c), i->operands[0]);
    file_close(c.files[0]);
    file_close(c.files[1]);
    if (EFI_ERROR(status))
        return status;
    if (c.found == 0)
        print("The files are the same.\n");
    return c.found == 0 ? EFI_SUCCESS : EFI_ERROR_BIT | SHELL_NOT_EQUAL;
}

SHELL_COMMAND(comp_command) = {
    .name = "comp",
    .run = comp,
    .summary = "Compares two files byte by byte.",
    .operands = "file1 file2",
    .details = "%lasterror% is 0 when they are the same, and 0x1B when they are not.",
    .examples = "  comp a.efi b.efi\n  comp -n all -s 16 a.efi b.efi",
    OPTIONS(options),
    .least = 2,
    .most = 2,
};
