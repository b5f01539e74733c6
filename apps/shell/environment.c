/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/environment.h"

#include "efi/guid.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/memory.h"
#include "shell/shell.h"
#include "shell/text.h"

/* The vendor GUIDs that EFI shells use for these. */
#define SHELL_VARIABLE_GUID                                                                        \
    {                                                                                              \
        0x158def5a, 0xf656, 0x419c,                                                                \
        {                                                                                          \
            0xb0, 0x27, 0x7a, 0x31, 0x92, 0xc0, 0x79, 0xd2                                         \
        }                                                                                          \
    }
#define SHELL_ALIAS_GUID                                                                           \
    {                                                                                              \
        0x0053d9d6, 0x2659, 0x4599,                                                                \
        {                                                                                          \
            0xa2, 0x6b, 0xef, 0x45, 0x36, 0xe6, 0x31, 0xa9                                         \
        }                                                                                          \
    }

#define LARGEST_VALUE 65536 /* bytes of a UEFI variable that is believed to be a string */

static const EFI_GUID variable_guid = SHELL_VARIABLE_GUID, alias_guid = SHELL_ALIAS_GUID;

struct definitions environment = {LIST_INIT(environment.list), &variable_guid};
struct definitions aliases = {LIST_INIT(aliases.list), &alias_guid, true};

static unsigned pushed; /* environments that are not written back */

static struct definition *entry(struct list *node)
{
    return LIST_ENTRY(node, struct definition, link);
}

static void remove(struct definition *d)
{
    list_remove(&d->link);
    shell_free(d->name);
    shell_free(d->value);
    shell_free(d);
}

static struct definition *find(const struct definitions *in, const char16_t *name, size_t length)
{
    LIST_FOR_EACH(node, &in->list)
    {
        struct definition *d = entry(node);
        bool same = in->ignores_case ? text_equal_n_ignoring_case(d->name, name, length)
                                     : text_equal_n(d->name, name, length);
        if (same && d->name[length] == 0)
            return d;
    }
    return NULL;
}

const struct definition *definition_find(const struct definitions *in, const char16_t *name,
                                         size_t length)
{
    return find(in, name, length);
}

static char16_t *copy_of(const char16_t *s, size_t length)
{
    char16_t *copy = shell_alloc((length + 1) * sizeof *copy);
    if (copy == NULL)
        return NULL;
    memcpy(copy, s, length * sizeof *copy);
    copy[length] = 0;
    return copy;
}

/* In the list only. `length` is that of the value. */
static EFI_STATUS define(struct definitions *in, const char16_t *name, const char16_t *value,
                         size_t length, bool is_volatile, bool read_only)
{
    size_t name_length = ucs2_length(name, SIZE_MAX);
    struct definition *d = find(in, name, name_length);
    char16_t *new_value = copy_of(value, length);
    if (new_value == NULL)
        return EFI_OUT_OF_RESOURCES;
    if (d == NULL) {
        d = shell_alloc(sizeof *d);
        char16_t *new_name = d != NULL ? copy_of(name, name_length) : NULL;
        if (new_name == NULL) {
            shell_free(d);
            shell_free(new_value);
            return EFI_OUT_OF_RESOURCES;
        }
        *d = (struct definition){.name = new_name};
        struct list *after = in->list.next;
        while (after != &in->list && text_compare_ignoring_case(entry(after)->name, name) < 0)
            after = after->next;
        list_insert_before(&d->link, after);
    }
    shell_free(d->value);
    d->value = new_value;
    d->is_volatile = is_volatile;
    d->read_only = read_only;
    return EFI_SUCCESS;
}

static EFI_STATUS write_variable(const struct definitions *in, const char16_t *name,
                                 const char16_t *value, bool is_volatile)
{
    if (in == &environment && pushed > 0)
        return EFI_SUCCESS;
    uint32_t attributes =
        EFI_VARIABLE_BOOTSERVICE_ACCESS | (is_volatile ? 0 : EFI_VARIABLE_NON_VOLATILE);
    size_t size = ucs2_length(value, SIZE_MAX) * sizeof *value;
    return shell.rt->SetVariable((char16_t *)name, in->vendor, attributes, size, (void *)value);
}

static EFI_STATUS delete_definition(struct definitions *in, struct definition *d)
{
    if (d == NULL)
        return EFI_NOT_FOUND;
    EFI_STATUS status = write_variable(in, d->name, u"", d->is_volatile);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        return status;
    remove(d);
    return EFI_SUCCESS;
}

EFI_STATUS definition_set(struct definitions *in, const char16_t *name, const char16_t *value,
                          bool is_volatile)
{
    struct definition *d = find(in, name, ucs2_length(name, SIZE_MAX));
    if (d != NULL && d->read_only)
        return EFI_ACCESS_DENIED;
    if (value == NULL || *value == 0)
        return delete_definition(in, d);

    /* UEFI does not change the attributes of a variable. */
    if (d != NULL && d->is_volatile != is_volatile)
        (void)!write_variable(in, d->name, u"", d->is_volatile);
    EFI_STATUS status = write_variable(in, d != NULL ? d->name : name, value, is_volatile);
    if (EFI_ERROR(status))
        return status;
    return define(in, name, value, ucs2_length(value, SIZE_MAX), is_volatile, false);
}

