/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keys before the boot, and what variables ask of the boot manager. */
#include "boot/choice.h"
#include "boot/variable.h"
#include "efi/protocol/simple_text_in_ex.h"
#include "lib/crc32.h"
#include "unit/boot/manager-fixture.h"

#define GREETING "HD(1,MBR,0x4e474953,0x40,0x4000)/\\greeting.txt"
#define DISK     "VenHw(00000000-0000-0000-0000-000000000000)/"

static char screen[4096];
static EFI_HANDLE console;

/* Keys come when this text has been shown. */
static const char *cue;
static EFI_KEY_DATA keys[8];
static size_t keys_left, key_next;

static void press(uint16_t scan, char16_t character, uint32_t state)
{
    keys[keys_left++] = (EFI_KEY_DATA){{scan, character}, {EFI_SHIFT_STATE_VALID | state, 0}};
}

static bool cue_is_shown(void)
{
    return keys_left > key_next && strstr(screen, cue) != NULL;
}

static EFI_STATUS EFIAPI read_key(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, EFI_KEY_DATA *ret)
{
    if (!cue_is_shown())
        return EFI_NOT_READY;
    *ret = keys[key_next++];
    return EFI_SUCCESS;
}

static void EFIAPI look_for_key(EFI_EVENT event, void *context)
{
    if (cue_is_shown())
        (void)efi_signal_event(event);
}

static EFI_STATUS EFIAPI write(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, char16_t *text)
{
    size_t at = strlen(screen);
    for (; *text != 0 && at + 1 < sizeof screen; text++)
        screen[at++] = (char)*text;
    screen[at] = 0;
    return EFI_SUCCESS;
}

static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL input = {.ReadKeyStrokeEx = read_key};
static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL output = {.OutputString = write};

static void forget(void)
{
    screen[0] = loaded[0] = reports[0] = 0;
    keys_left = key_next = 0;
    cue = "Booting in";
}

static int setup(void **state)
{
    int failed = start(state);
    if (failed != 0)
        return failed;
    forget();
    table.ConOut = &output;
    bs.CreateEvent(EVT_NOTIFY_WAIT, TPL_NOTIFY, look_for_key, NULL, &input.WaitForKeyEx);
    bs.InstallProtocolInterface(&console, GUID_OF(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL),
                                EFI_NATIVE_INTERFACE, &input);
    table.ConsoleInHandle = console;
    return 0;
}

static int teardown(void **state)
{
    bs.CloseEvent(input.WaitForKeyEx);
    bs.UninstallProtocolInterface(console, GUID_OF(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL), &input);
    console = NULL;
    return disk_teardown(state);
}

static void put_timeout(uint16_t seconds)
{
    put(u"Timeout", &seconds, sizeof seconds);
}

static void put_key(const char16_t *name, uint32_t data, uint16_t option, const EFI_INPUT_KEY *list)
{
    struct {
        uint32_t data, crc;
        uint16_t option;
        EFI_INPUT_KEY keys[3];
    } __attribute__((packed)) key = {.data = data, .option = option};
    static const char16_t *const names[] = {u"Boot0000", u"Boot0001", u"Boot0002"};
    const struct variable *v = option < ARRAY_SIZE(names) ? find(names[option]) : NULL;
    if (v != NULL)
        key.crc = crc32(v->data, v->size);
    size_t count = data >> 30;
    memcpy(key.keys, list, count * sizeof *list);
    put(name, &key, 10 + count * sizeof *list);
}

static void put_greeting(const char16_t *name, uint32_t attributes)
{
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_from_text(u"\\greeting.txt");
    struct option_bytes o = make_option(attributes, path, device_path_size(path));
    free(path);
    put(name, o.bytes, o.size);
}

/* Nothing is read, shown or waited for. */
static void no_timeout(void **state)
{
    cue = "";
    press(SCAN_ESC, 0, 0);
    uint64_t waits = fake_cpu.waits;
    boot_choice(&boot);
    put(u"Timeout", "\5", 1); /* malformed */
    boot_choice(&boot);
    assert_string_equal(screen, "");
    assert_int_equal(key_next, 0);
    assert_true(fake_cpu.waits == waits);
}

static void counts_down(void **state)
{
    put_timeout(2);
    boot_choice(&boot);
    assert_string_equal(screen, "\rBooting in 2 s (Enter: now; Esc or F2: shell)  \b"
                                "\rBooting in 1 s (Enter: now; Esc or F2: shell)  \b\r\n");
    assert_string_equal(loaded, "");
}

