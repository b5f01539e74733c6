/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The smaller protocols: reset notification (UEFI 2.10 §38.2), timestamp (§39), memory attribute
 * and RNG (§37). */
#include "efi/protocol/memory_attribute.h"
#include "efi/protocol/reset_notification.h"
#include "efi/protocol/rng.h"
#include "efi/protocol/timestamp.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

static void EFIAPI at_reset(EFI_RESET_TYPE type, EFI_STATUS status, size_t size, void *data)
{
}

static void reset_notification(void)
{
    EFI_RESET_NOTIFICATION_PROTOCOL *resets = FIND(EFI_RESET_NOTIFICATION_PROTOCOL);
    if (resets == NULL)
        return;
    EXPECT(EFI_SUCCESS, resets->RegisterResetNotify(resets, at_reset));
    EXPECT(EFI_ALREADY_STARTED, resets->RegisterResetNotify(resets, at_reset));
    EXPECT(EFI_SUCCESS, resets->UnregisterResetNotify(resets, at_reset));
    EXPECT(EFI_INVALID_PARAMETER, resets->UnregisterResetNotify(resets, at_reset));
    EXPECT(EFI_INVALID_PARAMETER, resets->RegisterResetNotify(resets, NULL));
}

static void timestamp(void)
{
    const EFI_TIMESTAMP_PROTOCOL *clock = FIND(EFI_TIMESTAMP_PROTOCOL);
    if (clock == NULL)
        return;
    EFI_TIMESTAMP_PROPERTIES properties = {0};
    EXPECT(EFI_SUCCESS, clock->GetProperties(&properties));
    CHECK(properties.Frequency > 1000000 && properties.EndValue > properties.Frequency);
    uint64_t before = clock->GetTimestamp();
    bs->Stall(1000);
    CHECK(clock->GetTimestamp() - before >= properties.Frequency / 1000);
    EXPECT(EFI_INVALID_PARAMETER, clock->GetProperties(NULL));
}

static void memory_attributes(void)
{
    EFI_MEMORY_ATTRIBUTE_PROTOCOL *memory = FIND(EFI_MEMORY_ATTRIBUTE_PROTOCOL);
    if (memory == NULL)
        return;
    EFI_PHYSICAL_ADDRESS base;
    uint64_t found = 0;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiBootServicesData, 2, &base));
    uint64_t size = 2 * EFI_PAGE_SIZE;
    EXPECT(EFI_SUCCESS, memory->SetMemoryAttributes(memory, base, size, EFI_MEMORY_RO));
    EXPECT(EFI_SUCCESS, memory->GetMemoryAttributes(memory, base, size, &found));
    EQUAL(EFI_MEMORY_RO, found & EFI_MEMORY_RO);
    EXPECT(EFI_SUCCESS, memory->ClearMemoryAttributes(memory, base, EFI_PAGE_SIZE, EFI_MEMORY_RO));
    /* Pages of a range that are not alike have no attributes. */
    EXPECT(EFI_NO_MAPPING, memory->GetMemoryAttributes(memory, base, size, &found));
    EXPECT(EFI_SUCCESS, memory->ClearMemoryAttributes(memory, base, size, EFI_MEMORY_RO));
    EXPECT(EFI_INVALID_PARAMETER, memory->SetMemoryAttributes(memory, base, 0, EFI_MEMORY_RO));
    EXPECT(EFI_INVALID_PARAMETER, memory->SetMemoryAttributes(memory, base, size, 0));
    EXPECT(EFI_INVALID_PARAMETER, memory->SetMemoryAttributes(memory, base, size, EFI_MEMORY_WB));
    EXPECT(EFI_INVALID_PARAMETER, memory->GetMemoryAttributes(memory, base, size, NULL));
    EXPECT(EFI_INVALID_PARAMETER, memory->ClearMemoryAttributes(memory, base, 0, EFI_MEMORY_RO));
    EXPECT(EFI_UNSUPPORTED,
           memory->SetMemoryAttributes(memory, base + 1, EFI_PAGE_SIZE, EFI_MEMORY_RO));
    EXPECT(EFI_SUCCESS, bs->FreePages(base, 2));
}

static void rng(void)
{
    EFI_RNG_PROTOCOL *random = FIND(EFI_RNG_PROTOCOL);
    if (random == NULL)
        return;
    EFI_RNG_ALGORITHM algorithms[8], unknown = TEST_NONE_GUID;
    size_t size = 0;
    uint8_t one[32] = {0}, two[32] = {0};
    EXPECT(EFI_BUFFER_TOO_SMALL, random->GetInfo(random, &size, algorithms));
    CHECK(size >= sizeof algorithms[0] && size <= sizeof algorithms);
    EXPECT(EFI_SUCCESS, random->GetInfo(random, &size, algorithms));
    EXPECT(EFI_INVALID_PARAMETER, random->GetInfo(random, NULL, algorithms));
    EXPECT(EFI_SUCCESS, random->GetRNG(random, NULL, sizeof one, one));
    EXPECT(EFI_SUCCESS, random->GetRNG(random, &algorithms[0], sizeof two, two));
    CHECK(memcmp(one, two, sizeof one) != 0);
    EXPECT(EFI_UNSUPPORTED, random->GetRNG(random, &unknown, sizeof one, one));
    EXPECT(EFI_INVALID_PARAMETER, random->GetRNG(random, NULL, 0, one));
    EXPECT(EFI_INVALID_PARAMETER, random->GetRNG(random, NULL, sizeof one, NULL));
}

static const struct selftest tests[] = {
    {"reset-notification", reset_notification},
    {"timestamp", timestamp},
    {"memory-attributes", memory_attributes},
    {"rng", rng},
};

const struct topic topic_small = TOPIC("small", tests);
