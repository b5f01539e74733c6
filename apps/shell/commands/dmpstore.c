/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/dump.h"
#include "shell/files/files.h"
#include "shell/files/path.h"
#include "shell/model/protocol_names.h"
#include "shell/print.h"
#include "shell/sfo.h"
#include "shell/shell.h"
#include "shell/variable_record.h"
#include "shell/variables.h"

enum { ALL, GUID, DELETE, SAVE, LOAD, SFO };

static const struct option options[] = {
    {"-all", OPTION_FLAG, NULL, "Variables of all vendors."},
    {"-guid", OPTION_VALUE, "guid", "Those of one; EFI_GLOBAL_VARIABLE if it is not given."},
    {"-d", OPTION_FLAG, NULL, "Deletes them."},
    {"-s", OPTION_VALUE, "file", "Writes them to a file."},
    {"-l", OPTION_VALUE, "file", "Sets those of a file that -s made: all, or what is named."},
    {"-sfo", OPTION_FLAG, NULL, "Standard-format output."},
};

struct work {
    const struct invocation *i;
    EFI_GUID vendor;
    EFI_FILE_PROTOCOL *file; /* -s */
    size_t count;
    EFI_STATUS result; /* of variables that could not be dealt with */
};

static void append_attributes(struct text *text, uint32_t attributes)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        {EFI_VARIABLE_NON_VOLATILE, "NV"},
        {EFI_VARIABLE_RUNTIME_ACCESS, "RT"},
        {EFI_VARIABLE_BOOTSERVICE_ACCESS, "BS"},
        {EFI_VARIABLE_HARDWARE_ERROR_RECORD, "HR"},
        {EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS, "AW"},
        {EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS, "AT"},
        {EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS, "EA"},
    };
    for (size_t at = 0; at < ARRAY_SIZE(names); at++)
        if ((attributes & names[at].bit) != 0)
            text_format(text, "%s%s", text->length > 0 ? "+" : "", names[at].name);
}

static void show_row(const char16_t *name, const EFI_GUID *vendor, const struct variable *variable)
{
    struct text hex = {0};
    for (size_t at = 0; at < variable->size; at++)
        text_format(&hex, "%02X", ((const uint8_t *)variable->data)[at]);
    sfo_row("VariableInfo");
    sfo_text(name);
    sfo_column("%pU", vendor);
    sfo_column("0x%X", variable->attributes);
    sfo_column("0x%zX", variable->size);
    sfo_text(text_string(&hex));
    sfo_end();
    text_free(&hex);
}

static void show(const struct work *work, const char16_t *name, const EFI_GUID *vendor,
                 const struct variable *variable)
{
    struct text attributes = {0};
    if (work->i->values[SFO] != NULL) {
        show_row(name, vendor, variable);
        return;
    }
    append_attributes(&attributes, variable->attributes);
    print("Variable %ls '%pU:%ls' DataSize = 0x%02zX\n", text_string(&attributes), vendor, name,
          variable->size);
    dump_bytes(0, variable->data, variable->size);
    text_free(&attributes);
}

/* More than all variables of a firmware. */
#define LARGEST_FILE (16u << 20)

