/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/partition_binding.h"

#include "core/log.h"
#include "core/pool.h"
#include "efi/binding.h"
#include "efi/block_handle.h"
#include "efi/device_path.h"
#include "efi/disk.h"
#include "efi/handle.h"
#include "efi/protocol/partition_info.h"
#include "efi/tpl.h"
#include "hw/gpt.h"
#include "lib/memory.h"
#include "lib/status_name.h"
#include "storage/partition.h"

struct child {
    struct list link;
    struct partition_device device;
    EFI_HANDLE handle;
    EFI_DEVICE_PATH_PROTOCOL *path;
    struct disk *disk;
    EFI_PARTITION_INFO_PROTOCOL info;
};

/* A disk whose partitions we made. */
struct parent {
    struct list link; /* all of them */
    EFI_HANDLE handle;
    struct block_handle block;
    struct list children;
    bool lacks_child; /* one was taken away */
};

static struct list parents = LIST_INIT(parents);

static struct parent *find_parent(EFI_HANDLE handle)
{
    LIST_FOR_EACH(node, &parents)
    {
        struct parent *parent = LIST_ENTRY(node, struct parent, link);
        if (parent->handle == handle)
            return parent;
    }
    return NULL;
}

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                                   EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath)
{
    EFI_BLOCK_IO_PROTOCOL *block_io =
        handle_interface(ControllerHandle, GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    if (block_io == NULL || block_io->Media->LogicalPartition || !block_io->Media->MediaPresent ||
        !handle_supports(ControllerHandle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL)))
        return EFI_UNSUPPORTED;
    EFI_STATUS status = binding_can_open(This, ControllerHandle, GUID_OF(EFI_DISK_IO_PROTOCOL));
    const struct parent *parent = find_parent(ControllerHandle);
    return parent != NULL && parent->lacks_child ? EFI_SUCCESS : status;
}

static EFI_DEVICE_PATH_PROTOCOL *child_path(EFI_HANDLE parent, const struct partition *partition)
{
    const EFI_DEVICE_PATH_PROTOCOL *prefix =
        handle_interface(parent, GUID_OF(EFI_DEVICE_PATH_PROTOCOL));
    if (partition->kind == PARTITION_EL_TORITO) {
        CDROM_DEVICE_PATH node = {
            .BootEntry = partition->number,
            .PartitionStart = partition->catalog_lba,
            .PartitionSize = partition->catalog_sectors,
        };
        device_path_set_node(&node.Header, MEDIA_DEVICE_PATH, MEDIA_CDROM_DP, sizeof node);
        return device_path_append_node(prefix, &node.Header);
    }
    HARDDRIVE_DEVICE_PATH node = {
        .PartitionNumber = partition->number,
        .PartitionStart = partition->first_lba,
        .PartitionSize = partition->block_count,
    };
    if (partition->kind == PARTITION_GPT) {
        node.MBRType = MBR_TYPE_EFI_PARTITION_TABLE_HEADER;
        node.SignatureType = SIGNATURE_TYPE_GUID;
        memcpy(node.Signature, &partition->unique, sizeof partition->unique);
    } else {
        node.MBRType = MBR_TYPE_PCAT;
        node.SignatureType = SIGNATURE_TYPE_MBR;
        memcpy(node.Signature, &partition->disk_signature, sizeof partition->disk_signature);
    }
    device_path_set_node(&node.Header, MEDIA_DEVICE_PATH, MEDIA_HARDDRIVE_DP, sizeof node);
    return device_path_append_node(prefix, &node.Header);
}

