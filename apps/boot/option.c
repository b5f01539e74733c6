/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/option.h"

#include "boot/expand.h"
#include "boot/shell.h"
#include "boot/variable.h"
#include "efi/guid.h"
#include "lib/crc32.h"
#include "lib/printf.h"
#include "lib/status_name.h"
#include "lib/ucs2.h"

/* The shell is in memory, and its path is no allocation; of others the path is. */
static EFI_STATUS find_image(struct boot *boot, const struct load_option *option,
                             struct boot_image *ret)
{
    if (shell_is_path(option->path))
        return shell_get(boot, ret);
    ret->path = expand_path(boot, option->path);
    return ret->path != NULL ? EFI_SUCCESS : EFI_NOT_FOUND;
}

void option_start(struct boot *boot, const struct load_option *option, const char *name,
                  enum boot_image_type type, option_starter start)
{
    size_t problems = boot->host->GetProblemCount(boot->host);
    struct boot_image image = {
        .type = type,
        .options = option->options_size > 0 ? option->options : NULL,
        .options_size = option->options_size,
        .name = name,
    };
    bool started = false;
    EFI_STATUS status = find_image(boot, option, &image);
    if (!EFI_ERROR(status)) {
        status = start(boot, &image, &started);
        (void)boot->bs->FreePool(image.image != NULL ? image.image : image.path);
    }
    if (!started && boot->host->GetProblemCount(boot->host) == problems)
        boot_report(boot, "%s: %s", name, status_name(status));
}

void *option_read(struct boot *boot, const char *kind, uint16_t number, struct load_option *ret)
{
    char text[16];
    char16_t variable[ARRAY_SIZE(text)];
    format_text(text, sizeof text, "%s%04X", kind, number);
    ucs2_from_ascii(variable, ARRAY_SIZE(variable), text);

    size_t size;
    void *data = variable_read(boot, variable, &size);
    if (data == NULL) {
        boot_report(boot, "%s: no such variable", text);
        return NULL;
    }
    if (!load_option_parse(data, size, ret)) {
        boot_report(boot, "%s: not a well-formed load option", text);
        (void)boot->bs->FreePool(data);
        return NULL;
    }
    return data;
}

/* Starts a Boot#### option that was read. Applications are not what the event groups announce, and
 * other categories are not for this version of the specification. */
static void start_option(struct boot *boot, uint16_t number, const struct load_option *option)
{
    uint32_t category = option->attributes & LOAD_OPTION_CATEGORY;
    if (category != LOAD_OPTION_CATEGORY_BOOT && category != LOAD_OPTION_CATEGORY_APP)
        return;
    char text[64];
    format_text(text, sizeof text, "Boot%04X \"%.30ls\"", number, option->description);
    variable_set(boot, u"BootCurrent",
                 EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS, &number,
                 sizeof number);
    option_start(boot, option, text, BOOT_IMAGE_APPLICATION,
                 category == LOAD_OPTION_CATEGORY_BOOT ? boot_start : boot_start_application);
    variable_set(boot, u"BootCurrent", 0, NULL, 0);
}

static void boot_option(struct boot *boot, uint16_t number, bool only_active)
{
    struct load_option option;
    void *data = option_read(boot, "Boot", number, &option);
    if (data == NULL)
        return;
    if (!only_active || ((option.attributes & LOAD_OPTION_ACTIVE) != 0 &&
                         (option.attributes & LOAD_OPTION_CATEGORY) == LOAD_OPTION_CATEGORY_BOOT))
        start_option(boot, number, &option);
    (void)boot->bs->FreePool(data);
}

void boot_hotkey(struct boot *boot, const struct hotkey *key)
{
    struct load_option option;
    uint16_t number = key->option.boot_option;
    void *data = option_read(boot, "Boot", number, &option);
    if (data == NULL)
        return;
    if (crc32(data, load_option_size(&option)) != key->option.crc)
        boot_report(boot, "Key%04X: ignored, Boot%04X has changed since", key->number, number);
    else if ((option.attributes & LOAD_OPTION_ACTIVE) == 0)
        boot_report(boot, "Key%04X: ignored, Boot%04X is not active", key->number, number);
    else
        start_option(boot, number, &option);
    (void)boot->bs->FreePool(data);
}

void boot_next(struct boot *boot)
{
    size_t size;
    uint16_t *number = variable_read(boot, u"BootNext", &size);
    if (number == NULL)
        return;
    /* Deleted before it is used, so that it cannot be tried for ever. */
    variable_set(boot, u"BootNext", 0, NULL, 0);
    if (size == sizeof *number)
        boot_option(boot, *number, false);
    (void)boot->bs->FreePool(number);
}

void boot_order(struct boot *boot)
{
    size_t size;
    uint16_t *order = variable_read(boot, u"BootOrder", &size);
    if (order == NULL)
        return;
    for (size_t i = 0; i < size / sizeof *order; i++)
        boot_option(boot, order[i], true);
    (void)boot->bs->FreePool(order);
}
