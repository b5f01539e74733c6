/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/smbios.h"
#include "shell/command.h"
#include "shell/dump.h"
#include "shell/model/handles.h"
#include "shell/model/smbios_fields.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { TYPE, HANDLE, STATISTICS, ALL };

static const struct option options[] = {
    {"-t", OPTION_VALUE, "type", "Only structures of a type."},
    {"-h", OPTION_VALUE, "handle", "Only the one with this handle (hexadecimal)."},
    {"-s", OPTION_FLAG, NULL, "Only how many and how large they are."},
    {"-a", OPTION_FLAG, NULL, "Also the bytes of each."},
};

/* Strings of one structure are believed up to this size; the firmware has checked them. */
#define LONGEST 65536u

static void show_field(const EFI_SMBIOS_TABLE_HEADER *record, const struct smbios_field *field)
{
    const uint8_t *bytes = (const uint8_t *)record;
    uint64_t value = 0;
    if (field->offset + field->size > record->Length)
        return;
    for (unsigned n = 0; n < field->size; n++)
        value |= (uint64_t)bytes[field->offset + n] << (8 * n);
    if (!field->is_string)
        print("  %-24s 0x%llX\n", field->name, (unsigned long long)value);
    else
        print("  %-24s %s\n", field->name, smbios_string(record, (unsigned)value, LONGEST));
}

static void show(const struct invocation *i, const EFI_SMBIOS_TABLE_HEADER *record)
{
    const struct smbios_type *type = smbios_type(record->Type);
    print("\nType %u, handle 0x%04X, length 0x%02X: %s\n", record->Type, record->Handle,
          record->Length, type != NULL ? type->name : "of another type");
    for (size_t at = 0; type != NULL && at < type->count; at++)
        show_field(record, &type->fields[at]);
    if (type == NULL || type->count == 0)
        for (unsigned n = 1; *smbios_string(record, n, LONGEST) != '\0'; n++)
            print("  String %-17u %s\n", n, smbios_string(record, n, LONGEST));
    if (i->values[ALL] != NULL)
        dump_bytes(0, record, smbios_size(record, LONGEST));
}

static EFI_STATUS view(struct invocation *i, EFI_SMBIOS_PROTOCOL *smbios, uint64_t wanted_type,
                       uint64_t wanted_handle)
{
    EFI_SMBIOS_HANDLE handle = SMBIOS_HANDLE_PI_RESERVED; /* begins anew */
    EFI_SMBIOS_TABLE_HEADER *record;
    size_t shown = 0, bytes = 0;
    while (!EFI_ERROR(smbios->GetNext(smbios, &handle, NULL, &record, NULL))) {
        if (shell_interrupted())
            return EFI_ABORTED;
        if ((i->values[TYPE] != NULL && record->Type != wanted_type) ||
            (i->values[HANDLE] != NULL && record->Handle != wanted_handle))
            continue;
        shown++;
        bytes += smbios_size(record, LONGEST);
        if (i->values[STATISTICS] == NULL)
            show(i, record);
    }
    if (shown == 0) {
        complain("there is no such structure");
        return EFI_NOT_FOUND;
    }
    print("%s%zu structures, %zu bytes\n", i->values[STATISTICS] != NULL ? "" : "\n", shown, bytes);
    return EFI_SUCCESS;
}

static EFI_STATUS smbiosview(struct invocation *i)
{
    EFI_SMBIOS_PROTOCOL *smbios = first_interface(GUID_OF(EFI_SMBIOS_PROTOCOL));
    uint64_t type = 0, handle = 0;
    if ((i->values[TYPE] != NULL && !command_number(i->values[TYPE], false, &type)) ||
        (i->values[HANDLE] != NULL && !command_number(i->values[HANDLE], true, &handle)))
        return EFI_INVALID_PARAMETER;
    if (smbios == NULL)
        return complain_status(EFI_NOT_FOUND, "SMBIOS");
    print("SMBIOS %u.%u\n", smbios->MajorVersion, smbios->MinorVersion);
    return view(i, smbios, type, handle);
}

SHELL_COMMAND(smbiosview_command) = {
    .name = "smbiosview",
    .run = smbiosview,
    .summary = "Shows what SMBIOS says of the machine.",
    .operands = "",
    .examples = "  smbiosview -b\n  smbiosview -t 1\n  smbiosview -s",
    OPTIONS(options),
};
