/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/driver_binding.h"
#include "efi/protocol/loaded_image.h"
#include "shell/command.h"
#include "shell/console.h"
#include "shell/execute.h"
#include "shell/files/find.h"
#include "shell/files/volume.h"
#include "shell/model/connect.h"
#include "shell/model/names.h"
#include "shell/print.h"
#include "shell/shell.h"

/* load and unload: drivers from files. */

enum { NO_CONNECT };

static const struct option load_options[] = {
    {"-nc", OPTION_FLAG, NULL, "The driver is not connected to any controller."},
};

enum { NO_QUESTION, VERBOSE };

static const struct option unload_options[] = {
    {"-n", OPTION_FLAG, NULL, "Does not ask whether it is meant."},
    {"-v", OPTION_FLAG, NULL, "Shows the image first."},
};

static EFI_STATUS load_file(const char16_t *file)
{
    EFI_HANDLE image;
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_STATUS status = execute_load(file, &image);
    if (EFI_ERROR(status)) {
        if (status == EFI_SECURITY_VIOLATION)
            (void)shell.bs->UnloadImage(image);
        return complain_status(status, "%ls", file);
    }
    loaded = handle_interface(image, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL));
    if (loaded == NULL || (loaded->ImageCodeType != EfiBootServicesCode &&
                           loaded->ImageCodeType != EfiRuntimeServicesCode)) {
        (void)shell.bs->UnloadImage(image);
        return complain_status(EFI_INVALID_PARAMETER, "%ls is an application, no driver", file);
    }
    status = shell.bs->StartImage(image, NULL, NULL);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", file);
    print("%ls is loaded.\n", file);
    return EFI_SUCCESS;
}

static EFI_STATUS load(struct invocation *i)
{
    EFI_STATUS result = EFI_SUCCESS;
    for (size_t at = 0; at < i->count && !shell_interrupted(); at++) {
        struct found *found;
        EFI_STATUS status = find_files(i->arena, i->operands[at], &found);
        if (EFI_ERROR(status)) {
            result = complain_status(status, "%ls", i->operands[at]);
            continue;
        }
        for (; found != NULL; found = found->next) {
            status = load_file(found->full);
            if (EFI_ERROR(status))
                result = status;
        }
    }
    EFI_STATUS status = i->values[NO_CONNECT] == NULL ? connect_all(i->arena, true) : EFI_SUCCESS;
    if (!EFI_ERROR(status))
        status = volumes_update(false);
    if (EFI_ERROR(status) && !EFI_ERROR(result))
        result = status == EFI_ABORTED ? status : complain_status(status, "handles");
    return result;
}

static bool is_meant(const char16_t *word)
{
    EFI_KEY_DATA key;
    print("Unload handle %ls? (y/n) ", word);
    bool yes = !EFI_ERROR(console_wait_key(&key)) &&
               (key.Key.UnicodeChar == 'y' || key.Key.UnicodeChar == 'Y');
    print("%s\n", yes ? "y" : "n");
    return yes;
}

static EFI_STATUS unload(struct invocation *i)
{
    EFI_HANDLE image;
    EFI_STATUS status = handles_update();
    if (EFI_ERROR(status))
        return status;
    if (!handle_operand(i->operands[0], &image))
        return EFI_INVALID_PARAMETER;
    const EFI_DRIVER_BINDING_PROTOCOL *binding =
        handle_interface(image, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL));
    if (binding != NULL)
        image = binding->ImageHandle;
    if (i->values[VERBOSE] != NULL) {
        struct text file = {0};
        append_image_file(&file, image);
        print("Image %zX: %ls\n", handle_number(image), text_string(&file));
        text_free(&file);
    }
    if (i->values[NO_QUESTION] == NULL && !is_meant(i->operands[0]))
        return EFI_ABORTED;
    status = shell.bs->UnloadImage(image);
    if (EFI_ERROR(status))
        return complain_status(status, "handle %ls", i->operands[0]);
    print("Handle %ls is unloaded.\n", i->operands[0]);
    status = volumes_update(false);
    return EFI_ERROR(status) ? complain_status(status, "mappings") : status;
}

SHELL_COMMAND(load_command) = {
    .name = "load",
    .run = load,
    .summary = "Loads drivers, and connects them.",
    .operands = "file…",
    .examples = "  load fs0:\\drivers\\ext4_x64.efi\n  load -nc *.efi",
    OPTIONS(load_options),
    .least = 1,
    .most = ANY_NUMBER,
};

SHELL_COMMAND(unload_command) = {
    .name = "unload",
    .run = unload,
    .summary = "Unloads a driver.",
    .operands = "handle",
    .details = "The handle is the image's or the driver's, by its number in dh.",
    OPTIONS(unload_options),
    .least = 1,
    .most = 1,
};
