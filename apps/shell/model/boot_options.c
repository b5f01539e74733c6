/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/boot_options.h"

#include "efi/guid.h"
#include "lib/crc32.h"
#include "lib/device_path.h"
#include "lib/printf.h"
#include "lib/ucs2.h"
#include "shell/dump.h"
#include "shell/files/device_path.h"
#include "shell/files/files.h"
#include "shell/print.h"
#include "shell/shell.h"
#include "shell/variables.h"

#define ATTRIBUTES                                                                                 \
    (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

#define LARGEST_DATA (32u << 10)

static void option_name(const struct option_list *list, uint16_t number, char16_t ret[16])
{
    char name[16];
    format_text(name, sizeof name, "%ls%04X", list->prefix, number);
    ucs2_from_ascii(ret, 16, name);
}

static void order_name(const struct option_list *list, char16_t ret[16])
{
    char name[16];
    format_text(name, sizeof name, "%lsOrder", list->prefix);
    ucs2_from_ascii(ret, 16, name);
}

EFI_STATUS option_list_read(struct arena *arena, struct option_list *list)
{
    struct variable order;
    char16_t name[16];
    order_name(list, name);
    EFI_STATUS status = variable_read(name, GUID_OF(EFI_GLOBAL_VARIABLE), &order);
    if (status == EFI_NOT_FOUND)
        order = (struct variable){0};
    else if (EFI_ERROR(status))
        return status;
    list->arena = arena;
    list->count = order.size / sizeof *list->numbers;
    list->numbers = arena_alloc(arena, (list->count + 1) * sizeof *list->numbers);
    for (size_t at = 0; list->numbers != NULL && at < list->count; at++)
        list->numbers[at] = ((uint16_t *)order.data)[at];
    shell_free(order.data);
    return list->numbers == NULL ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
}

static EFI_STATUS write_order(const struct option_list *list)
{
    char16_t name[16];
    order_name(list, name);
    return shell.rt->SetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), ATTRIBUTES,
                                 list->count * sizeof *list->numbers, list->numbers);
}

/* The option points into `variable->data`, for shell_free(). */
static EFI_STATUS read_option(const struct option_list *list, size_t place,
                              struct variable *variable, struct load_option *ret)
{
    char16_t name[16];
    option_name(list, list->numbers[place], name);
    EFI_STATUS status = variable_read(name, GUID_OF(EFI_GLOBAL_VARIABLE), variable);
    if (EFI_ERROR(status) || load_option_parse(variable->data, variable->size, ret))
        return status;
    shell_free(variable->data);
    return EFI_VOLUME_CORRUPTED;
}

static EFI_STATUS write_option(const struct option_list *list, uint16_t number,
                               const struct load_option *option)
{
    char16_t name[16];
    size_t size = load_option_size(option);
    void *content = shell_alloc(size);
    if (content == NULL)
        return EFI_OUT_OF_RESOURCES;
    load_option_write(option, content);
    option_name(list, number, name);
    EFI_STATUS status =
        shell.rt->SetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), ATTRIBUTES, size, content);
    shell_free(content);
    return status;
}

void option_show(const struct option_list *list, size_t place, bool data)
{
    struct variable variable;
    struct load_option option;
    char16_t name[16];
    option_name(list, list->numbers[place], name);
    EFI_STATUS status = read_option(list, place, &variable, &option);
    if (EFI_ERROR(status)) {
        print("Option: %02zX. Variable: %ls  (%s)\n", place, name,
              status == EFI_NOT_FOUND ? "is not there" : "is damaged");
        return;
    }
    char16_t *path = device_path_text(option.path);
    print("Option: %02zX. Variable: %ls%s\n  Desc    - %ls\n  DevPath - %ls\n  Optional- %c\n",
          place, name, (option.attributes & LOAD_OPTION_ACTIVE) != 0 ? "" : "  (not active)",
          option.description, path != NULL ? path : u"", option.options_size > 0 ? 'Y' : 'N');
    if (data && option.options_size > 0)
        dump_bytes(0, option.options, option.options_size);
    shell_free(path);
    shell_free(variable.data);
}

/* A number that no variable has: one that is in no order may still be somebody's. */
static EFI_STATUS free_number(const struct option_list *list, uint16_t *ret)
{
    for (uint32_t number = 0; number <= UINT16_MAX; number++) {
        char16_t name[16];
        size_t size = 0;
        option_name(list, (uint16_t)number, name);
        EFI_STATUS status =
            shell.rt->GetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), NULL, &size, NULL);
        *ret = (uint16_t)number;
        if (status == EFI_NOT_FOUND)
            return EFI_SUCCESS;
    }
    return EFI_OUT_OF_RESOURCES;
}

