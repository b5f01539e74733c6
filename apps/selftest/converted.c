/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A runtime driver after SetVirtualAddressMap: relocated, and with what ConvertPointer said to it
 * (UEFI 2.10 §8.4). */
#include "selftest/stay.h"
#include "selftest/test.h"
#include "selftest/virtual.h"

/* What the driver's function returns at its new address. */
static uint64_t ask(size_t number)
{
    uint64_t address = virtual_address((uint64_t)(uintptr_t)stay_function());
    return address == 0 ? 0 : ((child_function *)(uintptr_t)address)(number);
}

static void driver(void)
{
    EQUAL(CHILD_ANSWER, ask(0));
}

static void convert(void)
{
    EXPECT(EFI_SUCCESS, ask(1) /* ConvertPointer */);
}

static void convert_null(void)
{
    EXPECT(EFI_INVALID_PARAMETER, ask(2) /* ConvertPointer, Address NULL */);
}

static void convert_null_pointer(void)
{
    EXPECT(EFI_INVALID_PARAMETER, ask(3) /* ConvertPointer, *Address NULL */);
}

static void convert_optional(void)
{
    EXPECT(EFI_SUCCESS, ask(4) /* ConvertPointer, *Address NULL with EFI_OPTIONAL_PTR */);
}

static void convert_not_found(void)
{
    EXPECT(EFI_NOT_FOUND, ask(5) /* ConvertPointer */);
}

static void map_again(void)
{
    EFI_MEMORY_DESCRIPTOR map = {0};
    EXPECT(EFI_UNSUPPORTED,
           rt->SetVirtualAddressMap(sizeof map, sizeof map, EFI_MEMORY_DESCRIPTOR_VERSION, &map));
}

static const struct selftest tests[] = {
    {"driver", driver},
    {"convert", convert},
    {"convert-null", convert_null},
    {"convert-null-pointer", convert_null_pointer},
    {"convert-optional", convert_optional},
    {"convert-not-found", convert_not_found},
    {"map-again", map_again},
};

const struct topic topic_converted = TOPIC("converted", tests);
