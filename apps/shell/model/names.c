/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/names.h"

#include "efi/protocol/component_name2.h"
#include "efi/protocol/device_path.h"
#include "efi/protocol/driver_binding.h"
#include "efi/protocol/loaded_image.h"
#include "lib/device_path.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/files/device_path.h"
#include "shell/memory.h"
#include "shell/model/handles.h"
#include "shell/model/relations.h"
#include "shell/shell.h"

/* The first of the languages that a driver lists ("en;de"). */
static const char *pick_language(const EFI_COMPONENT_NAME2_PROTOCOL *names, const char *wanted,
                                 char *buffer, size_t size)
{
    if (wanted != NULL || names->SupportedLanguages == NULL)
        return wanted;
    size_t at = 0;
    for (; at + 1 < size && names->SupportedLanguages[at] != '\0' &&
           names->SupportedLanguages[at] != ';';
         at++)
        buffer[at] = names->SupportedLanguages[at];
    buffer[at] = '\0';
    return buffer;
}

const char *language_option(const char16_t *value, char *buffer, size_t size)
{
    if (value == NULL)
        return NULL;
    utf8_from_ucs2(buffer, size, value);
    return buffer;
}

static bool append_path_text(struct text *ret, const EFI_DEVICE_PATH_PROTOCOL *path)
{
    char16_t *shown = path != NULL ? device_path_text(path) : NULL;
    if (shown == NULL)
        return false;
    text_append_string(ret, shown);
    shell_free(shown);
    return true;
}

bool append_path(struct text *ret, EFI_HANDLE handle)
{
    return append_path_text(ret, handle_interface(handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL)));
}

bool append_image_file(struct text *ret, EFI_HANDLE handle)
{
    const EFI_DRIVER_BINDING_PROTOCOL *binding =
        handle_interface(handle, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL));
    const EFI_LOADED_IMAGE_PROTOCOL *image = handle_interface(
        binding != NULL ? binding->ImageHandle : handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL));
    return image != NULL && append_path_text(ret, image->FilePath);
}

bool append_driver_name(struct text *ret, EFI_HANDLE driver, const char *language)
{
    EFI_COMPONENT_NAME2_PROTOCOL *names =
        handle_interface(driver, GUID_OF(EFI_COMPONENT_NAME2_PROTOCOL));
    char buffer[32];
    char16_t *name = NULL;
    language = names != NULL ? pick_language(names, language, buffer, sizeof buffer) : NULL;
    if (language != NULL && !EFI_ERROR(names->GetDriverName(names, language, &name)) &&
        name != NULL) {
        text_append_string(ret, name);
        return true;
    }
    return append_image_file(ret, driver);
}

/* What one driver calls the controller, or its child. */
static bool append_drivers_word(struct text *ret, EFI_HANDLE driver, EFI_HANDLE controller,
                                EFI_HANDLE child, const char *language)
{
    EFI_COMPONENT_NAME2_PROTOCOL *names =
        handle_interface(driver, GUID_OF(EFI_COMPONENT_NAME2_PROTOCOL));
    char buffer[32];
    char16_t *name = NULL;
    language = names != NULL ? pick_language(names, language, buffer, sizeof buffer) : NULL;
    if (language == NULL ||
        EFI_ERROR(names->GetControllerName(names, controller, child, language, &name)) ||
        name == NULL)
        return false;
    text_append_string(ret, name);
    return true;
}

static bool append_drivers_words(struct text *ret, struct arena *arena, EFI_HANDLE controller,
                                 EFI_HANDLE child, const char *language)
{
    struct handles drivers;
    bool named = false;
    if (!EFI_ERROR(drivers_of(arena, controller, &drivers)))
        for (size_t at = 0; at < drivers.count && !named; at++)
            named = append_drivers_word(ret, drivers.list[at], controller, child, language);
    return named;
}

/* Whose path is the child's without its last node; NULL: nobody's. */
static EFI_HANDLE parent_of(struct arena *arena, EFI_HANDLE child)
{
    const EFI_GUID *guid = GUID_OF(EFI_DEVICE_PATH_PROTOCOL);
    const EFI_DEVICE_PATH_PROTOCOL *path = handle_interface(child, guid), *last = path;
    struct handles all;
    if (path == NULL || EFI_ERROR(handles_with(arena, guid, &all)))
        return NULL;
    for (const EFI_DEVICE_PATH_PROTOCOL *node = path; !device_path_is_end(node);
         node = device_path_next(node))
        last = node;
    size_t size = (size_t)((const char *)last - (const char *)path);
    for (size_t at = 0; at < all.count && size > 0; at++) {
        const EFI_DEVICE_PATH_PROTOCOL *other = handle_interface(all.list[at], guid);
        if (other != NULL && device_path_prefix_size(other) == size &&
            memcmp(other, path, size) == 0)
            return all.list[at];
    }
    return NULL;
}

bool append_controller_name(struct text *ret, EFI_HANDLE controller, const char *language)
{
    struct arena arena = {0};
    bool named = append_drivers_words(ret, &arena, controller, NULL, language);
    EFI_HANDLE parent = named ? NULL : parent_of(&arena, controller);
    if (parent != NULL)
        named = append_drivers_words(ret, &arena, parent, controller, language);
    arena_free(&arena);
    return named || append_path(ret, controller);
}
