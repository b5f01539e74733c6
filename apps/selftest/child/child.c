/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/child/child.h"

#include "efi/guid.h"
#include "efi/protocol/loaded_image.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static EFI_BOOT_SERVICES *bs;
static EFI_RUNTIME_SERVICES *rt;
static struct child_orders *orders;

static uint64_t results[CHILD_RESULTS];

static uint64_t answer(void)
{
    return CHILD_ANSWER;
}

/* One pointer that the relocations move, and one that ConvertPointer does. */
static uint64_t (*const relocated)(void) = answer;
static uint64_t *converted;

static uint64_t EFIAPI result(size_t number)
{
    uint64_t (*const volatile *function)(void) = &relocated;
    if (number == 0)
        return (*function)();
    return number < CHILD_RESULTS ? converted[number] : 0;
}

static void EFIAPI address_change(EFI_EVENT event, void *context)
{
    void *nothing = NULL, *nowhere = (void *)0x7ffffffff000;
    results[2] = rt->ConvertPointer(0, NULL);
    results[3] = rt->ConvertPointer(0, &nothing);
    results[4] = rt->ConvertPointer(EFI_OPTIONAL_PTR, &nothing);
    results[5] = rt->ConvertPointer(0, &nowhere);
    results[1] = rt->ConvertPointer(0, (void **)&converted);
}

static EFI_STATUS EFIAPI unload(EFI_HANDLE image)
{
    orders->unloads++;
    return orders->unload_status;
}

static EFI_STATUS stay(void)
{
    EFI_EVENT event;
    converted = results;
    orders->function = result;
    return bs->CreateEvent(EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_NOTIFY, address_change, NULL,
                           &event);
}

static EFI_STATUS obey(EFI_HANDLE image, EFI_LOADED_IMAGE_PROTOCOL *loaded)
{
    switch (orders->order) {
    case CHILD_EXIT:
        return bs->Exit(image, orders->status, orders->exit_data_size, orders->exit_data);
    case CHILD_KEEP_TPL:
        bs->RaiseTPL(TPL_NOTIFY);
        break;
    case CHILD_EXIT_PARENT:
        orders->inner_status = bs->Exit(loaded->ParentHandle, EFI_SUCCESS, 0, NULL);
        break;
    case CHILD_UNLOAD_SELF:
        orders->inner_status = bs->UnloadImage(image);
        break;
    case CHILD_START_SELF:
        orders->inner_status = bs->StartImage(image, NULL, NULL);
        break;
    case CHILD_OFFER_UNLOAD:
        loaded->Unload = unload;
        break;
    case CHILD_STAY:
        return stay();
    default:
        break;
    }
    return orders->status;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    bs = system->BootServices;
    rt = system->RuntimeServices;
    EFI_STATUS status =
        bs->HandleProtocol(image, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL), (void **)&loaded);
    if (EFI_ERROR(status))
        return status;
    orders = loaded->LoadOptions;
    orders->seen_handle = image;
    orders->seen_system_table = system;
    orders->runs++;
    return obey(image, loaded);
}
