/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard layouts (UEFI 2.10 §34.8.10 to §34.8.12). A terminal sends characters and has a layout
 * of its own: the current layout is for drivers of keyboards, which hear of it by the event group.
 */
#include "efi/event.h"
#include "efi/guid.h"
#include "efi/hii/database.h"
#include "efi/hii/package.h"
#include "lib/memory.h"

static EFI_GUID current;
static bool is_set;

/* Calls `visit` with each layout until it says true. */
static bool for_each_layout(bool (*visit)(const EFI_HII_KEYBOARD_LAYOUT *layout, void *context),
                            void *context)
{
    HII_FOR_EACH_LIST(list)
    HII_FOR_EACH_PACKAGE(package, list)
    {
        if (hii_package_type(package) != EFI_HII_PACKAGE_KEYBOARD_LAYOUT)
            continue;
        struct reader r = hii_keyboard_layouts(package->data, package->size);
        uint16_t count;
        memcpy(&count, package->data + offsetof(EFI_HII_KEYBOARD_PACKAGE_HDR, LayoutCount),
               sizeof count);
        const EFI_HII_KEYBOARD_LAYOUT *layout;
        for (; count > 0 && hii_keyboard_layout_take(&r, &layout); count--)
            if (visit(layout, context))
                return true;
    }
    return false;
}

struct search {
    const EFI_GUID *guid;
    const EFI_HII_KEYBOARD_LAYOUT *found;
};

static bool is_layout(const EFI_HII_KEYBOARD_LAYOUT *layout, void *context)
{
    struct search *search = context;
    if (memcmp(&layout->Guid, search->guid, sizeof *search->guid) != 0)
        return false;
    search->found = layout;
    return true;
}

static const EFI_HII_KEYBOARD_LAYOUT *find(const EFI_GUID *guid)
{
    struct search search = {.guid = guid};
    (void)for_each_layout(is_layout, &search);
    return search.found;
}

struct collection {
    EFI_GUID *guids;
    size_t room, count;
};

static bool collect(const EFI_HII_KEYBOARD_LAYOUT *layout, void *context)
{
    struct collection *all = context;
    if (all->count < all->room)
        memcpy(&all->guids[all->count], &layout->Guid, sizeof layout->Guid);
    all->count++;
    return false;
}

EFI_STATUS EFIAPI hii_find_keyboard_layouts(const EFI_HII_DATABASE_PROTOCOL *This,
                                            uint16_t *KeyGuidBufferLength, EFI_GUID *KeyGuidBuffer)
{
    if (KeyGuidBufferLength == NULL || (*KeyGuidBufferLength > 0 && KeyGuidBuffer == NULL))
        return EFI_INVALID_PARAMETER;
    struct collection all = {KeyGuidBuffer, *KeyGuidBufferLength / sizeof *KeyGuidBuffer, 0};
    hii_hold();
    (void)for_each_layout(collect, &all);
    hii_release();
    if (all.count == 0)
        return EFI_NOT_FOUND;
    *KeyGuidBufferLength = (uint16_t)MIN(all.count * sizeof *KeyGuidBuffer, UINT16_MAX);
    return all.count > all.room ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
}

static EFI_STATUS copy_layout(const EFI_HII_KEYBOARD_LAYOUT *layout, uint16_t *length,
                              EFI_HII_KEYBOARD_LAYOUT *to)
{
    if (layout == NULL)
        return EFI_NOT_FOUND;
    uint16_t given = *length;
    memcpy(length, &layout->LayoutLength, sizeof *length);
    if (given < *length)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(to, layout, *length);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI hii_get_keyboard_layout(const EFI_HII_DATABASE_PROTOCOL *This,
                                          const EFI_GUID *KeyGuid, uint16_t *KeyboardLayoutLength,
                                          EFI_HII_KEYBOARD_LAYOUT *KeyboardLayout)
{
    if (KeyboardLayoutLength == NULL || (*KeyboardLayoutLength > 0 && KeyboardLayout == NULL))
        return EFI_INVALID_PARAMETER;
    if (KeyGuid == NULL && !is_set)
        return EFI_NOT_FOUND;
    hii_hold();
    EFI_STATUS status = copy_layout(find(KeyGuid != NULL ? KeyGuid : &current),
                                    KeyboardLayoutLength, KeyboardLayout);
    hii_release();
    return status;
}

EFI_STATUS EFIAPI hii_set_keyboard_layout(const EFI_HII_DATABASE_PROTOCOL *This,
                                          const EFI_GUID *KeyGuid)
{
    if (KeyGuid == NULL)
        return EFI_INVALID_PARAMETER;
    hii_hold();
    bool found = find(KeyGuid) != NULL;
    hii_release();
    if (!found)
        return EFI_NOT_FOUND;
    current = *KeyGuid;
    is_set = true;
    event_group_signal(GUID_OF(EFI_HII_SET_KEYBOARD_LAYOUT_EVENT));
    return EFI_SUCCESS;
}

void hii_keyboard_reset(void)
{
    is_set = false;
}
