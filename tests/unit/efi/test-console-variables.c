/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ConIn, ConOut and ErrOut, as the firmware and others set them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/protocols/console_variables.h"
#include "lib/ucs2.h"
#include "models/captured_log.h"

/* A store of a few variables. */
static struct variable {
    char16_t name[16];
    uint32_t attributes;
    size_t size;
    uint8_t data[512];
} store[8];

static struct variable *find(const char16_t *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(store); i++)
        if (store[i].size > 0 && ucs2_equal(store[i].name, name))
            return &store[i];
    return NULL;
}

static EFI_STATUS EFIAPI get(const char16_t *name, const EFI_GUID *guid, uint32_t *attributes,
                             size_t *size, void *data)
{
    struct variable *v = find(name);
    if (v == NULL)
        return EFI_NOT_FOUND;
    size_t room = *size;
    *size = v->size;
    if (room < v->size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(data, v->data, v->size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI put(const char16_t *name, const EFI_GUID *guid, uint32_t attributes,
                             size_t size, const void *data)
{
    struct variable *v = find(name);
    for (size_t i = 0; v == NULL; i++)
        v = store[i].size == 0 ? &store[i] : NULL;
    memcpy(v->name, name, (ucs2_length(name, 15) + 1) * sizeof *name);
    v->attributes = attributes;
    v->size = size;
    memcpy(v->data, data, size);
    return EFI_SUCCESS;
}

static EFI_RUNTIME_SERVICES rt = {.GetVariable = get, .SetVariable = put};

static int empty(void **state)
{
    memset(store, 0, sizeof store);
    return 0;
}

static EFI_DEVICE_PATH_PROTOCOL *path(const char16_t *text)
{
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_from_text(text);
    assert_non_null(path);
    return path;
}

#define TERMINAL u"/VenVt100()"
#define SERIAL   u"PciRoot(0x0)/Serial(0x0)/Uart(115200,8,N,1)"
#define VIRTIO   u"PciRoot(0x0)/Pci(0x1,0x0)"

static void choose(const char16_t *name, const char16_t *text)
{
    EFI_DEVICE_PATH_PROTOCOL *value = path(text);
    put(name, GUID_OF(EFI_GLOBAL_VARIABLE), 7, device_path_size(value), value);
    pool_free(value);
}

/* Does the variable name the console? */
static bool names(enum console_use use, const char16_t *text)
{
    EFI_DEVICE_PATH_PROTOCOL *choice = console_variable_get(&rt, use), *console = path(text);
    bool named = console_is_named(choice, console);
    pool_free(choice);
    pool_free(console);
    return named;
}

static void set(const char16_t *text)
{
    EFI_DEVICE_PATH_PROTOCOL *all = path(text);
    console_variables_set(&rt, all);
    pool_free(all);
}

static void defaults_name_all(void **state)
{
    set(SERIAL TERMINAL u"," VIRTIO TERMINAL);
    assert_int_equal(find(u"ConOut")->attributes, 7);
    assert_int_equal(find(u"ConOutDev")->attributes, 6);
    for (enum console_use use = 0; use < CONSOLE_USES; use++) {
        assert_true(names(use, SERIAL TERMINAL));
        assert_true(names(use, u"PciRoot(0x0)/Pci(0x7,0x0)" TERMINAL)); /* whatever comes */
    }
    /* At the next boot there is another. */
    set(VIRTIO TERMINAL);
    EFI_DEVICE_PATH_PROTOCOL *chosen = console_variable_get(&rt, CONSOLE_USE_INPUT);
    EFI_DEVICE_PATH_PROTOCOL *console = path(VIRTIO TERMINAL);
    assert_true(device_path_begins_with(chosen, console));
    pool_free(chosen);
    pool_free(console);
}

static void a_choice_stays(void **state)
{
    choose(u"ConOut", VIRTIO TERMINAL);
    choose(u"ErrOut", SERIAL TERMINAL u"," VIRTIO TERMINAL);
    set(SERIAL TERMINAL u"," VIRTIO TERMINAL);
    assert_true(names(CONSOLE_USE_OUTPUT, VIRTIO TERMINAL));
    assert_false(names(CONSOLE_USE_OUTPUT, SERIAL TERMINAL));
    assert_true(names(CONSOLE_USE_ERRORS, SERIAL TERMINAL));
    assert_true(names(CONSOLE_USE_ERRORS, VIRTIO TERMINAL));
    assert_false(names(CONSOLE_USE_ERRORS, u"PciRoot(0x0)/Pci(0x7,0x0)" TERMINAL));
    assert_true(names(CONSOLE_USE_INPUT, SERIAL TERMINAL));
}

static void settings_make_no_difference(void **state)
{
    choose(u"ConIn", u"PciRoot(0x0)/Serial(0x0)/Uart(9600,7,E,2)/VenPcAnsi()");
    assert_true(names(CONSOLE_USE_INPUT, SERIAL TERMINAL));
    assert_false(names(CONSOLE_USE_INPUT, u"PciRoot(0x0)" TERMINAL));
    assert_false(names(CONSOLE_USE_INPUT, u"PciRoot(0x0)/Serial(0x1)/Uart(115200,8,N,1)" TERMINAL));
}

static void what_is_no_path_is_not_followed(void **state)
{
    static const uint8_t bad[] = {1, 1, 6, 0, 0, 0, 0x7f, 0xff};
    put(u"ConIn", GUID_OF(EFI_GLOBAL_VARIABLE), 7, sizeof bad, bad);
    captured_log_start();
    assert_null(console_variable_get(&rt, CONSOLE_USE_INPUT));
    assert_true(captured_log_has("ConIn has no device path"));
    captured_log_stop();
    assert_null(console_variable_get(&rt, CONSOLE_USE_OUTPUT));
}

static void no_console_no_variables(void **state)
{
    console_variables_set(&rt, NULL);
    assert_null(find(u"ConOut"));
    assert_null(find(u"ConOutDev"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults_name_all, empty),
        cmocka_unit_test_setup(a_choice_stays, empty),
        cmocka_unit_test_setup(settings_make_no_difference, empty),
        cmocka_unit_test_setup(what_is_no_path_is_not_followed, empty),
        cmocka_unit_test_setup(no_console_no_variables, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
