/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/processor_list.h"

#include "core/log.h"
#include "core/pool.h"
#include "lib/memory.h"
#include "platform/acpi_machine.h"

#define XAPIC_BROADCAST  0xffu
#define X2APIC_BROADCAST 0xffffffffu

struct list_builder {
    uint32_t *ids;
    size_t count, capacity;
    size_t twice, too_many;
};

size_t processor_list_find(const uint32_t *ids, size_t count, uint32_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* False when memory is out. */
static bool reserve(struct list_builder *b)
{
    if (b->count < b->capacity)
        return true;
    size_t capacity = b->capacity * 2;
    uint32_t *bigger = pool_alloc(capacity * sizeof *bigger);
    if (bigger == NULL)
        return false;
    memcpy(bigger, b->ids, b->count * sizeof *bigger);
    pool_free(b->ids);
    b->ids = bigger;
    b->capacity = capacity;
    return true;
}

static EFI_STATUS add(struct list_builder *b, uint32_t id)
{
    size_t place = processor_list_find(b->ids, b->count, id);
    if (place < b->count && b->ids[place] == id) {
        b->twice++;
        return EFI_SUCCESS;
    }
    if (b->count == PROCESSORS_MAX) {
        b->too_many++;
        return EFI_SUCCESS;
    }
    if (!reserve(b))
        return EFI_OUT_OF_RESOURCES;
    memmove(&b->ids[place + 1], &b->ids[place], (b->count - place) * sizeof *b->ids);
    b->ids[place] = id;
    b->count++;
    return EFI_SUCCESS;
}

/* The APIC id that a MADT entry tells; false when it tells of no processor that is there. */
static bool id_of(uint8_t type, struct reader entry, uint32_t *ret)
{
    struct acpi_madt_local_apic apic;
    struct acpi_madt_local_x2apic x2apic;
    if (type == ACPI_MADT_LOCAL_APIC && reader_copy(&entry, &apic, sizeof apic)) {
        *ret = apic.apic_id;
        return (apic.flags & ACPI_MADT_ENABLED) != 0 && apic.apic_id != XAPIC_BROADCAST;
    }
    if (type == ACPI_MADT_LOCAL_X2APIC && reader_copy(&entry, &x2apic, sizeof x2apic)) {
        *ret = x2apic.x2apic_id;
        return (x2apic.flags & ACPI_MADT_ENABLED) != 0 && x2apic.x2apic_id != X2APIC_BROADCAST;
    }
    return false;
}

static EFI_STATUS add_all(struct list_builder *b, const struct machine *machine, uint32_t boot_id)
{
    struct reader madt = acpi_read(&(struct acpi_table){machine->madt, machine->madt_size}), entry;
    struct acpi_madt header;
    uint8_t type;
    uint32_t id;
    bool boot_seen = false;
    EFI_STATUS status = add(b, boot_id);
    if (!acpi_madt_start(&madt, &header))
        return status;
    while (!EFI_ERROR(status) && acpi_madt_next(&madt, &type, &entry)) {
        if (!id_of(type, entry, &id))
            continue;
        if (id == boot_id && !boot_seen)
            boot_seen = true;
        else
            status = add(b, id);
    }
    return status;
}

EFI_STATUS processor_list(const struct machine *machine, uint32_t boot_id, uint32_t **ret_ids,
                          size_t *ret_count)
{
    struct list_builder b = {.capacity = 8};
    b.ids = pool_alloc(b.capacity * sizeof *b.ids);
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    if (b.ids != NULL)
        status = add_all(&b, machine, boot_id);
    if (EFI_ERROR(status)) {
        pool_free(b.ids);
        return status;
    }
    if (b.twice != 0)
        log_warning("ACPI MADT: %zu processors are listed twice", b.twice);
    if (b.too_many != 0)
        log_warning("ACPI MADT: %zu processors more than the %u that are used", b.too_many,
                    PROCESSORS_MAX);
    *ret_ids = b.ids;
    *ret_count = b.count;
    return EFI_SUCCESS;
}
