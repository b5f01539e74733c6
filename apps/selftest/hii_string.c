/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HII String (UEFI 2.10 §34.3). */
#include "efi/protocol/hii_string.h"
#include "lib/memory.h"
#include "selftest/fixture.h"
#include "selftest/hii.h"

#define UCS2(text) ((char16_t[]){text})

static EFI_HII_DATABASE_PROTOCOL *database;
static EFI_HII_STRING_PROTOCOL *strings;
static EFI_HII_HANDLE list;

/* Each test has a list of its own. */
static bool begin(void)
{
    database = hii_database();
    strings = database != NULL ? FIND(EFI_HII_STRING_PROTOCOL) : NULL;
    list = strings != NULL ? hii_add(database) : NULL;
    return list != NULL;
}

static bool string_is(EFI_STRING_ID id, const char16_t *expected, size_t expected_size)
{
    char16_t text[32];
    size_t size = sizeof text;
    return EXPECT(EFI_SUCCESS,
                  strings->GetString(strings, HII_LANGUAGE, list, id, text, &size, NULL)) &&
           CHECK(memcmp(text, expected, expected_size) == 0);
}

static void get(void)
{
    char16_t text[32];
    size_t size = 2;
    if (!begin())
        return;
    string_is(1, u"one", sizeof u"one");
    string_is(2, u"two", sizeof u"two");
    EXPECT(EFI_BUFFER_TOO_SMALL,
           strings->GetString(strings, HII_LANGUAGE, list, 2, text, &size, NULL));
    EQUAL(sizeof u"two", size);
    size = sizeof text;
    EXPECT(EFI_NOT_FOUND, strings->GetString(strings, HII_LANGUAGE, list, 99, text, &size, NULL));
    EXPECT(EFI_INVALID_LANGUAGE, strings->GetString(strings, "xx-YY", list, 1, text, &size, NULL));
    hii_remove(database, list);
    EXPECT(EFI_NOT_FOUND, strings->GetString(strings, HII_LANGUAGE, list, 1, text, &size, NULL));
}

static void get_size(void)
{
    char16_t text[32];
    size_t size = sizeof text;
    if (!begin())
        return;
    EXPECT(EFI_SUCCESS, strings->GetString(strings, HII_LANGUAGE, list, 1, text, &size, NULL));
    EQUAL(sizeof u"one", size);
    hii_remove(database, list);
}

static void get_invalid(void)
{
    char16_t text[32];
    size_t size = sizeof text;
    if (!begin())
        return;
    EXPECT(EFI_INVALID_PARAMETER, strings->GetString(strings, NULL, list, 1, text, &size, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           strings->GetString(strings, HII_LANGUAGE, list, 1, text, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           strings->GetString(strings, HII_LANGUAGE, list, 1, NULL, &size, NULL));
    hii_remove(database, list);
}

static void new_string(void)
{
    EFI_STRING_ID id = 0;
    if (!begin())
        return;
    EXPECT(EFI_SUCCESS,
           strings->NewString(strings, list, &id, HII_LANGUAGE, NULL, UCS2(u"three"), NULL));
    string_is(id, u"three", sizeof u"three");
    string_is(1, u"one", sizeof u"one");
    EXPECT(EFI_INVALID_PARAMETER,
           strings->NewString(strings, list, NULL, HII_LANGUAGE, NULL, UCS2(u"x"), NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           strings->NewString(strings, list, &id, NULL, NULL, UCS2(u"x"), NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           strings->NewString(strings, list, &id, HII_LANGUAGE, NULL, NULL, NULL));
    hii_remove(database, list);
    EXPECT(EFI_NOT_FOUND,
           strings->NewString(strings, list, &id, HII_LANGUAGE, NULL, UCS2(u"x"), NULL));
}

static void set_string(void)
{
    if (!begin())
        return;
    EXPECT(EFI_SUCCESS,
           strings->SetString(strings, list, 2, HII_LANGUAGE, UCS2(u"a longer one"), NULL));
    string_is(2, u"a longer one", sizeof u"a longer one");
    string_is(1, u"one", sizeof u"one");
    EXPECT(EFI_NOT_FOUND, strings->SetString(strings, list, 99, HII_LANGUAGE, UCS2(u"x"), NULL));
    EXPECT(EFI_INVALID_PARAMETER, strings->SetString(strings, list, 2, NULL, UCS2(u"x"), NULL));
    EXPECT(EFI_INVALID_PARAMETER, strings->SetString(strings, list, 2, HII_LANGUAGE, NULL, NULL));
    hii_remove(database, list);
    EXPECT(EFI_NOT_FOUND, strings->SetString(strings, list, 2, HII_LANGUAGE, UCS2(u"x"), NULL));
}

static void languages(void)
{
    char text[64];
    size_t size = 0;
    if (!begin())
        return;
    EXPECT(EFI_BUFFER_TOO_SMALL, strings->GetLanguages(strings, list, text, &size));
    EQUAL(sizeof HII_LANGUAGE, size);
    EXPECT(EFI_SUCCESS, strings->GetLanguages(strings, list, text, &size));
    CHECK(memcmp(text, HII_LANGUAGE, sizeof HII_LANGUAGE) == 0);
    EXPECT(EFI_INVALID_PARAMETER, strings->GetLanguages(strings, list, text, NULL));
    EXPECT(EFI_INVALID_PARAMETER, strings->GetLanguages(strings, list, NULL, &size));
    hii_remove(database, list);
    size = sizeof text;
    EXPECT(EFI_NOT_FOUND, strings->GetLanguages(strings, list, text, &size));
}

static void secondary_languages(void)
{
    char text[64];
    size_t size = sizeof text;
    if (!begin())
        return;
    EXPECT(EFI_INVALID_LANGUAGE,
           strings->GetSecondaryLanguages(strings, list, "xx-YY", text, &size));
    EXPECT(EFI_INVALID_PARAMETER, strings->GetSecondaryLanguages(strings, list, NULL, text, &size));
    EXPECT(EFI_INVALID_PARAMETER,
           strings->GetSecondaryLanguages(strings, list, HII_LANGUAGE, text, NULL));
    hii_remove(database, list);
    EXPECT(EFI_NOT_FOUND, strings->GetSecondaryLanguages(strings, list, HII_LANGUAGE, text, &size));
}

/* There are none besides the primary one. */
static void no_secondary_languages(void)
{
    char text[64] = "x";
    size_t size = 0;
    if (!begin())
        return;
    EXPECT(EFI_BUFFER_TOO_SMALL,
           strings->GetSecondaryLanguages(strings, list, HII_LANGUAGE, text, &size));
    EQUAL(1, size);
    EXPECT(EFI_SUCCESS, strings->GetSecondaryLanguages(strings, list, HII_LANGUAGE, text, &size));
    EQUAL('\0', text[0]);
    hii_remove(database, list);
}

static const struct selftest tests[] = {
    {"get", get},
    {"get-size", get_size},
    {"get-invalid", get_invalid},
    {"new-string", new_string},
    {"set-string", set_string},
    {"languages", languages},
    {"secondary-languages", secondary_languages},
    {"no-secondary-languages", no_secondary_languages},
};

const struct topic topic_hii_string = TOPIC("hii-string", tests);
