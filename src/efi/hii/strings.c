/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/strings.h"

#include "core/pool.h"
#include "efi/hii/database.h"
#include "efi/hii/font_package.h"
#include "efi/hii/string_edit.h"
#include "efi/hii/string_package.h"
#include "efi/tpl.h"
#include "lib/ascii.h"
#include "lib/memory.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Length of the first of several languages that ';' separates. */
static size_t first_language(const char *languages)
{
    size_t length = 0;
    while (languages[length] != '\0' && languages[length] != ';')
        length++;
    return length;
}

/* Language codes have no case (RFC 4646 §2.1). */
static bool same_language(const char *a, size_t length, const char *b)
{
    for (size_t i = 0; i < length; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return b[length] == '\0';
}

static bool is_primary(const struct hii_package *package, const char *language)
{
    const char *languages = hii_string_languages(package->data);
    return same_language(languages, first_language(languages), language);
}

static bool has_language(const struct hii_package *package, const char *language)
{
    for (const char *at = hii_string_languages(package->data);; at++) {
        size_t length = first_language(at);
        if (same_language(at, length, language))
            return true;
        at += length;
        if (*at == '\0')
            return false;
    }
}

#define FOR_EACH_STRINGS(package, list)                                                            \
    HII_FOR_EACH_PACKAGE(package, list)                                                            \
    if (hii_package_type(package) == EFI_HII_PACKAGE_STRINGS)

/* The package of a language: one that has it as its primary one before others. */
static struct hii_package *find_package(const struct hii_list *list, const char *language)
{
    FOR_EACH_STRINGS(package, list)
    {
        if (is_primary(package, language))
            return package;
    }
    FOR_EACH_STRINGS(package, list)
    {
        if (has_language(package, language))
            return package;
    }
    return NULL;
}

static uint16_t last_id(const struct hii_list *list)
{
    uint16_t last = 0;
    FOR_EACH_STRINGS(package, list)
    {
        last = MAX(last, hii_string_last_id(package->data, package->size));
    }
    return last;
}

static EFI_STATUS find_in(const struct hii_package *package, uint16_t id, struct string_place *ret)
{
    return package != NULL ? hii_string_find(package->data, package->size, id, ret) : EFI_NOT_FOUND;
}

static EFI_STATUS find_string(const struct hii_list *list, const char *language, uint16_t id,
                              const struct hii_package **ret_package, struct string_place *ret)
{
    *ret_package = find_package(list, language);
    if (!EFI_ERROR(find_in(*ret_package, id, ret)))
        return EFI_SUCCESS;
    struct string_place other;
    FOR_EACH_STRINGS(package, list)
    {
        if (!EFI_ERROR(find_in(package, id, &other)))
            return EFI_INVALID_LANGUAGE;
    }
    return EFI_NOT_FOUND;
}

/* The size with the NUL; writes no more than `room` bytes. */
static size_t copy_text(struct text_source source, char16_t *to, size_t room)
{
    size_t size = 0;
    char16_t c;
    do {
        if (!text_source_next(&source, &c))
            c = 0; /* the package is sound */
        if (size + sizeof c <= room)
            memcpy((uint8_t *)to + size, &c, sizeof c);
        size += sizeof c;
    } while (c != 0);
    return size;
}

/* The font of a string, as pool memory; NULL when it has none. */
static EFI_STATUS copy_font(const struct hii_package *package, uint8_t font, EFI_FONT_INFO **ret)
{
    struct reader r;
    *ret = NULL;
    if (font == 0 || !hii_string_font(package->data, package->size, font, &r))
        return EFI_SUCCESS;
    *ret = hii_font_info_read(r);
    return *ret != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

static EFI_STATUS get(const struct hii_list *list, const char *language, uint16_t id,
                      char16_t *string, size_t *size, EFI_FONT_INFO **font)
{
    const struct hii_package *package;
    struct string_place place;
    EFI_STATUS status =
        list != NULL ? find_string(list, language, id, &package, &place) : EFI_NOT_FOUND;
    if (EFI_ERROR(status))
        return status;
    size_t given = *size, needed = copy_text(place.text, NULL, 0);
    if (given >= needed) {
        if (font != NULL)
            status = copy_font(package, place.block.font, font);
        if (EFI_ERROR(status))
            return status;
        (void)copy_text(place.text, string, given);
    }
    *size = needed;
    return given < needed ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_string(const EFI_HII_STRING_PROTOCOL *This, const char *Language,
                                    EFI_HII_HANDLE PackageList, EFI_STRING_ID StringId,
                                    EFI_STRING String, size_t *StringSize,
                                    EFI_FONT_INFO **StringFontInfo)
{
    if (Language == NULL || StringSize == NULL || (*StringSize > 0 && String == NULL))
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status =
        get(hii_list_find(PackageList), Language, StringId, String, StringSize, StringFontInfo);
    efi_restore_tpl(tpl);
    return status;
}

static const struct hii_package *any_package(const struct hii_list *list, uint16_t id)
{
    struct string_place place;
    FOR_EACH_STRINGS(package, list)
    {
        if (!EFI_ERROR(find_in(package, id, &place)))
            return package;
    }
    return NULL;
}

static EFI_STATUS get_copy(EFI_HII_HANDLE handle, const char *language, uint16_t id, char16_t **ret)
{
    struct string_place place;
    const struct hii_list *list = hii_list_find(handle);
    if (list == NULL)
        return EFI_NOT_FOUND;
    EFI_STATUS status = find_in(
        language != NULL ? find_package(list, language) : any_package(list, id), id, &place);
    if (EFI_ERROR(status))
        return status;
    size_t size = copy_text(place.text, NULL, 0);
    char16_t *text = pool_alloc(size);
    if (text == NULL)
        return EFI_OUT_OF_RESOURCES;
    (void)copy_text(place.text, text, size);
    *ret = text;
    return EFI_SUCCESS;
}

EFI_STATUS hii_string_get(EFI_HII_HANDLE list, const char *language, EFI_STRING_ID id,
                          char16_t **ret)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = get_copy(list, language, id, ret);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STRING_ID language_name(const struct hii_package *package)
{
    EFI_STRING_ID id;
    memcpy(&id, package->data + offsetof(EFI_HII_STRING_PACKAGE_HDR, LanguageName), sizeof id);
    return id;
}

/* Ids are the list's: one that is given to a language is taken in all others. */
static EFI_STATUS store_new(struct hii_list *list, struct hii_package *package,
                            const char16_t *text, const EFI_FONT_INFO *font, EFI_STRING_ID *ret)
{
    uint16_t last = last_id(list);
    if (last == UINT16_MAX)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = hii_string_store(package, last + 1, text, font);
    if (!EFI_ERROR(status))
        *ret = last + 1;
    return status;
}

/* The string, and the language's name where it is not known yet. */
static EFI_STATUS store_with_name(struct hii_list *list, struct hii_package *package,
                                  const char16_t *name, const char16_t *text,
                                  const EFI_FONT_INFO *font, EFI_STRING_ID *ret)
{
    if (name != NULL && language_name(package) == 0) {
        EFI_STRING_ID id;
        EFI_STATUS status = store_new(list, package, name, NULL, &id);
        if (EFI_ERROR(status))
            return status;
        memcpy(package->data + offsetof(EFI_HII_STRING_PACKAGE_HDR, LanguageName), &id, sizeof id);
    }
    return store_new(list, package, text, font, ret);
}

static EFI_STATUS add(struct hii_list *list, const char *language, const char16_t *name,
                      const char16_t *text, const EFI_FONT_INFO *font, EFI_STRING_ID *ret)
{
    if (list == NULL)
        return EFI_NOT_FOUND;
    if (font != NULL && !hii_font_exists(font))
        return EFI_INVALID_PARAMETER;
    struct hii_package *package = find_package(list, language);
    bool is_new = package == NULL;
    if (is_new)
        package = hii_string_package_new(list, language);
    if (package == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = store_with_name(list, package, name, text, font, ret);
    if (EFI_ERROR(status) && is_new)
        package->removed = true; /* no language without a string */
    return status;
}

static EFI_STATUS EFIAPI new_string(const EFI_HII_STRING_PROTOCOL *This, EFI_HII_HANDLE PackageList,
                                    EFI_STRING_ID *StringId, const char *Language,
                                    const char16_t *LanguageName, const EFI_STRING String,
                                    const EFI_FONT_INFO *StringFontInfo)
{
    if (StringId == NULL || Language == NULL || String == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status =
        add(hii_list_find(PackageList), Language, LanguageName, String, StringFontInfo, StringId);
    efi_restore_tpl(tpl);
    return status;
}

/* Every id that the list has given can be set in each of its languages. */
static EFI_STATUS set(struct hii_list *list, uint16_t id, const char *language,
                      const char16_t *text, const EFI_FONT_INFO *font)
{
    struct hii_package *package = list != NULL ? find_package(list, language) : NULL;
    if (package == NULL || id == 0 || id > last_id(list))
        return EFI_NOT_FOUND;
    if (font != NULL && !hii_font_exists(font))
        return EFI_INVALID_PARAMETER;
    return hii_string_store(package, id, text, font);
}

static EFI_STATUS EFIAPI set_string(const EFI_HII_STRING_PROTOCOL *This, EFI_HII_HANDLE PackageList,
                                    EFI_STRING_ID StringId, const char *Language,
                                    const EFI_STRING String, const EFI_FONT_INFO *StringFontInfo)
{
    if (Language == NULL || String == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = set(hii_list_find(PackageList), StringId, Language, String, StringFontInfo);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS list_languages(const struct hii_list *list, char *to, size_t *size)
{
    size_t needed = 0, given = *size;
    FOR_EACH_STRINGS(package, list)
    {
        const char *languages = hii_string_languages(package->data);
        size_t length = first_language(languages);
        if (needed + length + 1 <= given) {
            memcpy(to + needed, languages, length);
            to[needed + length] = ';';
        }
        needed += length + 1;
    }
    if (needed == 0)
        return EFI_NOT_FOUND;
    *size = needed;
    if (needed > given)
        return EFI_BUFFER_TOO_SMALL;
    to[needed - 1] = '\0';
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_languages(const EFI_HII_STRING_PROTOCOL *This,
                                       EFI_HII_HANDLE PackageList, char *Languages,
                                       size_t *LanguagesSize)
{
    if (LanguagesSize == NULL || (*LanguagesSize > 0 && Languages == NULL))
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    const struct hii_list *list = hii_list_find(PackageList);
    EFI_STATUS status =
        list != NULL ? list_languages(list, Languages, LanguagesSize) : EFI_NOT_FOUND;
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS list_secondary(const struct hii_list *list, const char *primary, char *to,
                                 size_t *size)
{
    FOR_EACH_STRINGS(package, list)
    {
        if (!is_primary(package, primary))
            continue;
        const char *rest = hii_string_languages(package->data);
        rest += first_language(rest);
        rest += *rest == ';';
        size_t given = *size;
        *size = ascii_length(rest, package->size) + 1;
        if (*size > given)
            return EFI_BUFFER_TOO_SMALL;
        memcpy(to, rest, *size);
        return EFI_SUCCESS;
    }
    return EFI_INVALID_LANGUAGE;
}

static EFI_STATUS EFIAPI get_secondary_languages(const EFI_HII_STRING_PROTOCOL *This,
                                                 EFI_HII_HANDLE PackageList,
                                                 const char *PrimaryLanguage,
                                                 char *SecondaryLanguages,
                                                 size_t *SecondaryLanguagesSize)
{
    if (PrimaryLanguage == NULL || SecondaryLanguagesSize == NULL ||
        (*SecondaryLanguagesSize > 0 && SecondaryLanguages == NULL))
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    const struct hii_list *list = hii_list_find(PackageList);
    EFI_STATUS status = list != NULL ? list_secondary(list, PrimaryLanguage, SecondaryLanguages,
                                                      SecondaryLanguagesSize)
                                     : EFI_NOT_FOUND;
    efi_restore_tpl(tpl);
    return status;
}

EFI_HII_STRING_PROTOCOL hii_string_protocol = {
    .NewString = new_string,
    .GetString = get_string,
    .SetString = set_string,
    .GetLanguages = get_languages,
    .GetSecondaryLanguages = get_secondary_languages,
};
