/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/image_call.h"
#include "efi/boot_services.h"
#include "efi/protocol/loaded_image.h"
#include "lib/list.h"
#include "lib/macros.h"
#include "runtime/runtime.h"

/* Image services (UEFI 2.10 §7.4): loading, starting and unloading PE images. */

enum image_state {
    IMAGE_LOADED,
    IMAGE_RUNNING,  /* inside StartImage */
    IMAGE_RESIDENT, /* a driver whose entry point returned success */
};

struct image {
    struct list link;
    EFI_HANDLE handle;
    EFI_LOADED_IMAGE_PROTOCOL loaded;
    EFI_DEVICE_PATH_PROTOCOL *device_path; /* whole path of the file, NULL when unknown; a copy */
    char name[64];                         /* for log lines */
    uint16_t subsystem;                    /* PE_SUBSYSTEM_EFI_…  */
    bool nx_compatible;
    bool builtin; /* linked into the firmware: no memory of its own */
    bool from_device;
    enum image_state state;

    uint64_t base, size; /* pages that it was loaded into */
    uintptr_t entry;
    void *runtime_relocations; /* pages; runtime drivers only */
    uint64_t runtime_relocations_size;

    struct image *previous; /* the image that called StartImage, while this one runs */
    struct image_call call;
    EFI_STATUS exit_status;
    char16_t *exit_data; /* pool memory, on its way to StartImage's caller */
    size_t exit_data_size;
};

void image_services_fill(EFI_BOOT_SERVICES *table);

/* What images get to see, and where runtime drivers are registered for SetVirtualAddressMap. */
void image_services_init(EFI_SYSTEM_TABLE *system_table, const struct runtime_interface *runtime);

/* Makes an image of a program that is linked into the firmware (boot manager, shell), to be started
 * by efi_start_image() like any other. `name` lives for ever. */
EFI_STATUS image_add_builtin(const char *name, EFI_IMAGE_ENTRY_POINT entry,
                             EFI_HANDLE *ret_handle) MUST_CHECK;

/* The image that was started last and has not returned; NULL: the firmware itself. */
const struct image *image_current(void);

/* The image in whose memory `address` is; NULL: none. For crash reports. */
const struct image *image_at(uint64_t address);

EFI_STATUS EFIAPI efi_load_image(bool BootPolicy, EFI_HANDLE ParentImageHandle,
                                 EFI_DEVICE_PATH_PROTOCOL *DevicePath, void *SourceBuffer,
                                 size_t SourceSize, EFI_HANDLE *ImageHandle);
EFI_STATUS EFIAPI efi_start_image(EFI_HANDLE ImageHandle, size_t *ExitDataSize,
                                  char16_t **ExitData);
EFI_STATUS EFIAPI efi_exit(EFI_HANDLE ImageHandle, EFI_STATUS ExitStatus, size_t ExitDataSize,
                           char16_t *ExitData);
EFI_STATUS EFIAPI efi_unload_image(EFI_HANDLE ImageHandle);
