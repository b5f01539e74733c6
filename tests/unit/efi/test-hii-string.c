/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/efi/hii-fixture.h"

#include "core/pool.h"
#include "efi/hii/strings.h"
#include "efi/protocol/device_path.h"
#include "host/pool.h"

static EFI_HII_STRING_PROTOCOL *strings = &hii_string_protocol;
static struct bytes b;

static void expect_in(EFI_HII_HANDLE list, const char *language, uint16_t id, const char16_t *text)
{
    char16_t out[64];
    size_t size = sizeof out, length = 0;
    assert_int_equal(strings->GetString(strings, language, list, id, out, &size, NULL),
                     EFI_SUCCESS);
    while (text[length] != 0)
        length++;
    assert_int_equal(size, (length + 1) * sizeof *text);
    assert_memory_equal(out, text, size);
}

static void expect_status(EFI_HII_HANDLE list, const char *language, uint16_t id, EFI_STATUS status)
{
    char16_t out[64];
    size_t size = sizeof out;
    assert_int_equal(strings->GetString(strings, language, list, id, out, &size, NULL), status);
}

static void put_scsu(const char *text)
{
    put(&b, text, strlen(text) + 1);
}

/* A font block: identifier 5, 12 pixels, bold, "f". */
static void put_font_block(void)
{
    put8(&b, EFI_HII_SIBT_EXT2);
    put8(&b, EFI_HII_SIBT_FONT);
    put16(&b, 11 + 4);
    put8(&b, 5);
    put16(&b, 12);
    put32(&b, 1);
    put_ucs2(&b, u"f");
}

/* Every kind of block; 14 strings. */
static EFI_HII_HANDLE add_all_blocks(void)
{
    begin_list(&b, &A);
    begin_strings(&b, "en-US;en;en-GB");
    put_font_block();
    put8(&b, EFI_HII_SIBT_STRING_SCSU);
    put_scsu("one");
    put8(&b, EFI_HII_SIBT_STRING_SCSU_FONT);
    put8(&b, 5);
    put_scsu("two");
    put8(&b, EFI_HII_SIBT_STRINGS_SCSU);
    put16(&b, 2);
    put_scsu("three");
    put_scsu("four");
    put8(&b, EFI_HII_SIBT_STRINGS_SCSU_FONT);
    put8(&b, 5);
    put16(&b, 1);
    put_scsu("five");
    put8(&b, EFI_HII_SIBT_STRING_UCS2);
    put_ucs2(&b, u"six");
    put8(&b, EFI_HII_SIBT_SKIP1);
    put8(&b, 1);
    put8(&b, EFI_HII_SIBT_STRING_UCS2_FONT);
    put8(&b, 5);
    put_ucs2(&b, u"eight");
    put8(&b, EFI_HII_SIBT_STRINGS_UCS2);
    put16(&b, 3);
    put_ucs2(&b, u"nine");
    put_ucs2(&b, u"");
    put_ucs2(&b, u"eleven");
    put8(&b, EFI_HII_SIBT_EXT1);
    put8(&b, 0);
    put8(&b, 4);
    put8(&b, 0x77);
    put8(&b, EFI_HII_SIBT_EXT4);
    put8(&b, 0);
    put32(&b, 7);
    put8(&b, 0x77);
    put8(&b, EFI_HII_SIBT_STRINGS_UCS2_FONT);
    put8(&b, 5);
    put16(&b, 1);
    put_ucs2(&b, u"twelve");
    put8(&b, EFI_HII_SIBT_SKIP2);
    put16(&b, 1);
    put8(&b, EFI_HII_SIBT_DUPLICATE);
    put16(&b, 3);
    put8(&b, EFI_HII_SIBT_END);
    end_package(&b);
    return add_list(end_list(&b));
}

