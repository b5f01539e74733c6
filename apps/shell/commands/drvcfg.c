/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "shell/command.h"
#include "shell/console.h"
#include "shell/files/files.h"
#include "shell/files/replace.h"
#include "shell/model/configuration.h"
#include "shell/model/names.h"
#include "shell/model/relations.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { FORCE, VALIDATE, SET, LANGUAGE, CHILDREN, INPUT, OUTPUT };

static const struct option options[] = {
    {"-f", OPTION_VALUE, "type", "Sets defaults: 0 standard, 1 manufacturing, 2 safe ones."},
    {"-v", OPTION_FLAG, NULL, "Checks that the settings can be read."},
    {"-s", OPTION_FLAG, NULL, "Shows the forms in which settings are changed."},
    {"-l", OPTION_VALUE, "code", "Language of the names, as 'en'."},
    {"-c", OPTION_FLAG, NULL, "Devices that were made on the given ones, too."},
    {"-i", OPTION_VALUE, "file", "Takes settings from a file, which names their devices."},
    {"-o", OPTION_VALUE, "file", "Writes the settings to a file."},
};

#define LARGEST_SETTINGS (16u << 20)

/* Driver, device and child as they were given; NULL: not given. */
struct chosen {
    EFI_HANDLE driver, device, child;
    bool children;
    struct family family;
};

static bool contains(const struct handles *handles, EFI_HANDLE handle)
{
    for (size_t i = 0; i < handles->count; i++)
        if (handles->list[i] == handle)
            return true;
    return false;
}

/* The most specific operand decides. */
static bool is_chosen(const struct chosen *c, EFI_HANDLE handle)
{
    const struct relations *own = family_of(&c->family, handle);
    EFI_HANDLE parent = c->device != NULL ? c->device : c->driver;
    if (c->child != NULL)
        return handle == c->child;
    if (handle == parent || parent == NULL)
        return true;
    if (c->children && own != NULL && contains(&own->parents, parent))
        return true;
    return c->device == NULL && own != NULL && contains(&own->drivers, c->driver);
}

/* The devices with settings that are meant. */
static EFI_STATUS choose(struct invocation *i, struct handles *ret)
{
    struct chosen chosen = {.children = i->values[CHILDREN] != NULL};
    EFI_HANDLE *operands[] = {&chosen.driver, &chosen.device, &chosen.child};
    struct handles all;
    EFI_STATUS status = handles_update();
    for (size_t at = 0; !EFI_ERROR(status) && at < i->count; at++)
        if (!handle_operand(i->operands[at], operands[at]))
            return EFI_INVALID_PARAMETER;
    if (!EFI_ERROR(status))
        status = family_read(i->arena, &chosen.family);
    if (!EFI_ERROR(status))
        status = handles_with(i->arena, GUID_OF(EFI_HII_CONFIG_ACCESS_PROTOCOL), &all);
    if (EFI_ERROR(status))
        return complain_status(status, "handles");
    *ret = (struct handles){.list = all.list};
    for (size_t at = 0; at < all.count; at++)
        if (is_chosen(&chosen, all.list[at]))
            ret->list[ret->count++] = all.list[at];
    if (ret->count > 0 || i->count == 0)
        return EFI_SUCCESS;
    complain("nothing there has settings");
    return EFI_NOT_FOUND;
}

static EFI_STATUS report(EFI_HANDLE handle, EFI_STATUS status, const char *done)
{
    size_t number = handle_number(handle);
    if (status == EFI_NOT_FOUND)
        complain("device %zX has nothing of that kind", number);
    else if (EFI_ERROR(status))
        complain_status(status, "device %zX", number);
    else
        print("Device %zX: %s\n", number, done);
    return status;
}

static EFI_STATUS list(struct invocation *i, EFI_HANDLE handle)
{
    char buffer[16];
    struct text name = {0};
    (void)append_controller_name(&name, handle,
                                 language_option(i->values[LANGUAGE], buffer, sizeof buffer));
    print("  %zX %ls\n", handle_number(handle), text_string(&name));
    text_free(&name);
    return EFI_SUCCESS;
}

static EFI_STATUS force(struct invocation *i, EFI_HANDLE handle)
{
    uint64_t kind;
    if (!command_number(i->values[FORCE], false, &kind))
        return EFI_INVALID_PARAMETER;
    if (kind > UINT16_MAX) {
        complain("there is no type %lu", kind);
        return EFI_INVALID_PARAMETER;
    }
    return report(handle, configuration_set_defaults(handle, (uint16_t)kind), "defaults are set");
}

static EFI_STATUS validate(struct invocation *i, EFI_HANDLE handle)
{
    struct text settings = {0};
    EFI_STATUS status = configuration_read(handle, &settings);
    text_free(&settings);
    if (status == EFI_NOT_FOUND) { /* some drivers have forms only */
        print("Device %zX: it gives no settings\n", handle_number(handle));
        return EFI_SUCCESS;
    }
    return report(handle, status, "the settings can be read");
}

static EFI_STATUS show(struct invocation *i, EFI_HANDLE handle)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen = console_screen();
    EFI_STATUS status = configuration_show_forms(handle);
    if (!EFI_ERROR(status))
        (void)screen->ClearScreen(screen); /* the forms are still on it */
    if (status == EFI_UNSUPPORTED) {
        complain("this firmware has no browser of forms; -o writes settings to a file, -i takes "
                 "them from one");
        return status;
    }
    return report(handle, status, "forms were shown");
}