static void keys_of_its_own(void **state)
{
    static const struct {
        uint16_t scan;
        char16_t character;
        const char *loads;
    } cases[] = {
        {0, '\r', ""},
        {SCAN_ESC, 0, "shell\n"},
        {SCAN_F2, 0, "shell\n"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        forget();
        put_timeout(i == 1 ? 0xffff : 9);
        cue = i == 1 ? "Enter boots" : "in 8 s";
        press(0, 'x', 0);
        press(SCAN_F1, 0, 0);
        press(cases[i].scan, cases[i].character, 0);
        press(SCAN_ESC, 0, 0); /* is left for others */
        boot_choice(&boot);
        assert_string_equal(loaded, cases[i].loads);
        assert_int_equal(key_next, 3);
        assert_null(strstr(screen, "in 7 s"));
    }
}

static void starts_what_a_hot_key_names(void **state)
{
    put_timeout(9);
    put_greeting(u"Boot0001", LOAD_OPTION_ACTIVE | LOAD_OPTION_CATEGORY_APP);
    put_key(u"Key0001", 0x40000200, 1, (EFI_INPUT_KEY[]){{0, 'B'}});
    press(0, 'b', 0);
    press(0, 'b', EFI_LEFT_CONTROL_PRESSED);
    boot_choice(&boot);
    assert_string_equal(loaded, DISK GREETING "\n");
    assert_string_equal(reports, "Boot0001 \"Name\": load error\n");
    assert_null(find(u"BootCurrent"));

    /* A sequence, which a wrong key begins anew; it may take a key of the firmware's own. */
    forget();
    put_key(u"Key0002", 0xc0000000, 1, (EFI_INPUT_KEY[]){{SCAN_F1, 0}, {0, 'a'}, {0, 'b'}});
    put_key(u"Key0003", 0x40000000, 1, (EFI_INPUT_KEY[]){{SCAN_ESC, 0}});
    press(SCAN_F1, 0, 0);
    press(0, 'a', 0);
    press(SCAN_F1, 0, 0);
    press(0, 'a', 0);
    press(0, 'b', 0);
    boot_choice(&boot);
    assert_int_equal(key_next, 5);
    assert_string_equal(loaded, DISK GREETING "\n");
    forget();
    press(SCAN_ESC, 0, 0);
    boot_choice(&boot);
    assert_string_equal(loaded, DISK GREETING "\n");
}

static void refuses_hot_keys(void **state)
{
    put_timeout(1);
    put_greeting(u"Boot0000", 0);
    put_greeting(u"Boot0001", LOAD_OPTION_ACTIVE);
    put_greeting(u"Boot0002", LOAD_OPTION_ACTIVE | 0x200);
    put_key(u"Key0001", 0x40000000, 0, (EFI_INPUT_KEY[]){{0, 'a'}});
    press(0, 'a', 0);
    boot_choice(&boot);
    put_key(u"Key0001", 0x40000000, 1, (EFI_INPUT_KEY[]){{0, 'a'}});
    find(u"Boot0001")->data[6]++;
    key_next = 0;
    boot_choice(&boot);
    put_key(u"Key0001", 0x40000000, 2, (EFI_INPUT_KEY[]){{0, 'a'}});
    key_next = 0;
    boot_choice(&boot);
    put_key(u"Key0001", 0x40000000, 7, (EFI_INPUT_KEY[]){{0, 'a'}});
    key_next = 0;
    boot_choice(&boot);
    assert_string_equal(loaded, "");
    assert_string_equal(reports, "Key0001: ignored, Boot0000 is not active\n"
                                 "Key0001: ignored, Boot0001 has changed since\n"
                                 "Boot0007: no such variable\n");

    /* Malformed ones, modifiers alone, names that are none; and too many. */
    forget();
    put(u"Key0001", "\0\0\0\x40\0\0\0\0\1\0a\0\0", 13);
    put(u"Key000a", "\0\0\0\x40\0\0\0\0\1\0\0\0a", 14);
    put(u"Key00001", "\0\0\0\x40\0\0\0\0\1\0\0\0a", 14);
    put(u"Key", "\0\0\0\x40\0\0\0\0\1\0\0\0a", 14);
    put(u"Key00AF", "\0\4\0\0\0\0\0\0\1\0", 10);
    press(0, 'a', 0);
    boot_choice(&boot);
    assert_string_equal(reports, "Key0001: not a well-formed key option\n");
    for (char16_t i = 0; i < 33; i++) {
        char16_t name[] = u"Key1000";
        name[5] = u"0123456789ABCDEF"[i / 16];
        name[6] = u"0123456789ABCDEF"[i % 16];
        put(name, "\0\0\0\x40\0\0\0\0\1\0\0\0b", 14);
    }
    reports[0] = 0;
    boot_choice(&boot);
    assert_string_equal(reports, "Key0001: not a well-formed key option\n"
                                 "Key1020: more than 32 are not looked at\n");
    assert_string_equal(loaded, "");
}

static uint16_t timeout_of(void)
{
    uint16_t seconds;
    assert_int_equal(find(u"Timeout")->size, sizeof seconds);
    memcpy(&seconds, find(u"Timeout")->data, sizeof seconds);
    return seconds;
}

static void announces(void **state)
{
    variables_announce(&boot);
    assert_memory_equal(find(u"BootOptionSupport")->data, "\x13\3\0\0", 4);
    assert_memory_equal(find(u"OsIndicationsSupported")->data, "\0\0\0\0\0\0\0\0", 8);
    assert_int_equal(timeout_of(), 0);

    struct load_option option;
    const struct variable *recovery = find(u"PlatformRecovery0000");
    assert_true(load_option_parse(recovery->data, recovery->size, &option));
    assert_int_equal(option.attributes, LOAD_OPTION_ACTIVE);
    assert_int_equal(option.options_size, 0);
    char16_t *text = device_path_to_text(option.path, false, false);
    assert_true(ucs2_equal(text, u"\\EFI\\BOOT\\BOOTX64.EFI"));
    free(text);

    /* The host's word is stronger than the variable, and nonsense is none. */
    put_timeout(3);
    variables_announce(&boot);
    assert_int_equal(timeout_of(), 3);
    static const char *const nonsense[] = {"", "-1", "65536", "5s",
                                           "99999999999999999999999999999999999"};
    for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
        reports[0] = 0;
        timeout_text = nonsense[i];
        variables_announce(&boot);
        assert_int_equal(timeout_of(), 3);
        assert_string_equal(reports, "cloudhv.timeout: not a number of seconds up to 65535\n");
    }
    timeout_text = "65535";
    variables_announce(&boot);
    assert_int_equal(timeout_of(), 0xffff);
}

