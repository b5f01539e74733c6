/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Uses the HII database, string and configuration routing protocols (UEFI 2.10 §34, §35) as a
 * driver with forms does: it owns a package list, hears of it, and answers for its settings. */
#include "efi/guid.h"
#include "efi/protocol/device_path.h"
#include "efi/protocol/hii_config_access.h"
#include "efi/protocol/hii_config_routing.h"
#include "efi/protocol/hii_database.h"
#include "efi/protocol/hii_string.h"
#include "guests/guest.h"

static EFI_HII_DATABASE_PROTOCOL *database;
static EFI_HII_STRING_PROTOCOL *strings;
static EFI_HII_CONFIG_ROUTING_PROTOCOL *routing;

static bool locate(const EFI_GUID *guid, void *to)
{
    return !EFI_ERROR(st->BootServices->LocateProtocol(guid, NULL, (void **)to));
}

/* A list of one string package: "one", "two" in SCSU and a skipped one. */
static struct {
    EFI_HII_PACKAGE_LIST_HEADER list;
    EFI_HII_STRING_PACKAGE_HDR strings;
    char language[6];
    uint8_t blocks[14];
    EFI_HII_PACKAGE_HEADER end;
} __attribute__((packed)) packages = {
    .list = {{0x3b2a1c5d, 0x1234, 0x4321, {1, 2, 3, 4, 5, 6, 7, 8}}, sizeof packages},
    .strings = {.Header = {.Length = sizeof packages.strings + 6 + 14,
                           .Type = EFI_HII_PACKAGE_STRINGS},
                .HdrSize = sizeof packages.strings + 6,
                .StringInfoOffset = sizeof packages.strings + 6,
                .LanguageName = 1},
    .language = "en-US",
    .blocks = {EFI_HII_SIBT_STRING_SCSU, 'o', 'n', 'e', 0, EFI_HII_SIBT_STRING_SCSU, 't', 'w', 'o',
               0, EFI_HII_SIBT_SKIP2, 1, 0, EFI_HII_SIBT_END},
    .end = {.Length = sizeof packages.end, .Type = EFI_HII_PACKAGE_END},
};

static unsigned heard;

static EFI_STATUS EFIAPI hear(uint8_t PackageType, const EFI_GUID *PackageGuid,
                              const EFI_HII_PACKAGE_HEADER *Package, EFI_HII_HANDLE Handle,
                              EFI_HII_DATABASE_NOTIFY_TYPE NotifyType)
{
    heard++;
    return EFI_SUCCESS;
}

static bool string_is(EFI_HII_HANDLE list, EFI_STRING_ID id, const char16_t *expected)
{
    char16_t text[32];
    size_t size = sizeof text, i = 0;
    if (EFI_ERROR(strings->GetString(strings, "en-US", list, id, text, &size, NULL)))
        return false;
    while (text[i] == expected[i] && text[i] != 0)
        i++;
    return text[i] == expected[i];
}

static void use_strings(EFI_HII_HANDLE list)
{
    EFI_STRING_ID id = 0;
    char languages[64];
    size_t size = sizeof languages;
    check("first", string_is(list, 1, u"one"));
    check("second", string_is(list, 2, u"two"));
    check("new", !EFI_ERROR(strings->NewString(strings, list, &id, "en-US", NULL, u"three", NULL)));
    check("new-there", string_is(list, id, u"three"));
    check("set", !EFI_ERROR(strings->SetString(strings, list, 2, "en-US", u"zwei", NULL)));
    check("set-there", string_is(list, 2, u"zwei") && string_is(list, 1, u"one"));
    size = 2;
    char16_t small[1];
    check("small", strings->GetString(strings, "en-US", list, 2, small, &size, NULL) ==
                           EFI_BUFFER_TOO_SMALL &&
                       size == 10);
    size = sizeof languages;
    check("languages", !EFI_ERROR(strings->GetLanguages(strings, list, languages, &size)) &&
                           languages[0] == 'e' && languages[5] == '\0');
    check("no-string",
          strings->GetString(strings, "en-US", list, 99, small, &size, NULL) == EFI_NOT_FOUND);
    check("no-list",
          strings->GetString(strings, "en-US", &id, 1, small, &size, NULL) == EFI_NOT_FOUND);
}

/* The driver's settings: one of a byte. */
#define HEADER                                                                                     \
    u"GUID=00112233445566778899aabbccddeeff&NAME=&PATH=0104140078563412341221430102030405060708"   \
    u"7fff0400"

static uint8_t block[4] = {1, 2, 3, 4};

static EFI_STATUS EFIAPI extract(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                                 const EFI_STRING Request, EFI_STRING *Progress,
                                 EFI_STRING *Results)
{
    static char16_t all[] = HEADER u"&OFFSET=0002&WIDTH=0001";
    return routing->BlockToConfig(routing, Request != NULL ? Request : all, block, sizeof block,
                                  Results, Progress);
}

