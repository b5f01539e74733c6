/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/pvh.h"

#include "arch/io.h"
#include "core/log.h"
#include "hw/pvh.h"
#include "lib/checked.h"
#include "lib/memory.h"

#define FOUR_GIB        (4ull << 30)
#define MAP_ENTRIES_MAX 1024u /* QEMU copies at most 128, Cloud Hypervisor's depend on its zones   \
                               */
#define COMMAND_LINE_SIZE 4096u

static char command_line[COMMAND_LINE_SIZE];

/* Memory of the first 4 GiB, which is what the entry code maps; NULL for anything else. */
static const void *low_memory(uint64_t address, uint64_t size)
{
    return address != 0 && range_within(address, size, FOUR_GIB) ? phys_to_virt(address, size)
                                                                 : NULL;
}

static EFI_STATUS read_start_info(uint64_t address, struct hvm_start_info *ret)
{
    struct hvm_start_info info = {0};
    const void *from = low_memory(address, PVH_START_INFO_V0_SIZE);
    if (from == NULL)
        return log_failure(EFI_VOLUME_CORRUPTED, "PVH start info at 0x%llx",
                           (unsigned long long)address);
    memcpy(&info, from, PVH_START_INFO_V0_SIZE);
    if (info.magic != PVH_START_MAGIC)
        return log_failure(EFI_VOLUME_CORRUPTED, "PVH start info at 0x%llx has magic 0x%x",
                           (unsigned long long)address, info.magic);
    if (info.version == 0)
        return log_failure(EFI_VOLUME_CORRUPTED, "PVH start info version 0 has no memory map");
    from = low_memory(address, sizeof info);
    if (from == NULL)
        return log_failure(EFI_VOLUME_CORRUPTED, "PVH start info at 0x%llx is cut off",
                           (unsigned long long)address);
    memcpy(&info, from, sizeof info);
    *ret = info;
    return EFI_SUCCESS;
}

static EFI_STATUS read_memory_map(const struct hvm_start_info *info, struct memory_map *map)
{
    if (info->memmap_entries == 0 || info->memmap_entries > MAP_ENTRIES_MAX)
        return log_failure(EFI_VOLUME_CORRUPTED, "memory map with %u entries",
                           info->memmap_entries);
    uint64_t size = info->memmap_entries * sizeof(struct hvm_memmap_table_entry);
    const struct hvm_memmap_table_entry *entries = low_memory(info->memmap_paddr, size);
    if (entries == NULL)
        return log_failure(EFI_VOLUME_CORRUPTED, "memory map at 0x%llx",
                           (unsigned long long)info->memmap_paddr);
    for (uint32_t i = 0; i < info->memmap_entries; i++) {
        struct hvm_memmap_table_entry entry;
        memcpy(&entry, &entries[i], sizeof entry);
        EFI_STATUS status = memory_map_add(map, entry.addr, entry.size, entry.type);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

/* The copy outlives the page that the VMM put it into. */
static void copy_command_line(uint64_t address)
{
    command_line[0] = '\0';
    if (address == 0)
        return;
    uint64_t space = address < FOUR_GIB ? MIN(FOUR_GIB - address, COMMAND_LINE_SIZE) : 0;
    if (space == 0) {
        log_warning("command line at 0x%llx cannot be read", (unsigned long long)address);
        return;
    }
    size_t length = 0;
    for (; length < space; length++) {
        command_line[length] = *(const char *)phys_to_virt(address + length, 1);
        if (command_line[length] == '\0')
            return;
    }
    command_line[length - 1] = '\0';
    log_warning("command line is cut after %zu bytes", length - 1);
}

static void read_module(const struct hvm_start_info *info, struct pvh *pvh)
{
    if (info->nr_modules == 0)
        return;
    struct hvm_modlist_entry entry;
    const void *from = low_memory(info->modlist_paddr, sizeof entry);
    if (from != NULL)
        memcpy(&entry, from, sizeof entry);
    if (from == NULL || entry.paddr == 0 || !range_within(entry.paddr, entry.size, FOUR_GIB)) {
        log_warning("PVH module list at 0x%llx cannot be used",
                    (unsigned long long)info->modlist_paddr);
        return;
    }
    pvh->module = entry.paddr;
    pvh->module_size = entry.size;
}

EFI_STATUS pvh_read(uint64_t start_info, struct memory_map *map, struct pvh *ret)
{
    struct hvm_start_info info = {0};
    EFI_STATUS status = read_start_info(start_info, &info);
    if (EFI_ERROR(status))
        return status;
    status = read_memory_map(&info, map);
    if (EFI_ERROR(status))
        return status;

    struct pvh pvh = {.rsdp = info.rsdp_paddr, .command_line = command_line};
    copy_command_line(info.cmdline_paddr);
    read_module(&info, &pvh);
    *ret = pvh;
    return EFI_SUCCESS;
}
