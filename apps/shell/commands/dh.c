/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/device_path.h"
#include "efi/protocol/driver_binding.h"
#include "efi/protocol/loaded_image.h"
#include "shell/command.h"
#include "shell/model/handles.h"
#include "shell/model/names.h"
#include "shell/model/protocol_names.h"
#include "shell/model/relations.h"
#include "shell/print.h"
#include "shell/sfo.h"
#include "shell/shell.h"

enum { PROTOCOL, DRIVER, VERBOSE, LANGUAGE, SFO };

static const struct option options[] = {
    {"-p", OPTION_VALUE, "protocol", "Only handles with it: a name as shown here, or a GUID."},
    {"-d", OPTION_FLAG, NULL,
     "Also who manages the handle and what came of it; of one handle anyway."},
    {"-v", OPTION_FLAG, NULL, "Also interfaces, device paths and images."},
    {"-l", OPTION_VALUE, "code", "Language of names, as 'en'."},
    {"-sfo", OPTION_FLAG, NULL, "Standard-format output."},
};

struct view {
    const struct invocation *i;
    const struct family *family; /* NULL without -d */
    const char *language;
};

static void append_protocol(struct text *text, const EFI_GUID *guid)
{
    const char *name = protocol_name(guid);
    if (name != NULL)
        text_append_utf8(text, name);
    else
        text_format(text, "%pU", guid);
}

static void show_image(const EFI_LOADED_IMAGE_PROTOCOL *image)
{
    print("      ImageBase %p, ImageSize 0x%llX, CodeType %u, DataType %u, ParentHandle %zX\n",
          image->ImageBase, (unsigned long long)image->ImageSize, image->ImageCodeType,
          image->ImageDataType, handle_number(image->ParentHandle));
}

static void show_binding(const EFI_DRIVER_BINDING_PROTOCOL *binding)
{
    print("      Version 0x%X, ImageHandle %zX\n", binding->Version,
          handle_number(binding->ImageHandle));
}

/* -v: an interface, and what is inside of those that people ask about. */
static void show_interface(EFI_HANDLE handle, const EFI_GUID *guid)
{
    struct text text = {0};
    void *interface = handle_interface(handle, guid);
    append_protocol(&text, guid);
    print("   %ls (%p)\n", text_string(&text), interface);
    text_clear(&text);
    if (guid_equal(guid, GUID_OF(EFI_DEVICE_PATH_PROTOCOL)) && append_path(&text, handle))
        print("      %ls\n", text_string(&text));
    if (interface != NULL && guid_equal(guid, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL))) {
        show_image(interface);
        text_clear(&text);
        if (append_image_file(&text, handle))
            print("      File %ls\n", text_string(&text));
    }
    if (interface != NULL && guid_equal(guid, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL)))
        show_binding(interface);
    text_free(&text);
}

static void show_set(const char *title, const struct handles *set, bool drivers,
                     const char *language)
{
    for (size_t at = 0; at < set->count; at++) {
        struct text name = {0};
        if (drivers)
            append_driver_name(&name, set->list[at], language);
        else
            append_controller_name(&name, set->list[at], language);
        print("   %s %zX: %ls\n", title, handle_number(set->list[at]), text_string(&name));
        text_free(&name);
    }
}

static void show_relations(const struct view *view, EFI_HANDLE handle)
{
    const struct relations *r = family_of(view->family, handle);
    size_t managed, children;
    if (r != NULL && is_controller(r)) {
        show_set("Driver", &r->drivers, true, view->language);
        show_set("Parent", &r->parents, false, view->language);
        show_set("Child", &r->children, false, view->language);
    }
    if (handle_interface(handle, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL)) == NULL)
        return;
    family_count_of_driver(view->family, handle, &managed, &children);
    print("   Manages %zu controllers with %zu children\n", managed, children);
}

static void show_row(EFI_HANDLE handle, EFI_GUID **protocols, size_t count)
{
    struct text text = {0};
    for (size_t n = 0; n < count; n++) {
        text_append_utf8(&text, n > 0 ? ";" : "");
        text_format(&text, "%pU", protocols[n]);
    }
    sfo_row("ProtocolInformation");
    sfo_column("%zX", handle_number(handle));
    sfo_text(text_string(&text));
    sfo_end();
    text_free(&text);
}

static void show(const struct view *view, EFI_HANDLE handle)
{
    EFI_GUID **protocols;
    size_t count;
    if (EFI_ERROR(shell.bs->ProtocolsPerHandle(handle, &protocols, &count)))
        return;
    if (view->i->values[SFO] != NULL) {
        show_row(handle, protocols, count);
    } else if (view->i->values[VERBOSE] != NULL) {
        print("%zX: handle %p\n", handle_number(handle), handle);
        for (size_t n = 0; n < count; n++)
            show_interface(handle, protocols[n]);
    } else {
        struct text text = {0};
        for (size_t n = 0; n < count; n++) {
            text_append_utf8(&text, " ");
            append_protocol(&text, protocols[n]);
        }
        print("%3zX:%ls\n", handle_number(handle), text_string(&text));
        text_free(&text);
    }
    if (view->family != NULL && view->i->values[SFO] == NULL)
        show_relations(view, handle);
    shell.bs->FreePool(protocols);
}

static EFI_STATUS show_all(const struct view *view, const EFI_GUID *protocol)
{
    struct handles list;
    EFI_STATUS status = handles_with(view->i->arena, protocol, &list);
    if (EFI_ERROR(status))
        return complain_status(status, "handles");
    for (size_t n = 1; n <= handles_highest(); n++) {
        if (shell_interrupted())
            return EFI_ABORTED;
        for (size_t at = 0; at < list.count; at++)
            if (list.list[at] == handle_of_number(n))
                show(view, list.list[at]);
    }
    return EFI_SUCCESS;
}

static EFI_STATUS dh(struct invocation *i)
{
    EFI_GUID protocol;
    EFI_HANDLE handle = NULL;
    struct family family;
    char language[16];
    struct view view = {i, NULL, language_option(i->values[LANGUAGE], language, sizeof language)};
    EFI_STATUS status = handles_update();
    if (EFI_ERROR(status))
        return status;
    if (i->values[PROTOCOL] != NULL && !protocol_operand(i->values[PROTOCOL], &protocol)) {
        complain("there is no protocol '%ls'", i->values[PROTOCOL]);
        return EFI_NOT_FOUND;
    }
    if (i->count > 0 && !handle_operand(i->operands[0], &handle))
        return EFI_INVALID_PARAMETER;
    if (i->values[DRIVER] != NULL || (handle != NULL && i->values[VERBOSE] == NULL)) {
        status = family_read(i->arena, &family);
        if (EFI_ERROR(status))
            return status == EFI_ABORTED ? status : complain_status(status, "handles");
        view.family = &family;
    }
    if (i->values[SFO] != NULL)
        sfo_command("dh");
    if (handle == NULL)
        return show_all(&view, i->values[PROTOCOL] != NULL ? &protocol : NULL);
    show(&view, handle);
    return EFI_SUCCESS;
}

SHELL_COMMAND(dh_command) = {
    .name = "dh",
    .run = dh,
    .summary = "Shows the handles and their protocols.",
    .operands = "[handle]",
    .details = "Handles have hexadecimal numbers, which other commands take. A handle keeps its\n"
               "number until the shell ends.",
    .examples = "  dh -b\n  dh -p BlockIo\n  dh 2a -v -d",
    OPTIONS(options),
    .most = 1,
};
