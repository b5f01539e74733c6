/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Memory allocation services (UEFI 2.10 §7.2). */
#include "lib/memory.h"
#include "selftest/fixture.h"

#define OEM_TYPE ((EFI_MEMORY_TYPE)0x70000001u)
#define OS_TYPE  ((EFI_MEMORY_TYPE)0x80000001u)

static const EFI_MEMORY_TYPE good_types[] = {
    EfiReservedMemoryType,
    EfiLoaderCode,
    EfiLoaderData,
    EfiBootServicesCode,
    EfiBootServicesData,
    EfiRuntimeServicesCode,
    EfiRuntimeServicesData,
    EfiACPIReclaimMemory,
    EfiACPIMemoryNVS,
    OEM_TYPE,
    OS_TYPE,
    (EFI_MEMORY_TYPE)0xffffffffu,
    (EFI_MEMORY_TYPE)0x70000000u,
};

static const EFI_MEMORY_TYPE bad_types[] = {
    EfiPersistentMemory,     EfiUnacceptedMemoryType,     EfiMaxMemoryType,
    (EFI_MEMORY_TYPE)0x1000, (EFI_MEMORY_TYPE)0x6fffffff,
};

static uint8_t map_bytes[65536] __attribute__((aligned(8)));

/* The map's size; 0: it could not be read. */
static size_t read_map(size_t *ret_step, size_t *ret_key)
{
    size_t size = sizeof map_bytes;
    uint32_t version;
    return EXPECT(EFI_SUCCESS,
                  bs->GetMemoryMap(&size, (void *)map_bytes, ret_key, ret_step, &version))
               ? size
               : 0;
}

/* The type that the map gives to an address. */
static uint32_t type_at(uint64_t address)
{
    size_t step = 0, key, size = read_map(&step, &key);
    for (size_t at = 0; at < size; at += step) {
        const EFI_MEMORY_DESCRIPTOR *d = (const void *)(map_bytes + at);
        if (address >= d->PhysicalStart &&
            address - d->PhysicalStart < d->NumberOfPages * EFI_PAGE_SIZE)
            return d->Type;
    }
    return EfiMaxMemoryType;
}

static void pages_types(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(good_types); i++) {
        EFI_PHYSICAL_ADDRESS memory = 0;
        REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, good_types[i], 2, &memory));
        CHECK(memory != 0 && memory % EFI_PAGE_SIZE == 0);
        EQUAL(good_types[i], type_at(memory));
        EQUAL(good_types[i], type_at(memory + EFI_PAGE_SIZE));
        memset((void *)(uintptr_t)memory, 0xa5, 2 * EFI_PAGE_SIZE);
        EXPECT(EFI_SUCCESS, bs->FreePages(memory, 2));
    }
}

static void pages_bad_type(void)
{
    EFI_PHYSICAL_ADDRESS memory;
    for (size_t i = 0; i < ARRAY_SIZE(bad_types); i++)
        EXPECT(EFI_INVALID_PARAMETER,
               bs->AllocatePages(AllocateAnyPages, bad_types[i], 1, &memory));
}

static void pages_conventional(void)
{
    EFI_PHYSICAL_ADDRESS memory;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->AllocatePages(AllocateAnyPages, EfiConventionalMemory, 1, &memory));
}

static void pages_bad_kind(void)
{
    EFI_PHYSICAL_ADDRESS memory = 0x100000;
    EXPECT(EFI_INVALID_PARAMETER, bs->AllocatePages(MaxAllocateType, EfiLoaderData, 1, &memory));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->AllocatePages((EFI_ALLOCATE_TYPE)99, EfiLoaderData, 1, &memory));
}

static void pages_null(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, NULL));
}

static void pages_max_address(void)
{
    EFI_PHYSICAL_ADDRESS memory = 0x3ffffff;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateMaxAddress, EfiLoaderData, 4, &memory));
    CHECK(memory + 4 * EFI_PAGE_SIZE - 1 <= 0x3ffffff);
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 4));
    /* Below one page there is nothing, also when the limit is not a page's end. */
    memory = EFI_PAGE_SIZE - 1;
    EFI_STATUS status = bs->AllocatePages(AllocateMaxAddress, EfiLoaderData, 2, &memory);
    CHECK(status == EFI_NOT_FOUND || status == EFI_OUT_OF_RESOURCES);
}

static void pages_address(void)
{
    EFI_PHYSICAL_ADDRESS any, memory;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 4, &any));
    EXPECT(EFI_SUCCESS, bs->FreePages(any, 4));
    memory = any;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAddress, EfiLoaderData, 4, &memory));
    EQUAL(any, memory);
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 4));
}

/* What is taken, and what is not RAM. */
static void pages_address_taken(void)
{
    EFI_PHYSICAL_ADDRESS memory, again;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 4, &memory));
    again = memory + EFI_PAGE_SIZE;
    EXPECT(EFI_NOT_FOUND, bs->AllocatePages(AllocateAddress, EfiLoaderData, 1, &again));
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 4));
    again = 0xfee00000;
    EXPECT(EFI_NOT_FOUND, bs->AllocatePages(AllocateAddress, EfiLoaderData, 1, &again));
    again = 1ull << 60;
    EXPECT(EFI_NOT_FOUND, bs->AllocatePages(AllocateAddress, EfiLoaderData, 1, &again));
}

