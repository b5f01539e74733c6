/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/model/handles.h"
#include "shell/model/names.h"
#include "shell/model/relations.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { PATHS, LANGUAGE };

static const struct option options[] = {
    {"-d", OPTION_FLAG, NULL, "Device paths in place of names."},
    {"-l", OPTION_VALUE, "code", "Language of the names, as 'en'."},
};

/* Deeper trees are loops in the books. */
#define DEEPEST 32

static void show(const struct invocation *i, const struct family *family, EFI_HANDLE handle,
                 unsigned depth)
{
    char language[16];
    const struct relations *r = family_of(family, handle);
    struct text name = {0};
    if (r == NULL || depth > DEEPEST || shell_interrupted())
        return;
    if (i->values[PATHS] != NULL)
        append_path(&name, handle);
    else
        append_controller_name(&name, handle,
                               language_option(i->values[LANGUAGE], language, sizeof language));
    print("%*s%zX: %ls\n", (int)(2 * depth), "", handle_number(handle), text_string(&name));
    text_free(&name);
    for (size_t at = 0; at < r->children.count; at++)
        show(i, family, r->children.list[at], depth + 1);
}

static EFI_STATUS devtree(struct invocation *i)
{
    struct family family;
    EFI_HANDLE handle;
    EFI_STATUS status = handles_update();
    if (EFI_ERROR(status))
        return status;
    if (i->count > 0 && !handle_operand(i->operands[0], &handle))
        return EFI_INVALID_PARAMETER;
    status = family_read(i->arena, &family);
    if (EFI_ERROR(status))
        return status == EFI_ABORTED ? status : complain_status(status, "handles");
    if (i->count > 0)
        show(i, &family, handle, 0);
    for (size_t at = 0; i->count == 0 && at < family.all.count; at++)
        if (is_controller(&family.relations[at]) && family.relations[at].parents.count == 0)
            show(i, &family, family.all.list[at], 0);
    return shell_interrupted() ? EFI_ABORTED : EFI_SUCCESS;
}

SHELL_COMMAND(devtree_command) = {
    .name = "devtree",
    .run = devtree,
    .summary = "Shows the tree of controllers, or a part of it.",
    .operands = "[handle]",
    OPTIONS(options),
    .most = 1,
};