EFI_STATUS option_add(struct option_list *list, size_t place, const EFI_DEVICE_PATH_PROTOCOL *path,
                      const char16_t *description)
{
    struct load_option option = {
        .attributes = LOAD_OPTION_ACTIVE,
        .description = description,
        .path = path,
        .path_size = (uint16_t)device_path_size(path),
    };
    uint16_t number;
    if (device_path_size(path) > UINT16_MAX)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = free_number(list, &number);
    if (!EFI_ERROR(status))
        status = write_option(list, number, &option);
    if (EFI_ERROR(status))
        return status;
    for (size_t at = list->count++; at > place; at--)
        list->numbers[at] = list->numbers[at - 1];
    list->numbers[place] = number;
    return write_order(list);
}

EFI_STATUS option_remove(struct option_list *list, size_t place)
{
    char16_t name[16];
    option_name(list, list->numbers[place], name);
    list->count--;
    for (size_t at = place; at < list->count; at++)
        list->numbers[at] = list->numbers[at + 1];
    EFI_STATUS status = write_order(list);
    if (EFI_ERROR(status))
        return status;
    status = shell.rt->SetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), ATTRIBUTES, 0, NULL);
    return status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
}

EFI_STATUS option_move(struct option_list *list, size_t from, size_t to)
{
    uint16_t number = list->numbers[from];
    for (; from < to; from++)
        list->numbers[from] = list->numbers[from + 1];
    for (; from > to; from--)
        list->numbers[from] = list->numbers[from - 1];
    list->numbers[to] = number;
    return write_order(list);
}

EFI_STATUS option_modify(struct option_list *list, size_t place, const struct option_change *change)
{
    struct variable variable;
    struct load_option option;
    if (device_path_size(change->path) > UINT16_MAX)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = read_option(list, place, &variable, &option);
    if (EFI_ERROR(status))
        return status;
    if (change->path != NULL) {
        option.path = change->path;
        option.path_size = (uint16_t)device_path_size(change->path);
    }
    if (change->description != NULL)
        option.description = change->description;
    if (change->sets_data) {
        option.options = change->data;
        option.options_size = (uint32_t)change->data_size;
    }
    status = write_option(list, list->numbers[place], &option);
    shell_free(variable.data);
    return status;
}

/* Like free_number(), or the number of a variable that has the same keys. */
static EFI_STATUS key_number(const struct hot_key *key, char16_t name[16], uint16_t *ret)
{
    const struct option_list keys = {.prefix = u"Key"};
    for (uint32_t number = 0; number <= UINT16_MAX; number++) {
        struct variable variable;
        option_name(&keys, (uint16_t)number, name);
        *ret = (uint16_t)number;
        EFI_STATUS status = variable_read(name, GUID_OF(EFI_GLOBAL_VARIABLE), &variable);
        if (status == EFI_NOT_FOUND)
            return EFI_SUCCESS;
        if (EFI_ERROR(status))
            return status;
        bool same = hot_key_is(key, variable.data, variable.size);
        shell_free(variable.data);
        if (same)
            return EFI_SUCCESS;
    }
    return EFI_OUT_OF_RESOURCES;
}

EFI_STATUS option_set_key(const struct option_list *list, size_t place, struct hot_key *key,
                          uint16_t *ret_number)
{
    struct variable variable;
    struct load_option option;
    char16_t name[16];
    EFI_STATUS status = read_option(list, place, &variable, &option);
    if (EFI_ERROR(status))
        return status;
    key->crc = crc32(variable.data, variable.size);
    key->option = list->numbers[place];
    shell_free(variable.data);
    status = key_number(key, name, ret_number);
    if (EFI_ERROR(status))
        return status;
    return shell.rt->SetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), ATTRIBUTES, hot_key_size(key),
                                 key);
}

/* From the partition's node on: a short form of §3.1.2. */
static const EFI_DEVICE_PATH_PROTOCOL *shorten(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    const EFI_DEVICE_PATH_PROTOCOL *node = path;
    for (; !device_path_is_end(node); node = device_path_next(node))
        if (device_path_node_is(node, MEDIA_DEVICE_PATH, MEDIA_HARDDRIVE_DP))
            return node;
    return path;
}

EFI_STATUS option_path_of_file(struct arena *arena, const char16_t *file, bool short_form,
                               EFI_DEVICE_PATH_PROTOCOL **ret)
{
    struct location location;
    EFI_STATUS status = file_locate(arena, file, &location);
    if (EFI_ERROR(status))
        return status;
    if (!file_exists(file))
        return EFI_NOT_FOUND;
    const EFI_DEVICE_PATH_PROTOCOL *device = location.volume->path;
    *ret = device_path_of_file(short_form ? shorten(device) : device, location.path);
    return *ret == NULL ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
}

EFI_STATUS option_data_of_word(const char16_t *word, void **ret_content, struct option_change *ret)
{
    EFI_FILE_PROTOCOL *file;
    *ret_content = NULL;
    ret->data = word;
    ret->data_size = ucs2_size(word);
    if (!file_exists(word) || file_is_directory(word) ||
        EFI_ERROR(file_open(word, EFI_FILE_MODE_READ, 0, &file)))
        return EFI_SUCCESS;
    EFI_STATUS status = file_read_all(file, LARGEST_DATA, ret_content, &ret->data_size);
    ret->data = *ret_content;
    file_close(file);
    return status;
}