EFI_STATUS environment_set_own(const char16_t *name, const char16_t *value)
{
    return define(&environment, name, value, ucs2_length(value, SIZE_MAX), true, true);
}

const char16_t *environment_get(const char16_t *name)
{
    const struct definition *d = find(&environment, name, ucs2_length(name, SIZE_MAX));
    return d != NULL ? d->value : NULL;
}

/* A UEFI variable of ours, read into the list. One that is no string is left alone. */
static EFI_STATUS load_variable(struct definitions *in, const char16_t *name)
{
    size_t size = 0;
    uint32_t attributes;
    EFI_STATUS status =
        shell.rt->GetVariable((char16_t *)name, in->vendor, &attributes, &size, NULL);
    if (status != EFI_BUFFER_TOO_SMALL || size > LARGEST_VALUE || size % sizeof(char16_t) != 0)
        return EFI_SUCCESS;
    char16_t *value = shell_alloc(size);
    if (value == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = shell.rt->GetVariable((char16_t *)name, in->vendor, &attributes, &size, value);
    if (!EFI_ERROR(status))
        status = define(in, name, value, ucs2_length(value, size / sizeof *value),
                        (attributes & EFI_VARIABLE_NON_VOLATILE) == 0, false);
    shell_free(value);
    return status;
}

static struct definitions *owner_of(const EFI_GUID *vendor)
{
    if (guid_equal(vendor, &variable_guid))
        return &environment;
    return guid_equal(vendor, &alias_guid) ? &aliases : NULL;
}

static EFI_STATUS load_variables(void)
{
    size_t capacity = 256;
    char16_t *name = shell_alloc(capacity);
    EFI_GUID vendor = {0};
    EFI_STATUS status = EFI_SUCCESS;
    if (name == NULL)
        return EFI_OUT_OF_RESOURCES;
    name[0] = 0;
    while (!EFI_ERROR(status)) {
        size_t size = capacity;
        status = shell.rt->GetNextVariableName(&size, name, &vendor);
        if (status == EFI_BUFFER_TOO_SMALL) {
            char16_t *larger = shell_alloc(size);
            if (larger == NULL) {
                status = EFI_OUT_OF_RESOURCES;
                break;
            }
            memcpy(larger, name, capacity);
            shell_free(name);
            name = larger;
            capacity = size;
            status = EFI_SUCCESS;
            continue;
        }
        struct definitions *in = EFI_ERROR(status) ? NULL : owner_of(&vendor);
        if (in != NULL)
            status = load_variable(in, name);
    }
    shell_free(name);
    return status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
}

EFI_STATUS environment_init(void)
{
    static const char16_t *const own[][2] = {
        {u"uefishellversion", u"2.2"},
        {u"uefishellsupport", u"3"},
        {u"shellsupport", u"3"},
        {u"lasterror", u"0x0"},
    };
    /* Built-in aliases (UEFI Shell 2.2 §3.5). */
    static const char16_t *const built_in[][2] = {
        {u"copy", u"cp"}, {u"del", u"rm"}, {u"dir", u"ls"}, {u"md", u"mkdir"}, {u"mem", u"dmem"},
        {u"move", u"mv"}, {u"rd", u"rm"},  {u"ren", u"mv"}, {u"cat", u"type"},
    };
    EFI_STATUS status = load_variables();
    for (size_t i = 0; i < ARRAY_SIZE(own) && !EFI_ERROR(status); i++)
        status = environment_set_own(own[i][0], own[i][1]);
    for (size_t i = 0; i < ARRAY_SIZE(built_in) && !EFI_ERROR(status); i++)
        status = define(&aliases, built_in[i][0], built_in[i][1],
                        ucs2_length(built_in[i][1], SIZE_MAX), true, true);
    return status;
}

static void free_list(struct list *list)
{
    while (!list_empty(list))
        remove(entry(list->next));
}

void environment_free(void)
{
    free_list(&environment.list);
    free_list(&aliases.list);
}

/* Moves all elements of `from` to the empty list `to`. */
static void move_list(struct list *to, struct list *from)
{
    list_init(to);
    while (!list_empty(from)) {
        struct list *node = from->next;
        list_remove(node);
        list_append(to, node);
    }
}

EFI_STATUS environment_push(struct environment_state *state)
{
    EFI_STATUS status = EFI_SUCCESS;
    move_list(&state->list, &environment.list);
    pushed++;
    LIST_FOR_EACH(node, &state->list)
    {
        const struct definition *d = entry(node);
        if (d->read_only && !EFI_ERROR(status))
            status = environment_set_own(d->name, d->value);
    }
    if (EFI_ERROR(status))
        environment_pop(state);
    return status;
}

void environment_pop(struct environment_state *state)
{
    free_list(&environment.list);
    move_list(&environment.list, &state->list);
    pushed--;
}
