/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HII Database (UEFI 2.10 §34.8). */
#include "selftest/hii.h"

#include "lib/memory.h"
#include "selftest/fixture.h"

#define LAYOUT_GUID                                                                                \
    {                                                                                              \
        0x5e1f7e57, 0x0000, 0x4000,                                                                \
        {                                                                                          \
            0x80, 0, 0, 0, 0, 0, 0, 0x1a                                                           \
        }                                                                                          \
    }

const EFI_GUID hii_layout_guid = LAYOUT_GUID;

#pragma pack(push, 1)
static const struct packages {
    EFI_HII_PACKAGE_LIST_HEADER list;
    struct {
        EFI_HII_STRING_PACKAGE_HDR header;
        char language[sizeof HII_LANGUAGE];
        uint8_t blocks[14];
    } strings;
    struct {
        EFI_HII_KEYBOARD_PACKAGE_HDR header;
        EFI_HII_KEYBOARD_LAYOUT layout;
        uint16_t descriptions;
    } keyboard;
    EFI_HII_PACKAGE_HEADER end;
} packages = {
    .list = {TEST_A_GUID, sizeof packages},
    .strings = {.header = {.Header = {.Length = sizeof packages.strings,
                                      .Type = EFI_HII_PACKAGE_STRINGS},
                           .HdrSize = sizeof packages.strings - 14,
                           .StringInfoOffset = sizeof packages.strings - 14,
                           .LanguageName = 1},
                .language = HII_LANGUAGE,
                .blocks = {EFI_HII_SIBT_STRING_SCSU, 'o', 'n', 'e', 0, EFI_HII_SIBT_STRING_SCSU,
                           't', 'w', 'o', 0, EFI_HII_SIBT_SKIP2, 1, 0, EFI_HII_SIBT_END}},
    .keyboard = {.header = {.Header = {.Length = sizeof packages.keyboard,
                                       .Type = EFI_HII_PACKAGE_KEYBOARD_LAYOUT},
                            .LayoutCount = 1},
                 .layout = {.LayoutLength = sizeof(EFI_HII_KEYBOARD_LAYOUT) + 2,
                            .Guid = LAYOUT_GUID,
                            .LayoutDescriptorStringOffset = sizeof(EFI_HII_KEYBOARD_LAYOUT)}},
    .end = {.Length = sizeof packages.end, .Type = EFI_HII_PACKAGE_END},
};
#pragma pack(pop)

const EFI_HII_PACKAGE_LIST_HEADER *const hii_packages = &packages.list;
const size_t hii_packages_size = sizeof packages;

EFI_HII_DATABASE_PROTOCOL *hii_database(void)
{
    return FIND(EFI_HII_DATABASE_PROTOCOL);
}

EFI_HII_HANDLE hii_add(EFI_HII_DATABASE_PROTOCOL *database)
{
    EFI_HII_HANDLE list = NULL;
    EXPECT(EFI_SUCCESS, database->NewPackageList(database, hii_packages, self, &list));
    return list;
}

void hii_remove(EFI_HII_DATABASE_PROTOCOL *database, EFI_HII_HANDLE list)
{
    EXPECT(EFI_SUCCESS, database->RemovePackageList(database, list));
}

EFI_HII_HANDLE hii_stale(EFI_HII_DATABASE_PROTOCOL *database)
{
    EFI_HII_HANDLE list = hii_add(database);
    hii_remove(database, list);
    return list;
}

static void new_list(void)
{
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    EFI_HII_HANDLE list;
    EFI_HANDLE driver = NULL;
    if (database == NULL)
        return;
    list = hii_add(database);
    REQUIRE_TRUE(list != NULL);
    EXPECT(EFI_SUCCESS, database->GetPackageListHandle(database, list, &driver));
    CHECK(driver == self);
    EXPECT(EFI_INVALID_PARAMETER, database->GetPackageListHandle(database, NULL, &driver));
    EXPECT(EFI_INVALID_PARAMETER, database->GetPackageListHandle(database, list, NULL));
    hii_remove(database, list);
    EXPECT(EFI_NOT_FOUND, database->RemovePackageList(database, list));
    EXPECT(EFI_INVALID_PARAMETER, database->GetPackageListHandle(database, list, &driver));
}

static void new_list_invalid(void)
{
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    EFI_HII_HANDLE list;
    if (database == NULL)
        return;
    EXPECT(EFI_INVALID_PARAMETER, database->NewPackageList(database, NULL, self, &list));
    EXPECT(EFI_INVALID_PARAMETER, database->NewPackageList(database, hii_packages, self, NULL));
}

