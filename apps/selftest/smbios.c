/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SMBIOS (PI 1.8 volume 5 §6): a record of a driver's beside the machine's. */
#include "efi/protocol/smbios.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define OEM_TYPE 0xd0

static struct record {
    EFI_SMBIOS_TABLE_HEADER header;
    uint8_t string;
    char strings[12]; /* two, and the end */
} __attribute__((packed)) record = {
    .header = {OEM_TYPE, 5, 0},
    .string = 1,
    .strings = "first\0other",
};
_Static_assert(sizeof record.strings == sizeof "first" + sizeof "other", "the end is its last NUL");

static struct {
    struct record record;
    char end;
} whole;

static EFI_SMBIOS_PROTOCOL *protocol(void)
{
    return FIND(EFI_SMBIOS_PROTOCOL);
}

static bool add(EFI_SMBIOS_PROTOCOL *smbios, EFI_SMBIOS_HANDLE *handle)
{
    whole.record = record;
    *handle = SMBIOS_HANDLE_PI_RESERVED;
    return smbios != NULL &&
           EXPECT(EFI_SUCCESS, smbios->Add(smbios, self, handle, &whole.record.header));
}

/* The record of our type, or NULL; its first string in `text`. */
static const EFI_SMBIOS_TABLE_HEADER *find(EFI_SMBIOS_PROTOCOL *smbios, EFI_SMBIOS_HANDLE *handle)
{
    EFI_SMBIOS_TYPE type = OEM_TYPE;
    EFI_SMBIOS_TABLE_HEADER *found = NULL;
    EFI_HANDLE producer = NULL;
    *handle = SMBIOS_HANDLE_PI_RESERVED;
    EFI_STATUS status = smbios->GetNext(smbios, handle, &type, &found, &producer);
    if (status != EFI_SUCCESS) {
        EXPECT(EFI_NOT_FOUND, status);
        return NULL;
    }
    CHECK(producer == self);
    EQUAL(OEM_TYPE, found->Type);
    return found;
}

static const char *strings_of(const EFI_SMBIOS_TABLE_HEADER *header)
{
    return (const char *)header + header->Length;
}

static void add_and_remove(void)
{
    EFI_SMBIOS_PROTOCOL *smbios = protocol();
    EFI_SMBIOS_HANDLE handle, found;
    if (smbios == NULL)
        return;
    CHECK(find(smbios, &found) == NULL);
    REQUIRE_TRUE(add(smbios, &handle));
    const EFI_SMBIOS_TABLE_HEADER *header = find(smbios, &found);
    REQUIRE_TRUE(header != NULL);
    EQUAL(handle, found);
    EQUAL(handle, header->Handle);
    CHECK(memcmp(strings_of(header), "first\0other\0", 13) == 0);
    EXPECT(EFI_SUCCESS, smbios->Remove(smbios, handle));
    CHECK(find(smbios, &found) == NULL);
    EXPECT(EFI_INVALID_PARAMETER, smbios->Remove(smbios, handle));
}

static void already_started(void)
{
    EFI_SMBIOS_PROTOCOL *smbios = protocol();
    EFI_SMBIOS_HANDLE handle;
    if (smbios == NULL)
        return;
    REQUIRE_TRUE(add(smbios, &handle));
    EFI_SMBIOS_HANDLE again = handle;
    EXPECT(EFI_ALREADY_STARTED, smbios->Add(smbios, self, &again, &whole.record.header));
    EXPECT(EFI_SUCCESS, smbios->Remove(smbios, handle));
}

static void update_string(void)
{
    static char longer[70000];
    EFI_SMBIOS_PROTOCOL *smbios = protocol();
    EFI_SMBIOS_HANDLE handle, found;
    size_t one = 1, three = 3;
    if (smbios == NULL)
        return;
    REQUIRE_TRUE(add(smbios, &handle));
    EXPECT(EFI_SUCCESS, smbios->UpdateString(smbios, &handle, &one, (char *)"much longer"));
    const EFI_SMBIOS_TABLE_HEADER *header = find(smbios, &found);
    CHECK(header != NULL && memcmp(strings_of(header), "much longer\0other\0", 19) == 0);
    EXPECT(EFI_NOT_FOUND, smbios->UpdateString(smbios, &handle, &three, (char *)"none"));
    memset(longer, 'x', sizeof longer - 1);
    EXPECT(EFI_UNSUPPORTED, smbios->UpdateString(smbios, &handle, &one, longer));
    EXPECT(EFI_SUCCESS, smbios->Remove(smbios, handle));
    EXPECT(EFI_INVALID_PARAMETER, smbios->UpdateString(smbios, &handle, &one, (char *)"gone"));
}

/* Every record once, and then no more. */
static void get_next(void)
{
    EFI_SMBIOS_PROTOCOL *smbios = protocol();
    if (smbios == NULL)
        return;
    EFI_SMBIOS_HANDLE handle = SMBIOS_HANDLE_PI_RESERVED;
    EFI_SMBIOS_TABLE_HEADER *header;
    bool has_system = false;
    unsigned count = 0;
    while (count < 1000 && smbios->GetNext(smbios, &handle, NULL, &header, NULL) == EFI_SUCCESS) {
        has_system |= header->Type == 1;
        count++;
    }
    CHECK(has_system && count > 1 && count < 1000);
    EQUAL(SMBIOS_HANDLE_PI_RESERVED, handle);
    handle = 0xfff0;
    EXPECT(EFI_NOT_FOUND, smbios->GetNext(smbios, &handle, NULL, &header, NULL));
}

static const struct selftest tests[] = {
    {"add-and-remove", add_and_remove},
    {"already-started", already_started},
    {"update-string", update_string},
    {"get-next", get_next},
};

const struct topic topic_smbios = TOPIC("smbios", tests);
