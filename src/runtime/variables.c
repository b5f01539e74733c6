/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The variable services that read (UEFI 2.10 §8.2), and the stores. */
#include "runtime/variables.h"

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "runtime/services.h"
#include "runtime/state.h"

#define LASTING_SIZE  (64u * 1024)
#define VOLATILE_SIZE (128u * 1024)

#define OWN_GUID                                                                                   \
    {                                                                                              \
        0xb0d2c9a4, 0x6e1f, 0x4b7d,                                                                \
        {                                                                                          \
            0x9a, 0x35, 0x1c, 0x84, 0x5e, 0xf7, 0x20, 0xd6                                         \
        }                                                                                          \
    }

static uint8_t lasting_bytes[LASTING_SIZE] __attribute__((aligned(8)));
static uint8_t volatile_bytes[VOLATILE_SIZE] __attribute__((aligned(8)));

/* Both are RAM for the time being; a carrier that lasts takes the lasting one's place
 * (docs/architecture.md). */
static EFI_STATUS ram_write(const struct store_medium *medium, uint32_t offset, const void *data,
                            uint32_t size)
{
    memmove((uint8_t *)medium->bytes + offset, data, size);
    return EFI_SUCCESS;
}

static EFI_STATUS ram_erase(const struct store_medium *medium, uint32_t offset, uint32_t size)
{
    memset((uint8_t *)medium->bytes + offset, 0xff, size);
    return EFI_SUCCESS;
}

static const struct store_medium lasting_medium = {
    .bytes = lasting_bytes,
    .bank_size = sizeof lasting_bytes,
    .bank_count = 1,
    .write = ram_write,
    .erase = ram_erase,
};

static const struct store_medium volatile_medium = {
    .bytes = volatile_bytes,
    .bank_size = sizeof volatile_bytes,
    .bank_count = 1,
    .write = ram_write,
    .erase = ram_erase,
};

/* The pointers are here so that relocations name them: store_format() stores the same ones. */
static struct store lasting_store = {.medium = &lasting_medium};
static struct store volatile_store = {.medium = &volatile_medium};

EFI_STATUS variables_init(void)
{
    EFI_STATUS status = store_format(&lasting_store, &lasting_medium, GUID_OF(OWN));
    if (!EFI_ERROR(status))
        status = store_format(&volatile_store, &volatile_medium, GUID_OF(OWN));
    return status;
}

struct store *variables_store(uint32_t attributes)
{
    return attributes & EFI_VARIABLE_NON_VOLATILE ? &lasting_store : &volatile_store;
}

uint32_t variables_limit(uint32_t attributes)
{
    return attributes & EFI_VARIABLE_NON_VOLATILE ? LASTING_VARIABLE_MAX : VOLATILE_VARIABLE_MAX;
}

EFI_STATUS variables_find(const char16_t *name, const EFI_GUID *guid, struct store **ret_store,
                          struct store_variable *ret)
{
    struct store *store = &lasting_store;
    EFI_STATUS status = store_find(store, name, guid, ret);
    if (EFI_ERROR(status)) {
        store = &volatile_store;
        status = store_find(store, name, guid, ret);
    }
    if (!EFI_ERROR(status))
        *ret_store = store;
    return status;
}

bool variables_is_visible(const struct store_variable *variable)
{
    return !runtime_state.at_runtime || (variable->attributes & EFI_VARIABLE_RUNTIME_ACCESS) != 0;
}

EFI_STATUS variables_check_attributes(uint32_t attributes)
{
    const uint32_t error_record = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
                                  EFI_VARIABLE_RUNTIME_ACCESS | EFI_VARIABLE_HARDWARE_ERROR_RECORD;
    const uint32_t access = EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;
    if (attributes & ~VARIABLE_ATTRIBUTES_KNOWN)
        return EFI_INVALID_PARAMETER;
    if ((attributes & access) == EFI_VARIABLE_RUNTIME_ACCESS)
        return EFI_INVALID_PARAMETER;
    if (attributes & EFI_VARIABLE_HARDWARE_ERROR_RECORD &&
        (attributes & error_record) != error_record)
        return EFI_INVALID_PARAMETER;
    if (attributes & VARIABLE_ATTRIBUTES_AUTHENTICATED)
        return EFI_UNSUPPORTED;
    return EFI_SUCCESS;
}

static EFI_STATUS drop_boot_variables(struct store *store)
{
    struct store_variable variable, *after = NULL;
    while (store_next(store, after, &variable)) {
        after = &variable;
        if (variable.attributes & EFI_VARIABLE_RUNTIME_ACCESS)
            continue;
        EFI_STATUS status = store_delete(store, &variable);
        if (EFI_ERROR(status))
            return status;
    }
    return store_compact(store);
}