/* The entry of the partition table (UEFI 2.10 §13.20). */
static void set_info(EFI_PARTITION_INFO_PROTOCOL *info, const struct partition *partition)
{
    info->Revision = EFI_PARTITION_INFO_PROTOCOL_REVISION;
    switch (partition->kind) {
    case PARTITION_GPT: {
        struct gpt_entry entry = {
            .type = partition->type,
            .unique = partition->unique,
            .first_lba = partition->first_lba,
            .last_lba = partition->first_lba + partition->block_count - 1,
            .attributes = partition->attributes,
        };
        memcpy(entry.name, partition->name, sizeof entry.name);
        info->Type = PARTITION_TYPE_GPT;
        info->System = guid_equal(&entry.type, GUID_OF(EFI_PART_TYPE_EFI_SYSTEM_PART));
        memcpy(info->Info.Gpt, &entry, sizeof entry);
        break;
    }
    case PARTITION_MBR:
        info->Type = PARTITION_TYPE_MBR;
        info->System = partition->mbr.os_type == MBR_TYPE_EFI_SYSTEM;
        memcpy(info->Info.Mbr, &partition->mbr, sizeof partition->mbr);
        break;
    case PARTITION_EL_TORITO:
        info->Type = PARTITION_TYPE_OTHER;
        break;
    }
}

/* The protocols of a partition's own. */
static EFI_STATUS install_child(struct child *child)
{
    EFI_STATUS status =
        disk_install(&child->handle, &child->device.device, true, child->path, &child->disk);
    if (EFI_ERROR(status))
        return status;
    status = efi_install_protocol_interface(&child->handle, GUID_OF(EFI_PARTITION_INFO_PROTOCOL),
                                            EFI_NATIVE_INTERFACE, &child->info);
    if (EFI_ERROR(status))
        (void)disk_uninstall(child->handle, child->disk, child->path);
    return status;
}

/* EFI_ACCESS_DENIED, and all is as before, when somebody holds on to one of them. */
static EFI_STATUS uninstall_child(struct child *child)
{
    EFI_HANDLE handle = child->handle;
    EFI_STATUS status = efi_uninstall_protocol_interface(
        handle, GUID_OF(EFI_PARTITION_INFO_PROTOCOL), &child->info);
    if (EFI_ERROR(status))
        return status;
    status = disk_uninstall(handle, child->disk, child->path);
    if (!EFI_ERROR(status))
        return status;
    EFI_STATUS again = efi_install_protocol_interface(&handle, GUID_OF(EFI_PARTITION_INFO_PROTOCOL),
                                                      EFI_NATIVE_INTERFACE, &child->info);
    return EFI_ERROR(again) ? again : status;
}

static EFI_STATUS add_child(EFI_DRIVER_BINDING_PROTOCOL *binding, struct parent *parent,
                            const struct partition *partition)
{
    struct child *child = pool_alloc_zeroed(sizeof *child);
    if (child == NULL)
        return EFI_OUT_OF_RESOURCES;
    partition_device_init(&child->device, parent->block.device, partition);
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    child->path = child_path(parent->handle, partition);
    if (child->path == NULL)
        goto fail;
    set_info(&child->info, partition);
    status = install_child(child);
    if (EFI_ERROR(status))
        goto fail;
    status =
        binding_open_child(binding, parent->handle, GUID_OF(EFI_DISK_IO_PROTOCOL), child->handle);
    if (EFI_ERROR(status)) {
        (void)uninstall_child(child);
        goto fail;
    }
    list_append(&parent->children, &child->link);
    return EFI_SUCCESS;

fail:
    pool_free(child->path);
    pool_free(child);
    return status;
}

/* EFI_ACCESS_DENIED, and the child stays, when somebody holds on to it. */
static EFI_STATUS remove_child(EFI_DRIVER_BINDING_PROTOCOL *binding, struct parent *parent,
                               struct child *child)
{
    EFI_HANDLE handle = child->handle;
    binding_close_child(binding, parent->handle, GUID_OF(EFI_DISK_IO_PROTOCOL), handle);
    EFI_STATUS status = uninstall_child(child);
    if (EFI_ERROR(status)) {
        EFI_STATUS again =
            binding_open_child(binding, parent->handle, GUID_OF(EFI_DISK_IO_PROTOCOL), handle);
        return EFI_ERROR(again) ? again : status;
    }
    list_remove(&child->link);
    pool_free(child->path);
    pool_free(child);
    return EFI_SUCCESS;
}

