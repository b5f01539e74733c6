/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/image_call.h"
#include "efi/boot_services.h"
#include "efi/debug_image_info.h"
#include "efi/protocol/loaded_image.h"
#include "lib/list.h"
#include "lib/macros.h"
#include "runtime/runtime.h"

/* Image services (UEFI 2.10 §7.4): loading, starting and unloading PE images. */

void image_services_fill(EFI_BOOT_SERVICES *table);

/* What images get to see, and where runtime drivers are registered for SetVirtualAddressMap. */
void image_services_init(EFI_SYSTEM_TABLE *system_table, const struct runtime_interface *runtime);

/* Makes an image of a program that is linked into the firmware (boot manager, shell), to be started
 * by efi_start_image() like any other. `name` lives for ever. */
EFI_STATUS image_add_builtin(const char *name, EFI_IMAGE_ENTRY_POINT entry,
                             EFI_HANDLE *ret_handle) MUST_CHECK;

/* Who knows the name for people of the device that a path begins with (NULL: nobody does): for the
 * line about an image that cannot be loaded. */
void image_set_device_namer(const char *(*name_of)(const EFI_DEVICE_PATH_PROTOCOL *path));

struct image;

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

/* The rest is for the image files of src/efi and for crash reports. */

enum image_state {
    IMAGE_LOADED,
    IMAGE_RUNNING,  /* inside StartImage */
    IMAGE_RESIDENT, /* a driver whose entry point returned success */
};

struct image {
    struct list link; /* all images, in order of loading */
    EFI_HANDLE handle;
    EFI_LOADED_IMAGE_PROTOCOL loaded;
    EFI_DEVICE_PATH_PROTOCOL *device_path; /* whole path of the file, NULL when unknown; a copy */
    char name[64];                         /* for log lines */
    void *hii_packages;                    /* in the image: its HII resource; NULL: none */
    uint16_t subsystem;                    /* PE_SUBSYSTEM_EFI_…  */
    bool nx_compatible;
    bool from_device; /* LoadImage read the file itself */
    enum image_state state;

    uint64_t base, size; /* pages that it was loaded into; 0: it is part of the firmware */
    uintptr_t entry;
    uint64_t runtime_relocations; /* pages; runtime drivers only */
    uint64_t runtime_relocations_size;

    struct image *previous; /* the image that called StartImage, while this one runs */
    struct image_call call;
    char16_t *exit_data; /* pool memory, on its way to StartImage's caller */
    size_t exit_data_size;

    EFI_DEBUG_IMAGE_INFO_NORMAL debug_info;
};

/* The image with this handle, which may be any number; NULL: none. */
struct image *image_find(EFI_HANDLE handle);

/* An image without handle and memory: `name` and `device_path` only (duplicated, may be NULL).
 * NULL: out of memory. */
struct image *image_new(const char *name, const EFI_DEVICE_PATH_PROTOCOL *device_path);

/* Installs the protocols of the loaded image on a new handle. On failure the image is still the
 * caller's, to be given to image_free(). */
EFI_STATUS image_publish(struct image *image) MUST_CHECK;

/* Takes the image out of the system and frees all that LoadImage made for it. */
void image_free(struct image *image);

/* Registers a loaded runtime driver for SetVirtualAddressMap. */
EFI_STATUS image_register_runtime(struct image *image, const void *relocations,
                                  uint64_t size) MUST_CHECK;

EFI_SYSTEM_TABLE *image_system_table(void);
