/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The page map by a script that the input is; after each change it is sorted, merged, and counts as
 * many pages as before. */
#include <stdlib.h>

#include "core/pages.h"
#include "models/fuzz_bytes.h"

#define GIB       (1ull << 30)
#define MAX_STEPS 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fuzz_bytes bytes;

static uint64_t check_map(void)
{
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    uint64_t pages = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        const EFI_MEMORY_DESCRIPTOR *d = &map[i];
        if (d->NumberOfPages == 0 || d->PhysicalStart % EFI_PAGE_SIZE != 0 ||
            d->PhysicalStart < end)
            abort();
        if (i > 0 && d->PhysicalStart == end && d->Type == map[i - 1].Type &&
            d->Attribute == map[i - 1].Attribute)
            abort();
        end = d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE;
        pages += d->NumberOfPages;
    }
    return pages;
}

static uint32_t take_type(void)
{
    static const uint32_t types[] = {EfiLoaderCode,          EfiLoaderData, EfiBootServicesData,
                                     EfiRuntimeServicesCode, 0x70000000,    0x80000001};
    return types[fuzz_take(&bytes, 1) % 6];
}

/* Small numbers near the beginning, or any. */
static uint64_t take_number(uint64_t unit)
{
    uint64_t choice = fuzz_take(&bytes, 1);
    return choice < 0xe0 ? fuzz_take(&bytes, 1) * unit : fuzz_take(&bytes, choice < 0xf0 ? 4 : 8);
}

static void step(void)
{
    uint64_t address = take_number(EFI_PAGE_SIZE), count = take_number(1);
    switch (fuzz_take(&bytes, 1) % 5) {
    case 0:
        (void)pages_allocate(AllocateAnyPages, take_type(), count, &address);
        break;
    case 1:
        (void)pages_allocate(AllocateMaxAddress, take_type(), count, &address);
        break;
    case 2:
        (void)pages_allocate(AllocateAddress, take_type(), count, &address);
        break;
    case 3:
        (void)pages_free(address, count);
        break;
    case 4: {
        uint64_t alignment = EFI_PAGE_SIZE << fuzz_take(&bytes, 1) % 10, found;
        (void)pages_allocate_aligned(take_type(), count, alignment, address, &found);
        break;
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes = (struct fuzz_bytes){data, size};
    if (EFI_ERROR(pages_add(0, 16 * GIB, EfiReservedMemoryType, EFI_MEMORY_WB)) ||
        EFI_ERROR(pages_add(0, 0x60000, EfiConventionalMemory, EFI_MEMORY_WB)) ||
        EFI_ERROR(pages_add(0x80000, 0x40000, EfiConventionalMemory, EFI_MEMORY_WB)) ||
        EFI_ERROR(pages_add(5 * GIB, 0x20000, EfiConventionalMemory, EFI_MEMORY_WB)))
        abort();
    uint64_t pages = check_map();
    for (unsigned i = 0; i < MAX_STEPS && bytes.size > 0; i++) {
        step();
        if (check_map() != pages)
            abort();
    }
    return 0;
}
