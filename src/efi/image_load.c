/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* LoadImage (UEFI 2.10 §7.4.1). */
#include "core/log.h"
#include "core/milestone.h"
#include "core/pages.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/hii/package.h"
#include "efi/image.h"
#include "efi/image_memory.h"
#include "efi/image_source.h"
#include "efi/locate.h"
#include "efi/pe.h"
#include "efi/pe_resource.h"

#define FOUR_GIB (4ull << 30)

/* The memory types of an image's code and data (§7.2.1). */
static void set_memory_types(struct image *image)
{
    switch (image->subsystem) {
    case PE_SUBSYSTEM_EFI_BOOT_DRIVER:
        image->loaded.ImageCodeType = EfiBootServicesCode;
        image->loaded.ImageDataType = EfiBootServicesData;
        break;
    case PE_SUBSYSTEM_EFI_RUNTIME_DRIVER:
        image->loaded.ImageCodeType = EfiRuntimeServicesCode;
        image->loaded.ImageDataType = EfiRuntimeServicesData;
        break;
    default:
        image->loaded.ImageCodeType = EfiLoaderCode;
        image->loaded.ImageDataType = EfiLoaderData;
        break;
    }
}

static EFI_STATUS allocate_memory(struct image *image, const struct pe_image *pe,
                                  const char **ret_problem)
{
    uint64_t base, pages = pe->image_size / EFI_PAGE_SIZE;
    uint32_t type = image->loaded.ImageCodeType;
    EFI_STATUS status;
    if (pe->relocations_stripped) {
        base = pe->image_base;
        status = pages_allocate(AllocateAddress, type, pages, &base);
        *ret_problem = "cannot be moved, and the memory that it is made for is not free";
        if (status == EFI_NOT_FOUND)
            status = EFI_OUT_OF_RESOURCES;
    } else {
        uint64_t alignment = MAX(pe->section_alignment, EFI_PAGE_SIZE);
        *ret_problem = "not enough memory to load it";
        status = pages_allocate_aligned(type, pages, alignment, FOUR_GIB, &base);
        if (EFI_ERROR(status))
            status = pages_allocate_aligned(type, pages, alignment, UINT64_MAX, &base);
    }
    if (EFI_ERROR(status))
        return status;
    image->base = base;
    image->size = pe->image_size;
    image->loaded.ImageBase = (void *)(uintptr_t)base;
    image->loaded.ImageSize = pe->image_size;
    return EFI_SUCCESS;
}

/* Copies the file to where it is going to run. */
static EFI_STATUS place(struct image *image, const struct pe_image *pe, const char **ret_problem)
{
    EFI_STATUS status = allocate_memory(image, pe, ret_problem);
    if (EFI_ERROR(status))
        return status;
    uint8_t *memory = image->loaded.ImageBase;
    pe_place(pe, memory);
    status = pe_relocate(pe, memory, image->base, ret_problem);
    if (EFI_ERROR(status))
        return status;

    if (image->subsystem == PE_SUBSYSTEM_EFI_RUNTIME_DRIVER) {
        *ret_problem = "cannot be registered as a runtime driver";
        status =
            image_register_runtime(image, memory + pe->relocations.address, pe->relocations.size);
        if (EFI_ERROR(status))
            return status;
    }
    *ret_problem = "no memory for page tables";
    return image_memory_protect(pe, image->base, image->name);
}

/* An image may carry HII packages as a resource (§7.4.1). */
static void find_hii_packages(struct image *image, const struct pe_image *pe)
{
    struct pe_data_directory resource;
    uint8_t *memory = image->loaded.ImageBase;
    if (!pe_resource_find(pe, memory, "HII", &resource))
        return;
    if (hii_package_list_fits(memory + resource.address, resource.size))
        image->hii_packages = memory + resource.address;
    else
        log_warning("%s: malformed HII resource ignored", image->name);
}

