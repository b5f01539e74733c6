/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/nvram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "variable/format.h"

static const EFI_GUID vendors[2] = {
    {0x11111111, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 8}},
    {0x11111111, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 9}},
};

static void store_byte(struct nvram *nvram, uint32_t offset, uint8_t value)
{
    if (nvram->stores_left == 0)
        longjmp(nvram->power_cut, 1);
    if (nvram->stores_left > 0)
        nvram->stores_left--;
    nvram->stores++;
    nvram->bytes[offset] = value;
}

static struct nvram *nvram_of(const struct store_medium *medium)
{
    return CONTAINER_OF(medium, struct nvram, medium);
}

static EFI_STATUS nvram_write(const struct store_medium *medium, uint32_t offset, const void *data,
                              uint32_t size)
{
    struct nvram *nvram = nvram_of(medium);
    uint8_t *copy = nvram->scratch; /* the data may move away under us */
    memcpy(copy, data, size);
    for (uint32_t i = 0; i < size; i++) {
        if (nvram->is_flash && (copy[i] & ~nvram->bytes[offset + i])) {
            fprintf(stderr, "nvram: write of 0x%02x over 0x%02x at 0x%x\n", copy[i],
                    nvram->bytes[offset + i], offset + i);
            abort();
        }
        store_byte(nvram, offset + i, copy[i]);
    }
    return EFI_SUCCESS;
}

static EFI_STATUS nvram_erase(const struct store_medium *medium, uint32_t offset, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        store_byte(nvram_of(medium), offset + i, STORE_ERASED);
    return EFI_SUCCESS;
}

void nvram_init(struct nvram *nvram, uint32_t bank_size, uint32_t bank_count)
{
    uint8_t *bytes = malloc((size_t)bank_size * bank_count);
    memset(bytes, 0x5a, (size_t)bank_size * bank_count);
    *nvram = (struct nvram){
        .medium = {bytes, bank_size, bank_count, nvram_write, nvram_erase},
        .bytes = bytes,
        .scratch = malloc((size_t)bank_size * bank_count),
        .is_flash = bank_count == 2,
        .stores_left = -1,
    };
}

void nvram_free(struct nvram *nvram)
{
    free(nvram->bytes);
    free(nvram->scratch);
}

static void make_name(unsigned index, char16_t name[3])
{
    name[0] = 'V';
    name[1] = (char16_t)('a' + index / 2);
    name[2] = 0;
}

static EFI_STATUS delete_variable(struct store *store, const char16_t *name, const EFI_GUID *guid)
{
    struct store_variable variable;
    EFI_STATUS status = store_find(store, name, guid, &variable);
    return EFI_ERROR(status) ? status : store_delete(store, &variable);
}

static EFI_STATUS set_variable(struct store *store, const char16_t *name, const EFI_GUID *guid,
                               const struct reference_change *change)
{
    uint8_t data[REFERENCE_DATA];
    struct store_value value = {.guid = guid,
                                .name = name,
                                .attributes = change->seed,
                                .data = data,
                                .data_size = change->size};
    for (uint32_t i = 0; i < change->size; i++)
        data[i] = (uint8_t)(change->seed + i);
    struct store_variable old;
    if (change->kind == CHANGE_APPEND && !EFI_ERROR(store_find(store, name, guid, &old))) {
        value.attributes = old.attributes;
        value.head = old.data;
        value.head_size = old.data_size;
    }
    return value.head_size + value.data_size > REFERENCE_DATA ? EFI_OUT_OF_RESOURCES
                                                              : store_set(store, &value);
}

static EFI_STATUS apply(struct store *store, const struct reference_change *change)
{
    const EFI_GUID *guid = &vendors[change->name % 2];
    char16_t name[3];
    make_name(change->name, name);
    switch (change->kind) {
    case CHANGE_DELETE:
        return delete_variable(store, name, guid);
    case CHANGE_COMPACT:
        return store_compact(store);
    case CHANGE_REOPEN:
        return store->medium->bank_count == 2 ? store_open(store, store->medium) : EFI_SUCCESS;
    default:
        return set_variable(store, name, guid, change);
    }
}

void reference_expect(struct reference *reference, const struct reference_change *change)
{
    struct reference_variable *variable = &reference->variables[change->name];
    if (change->kind == CHANGE_DELETE)
        variable->exists = false;
    if (change->kind != CHANGE_SET && change->kind != CHANGE_APPEND)
        return;
    if (change->kind == CHANGE_SET || !variable->exists) {
        variable->attributes = change->seed;
        variable->size = 0;
    }
    if (variable->size + change->size > REFERENCE_DATA)
        return;
    variable->exists = true;
    for (uint32_t i = 0; i < change->size; i++)
        variable->data[variable->size++] = (uint8_t)(change->seed + i);
}

EFI_STATUS reference_apply(struct reference *reference, struct store *store,
                           const struct reference_change *change)
{
    EFI_STATUS status = apply(store, change);
    if (!EFI_ERROR(status))
        reference_expect(reference, change);
    return status;
}

bool reference_matches(const struct reference *reference, const struct store *store)
{
    unsigned expected = 0, found = 0;
    for (unsigned i = 0; i < REFERENCE_NAMES; i++) {
        struct store_variable variable;
        char16_t name[3];
        make_name(i, name);
        EFI_STATUS status = store_find(store, name, &vendors[i % 2], &variable);
        if (reference->variables[i].exists != !EFI_ERROR(status))
            return false;
        if (EFI_ERROR(status))
            continue;
        expected++;
        if (variable.attributes != reference->variables[i].attributes ||
            variable.data_size != reference->variables[i].size ||
            memcmp(variable.data, reference->variables[i].data, variable.data_size) != 0)
            return false;
    }
    struct store_variable variable, *after = NULL;
    for (; store_next(store, after, &variable); after = &variable)
        found++;
    return found == expected;
}

bool reference_space_matches(const struct store *store)
{
    struct store_variable variable, *after = NULL;
    uint32_t used = 0;
    for (; store_next(store, after, &variable); after = &variable)
        used += ALIGN_UP((uint32_t)sizeof(struct store_record) + variable.name_size +
                             variable.data_size,
                         RECORD_ALIGN);
    return store_free(store) == store_capacity(store) - used;
}
