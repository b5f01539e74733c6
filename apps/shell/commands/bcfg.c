/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/model/boot_options.h"
#include "shell/model/handles.h"
#include "shell/print.h"
#include "shell/shell.h"

/* bcfg: the lists of BootOrder, DriverOrder and SysPrepOrder (UEFI 2.10 §3.1). */

enum { VERBOSE, OPTIONAL };

static const struct option options[] = {
    {"-v", OPTION_FLAG, NULL, "With dump: also the optional data."},
    {"-opt", OPTION_FLAG, NULL, "Sets the optional data or a hot key of an option; see below."},
};

struct action {
    const char *name;
    EFI_STATUS (*run)(struct invocation *i, struct option_list *list);
    uint8_t operands; /* behind the action's name */
};

/* A place in the list, as people count: hexadecimal, from 0. */
static bool take_place(const char16_t *word, size_t end, size_t *ret)
{
    uint64_t place;
    if (!command_number(word, true, &place))
        return false;
    if (place >= end) {
        complain("the list has no place %ls", word);
        return false;
    }
    *ret = (size_t)place;
    return true;
}

static EFI_STATUS report(EFI_STATUS status, const char16_t *what)
{
    return EFI_ERROR(status) ? complain_status(status, "%ls", what) : status;
}

static EFI_STATUS dump(struct invocation *i, struct option_list *list)
{
    if (list->count == 0)
        print("The list is empty.\n");
    for (size_t at = 0; at < list->count && !shell_interrupted(); at++)
        option_show(list, at, i->values[VERBOSE] != NULL);
    return EFI_SUCCESS;
}

/* add, addp and addh: a path from the third operand, put in at the place of the second. */
static EFI_STATUS add_path(struct invocation *i, struct option_list *list,
                           EFI_DEVICE_PATH_PROTOCOL *path)
{
    size_t place;
    if (!take_place(i->operands[2], list->count + 1, &place))
        return EFI_INVALID_PARAMETER;
    return report(option_add(list, place, path, i->operands[4]), i->operands[3]);
}

/* Runs `use` on the path of operand `n`, and frees it. */
static EFI_STATUS with_file(struct invocation *i, struct option_list *list, bool short_form,
                            EFI_STATUS (*use)(struct invocation *i, struct option_list *list,
                                              EFI_DEVICE_PATH_PROTOCOL *path))
{
    EFI_DEVICE_PATH_PROTOCOL *path;
    EFI_STATUS status = option_path_of_file(i->arena, i->operands[3], short_form, &path);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", i->operands[3]);
    status = use(i, list, path);
    shell_free(path);
    return status;
}

static EFI_STATUS with_handle(struct invocation *i, struct option_list *list,
                              EFI_STATUS (*use)(struct invocation *i, struct option_list *list,
                                                EFI_DEVICE_PATH_PROTOCOL *path))
{
    EFI_HANDLE handle;
    EFI_STATUS status = handles_update();
    if (EFI_ERROR(status))
        return status;
    if (!handle_operand(i->operands[3], &handle))
        return EFI_INVALID_PARAMETER;
    EFI_DEVICE_PATH_PROTOCOL *path = handle_interface(handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL));
    if (path == NULL) /* an image's own, as the shell's */
        path = handle_interface(handle, GUID_OF(EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL));
    if (path == NULL)
        return complain_status(EFI_NOT_FOUND, "device path of handle %ls", i->operands[3]);
    return use(i, list, path);
}

static EFI_STATUS add(struct invocation *i, struct option_list *list)
{
    return with_file(i, list, false, add_path);
}

static EFI_STATUS addp(struct invocation *i, struct option_list *list)
{
    return with_file(i, list, true, add_path);
}

static EFI_STATUS addh(struct invocation *i, struct option_list *list)
{
    return with_handle(i, list, add_path);
}

static EFI_STATUS rm(struct invocation *i, struct option_list *list)
{
    size_t place;
    if (!take_place(i->operands[2], list->count, &place))
        return EFI_INVALID_PARAMETER;
    return report(option_remove(list, place), i->operands[2]);
}

static EFI_STATUS mv(struct invocation *i, struct option_list *list)
{
    size_t from, to;
    if (!take_place(i->operands[2], list->count, &from) ||
        !take_place(i->operands[3], list->count, &to))
        return EFI_INVALID_PARAMETER;
    return report(option_move(list, from, to), i->operands[2]);
}

/* mod, modf, modp and modh change one thing of the option. */
static EFI_STATUS change(struct invocation *i, struct option_list *list,
                         const struct option_change *wanted)
{
    size_t place;
    if (!take_place(i->operands[2], list->count, &place))
        return EFI_INVALID_PARAMETER;
    return report(option_modify(list, place, wanted), i->operands[2]);
}

static EFI_STATUS change_path(struct invocation *i, struct option_list *list,
                              EFI_DEVICE_PATH_PROTOCOL *path)
{
    return change(i, list, &(struct option_change){.path = path});
}

static EFI_STATUS mod(struct invocation *i, struct option_list *list)
{
    return change(i, list, &(struct option_change){.description = i->operands[3]});
}

static EFI_STATUS modf(struct invocation *i, struct option_list *list)
{
    return with_file(i, list, false, change_path);
}

