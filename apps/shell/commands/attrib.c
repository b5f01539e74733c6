/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/attributes.h"
#include "shell/commands/operands.h"
#include "shell/console.h"
#include "shell/files/files.h"
#include "shell/print.h"
#include "shell/shell.h"

struct change {
    uint64_t set, clear;
};

/* Takes "+rh" or "-a". False: the word is neither. */
static bool take_change(const char16_t *word, struct change *change)
{
    uint64_t attributes;
    if ((*word != '+' && *word != '-') || !attributes_parse(word + 1, &attributes) ||
        attributes == 0)
        return false;
    if (*word == '+')
        change->set |= attributes;
    else
        change->clear |= attributes;
    return true;
}

static EFI_STATUS apply(const struct found *found, const struct change *change)
{
    EFI_FILE_PROTOCOL *file;
    EFI_FILE_INFO *info = found->info;
    EFI_STATUS status = file_open(found->full, FILE_READ_WRITE, 0, &file);
    if (status == EFI_ACCESS_DENIED || status == EFI_WRITE_PROTECTED)
        status = file_open(found->full, EFI_FILE_MODE_READ, 0, &file); /* it is read-only */
    if (EFI_ERROR(status))
        return status;
    info->Attribute = (info->Attribute | change->set) & ~change->clear;
    status = file->SetInfo(file, GUID_OF(EFI_FILE_INFO), info->Size, info);
    file_close(file);
    return status;
}

static EFI_STATUS attrib_one(const struct found *found, const struct change *change)
{
    char text[8];
    EFI_STATUS status = EFI_SUCCESS;
    if (found->name[0] == 0)
        return EFI_SUCCESS; /* a root has none */
    if ((change->set | change->clear) != 0)
        status = apply(found, change);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", found->full);
    print("%s  %ls\n", attributes_show(found->info->Attribute, text), found->full);
    return EFI_SUCCESS;
}

static EFI_STATUS attrib_operand(struct invocation *i, const char16_t *operand,
                                 const struct change *change)
{
    struct found *found;
    EFI_STATUS status = operand_files(i, operand, &found);
    for (; !EFI_ERROR(status) && found != NULL; found = found->next)
        status = shell_interrupted() ? EFI_ABORTED : attrib_one(found, change);
    return status;
}

/* What is not there does not keep the other files from their turn. */
static EFI_STATUS attrib(struct invocation *i)
{
    struct change change = {0};
    size_t count = 0;
    for (size_t at = 0; at < i->count; at++) {
        if (take_change(i->operands[at], &change))
            continue;
        if (text_is(i->operands[at], "-b")) {
            console_set_page_break(true);
            continue;
        }
        if (i->operands[at][0] == '+' || i->operands[at][0] == '-') {
            complain("'%ls' is no change of attributes", i->operands[at]);
            return EFI_INVALID_PARAMETER;
        }
        i->operands[count++] = i->operands[at];
    }
    if (((change.set | change.clear) & EFI_FILE_DIRECTORY) != 0 ||
        (change.set & change.clear) != 0) {
        complain("attributes can be set or cleared, and 'd' cannot be changed");
        return EFI_INVALID_PARAMETER;
    }
    if (count == 0)
        return attrib_operand(i, u"*", &change);
    EFI_STATUS result = EFI_SUCCESS;
    for (size_t at = 0; at < count && result != EFI_ABORTED; at++) {
        EFI_STATUS status = attrib_operand(i, i->operands[at], &change);
        if (EFI_ERROR(status))
            result = status;
    }
    return result;
}

SHELL_COMMAND(attrib_command) = {
    .name = "attrib",
    .run = attrib,
    .summary = "Shows or changes the attributes of files.",
    .operands = "[+letters | -letters]… [file]…",
    .details = "  +letters       Sets a (archive), s (system), h (hidden), r (read-only).\n"
               "  -letters       Clears them.\n"
               "  -b             Stops at each page.\n"
               "\n"
               "Directories are marked with D. Without files all in the current directory are\n"
               "meant.",
    .examples = "  attrib\n  attrib +r -h boot.cfg\n  attrib -a *.txt",
    .most = ANY_NUMBER,
    .plain_words = true,
};