static EFI_STATUS remove_children(EFI_DRIVER_BINDING_PROTOCOL *binding, struct parent *parent)
{
    LIST_FOR_EACH_SAFE(node, &parent->children)
    {
        EFI_STATUS status = remove_child(binding, parent, LIST_ENTRY(node, struct child, link));
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS add_children(EFI_DRIVER_BINDING_PROTOCOL *binding, struct parent *parent)
{
    struct partition_list list;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK); /* as all who use a disk do */
    EFI_STATUS status = partitions_read(parent->block.device, &list);
    efi_restore_tpl(tpl);
    if (EFI_ERROR(status))
        return status;
    for (size_t i = 0; i < list.count && !EFI_ERROR(status); i++) {
        status = add_child(binding, parent, &list.items[i]);
        if (status == EFI_ALREADY_STARTED && parent->lacks_child)
            status = EFI_SUCCESS; /* its path is there: it is not the one that is lacking */
    }
    partitions_release(&list);
    if (!EFI_ERROR(status) || list_empty(&parent->children))
        return status;
    /* Some are better than none, and may be in use already. */
    log_error("%s: not every partition is there: %s", parent->block.device->name,
              status_name(status));
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                               EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath)
{
    void *disk_io;
    struct parent *parent = find_parent(ControllerHandle);
    if (parent != NULL && parent->lacks_child) {
        EFI_STATUS added = add_children(This, parent);
        parent->lacks_child = EFI_ERROR(added);
        return added;
    }
    EFI_STATUS status =
        binding_open(This, ControllerHandle, GUID_OF(EFI_DISK_IO_PROTOCOL), &disk_io);
    if (EFI_ERROR(status))
        return status;
    parent = pool_alloc_zeroed(sizeof *parent);
    if (parent == NULL) {
        status = EFI_OUT_OF_RESOURCES;
        goto close;
    }
    parent->handle = ControllerHandle;
    list_init(&parent->children);
    status = block_handle_open(&parent->block, ControllerHandle);
    if (EFI_ERROR(status))
        goto free;
    status = add_children(This, parent);
    if (EFI_ERROR(status)) {
        block_handle_close(&parent->block);
        goto free;
    }
    list_append(&parents, &parent->link);
    return EFI_SUCCESS;

free:
    pool_free(parent);
close:
    binding_close(This, ControllerHandle, GUID_OF(EFI_DISK_IO_PROTOCOL));
    return status;
}

static EFI_STATUS stop_children(EFI_DRIVER_BINDING_PROTOCOL *binding, struct parent *parent,
                                size_t count, EFI_HANDLE *children)
{
    for (size_t i = 0; i < count; i++) {
        LIST_FOR_EACH_SAFE(node, &parent->children)
        {
            struct child *child = LIST_ENTRY(node, struct child, link);
            if (child->handle == children[i] && EFI_ERROR(remove_child(binding, parent, child)))
                return EFI_DEVICE_ERROR;
        }
    }
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
                              size_t NumberOfChildren, EFI_HANDLE *ChildHandleBuffer)
{
    struct parent *parent = find_parent(ControllerHandle);
    if (parent == NULL)
        return EFI_DEVICE_ERROR;
    if (NumberOfChildren > 0) {
        parent->lacks_child = true;
        return stop_children(This, parent, NumberOfChildren, ChildHandleBuffer);
    }
    if (EFI_ERROR(remove_children(This, parent)))
        return EFI_DEVICE_ERROR;
    list_remove(&parent->link);
    block_handle_close(&parent->block);
    pool_free(parent);
    binding_close(This, ControllerHandle, GUID_OF(EFI_DISK_IO_PROTOCOL));
    return EFI_SUCCESS;
}

static EFI_DRIVER_BINDING_PROTOCOL partition_binding = {
    .Supported = supported, .Start = start, .Stop = stop, .Version = BINDING_VERSION_PARTITION};

EFI_STATUS partition_binding_install(EFI_HANDLE image)
{
    return binding_install(&partition_binding, image, "partition");
}
