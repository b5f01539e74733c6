/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/volume_names.h"

#include "lib/device_path.h"
#include "lib/memory.h"
#include "lib/printf.h"
#include "lib/ucs2.h"
#include "shell/files/device_path.h"

struct partition {
    const char *kind;
    size_t device_length; /* bytes of the path in front of the partition's node */
    uint32_t number;      /* UINT32_MAX: not partitioned */
};

static struct partition partition_of(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    const EFI_DEVICE_PATH_PROTOCOL *node = path;
    while (!device_path_is_end(node)) {
        size_t length = device_path_node_size(node);
        size_t offset = (size_t)((const char *)node - (const char *)path);
        if (node->Type == MEDIA_DEVICE_PATH && node->SubType == MEDIA_HARDDRIVE_DP &&
            length >= sizeof(HARDDRIVE_DEVICE_PATH)) {
            const HARDDRIVE_DEVICE_PATH *disk = (const void *)node;
            return (struct partition){"HD", offset, disk->PartitionNumber};
        }
        if (node->Type == MEDIA_DEVICE_PATH && node->SubType == MEDIA_CDROM_DP &&
            length >= sizeof(CDROM_DEVICE_PATH)) {
            const CDROM_DEVICE_PATH *disc = (const void *)node;
            return (struct partition){"CD", offset, disc->BootEntry};
        }
        node = (const void *)((const char *)node + length);
    }
    return (struct partition){"F", device_path_prefix_size(path), UINT32_MAX};
}

static void set_name(char16_t name[VOLUME_NAME_SIZE], const char *kind, unsigned number,
                     const char *suffix)
{
    char text[VOLUME_NAME_SIZE];
    format_text(text, sizeof text, "%s%u%s", kind, number, suffix);
    ucs2_from_ascii(name, VOLUME_NAME_SIZE, text);
}

/* Volumes on one device follow each other. */
static unsigned device_number(struct volume_numbers *numbers, const EFI_DEVICE_PATH_PROTOCOL *path,
                              size_t length)
{
    bool same = numbers->device != NULL && numbers->device_length == length &&
                memcmp(numbers->device, path, length) == 0;
    if (!same && numbers->device != NULL)
        numbers->devices++;
    numbers->device = path;
    numbers->device_length = length;
    return numbers->devices;
}

size_t volume_default_names(const struct volume *volume, struct volume_numbers *numbers,
                            char16_t names[VOLUME_NAMES][VOLUME_NAME_SIZE])
{
    struct partition partition = partition_of(volume->path);
    unsigned device = device_number(numbers, volume->path, partition.device_length);
    size_t count = 0;
    char suffix[8] = "", *at = &suffix[sizeof suffix - 1];
    /* Digits from a to z: the first partition of a hard disk is b, the first image of a CD a. */
    for (uint32_t rest = partition.number; at == &suffix[sizeof suffix - 1] || rest > 0; rest /= 26)
        *--at = (char)('a' + rest % 26);
    if (partition.number == UINT32_MAX)
        *at = '\0';

    if (volume->has_files) {
        set_name(names[count++], "FS", numbers->files++, "");
        set_name(names[count++], partition.kind, device, at);
    }
    if (volume->has_blocks)
        set_name(names[count++], "BLK", numbers->blocks++, "");
    return count;
}
