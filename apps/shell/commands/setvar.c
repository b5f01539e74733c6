/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/device_path_from_text.h"
#include "lib/device_path.h"
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/dump.h"
#include "shell/files/device_path.h"
#include "shell/model/handles.h"
#include "shell/model/protocol_names.h"
#include "shell/print.h"
#include "shell/shell.h"
#include "shell/variables.h"

enum { GUID, BOOT_SERVICE, RUNTIME, NON_VOLATILE };

static const struct option options[] = {
    {"-guid", OPTION_VALUE, "guid", "The vendor; EFI_GLOBAL_VARIABLE if it is not given."},
    {"-bs", OPTION_FLAG, NULL, "Readable before ExitBootServices."},
    {"-rt", OPTION_FLAG, NULL, "Readable by the operating system, too."},
    {"-nv", OPTION_FLAG, NULL, "Kept over resets."},
};

/* The value of a variable as it is put together from words. */
struct bytes {
    uint8_t *data;
    size_t size, capacity;
};

static EFI_STATUS put(struct arena *arena, struct bytes *bytes, const void *data, size_t size)
{
    if (size > bytes->capacity - bytes->size) {
        size_t capacity = 2 * bytes->capacity + size;
        uint8_t *larger = arena_alloc(arena, capacity);
        if (larger == NULL)
            return EFI_OUT_OF_RESOURCES;
        for (size_t at = 0; at < bytes->size; at++)
            larger[at] = bytes->data[at];
        bytes->data = larger;
        bytes->capacity = capacity;
    }
    for (size_t at = 0; at < size; at++)
        bytes->data[bytes->size++] = ((const uint8_t *)data)[at];
    return EFI_SUCCESS;
}

/* Byte by byte: two digits each. */
static EFI_STATUS put_hex(struct arena *arena, struct bytes *bytes, const char16_t *digits)
{
    if (ucs2_length(digits, SIZE_MAX) % 2 != 0)
        return EFI_INVALID_PARAMETER;
    for (; *digits != 0; digits += 2) {
        char16_t pair[] = {digits[0], digits[1], 0};
        uint64_t value;
        if (pair[1] == 'x' || pair[1] == 'X' || !text_to_hex(pair, &value))
            return EFI_INVALID_PARAMETER;
        uint8_t byte = (uint8_t)value;
        EFI_STATUS status = put(arena, bytes, &byte, 1);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS put_ascii(struct arena *arena, struct bytes *bytes, const char16_t *text)
{
    for (; *text != 0; text++) {
        char c = (char)*text;
        EFI_STATUS status = *text < 0x80 ? put(arena, bytes, &c, 1) : EFI_INVALID_PARAMETER;
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS put_path(struct arena *arena, struct bytes *bytes, const char16_t *text)
{
    EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL *from_text =
        first_interface(GUID_OF(EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL));
    EFI_DEVICE_PATH_PROTOCOL *path =
        from_text != NULL ? from_text->ConvertTextToDevicePath(text) : NULL;
    if (path == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = put(arena, bytes, path, device_path_size(path));
    shell.bs->FreePool(path);
    return status;
}

/* One word of the value: hexadecimal bytes as such or behind H, S"ascii", L"ucs2", P"path", each
 * maybe behind a `=`. */
static EFI_STATUS put_word(struct arena *arena, struct bytes *bytes, const char16_t *word)
{
    if (*word == '=')
        word++;
    if (text_starts_with(word, "--")) /* of older shells */
        return EFI_INVALID_PARAMETER;
    switch (*word) {
    case 'S':
        return put_ascii(arena, bytes, word + 1);
    case 'L':
        return put(arena, bytes, word + 1, ucs2_length(word + 1, SIZE_MAX) * sizeof *word);
    case 'P':
        return put_path(arena, bytes, word + 1);
    case 'H':
        return put_hex(arena, bytes, word + 1);
    default:
        return put_hex(arena, bytes, text_starts_with(word, "0x") ? word + 2 : word);
    }
}

static EFI_STATUS show(const char16_t *name, const EFI_GUID *vendor)
{
    struct variable variable;
    EFI_STATUS status = variable_read(name, vendor, &variable);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", name);
    print("%pU - %ls - 0x%04zX bytes\n", vendor, name, variable.size);
    dump_bytes(0, variable.data, variable.size);
    shell_free(variable.data);
    return EFI_SUCCESS;
}

static uint32_t attributes(const struct invocation *i)
{
    return (i->values[BOOT_SERVICE] != NULL ? EFI_VARIABLE_BOOTSERVICE_ACCESS : 0) |
           (i->values[RUNTIME] != NULL ? EFI_VARIABLE_RUNTIME_ACCESS : 0) |
           (i->values[NON_VOLATILE] != NULL ? EFI_VARIABLE_NON_VOLATILE : 0);
}

static EFI_STATUS setvar(struct invocation *i)
{
    EFI_GUID vendor = EFI_GLOBAL_VARIABLE_GUID;
    struct bytes bytes = {0};
    if (i->values[GUID] != NULL && !guid_from_text(i->values[GUID], &vendor)) {
        complain("'%ls' is no GUID", i->values[GUID]);
        return EFI_INVALID_PARAMETER;
    }
    if (i->count == 1)
        return show(i->operands[0], &vendor);
    for (size_t at = 1; at < i->count; at++) {
        EFI_STATUS status = put_word(i->arena, &bytes, i->operands[at]);
        if (EFI_ERROR(status))
            return complain_status(status, "'%ls'", i->operands[at]);
    }
    struct variable old;
    uint32_t wanted = attributes(i);
    if (!EFI_ERROR(variable_read(i->operands[0], &vendor, &old))) {
        wanted = old.attributes;
        shell_free(old.data);
    }
    if (wanted == 0)
        wanted = EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS |
                 EFI_VARIABLE_NON_VOLATILE;
    EFI_STATUS status =
        shell.rt->SetVariable(i->operands[0], &vendor, wanted, bytes.size, bytes.data);
    return EFI_ERROR(status) ? complain_status(status, "%ls", i->operands[0]) : status;
}

SHELL_COMMAND(setvar_command) = {
    .name = "setvar",
    .run = setvar,
    .summary = "Shows, sets or deletes a UEFI variable.",
    .operands = "name [=data…]",
    .details =
        "Data are hexadecimal bytes, S\"ascii\", L\"ucs-2\", P\"device path\", one after the "
        "other;\n"
        "'=' alone deletes the variable. A variable keeps its attributes; a new one without any\n"
        "gets -nv -bs -rt.",
    .examples = "  setvar BootNext =0100\n  setvar Note -guid "
                "11223344-5566-7788-99aa-bbccddeeff00 -bs =S\"text\"",
    OPTIONS(options),
    .least = 1,
    .most = ANY_NUMBER,
};