static EFI_STATUS load(struct image *image, const void *data, size_t size, const char **ret_problem)
{
    struct pe_image pe;
    EFI_STATUS status = pe_parse(data, size, &pe, ret_problem);
    if (!EFI_ERROR(status))
        status = image_memory_check(&pe, ret_problem);
    if (EFI_ERROR(status))
        return status;
    image->subsystem = pe.subsystem;
    image->nx_compatible = pe.nx_compatible;
    set_memory_types(image);
    status = place(image, &pe, ret_problem);
    if (EFI_ERROR(status))
        return status;
    image->entry = (uintptr_t)(image->base + pe.entry_point);
    find_hii_packages(image, &pe);
    *ret_problem = "not enough memory";
    return image_publish(image);
}

/* What the image is told about where it came from: the device, and the rest of the path from there.
 */
static EFI_STATUS set_origin(struct image *image, EFI_HANDLE parent, EFI_DEVICE_PATH_PROTOCOL *path)
{
    image->loaded.ParentHandle = parent;
    if (path == NULL)
        return EFI_SUCCESS;
    EFI_HANDLE device;
    EFI_DEVICE_PATH_PROTOCOL *remaining = path;
    EFI_STATUS status = locate_device_path(GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &remaining, &device);
    if (!EFI_ERROR(status))
        image->loaded.DeviceHandle = device;
    image->loaded.FilePath = device_path_duplicate(remaining);
    if (image->loaded.FilePath == NULL)
        return EFI_OUT_OF_RESOURCES;
    if (!device_path_is_end(remaining))
        device_path_print(image->name, sizeof image->name, remaining);
    return EFI_SUCCESS;
}

static const char *(*device_namer)(const EFI_DEVICE_PATH_PROTOCOL *path);

void image_set_device_namer(const char *(*name_of)(const EFI_DEVICE_PATH_PROTOCOL *path))
{
    device_namer = name_of;
}

static EFI_STATUS load_from(const struct image_source *source, bool from_device, EFI_HANDLE parent,
                            EFI_DEVICE_PATH_PROTOCOL *path, EFI_HANDLE *ret_handle)
{
    const char *problem = "not enough memory";
    struct image *image = image_new("image in memory", path);
    if (image == NULL)
        return EFI_OUT_OF_RESOURCES;
    image->from_device = from_device;
    EFI_STATUS status = set_origin(image, parent, path);
    if (!EFI_ERROR(status))
        status = load(image, source->data, source->size, &problem);
    if (EFI_ERROR(status)) {
        const char *device = path != NULL && device_namer != NULL ? device_namer(path) : NULL;
        log_failure(status, "%s%s%s: %s", device != NULL ? device : "", device != NULL ? ": " : "",
                    image->name, problem);
        image_free(image);
        return status;
    }
    log_debug("%s: at 0x%llx, %llu KiB, entry 0x%llx", image->name, (unsigned long long)image->base,
              (unsigned long long)image->size / 1024, (unsigned long long)image->entry);
    if (from_device)
        milestone_reached(MILESTONE_LOADED);
    *ret_handle = image->handle;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_load_image(bool BootPolicy, EFI_HANDLE ParentImageHandle,
                                 EFI_DEVICE_PATH_PROTOCOL *DevicePath, void *SourceBuffer,
                                 size_t SourceSize, EFI_HANDLE *ImageHandle)
{
    if (ImageHandle == NULL || image_find(ParentImageHandle) == NULL)
        return EFI_INVALID_PARAMETER;
    if (SourceBuffer == NULL && DevicePath == NULL)
        return EFI_NOT_FOUND;
    if (DevicePath != NULL && device_path_size(DevicePath) == 0)
        return EFI_INVALID_PARAMETER;

    struct image_source source = {.data = SourceBuffer, .size = SourceSize};
    if (SourceBuffer != NULL)
        return load_from(&source, false, ParentImageHandle, DevicePath, ImageHandle);

    EFI_STATUS status = image_source_read(BootPolicy, DevicePath, &source);
    if (status == EFI_OUT_OF_RESOURCES) /* other errors are logged by whoever reads */
        return log_failure(status, "no memory to read an image");
    if (EFI_ERROR(status))
        return status;
    status = load_from(&source, true, ParentImageHandle, DevicePath, ImageHandle);
    image_source_release(&source);
    return status;
}