static void every_kind_of_block_is_read(void **state)
{
    static const char16_t *const texts[] = {
        [1] = u"one",     [2] = u"two",     [3] = u"three", [4] = u"four",  [5] = u"five",
        [6] = u"six",     [7] = NULL,       [8] = u"eight", [9] = u"nine",  [10] = u"",
        [11] = u"eleven", [12] = u"twelve", [13] = NULL,    [14] = u"three"};
    EFI_HII_HANDLE list = add_all_blocks();
    for (uint16_t id = 1; id < 15; id++) {
        if (texts[id] != NULL)
            expect_in(list, "en-US", id, texts[id]);
        else
            expect_status(list, "en-US", id, EFI_NOT_FOUND);
    }
    expect_status(list, "en-US", 0, EFI_NOT_FOUND);
    expect_status(list, "en-US", 15, EFI_NOT_FOUND);
    expect_in(list, "EN-us", 1, u"one");
    expect_in(list, "en-GB", 1, u"one");
    expect_status(list, "de", 1, EFI_INVALID_LANGUAGE);
    expect_status(&one, "en-US", 1, EFI_NOT_FOUND);
}

static void sizes_and_arguments_are_checked(void **state)
{
    char16_t out[4];
    EFI_HII_HANDLE list = add_all_blocks();
    size_t size = 0;
    assert_int_equal(strings->GetString(strings, "en", list, 1, NULL, &size, NULL),
                     EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, 8);
    assert_int_equal(strings->GetString(strings, "en", list, 1, out, &size, NULL), EFI_SUCCESS);
    assert_int_equal(strings->GetString(strings, NULL, list, 1, out, &size, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(strings->GetString(strings, "en", list, 1, out, NULL, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(strings->GetString(strings, "en", list, 1, NULL, &size, NULL),
                     EFI_INVALID_PARAMETER);
}

static void fonts_of_strings_are_told(void **state)
{
    char16_t out[16];
    EFI_FONT_INFO *font = (void *)&one;
    size_t size = sizeof out;
    EFI_HII_HANDLE list = add_all_blocks();
    assert_int_equal(strings->GetString(strings, "en", list, 8, out, &size, &font), EFI_SUCCESS);
    assert_non_null(font);
    assert_int_equal(font->FontSize, 12);
    assert_int_equal(font->FontStyle, 1);
    assert_memory_equal(font->FontName, u"f", 4);
    pool_free(font);
    size = sizeof out;
    assert_int_equal(strings->GetString(strings, "en", list, 1, out, &size, &font), EFI_SUCCESS);
    assert_null(font);
}

static void languages_are_listed(void **state)
{
    char out[32];
    size_t size = sizeof out;
    EFI_HII_HANDLE list = add_all_blocks();
    EFI_STRING_ID id;
    assert_int_equal(strings->NewString(strings, list, &id, "de", NULL, u"x", NULL), EFI_SUCCESS);
    assert_int_equal(strings->GetLanguages(strings, list, out, &size), EFI_SUCCESS);
    assert_string_equal(out, "en-US;de");
    assert_int_equal(size, sizeof "en-US;de");
    size = 0;
    assert_int_equal(strings->GetLanguages(strings, list, NULL, &size), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof "en-US;de");
    assert_int_equal(strings->GetLanguages(strings, list, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(strings->GetLanguages(strings, &one, out, &size), EFI_NOT_FOUND);

    size = sizeof out;
    assert_int_equal(strings->GetSecondaryLanguages(strings, list, "en-US", out, &size),
                     EFI_SUCCESS);
    assert_string_equal(out, "en;en-GB");
    size = sizeof out;
    assert_int_equal(strings->GetSecondaryLanguages(strings, list, "de", out, &size), EFI_SUCCESS);
    assert_string_equal(out, "");
    assert_int_equal(strings->GetSecondaryLanguages(strings, list, "en", out, &size),
                     EFI_INVALID_LANGUAGE);
    assert_int_equal(strings->GetSecondaryLanguages(strings, &one, "en", out, &size),
                     EFI_NOT_FOUND);
    size = 1;
    assert_int_equal(strings->GetSecondaryLanguages(strings, list, "en-US", out, &size),
                     EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof "en;en-GB");
}

static void new_strings_have_ids_of_the_whole_list(void **state)
{
    EFI_STRING_ID first, second, third;
    EFI_HII_HANDLE list = add_all_blocks();
    assert_int_equal(strings->NewString(strings, list, &first, "en", NULL, u"fifteen", NULL),
                     EFI_SUCCESS);
    assert_int_equal(first, 15);
    assert_int_equal(strings->NewString(strings, list, &second, "fr", u"Français", u"quinze", NULL),
                     EFI_SUCCESS);
    assert_int_equal(second, 17); /* 16 is the language's name */
    expect_in(list, "fr", 16, u"Français");
    expect_in(list, "fr", 17, u"quinze");
    expect_status(list, "fr", 1, EFI_INVALID_LANGUAGE);
    expect_status(list, "en", 17, EFI_INVALID_LANGUAGE);
    assert_int_equal(strings->NewString(strings, list, &third, "en", NULL, u"eighteen", NULL),
                     EFI_SUCCESS);
    assert_int_equal(third, 18);
    expect_in(list, "en", 15, u"fifteen");
    expect_in(list, "en", 18, u"eighteen");
    expect_in(list, "en", 14, u"three");

    assert_int_equal(strings->NewString(strings, list, NULL, "en", NULL, u"x", NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(strings->NewString(strings, list, &first, NULL, NULL, u"x", NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(strings->NewString(strings, list, &first, "en", NULL, NULL, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(strings->NewString(strings, &one, &first, "en", NULL, u"x", NULL),
                     EFI_NOT_FOUND);
}

static void any_string_can_be_set(void **state)
{
    static const char16_t *const texts[] = {
        [1] = u"a", [2] = u"b", [3] = u"c",  [4] = u"d",  [5] = u"e",  [6] = u"f",  [7] = u"g",
        [8] = u"h", [9] = u"i", [10] = u"j", [11] = u"k", [12] = u"l", [13] = u"m", [14] = u"n"};
    EFI_HII_HANDLE list = add_all_blocks();
    char16_t out[16];
    EFI_FONT_INFO *font;
    size_t size = sizeof out;
    for (uint16_t id = 14; id > 0; id--)
        assert_int_equal(
            strings->SetString(strings, list, id, "en", (EFI_STRING)(uintptr_t)texts[id], NULL),
            EFI_SUCCESS);
    for (uint16_t id = 1; id < 15; id++)
        expect_in(list, "en", id, texts[id]);
    assert_int_equal(strings->GetString(strings, "en", list, 8, out, &size, &font), EFI_SUCCESS);
    assert_int_equal(font->FontSize, 12); /* stays as it was */
    pool_free(font);

    /* The middle of a block of several leaves its neighbours alone. */
    list = add_all_blocks();
    assert_int_equal(strings->SetString(strings, list, 10, "en", u"ten", NULL), EFI_SUCCESS);
    expect_in(list, "en", 9, u"nine");
    expect_in(list, "en", 10, u"ten");
    expect_in(list, "en", 11, u"eleven");
    expect_in(list, "en", 12, u"twelve");

    assert_int_equal(strings->SetString(strings, list, 15, "en", u"x", NULL), EFI_NOT_FOUND);
    assert_int_equal(strings->SetString(strings, list, 0, "en", u"x", NULL), EFI_NOT_FOUND);
    assert_int_equal(strings->SetString(strings, list, 1, "de", u"x", NULL), EFI_NOT_FOUND);
    assert_int_equal(strings->SetString(strings, list, 1, NULL, u"x", NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(strings->SetString(strings, list, 1, "en", NULL, NULL), EFI_INVALID_PARAMETER);
}

static void an_id_of_one_language_can_be_set_in_others(void **state)
{
    EFI_STRING_ID id;
    EFI_HII_HANDLE list = add_all_blocks();
    assert_int_equal(strings->NewString(strings, list, &id, "de", NULL, u"fünfzehn", NULL),
                     EFI_SUCCESS);
    assert_int_equal(strings->SetString(strings, list, id, "en", u"fifteen", NULL), EFI_SUCCESS);
    expect_in(list, "en", id, u"fifteen");
    expect_in(list, "de", id, u"fünfzehn");
    assert_int_equal(strings->SetString(strings, list, 3, "de", u"drei", NULL), EFI_SUCCESS);
    expect_in(list, "de", 3, u"drei");
    expect_in(list, "en", 3, u"three");
    expect_status(list, "de", 4, EFI_INVALID_LANGUAGE);
}

static void fonts_of_new_strings_must_exist(void **state)
{
    union {
        EFI_FONT_INFO info;
        uint8_t bytes[64];
    } font = {.info = {.FontSize = 19}};
    char16_t out[16];
    size_t size = sizeof out;
    EFI_STRING_ID id;
    EFI_FONT_INFO *told;
    EFI_HII_HANDLE list = add_all_blocks();
    memcpy(font.info.FontName, u"sysdefault", sizeof u"sysdefault");
    assert_int_equal(strings->NewString(strings, list, &id, "en", NULL, u"x", &font.info),
                     EFI_SUCCESS);
    assert_int_equal(strings->SetString(strings, list, 6, "en", u"y", &font.info), EFI_SUCCESS);
    assert_int_equal(strings->GetString(strings, "en", list, 6, out, &size, &told), EFI_SUCCESS);
    assert_int_equal(told->FontSize, 19);
    assert_memory_equal(told->FontName, u"sysdefault", sizeof u"sysdefault");
    pool_free(told);
    font.info.FontSize = 20;
    assert_int_equal(strings->NewString(strings, list, &id, "en", NULL, u"x", &font.info),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(strings->SetString(strings, list, 6, "en", u"x", &font.info),
                     EFI_INVALID_PARAMETER);
}

/* The examples of Unicode technical standard #6, §9, and each kind of tag. */
static void compressed_text_is_read(void **state)
{
    static const struct {
        const char *bytes;
        const char16_t *text;
    } samples[] = {
        {"\xd6l flie\xdft", u"Öl fließt"},
        {"\x12\x9c\xbe\xc1\xba\xb2\xb0", u"Москва"},
        {"\x0f\x30\x42\x30\x44\xe5-", u"あい-"}, /* Unicode mode, then window 5 */
        {"\x01\x41\x02\x21\x0e\x20\xac", u"A\u00a1\u20ac"},
        {"\x18\x67\x80", u"\u3380"},                       /* SD0 */
        {"\x19\xfa\x81", u"\u0251"},                       /* SD1, a special one */
        {"\x0f\xf0\xe0\x41\xe8\x09\x81", u"\ue041\u0481"}, /* UQU, UD0 */
        {"\x0b\x07\xd0\x80", u"\U0004e800"},               /* SDX: a surrogate pair */
    };
    begin_list(&b, &A);
    begin_strings(&b, "en");
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        put8(&b, EFI_HII_SIBT_STRING_SCSU);
        put_scsu(samples[i].bytes);
    }
    put8(&b, EFI_HII_SIBT_END);
    end_package(&b);
    EFI_HII_HANDLE list = add_list(end_list(&b));
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
        expect_in(list, "en", (uint16_t)(i + 1), samples[i].text);
}

static void refused(void)
{
    EFI_HII_HANDLE handle;
    end_package(&b);
    assert_int_equal(database->NewPackageList(database, end_list(&b), NULL, &handle),
                     EFI_INVALID_PARAMETER);
}

static void malformed_packages_are_refused(void **state)
{
    begin_list(&b, &A);
    begin_strings(&b, "en");
    refused(); /* no end block */
    begin_list(&b, &A);
    begin_strings(&b, "en");
    put8(&b, 0x99); /* unknown, and cannot be passed over */
    refused();
    begin_list(&b, &A);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_STRING_UCS2);
    put16(&b, 'x'); /* no NUL */
    refused();
    begin_list(&b, &A);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_STRING_SCSU);
    put_scsu("\x0c"); /* reserved */
    put8(&b, EFI_HII_SIBT_END);
    refused();
    begin_list(&b, &A);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_SKIP2);
    put16(&b, 0xffff);
    put8(&b, EFI_HII_SIBT_SKIP1);
    put8(&b, 1); /* ids above 0xffff */
    put8(&b, EFI_HII_SIBT_END);
    refused();
    begin_list(&b, &A);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_EXT1);
    put8(&b, 0);
    put8(&b, 2); /* shorter than its header */
    put8(&b, EFI_HII_SIBT_END);
    refused();
    begin_list(&b, &A);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_END);
    b.data[20 + 4] = 47; /* the language has no end within HdrSize */
    refused();
    begin_list(&b, &A);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_END);
    b.data[20 + 8] = 48; /* the blocks begin within the language */
    refused();
}

static void duplicates_do_not_go_in_circles(void **state)
{
    begin_list(&b, &A);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_DUPLICATE);
    put16(&b, 2);
    put8(&b, EFI_HII_SIBT_DUPLICATE);
    put16(&b, 1);
    put8(&b, EFI_HII_SIBT_END);
    end_package(&b);
    expect_status(add_list(end_list(&b)), "en", 1, EFI_NOT_FOUND);
}

/* Whatever allocation fails: the named error, and the strings are as they were. */
static void memory_runs_out(void **state)
{
    static const EFI_DEVICE_PATH_PROTOCOL end = {0x7f, 0xff, {4, 0}};
    EFI_HII_HANDLE list = NULL;
    EFI_STRING_ID id = 0;
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    EFI_HANDLE driver = install(NULL, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), (void *)(uintptr_t)&end);
    EFI_HII_HANDLE first = add_all_blocks(); /* fills `b` */
    assert_int_equal(database->RemovePackageList(database, first), EFI_SUCCESS);
    for (size_t n = 0; EFI_ERROR(status); n++) {
        host_fail_allocation_after(n);
        status = database->NewPackageList(database, (void *)b.data, driver, &list);
        host_fail_allocation_after(SIZE_MAX);
        assert_true(n < 20 && (status == EFI_SUCCESS || status == EFI_OUT_OF_RESOURCES));
    }
    host_fail_allocation_after(0);
    assert_int_equal(strings->SetString(strings, list, 6, "en", u"other", NULL),
                     EFI_OUT_OF_RESOURCES);
    assert_int_equal(strings->NewString(strings, list, &id, "en", NULL, u"x", NULL),
                     EFI_OUT_OF_RESOURCES);
    assert_int_equal(database->UpdatePackageList(database, list, (void *)b.data),
                     EFI_OUT_OF_RESOURCES);
    host_fail_allocation_after(SIZE_MAX);
    expect_in(list, "en", 6, u"six");
    expect_status(list, "en", 15, EFI_NOT_FOUND);
    status = EFI_OUT_OF_RESOURCES;
    for (size_t n = 0; EFI_ERROR(status); n++) {
        host_fail_allocation_after(n);
        status = strings->NewString(strings, list, &id, "fr", u"nom", u"quinze", NULL);
        host_fail_allocation_after(SIZE_MAX);
        assert_true(n < 20 && (status == EFI_SUCCESS || status == EFI_OUT_OF_RESOURCES));
        size_t size = 0;
        strings->GetLanguages(strings, list, NULL, &size);
        assert_int_equal(size, EFI_ERROR(status) ? sizeof "en-US" : sizeof "en-US;fr");
    }
    expect_in(list, "fr", id, u"quinze");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_of_block_is_read, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(sizes_and_arguments_are_checked, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(fonts_of_strings_are_told, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(languages_are_listed, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(new_strings_have_ids_of_the_whole_list, setup,
                                        hii_teardown),
        cmocka_unit_test_setup_teardown(any_string_can_be_set, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(an_id_of_one_language_can_be_set_in_others, setup,
                                        hii_teardown),
        cmocka_unit_test_setup_teardown(fonts_of_new_strings_must_exist, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(compressed_text_is_read, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(malformed_packages_are_refused, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(duplicates_do_not_go_in_circles, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(memory_runs_out, setup, hii_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
