/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/efi/handle-fixture.h"

#include <string.h>

#include "core/pool.h"
#include "efi/guid.h"
#include "efi/hii/config_routing.h"
#include "efi/protocol/hii_config_access.h"
#include "lib/ucs2.h"

static EFI_HII_CONFIG_ROUTING_PROTOCOL *routing = &hii_config_routing_protocol;

#define HEADER_A                                                                                   \
    u"GUID=0a000000010002000300000000000000&NAME=00480050&PATH=0104080041d00a037fff0400"
#define HEADER_B u"GUID=0b000000010002000300000000000000&NAME=&PATH=0104080041d00a037fff0400"
#define HEADER_C u"GUID=0a000000010002000300000000000000&NAME=&PATH=0104080041d00a047fff0400"

/* ACPI(PNP0A03-like) paths of the headers; the bytes are what counts. */
static const uint8_t path_a[] = {1, 4, 8, 0, 0x41, 0xd0, 0x0a, 3, 0x7f, 0xff, 4, 0};
static const uint8_t path_b[] = {1, 4, 8, 0, 0x41, 0xd0, 0x0a, 4, 0x7f, 0xff, 4, 0};

/* A driver: remembers what it is told, and answers with one value. */
static char16_t seen[1024];
static EFI_STATUS answer_status;
static size_t answer_progress;

static char16_t *copy(const char16_t *text)
{
    char16_t *result = pool_alloc(ucs2_size(text));
    memcpy(result, text, ucs2_size(text));
    return result;
}

static EFI_STATUS EFIAPI driver_extract(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                                        const EFI_STRING Request, EFI_STRING *Progress,
                                        EFI_STRING *Results)
{
    memcpy(seen, Request != NULL ? Request : u"all", ucs2_size(Request != NULL ? Request : u"all"));
    if (EFI_ERROR(answer_status)) {
        *Progress = Request + answer_progress;
        return answer_status;
    }
    *Results = copy(u"answer");
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI driver_route(const EFI_HII_CONFIG_ACCESS_PROTOCOL *This,
                                      const EFI_STRING Configuration, EFI_STRING *Progress)
{
    size_t length = ucs2_length(seen, ARRAY_SIZE(seen));
    memcpy(seen + length, Configuration, ucs2_size(Configuration));
    *Progress = Configuration + answer_progress;
    return answer_status;
}

static EFI_HII_CONFIG_ACCESS_PROTOCOL driver = {.ExtractConfig = driver_extract,
                                                .RouteConfig = driver_route};

static void add_driver(const uint8_t *path)
{
    EFI_HANDLE handle = install(NULL, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), (void *)(uintptr_t)path);
    install(handle, GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL), &driver);
}

static int config_setup(void **state)
{
    answer_status = EFI_SUCCESS;
    answer_progress = 0;
    seen[0] = 0;
    return setup(state);
}

static void assert_text(const char16_t *text, const char16_t *expected)
{
    assert_int_equal(ucs2_size(text), ucs2_size(expected));
    assert_memory_equal(text, expected, ucs2_size(expected));
}

static void requests_go_to_the_driver_of_their_path(void **state)
{
    char16_t request[] = HEADER_A u"&Fred&George&" HEADER_C u"&Ron";
    EFI_STRING progress, results = NULL;
    add_driver(path_a);
    add_driver(path_b);
    assert_int_equal(routing->ExtractConfig(routing, request, &progress, &results), EFI_SUCCESS);
    assert_text(results, u"answer&answer");
    assert_text(seen, HEADER_C u"&Ron");
    assert_ptr_equal(progress, request + ucs2_length(request, SIZE_MAX));
    pool_free(results);
}

