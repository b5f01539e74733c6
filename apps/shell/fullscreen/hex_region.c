/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/hex_region.h"

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/memory.h"

void hex_region_forget(struct hex_editor *e)
{
    shell_free(e->original);
    e->original = NULL;
    e->region = (struct region){.kind = REGION_FILE};
    e->editor.save = NULL;
    e->base = e->top = 0;
    e->unit = 1;
}

/* The end of the run of units from `at` on that are changed, or not, as the first one is. */
static size_t run_end(const uint8_t *now, const uint8_t *original, size_t at, size_t size,
                      size_t unit, bool *ret_changed)
{
    bool changed = memcmp(now + at, original + at, unit) != 0;
    *ret_changed = changed;
    do
        at += unit;
    while (at < size && (memcmp(now + at, original + at, unit) != 0) == changed);
    return at;
}

/* What the user did not change is not written: memory changes by itself. */
static EFI_STATUS write_changes(struct hex_editor *e)
{
    const uint8_t *now = gap_flat(&e->buffer.bytes);
    size_t size = gap_size(&e->buffer.bytes), end;
    for (size_t at = 0; at < size; at = end) {
        bool changed;
        end = run_end(now, e->original, at, size, e->unit, &changed);
        if (!changed)
            continue;
        EFI_STATUS status =
            e->regions->write(e->regions->context, &e->region, at, now + at, end - at);
        if (EFI_ERROR(status))
            return status;
        memcpy(e->original + at, now + at, end - at);
    }
    return EFI_SUCCESS;
}

static EFI_STATUS save(struct file_editor *editor)
{
    struct hex_editor *e = (struct hex_editor *)editor;
    const char *question = e->region.kind == REGION_DISK
                               ? "Write the changed blocks to the disk? (Yes, No)"
                               : "Write the changed bytes to memory? (Yes, No)";
    if (program_ask(&editor->program, question, "yn") != 'y')
        return EFI_ABORTED;
    return write_changes(e);
}

static void name_region(struct hex_editor *e, struct text *ret)
{
    const struct region *r = &e->region;
    if (r->kind == REGION_DISK)
        text_format(ret, "%ls 0x%llX, 0x%llX", r->disk, (unsigned long long)r->first,
                    (unsigned long long)r->count);
    else
        text_format(ret, "0x%llX, 0x%llX bytes", (unsigned long long)r->first,
                    (unsigned long long)r->count);
}

EFI_STATUS hex_region_load(struct hex_editor *e, const struct region *region)
{
    void *data;
    size_t size, unit;
    EFI_STATUS status = e->regions->read(e->regions->context, region, &data, &size, &unit);
    if (EFI_ERROR(status))
        return status;
    uint8_t *original = shell_alloc(size);
    if (original == NULL) {
        shell_free(data);
        return EFI_OUT_OF_RESOURCES;
    }
    memcpy(original, data, size);
    hex_region_forget(e);
    hex_open(&e->buffer, data, size, true);
    e->buffer.bytes.modified = false;
    e->original = original;
    e->unit = unit;
    e->region = *region;
    e->base = region->kind == REGION_DISK ? region->first * unit : region->first;
    e->editor.save = save;
    e->editor.read_only = false;
    text_clear(&e->editor.name);
    name_region(e, &e->editor.name);
    e->editor.name.failed = false;
    return EFI_SUCCESS;
}