/* Calls it for each device; a device's error does not keep the others from their turn. */
static EFI_STATUS for_each(struct invocation *i, const struct handles *devices,
                           EFI_STATUS (*act)(struct invocation *i, EFI_HANDLE handle))
{
    EFI_STATUS result = EFI_SUCCESS;
    for (size_t at = 0; at < devices->count && !shell_interrupted(); at++) {
        EFI_STATUS status = act(i, devices->list[at]);
        if (EFI_ERROR(status))
            result = status;
    }
    return shell_interrupted() ? EFI_ABORTED : result;
}

/* A device's settings are a line. */
static EFI_STATUS write_file(struct invocation *i, const struct handles *devices)
{
    struct text lines = {0};
    EFI_STATUS status = EFI_SUCCESS;
    size_t count = 0;
    text_put(&lines, BYTE_ORDER_MARK);
    for (size_t at = 0; at < devices->count && !EFI_ERROR(status); at++) {
        status = configuration_read(devices->list[at], &lines);
        if (status == EFI_NOT_FOUND) {
            status = EFI_SUCCESS; /* it gives none */
            continue;
        }
        text_append_utf8(&lines, "\r\n");
        count++;
        if (EFI_ERROR(status))
            (void)report(devices->list[at], status, "");
    }
    if (!EFI_ERROR(status)) {
        status = lines.failed ? EFI_OUT_OF_RESOURCES
                              : file_replace(i->values[OUTPUT], lines.data,
                                             lines.length * sizeof *lines.data);
        if (EFI_ERROR(status))
            complain_status(status, "%ls", i->values[OUTPUT]);
        else
            print("Settings of %zu devices are in %ls.\n", count, i->values[OUTPUT]);
    }
    text_free(&lines);
    return status;
}

/* Up to the next header, which begins with &GUID=. */
static size_t section_length(const char16_t *at)
{
    size_t length = 1;
    while (at[length] != 0 && !text_starts_with(at + length, "&guid="))
        length++;
    return length;
}

/* -o wrote defaults, too, as alternatives (UEFI 2.10 §35.2.1): they are no settings. */
static void drop_alternatives(char16_t *line)
{
    char16_t *to = line;
    for (size_t length; *line != 0; line += length) {
        bool alternative = false;
        length = section_length(line);
        for (size_t i = 0; i < length; i++)
            alternative |= text_starts_with(line + i, "&altcfg=");
        if (alternative)
            continue;
        memmove(to, line, length * sizeof *line);
        to += length;
    }
    *to = 0;
}

static EFI_STATUS take_line(char16_t *line, size_t number)
{
    size_t stopped = 0;
    drop_alternatives(line);
    if (*text_skip_spaces(line) == 0)
        return EFI_SUCCESS;
    EFI_STATUS status = configuration_write(line, &stopped);
    if (EFI_ERROR(status))
        complain_status(status, "line %zu, character %zu", number, stopped + 1);
    return status;
}

static EFI_STATUS read_file(struct invocation *i)
{
    EFI_FILE_PROTOCOL *file;
    struct text text = {0};
    EFI_STATUS status = file_open(i->values[INPUT], EFI_FILE_MODE_READ, 0, &file);
    if (!EFI_ERROR(status)) {
        status = file_read_text(file, LARGEST_SETTINGS, &text);
        file_close(file);
    }
    if (EFI_ERROR(status))
        complain_status(status, "%ls", i->values[INPUT]);
    char16_t *line = text.data;
    for (size_t number = 1; line != NULL && *line != 0 && !EFI_ERROR(status); number++) {
        char16_t *end = text_find(line, '\n'), *next = end != NULL ? end + 1 : NULL;
        if (end != NULL)
            *end = 0;
        if (end > line && end[-1] == '\r')
            end[-1] = 0;
        status = shell_interrupted() ? EFI_ABORTED : take_line(line, number);
        line = next;
    }
    text_free(&text);
    if (!EFI_ERROR(status))
        print("The settings in %ls are taken.\n", i->values[INPUT]);
    return status;
}

static EFI_STATUS drvcfg(struct invocation *i)
{
    static const struct {
        int option;
        EFI_STATUS (*act)(struct invocation *i, EFI_HANDLE handle);
    } actions[] = {{FORCE, force}, {VALIDATE, validate}, {SET, show}};
    struct handles devices;
    size_t given = 0;
    for (int option = FORCE; option <= OUTPUT; option++)
        given += option != LANGUAGE && option != CHILDREN && i->values[option] != NULL;
    if (given > 1) {
        complain("-f, -v, -s, -i and -o exclude each other");
        return EFI_INVALID_PARAMETER;
    }
    if (i->values[INPUT] != NULL)
        return read_file(i);
    EFI_STATUS status = choose(i, &devices);
    if (EFI_ERROR(status))
        return status;
    for (size_t at = 0; at < ARRAY_SIZE(actions); at++)
        if (i->values[actions[at].option] != NULL)
            return for_each(i, &devices, actions[at].act);
    if (i->values[OUTPUT] != NULL)
        return write_file(i, &devices);
    print("Devices with settings:%s\n", devices.count == 0 ? " none" : "");
    return for_each(i, &devices, list);
}

SHELL_COMMAND(drvcfg_command) = {
    .name = "drvcfg",
    .run = drvcfg,
    .summary = "Lists devices with settings, checks, sets, reads and writes these.",
    .operands = "[driver [device [child]]]",
    .details = "Settings are the configuration strings of UEFI's HII, one device a line. Without\n"
               "handles all devices are meant; handles are numbers in dh.",
    .examples = "  drvcfg\n  drvcfg -o settings.txt\n  drvcfg -f 0 8A",
    OPTIONS(options),
    .most = 3,
};
