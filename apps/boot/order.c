/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/order.h"

#include "boot/removable.h"
#include "boot/shell.h"
#include "lib/ascii.h"

struct disks {
    EFI_HANDLE *handles;
    size_t count;
};

static bool find_disks(struct boot *boot, bool all_segments, struct disks *ret)
{
    return !EFI_ERROR(boot->host->GetDisks(boot->host, all_segments, &ret->count, &ret->handles));
}

/* Boots the disks of each controller from the `first` one on, and returns how many controllers
 * there are. */
static size_t boot_disks(struct boot *boot, bool all_segments, size_t first, bool *ret_some)
{
    struct disks disks;
    if (!find_disks(boot, all_segments, &disks))
        return 0;
    for (size_t i = first; i < disks.count; i++)
        *ret_some |= boot_removable(boot, disks.handles[i]);
    (void)boot->bs->FreePool(disks.handles);
    return disks.count;
}

/* PCI segments after the first cost a scan: they come when nothing on the first one boots. */
static void boot_every_disk(struct boot *boot)
{
    bool some = false;
    size_t tried = boot_disks(boot, false, 0, &some);
    (void)boot_disks(boot, true, tried, &some);
    if (!some)
        boot_report(boot, "This machine has no disk.");
}

/* False: there is no such disk. */
static bool boot_disk_among(struct boot *boot, bool all_segments, uint64_t index)
{
    struct disks disks;
    if (!find_disks(boot, all_segments, &disks))
        return false;
    bool found = index < disks.count && boot_removable(boot, disks.handles[index]);
    (void)boot->bs->FreePool(disks.handles);
    return found;
}

static void boot_disk_number(struct boot *boot, uint64_t index)
{
    if (!boot_disk_among(boot, false, index) && !boot_disk_among(boot, true, index))
        boot_report(boot, "cloudhv.boot: there is no disk%llu", (unsigned long long)index);
}

/* One word of the list. False: nothing is known by that name. */
static bool boot_word(struct boot *boot, const char *word, size_t length)
{
    const size_t prefix = sizeof "disk" - 1;
    uint64_t index;
    if (length == sizeof "shell" - 1 && ascii_starts_with(word, "shell")) {
        (void)boot_shell(boot);
        return true;
    }
    if (length < prefix || !ascii_starts_with(word, "disk"))
        return false;
    if (length == prefix) {
        boot_every_disk(boot);
        return true;
    }
    if (!ascii_to_uint(word + prefix, length - prefix, &index))
        return false;
    boot_disk_number(boot, index);
    return true;
}

void boot_host_order(struct boot *boot)
{
    const char *list = boot->host->GetOption(boot->host, "boot");
    for (const char *word = list != NULL ? list : "disk"; *word != '\0';) {
        size_t length = 0;
        while (word[length] != '\0' && word[length] != ',')
            length++;
        if (length > 0 && !boot_word(boot, word, length))
            boot_report(boot, "cloudhv.boot: cannot boot from \"%.*s\"", (int)length, word);
        word += length;
        if (*word == ',')
            word++;
    }
}