static void pages_too_many(void)
{
    EFI_PHYSICAL_ADDRESS memory = 0x100000;
    EXPECT(EFI_OUT_OF_RESOURCES,
           bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 1ull << 40, &memory));
}

/* Sizes whose bytes or ends do not fit in 64 bits. */
static void pages_overflow(void)
{
    static const size_t counts[] = {1ull << 52, (1ull << 52) - 1, (1ull << 52) + 1, SIZE_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
        EFI_PHYSICAL_ADDRESS memory = 0x100000;
        CHECK(EFI_ERROR(bs->AllocatePages(AllocateAnyPages, EfiLoaderData, counts[i], &memory)));
        memory = 0x100000;
        CHECK(EFI_ERROR(bs->AllocatePages(AllocateAddress, EfiLoaderData, counts[i], &memory)));
        memory = UINT64_MAX;
        CHECK(EFI_ERROR(bs->AllocatePages(AllocateMaxAddress, EfiLoaderData, counts[i], &memory)));
    }
}

static void free_part(void)
{
    EFI_PHYSICAL_ADDRESS memory;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 5, &memory));
    EXPECT(EFI_SUCCESS, bs->FreePages(memory + 2 * EFI_PAGE_SIZE, 1));
    EQUAL(EfiLoaderData, type_at(memory + EFI_PAGE_SIZE));
    EQUAL(EfiConventionalMemory, type_at(memory + 2 * EFI_PAGE_SIZE));
    EQUAL(EfiLoaderData, type_at(memory + 3 * EFI_PAGE_SIZE));
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 2));
    EXPECT(EFI_SUCCESS, bs->FreePages(memory + 3 * EFI_PAGE_SIZE, 2));
}

static void free_not_allocated(void)
{
    EFI_PHYSICAL_ADDRESS memory;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &memory));
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 1));
    EXPECT(EFI_NOT_FOUND, bs->FreePages(memory, 1));
    EXPECT(EFI_NOT_FOUND, bs->FreePages(1ull << 60, 1));
}

static void free_invalid(void)
{
    EFI_PHYSICAL_ADDRESS memory;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &memory));
    EXPECT(EFI_INVALID_PARAMETER, bs->FreePages(memory + 1, 1));
    EXPECT(EFI_INVALID_PARAMETER, bs->FreePages(memory, 0));
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 1));
}

static void free_overflow(void)
{
    CHECK(EFI_ERROR(bs->FreePages(0x100000, SIZE_MAX)));
    CHECK(EFI_ERROR(bs->FreePages(0x100000, 1ull << 52)));
    CHECK(EFI_ERROR(bs->FreePages(UINT64_MAX - EFI_PAGE_SIZE + 1, 2)));
}

static void pool_types(void)
{
    static const size_t sizes[] = {1, 24, 100, 2048, 4096, 70000};
    for (size_t i = 0; i < ARRAY_SIZE(good_types); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
            void *memory = NULL;
            REQUIRE(EFI_SUCCESS, bs->AllocatePool(good_types[i], sizes[j], &memory));
            CHECK((uintptr_t)memory % 8 == 0);
            EQUAL(good_types[i], type_at((uintptr_t)memory));
            memset(memory, 0x5a, sizes[j]);
            EXPECT(EFI_SUCCESS, bs->FreePool(memory));
        }
    }
}

static void pool_bad_type(void)
{
    void *memory;
    for (size_t i = 0; i < ARRAY_SIZE(bad_types); i++)
        EXPECT(EFI_INVALID_PARAMETER, bs->AllocatePool(bad_types[i], 8, &memory));
}

static void pool_null(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->AllocatePool(EfiLoaderData, 8, NULL));
}

static void pool_too_large(void)
{
    static const size_t sizes[] = {1ull << 45, SIZE_MAX, SIZE_MAX - 7, SIZE_MAX - 4096};
    void *memory;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
        EXPECT(EFI_OUT_OF_RESOURCES, bs->AllocatePool(EfiLoaderData, sizes[i], &memory));
}

static void pool_empty(void)
{
    void *memory = NULL;
    EXPECT(EFI_SUCCESS, bs->AllocatePool(EfiLoaderData, 0, &memory));
    EXPECT(EFI_SUCCESS, bs->FreePool(memory));
}