static void failures_of_requests_are_located(void **state)
{
    char16_t request[] = HEADER_A u"&Fred&" HEADER_C u"&Ron";
    EFI_STRING progress, results = NULL;
    size_t second = ucs2_length(HEADER_A u"&Fred&", SIZE_MAX);
    add_driver(path_a);
    assert_int_equal(routing->ExtractConfig(routing, request, &progress, &results), EFI_NOT_FOUND);
    assert_ptr_equal(progress, request + second);
    assert_null(results);

    add_driver(path_b);
    answer_status = EFI_INVALID_PARAMETER;
    answer_progress = 5;
    assert_int_equal(routing->ExtractConfig(routing, request, &progress, &results),
                     EFI_INVALID_PARAMETER);
    assert_ptr_equal(progress, request + 5);
    answer_progress = 5000; /* the driver lies */
    assert_int_equal(routing->ExtractConfig(routing, request, &progress, &results),
                     EFI_INVALID_PARAMETER);
    assert_true(progress >= request && progress <= request + second);

    assert_int_equal(routing->ExtractConfig(routing, u"Fred", &progress, &results),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(routing->ExtractConfig(routing, NULL, &progress, &results),
                     EFI_INVALID_PARAMETER);
    assert_null(progress);
    assert_int_equal(routing->ExtractConfig(routing, request, NULL, &results),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(routing->ExtractConfig(routing, request, &progress, NULL),
                     EFI_INVALID_PARAMETER);
}

static void everything_is_exported(void **state)
{
    EFI_STRING results = NULL;
    assert_int_equal(routing->ExportConfig(routing, &results), EFI_SUCCESS);
    assert_text(results, u"");
    pool_free(results);
    add_driver(path_a);
    add_driver(path_b);
    assert_int_equal(routing->ExportConfig(routing, &results), EFI_SUCCESS);
    assert_text(results, u"answer&answer");
    assert_text(seen, u"all");
    pool_free(results);
    assert_int_equal(routing->ExportConfig(routing, NULL), EFI_INVALID_PARAMETER);
}

static void configurations_are_routed(void **state)
{
    char16_t configuration[] = HEADER_A u"&Fred=12&" HEADER_C u"&Ron=1";
    EFI_STRING progress;
    add_driver(path_a);
    assert_int_equal(routing->RouteConfig(routing, configuration, &progress), EFI_NOT_FOUND);
    assert_ptr_equal(progress, configuration + ucs2_length(HEADER_A u"&Fred=12&", SIZE_MAX));
    add_driver(path_b);
    seen[0] = 0;
    assert_int_equal(routing->RouteConfig(routing, configuration, &progress), EFI_SUCCESS);
    assert_text(seen, HEADER_A u"&Fred=12" HEADER_C u"&Ron=1");
    assert_int_equal(*progress, 0);
    answer_status = EFI_DEVICE_ERROR;
    answer_progress = 3;
    assert_int_equal(routing->RouteConfig(routing, configuration, &progress), EFI_DEVICE_ERROR);
    assert_ptr_equal(progress, configuration + 3);
    assert_int_equal(routing->RouteConfig(routing, NULL, &progress), EFI_INVALID_PARAMETER);
    assert_int_equal(routing->RouteConfig(routing, configuration, NULL), EFI_INVALID_PARAMETER);
}

static void blocks_become_strings(void **state)
{
    static const uint8_t block[] = {0x10, 0x32, 0x54, 0x76};
    char16_t request[] = HEADER_A u"&OFFSET=0&WIDTH=2&OFFSET=3&WIDTH=1";
    EFI_STRING progress, config = NULL;
    assert_int_equal(
        routing->BlockToConfig(routing, request, block, sizeof block, &config, &progress),
        EFI_SUCCESS);
    assert_text(config, HEADER_A u"&OFFSET=0&WIDTH=2&VALUE=3210&OFFSET=3&WIDTH=1&VALUE=76");
    assert_int_equal(*progress, 0);
    pool_free(config);
    assert_int_equal(routing->BlockToConfig(routing, u"OFFSET=1&WIDTH=1", block, sizeof block,
                                            &config, &progress),
                     EFI_SUCCESS);
    assert_text(config, u"OFFSET=1&WIDTH=1&VALUE=32");
    pool_free(config);

    char16_t bad[] = u"OFFSET=1&WIDTH=1&Fred";
    assert_int_equal(routing->BlockToConfig(routing, bad, block, sizeof block, &config, &progress),
                     EFI_INVALID_PARAMETER);
    assert_ptr_equal(progress, bad + 16);
    assert_int_equal(
        routing->BlockToConfig(routing, request, block, sizeof block - 1, &config, &progress),
        EFI_DEVICE_ERROR);
    assert_int_equal(routing->BlockToConfig(routing, u"OFFSET=ffffffffffffffff&WIDTH=2", block,
                                            sizeof block, &config, &progress),
                     EFI_DEVICE_ERROR);
    assert_int_equal(routing->BlockToConfig(routing, NULL, block, sizeof block, &config, &progress),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(
        routing->BlockToConfig(routing, request, NULL, sizeof block, &config, &progress),
        EFI_INVALID_PARAMETER);
    assert_ptr_equal(progress, request);
}

static void strings_become_blocks(void **state)
{
    /* The specification's example. */
    uint8_t block[] = {0, 1, 2, 3, 4, 5};
    static const uint8_t expected[] = {0x55, 0xaa, 2, 3, 7, 5};
    char16_t config[] = HEADER_A u"&OFFSET=4&WIDTH=1&VALUE=7&OFFSET=0&WIDTH=2&VALUE=AA55";
    EFI_STRING progress;
    size_t size = sizeof block;
    assert_int_equal(routing->ConfigToBlock(routing, config, block, &size, &progress), EFI_SUCCESS);
    assert_memory_equal(block, expected, sizeof block);
    assert_int_equal(size, 4);
    assert_int_equal(*progress, 0);

    uint8_t small[4] = {9, 9, 9, 9};
    size = sizeof small;
    assert_int_equal(routing->ConfigToBlock(routing, config, small, &size, &progress),
                     EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, 5);
    assert_int_equal(small[0], 9);

    char16_t bad[] = u"OFFSET=0&WIDTH=1&VALUE=1&Fred=1";
    size = sizeof block;
    assert_int_equal(routing->ConfigToBlock(routing, bad, block, &size, &progress),
                     EFI_INVALID_PARAMETER);
    assert_ptr_equal(progress, bad + 24);
    assert_int_equal(block[0], 1);
    assert_int_equal(
        routing->ConfigToBlock(routing, u"OFFSET=0&WIDTH=1&VALUE=", block, &size, &progress),
        EFI_INVALID_PARAMETER);
    assert_int_equal(
        routing->ConfigToBlock(routing, u"OFFSET=0&WIDTH=1&VALUE=100", block, &size, &progress),
        EFI_INVALID_PARAMETER);
    assert_int_equal(routing->ConfigToBlock(routing, NULL, block, &size, &progress),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(routing->ConfigToBlock(routing, config, NULL, &size, &progress),
                     EFI_INVALID_PARAMETER);
}

static void parts_of_strings_are_found(void **state)
{
    char16_t config[] = HEADER_A u"&Fred=1&" HEADER_A u"&ALTCFG=0037&Fred=2&" HEADER_B u"&Ron=3";
    EFI_STRING part = NULL;
    uint16_t id = 0x37, unknown = 0x38;
    assert_int_equal(
        routing->GetAltConfig(routing, config, &A, u"HP", (const void *)path_a, NULL, &part),
        EFI_SUCCESS);
    assert_text(part, HEADER_A u"&Fred=1");
    pool_free(part);
    assert_int_equal(routing->GetAltConfig(routing, config, NULL, NULL, NULL, &id, &part),
                     EFI_SUCCESS);
    assert_text(part, HEADER_A u"&Fred=2");
    pool_free(part);
    assert_int_equal(routing->GetAltConfig(routing, config, &B, u"", NULL, NULL, &part),
                     EFI_SUCCESS);
    assert_text(part, HEADER_B u"&Ron=3");
    pool_free(part);
    assert_int_equal(routing->GetAltConfig(routing, config, NULL, NULL, NULL, &unknown, &part),
                     EFI_NOT_FOUND);
    assert_int_equal(routing->GetAltConfig(routing, config, &C, NULL, NULL, NULL, &part),
                     EFI_NOT_FOUND);
    assert_int_equal(
        routing->GetAltConfig(routing, config, NULL, NULL, (const void *)path_b, NULL, &part),
        EFI_NOT_FOUND);
    assert_int_equal(routing->GetAltConfig(routing, u"Fred=1", NULL, NULL, NULL, NULL, &part),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(routing->GetAltConfig(routing, NULL, NULL, NULL, NULL, NULL, &part),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(routing->GetAltConfig(routing, config, NULL, NULL, NULL, NULL, NULL),
                     EFI_INVALID_PARAMETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(requests_go_to_the_driver_of_their_path, config_setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(failures_of_requests_are_located, config_setup, teardown),
        cmocka_unit_test_setup_teardown(everything_is_exported, config_setup, teardown),
        cmocka_unit_test_setup_teardown(configurations_are_routed, config_setup, teardown),
        cmocka_unit_test_setup_teardown(blocks_become_strings, config_setup, teardown),
        cmocka_unit_test_setup_teardown(strings_become_blocks, config_setup, teardown),
        cmocka_unit_test_setup_teardown(parts_of_strings_are_found, config_setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
