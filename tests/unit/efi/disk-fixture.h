/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* A disk with one MBR partition that holds a FAT volume made by mkfs.vfat, as EFI programs see it:
 * the real bindings over a RAM disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi/device_path.h"
#include "efi/disk.h"
#include "efi/driver_model.h"
#include "efi/event.h"
#include "efi/file_system_binding.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/locate.h"
#include "efi/partition_binding.h"
#include "efi/protocol/simple_file_system.h"
#include "host/pool.h"
#include "lib/macros.h"
#include "models/apic.h"
#include "models/cpu.h"
#include "unit/storage/fat_fixture.h"

#define BLOCK          512u
#define PARTITION_LBA  64u
#define VOLUME_KIB     8192u
#define PARTITION_SIZE (VOLUME_KIB * 1024 / BLOCK)
#define DISK_BLOCKS    (PARTITION_LBA + PARTITION_SIZE + 8)

static struct ramdisk ram;
static EFI_HANDLE disk_handle;
static struct disk *disk;
static size_t handles_before;

static struct {
    VENDOR_DEVICE_PATH vendor;
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed)) disk_path;

static inline size_t count_handles(void)
{
    size_t count = 0;
    LIST_FOR_EACH(node, &handles)
    {
        count++;
    }
    return count;
}

/* The handle that has the protocol and is not the disk itself; NULL: none. */
static inline EFI_HANDLE child_with(const EFI_GUID *protocol)
{
    EFI_HANDLE *found = NULL, child = NULL;
    size_t count = 0;
    if (locate_handle_buffer(ByProtocol, protocol, NULL, &count, &found) != EFI_SUCCESS)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (found[i] != disk_handle)
            child = found[i];
    free(found);
    return child;
}

static inline void write_mbr(uint8_t *sector)
{
    static const uint8_t entry[16] = {0, 0, 2, 0, 0xef, 0xff, 0xff, 0xff, PARTITION_LBA};
    memcpy(sector + 446, entry, sizeof entry);
    uint32_t size = PARTITION_SIZE;
    memcpy(sector + 446 + 12, &size, sizeof size);
    memcpy(sector + 440, "SIGN", 4);
    sector[510] = 0x55;
    sector[511] = 0xaa;
}

static inline void fill_disk(void)
{
    struct fixture volume;
    fixture_format(&volume, "-F 16 -s 1 -n VOLUME", VOLUME_KIB);
    fixture_run(&volume, "mmd -i $i ::/EFI ::/EFI/BOOT && printf 'hello, world' >$i.f && "
                         "mcopy -i $i $i.f ::/greeting.txt && "
                         "mcopy -i $i $i.f ::/EFI/BOOT/BOOTX64.EFI && "
                         "mcopy -i $i $i.f '::/A name that takes quite some room.txt' && rm $i.f");
    fixture_load(&volume, BLOCK);
    memcpy(ram.data + PARTITION_LBA * BLOCK, volume.disk.data, PARTITION_SIZE * BLOCK);
    ramdisk_release(&volume.disk);
    write_mbr(ram.data);
}

/* Once per program: bindings stay. */
static inline int install_bindings(void **state)
{
    static const EFI_GUID image_guid = {0x1313, 0, 0, {0}};
    static int something;
    EFI_HANDLE image = NULL;
    fake_cpu_reset();
    fake_apic_reset();
    events_init();
    assert_int_equal(
        efi_install_protocol_interface(&image, &image_guid, EFI_NATIVE_INTERFACE, &something),
        EFI_SUCCESS);
    assert_int_equal(partition_binding_install(image), EFI_SUCCESS);
    assert_int_equal(file_system_binding_install(image), EFI_SUCCESS);
    return 0;
}

static inline int disk_setup(void **state)
{
    fake_cpu_reset();
    fake_apic_reset();
    timers_reset();
    timers_init();
    fake_cpu.interrupts_enabled = true;
    handles_before = count_handles();
    ramdisk_init(&ram, BLOCK, DISK_BLOCKS);
    fill_disk();
    device_path_set_node(&disk_path.vendor.Header, HARDWARE_DEVICE_PATH, HW_VENDOR_DP,
                         sizeof disk_path.vendor);
    device_path_set_end(&disk_path.end);
    disk_handle = NULL;
    assert_int_equal(
        disk_install(&disk_handle, &ram.device, false, &disk_path.vendor.Header, &disk),
        EFI_SUCCESS);
    return 0;
}

/* Nothing is left behind. */
static inline int disk_teardown(void **state)
{
    assert_int_equal(efi_disconnect_controller(disk_handle, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(disk_uninstall(disk_handle, disk, &disk_path.vendor.Header), EFI_SUCCESS);
    assert_int_equal(count_handles(), handles_before);
    ramdisk_release(&ram);
    return 0;
}

static inline void connect_disk(void)
{
    assert_int_equal(efi_connect_controller(disk_handle, NULL, NULL, true), EFI_SUCCESS);
}
