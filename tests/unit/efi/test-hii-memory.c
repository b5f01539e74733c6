/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The HII protocols without memory: EFI_OUT_OF_RESOURCES, and nothing is lost. */
#include "core/pool.h"
#include "efi/hii/config_routing.h"
#include "efi/hii/font.h"
#include "efi/protocol/hii_config_access.h"
#include "host/pool.h"
#include "unit/efi/hii-fixture.h"

#define HEADER u"GUID=0a000000010002000300000000000000&NAME=00480050&PATH=0104080041d00a037fff0400"

static EFI_HII_CONFIG_ROUTING_PROTOCOL *routing = &hii_config_routing_protocol;
static EFI_HII_FONT_PROTOCOL *font = &hii_font_protocol;

/* Calls with one allocation more each time until it succeeds. */
static void expect_to_run_out(EFI_STATUS (*call)(void))
{
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    size_t n = 0;
    for (; EFI_ERROR(status); n++) {
        host_fail_allocation_after(n);
        status = call();
        host_fail_allocation_after(SIZE_MAX);
        assert_true(n < 50 && (status == EFI_SUCCESS || status == EFI_OUT_OF_RESOURCES));
    }
    assert_true(n > 1);
}

static EFI_STATUS EFIAPI notify(uint8_t type, const EFI_GUID *guid,
                                const EFI_HII_PACKAGE_HEADER *package, EFI_HII_HANDLE handle,
                                EFI_HII_DATABASE_NOTIFY_TYPE notify_type)
{
    return EFI_SUCCESS;
}

static EFI_STATUS register_notify(void)
{
    EFI_HANDLE handle;
    return database->RegisterPackageNotify(database, EFI_HII_PACKAGE_STRINGS, NULL, notify,
                                           EFI_HII_DATABASE_NOTIFY_NEW_PACK, &handle);
}

static EFI_STATUS new_list(void)
{
    static struct bytes b;
    EFI_HII_HANDLE list;
    begin_list(&b, &A);
    put_guid_package(&b, &B, 1);
    return database->NewPackageList(database, end_list(&b), NULL, &list);
}

static void the_database(void **state)
{
    expect_to_run_out(register_notify);
    expect_to_run_out(new_list);
}

static EFI_STATUS EFIAPI driver_extract(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                                        const EFI_STRING Request, EFI_STRING *Progress,
                                        EFI_STRING *Results)
{
    *Progress = Request;
    *Results = pool_alloc_zeroed(sizeof(char16_t));
    return *Results != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

static EFI_STATUS EFIAPI driver_route(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                                      const EFI_STRING Configuration, EFI_STRING *Progress)
{
    *Progress = Configuration;
    return EFI_SUCCESS;
}

static void add_driver(void)
{
    static const uint8_t path[] = {1, 4, 8, 0, 0x41, 0xd0, 0x0a, 3, 0x7f, 0xff, 4, 0};
    static EFI_HII_CONFIG_ACCESS_PROTOCOL driver = {.ExtractConfig = driver_extract,
                                                    .RouteConfig = driver_route};
    EFI_HANDLE handle = install(NULL, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), (void *)(uintptr_t)path);
    install(handle, GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL), &driver);
}

static EFI_STATUS extract(void)
{
    EFI_STRING progress, results = NULL;
    EFI_STATUS status = routing->ExtractConfig(routing, HEADER u"&a=1", &progress, &results);
    if (!EFI_ERROR(status))
        pool_free(results);
    return status;
}

static EFI_STATUS route(void)
{
    EFI_STRING progress;
    return routing->RouteConfig(routing, HEADER u"&a=1", &progress);
}

static EFI_STATUS export(void)
{
    EFI_STRING results = NULL;
    EFI_STATUS status = routing->ExportConfig(routing, &results);
    if (!EFI_ERROR(status))
        pool_free(results);
    return status;
}

static EFI_STATUS block_to_config(void)
{
    static const uint8_t block[4];
    EFI_STRING progress, config = NULL;
    EFI_STATUS status = routing->BlockToConfig(routing, HEADER u"&OFFSET=0&WIDTH=2", block,
                                               sizeof block, &config, &progress);
    if (!EFI_ERROR(status))
        pool_free(config);
    return status;
}

static EFI_STATUS get_alt_config(void)
{
    static const uint16_t id = 1;
    EFI_STRING found = NULL;
    EFI_STATUS status = routing->GetAltConfig(
        routing, HEADER u"&a=1&" HEADER u"&ALTCFG=0001&OFFSET=0", NULL, NULL, NULL, &id, &found);
    if (!EFI_ERROR(status))
        pool_free(found);
    return status;
}

static void configuration(void **state)
{
    add_driver();
    expect_to_run_out(extract);
    expect_to_run_out(route);
    expect_to_run_out(export);
    expect_to_run_out(block_to_config);
    expect_to_run_out(get_alt_config);
}

static void free_image(EFI_IMAGE_OUTPUT *image)
{
    if (image != NULL)
        pool_free(image->Image.Bitmap);
    pool_free(image);
}

static EFI_STATUS string_to_image(void)
{
    EFI_IMAGE_OUTPUT *image = NULL;
    EFI_HII_ROW_INFO *rows = NULL;
    size_t count;
    EFI_STATUS status =
        font->StringToImage(font, 0, u"ab", NULL, &image, 0, 0, &rows, &count, NULL);
    if (!EFI_ERROR(status)) {
        free_image(image);
        pool_free(rows);
    }
    return status;
}

static EFI_STATUS get_glyph(void)
{
    EFI_IMAGE_OUTPUT *image = NULL;
    EFI_STATUS status = font->GetGlyph(font, 'a', NULL, &image, NULL);
    if (EFI_ERROR(status))
        return status;
    free_image(image);
    return EFI_SUCCESS; /* or a warning, as the font is empty */
}

static EFI_STATUS get_font_info(void)
{
    EFI_FONT_HANDLE first = NULL;
    EFI_FONT_DISPLAY_INFO *info = NULL;
    EFI_STATUS status = font->GetFontInfo(font, &first, NULL, &info, NULL);
    if (!EFI_ERROR(status))
        pool_free(info);
    return status;
}

static void fonts(void **state)
{
    expect_to_run_out(string_to_image);
    expect_to_run_out(get_glyph);
    expect_to_run_out(get_font_info);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_database, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(configuration, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(fonts, setup, hii_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
