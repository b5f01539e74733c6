/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "storage/fat/private.h"

/* Finds a free cluster from `hint` on, and then from the start. */
static EFI_STATUS find_free(struct fat_volume *volume, uint32_t hint, uint32_t *ret)
{
    uint32_t end = volume->cluster_count + FAT_FIRST_CLUSTER, found;
    EFI_STATUS status = fat_table_find_free(volume, hint, end, &found);
    if (!EFI_ERROR(status) && found == end) {
        status = fat_table_find_free(volume, FAT_FIRST_CLUSTER, hint, &found);
        if (!EFI_ERROR(status) && found == hint)
            status = EFI_VOLUME_FULL;
    }
    if (!EFI_ERROR(status))
        *ret = found;
    return status;
}

static EFI_STATUS take(struct fat_volume *volume, uint32_t previous, uint32_t cluster)
{
    EFI_STATUS status = fat_table_set(volume, cluster, FAT_END);
    if (!EFI_ERROR(status) && previous != 0)
        status = fat_table_set(volume, previous, cluster);
    if (EFI_ERROR(status))
        return status;
    volume->next_free = cluster + 1;
    if (volume->free_known && volume->free_count > 0)
        volume->free_count--;
    return EFI_SUCCESS;
}

EFI_STATUS fat_allocate(struct fat_volume *volume, uint32_t hint, uint32_t count,
                        uint32_t *ret_first)
{
    uint32_t first = 0, last = 0;
    EFI_STATUS status = EFI_SUCCESS;
    if (count > volume->cluster_count)
        return EFI_VOLUME_FULL;
    if (!fat_is_cluster(volume, hint))
        hint = volume->next_free;
    if (!fat_is_cluster(volume, hint))
        hint = FAT_FIRST_CLUSTER;
    for (uint32_t i = 0; i < count && !EFI_ERROR(status); i++) {
        uint32_t cluster;
        status = find_free(volume, hint, &cluster);
        if (EFI_ERROR(status))
            break;
        status = take(volume, last, cluster);
        if (first == 0)
            first = cluster;
        last = cluster;
        hint = fat_is_cluster(volume, cluster + 1) ? cluster + 1 : FAT_FIRST_CLUSTER;
    }
    if (!EFI_ERROR(status))
        status = fat_table_flush(volume);
    if (EFI_ERROR(status)) {
        if (first != 0 && !volume->failed) {
            EFI_STATUS undone = fat_free_chain(volume, first);
            (void)undone; /* costs lost clusters at most */
        }
        return status;
    }
    *ret_first = first;
    return EFI_SUCCESS;
}

/* A loop ends at the entry that was freed first. */
EFI_STATUS fat_free_chain(struct fat_volume *volume, uint32_t first)
{
    EFI_STATUS status = EFI_SUCCESS;
    uint32_t cluster = first;
    while (!EFI_ERROR(status) && fat_is_cluster(volume, cluster)) {
        uint32_t next = FAT_FREE;
        status = fat_table_get(volume, cluster, &next);
        if (EFI_ERROR(status) || next == FAT_FREE)
            break;
        status = fat_table_set(volume, cluster, FAT_FREE);
        if (!EFI_ERROR(status) && volume->free_known && volume->free_count < volume->cluster_count)
            volume->free_count++;
        cluster = next;
    }
    EFI_STATUS flushed = fat_table_flush(volume);
    return EFI_ERROR(status) ? status : flushed;
}

EFI_STATUS fat_free_space(struct fat_volume *volume, uint32_t *ret_clusters)
{
    fat_load_info(volume);
    if (!volume->free_known) {
        uint32_t count;
        EFI_STATUS status = fat_table_count_free(volume, &count);
        if (EFI_ERROR(status))
            return status;
        volume->free_count = count;
        volume->free_known = true;
    }
    *ret_clusters = volume->free_count;
    return EFI_SUCCESS;
}
