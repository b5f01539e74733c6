/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/early.h"

#include "boot/option.h"
#include "boot/variable.h"
#include "efi/guid.h"
#include "efi/protocol/block_io.h"
#include "lib/printf.h"

#define STARTED_MAX 64

/* A list of options, and those of it that have been started. */
struct early_kind {
    enum boot_image_type type;
    const char *name; /* of the variables, without the number */
    const char16_t *order;
    uint16_t started[STARTED_MAX];
    size_t count;
};

/* Attributes of all options that were started now. */
struct early_result {
    size_t count;
    uint32_t attributes;
};

/* True the first time, and never when there are too many. */
static bool first_time(struct boot *boot, struct early_kind *kind, uint16_t number)
{
    for (size_t i = 0; i < kind->count; i++)
        if (kind->started[i] == number)
            return false;
    if (kind->count == STARTED_MAX) {
        boot_report(boot, "%s%04X: more than %u are not started", kind->name, number, STARTED_MAX);
        return false;
    }
    kind->started[kind->count++] = number;
    return true;
}

static void start_one(struct boot *boot, struct early_kind *kind, uint16_t number,
                      struct early_result *result)
{
    struct load_option option;
    void *data = option_read(boot, kind->name, number, &option);
    if (data == NULL)
        return;
    if ((option.attributes & LOAD_OPTION_ACTIVE) != 0 && first_time(boot, kind, number)) {
        char text[64];
        format_text(text, sizeof text, "%s%04X \"%.30ls\"", kind->name, number, option.description);
        option_start(boot, &option, text, kind->type, boot_start_early);
        result->count++;
        result->attributes |= option.attributes;
    }
    (void)boot->bs->FreePool(data);
}

static struct early_result start_all(struct boot *boot, struct early_kind *kind)
{
    struct early_result result = {0};
    size_t size;
    uint16_t *order = variable_read(boot, kind->order, &size);
    if (order == NULL)
        return result;
    for (size_t i = 0; i < size / sizeof *order; i++)
        start_one(boot, kind, order[i], &result);
    (void)boot->bs->FreePool(order);
    return result;
}

/* Handles that go away meanwhile are refused by Connect and Disconnect. */
static void connect_disks(struct boot *boot, bool again)
{
    EFI_HANDLE *handles;
    size_t count;
    EFI_STATUS status = boot->bs->LocateHandleBuffer(ByProtocol, GUID_OF(EFI_BLOCK_IO_PROTOCOL),
                                                     NULL, &count, &handles);
    if (EFI_ERROR(status))
        return;
    for (size_t i = 0; again && i < count; i++)
        (void)boot->bs->DisconnectController(handles[i], NULL, NULL);
    for (size_t i = 0; i < count; i++)
        (void)boot->bs->ConnectController(handles[i], NULL, NULL, true);
    (void)boot->bs->FreePool(handles);
}

void early_drivers(struct boot *boot)
{
    static struct early_kind drivers = {
        .type = BOOT_IMAGE_DRIVER, .name = "Driver", .order = u"DriverOrder"};
    struct early_result result = start_all(boot, &drivers);
    if (result.count > 0)
        connect_disks(boot, (result.attributes & LOAD_OPTION_FORCE_RECONNECT) != 0);
}

void early_applications(struct boot *boot)
{
    static struct early_kind applications = {
        .type = BOOT_IMAGE_APPLICATION, .name = "SysPrep", .order = u"SysPrepOrder"};
    (void)start_all(boot, &applications);
}
