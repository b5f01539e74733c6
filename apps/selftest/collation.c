/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unicode Collation (UEFI 2.10 §13.6, and EFI 1.10 §10.9 for the first): none of its functions
 * returns a status. */
#include "efi/protocol/unicode_collation.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define UCS2(text) ((char16_t[]){text})

static EFI_UNICODE_COLLATION_PROTOCOL *collation(void)
{
    return FIND(EFI_UNICODE_COLLATION_PROTOCOL2);
}

static void compare(void)
{
    EFI_UNICODE_COLLATION_PROTOCOL *c = collation();
    if (c == NULL)
        return;
    EQUAL(0, c->StriColl(c, UCS2(u"same"), UCS2(u"SAME")));
    CHECK(c->StriColl(c, UCS2(u"a"), UCS2(u"B")) < 0);
    CHECK(c->StriColl(c, UCS2(u"ab"), UCS2(u"A")) > 0);
    EQUAL(0, c->StriColl(c, UCS2(u""), UCS2(u"")));
}

static void match(void)
{
    EFI_UNICODE_COLLATION_PROTOCOL *c = collation();
    if (c == NULL)
        return;
    CHECK(c->MetaiMatch(c, UCS2(u"Startup.nsh"), UCS2(u"*.NSH")));
    CHECK(c->MetaiMatch(c, UCS2(u"a1c"), UCS2(u"?[0-9]c")));
    CHECK(c->MetaiMatch(c, UCS2(u"abc"), UCS2(u"a[xbz]c")));
    CHECK(c->MetaiMatch(c, UCS2(u"aaab"), UCS2(u"*a*ab")));
    CHECK(!c->MetaiMatch(c, UCS2(u"abc"), UCS2(u"a?")));
    CHECK(!c->MetaiMatch(c, UCS2(u"abc"), UCS2(u"a[d-z]c")));
    CHECK(c->MetaiMatch(c, UCS2(u""), UCS2(u"*")));
    CHECK(!c->MetaiMatch(c, UCS2(u""), UCS2(u"?")));
}

static void letters(void)
{
    EFI_UNICODE_COLLATION_PROTOCOL *c = collation();
    if (c == NULL)
        return;
    char16_t text[] = u"aZ-09";
    c->StrUpr(c, text);
    CHECK(memcmp(text, u"AZ-09", sizeof text) == 0);
    c->StrLwr(c, text);
    CHECK(memcmp(text, u"az-09", sizeof text) == 0);
}

/* Letters of Latin-1 are the language's, too, when one of its words has them. */
static void letters_beyond_ascii(void)
{
    EFI_UNICODE_COLLATION_PROTOCOL *c = collation();
    if (c == NULL)
        return;
    char16_t text[] = u"na\xefve";
    c->StrUpr(c, text);
    EQUAL(0xcf, text[2]);
    c->StrLwr(c, text);
    EQUAL(0xef, text[2]);
}

static void names(void)
{
    EFI_UNICODE_COLLATION_PROTOCOL *c = collation();
    if (c == NULL)
        return;
    char16_t text[16];
    char fat[12];
    memset(text, 0xff, sizeof text);
    c->FatToStr(c, 8, (char *)"BOOT\0xyz", text);
    CHECK(memcmp(text, u"BOOT", sizeof u"BOOT") == 0);
    memset(fat, 0, sizeof fat);
    /* Blanks and dots are left out, and what FAT cannot write is replaced. */
    CHECK(!c->StrToFat(c, UCS2(u"a b.c"), sizeof fat - 1, fat));
    CHECK(memcmp(fat, "ABC", 4) == 0);
    CHECK(c->StrToFat(c, UCS2(u"a+b"), sizeof fat - 1, fat));
    CHECK(memcmp(fat, "A_B", 4) == 0);
}

static void languages(void)
{
    EFI_UNICODE_COLLATION_PROTOCOL *c = collation();
    if (c == NULL)
        return;
    CHECK(memcmp(c->SupportedLanguages, "en", 3) == 0 ||
          memcmp(c->SupportedLanguages, "en;", 3) == 0);
}

static void first(void)
{
    EFI_UNICODE_COLLATION_PROTOCOL *c = FIND(EFI_UNICODE_COLLATION_PROTOCOL);
    if (c == NULL)
        return;
    CHECK(memcmp(c->SupportedLanguages, "eng", 4) == 0);
    EQUAL(0, c->StriColl(c, UCS2(u"same"), UCS2(u"SAME")));
    CHECK(c->MetaiMatch(c, UCS2(u"abc"), UCS2(u"*C")));
}

static const struct selftest tests[] = {
    {"compare", compare}, {"match", match},
    {"letters", letters}, {"letters-beyond-ascii", letters_beyond_ascii},
    {"names", names},     {"languages", languages},
    {"first", first},
};

const struct topic topic_collation = TOPIC("collation", tests);
