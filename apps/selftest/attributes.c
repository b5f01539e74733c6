/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The memory attributes table (UEFI 2.10 §4.6.4), as it is after ExitBootServices. */
#include "selftest/attributes.h"

#include "efi/guid.h"
#include "selftest/exit.h"

static const EFI_MEMORY_ATTRIBUTES_TABLE *table(void)
{
    for (size_t i = 0; i < st->NumberOfTableEntries; i++) {
        if (guid_equal(&st->ConfigurationTable[i].VendorGuid, GUID_OF(EFI_MEMORY_ATTRIBUTES_TABLE)))
            return st->ConfigurationTable[i].VendorTable;
    }
    return NULL;
}

static const EFI_MEMORY_DESCRIPTOR *entry(const EFI_MEMORY_ATTRIBUTES_TABLE *from, size_t i)
{
    return (const void *)((const uint8_t *)from->Entry + i * from->DescriptorSize);
}

uint64_t attributes_of(uint64_t physical)
{
    const EFI_MEMORY_ATTRIBUTES_TABLE *from = table();
    for (size_t i = 0; from != NULL && i < from->NumberOfEntries; i++) {
        const EFI_MEMORY_DESCRIPTOR *d = entry(from, i);
        if (physical >= d->PhysicalStart &&
            physical - d->PhysicalStart < d->NumberOfPages * EFI_PAGE_SIZE)
            return d->Attribute & (EFI_MEMORY_RO | EFI_MEMORY_XP | EFI_MEMORY_RP);
    }
    return ATTRIBUTES_UNKNOWN;
}

static bool is_runtime_memory(uint32_t type)
{
    return type == EfiRuntimeServicesCode || type == EfiRuntimeServicesData;
}

static void entries(void)
{
    const EFI_MEMORY_ATTRIBUTES_TABLE *from = table();
    REQUIRE_TRUE(from != NULL);
    CHECK(from->Version == 1 || from->Version == EFI_MEMORY_ATTRIBUTES_TABLE_VERSION);
    CHECK(from->DescriptorSize >= sizeof(EFI_MEMORY_DESCRIPTOR));
    CHECK(from->NumberOfEntries > 0);
    uint64_t end = 0;
    for (size_t i = 0; i < from->NumberOfEntries; i++) {
        const EFI_MEMORY_DESCRIPTOR *d = entry(from, i);
        CHECK(is_runtime_memory(d->Type));
        CHECK((d->Attribute & EFI_MEMORY_RUNTIME) != 0);
        CHECK(d->PhysicalStart % EFI_PAGE_SIZE == 0 && d->NumberOfPages > 0);
        CHECK(d->PhysicalStart >= end);
        end = d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE;
    }
}

static void write_or_execute(void)
{
    const EFI_MEMORY_ATTRIBUTES_TABLE *from = table();
    REQUIRE_TRUE(from != NULL);
    for (size_t i = 0; i < from->NumberOfEntries; i++)
        CHECK((entry(from, i)->Attribute & (EFI_MEMORY_RO | EFI_MEMORY_XP)) != 0);
}

/* All of the runtime memory of the memory map, and nothing else. */
static void whole(void)
{
    FOR_EACH_DESCRIPTOR(d, &final_map)
    {
        if (!is_runtime_memory(d->Type))
            continue;
        uint64_t missing = 0;
        for (uint64_t i = 0; i < d->NumberOfPages; i++)
            missing += attributes_of(d->PhysicalStart + i * EFI_PAGE_SIZE) == ATTRIBUTES_UNKNOWN;
        EQUAL(0, missing);
    }
}

static const struct selftest tests[] = {
    {"entries", entries},
    {"write-or-execute", write_or_execute},
    {"whole", whole},
};

const struct topic topic_attributes = TOPIC("attributes", tests);