static EFI_STATUS EFIAPI route(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                               const EFI_STRING Configuration, EFI_STRING *Progress)
{
    size_t size = sizeof block;
    return routing->ConfigToBlock(routing, Configuration, block, &size, Progress);
}

static EFI_STATUS EFIAPI callback(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This, size_t Action,
                                  EFI_QUESTION_ID QuestionId, uint8_t Type, void *Value,
                                  size_t *ActionRequest)
{
    return EFI_UNSUPPORTED;
}

static bool ends_in(const char16_t *text, const char16_t *end)
{
    size_t length = 0, end_length = 0;
    while (text[length] != 0)
        length++;
    while (end[end_length] != 0)
        end_length++;
    for (size_t i = 0; i < end_length; i++)
        if (end_length > length || text[length - end_length + i] != end[i])
            return false;
    return true;
}

static void use_routing(void)
{
    EFI_STRING progress, results = NULL;
    char16_t request[] = HEADER u"&OFFSET=0002&WIDTH=0001";
    char16_t change[] = HEADER u"&OFFSET=0002&WIDTH=0001&VALUE=7f";
    check("route",
          !EFI_ERROR(routing->RouteConfig(routing, change, &progress)) && block[2] == 0x7f);
    check("extract", !EFI_ERROR(routing->ExtractConfig(routing, request, &progress, &results)) &&
                         ends_in(results, u"&VALUE=7f"));
    check("export", !EFI_ERROR(routing->ExportConfig(routing, &results)));
    char16_t *path_end = request;
    while (path_end[0] != '7' || path_end[1] != 'f')
        path_end++;
    path_end[-1] = '9'; /* nobody has this path */
    check("nobody",
          routing->ExtractConfig(routing, request, &progress, &results) == EFI_NOT_FOUND &&
              progress == request);
}

static EFI_HANDLE install_driver(void)
{
    static struct {
        VENDOR_DEVICE_PATH vendor;
        EFI_DEVICE_PATH_PROTOCOL end;
    } __attribute__((packed)) path = {
        {{HARDWARE_DEVICE_PATH, HW_VENDOR_DP, {sizeof path.vendor, 0}},
         {0x12345678, 0x1234, 0x4321, {1, 2, 3, 4, 5, 6, 7, 8}}},
        {0x7f, 0xff, {4, 0}},
    };
    static EFI_HII_CONFIG_ACCESS_PROTOCOL access = {extract, route, callback};
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    static const EFI_GUID access_guid = EFI_HII_CONFIG_ACCESS_PROTOCOL_GUID;
    EFI_HANDLE driver = NULL;
    EFI_STATUS status = st->BootServices->InstallProtocolInterface(&driver, &path_guid,
                                                                   EFI_NATIVE_INTERFACE, &path);
    if (!EFI_ERROR(status))
        status = st->BootServices->InstallProtocolInterface(&driver, &access_guid,
                                                            EFI_NATIVE_INTERFACE, &access);
    return EFI_ERROR(status) ? NULL : driver;
}

static void use_database(void)
{
    static uint8_t exported[4096];
    EFI_HANDLE listener, owner = NULL, driver = install_driver();
    EFI_HII_HANDLE list = NULL;
    check("driver", driver != NULL);
    check("listen",
          !EFI_ERROR(database->RegisterPackageNotify(database, EFI_HII_PACKAGE_STRINGS, NULL, hear,
                                                     EFI_HII_DATABASE_NOTIFY_NEW_PACK, &listener)));
    check("list", !EFI_ERROR(database->NewPackageList(database, &packages.list, driver, &list)));
    check("heard", heard == 1);
    check("owner",
          !EFI_ERROR(database->GetPackageListHandle(database, list, &owner)) && owner == driver);
    use_strings(list);
    use_routing();
    size_t size = sizeof exported;
    check("exported", !EFI_ERROR(database->ExportPackageLists(
                          database, list, &size, (EFI_HII_PACKAGE_LIST_HEADER *)exported)));
    check("remove", !EFI_ERROR(database->RemovePackageList(database, list)));
    check("gone", database->RemovePackageList(database, list) == EFI_NOT_FOUND);
    check("deaf", !EFI_ERROR(database->UnregisterPackageNotify(database, listener)));
}

EFI_STATUS guest_main(void)
{
    bool found = locate(GUID_OF(EFI_HII_DATABASE_PROTOCOL), &database) &&
                 locate(GUID_OF(EFI_HII_STRING_PROTOCOL), &strings) &&
                 locate(GUID_OF(EFI_HII_CONFIG_ROUTING_PROTOCOL), &routing);
    check("located", found);
    if (found)
        use_database();
    tell("done", 0);
    return EFI_SUCCESS;
}
