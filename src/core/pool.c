/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"

#include "core/critical.h"
#include "core/log.h"
#include "core/pages.h"
#include "lib/assert.h"
#include "lib/checked.h"
#include "lib/memory.h"

/* Each memory type has its own pages, since the memory map tells types apart by page, and so have
 * allocations that may be executed, since page tables do. Small allocations come from free lists of
 * power-of-two sizes, which are filled by cutting up chunks and never given back; large ones are
 * pages of their own. A header in front of each keeps what freeing needs. */

#define SMALLEST_SHIFT 5  /* 32 bytes, header included */
#define LARGEST_SHIFT  11 /* 2 KiB */
#define CLASS_COUNT    (LARGEST_SHIFT - SMALLEST_SHIFT + 1)
#define CHUNK_SIZE     (4 * EFI_PAGE_SIZE)

#define MAGIC_LIVE       0x4c4f4f50u /* "POOL" */
#define MAGIC_FREE       0x45455246u /* "FREE" */
#define PAGES_OF_ITS_OWN 0xff

struct header {
    uint32_t magic;
    uint8_t size_class;
    uint8_t reserved[3];
    union {
        struct {
            uint16_t bin;
        };
        uint64_t pages; /* PAGES_OF_ITS_OWN */
        struct header *next_free;
    };
};

_Static_assert(sizeof(struct header) == 16, "allocations stay 16-byte aligned");

struct bin {
    uint32_t type;
    bool executable;
    struct header *free[CLASS_COUNT];
};

/* Types are few: those of the specification, and one or two of a loader's own. */
static struct bin bins[32];
static uint16_t bin_count;
static bool (*execution_hook)(uint32_t type);

void pool_set_execution_hook(bool (*may_execute)(uint32_t type))
{
    execution_hook = may_execute;
}

static struct bin *find_bin(uint32_t type)
{
    bool executable = execution_hook != NULL && execution_hook(type);
    for (uint16_t i = 0; i < bin_count; i++)
        if (bins[i].type == type && bins[i].executable == executable)
            return &bins[i];
    if (bin_count == ARRAY_SIZE(bins))
        return NULL;
    bins[bin_count].type = type;
    bins[bin_count].executable = executable;
    return &bins[bin_count++];
}

static unsigned class_of(size_t size)
{
    unsigned size_class = 0;
    while (((size_t)1 << (SMALLEST_SHIFT + size_class)) < size)
        size_class++;
    return size_class;
}

static bool refill(struct bin *bin, unsigned size_class)
{
    uint64_t chunk;
    EFI_STATUS status =
        pages_allocate(AllocateAnyPages, bin->type, CHUNK_SIZE / EFI_PAGE_SIZE, &chunk);
    if (EFI_ERROR(status))
        return false;
    size_t step = (size_t)1 << (SMALLEST_SHIFT + size_class);
    for (size_t offset = CHUNK_SIZE; offset > 0; offset -= step) {
        struct header *header = (struct header *)(uintptr_t)(chunk + offset - step);
        header->magic = MAGIC_FREE;
        header->next_free = bin->free[size_class];
        bin->free[size_class] = header;
    }
    return true;
}

static EFI_STATUS allocate_pages(uint32_t type, size_t size, void **ret)
{
    uint64_t pages = ALIGN_UP(size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE, address;
    EFI_STATUS status = pages_allocate(AllocateAnyPages, type, pages, &address);
    if (EFI_ERROR(status))
        return status;
    struct header *header = (struct header *)(uintptr_t)address;
    *header = (struct header){.magic = MAGIC_LIVE, .size_class = PAGES_OF_ITS_OWN, .pages = pages};
    *ret = header + 1;
    return EFI_SUCCESS;
}

EFI_STATUS pool_allocate_type(uint32_t type, size_t size, void **ret)
{
    CRITICAL_SECTION();
    uint64_t total;
    if (!checked_add(size, sizeof(struct header), &total) || total > (1ull << 47))
        return EFI_OUT_OF_RESOURCES;
    struct bin *bin = find_bin(type);
    if (bin == NULL || total > (1u << LARGEST_SHIFT))
        return allocate_pages(type, total, ret);

    unsigned size_class = class_of(total);
    if (bin->free[size_class] == NULL && !refill(bin, size_class))
        return EFI_OUT_OF_RESOURCES;
    struct header *header = bin->free[size_class];
    ASSERT(header->magic == MAGIC_FREE); /* else somebody wrote to memory that he had freed */
    bin->free[size_class] = header->next_free;
    *header = (struct header){.magic = MAGIC_LIVE, .size_class = (uint8_t)size_class};
    header->bin = (uint16_t)(bin - bins);
    *ret = header + 1;
    return EFI_SUCCESS;
}

EFI_STATUS pool_release(void *memory)
{
    if (memory == NULL || !IS_ALIGNED((uintptr_t)memory, sizeof(struct header)))
        return EFI_INVALID_PARAMETER;
    CRITICAL_SECTION();
    struct header *header = (struct header *)memory - 1;
    uint32_t type = pages_type((uintptr_t)header);
    if (type == EfiMaxMemoryType || type == EfiConventionalMemory || header->magic != MAGIC_LIVE)
        return EFI_INVALID_PARAMETER;

    if (header->size_class == PAGES_OF_ITS_OWN) {
        header->magic = MAGIC_FREE;
        return pages_free((uintptr_t)header, header->pages);
    }
    if (header->size_class >= CLASS_COUNT || header->bin >= bin_count)
        return EFI_INVALID_PARAMETER;
    struct bin *bin = &bins[header->bin];
    header->magic = MAGIC_FREE;
    header->next_free = bin->free[header->size_class];
    bin->free[header->size_class] = header;
    return EFI_SUCCESS;
}

void *pool_alloc(size_t size)
{
    void *memory;
    EFI_STATUS status = pool_allocate_type(EfiBootServicesData, size, &memory);
    return EFI_ERROR(status) ? NULL : memory;
}

void *pool_alloc_zeroed(size_t size)
{
    void *memory = pool_alloc(size);
    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

void pool_free(void *memory)
{
    if (memory == NULL)
        return;
    EFI_STATUS status = pool_release(memory);
    ASSERT(!EFI_ERROR(status));
}

void *pool_alloc_pages(size_t size)
{
    uint64_t address;
    EFI_STATUS status = pages_allocate(AllocateAnyPages, EfiBootServicesData,
                                       ALIGN_UP(size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE, &address);
    return EFI_ERROR(status) ? NULL : (void *)(uintptr_t)address;
}

void pool_free_pages(void *memory, size_t size)
{
    if (memory == NULL)
        return;
    EFI_STATUS status =
        pages_free((uintptr_t)memory, ALIGN_UP(size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE);
    ASSERT(!EFI_ERROR(status));
}