/* What the boot manager does once, until nothing booted. */
static const char *loads_with(uint64_t indications)
{
    forget();
    put(u"OsIndications", &indications, sizeof indications);
    put(u"BootNext", "\1\0", 2);
    put(u"BootOrder", "\2\0", 2);
    assert_int_equal(boot_main(NULL, &table), EFI_NOT_FOUND);
    const struct variable *left = find(u"OsIndications");
    uint64_t others = indications & ~0x61ull;
    assert_true(others == 0 ? left == NULL : memcmp(left->data, &others, sizeof others) == 0);
    return loaded;
}

static EFI_HANDLE host_handle;

static void follows_indications(void **state)
{
    bs.InstallProtocolInterface(&host_handle, GUID_OF(CLOUDHV_BOOT_HOST_PROTOCOL),
                                EFI_NATIVE_INTERFACE, &host);
    noboot_text = "halt";
    put_greeting(u"Boot0001", LOAD_OPTION_ACTIVE);
    put_greeting(u"Boot0002", LOAD_OPTION_ACTIVE);
    assert_string_equal(loads_with(0x100),
                        DISK GREETING "\n" DISK GREETING "\n" DISK FIRST_LOADER "\n");
    assert_null(find(u"BootNext"));
    assert_string_equal(loads_with(EFI_OS_INDICATIONS_BOOT_TO_FW_UI),
                        "shell\n" DISK GREETING "\n" DISK GREETING "\n" DISK FIRST_LOADER "\n");
    assert_string_equal(loads_with(0x2 | EFI_OS_INDICATIONS_START_OS_RECOVERY),
                        DISK GREETING "\n" DISK FIRST_LOADER "\n");
    assert_non_null(find(u"BootNext"));
    assert_string_equal(loads_with(EFI_OS_INDICATIONS_START_OS_RECOVERY |
                                   EFI_OS_INDICATIONS_START_PLATFORM_RECOVERY),
                        DISK FIRST_LOADER "\n");
    bs.UninstallProtocolInterface(host_handle, GUID_OF(CLOUDHV_BOOT_HOST_PROTOCOL), &host);
}

int main(void)
{
    if (!fixture_has_tools())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_timeout, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_down, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(starts_what_a_hot_key_names, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_hot_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(announces, setup, teardown),
        cmocka_unit_test_setup_teardown(follows_indications, setup, teardown),
    };
    return cmocka_run_group_tests(tests, install_bindings, NULL);
}
