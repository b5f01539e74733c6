/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HII Config Routing (UEFI 2.10 §35.4), and a driver's settings behind it. */
#include "efi/protocol/hii_config_access.h"
#include "efi/protocol/hii_config_routing.h"
#include "lib/memory.h"
#include "selftest/fixture.h"
#include "selftest/hii.h"

/* GUID, NAME and PATH, the path of make_path(1), as hexadecimal digits of their bytes. */
#define GUID_TEXT u"GUID=577e1f5e00000040800000000000000b"
#define PATH_TEXT u"&PATH=01041800577e1f5e00000040800000000000000a010000007fff0400"
#define HEADER    GUID_TEXT u"&NAME=0061" PATH_TEXT
#define ELEMENT   u"&OFFSET=0002&WIDTH=0001"

static EFI_HII_CONFIG_ROUTING_PROTOCOL *routing;
static uint8_t settings[4];

static EFI_STATUS EFIAPI extract(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                                 const EFI_STRING Request, EFI_STRING *Progress,
                                 EFI_STRING *Results)
{
    static char16_t all[] = HEADER ELEMENT;
    return routing->BlockToConfig(routing, Request != NULL ? Request : all, settings,
                                  sizeof settings, Results, Progress);
}

static EFI_STATUS EFIAPI route(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                               const EFI_STRING Configuration, EFI_STRING *Progress)
{
    size_t size = sizeof settings;
    return routing->ConfigToBlock(routing, Configuration, settings, &size, Progress);
}

static EFI_STATUS EFIAPI callback(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This, size_t Action,
                                  EFI_QUESTION_ID QuestionId, uint8_t Type, void *Value,
                                  size_t *ActionRequest)
{
    return EFI_UNSUPPORTED;
}

static EFI_HII_CONFIG_ACCESS_PROTOCOL access = {extract, route, callback};
static struct test_path path;
static EFI_HANDLE driver;

static bool find_routing(void)
{
    routing = FIND(EFI_HII_CONFIG_ROUTING_PROTOCOL);
    return routing != NULL;
}

/* A driver with settings, and the package list that names it. */
static bool begin(EFI_HII_DATABASE_PROTOCOL **database, EFI_HII_HANDLE *list)
{
    static const uint8_t initial[] = {1, 2, 3, 4};
    *database = hii_database();
    if (!find_routing() || *database == NULL)
        return false;
    memcpy(settings, initial, sizeof settings);
    path = make_path(1);
    driver = NULL;
    return EXPECT(EFI_SUCCESS, bs->InstallMultipleProtocolInterfaces(
                                   &driver, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path,
                                   GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL), &access, NULL)) &&
           EXPECT(EFI_SUCCESS, (*database)->NewPackageList(*database, hii_packages, driver, list));
}

static void end(EFI_HII_DATABASE_PROTOCOL *database, EFI_HII_HANDLE list)
{
    hii_remove(database, list);
    EXPECT(EFI_SUCCESS, bs->UninstallMultipleProtocolInterfaces(
                            driver, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path,
                            GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL), &access, NULL));
}

static bool contains(const char16_t *text, const char16_t *part)
{
    for (; *text != 0; text++) {
        size_t i = 0;
        while (part[i] != 0 && text[i] == part[i])
            i++;
        if (part[i] == 0)
            return true;
    }
    return false;
}

static void route_and_extract(void)
{
    static char16_t request[] = HEADER ELEMENT, change[] = HEADER ELEMENT u"&VALUE=7f";
    EFI_HII_DATABASE_PROTOCOL *database;
    EFI_HII_HANDLE list;
    EFI_STRING progress = NULL, results = NULL;
    if (!begin(&database, &list))
        return;
    EXPECT(EFI_SUCCESS, routing->RouteConfig(routing, change, &progress));
    EQUAL(0x7f, settings[2]);
    EQUAL(4, settings[3]);
    EXPECT(EFI_SUCCESS, routing->ExtractConfig(routing, request, &progress, &results));
    CHECK(results != NULL && contains(results, u"&VALUE=7f"));
    bs->FreePool(results);
    results = NULL;
    EXPECT(EFI_SUCCESS, routing->ExportConfig(routing, &results));
    CHECK(results != NULL && contains(results, GUID_TEXT));
    bs->FreePool(results);
    end(database, list);
}

static void not_found(void)
{
    static char16_t request[] = HEADER ELEMENT, change[] = HEADER ELEMENT u"&VALUE=7f";
    EFI_STRING progress = NULL, results = NULL;
    if (!find_routing())
        return;
    EXPECT(EFI_NOT_FOUND, routing->ExtractConfig(routing, request, &progress, &results));
    CHECK(progress == request);
    EXPECT(EFI_NOT_FOUND, routing->RouteConfig(routing, change, &progress));
    CHECK(progress == change);
}

