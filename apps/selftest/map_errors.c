/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SetVirtualAddressMap with maps that it must refuse (UEFI 2.10 §8.4), before the one that is good.
 */
#include "lib/memory.h"
#include "selftest/exit.h"

static uint8_t copy[65536] __attribute__((aligned(8)));

/* The runtime descriptors of the map, with addresses one to one; returns their size. */
static size_t runtime_map(void)
{
    size_t size = 0;
    FOR_EACH_DESCRIPTOR(d, &final_map)
    {
        if ((d->Attribute & EFI_MEMORY_RUNTIME) == 0)
            continue;
        memcpy(copy + size, d, final_map.step);
        ((EFI_MEMORY_DESCRIPTOR *)(void *)(copy + size))->VirtualStart = d->PhysicalStart;
        size += final_map.step;
    }
    return size;
}

static void bad_descriptor_size(void)
{
    size_t size = runtime_map();
    EXPECT(EFI_INVALID_PARAMETER, rt->SetVirtualAddressMap(size, sizeof(EFI_MEMORY_DESCRIPTOR) - 8,
                                                           final_map.version, (void *)copy));
}

static void bad_version(void)
{
    size_t size = runtime_map();
    EXPECT(EFI_INVALID_PARAMETER,
           rt->SetVirtualAddressMap(size, final_map.step, final_map.version + 1, (void *)copy));
}

static void range_missing(void)
{
    size_t size = runtime_map();
    for (size_t at = 0; at < size; at += final_map.step) {
        EFI_MEMORY_DESCRIPTOR *d = (void *)(copy + at);
        if (d->Type == EfiRuntimeServicesCode)
            d->PhysicalStart = 0xfff00000;
    }
    EXPECT(EFI_NO_MAPPING,
           rt->SetVirtualAddressMap(size, final_map.step, final_map.version, (void *)copy));
}

/* All that is needed, and one that the memory map does not have. */
static void range_unknown(void)
{
    size_t size = runtime_map();
    EFI_MEMORY_DESCRIPTOR extra = {
        .Type = EfiRuntimeServicesData,
        .PhysicalStart = 1ull << 50,
        .VirtualStart = 1ull << 50,
        .NumberOfPages = 1,
        .Attribute = EFI_MEMORY_RUNTIME,
    };
    memset(copy + size, 0, final_map.step);
    memcpy(copy + size, &extra, sizeof extra);
    EXPECT(EFI_NOT_FOUND, rt->SetVirtualAddressMap(size + final_map.step, final_map.step,
                                                   final_map.version, (void *)copy));
}

static const struct selftest tests[] = {
    {"bad-descriptor-size", bad_descriptor_size},
    {"bad-version", bad_version},
    {"range-missing", range_missing},
    {"range-unknown", range_unknown},
};

const struct topic topic_map_errors = TOPIC("map-errors", tests);
