/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/files/device_path.h"
#include "shell/files/path.h"
#include "shell/files/volume.h"
#include "shell/memory.h"
#include "shell/model/handles.h"
#include "shell/print.h"
#include "shell/sfo.h"
#include "shell/shell.h"

enum { DELETE, TYPE, VERBOSE, CONSISTENT, RESET, UPDATE, NORMAL, SFO };

static const struct option options[] = {
    {"-d", OPTION_VALUE, "name", "Deletes a mapping of your own."},
    {"-t", OPTION_VALUE, "hd|cd|fp",
     "Only hard disks, CDs or disks without partitions; a list "
     "with commas in it."},
    {"-v", OPTION_FLAG, NULL, "Also handle, media and current directory."},
    {"-c", OPTION_FLAG, NULL, "The names that stay the same while the hardware does."},
    {"-r", OPTION_FLAG, NULL, "Makes the default mappings anew and forgets your own."},
    {"-u", OPTION_FLAG, NULL, "Adds devices that are new and drops those that are gone."},
    {"-f", OPTION_FLAG, NULL, "The other names: FSn:, BLKn: and your own."},
    {"-sfo", OPTION_FLAG, NULL, "Standard-format output."},
};

static const struct mapping *mapping_of(struct list *node)
{
    return LIST_ENTRY(node, struct mapping, link);
}

/* "HD0b:", or whatever name is not FSn: or BLKn:. */
static bool is_consistent(const struct mapping *mapping)
{
    return !mapping->is_user && !text_starts_with(mapping->name, "fs") &&
           !text_starts_with(mapping->name, "blk");
}

static bool has_kind(const struct volume *volume, const char *kind)
{
    LIST_FOR_EACH(node, &volume->mappings)
    if (is_consistent(mapping_of(node)) && text_starts_with(mapping_of(node)->name, kind))
        return true;
    return false;
}

/* -t's list. */
static bool is_of_type(const struct volume *volume, const char16_t *types)
{
    while (types != NULL && *types != 0) {
        if ((text_starts_with(types, "hd") && has_kind(volume, "hd")) ||
            (text_starts_with(types, "cd") && has_kind(volume, "cd")) ||
            (text_starts_with(types, "fp") && has_kind(volume, "f") && !has_kind(volume, "fs")))
            return true;
        const char16_t *comma = text_find(types, ',');
        types = comma != NULL ? comma + 1 : u"";
    }
    return types == NULL;
}

static bool matches(const struct volume *volume, const char16_t *pattern)
{
    size_t length = pattern != NULL ? ucs2_length(pattern, SIZE_MAX) : 0;
    LIST_FOR_EACH(node, &volume->mappings)
    {
        struct text name = {0};
        text_append_string(&name, mapping_of(node)->name);
        if (length > 0 && pattern[length - 1] != ':' && name.length > 0)
            name.data[--name.length] = 0;
        bool same = pattern == NULL || path_matches(text_string(&name), pattern);
        text_free(&name);
        if (same)
            return true;
    }
    return false;
}

static void show(const struct volume *volume, const struct invocation *i)
{
    char16_t *path = device_path_text(volume->path);
    const char16_t *shown = path != NULL ? path : u"";
    struct text others = {0};
    const char16_t *first = NULL;
    LIST_FOR_EACH(node, &volume->mappings)
    {
        const char16_t *name = mapping_of(node)->name;
        if (i->values[is_consistent(mapping_of(node)) ? NORMAL : CONSISTENT] != NULL)
            continue;
        if (first == NULL)
            first = name;
        else
            text_format(&others, "%s%ls", others.length > 0 ? ";" : "", name);
    }
    if (first == NULL) {
        shell_free(path);
        text_free(&others);
        return;
    }
    if (i->values[SFO] != NULL) {
        sfo_row("Mappings");
        sfo_text(first);
        sfo_text(shown);
        sfo_text(text_string(&others));
        sfo_end();
    } else {
        print("%10ls  %s%ls\n%12s%ls\n", first, others.length > 0 ? "Alias(s):" : "",
              text_string(&others), "", shown);
        if (i->values[VERBOSE] != NULL)
            print("%12sHandle %p, %s, current directory %ls\n", "", volume->handle,
                  volume->has_files ? "file system" : "blocks", volume->directory);
    }
    shell_free(path);
    text_free(&others);
}

static EFI_STATUS show_matching(const struct invocation *i, const char16_t *pattern)
{
    bool any = false;
    if (i->values[SFO] != NULL)
        sfo_command("map");
    else
        print("Mapping table\n");
    LIST_FOR_EACH(node, &volumes)
    {
        const struct volume *volume = LIST_ENTRY(node, struct volume, link);
        if (shell_interrupted())
            return EFI_ABORTED;
        if (!matches(volume, pattern) || !is_of_type(volume, i->values[TYPE]))
            continue;
        show(volume, i);
        any = true;
    }
    if (any || pattern == NULL)
        return EFI_SUCCESS;
    complain("there is no mapping '%ls'", pattern);
    return EFI_NOT_FOUND;
}

static EFI_STATUS remove_mapping(const char16_t *name)
{
    EFI_STATUS status = mapping_remove(name);
    return EFI_ERROR(status) ? complain_status(status, "%ls", name) : status;
}

/* What has that mapping, or the number that dh shows; NULL. */
static struct volume *volume_of_operand(const char16_t *device)
{
    struct mapping *mapping = mapping_find(device, ucs2_length(device, SIZE_MAX));
    uint64_t number;
    if (mapping != NULL)
        return mapping->volume;
    if (!text_to_hex(device, &number) || EFI_ERROR(handles_update()))
        return NULL;
    EFI_HANDLE handle = handle_of_number((size_t)number);
    return handle != NULL ? volume_of_handle(handle) : NULL;
}

static EFI_STATUS add(const char16_t *name, const char16_t *device)
{
    struct volume *volume = volume_of_operand(device);
    if (volume == NULL) {
        complain("there is no mapping '%ls', nor a device of that number", device);
        return EFI_NOT_FOUND;
    }
    EFI_STATUS status = mapping_add(name, volume);
    return EFI_ERROR(status) ? complain_status(status, "%ls", name) : status;
}

static EFI_STATUS map(struct invocation *i)
{
    if (i->values[DELETE] != NULL)
        return remove_mapping(i->values[DELETE]);
    if (i->count == 2)
        return add(i->operands[0], i->operands[1]);
    EFI_STATUS status = EFI_SUCCESS;
    if (i->values[RESET] != NULL || i->values[UPDATE] != NULL)
        status = volumes_update(i->values[RESET] != NULL);
    if (EFI_ERROR(status))
        return complain_status(status, "devices");
    return show_matching(i, i->count > 0 ? i->operands[0] : NULL);
}

SHELL_COMMAND(map_command) = {
    .name = "map",
    .run = map,
    .summary = "Shows or changes the short names of devices.",
    .operands = "[name [device]]",
    .details =
        "FSn: are file systems and BLKn: block devices, counted in the order of their device\n"
        "paths. HD0b: is the first partition of the first device, and stays that while the\n"
        "hardware does. 'map NAME DEVICE' gives a device, by a name or its number in dh, one\n"
        "more name; 'NAME:' alone makes its volume the current one.",
    .examples = "  map -b\n  map -r\n  map disk fs0:\n  map -d disk",
    OPTIONS(options),
    .most = 2,
};