void variables_exit_boot_services(void)
{
    EFI_STATUS status = drop_boot_variables(&volatile_store);
    (void)status; /* RAM does not fail, and what remains is not visible */
}

EFI_STATUS variables_read(const char16_t *name, void *data, size_t size)
{
    struct store_variable variable;
    EFI_STATUS status = store_find(&lasting_store, name, GUID_OF(OWN), &variable);
    if (EFI_ERROR(status))
        return status;
    if (variable.data_size != size)
        return EFI_NOT_FOUND;
    memcpy(data, variable.data, size);
    return EFI_SUCCESS;
}

EFI_STATUS variables_write(const char16_t *name, const void *data, size_t size)
{
    return store_set(&lasting_store,
                     &(struct store_value){
                         .guid = GUID_OF(OWN),
                         .name = name,
                         .attributes = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS,
                         .data = data,
                         .data_size = (uint32_t)size,
                     });
}

static EFI_STATUS copy_out(const struct store_variable *variable, uint32_t *attributes,
                           size_t *data_size, void *data)
{
    size_t room = *data_size;
    if (room >= variable->data_size && data == NULL)
        return EFI_INVALID_PARAMETER;
    *data_size = variable->data_size;
    if (attributes != NULL)
        *attributes = variable->attributes;
    if (room < variable->data_size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(data, variable->data, variable->data_size);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI runtime_get_variable(const char16_t *VariableName, const EFI_GUID *VendorGuid,
                                       uint32_t *Attributes, size_t *DataSize, void *Data)
{
    if (VariableName == NULL || VendorGuid == NULL || DataSize == NULL)
        return EFI_INVALID_PARAMETER;
    uint64_t flags = service_enter();
    struct store *store;
    struct store_variable variable;
    EFI_STATUS status = variables_find(VariableName, VendorGuid, &store, &variable);
    if (!EFI_ERROR(status) && !variables_is_visible(&variable))
        status = EFI_NOT_FOUND;
    if (!EFI_ERROR(status))
        status = copy_out(&variable, Attributes, DataSize, Data);
    service_leave(flags);
    return status;
}

/* The first visible variable behind `after`, in the order: lasting ones, volatile ones. */
static bool next_visible(struct store *store, struct store_variable *after,
                         struct store_variable *ret)
{
    for (;;) {
        while (store_next(store, after, ret)) {
            if (variables_is_visible(ret))
                return true;
            after = ret;
        }
        if (store == &volatile_store)
            return false;
        store = &volatile_store;
        after = NULL;
    }
}

static EFI_STATUS next_name(size_t *size, char16_t *name, EFI_GUID *guid)
{
    struct store *store = &lasting_store;
    struct store_variable current, *after = NULL, next;
    if (name[0] != 0) {
        EFI_STATUS status = variables_find(name, guid, &store, &current);
        if (EFI_ERROR(status) || !variables_is_visible(&current))
            return EFI_INVALID_PARAMETER;
        after = &current;
    }
    if (!next_visible(store, after, &next))
        return EFI_NOT_FOUND;
    size_t room = *size;
    *size = next.name_size;
    if (room < next.name_size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(name, next.name, next.name_size);
    *guid = *next.guid;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI runtime_get_next_variable_name(size_t *VariableNameSize, char16_t *VariableName,
                                                 EFI_GUID *VendorGuid)
{
    if (VariableNameSize == NULL || VariableName == NULL || VendorGuid == NULL)
        return EFI_INVALID_PARAMETER;
    size_t room = *VariableNameSize / sizeof *VariableName;
    if (ucs2_length(VariableName, room) == room)
        return EFI_INVALID_PARAMETER;
    uint64_t flags = service_enter();
    EFI_STATUS status = next_name(VariableNameSize, VariableName, VendorGuid);
    service_leave(flags);
    return status;
}

EFI_STATUS EFIAPI runtime_query_variable_info(uint32_t Attributes,
                                              uint64_t *MaximumVariableStorageSize,
                                              uint64_t *RemainingVariableStorageSize,
                                              uint64_t *MaximumVariableSize)
{
    if (MaximumVariableStorageSize == NULL || RemainingVariableStorageSize == NULL ||
        MaximumVariableSize == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = variables_check_attributes(Attributes);
    if (EFI_ERROR(status))
        return status;
    if ((Attributes & (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)) == 0 ||
        (runtime_state.at_runtime && (Attributes & EFI_VARIABLE_RUNTIME_ACCESS) == 0))
        return EFI_INVALID_PARAMETER;

    uint64_t flags = service_enter();
    const struct store *store = variables_store(Attributes);
    uint64_t left = store_free(store), limit = variables_limit(Attributes);
    *MaximumVariableStorageSize = store_capacity(store);
    *RemainingVariableStorageSize = left;
    *MaximumVariableSize = limit;
    service_leave(flags);
    return EFI_SUCCESS;
}
