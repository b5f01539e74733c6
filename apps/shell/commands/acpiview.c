/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "hw/acpi.h"
#include "shell/command.h"
#include "shell/dump.h"
#include "shell/files/files.h"
#include "shell/model/acpi_tables.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { LIST, SELECT, DUMP };

static const struct option options[] = {
    {"-l", OPTION_FLAG, NULL, "Only lists the tables."},
    {"-s", OPTION_VALUE, "name", "Only tables with this signature."},
    {"-d", OPTION_FLAG, NULL, "Writes each selected table to a file NAME####.bin here."},
};

struct view {
    const struct invocation *i;
    size_t number, shown, wrong;
};

static void signature_of(const struct acpi_header *table, char16_t ret[5])
{
    for (unsigned n = 0; n < 4; n++) {
        char c = (char)(table->signature >> (8 * n));
        ret[n] = (char16_t)(c > ' ' && c < 0x7f ? c : '_');
    }
    ret[4] = 0;
}

static EFI_STATUS write_table(const struct view *view, const struct acpi_header *table)
{
    struct text name = {0};
    char16_t signature[5];
    EFI_FILE_PROTOCOL *file;
    signature_of(table, signature);
    text_format(&name, "%ls%04zX.bin", signature, view->number);
    EFI_STATUS status = file_create(text_string(&name), &file);
    if (!EFI_ERROR(status)) {
        status = file_write(file, table, table->length);
        file_close(file);
    }
    if (EFI_ERROR(status))
        (void)complain_status(status, "%ls", text_string(&name));
    else
        print("  written to %ls\n", text_string(&name));
    text_free(&name);
    return status;
}

static EFI_STATUS visit(const struct acpi_header *table, void *context)
{
    struct view *view = context;
    char16_t signature[5];
    signature_of(table, signature);
    view->number++;
    if (shell_interrupted())
        return EFI_ABORTED;
    if (view->i->values[SELECT] != NULL &&
        text_compare_ignoring_case(signature, view->i->values[SELECT]) != 0)
        return EFI_SUCCESS;
    bool right = acpi_checksum(table, table->length) == 0;
    view->shown++;
    view->wrong += !right;
    print("%ls  0x%016llX  length 0x%06X  revision %u  OEM %.6s %.8s%s\n", signature,
          (unsigned long long)(uintptr_t)table, table->length, table->revision, table->oem_id,
          table->oem_table_id, right ? "" : "  CHECKSUM IS WRONG");
    if (view->i->values[DUMP] != NULL)
        return write_table(view, table);
    if (view->i->values[LIST] == NULL && !acpi_explain(table))
        dump_bytes(0, table, table->length);
    return EFI_SUCCESS;
}

static EFI_STATUS acpiview(struct invocation *i)
{
    struct view view = {.i = i};
    EFI_STATUS status = acpi_each_table(visit, &view);
    if (status == EFI_NOT_FOUND)
        return complain_status(status, "ACPI tables");
    if (EFI_ERROR(status))
        return status;
    if (view.shown == 0) {
        complain("there is no such table");
        return EFI_NOT_FOUND;
    }
    print("%zu tables, %zu with a wrong checksum\n", view.shown, view.wrong);
    return view.wrong > 0 ? EFI_CRC_ERROR : EFI_SUCCESS;
}

SHELL_COMMAND(acpiview_command) = {
    .name = "acpiview",
    .run = acpiview,
    .summary = "Shows the ACPI tables.",
    .operands = "",
    .details = "FACP, APIC and MCFG are explained, of others the bytes are shown. Fails when a\n"
               "checksum is wrong.",
    .examples = "  acpiview -l\n  acpiview -s APIC\n  acpiview -s DSDT -d",
    OPTIONS(options),
};
