/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/protocol/protocol.h"

#include "lib/ucs2.h"
#include "shell/console.h"
#include "shell/environment.h"
#include "shell/execute.h"
#include "shell/files/volume.h"
#include "shell/help_text.h"
#include "shell/model/protocol_names.h"
#include "shell/protocol/parts.h"
#include "shell/shell.h"

/* The streams of a shell that runs inside another one are its own, and so are those of what it
 * runs: Execute() goes to the root shell's, which is the only one that installs the protocol. */

/* Environment strings "name=value", ended by NULL: in place of the present environment. */
static EFI_STATUS use_environment(char16_t **strings)
{
    EFI_STATUS status = EFI_SUCCESS;
    for (; *strings != NULL && !EFI_ERROR(status); strings++) {
        const char16_t *equals = text_find(*strings, '=');
        struct text name = {0};
        if (equals == NULL || equals == *strings)
            return EFI_INVALID_PARAMETER;
        text_append(&name, *strings, (size_t)(equals - *strings));
        status = name.failed ? EFI_OUT_OF_RESOURCES
                             : definition_set(&environment, text_string(&name), equals + 1, true);
        text_free(&name);
        if (status == EFI_ACCESS_DENIED || status == EFI_NOT_FOUND)
            status = EFI_SUCCESS; /* the shell's own stay; an empty one is none */
    }
    return status;
}

