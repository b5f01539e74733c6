/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The input is a package list. What the database takes is read, changed, drawn and exported. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "efi/event.h"
#include "efi/hii/database.h"
#include "efi/hii/font.h"
#include "efi/hii/strings.h"
#include "models/apic.h"
#include "models/cpu.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static EFI_HII_DATABASE_PROTOCOL *database = &hii_database_protocol;
static EFI_HII_STRING_PROTOCOL *strings = &hii_string_protocol;
static EFI_HII_FONT_PROTOCOL *fonts = &hii_font_protocol;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fake_cpu_reset();
    fake_apic_reset();
    events_init();
    return 0;
}

static void use_language(EFI_HII_HANDLE list, const char *language)
{
    char16_t text[32];
    char languages[64];
    for (uint16_t id = 0; id < 20; id++) {
        size_t size = sizeof text;
        EFI_FONT_INFO *font = NULL;
        strings->GetString(strings, language, list, id, text, &size, &font);
        free(font);
        if (id % 3 == 0)
            strings->SetString(strings, list, id, language, u"set", NULL);
    }
    EFI_STRING_ID id;
    strings->NewString(strings, list, &id, language, u"name", u"new", NULL);
    size_t size = sizeof languages;
    strings->GetSecondaryLanguages(strings, list, language, languages, &size);
}

static void use_strings(EFI_HII_HANDLE list)
{
    char languages[256] = "";
    size_t size = sizeof languages;
    if (EFI_ERROR(strings->GetLanguages(strings, list, languages, &size)))
        return;
    char *rest = languages;
    for (char *one = strsep(&rest, ";"); one != NULL; one = strsep(&rest, ";"))
        use_language(list, one);
}

static void free_image(EFI_IMAGE_OUTPUT *image)
{
    if (image != NULL)
        free(image->Image.Bitmap);
    free(image);
}

static void draw(const EFI_FONT_DISPLAY_INFO *info)
{
    static const char16_t characters[] = u"A\u00e9\r\n \ufffd";
    EFI_IMAGE_OUTPUT *image = NULL;
    EFI_HII_ROW_INFO *rows = NULL;
    size_t count;
    for (size_t i = 0; characters[i] != 0; i++) {
        fonts->GetGlyph(fonts, characters[i], info, &image, NULL);
        free_image(image);
        image = NULL;
    }
    fonts->StringToImage(fonts, 0, (EFI_STRING)(uintptr_t)characters, info, &image, 1, 1, &rows,
                         &count, NULL);
    free_image(image);
    free(rows);

    EFI_GRAPHICS_OUTPUT_BLT_PIXEL pixels[10 * 10];
    EFI_IMAGE_OUTPUT fixed = {10, 10, {pixels}};
    image = &fixed;
    fonts->StringToImage(fonts, EFI_HII_OUT_FLAG_WRAP, (EFI_STRING)(uintptr_t)characters, info,
                         &image, 1, 1, NULL, NULL, NULL);
}

static void use_fonts(void)
{
    EFI_FONT_DISPLAY_INFO any = {.FontInfoMask = EFI_FONT_INFO_ANY_FONT | EFI_FONT_INFO_ANY_SIZE |
                                                 EFI_FONT_INFO_ANY_STYLE};
    EFI_FONT_DISPLAY_INFO *info = NULL;
    EFI_FONT_HANDLE handle = NULL;
    while (!EFI_ERROR(fonts->GetFontInfo(fonts, &handle, &any, &info, NULL))) {
        if (info->FontInfo.FontSize <= 32)
            draw(info);
        free(info);
    }
}

static void use_database(EFI_HII_HANDLE list)
{
    EFI_GUID layouts[4];
    uint16_t length = sizeof layouts;
    if (!EFI_ERROR(database->FindKeyboardLayouts(database, &length, layouts))) {
        uint8_t layout[256];
        length = sizeof layout;
        database->SetKeyboardLayout(database, &layouts[0]);
        database->GetKeyboardLayout(database, NULL, &length, (EFI_HII_KEYBOARD_LAYOUT *)layout);
    }
    size_t size = 0;
    if (database->ExportPackageLists(database, list, &size, NULL) != EFI_BUFFER_TOO_SMALL)
        abort();
    EFI_HII_PACKAGE_LIST_HEADER *out = malloc(size);
    /* What was exported is sound, whatever was done to it. */
    if (EFI_ERROR(database->ExportPackageLists(database, list, &size, out)) ||
        EFI_ERROR(database->UpdatePackageList(database, list, out)))
        abort();
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EFI_HII_HANDLE list;
    uint32_t length = (uint32_t)size;
    if (size < sizeof(EFI_HII_PACKAGE_LIST_HEADER))
        return 0;
    uint8_t *copy = malloc(size);
    memcpy(copy, data, size);
    memcpy(copy + offsetof(EFI_HII_PACKAGE_LIST_HEADER, PackageLength), &length, sizeof length);
    EFI_STATUS status =
        database->NewPackageList(database, (const EFI_HII_PACKAGE_LIST_HEADER *)copy, NULL, &list);
    free(copy);
    if (EFI_ERROR(status))
        return 0;
    use_strings(list);
    use_fonts();
    use_database(list);
    hii_database_reset();
    return 0;
}
