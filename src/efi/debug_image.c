/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/debug_image.h"

#include "core/pool.h"
#include "lib/memory.h"

#define ENTRIES_AT_FIRST 16

/* Entries of unloaded images are NULL and used again, so that an index means the same image as long
 * as it lives. */
static EFI_DEBUG_IMAGE_INFO_TABLE_HEADER header;
static uint32_t capacity;

static void begin_update(void)
{
    header.UpdateStatus |= EFI_DEBUG_IMAGE_INFO_UPDATE_IN_PROGRESS;
}

static void end_update(void)
{
    header.UpdateStatus |= EFI_DEBUG_IMAGE_INFO_TABLE_MODIFIED;
    header.UpdateStatus &= ~EFI_DEBUG_IMAGE_INFO_UPDATE_IN_PROGRESS;
}

static bool grow(void)
{
    uint32_t bigger = capacity == 0 ? ENTRIES_AT_FIRST : capacity * 2;
    EFI_DEBUG_IMAGE_INFO *table = pool_alloc_zeroed(bigger * sizeof *table);
    if (table == NULL)
        return false;
    EFI_DEBUG_IMAGE_INFO *old = header.EfiDebugImageInfoTable;
    if (capacity > 0)
        memcpy(table, old, capacity * sizeof *table);
    header.EfiDebugImageInfoTable = table;
    capacity = bigger;
    pool_free(old);
    return true;
}

EFI_STATUS debug_image_add(struct image *image)
{
    uint32_t i = 0;
    begin_update();
    while (i < header.TableSize && header.EfiDebugImageInfoTable[i].NormalImage != NULL)
        i++;
    if (i == capacity && !grow()) {
        end_update();
        return EFI_OUT_OF_RESOURCES;
    }
    image->debug_info = (EFI_DEBUG_IMAGE_INFO_NORMAL){
        .ImageInfoType = EFI_DEBUG_IMAGE_INFO_TYPE_NORMAL,
        .LoadedImageProtocolInstance = &image->loaded,
        .ImageHandle = image->handle,
    };
    header.EfiDebugImageInfoTable[i].NormalImage = &image->debug_info;
    if (i == header.TableSize)
        header.TableSize++;
    end_update();
    return EFI_SUCCESS;
}

void debug_image_remove(struct image *image)
{
    begin_update();
    for (uint32_t i = 0; i < header.TableSize; i++)
        if (header.EfiDebugImageInfoTable[i].NormalImage == &image->debug_info)
            header.EfiDebugImageInfoTable[i].NormalImage = NULL;
    end_update();
}

EFI_DEBUG_IMAGE_INFO_TABLE_HEADER *debug_image_table(void)
{
    return &header;
}
