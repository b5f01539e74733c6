/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/package.h"

#include "efi/device_path.h"
#include "efi/hii/font_package.h"
#include "efi/hii/string_package.h"
#include "lib/memory.h"

EFI_STATUS hii_package_list_open(const EFI_HII_PACKAGE_LIST_HEADER *list, struct reader *ret)
{
    EFI_HII_PACKAGE_LIST_HEADER header;
    memcpy(&header, list, sizeof header);
    struct reader r = reader_make(list, header.PackageLength);
    if (!reader_skip(&r, sizeof header))
        return EFI_INVALID_PARAMETER;
    *ret = r;
    return EFI_SUCCESS;
}

EFI_STATUS hii_package_take(struct reader *packages, struct reader *ret)
{
    EFI_HII_PACKAGE_HEADER header;
    struct reader peek = *packages;
    const void *data;
    if (reader_left(packages) == 0)
        return EFI_NOT_FOUND;
    if (!reader_copy(&peek, &header, sizeof header) || header.Length < sizeof header ||
        !reader_take(packages, header.Length, &data))
        return EFI_INVALID_PARAMETER;
    if (header.Type == EFI_HII_PACKAGE_END)
        return EFI_NOT_FOUND;
    *ret = reader_make(data, header.Length);
    return EFI_SUCCESS;
}

bool hii_package_list_fits(const void *data, size_t size)
{
    EFI_HII_PACKAGE_LIST_HEADER header;
    struct reader r = reader_make(data, size), packages, package;
    if (!reader_copy(&r, &header, sizeof header) || header.PackageLength > size ||
        EFI_ERROR(hii_package_list_open(data, &packages)))
        return false;
    EFI_STATUS status;
    do
        status = hii_package_take(&packages, &package);
    while (!EFI_ERROR(status));
    return status == EFI_NOT_FOUND;
}

bool hii_keyboard_layout_take(struct reader *layouts, const EFI_HII_KEYBOARD_LAYOUT **ret)
{
    EFI_HII_KEYBOARD_LAYOUT layout;
    struct reader peek = *layouts;
    const void *data;
    if (!reader_copy(&peek, &layout, sizeof layout) ||
        layout.LayoutLength < sizeof layout + layout.DescriptorCount * EFI_KEY_DESCRIPTOR_SIZE ||
        !reader_take(layouts, layout.LayoutLength, &data))
        return false;
    *ret = data;
    return true;
}

struct reader hii_keyboard_layouts(const void *package, size_t size)
{
    return reader_make((const uint8_t *)package + sizeof(EFI_HII_KEYBOARD_PACKAGE_HDR),
                       size - sizeof(EFI_HII_KEYBOARD_PACKAGE_HDR));
}

static bool check_keyboard(const struct reader *package)
{
    EFI_HII_KEYBOARD_PACKAGE_HDR header;
    struct reader r = *package;
    if (!reader_copy(&r, &header, sizeof header))
        return false;
    const EFI_HII_KEYBOARD_LAYOUT *layout;
    for (uint32_t i = 0; i < header.LayoutCount; i++)
        if (!hii_keyboard_layout_take(&r, &layout))
            return false;
    return true;
}

static bool check_guid(const struct reader *package)
{
    return package->size >= sizeof(EFI_HII_GUID_PACKAGE_HDR);
}

static bool check_device_path(const struct reader *package)
{
    return device_path_size_bounded(package->data + sizeof(EFI_HII_PACKAGE_HEADER),
                                    package->size - sizeof(EFI_HII_PACKAGE_HEADER)) != 0;
}

static bool check_strings(const struct reader *package)
{
    return hii_string_package_check(package->data, package->size);
}

static bool check_fonts(const struct reader *package)
{
    return hii_font_package_check(package->data, package->size);
}

static bool check_simple_fonts(const struct reader *package)
{
    return hii_simple_font_check(package->data, package->size);
}

bool hii_package_check(const struct reader *package)
{
    static const struct {
        uint8_t type;
        bool (*check)(const struct reader *package);
    } checks[] = {
        {EFI_HII_PACKAGE_TYPE_GUID, check_guid},
        {EFI_HII_PACKAGE_STRINGS, check_strings},
        {EFI_HII_PACKAGE_FONTS, check_fonts},
        {EFI_HII_PACKAGE_SIMPLE_FONTS, check_simple_fonts},
        {EFI_HII_PACKAGE_DEVICE_PATH, check_device_path},
        {EFI_HII_PACKAGE_KEYBOARD_LAYOUT, check_keyboard},
    };
    uint8_t type = package->data[sizeof(EFI_HII_PACKAGE_HEADER) - 1];
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
        if (type == checks[i].type)
            return checks[i].check(package);
    return true;
}
