/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SetVariable by the rules of UEFI 2.10 §8.2.3. */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "runtime/services.h"
#include "runtime/state.h"
#include "runtime/variables.h"

#define ACCESS (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

struct request {
    const char16_t *name;
    const EFI_GUID *guid;
    uint32_t attributes; /* without EFI_VARIABLE_APPEND_WRITE */
    bool append;
    size_t size;
    const void *data;
};

static EFI_STATUS delete_variable(struct store *store, const struct store_variable *existing)
{
    return existing == NULL ? EFI_NOT_FOUND : store_delete(store, existing);
}

/* Writing what is there already costs the medium nothing. */
static bool is_unchanged(const struct request *request, const struct store_variable *existing)
{
    return existing != NULL && !request->append && existing->data_size == request->size &&
           memcmp(existing->data, request->data, request->size) == 0;
}

static EFI_STATUS write_variable(const struct request *request,
                                 const struct store_variable *existing)
{
    uint32_t limit = variables_limit(request->attributes) - (uint32_t)ucs2_size(request->name);
    if (request->size > limit)
        return EFI_INVALID_PARAMETER;
    struct store_value value = {
        .guid = request->guid,
        .name = request->name,
        .attributes = request->attributes,
        .data = request->data,
        .data_size = (uint32_t)request->size,
    };
    if (request->append && existing != NULL) {
        value.head = existing->data;
        value.head_size = existing->data_size;
        if (value.head_size > limit - value.data_size)
            return EFI_OUT_OF_RESOURCES;
    }
    if (is_unchanged(request, existing))
        return EFI_SUCCESS;
    return store_set(variables_store(request->attributes), &value);
}

/* Once boot services are over, what is volatile or has no runtime access cannot be changed. */
static EFI_STATUS check_runtime(const struct request *request, bool deletes,
                                const struct store_variable *existing)
{
    const uint32_t writable = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_RUNTIME_ACCESS;
    if (!runtime_state.at_runtime)
        return EFI_SUCCESS;
    if (existing != NULL && deletes && !variables_is_visible(existing))
        return EFI_NOT_FOUND;
    if (existing != NULL && (existing->attributes & writable) != writable)
        return EFI_WRITE_PROTECTED;
    if (!deletes && (request->attributes & writable) != writable)
        return EFI_INVALID_PARAMETER;
    return EFI_SUCCESS;
}

static EFI_STATUS set(const struct request *request)
{
    struct store *store = NULL;
    struct store_variable found, *existing = NULL;
    if (!EFI_ERROR(variables_find(request->name, request->guid, &store, &found)))
        existing = &found;

    bool deletes = (request->attributes & ACCESS) == 0 || (request->size == 0 && !request->append);
    EFI_STATUS status = check_runtime(request, deletes, existing);
    if (EFI_ERROR(status))
        return status;
    if (deletes)
        return delete_variable(store, existing);
    if (existing != NULL && existing->attributes != request->attributes)
        return EFI_INVALID_PARAMETER;
    if (request->size == 0)
        return EFI_SUCCESS;
    return write_variable(request, existing);
}

EFI_STATUS EFIAPI runtime_set_variable(const char16_t *VariableName, const EFI_GUID *VendorGuid,
                                       uint32_t Attributes, size_t DataSize, const void *Data)
{
    if (VariableName == NULL || VariableName[0] == 0 || VendorGuid == NULL ||
        (DataSize != 0 && Data == NULL) ||
        ucs2_length(VariableName, STORE_NAME_MAX + 1) > STORE_NAME_MAX)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = variables_check_attributes(Attributes);
    if (EFI_ERROR(status))
        return status;
    struct request request = {
        .name = VariableName,
        .guid = VendorGuid,
        .attributes = Attributes & ~EFI_VARIABLE_APPEND_WRITE,
        .append = (Attributes & EFI_VARIABLE_APPEND_WRITE) != 0,
        .size = DataSize,
        .data = Data,
    };
    uint64_t flags = service_enter();
    status = set(&request);
    service_leave(flags);
    return status;
}
