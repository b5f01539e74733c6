/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* The boot manager over the real handle database and a real disk, with variables that anybody may
 * have written. Images are not loaded: what would be is written down as text. */
#include "boot/boot.h"
#include "boot/shell.h"
#include "efi/global_variables.h"
#include "efi/multiple.h"
#include "efi/open_protocol.h"
#include "efi/protocol/loaded_image.h"
#include "efi/protocols/device_path_from_text.h"
#include "efi/protocols/device_path_to_text.h"
#include "lib/load_option.h"
#include "lib/ucs2.h"
#include "unit/efi/disk-fixture.h"

#define FIRST_LOADER "HD(1,MBR,0x4e474953,0x40,0x4000)/\\EFI\\BOOT\\BOOTX64.EFI"

#define WHOLE "VenHw(00000000-0000-0000-0000-000000000000)/"

static EFI_BOOT_SERVICES bs;
static EFI_RUNTIME_SERVICES rt;
static char loaded[4096], reports[8192];
static unsigned load_count;
static const char *boot_option_text, *noboot_text, *timeout_text;
static bool has_shell;

/* Variables of this test: a name and bytes. */
static struct variable {
    char16_t name[32];
    uint8_t data[512];
    size_t size;
} variables[48];

static struct variable *find(const char16_t *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
        if (variables[i].size > 0 && ucs2_size(name) <= sizeof variables[i].name &&
            memcmp(variables[i].name, name, ucs2_size(name)) == 0)
            return &variables[i];
    return NULL;
}

static void put(const char16_t *name, const void *data, size_t size)
{
    struct variable *v = find(name);
    for (size_t i = 0; v == NULL; i++)
        if (variables[i].size == 0)
            v = &variables[i];
    assert_true(size <= sizeof v->data);
    memcpy(v->name, name, ucs2_size(name));
    if (size > 0)
        memcpy(v->data, data, size);
    v->size = size;
}