static EFI_STATUS run(char16_t *line, EFI_STATUS *code)
{
    struct volume *volume = volume_current();
    execute_line(line != NULL ? line : u"");
    if (volume_current() != volume)
        (void)!volume_set_current(volume);
    if (code != NULL)
        *code = shell.last_error;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI execute(EFI_HANDLE *ParentImageHandle, char16_t *CommandLine,
                                 char16_t **Environment, EFI_STATUS *StatusCode)
{
    struct environment_state state;
    if (ParentImageHandle == NULL)
        return EFI_INVALID_PARAMETER;
    if (shell.no_nesting)
        return EFI_UNSUPPORTED;
    if (Environment == NULL)
        return run(CommandLine, StatusCode);
    EFI_STATUS status = environment_push(&state);
    if (EFI_ERROR(status))
        return status;
    status = use_environment(Environment);
    if (!EFI_ERROR(status))
        status = run(CommandLine, StatusCode);
    environment_pop(&state);
    return status;
}

static EFI_STATUS EFIAPI get_help_text(const char16_t *Command, const char16_t *Sections,
                                       char16_t **HelpText)
{
    struct text text = {0};
    if (Command == NULL || HelpText == NULL)
        return EFI_INVALID_PARAMETER;
    if (!help_text(Command, Sections, &text)) {
        text_free(&text);
        return EFI_NOT_FOUND;
    }
    char16_t *taken = text_take(&text);
    if (taken == NULL)
        return EFI_OUT_OF_RESOURCES;
    *HelpText = taken;
    return EFI_SUCCESS;
}

static bool EFIAPI batch_is_active(void)
{
    return shell.scripts > 0;
}

static bool EFIAPI is_root_shell(void)
{
    return true; /* who asks has found this protocol, which only a root shell installs */
}

static void EFIAPI enable_page_break(void)
{
    console_set_page_break(true);
}

static void EFIAPI disable_page_break(void)
{
    console_set_page_break(false);
}

static bool EFIAPI get_page_break(void)
{
    return console_page_break();
}

/* Names that programs add. */
struct guid_name {
    struct list link;
    EFI_GUID guid;
    char16_t *name;
};

static struct list guid_names = LIST_INIT(guid_names);

static EFI_STATUS EFIAPI register_guid_name(const EFI_GUID *Guid, const char16_t *GuidName)
{
    struct text text = {0};
    if (Guid == NULL || GuidName == NULL || *GuidName == 0)
        return EFI_INVALID_PARAMETER;
    LIST_FOR_EACH(node, &guid_names)
    {
        const struct guid_name *known = LIST_ENTRY(node, struct guid_name, link);
        if (guid_equal(&known->guid, Guid) || ucs2_equal(known->name, GuidName))
            return EFI_ACCESS_DENIED;
    }
    if (protocol_name(Guid) != NULL || protocol_guid(GuidName) != NULL)
        return EFI_ACCESS_DENIED;
    text_append_string(&text, GuidName);
    struct guid_name *entry = shell_alloc(sizeof *entry);
    char16_t *name = text_take(&text);
    if (entry == NULL || name == NULL) {
        shell_free(entry);
        shell_free(name);
        return EFI_OUT_OF_RESOURCES;
    }
    *entry = (struct guid_name){.guid = *Guid, .name = name};
    list_append(&guid_names, &entry->link);
    return EFI_SUCCESS;
}

/* A built-in name belongs to the shell until the next call. */
static EFI_STATUS EFIAPI get_guid_name(const EFI_GUID *Guid, const char16_t **GuidName)
{
    static char16_t built_in[64];
    if (Guid == NULL || GuidName == NULL)
        return EFI_INVALID_PARAMETER;
    LIST_FOR_EACH(node, &guid_names)
    {
        const struct guid_name *known = LIST_ENTRY(node, struct guid_name, link);
        if (guid_equal(&known->guid, Guid)) {
            *GuidName = known->name;
            return EFI_SUCCESS;
        }
    }
    const char *name = protocol_name(Guid);
    if (name == NULL)
        return EFI_NOT_FOUND;
    ucs2_from_ascii(built_in, ARRAY_SIZE(built_in), name);
    *GuidName = built_in;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_guid_from_name(const char16_t *GuidName, EFI_GUID *Guid)
{
    if (GuidName == NULL || Guid == NULL)
        return EFI_INVALID_PARAMETER;
    LIST_FOR_EACH(node, &guid_names)
    {
        const struct guid_name *known = LIST_ENTRY(node, struct guid_name, link);
        if (ucs2_equal(known->name, GuidName)) {
            *Guid = known->guid;
            return EFI_SUCCESS;
        }
    }
    const EFI_GUID *guid = protocol_guid(GuidName);
    if (guid == NULL)
        return EFI_NOT_FOUND;
    *Guid = *guid;
    return EFI_SUCCESS;
}

static EFI_SHELL_PROTOCOL protocol = {
    .Execute = execute,
    .GetHelpText = get_help_text,
    .BatchIsActive = batch_is_active,
    .IsRootShell = is_root_shell,
    .EnablePageBreak = enable_page_break,
    .DisablePageBreak = disable_page_break,
    .GetPageBreak = get_page_break,
    .MajorVersion = SHELL_MAJOR_VERSION,
    .MinorVersion = SHELL_MINOR_VERSION,
    .RegisterGuidName = register_guid_name,
    .GetGuidName = get_guid_name,
    .GetGuidFromName = get_guid_from_name,
};

static bool installed;

EFI_STATUS protocol_install(void)
{
    EFI_HANDLE handle = shell.image;
    void *other;
    if (!EFI_ERROR(shell.bs->LocateProtocol(GUID_OF(EFI_SHELL_PROTOCOL), NULL, &other)))
        return EFI_SUCCESS;
    protocol_fill_environment(&protocol);
    protocol_fill_files(&protocol);
    protocol_fill_file_lists(&protocol);
    protocol_fill_mappings(&protocol);
    protocol.ExecutionBreak = shell.break_event;
    EFI_STATUS status = shell.bs->InstallProtocolInterface(&handle, GUID_OF(EFI_SHELL_PROTOCOL),
                                                           EFI_NATIVE_INTERFACE, &protocol);
    installed = !EFI_ERROR(status);
    return status;
}

void protocol_uninstall(void)
{
    if (installed)
        (void)shell.bs->UninstallProtocolInterface(shell.image, GUID_OF(EFI_SHELL_PROTOCOL),
                                                   &protocol);
    while (!list_empty(&guid_names)) {
        struct guid_name *entry = LIST_ENTRY(guid_names.next, struct guid_name, link);
        list_remove(&entry->link);
        shell_free(entry->name);
        shell_free(entry);
    }
}