static void invalid(void)
{
    static char16_t nonsense[] = u"NAME=0061&GUID=";
    static char16_t request[] = HEADER ELEMENT;
    EFI_STRING progress = NULL, results = NULL;
    if (!find_routing())
        return;
    EXPECT(EFI_INVALID_PARAMETER, routing->ExtractConfig(routing, nonsense, &progress, &results));
    EXPECT(EFI_INVALID_PARAMETER, routing->ExtractConfig(routing, request, NULL, &results));
    EXPECT(EFI_INVALID_PARAMETER, routing->ExtractConfig(routing, request, &progress, NULL));
    EXPECT(EFI_INVALID_PARAMETER, routing->ExportConfig(routing, NULL));
    EXPECT(EFI_INVALID_PARAMETER, routing->RouteConfig(routing, NULL, &progress));
    EXPECT(EFI_INVALID_PARAMETER, routing->RouteConfig(routing, request, NULL));
    EXPECT(EFI_INVALID_PARAMETER, routing->RouteConfig(routing, nonsense, &progress));
}

static void block_to_config(void)
{
    static const uint8_t block[] = {1, 2, 0xab, 4};
    static char16_t request[] = HEADER ELEMENT, beyond[] = HEADER u"&OFFSET=0004&WIDTH=0001";
    static char16_t broken[] = HEADER u"&OFFSET=0002&WIDTH=";
    EFI_STRING progress, config = NULL;
    if (!find_routing())
        return;
    EXPECT(EFI_SUCCESS,
           routing->BlockToConfig(routing, request, block, sizeof block, &config, &progress));
    CHECK(config != NULL && contains(config, ELEMENT u"&VALUE=ab"));
    CHECK(*progress == 0);
    bs->FreePool(config);
    EXPECT(EFI_DEVICE_ERROR,
           routing->BlockToConfig(routing, beyond, block, sizeof block, &config, &progress));
    EXPECT(EFI_INVALID_PARAMETER,
           routing->BlockToConfig(routing, broken, block, sizeof block, &config, &progress));
    EXPECT(EFI_INVALID_PARAMETER,
           routing->BlockToConfig(routing, NULL, block, sizeof block, &config, &progress));
    EXPECT(EFI_INVALID_PARAMETER,
           routing->BlockToConfig(routing, request, NULL, sizeof block, &config, &progress));
    EXPECT(EFI_INVALID_PARAMETER,
           routing->BlockToConfig(routing, request, block, sizeof block, NULL, &progress));
    EXPECT(EFI_INVALID_PARAMETER,
           routing->BlockToConfig(routing, request, block, sizeof block, &config, NULL));
}

static void config_to_block(void)
{
    static char16_t response[] = HEADER ELEMENT u"&VALUE=cd";
    static char16_t broken[] = HEADER ELEMENT u"&VALUE=";
    uint8_t block[4] = {0};
    EFI_STRING progress;
    size_t size = sizeof block;
    if (!find_routing())
        return;
    EXPECT(EFI_SUCCESS, routing->ConfigToBlock(routing, response, block, &size, &progress));
    EQUAL(0xcd, block[2]);
    EQUAL(0, block[3]);
    size = 2;
    EXPECT(EFI_BUFFER_TOO_SMALL,
           routing->ConfigToBlock(routing, response, block, &size, &progress));
    size = sizeof block;
    EXPECT(EFI_INVALID_PARAMETER, routing->ConfigToBlock(routing, broken, block, &size, &progress));
    EXPECT(EFI_INVALID_PARAMETER, routing->ConfigToBlock(routing, NULL, block, &size, &progress));
    EXPECT(EFI_INVALID_PARAMETER,
           routing->ConfigToBlock(routing, response, block, NULL, &progress));
    EXPECT(EFI_INVALID_PARAMETER, routing->ConfigToBlock(routing, response, block, &size, NULL));
}

static void alternatives(void)
{
    static char16_t response[] =
        HEADER ELEMENT u"&VALUE=00&" HEADER u"&ALTCFG=0001" ELEMENT u"&VALUE=ee";
    static const EFI_GUID guid = TEST_B_GUID, none = TEST_NONE_GUID;
    const uint16_t one = 1;
    EFI_STRING found = NULL;
    if (!find_routing())
        return;
    EXPECT(EFI_SUCCESS, routing->GetAltConfig(routing, response, &guid, NULL, NULL, &one, &found));
    CHECK(found != NULL && contains(found, u"&VALUE=ee") && !contains(found, u"&VALUE=00"));
    bs->FreePool(found);
    EXPECT(EFI_NOT_FOUND,
           routing->GetAltConfig(routing, response, &none, NULL, NULL, &one, &found));
    EXPECT(EFI_INVALID_PARAMETER,
           routing->GetAltConfig(routing, NULL, &guid, NULL, NULL, &one, &found));
    EXPECT(EFI_INVALID_PARAMETER,
           routing->GetAltConfig(routing, response, &guid, NULL, NULL, &one, NULL));
}

static const struct selftest tests[] = {
    {"route-and-extract", route_and_extract},
    {"not-found", not_found},
    {"invalid", invalid},
    {"block-to-config", block_to_config},
    {"config-to-block", config_to_block},
    {"alternatives", alternatives},
};

const struct topic topic_hii_config = TOPIC("hii-config", tests);