static EFI_STATUS save(EFI_FILE_PROTOCOL *file, const char16_t *name, const EFI_GUID *vendor,
                       const struct variable *variable)
{
    const struct variable_record record = {name, *vendor, variable->attributes, variable->data,
                                           (uint32_t)variable->size};
    size_t size;
    void *made = variable_record_make(&record, &size);
    if (made == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = file_write(file, made, size);
    shell_free(made);
    return status;
}

static bool is_meant(const struct work *work, const char16_t *name, const EFI_GUID *vendor)
{
    return (work->i->values[ALL] != NULL || guid_equal(vendor, &work->vendor)) &&
           (work->i->count == 0 || path_matches(name, work->i->operands[0]));
}

/* All that the file has, unless a name or a vendor is given. */
static EFI_STATUS set_all(struct work *work, const char *data, size_t size)
{
    bool every = work->i->count == 0 && work->i->values[GUID] == NULL;
    EFI_STATUS result = EFI_SUCCESS;
    for (size_t at = 0, used; at < size; at += used) {
        struct variable_record r;
        if (shell_interrupted())
            return EFI_ABORTED;
        if (!variable_record_parse(data + at, size - at, &r, &used))
            return complain_status(EFI_VOLUME_CORRUPTED, "the record at 0x%zX", at);
        if (!every && !is_meant(work, r.name, &r.vendor))
            continue;
        work->count++;
        print("Set '%pU:%ls'\n", &r.vendor, r.name);
        EFI_STATUS status =
            shell.rt->SetVariable(r.name, &r.vendor, r.attributes, r.data_size, r.data);
        if (EFI_ERROR(status))
            result = complain_status(status, "%ls", r.name);
    }
    if (every || work->count > 0)
        return result;
    complain("there is no such variable");
    return EFI_NOT_FOUND;
}

static EFI_STATUS load(struct work *work, const char16_t *name)
{
    void *data;
    size_t size;
    EFI_STATUS status = file_read_named(name, LARGEST_FILE, &data, &size);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", name);
    status = set_all(work, data, size);
    shell_free(data);
    return status;
}

static EFI_STATUS deal_with(struct work *work, const char16_t *name, const EFI_GUID *vendor,
                            const struct variable *variable)
{
    if (work->file != NULL)
        return save(work->file, name, vendor, variable);
    if (work->i->values[DELETE] != NULL) {
        print("Delete '%pU:%ls'\n", vendor, name);
        return shell.rt->SetVariable(name, vendor, variable->attributes, 0, NULL);
    }
    show(work, name, vendor, variable);
    return EFI_SUCCESS;
}

static EFI_STATUS visit(const char16_t *name, const EFI_GUID *vendor, void *context)
{
    struct work *work = context;
    struct variable variable;
    if (shell_interrupted())
        return EFI_ABORTED;
    if (!is_meant(work, name, vendor))
        return EFI_SUCCESS;
    if (EFI_ERROR(variable_read(name, vendor, &variable)))
        return EFI_SUCCESS; /* it went meanwhile */
    work->count++;
    EFI_STATUS status = deal_with(work, name, vendor, &variable);
    shell_free(variable.data);
    if (EFI_ERROR(status)) {
        work->result = complain_status(status, "%ls", name);
        return work->file != NULL ? status : EFI_SUCCESS;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS run(struct work *work)
{
    const struct invocation *i = work->i;
    if (i->values[SAVE] != NULL) {
        EFI_STATUS status = file_create(i->values[SAVE], &work->file);
        if (EFI_ERROR(status))
            return complain_status(status, "%ls", i->values[SAVE]);
    }
    if (i->values[SFO] != NULL)
        sfo_command("dmpstore");
    EFI_STATUS status = variables_each(visit, work);
    if (work->file != NULL && !EFI_ERROR(status)) {
        status = work->file->Flush(work->file);
        if (EFI_ERROR(status))
            complain_status(status, "%ls", i->values[SAVE]);
    }
    file_close(work->file);
    if (EFI_ERROR(work->result) || EFI_ERROR(status))
        return EFI_ERROR(work->result) ? work->result : status;
    if (work->count > 0 || (i->count == 0 && i->values[GUID] == NULL))
        return EFI_SUCCESS;
    complain("there is no such variable");
    return EFI_NOT_FOUND;
}

static EFI_STATUS dmpstore(struct invocation *i)
{
    struct work work = {.i = i, .vendor = EFI_GLOBAL_VARIABLE_GUID};
    if ((i->values[DELETE] != NULL) + (i->values[SAVE] != NULL) + (i->values[LOAD] != NULL) +
            (i->values[SFO] != NULL) >
        1) {
        complain("only one of -d, -s, -l and -sfo can be meant");
        return EFI_INVALID_PARAMETER;
    }
    if (i->values[GUID] != NULL && !guid_from_text(i->values[GUID], &work.vendor)) {
        complain("'%ls' is no GUID", i->values[GUID]);
        return EFI_INVALID_PARAMETER;
    }
    return i->values[LOAD] != NULL ? load(&work, i->values[LOAD]) : run(&work);
}

SHELL_COMMAND(dmpstore_command) = {
    .name = "dmpstore",
    .run = dmpstore,
    .summary = "Shows, deletes, saves or loads UEFI variables.",
    .operands = "[name | pattern]",
    .examples = "  dmpstore -b\n  dmpstore Boot00*\n  dmpstore -all -s fs0:\\vars.bin",
    OPTIONS(options),
    .most = 1,
};