static void free_pool_invalid(void)
{
    static uint64_t not_pool[32];
    EXPECT(EFI_INVALID_PARAMETER, bs->FreePool(NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->FreePool(&not_pool[16]));
}

static void free_pool_twice(void)
{
    void *memory;
    REQUIRE(EFI_SUCCESS, bs->AllocatePool(EfiLoaderData, 100, &memory));
    EXPECT(EFI_SUCCESS, bs->FreePool(memory));
    EXPECT(EFI_INVALID_PARAMETER, bs->FreePool(memory));
}

static void map(void)
{
    size_t step = 0, key, size = read_map(&step, &key);
    CHECK(size > 0 && step >= sizeof(EFI_MEMORY_DESCRIPTOR) && size % step == 0);
    for (size_t at = 0; at < size; at += step) {
        const EFI_MEMORY_DESCRIPTOR *d = (const void *)(map_bytes + at);
        CHECK(d->PhysicalStart % EFI_PAGE_SIZE == 0 && d->NumberOfPages > 0);
        bool runtime = d->Type == EfiRuntimeServicesCode || d->Type == EfiRuntimeServicesData;
        if (runtime)
            CHECK((d->Attribute & EFI_MEMORY_RUNTIME) != 0);
        if (d->Type == EfiConventionalMemory)
            CHECK((d->Attribute & EFI_MEMORY_WB) != 0 && (d->Attribute & EFI_MEMORY_RUNTIME) == 0);
        for (size_t other = 0; other < at; other += step) {
            const EFI_MEMORY_DESCRIPTOR *o = (const void *)(map_bytes + other);
            CHECK(d->PhysicalStart >= o->PhysicalStart + o->NumberOfPages * EFI_PAGE_SIZE ||
                  o->PhysicalStart >= d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE);
        }
    }
}

/* §7.2.3: descriptors of a version 1; this program lies in LoaderCode. */
static void map_describes(void)
{
    size_t size = sizeof map_bytes, key, step;
    uint32_t version = 0;
    EXPECT(EFI_SUCCESS, bs->GetMemoryMap(&size, (void *)map_bytes, &key, &step, &version));
    EQUAL(EFI_MEMORY_DESCRIPTOR_VERSION, version);
    EQUAL(EfiLoaderCode, type_at((uintptr_t)map_describes));
}

static void map_too_small(void)
{
    size_t size = 0, key, step = 0;
    uint32_t version = 0;
    EXPECT(EFI_BUFFER_TOO_SMALL, bs->GetMemoryMap(&size, NULL, &key, &step, &version));
    CHECK(size > 0 && step >= sizeof(EFI_MEMORY_DESCRIPTOR));
    EQUAL(EFI_MEMORY_DESCRIPTOR_VERSION, version);
    size = 8;
    EXPECT(EFI_BUFFER_TOO_SMALL, bs->GetMemoryMap(&size, (void *)map_bytes, &key, &step, &version));
    CHECK(size > 8);
}

static void map_invalid(void)
{
    size_t size = sizeof map_bytes, key, step;
    uint32_t version;
    EXPECT(EFI_INVALID_PARAMETER, bs->GetMemoryMap(NULL, (void *)map_bytes, &key, &step, &version));
    EXPECT(EFI_INVALID_PARAMETER, bs->GetMemoryMap(&size, NULL, &key, &step, &version));
}

/* The key stays while nothing changes, and is another one afterwards. */
static void map_key(void)
{
    size_t step, first, second, third;
    EFI_PHYSICAL_ADDRESS memory;
    read_map(&step, &first);
    read_map(&step, &second);
    EQUAL(first, second);
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &memory));
    read_map(&step, &second);
    CHECK(first != second);
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 1));
    read_map(&step, &third);
    CHECK(third != second);
}

/* §7.2: memory services may be called up to TPL_NOTIFY. */
static void at_notify(void)
{
    EFI_PHYSICAL_ADDRESS memory;
    void *pool;
    EFI_TPL tpl = bs->RaiseTPL(TPL_NOTIFY);
    EFI_STATUS pages_status = bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &memory);
    EFI_STATUS pool_status = bs->AllocatePool(EfiLoaderData, 10, &pool);
    bs->RestoreTPL(tpl);
    REQUIRE(EFI_SUCCESS, pages_status);
    REQUIRE(EFI_SUCCESS, pool_status);
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 1));
    EXPECT(EFI_SUCCESS, bs->FreePool(pool));
}

static const struct selftest tests[] = {
    {"pages-types", pages_types},
    {"pages-bad-type", pages_bad_type},
    {"pages-conventional", pages_conventional},
    {"pages-bad-kind", pages_bad_kind},
    {"pages-null", pages_null},
    {"pages-max-address", pages_max_address},
    {"pages-address", pages_address},
    {"pages-address-taken", pages_address_taken},
    {"pages-too-many", pages_too_many},
    {"pages-overflow", pages_overflow},
    {"free-part", free_part},
    {"free-not-allocated", free_not_allocated},
    {"free-invalid", free_invalid},
    {"free-overflow", free_overflow},
    {"pool-types", pool_types},
    {"pool-bad-type", pool_bad_type},
    {"pool-null", pool_null},
    {"pool-too-large", pool_too_large},
    {"pool-empty", pool_empty},
    {"free-pool-invalid", free_pool_invalid},
    {"free-pool-twice", free_pool_twice},
    {"map", map},
    {"map-describes", map_describes},
    {"map-too-small", map_too_small},
    {"map-invalid", map_invalid},
    {"map-key", map_key},
    {"at-notify", at_notify},
};

const struct topic topic_memory = TOPIC("memory", tests);
