/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/image.h"

#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/debug_image.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/open_protocol.h"
#include "efi/protocol/hii_database.h"
#include "hw/pe.h"
#include "lib/ascii.h"
#include "lib/memory.h"

/* The images there are, and what belongs to each. Loading is in image_load.c, running in
 * image_start.c. */

static struct list images = LIST_INIT(images);
static EFI_SYSTEM_TABLE *system_table;
static const struct runtime_interface *runtime;

struct image *image_find(EFI_HANDLE handle)
{
    LIST_FOR_EACH(node, &images)
    {
        struct image *image = LIST_ENTRY(node, struct image, link);
        if (image->handle == handle && handle != NULL)
            return image;
    }
    return NULL;
}

const struct image *image_at(uint64_t address)
{
    LIST_FOR_EACH(node, &images)
    {
        const struct image *image = LIST_ENTRY(node, struct image, link);
        if (address >= image->base && address - image->base < image->size)
            return image;
    }
    return NULL;
}

EFI_SYSTEM_TABLE *image_system_table(void)
{
    return system_table;
}

struct image *image_new(const char *name, const EFI_DEVICE_PATH_PROTOCOL *device_path)
{
    struct image *image = pool_alloc_zeroed(sizeof *image);
    if (image == NULL)
        return NULL;
    list_init(&image->link);
    ascii_copy(image->name, sizeof image->name, name);
    image->loaded = (EFI_LOADED_IMAGE_PROTOCOL){
        .Revision = EFI_LOADED_IMAGE_PROTOCOL_REVISION,
        .SystemTable = system_table,
        .ImageCodeType = EfiBootServicesCode,
        .ImageDataType = EfiBootServicesData,
    };
    if (device_path != NULL) {
        image->device_path = device_path_duplicate(device_path);
        if (image->device_path == NULL) {
            pool_free(image);
            return NULL;
        }
    }
    return image;
}

EFI_STATUS image_publish(struct image *image)
{
    EFI_STATUS status = efi_install_protocol_interface(
        &image->handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL), EFI_NATIVE_INTERFACE, &image->loaded);
    if (EFI_ERROR(status))
        return status;
    list_append(&images, &image->link);
    status = efi_install_protocol_interface(&image->handle,
                                            GUID_OF(EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL),
                                            EFI_NATIVE_INTERFACE, image->device_path);
    if (!EFI_ERROR(status) && image->hii_packages != NULL)
        status =
            efi_install_protocol_interface(&image->handle, GUID_OF(EFI_HII_PACKAGE_LIST_PROTOCOL),
                                           EFI_NATIVE_INTERFACE, image->hii_packages);
    if (!EFI_ERROR(status))
        status = debug_image_add(image);
    return status;
}

EFI_STATUS image_register_runtime(struct image *image, const void *relocations, uint64_t size)
{
    if (runtime == NULL)
        return EFI_UNSUPPORTED;
    uint64_t copy = 0, pages = ALIGN_UP(size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE;
    if (size > 0) {
        EFI_STATUS status = pages_allocate(AllocateAnyPages, EfiRuntimeServicesData, pages, &copy);
        if (EFI_ERROR(status))
            return status;
        memcpy((void *)(uintptr_t)copy, relocations, size);
        image->runtime_relocations = copy;
        image->runtime_relocations_size = size;
    }
    return runtime->add_driver(&(struct runtime_driver){
        .base = image->base,
        .size = image->size,
        .relocations = (const void *)(uintptr_t)copy,
        .relocations_size = (uint32_t)size,
        .relocated_to = image->base,
    });
}

static void release_pages(const struct image *image, uint64_t base, uint64_t size)
{
    if (size == 0)
        return;
    EFI_STATUS status = pages_free(base, ALIGN_UP(size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE);
    if (EFI_ERROR(status)) /* somebody gave our memory back before */
        log_warning("%s: its memory at 0x%llx cannot be freed", image->name,
                    (unsigned long long)base);
}

static void free_memory(struct image *image)
{
    if (runtime != NULL && image->subsystem == PE_SUBSYSTEM_EFI_RUNTIME_DRIVER) {
        EFI_STATUS status = runtime->remove_driver(image->base);
        (void)status; /* it was not added, when loading failed */
    }
    release_pages(image, image->runtime_relocations, image->runtime_relocations_size);
    release_pages(image, image->base, image->size);
}

/* False when somebody holds on to an interface. */
static bool uninstall(struct image *image)
{
    static const EFI_GUID device_path = EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID,
                          hii_packages = EFI_HII_PACKAGE_LIST_PROTOCOL_GUID;
    EFI_STATUS status = EFI_SUCCESS;
    open_protocol_forget_agent(image->handle);
    if (handle_supports(image->handle, &device_path))
        status = efi_uninstall_protocol_interface(image->handle, &device_path, image->device_path);
    if (!EFI_ERROR(status) && handle_supports(image->handle, &hii_packages))
        status =
            efi_uninstall_protocol_interface(image->handle, &hii_packages, image->hii_packages);
    if (!EFI_ERROR(status))
        status = efi_uninstall_protocol_interface(image->handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL),
                                                  &image->loaded);
    return !EFI_ERROR(status);
}

void image_free(struct image *image)
{
    /* First of all, since drivers may be asked to let go of it. An interface that cannot be taken
     * back must not dangle, so it stays, without its image. */
    bool uninstalled = image->handle == NULL || uninstall(image);
    debug_image_remove(image);
    list_remove(&image->link);
    free_memory(image);
    pool_free(image->exit_data);
    if (!uninstalled) {
        log_warning("%s: unloaded while its protocols are in use", image->name);
        return;
    }
    pool_free(image->loaded.FilePath);
    pool_free(image->device_path);
    pool_free(image);
}

EFI_STATUS image_add_builtin(const char *name, EFI_IMAGE_ENTRY_POINT entry, EFI_HANDLE *ret_handle)
{
    static const EFI_DEVICE_PATH_PROTOCOL nowhere = {
        END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof nowhere, 0}};
    struct image *image = image_new(name, &nowhere);
    if (image == NULL)
        return EFI_OUT_OF_RESOURCES;
    image->subsystem = PE_SUBSYSTEM_EFI_APPLICATION;
    image->nx_compatible = true;
    image->entry = (uintptr_t)entry;
    /* It has no PE header and no file, but programs follow both pointers (`dh -v` of edk2's shell).
     */
    image->loaded.ImageBase = (void *)ALIGN_DOWN((uintptr_t)entry, EFI_PAGE_SIZE);
    image->loaded.FilePath = device_path_duplicate(&nowhere);
    EFI_STATUS status =
        image->loaded.FilePath == NULL ? EFI_OUT_OF_RESOURCES : image_publish(image);
    if (EFI_ERROR(status)) {
        image_free(image);
        return status;
    }
    *ret_handle = image->handle;
    return EFI_SUCCESS;
}

void image_services_init(EFI_SYSTEM_TABLE *table, const struct runtime_interface *interface)
{
    system_table = table;
    runtime = interface;
}

void image_services_fill(EFI_BOOT_SERVICES *table)
{
    table->LoadImage = efi_load_image;
    table->StartImage = efi_start_image;
    table->Exit = efi_exit;
    table->UnloadImage = efi_unload_image;
}