static EFI_STATUS modp(struct invocation *i, struct option_list *list)
{
    return with_file(i, list, true, change_path);
}

static EFI_STATUS modh(struct invocation *i, struct option_list *list)
{
    return with_handle(i, list, change_path);
}

static const struct action actions[] = {
    {"dump", dump, 0}, {"add", add, 3}, {"addp", addp, 3}, {"addh", addh, 3}, {"rm", rm, 1},
    {"mv", mv, 2},     {"mod", mod, 2}, {"modf", modf, 2}, {"modp", modp, 2}, {"modh", modh, 2},
};

/* -opt PLACE KEYDATA SCAN CHARACTER…: keys that boot the option. */
static EFI_STATUS set_key(struct invocation *i, struct option_list *list, size_t place)
{
    struct hot_key key;
    uint16_t number;
    if (!ucs2_equal(list->prefix, u"Boot")) {
        complain("keys are for options of 'boot' only");
        return EFI_INVALID_PARAMETER;
    }
    if (!hot_key_parse(i->operands + 2, i->count - 2, &key)) {
        complain("these are no keys; 'bcfg -?' explains");
        return EFI_INVALID_PARAMETER;
    }
    EFI_STATUS status = option_set_key(list, place, &key, &number);
    if (!EFI_ERROR(status))
        print("Key%04X boots %ls%04X.\n", number, list->prefix, key.option);
    return report(status, i->operands[1]);
}

/* -opt PLACE DATA: a file's content, or a text, with its NUL, as it is what loaders read. */
static EFI_STATUS set_optional(struct invocation *i, struct option_list *list)
{
    struct option_change wanted = {.sets_data = true};
    size_t place;
    void *content = NULL;
    if (i->count < 3) {
        complain("a place and data are needed; 'bcfg -?' explains");
        return EFI_INVALID_PARAMETER;
    }
    if (!take_place(i->operands[1], list->count, &place))
        return EFI_INVALID_PARAMETER;
    if (i->count > 3)
        return set_key(i, list, place);
    EFI_STATUS status = option_data_of_word(i->operands[2], &content, &wanted);
    if (!EFI_ERROR(status))
        status = option_modify(list, place, &wanted);
    shell_free(content);
    return report(status, i->operands[2]);
}

static EFI_STATUS act(struct invocation *i, struct option_list *list)
{
    if (i->values[OPTIONAL] != NULL)
        return set_optional(i, list);
    for (size_t at = 0; at < ARRAY_SIZE(actions); at++) {
        if (!text_is(i->operands[1], actions[at].name))
            continue;
        if (i->count == 2u + actions[at].operands)
            return actions[at].run(i, list);
        complain("'%s' needs %u operands; 'bcfg -?' explains", actions[at].name,
                 actions[at].operands);
        return EFI_INVALID_PARAMETER;
    }
    complain("there is no action '%ls'; 'bcfg -?' explains", i->operands[1]);
    return EFI_INVALID_PARAMETER;
}

static EFI_STATUS bcfg(struct invocation *i)
{
    static const char *const kinds[] = {"boot", "driver", "sysprep"};
    static const char16_t *const prefixes[] = {u"Boot", u"Driver", u"SysPrep"};
    struct option_list list = {0};
    for (size_t at = 0; at < ARRAY_SIZE(kinds); at++)
        if (text_is(i->operands[0], kinds[at]))
            list.prefix = prefixes[at];
    if (list.prefix == NULL) {
        complain("'boot', 'driver' or 'sysprep' is needed, not '%ls'", i->operands[0]);
        return EFI_INVALID_PARAMETER;
    }
    EFI_STATUS status = option_list_read(i->arena, &list);
    return EFI_ERROR(status) ? complain_status(status, "%lsOrder", list.prefix) : act(i, &list);
}

SHELL_COMMAND(bcfg_command) = {
    .name = "bcfg",
    .run = bcfg,
    .summary = "Shows and changes what the firmware boots, and the drivers that it loads.",
    .operands = "boot|driver|sysprep action",
    .details =
        "Actions; # is a place in the list, hexadecimal, from 0:\n"
        "  dump                      shows the list\n"
        "  add # file \"description\"  puts a file in; addp: by its partition's signature, so\n"
        "                            that it is found on whatever disk; addh: a handle's device\n"
        "  rm #                      takes one out\n"
        "  mv # #                    moves one\n"
        "  mod # \"description\"       modf # file, modp # file, modh # handle: change one\n"
        "  -opt # data               sets its optional data: a file's content, or a text in\n"
        "                            quotes\n"
        "  -opt # keydata (scan-code character)…  makes keys boot it (Key####) until the option\n"
        "                            is changed. The number of keys is in bits 30 and 31 of\n"
        "                            keydata, Shift, Ctrl and Alt are 0x100, 0x200 and 0x400.\n"
        "                            Numbers are decimal or 0x…",
    .examples = "  bcfg boot dump -v\n  bcfg boot add 0 fs0:\\efi\\debian\\grubx64.efi \"GRUB\"\n"
                "  bcfg boot -opt 0 \"root=/dev/vda2\"\n"
                "  bcfg boot -opt 0 0x40000000 0xC 0   (F2)",
    OPTIONS(options),
    .least = 2,
    .most = 3 + 2 * HOT_KEY_MOST,
};
