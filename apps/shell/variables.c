/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/variables.h"

#include "lib/ucs2.h"
#include "shell/memory.h"
#include "shell/shell.h"

EFI_STATUS variable_read(const char16_t *name, const EFI_GUID *vendor, struct variable *ret)
{
    EFI_STATUS status = EFI_BUFFER_TOO_SMALL;
    *ret = (struct variable){.size = 256};
    /* A notification function may make it larger meanwhile. */
    for (unsigned tries = 0; tries < 4 && status == EFI_BUFFER_TOO_SMALL; tries++) {
        shell_free(ret->data);
        ret->data = shell_alloc(ret->size + 1);
        if (ret->data == NULL)
            return EFI_OUT_OF_RESOURCES;
        status = shell.rt->GetVariable(name, vendor, &ret->attributes, &ret->size, ret->data);
    }
    if (EFI_ERROR(status)) {
        shell_free(ret->data);
        ret->data = NULL;
    }
    return status;
}

struct name {
    struct name *next;
    EFI_GUID vendor;
    char16_t *text;
};

/* The name after `buffer`; the buffer grows when it must. */
static EFI_STATUS next_name(char16_t **buffer, size_t *capacity, EFI_GUID *vendor)
{
    size_t size = *capacity;
    EFI_STATUS status = shell.rt->GetNextVariableName(&size, *buffer, vendor);
    if (status != EFI_BUFFER_TOO_SMALL)
        return status;
    char16_t *larger = shell_alloc(size);
    if (larger == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (size_t at = 0; at < *capacity / sizeof *larger; at++)
        larger[at] = (*buffer)[at];
    shell_free(*buffer);
    *buffer = larger;
    *capacity = size;
    return shell.rt->GetNextVariableName(&size, larger, vendor);
}

static EFI_STATUS collect(struct arena *arena, struct name **ret)
{
    size_t capacity = 512;
    char16_t *buffer = shell_alloc(capacity);
    struct name **end = ret;
    EFI_GUID vendor = {0};
    EFI_STATUS status = EFI_SUCCESS;
    *ret = NULL;
    if (buffer == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (size_t at = 0; at < capacity / sizeof *buffer; at++)
        buffer[at] = 0;
    while (!EFI_ERROR(status)) {
        status = next_name(&buffer, &capacity, &vendor);
        if (EFI_ERROR(status))
            break;
        struct name *name = arena_alloc(arena, sizeof *name);
        char16_t *text = arena_copy(arena, buffer, ucs2_length(buffer, SIZE_MAX));
        if (name == NULL || text == NULL) {
            status = EFI_OUT_OF_RESOURCES;
            break;
        }
        *name = (struct name){.vendor = vendor, .text = text};
        *end = name;
        end = &name->next;
    }
    shell_free(buffer);
    return status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
}

EFI_STATUS variables_each(EFI_STATUS (*visit)(const char16_t *name, const EFI_GUID *vendor,
                                              void *context),
                          void *context)
{
    struct arena arena = {0};
    struct name *name;
    EFI_STATUS status = collect(&arena, &name);
    for (; !EFI_ERROR(status) && name != NULL; name = name->next)
        status = visit(name->text, &name->vendor, context);
    arena_free(&arena);
    return status;
}