static void update(void)
{
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    if (database == NULL)
        return;
    EFI_HII_HANDLE list = hii_add(database);
    REQUIRE_TRUE(list != NULL);
    EXPECT(EFI_SUCCESS, database->UpdatePackageList(database, list, hii_packages));
    EXPECT(EFI_INVALID_PARAMETER, database->UpdatePackageList(database, list, NULL));
    hii_remove(database, list);
    EXPECT(EFI_NOT_FOUND, database->UpdatePackageList(database, list, hii_packages));
}

static void list_lists(void)
{
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    EFI_HII_HANDLE lists[64];
    size_t size = 0;
    bool found = false;
    if (database == NULL)
        return;
    EFI_HII_HANDLE list = hii_add(database);
    REQUIRE_TRUE(list != NULL);
    const uint8_t type = EFI_HII_PACKAGE_KEYBOARD_LAYOUT;
    EXPECT(EFI_BUFFER_TOO_SMALL, database->ListPackageLists(database, type, NULL, &size, lists));
    CHECK(size >= sizeof lists[0] && size <= sizeof lists);
    EXPECT(EFI_SUCCESS, database->ListPackageLists(database, type, NULL, &size, lists));
    for (size_t i = 0; i < size / sizeof lists[0] && i < ARRAY_SIZE(lists); i++)
        found |= lists[i] == list;
    CHECK(found);
    size = sizeof lists;
    EXPECT(EFI_NOT_FOUND,
           database->ListPackageLists(database, EFI_HII_PACKAGE_ANIMATIONS, NULL, &size, lists));
    size = sizeof lists;
    EXPECT(EFI_INVALID_PARAMETER, database->ListPackageLists(database, type, NULL, NULL, lists));
    EXPECT(EFI_INVALID_PARAMETER, database->ListPackageLists(database, type, NULL, &size, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           database->ListPackageLists(database, EFI_HII_PACKAGE_TYPE_GUID, NULL, &size, lists));
    EXPECT(EFI_INVALID_PARAMETER,
           database->ListPackageLists(database, type, &hii_layout_guid, &size, lists));
    hii_remove(database, list);
}

static void export(void)
{
    static uint8_t buffer[4096];
    EFI_HII_PACKAGE_LIST_HEADER *exported = (EFI_HII_PACKAGE_LIST_HEADER *)buffer;
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    size_t size = 0;
    if (database == NULL)
        return;
    EFI_HII_HANDLE list = hii_add(database);
    REQUIRE_TRUE(list != NULL);
    EXPECT(EFI_BUFFER_TOO_SMALL, database->ExportPackageLists(database, list, &size, exported));
    CHECK(size >= hii_packages_size && size <= sizeof buffer);
    EXPECT(EFI_SUCCESS, database->ExportPackageLists(database, list, &size, exported));
    EQUAL(size, exported->PackageLength);
    CHECK(memcmp(&exported->PackageListGuid, &hii_packages->PackageListGuid, sizeof(EFI_GUID)) ==
          0);
    EXPECT(EFI_INVALID_PARAMETER, database->ExportPackageLists(database, list, NULL, exported));
    EXPECT(EFI_INVALID_PARAMETER, database->ExportPackageLists(database, list, &size, NULL));
    hii_remove(database, list);
    size = sizeof buffer;
    EXPECT(EFI_NOT_FOUND, database->ExportPackageLists(database, list, &size, exported));
}

static unsigned heard;

static EFI_STATUS EFIAPI hear(uint8_t type, const EFI_GUID *guid,
                              const EFI_HII_PACKAGE_HEADER *package, EFI_HII_HANDLE handle,
                              EFI_HII_DATABASE_NOTIFY_TYPE notify_type)
{
    heard++;
    EQUAL(EFI_HII_PACKAGE_STRINGS, type);
    EQUAL(EFI_HII_PACKAGE_STRINGS, package->Type);
    return EFI_SUCCESS;
}

static void notify(void)
{
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    const EFI_HII_DATABASE_NOTIFY_TYPE new_and_removed =
        EFI_HII_DATABASE_NOTIFY_NEW_PACK | EFI_HII_DATABASE_NOTIFY_REMOVE_PACK;
    EFI_HANDLE new_handle, removed_handle;
    if (database == NULL)
        return;
    heard = 0;
    EXPECT(EFI_INVALID_PARAMETER,
           database->RegisterPackageNotify(database, EFI_HII_PACKAGE_STRINGS, NULL, hear,
                                           new_and_removed, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           database->RegisterPackageNotify(database, EFI_HII_PACKAGE_STRINGS, &hii_layout_guid,
                                           hear, new_and_removed, &new_handle));
    EXPECT(EFI_INVALID_PARAMETER,
           database->RegisterPackageNotify(database, EFI_HII_PACKAGE_TYPE_GUID, NULL, hear,
                                           new_and_removed, &new_handle));
    REQUIRE(EFI_SUCCESS,
            database->RegisterPackageNotify(database, EFI_HII_PACKAGE_STRINGS, NULL, hear,
                                            EFI_HII_DATABASE_NOTIFY_NEW_PACK, &new_handle));
    REQUIRE(EFI_SUCCESS,
            database->RegisterPackageNotify(database, EFI_HII_PACKAGE_STRINGS, NULL, hear,
                                            EFI_HII_DATABASE_NOTIFY_REMOVE_PACK, &removed_handle));
    EFI_HII_HANDLE list = hii_add(database);
    EQUAL(1, heard);
    hii_remove(database, list);
    EQUAL(2, heard);
    EXPECT(EFI_SUCCESS, database->UnregisterPackageNotify(database, new_handle));
    EXPECT(EFI_SUCCESS, database->UnregisterPackageNotify(database, removed_handle));
    EXPECT(EFI_NOT_FOUND, database->UnregisterPackageNotify(database, removed_handle));
    hii_stale(database);
    EQUAL(2, heard);
}

static void find_layouts(void)
{
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    EFI_GUID guids[16];
    uint16_t size = 0;
    bool found = false;
    if (database == NULL)
        return;
    EFI_HII_HANDLE list = hii_add(database);
    REQUIRE_TRUE(list != NULL);
    EXPECT(EFI_BUFFER_TOO_SMALL, database->FindKeyboardLayouts(database, &size, guids));
    CHECK(size >= sizeof guids[0] && size <= sizeof guids);
    EXPECT(EFI_SUCCESS, database->FindKeyboardLayouts(database, &size, guids));
    for (size_t i = 0; i < size / sizeof guids[0] && i < ARRAY_SIZE(guids); i++)
        found |= guid_equal(&guids[i], &hii_layout_guid);
    CHECK(found);
    EXPECT(EFI_INVALID_PARAMETER, database->FindKeyboardLayouts(database, NULL, guids));
    EXPECT(EFI_INVALID_PARAMETER, database->FindKeyboardLayouts(database, &size, NULL));
    hii_remove(database, list);
}

static void layout(void)
{
    EFI_HII_DATABASE_PROTOCOL *database = hii_database();
    static const EFI_GUID none = TEST_NONE_GUID, set = EFI_HII_SET_KEYBOARD_LAYOUT_EVENT_GUID;
    struct counter counter = {0};
    EFI_EVENT event;
    uint8_t buffer[256];
    EFI_HII_KEYBOARD_LAYOUT *found = (EFI_HII_KEYBOARD_LAYOUT *)buffer;
    uint16_t size = sizeof buffer;
    if (database == NULL)
        return;
    REQUIRE(EFI_SUCCESS, bs->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, count_notification,
                                           &counter, &set, &event));
    EFI_HII_HANDLE list = hii_add(database);
    EXPECT(EFI_SUCCESS, database->GetKeyboardLayout(database, &hii_layout_guid, &size, found));
    EQUAL(sizeof *found + 2, found->LayoutLength);
    EXPECT(EFI_SUCCESS, database->SetKeyboardLayout(database, &hii_layout_guid));
    CHECK(wait_for_count(&counter.count, 1));
    size = sizeof buffer;
    EXPECT(EFI_SUCCESS, database->GetKeyboardLayout(database, NULL, &size, found));
    EXPECT(EFI_NOT_FOUND, database->GetKeyboardLayout(database, &none, &size, found));
    EXPECT(EFI_INVALID_PARAMETER,
           database->GetKeyboardLayout(database, &hii_layout_guid, NULL, found));
    EXPECT(EFI_NOT_FOUND, database->SetKeyboardLayout(database, &none));
    EXPECT(EFI_INVALID_PARAMETER, database->SetKeyboardLayout(database, NULL));
    hii_remove(database, list);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* EFI_HII_IMAGE_PROTOCOL: without graphics it is not there, rather than a stub. */
static void no_images(void)
{
    static const EFI_GUID images = {
        0x31a6406a, 0x6bdf, 0x4e46, {0xb2, 0xa2, 0xeb, 0xaa, 0x89, 0xc4, 0x09, 0x20}};
    void *found;
    EXPECT(EFI_NOT_FOUND, bs->LocateProtocol(&images, NULL, &found));
}

static const struct selftest tests[] = {
    {"new-list", new_list},
    {"new-list-invalid", new_list_invalid},
    {"update", update},
    {"list-lists", list_lists},
    {"export", export},
    {"notify", notify},
    {"find-layouts", find_layouts},
    {"layout", layout},
    {"no-images", no_images},
};

const struct topic topic_hii = TOPIC("hii", tests);
