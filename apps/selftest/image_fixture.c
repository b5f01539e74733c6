/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/image_fixture.h"

struct child_orders orders;

EFI_LOADED_IMAGE_PROTOCOL *loaded_image(EFI_HANDLE handle)
{
    void *found = NULL;
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, LOADED, &found));
    return found;
}

bool is_gone(EFI_HANDLE handle)
{
    void *found;
    return EFI_ERROR(bs->HandleProtocol(handle, LOADED, &found));
}

EFI_HANDLE load_child(void *data, size_t size, enum child_order order, EFI_STATUS status)
{
    EFI_HANDLE handle = NULL;
    if (!EXPECT(EFI_SUCCESS, bs->LoadImage(false, self, NULL, data, size, &handle)))
        return NULL;
    orders = (struct child_orders){.order = order, .status = status};
    EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(handle);
    if (loaded == NULL)
        return NULL;
    loaded->LoadOptions = &orders;
    loaded->LoadOptionsSize = sizeof orders;
    return handle;
}
