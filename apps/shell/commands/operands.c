/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/operands.h"

#include "shell/console.h"
#include "shell/files/files.h"
#include "shell/files/volume.h"
#include "shell/print.h"
#include "shell/shell.h"

EFI_STATUS complain_unless_aborted(EFI_STATUS status, const char16_t *about)
{
    if (EFI_ERROR(status) && status != EFI_ABORTED)
        complain_status(status, "%ls", about);
    return status;
}

EFI_STATUS operand_files(struct invocation *i, const char16_t *operand, struct found **ret)
{
    return complain_unless_aborted(find_files(i->arena, operand, ret), operand);
}

EFI_STATUS operands_files(struct invocation *i, size_t first, size_t end, struct found **ret)
{
    struct found *all = NULL, **last = &all;
    for (size_t at = first; at < end; at++) {
        EFI_STATUS status = operand_files(i, i->operands[at], last);
        if (EFI_ERROR(status))
            return status;
        while (*last != NULL)
            last = &(*last)->next;
    }
    *ret = all;
    return EFI_SUCCESS;
}

EFI_STATUS operand_file(struct invocation *i, const char16_t *operand, struct found **ret)
{
    struct found *found;
    EFI_STATUS status = operand_files(i, operand, &found);
    if (EFI_ERROR(status))
        return status;
    if (found->next != NULL) {
        complain("'%ls' stands for more than one file", operand);
        return EFI_INVALID_PARAMETER;
    }
    if (found_is_directory(found)) {
        complain("%ls is a directory", found->full);
        return EFI_INVALID_PARAMETER;
    }
    *ret = found;
    return EFI_SUCCESS;
}

enum answer ask(const char *question, const char16_t *about)
{
    static const char letters[] = "ynac";
    EFI_KEY_DATA key;
    print("%s '%ls'? (Yes, No, All, Cancel) ", question, about);
    while (!EFI_ERROR(console_wait_key(&key))) {
        for (size_t i = 0; letters[i] != '\0'; i++)
            if ((key.Key.UnicodeChar | 0x20) == letters[i] && key.Key.UnicodeChar > ' ') {
                print("%c\n", letters[i]);
                return (enum answer)i;
            }
        if (shell_interrupted() || key.Key.ScanCode == SCAN_ESC)
            break;
    }
    print("\n");
    return ANSWER_CANCEL;
}

static bool is_current(const struct found *found)
{
    struct volume *volume = volume_current();
    struct arena arena = {0};
    struct location own;
    if (found->name[0] == 0)
        return true;
    if (volume == NULL || !found_is_directory(found))
        return false;
    const struct location current = {.volume = volume, .path = volume->directory};
    bool inside = !EFI_ERROR(file_locate(&arena, found->full, &own)) &&
                  location_lies_in(&current, own.volume, own.path);
    arena_free(&arena);
    return inside;
}

bool found_is_in_use(const struct found *found)
{
    bool in_use = is_current(found);
    if (in_use)
        complain("%ls is the current directory, or above it", found->full);
    return in_use;
}

EFI_STATUS delete_named(const char16_t *name)
{
    EFI_FILE_PROTOCOL *file;
    EFI_STATUS status = file_open(name, FILE_READ_WRITE, 0, &file);
    if (!EFI_ERROR(status))
        status = file_delete(file);
    return complain_unless_aborted(status, name);
}

EFI_STATUS delete_found(void *context, const struct found *found)
{
    return delete_named(found->full);
}