static EFI_STATUS EFIAPI get_variable(const char16_t *name, const EFI_GUID *guid,
                                      uint32_t *attributes, size_t *size, void *data)
{
    const struct variable *v = find(name);
    if (v == NULL)
        return EFI_NOT_FOUND;
    size_t given = *size;
    *size = v->size;
    if (given < v->size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(data, v->data, v->size);
    return EFI_SUCCESS;
}

/* One of another vendor comes first. */
static EFI_STATUS EFIAPI get_next_name(size_t *size, char16_t *name, EFI_GUID *guid)
{
    size_t i = 0;
    if (name[0] == 0) {
        memcpy(name, u"Key0000", sizeof u"Key0000");
        memset(guid, 0x55, sizeof *guid);
        return EFI_SUCCESS;
    }
    if (guid_equal(guid, GUID_OF(EFI_GLOBAL_VARIABLE)))
        i = (size_t)(find(name) - variables) + 1;
    while (i < ARRAY_SIZE(variables) && variables[i].size == 0)
        i++;
    if (i == ARRAY_SIZE(variables))
        return EFI_NOT_FOUND;
    assert_true(*size >= sizeof variables[i].name);
    memcpy(name, variables[i].name, sizeof variables[i].name);
    *guid = *GUID_OF(EFI_GLOBAL_VARIABLE);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_variable(const char16_t *name, const EFI_GUID *guid,
                                      uint32_t attributes, size_t size, const void *data)
{
    if (size == 0 && find(name) == NULL)
        return EFI_NOT_FOUND;
    put(name, data, size);
    return EFI_SUCCESS;
}

/* ASan watches them. */
static EFI_STATUS EFIAPI allocate(EFI_MEMORY_TYPE type, size_t size, void **ret)
{
    *ret = malloc(size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI release(void *memory)
{
    free(memory);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI load(bool policy, EFI_HANDLE parent, EFI_DEVICE_PATH_PROTOCOL *path,
                              void *source, size_t size, EFI_HANDLE *ret)
{
    size_t at = strlen(loaded);
    load_count++;
    if (source != NULL) {
        assert_true(shell_is_path(path));
        assert_int_equal(size, 5);
        strcat(loaded, "shell\n");
        return EFI_LOAD_ERROR;
    }
    char16_t *text = device_path_to_text(path, false, false);
    for (size_t i = 0; text[i] != 0 && at + 2 < sizeof loaded; i++)
        loaded[at++] = (char)text[i];
    loaded[at++] = '\n';
    loaded[at] = 0;
    free(text);
    return EFI_LOAD_ERROR;
}

/* Who waits shall let the processor rest. */
static EFI_STATUS EFIAPI stall(size_t us)
{
    fail();
    return EFI_UNSUPPORTED;
}

static const char *EFIAPI get_option(CLOUDHV_BOOT_HOST_PROTOCOL *This, const char *key)
{
    if (strcmp(key, "boot") == 0)
        return boot_option_text;
    if (strcmp(key, "timeout") == 0)
        return timeout_text;
    return strcmp(key, "noboot") == 0 ? noboot_text : NULL;
}

static EFI_STATUS EFIAPI get_disks(CLOUDHV_BOOT_HOST_PROTOCOL *This, bool all, size_t *count,
                                   EFI_HANDLE **ret)
{
    *ret = malloc(sizeof **ret);
    **ret = disk_handle;
    *count = 1;
    return EFI_SUCCESS;
}

static const char *EFIAPI get_name(CLOUDHV_BOOT_HOST_PROTOCOL *This, EFI_HANDLE disk_of)
{
    return "disk";
}

static void EFIAPI report(CLOUDHV_BOOT_HOST_PROTOCOL *This, const char *text)
{
    if (strlen(reports) + strlen(text) + 2 < sizeof reports)
        strcat(strcat(reports, text), "\n");
}

static size_t EFIAPI get_problem_count(CLOUDHV_BOOT_HOST_PROTOCOL *This)
{
    return 0;
}

static EFI_STATUS EFIAPI get_shell(CLOUDHV_BOOT_HOST_PROTOCOL *This, void **image, size_t *size)
{
    if (!has_shell)
        return EFI_NOT_FOUND;
    *image = malloc(5);
    *size = 5;
    return EFI_SUCCESS;
}

static CLOUDHV_BOOT_HOST_PROTOCOL host = {get_option, get_disks,         get_name,
                                          report,     get_problem_count, get_shell};
static EFI_SYSTEM_TABLE table = {.BootServices = &bs, .RuntimeServices = &rt};
static struct boot boot = {.st = &table, .bs = &bs, .rt = &rt, .host = &host};

/* As lazy_connect.c does it. */
static void connect_path(EFI_DEVICE_PATH_PROTOCOL *path)
{
    if (device_path_begins_with(path, &disk_path.vendor.Header))
        (void)efi_connect_controller(disk_handle, NULL, NULL, true);
}

static int start(void **state)
{
    static const struct locate_hooks hooks = {.locate_path = connect_path};
    locate_set_hooks(&hooks);
    event_fill(&bs);
    timer_fill(&bs);
    handle_services_fill(&bs);
    open_protocol_fill(&bs);
    locate_fill(&bs);
    driver_model_fill(&bs);
    bs.AllocatePool = allocate;
    bs.FreePool = release;
    bs.LoadImage = load;
    bs.Stall = stall;
    rt.GetVariable = get_variable;
    rt.SetVariable = set_variable;
    rt.GetNextVariableName = get_next_name;
    memset(variables, 0, sizeof variables);
    loaded[0] = reports[0] = 0;
    load_count = 0;
    boot_option_text = noboot_text = timeout_text = NULL;
    has_shell = true;
    return disk_setup(state);
}

/* A load option with this path. */
struct option_bytes {
    uint8_t bytes[512];
    size_t size;
};

static struct option_bytes make_option(uint32_t attributes, const void *path, size_t path_size)
{
    struct option_bytes o = {.size = 6};
    uint16_t length = (uint16_t)path_size;
    memcpy(o.bytes, &attributes, sizeof attributes);
    memcpy(o.bytes + 4, &length, sizeof length);
    memcpy(o.bytes + o.size, u"Name", sizeof u"Name");
    o.size += sizeof u"Name";
    memcpy(o.bytes + o.size, path, path_size);
    o.size += path_size;
    memcpy(o.bytes + o.size, "opt", 3);
    o.size += 3;
    return o;
}

/* A short-form option for a file of the volume. */
static inline void put_file_option(const char16_t *name, uint32_t attributes, const char16_t *file)
{
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_from_text(file);
    assert_non_null(path);
    struct option_bytes o = make_option(attributes, path, device_path_size(path));
    free(path);
    put(name, o.bytes, o.size);
}
