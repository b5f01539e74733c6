/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Miscellaneous services (UEFI 2.10 §7.5) and the tables (§4). */
#include "lib/crc32.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

static void crc(void)
{
    uint32_t value = 0;
    EXPECT(EFI_SUCCESS, bs->CalculateCrc32("123456789", 9, &value));
    EQUAL(0xcbf43926, value);
}

static void crc_invalid(void)
{
    uint32_t value;
    EXPECT(EFI_INVALID_PARAMETER, bs->CalculateCrc32(NULL, 9, &value));
    EXPECT(EFI_INVALID_PARAMETER, bs->CalculateCrc32("123456789", 0, &value));
    EXPECT(EFI_INVALID_PARAMETER, bs->CalculateCrc32("123456789", 9, NULL));
}

/* §7.5: source and destination may overlap. */
static void copy(void)
{
    char data[] = "abcdefgh";
    bs->CopyMem(data + 2, data, 6);
    CHECK(memcmp(data, "ababcdef", 8) == 0);
    memcpy(data, "abcdefgh", 8);
    bs->CopyMem(data, data + 2, 6);
    CHECK(memcmp(data, "cdefghgh", 8) == 0);
    bs->CopyMem(data, data + 4, 0);
    CHECK(data[0] == 'c');
}

static void set(void)
{
    char data[] = "abcdefgh";
    bs->SetMem(data + 1, 3, '.');
    CHECK(memcmp(data, "a...efgh", 8) == 0);
    bs->SetMem(data, 0, 'x');
    CHECK(data[0] == 'a');
}

static void monotonic(void)
{
    uint64_t first = 0, second = 0;
    uint32_t high = 0;
    EXPECT(EFI_SUCCESS, bs->GetNextMonotonicCount(&first));
    EXPECT(EFI_SUCCESS, bs->GetNextMonotonicCount(&second));
    CHECK(second > first);
    EXPECT(EFI_SUCCESS, rt->GetNextHighMonotonicCount(&high));
    CHECK(high > second >> 32);
    EXPECT(EFI_SUCCESS, bs->GetNextMonotonicCount(&first));
    CHECK(first > second);
}

static void monotonic_invalid(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->GetNextMonotonicCount(NULL));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetNextHighMonotonicCount(NULL));
}

static void *find_table(const EFI_GUID *guid)
{
    for (size_t i = 0; i < st->NumberOfTableEntries; i++) {
        if (guid_equal(&st->ConfigurationTable[i].VendorGuid, guid))
            return st->ConfigurationTable[i].VendorTable;
    }
    return NULL;
}

static void table_install(void)
{
    size_t count = st->NumberOfTableEntries;
    EXPECT(EFI_SUCCESS, bs->InstallConfigurationTable(GUID_OF(TEST_A), &interface_a));
    CHECK(find_table(GUID_OF(TEST_A)) == &interface_a);
    EXPECT(EFI_SUCCESS, bs->InstallConfigurationTable(GUID_OF(TEST_A), &interface_b));
    CHECK(find_table(GUID_OF(TEST_A)) == &interface_b);
    EQUAL(count + 1, st->NumberOfTableEntries);
    EXPECT(EFI_SUCCESS, bs->InstallConfigurationTable(GUID_OF(TEST_A), NULL));
    CHECK(find_table(GUID_OF(TEST_A)) == NULL);
    EQUAL(count, st->NumberOfTableEntries);
}

static void table_full(void)
{
    EFI_GUID guid = TEST_A_GUID;
    EFI_STATUS status = EFI_SUCCESS;
    uint16_t count = 0;
    for (; count < 64 && !EFI_ERROR(status); count++) {
        guid.Data2 = (uint16_t)(count + 1);
        status = bs->InstallConfigurationTable(&guid, &interface_a);
    }
    EXPECT(EFI_OUT_OF_RESOURCES, status /* InstallConfigurationTable */);
    for (; count > 0; count--) {
        guid.Data2 = count;
        bs->InstallConfigurationTable(&guid, NULL);
    }
    CHECK(find_table(&guid) == NULL);
}

static void table_not_found(void)
{
    EXPECT(EFI_NOT_FOUND, bs->InstallConfigurationTable(GUID_OF(TEST_NONE), NULL));
}

static void table_invalid(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->InstallConfigurationTable(NULL, &interface_a));
}

static bool header_is_good(EFI_TABLE_HEADER *header, uint64_t signature, size_t size)
{
    uint32_t kept = header->CRC32;
    header->CRC32 = 0;
    uint32_t right = crc32(header, header->HeaderSize);
    header->CRC32 = kept;
    return CHECK(header->Signature == signature) && CHECK(header->HeaderSize >= size) &&
           CHECK(header->Reserved == 0) && EQUAL(right, kept);
}

static void headers(void)
{
    header_is_good(&st->Hdr, EFI_SYSTEM_TABLE_SIGNATURE, sizeof *st);
    header_is_good(&bs->Hdr, EFI_BOOT_SERVICES_SIGNATURE, sizeof *bs);
    header_is_good(&rt->Hdr, EFI_RUNTIME_SERVICES_SIGNATURE, sizeof *rt);
}

/* The checksum follows what changes. */
static void header_after_change(void)
{
    EXPECT(EFI_SUCCESS, bs->InstallConfigurationTable(GUID_OF(TEST_A), &interface_a));
    header_is_good(&st->Hdr, EFI_SYSTEM_TABLE_SIGNATURE, sizeof *st);
    EXPECT(EFI_SUCCESS, bs->InstallConfigurationTable(GUID_OF(TEST_A), NULL));
    header_is_good(&st->Hdr, EFI_SYSTEM_TABLE_SIGNATURE, sizeof *st);
}

static void runtime_properties(void)
{
    const EFI_RT_PROPERTIES_TABLE *table = find_table(GUID_OF(EFI_RT_PROPERTIES_TABLE));
    REQUIRE_TRUE(table != NULL);
    EQUAL(EFI_RT_PROPERTIES_TABLE_VERSION, table->Version);
    EQUAL(sizeof *table, table->Length);
    const uint32_t tested = EFI_RT_SUPPORTED_GET_VARIABLE | EFI_RT_SUPPORTED_SET_VARIABLE |
                            EFI_RT_SUPPORTED_SET_VIRTUAL_ADDRESS_MAP |
                            EFI_RT_SUPPORTED_RESET_SYSTEM | EFI_RT_SUPPORTED_GET_TIME;
    EQUAL(tested, table->RuntimeServicesSupported & tested);
}

static const struct selftest tests[] = {
    {"crc", crc},
    {"crc-invalid", crc_invalid},
    {"copy", copy},
    {"set", set},
    {"monotonic", monotonic},
    {"monotonic-invalid", monotonic_invalid},
    {"table-install", table_install},
    {"table-full", table_full},
    {"table-not-found", table_not_found},
    {"table-invalid", table_invalid},
    {"headers", headers},
    {"header-after-change", header_after_change},
    {"runtime-properties", runtime_properties},
};

const struct topic topic_misc = TOPIC("misc", tests);
