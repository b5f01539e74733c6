/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/console_variables.h"

#include "core/log.h"
#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "lib/memory.h"
#include "lib/status_name.h"

#define VARIABLE_ATTRIBUTES_VOLATILE (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

#define CLOUDHV_CONSOLE_GUID                                                                       \
    {                                                                                              \
        0x5f9a1d2e, 0x4c31, 0x4d7b,                                                                \
        {                                                                                          \
            0x9a, 0x40, 0x6e, 0x0b, 0x71, 0xc2, 0x58, 0x13                                         \
        }                                                                                          \
    }

static const struct {
    VENDOR_DEVICE_PATH console;
    EFI_DEVICE_PATH_PROTOCOL end;
} whole = {
    .console = {{HARDWARE_DEVICE_PATH, HW_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH), 0}},
                CLOUDHV_CONSOLE_GUID},
    .end = {END_DEVICE_PATH_TYPE,
            END_ENTIRE_DEVICE_PATH_SUBTYPE,
            {sizeof(EFI_DEVICE_PATH_PROTOCOL), 0}},
};

const EFI_DEVICE_PATH_PROTOCOL *const console_whole_path = &whole.console.Header;

static const char16_t *const present_names[CONSOLE_USES] = {u"ConInDev", u"ConOutDev",
                                                            u"ErrOutDev"};
static const char16_t *const chosen_names[CONSOLE_USES] = {u"ConIn", u"ConOut", u"ErrOut"};

EFI_DEVICE_PATH_PROTOCOL *console_variable_get(EFI_RUNTIME_SERVICES *rt, enum console_use use)
{
    size_t size = 0;
    EFI_STATUS status =
        rt->GetVariable(chosen_names[use], GUID_OF(EFI_GLOBAL_VARIABLE), NULL, &size, NULL);
    if (status == EFI_NOT_FOUND)
        return NULL;
    EFI_DEVICE_PATH_PROTOCOL *path = status == EFI_BUFFER_TOO_SMALL ? pool_alloc(size) : NULL;
    if (path != NULL)
        status =
            rt->GetVariable(chosen_names[use], GUID_OF(EFI_GLOBAL_VARIABLE), NULL, &size, path);
    if (path != NULL && !EFI_ERROR(status) && device_path_size_bounded(path, size) != 0)
        return path;
    log_warning("variable %ls has no device path: not followed", chosen_names[use]);
    pool_free(path);
    return NULL;
}

/* The bytes of the nodes of an instance that tell one device from another. */
static size_t device_size(const EFI_DEVICE_PATH_PROTOCOL *instance)
{
    const EFI_DEVICE_PATH_PROTOCOL *node = instance;
    while (!device_path_is_end(node) && !device_path_is_end_instance(node) &&
           !device_path_node_is(node, MESSAGING_DEVICE_PATH, MSG_UART_DP) &&
           !device_path_node_is(node, MESSAGING_DEVICE_PATH, MSG_VENDOR_DP))
        node = device_path_next(node);
    return (size_t)((uintptr_t)node - (uintptr_t)instance);
}

static const EFI_DEVICE_PATH_PROTOCOL *next_instance(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    while (!device_path_is_end(path) && !device_path_is_end_instance(path))
        path = device_path_next(path);
    return device_path_is_end_instance(path) ? device_path_next(path) : NULL;
}

static bool names_device(const EFI_DEVICE_PATH_PROTOCOL *choice,
                         const EFI_DEVICE_PATH_PROTOCOL *path)
{
    size_t size = device_size(path);
    for (; choice != NULL; choice = next_instance(choice))
        if (device_size(choice) == size && memcmp(choice, path, size) == 0)
            return true;
    return false;
}

bool console_is_named(const EFI_DEVICE_PATH_PROTOCOL *choice, const EFI_DEVICE_PATH_PROTOCOL *path)
{
    return names_device(choice, path) || names_device(choice, console_whole_path);
}

static EFI_STATUS set(EFI_RUNTIME_SERVICES *rt, const char16_t *name, uint32_t attributes,
                      const EFI_DEVICE_PATH_PROTOCOL *path)
{
    return rt->SetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), attributes, device_path_size(path),
                           path);
}

/* Has nobody chosen, or the firmware for another set of consoles? */
static bool to_be_set(EFI_RUNTIME_SERVICES *rt, enum console_use use,
                      const EFI_DEVICE_PATH_PROTOCOL *value)
{
    EFI_DEVICE_PATH_PROTOCOL *chosen = console_variable_get(rt, use);
    bool own = chosen == NULL ||
               (names_device(chosen, console_whole_path) && !device_path_equal(chosen, value));
    pool_free(chosen);
    return own;
}

void console_variables_set(EFI_RUNTIME_SERVICES *rt, const EFI_DEVICE_PATH_PROTOCOL *all)
{
    EFI_DEVICE_PATH_PROTOCOL *value = device_path_append_instance(all, console_whole_path);
    if (all == NULL || value == NULL) {
        pool_free(value);
        return;
    }
    for (enum console_use use = 0; use < CONSOLE_USES; use++) {
        EFI_STATUS status = set(rt, present_names[use], VARIABLE_ATTRIBUTES_VOLATILE, all);
        if (!EFI_ERROR(status) && to_be_set(rt, use, value))
            status = set(rt, chosen_names[use],
                         VARIABLE_ATTRIBUTES_VOLATILE | EFI_VARIABLE_NON_VOLATILE, value);
        if (EFI_ERROR(status))
            log_debug("variable %ls cannot be set: %s", chosen_names[use], status_name(status));
    }
    pool_free(value);
}
