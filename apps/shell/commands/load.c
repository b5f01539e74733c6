/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/driver_binding.h"
#include "efi/protocol/loaded_image.h"
#include "hw/pe.h"
#include "lib/option_rom.h"
#include "shell/command.h"
#include "shell/console.h"
#include "shell/decompress.h"
#include "shell/execute.h"
#include "shell/files/device_path.h"
#include "shell/files/files.h"
#include "shell/files/find.h"
#include "shell/files/volume.h"
#include "shell/model/connect.h"
#include "shell/model/names.h"
#include "shell/print.h"
#include "shell/shell.h"

/* load, loadpcirom and unload: drivers from files. */

#define LARGEST_ROM (64u << 20)

enum { NO_CONNECT };

static const struct option load_options[] = {
    {"-nc", OPTION_FLAG, NULL, "The driver is not connected to any controller."},
};

enum { NO_QUESTION, VERBOSE, VERBOSE_IN_FULL };

static const struct option unload_options[] = {
    {"-n", OPTION_FLAG, NULL, "Does not ask whether it is meant."},
    {"-v", OPTION_FLAG, NULL, "Shows the image first."},
    {"-verbose", OPTION_FLAG, NULL, "The same."},
};

/* Starts what LoadImage has loaded with `status`. */
static EFI_STATUS start_driver(EFI_STATUS status, EFI_HANDLE image, const char16_t *name)
{
    if (EFI_ERROR(status)) {
        if (status == EFI_SECURITY_VIOLATION)
            (void)shell.bs->UnloadImage(image);
        return complain_status(status, "%ls", name);
    }
    EFI_LOADED_IMAGE_PROTOCOL *loaded = handle_interface(image, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL));
    if (loaded == NULL || (loaded->ImageCodeType != EfiBootServicesCode &&
                           loaded->ImageCodeType != EfiRuntimeServicesCode)) {
        (void)shell.bs->UnloadImage(image);
        return complain_status(EFI_INVALID_PARAMETER, "%ls is an application, no driver", name);
    }
    status = shell.bs->StartImage(image, NULL, NULL);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", name);
    print("%ls is loaded.\n", name);
    return EFI_SUCCESS;
}

static EFI_STATUS load_file(const char16_t *file)
{
    EFI_HANDLE image = NULL;
    EFI_STATUS status = execute_load(file, &image);
    return start_driver(status, image, file);
}

/* The file's path and the image's place in it. */
static EFI_DEVICE_PATH_PROTOCOL *path_in_rom(const char16_t *file,
                                             const struct option_rom_image *place)
{
    struct arena arena = {0};
    struct location location;
    EFI_DEVICE_PATH_PROTOCOL *path = NULL, *longer = NULL;
    if (!EFI_ERROR(file_locate(&arena, file, &location)))
        path = device_path_of_file(location.volume->path, location.path);
    if (path != NULL)
        longer = device_path_of_range(path, place->offset, place->offset + place->size - 1);
    shell_free(path);
    arena_free(&arena);
    return longer;
}

static EFI_STATUS load_from_rom(const char16_t *file, char *rom,
                                const struct option_rom_image *place)
{
    void *bytes = rom + place->offset, *unpacked = NULL;
    size_t size = place->size;
    EFI_HANDLE image = NULL;
    struct text name = {0};
    EFI_STATUS status = EFI_SUCCESS;
    text_format(&name, "%ls, image at 0x%zX", file, place->offset);
    EFI_DEVICE_PATH_PROTOCOL *path = path_in_rom(file, place);
    if (place->compressed)
        status = decompress_bytes(bytes, size, &unpacked, &size);
    if (path == NULL || name.failed)
        status = EFI_OUT_OF_RESOURCES;
    if (!EFI_ERROR(status))
        status = shell.bs->LoadImage(false, shell.image, path, unpacked != NULL ? unpacked : bytes,
                                     size, &image);
    status = start_driver(status, image, text_string(&name));
    shell_free(unpacked);
    shell_free(path);
    text_free(&name);
    return status;
}

/* Every EFI image of the ROM that is a driver for this machine. */
static EFI_STATUS load_rom(const char16_t *file)
{
    void *rom;
    size_t size, position = 0, count = 0;
    struct option_rom_image place;
    EFI_STATUS status = file_read_named(file, LARGEST_ROM, &rom, &size), result = EFI_SUCCESS;
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", file);
    while (option_rom_next(reader_make(rom, size), &position, &place) && !shell_interrupted()) {
        count++;
        if (place.machine != PE_MACHINE_X64) {
            print("%ls, image at 0x%zX is for another machine (0x%X).\n", file, place.offset,
                  place.machine);
            continue;
        }
        status = load_from_rom(file, rom, &place);
        if (EFI_ERROR(status))
            result = status;
    }
    shell_free(rom);
    return count > 0 ? result
                     : complain_status(EFI_INVALID_PARAMETER, "%ls has no EFI image", file);
}

static EFI_STATUS load_all(struct invocation *i, EFI_STATUS (*load_one)(const char16_t *file))
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
            status = load_one(found->full);
            if (EFI_ERROR(status))
                result = status;
        }
    }
    EFI_STATUS status =
        i->values[NO_CONNECT] == NULL ? connect_all(i->arena, NULL, true) : EFI_SUCCESS;
    if (!EFI_ERROR(status))
        status = volumes_update(false);
    if (EFI_ERROR(status) && !EFI_ERROR(result))
        result = status == EFI_ABORTED ? status : complain_status(status, "handles");
    return result;
}

static EFI_STATUS load(struct invocation *i)
{
    return load_all(i, load_file);
}

static EFI_STATUS loadpcirom(struct invocation *i)
{
    return load_all(i, load_rom);
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
    if (i->values[VERBOSE] != NULL || i->values[VERBOSE_IN_FULL] != NULL) {
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

SHELL_COMMAND(loadpcirom_command) = {
    .name = "loadpcirom",
    .run = loadpcirom,
    .summary = "Loads the drivers in files of PCI expansion ROMs, and connects them.",
    .operands = "file…",
    .details = "Compressed images are unpacked. Those for other machines are left.",
    .examples = "  loadpcirom -nc card.rom",
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
