/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/early.h"
#include "boot/noboot.h"
#include "boot/option.h"
#include "boot/order.h"
#include "lib/ascii.h"
#include "unit/boot/manager-fixture.h"

/* The path as text, in a load option Boot0001 that BootOrder names. */
static void boot_path(const char *text)
{
    char16_t wide[256];
    ucs2_from_ascii(wide, ARRAY_SIZE(wide), text);
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_from_text(wide);
    assert_non_null(path);
    struct option_bytes o = make_option(LOAD_OPTION_ACTIVE, path, device_path_size(path));
    free(path);
    put(u"Boot0001", o.bytes, o.size);
    put(u"BootOrder", "\1\0", 2);
    loaded[0] = 0;
    boot_order(&boot);
}

static void expect_loaded(const char *ending)
{
    size_t length = strlen(loaded), wanted = strlen(ending);
    if (length < wanted + 1 || memcmp(loaded + length - 1 - wanted, ending, wanted) != 0)
        fail_msg("loaded: \"%s\", not \"%s\"", loaded, ending);
}

static void short_forms(void **state)
{
    boot_path("HD(1,MBR,0x4e474953,0x40,0x4000)/\\EFI\\BOOT\\BOOTX64.EFI");
    expect_loaded(FIRST_LOADER);
    boot_path("HD(1,MBR,0x4e474953,0x1,0x1)/\\other.efi"); /* moved since */
    expect_loaded("HD(1,MBR,0x4e474953,0x40,0x4000)/\\other.efi");
    boot_path("HD(1,MBR,0x4e474953,0x40,0x4000)");
    expect_loaded(FIRST_LOADER);
    boot_path("\\greeting.txt");
    expect_loaded("HD(1,MBR,0x4e474953,0x40,0x4000)/\\greeting.txt");
    boot_path("VenHw(00000000-0000-0000-0000-000000000000)"); /* the whole disk */
    expect_loaded(FIRST_LOADER);
    assert_int_equal(load_count, 5);
    assert_string_equal(reports, "Boot0001 \"Name\": load error\n"
                                 "Boot0001 \"Name\": load error\n"
                                 "Boot0001 \"Name\": load error\n"
                                 "Boot0001 \"Name\": load error\n"
                                 "Boot0001 \"Name\": load error\n");
    reports[0] = 0;
    boot_path("HD(1,MBR,0x12345678,0x40,0x4000)/\\EFI\\BOOT\\BOOTX64.EFI");
    boot_path("HD(2,MBR,0x4e474953,0x40,0x4000)/\\EFI\\BOOT\\BOOTX64.EFI");
    boot_path("\\none.efi");
    boot_path("PciRoot(0x0)/Pci(0x3,0x0)/\\EFI\\BOOT\\BOOTX64.EFI");
    assert_int_equal(load_count, 5);
    assert_null(find(u"BootCurrent"));
}

static void only_active_boot_options(void **state)
{
    const EFI_DEVICE_PATH_PROTOCOL *path = &disk_path.vendor.Header;
    struct option_bytes o = make_option(0, path, sizeof disk_path);
    put(u"Boot0001", o.bytes, o.size);
    o = make_option(LOAD_OPTION_ACTIVE | 0x100, path, sizeof disk_path);
    put(u"Boot0002", o.bytes, o.size);
    put(u"BootOrder", "\1\0\2\0\3\0\7", 7);
    boot_order(&boot);
    assert_int_equal(load_count, 0);
    assert_string_equal(reports, "Boot0003: no such variable\n");
    put(u"BootNext", "\1\0", 2);
    boot_next(&boot);
    assert_int_equal(load_count, 1);
    assert_null(find(u"BootNext"));
    put(u"BootNext", "\1\0\0", 3);
    boot_next(&boot);
    assert_int_equal(load_count, 1);
    assert_null(find(u"BootNext"));
}

/* The firmware's shell by its path, and one that is a little different. */
static void shell_by_path(void **state)
{
    put_file_option(u"Boot0001", LOAD_OPTION_ACTIVE,
                    u"Fv(5A1B5F0E-9C39-4D0B-8E21-6D2F0B43C178)/"
                    u"FvFile(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1)");
    put(u"BootOrder", "\1\0", 2);
    has_shell = false;
    boot_order(&boot);
    assert_string_equal(reports, "Boot0001 \"Name\": not found\n");
    has_shell = true;
    boot_order(&boot);
    assert_string_equal(loaded, "shell\n");
    put_file_option(u"Boot0001", LOAD_OPTION_ACTIVE,
                    u"FvFile(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1)");
    boot_order(&boot);
    assert_string_equal(loaded, "shell\n");
}

/* In their order, active ones only, each once; others that come later at the next attempt. */
static void drivers_come_first(void **state)
{
    put_file_option(u"Driver0000", LOAD_OPTION_ACTIVE, u"\\greeting.txt");
    put_file_option(u"Driver0001", 0, u"\\EFI\\BOOT\\BOOTX64.EFI");
    put_file_option(u"Driver0002", LOAD_OPTION_ACTIVE | LOAD_OPTION_FORCE_RECONNECT,
                    u"\\EFI\\BOOT\\BOOTX64.EFI");
    put(u"DriverOrder", "\2\0\1\0\0\0\2\0\5\0\7", 11);
    early_drivers(&boot);
    assert_string_equal(loaded, WHOLE FIRST_LOADER
                        "\n" WHOLE "HD(1,MBR,0x4e474953,0x40,0x4000)/\\greeting.txt\n");
    assert_string_equal(reports, "Driver0002 \"Name\": load error\n"
                                 "Driver0000 \"Name\": load error\n"
                                 "Driver0005: no such variable\n");
    loaded[0] = 0;
    put_file_option(u"Driver0005", LOAD_OPTION_ACTIVE, u"\\greeting.txt");
    early_drivers(&boot);
    assert_string_equal(loaded, WHOLE "HD(1,MBR,0x4e474953,0x40,0x4000)/\\greeting.txt\n");

    loaded[0] = 0;
    early_applications(&boot);
    put_file_option(u"SysPrep0000", LOAD_OPTION_ACTIVE, u"\\greeting.txt");
    put(u"SysPrepOrder", "\0\0", 2);
    early_applications(&boot);
    early_applications(&boot);
    assert_string_equal(loaded, WHOLE "HD(1,MBR,0x4e474953,0x40,0x4000)/\\greeting.txt\n");
}

/* Cut at every length, and each byte set to what tells most: no access outside, no endless loop. */
static void hostile_options(void **state)
{
    struct {
        HARDDRIVE_DEVICE_PATH drive;
        uint8_t file[4 + sizeof u"\\greeting.txt"];
        EFI_DEVICE_PATH_PROTOCOL end;
    } __attribute__((packed))
    path = {.drive = {.PartitionNumber = 1, .Signature = "SIGN", .MBRType = 1, .SignatureType = 1}};
    device_path_set_node(&path.drive.Header, MEDIA_DEVICE_PATH, MEDIA_HARDDRIVE_DP,
                         sizeof path.drive);
    device_path_set_node((void *)path.file, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, sizeof path.file);
    memcpy(path.file + 4, u"\\greeting.txt", sizeof u"\\greeting.txt");
    device_path_set_end(&path.end);
    const struct option_bytes good = make_option(LOAD_OPTION_ACTIVE, &path, sizeof path);
    put(u"BootOrder", "\1\0", 2);

    put(u"Boot0001", good.bytes, good.size);
    boot_order(&boot);
    expect_loaded("HD(1,MBR,0x4e474953,0x40,0x4000)/\\greeting.txt");
    for (size_t size = 1; size < good.size - 3; size++) {
        put(u"Boot0001", good.bytes, size);
        boot_order(&boot);
    }
    assert_int_equal(load_count, 1);
    static const uint8_t values[] = {0, 1, 3, 4, 0x7f, 0xff};
    for (size_t i = 0; i < good.size; i++) {
        for (size_t v = 0; v < sizeof values; v++) {
            struct option_bytes bad = good;
            bad.bytes[i] = values[v];
            put(u"Boot0001", bad.bytes, bad.size);
            reports[0] = loaded[0] = 0;
            boot_order(&boot);
        }
    }
}

static void host_order(void **state)
{
    static const struct {
        const char *list;
        unsigned loads;
        const char *reported;
    } cases[] = {
        {NULL, 1, "disk: \\EFI\\BOOT\\BOOTX64.EFI: load error\n"},
        {"disk", 1, "disk: \\EFI\\BOOT\\BOOTX64.EFI: load error\n"},
        {"disk0", 1, "disk: \\EFI\\BOOT\\BOOTX64.EFI: load error\n"},
        {"", 0, ""},
        {",,,", 0, ""},
        {"disk7", 0, "cloudhv.boot: there is no disk7\n"},
        {"disk18446744073709551615", 0, "cloudhv.boot: there is no disk18446744073709551615\n"},
        {"disk99999999999999999999", 0,
         "cloudhv.boot: cannot boot from \"disk99999999999999999999\"\n"},
        {"disk-1", 0, "cloudhv.boot: cannot boot from \"disk-1\"\n"},
        {"shell", 1, "shell: load error\n"},
        {"shells", 0, "cloudhv.boot: cannot boot from \"shells\"\n"},
        {"dis", 0, "cloudhv.boot: cannot boot from \"dis\"\n"},
        {"tape,disk0,", 1,
         "cloudhv.boot: cannot boot from \"tape\"\n"
         "disk: \\EFI\\BOOT\\BOOTX64.EFI: load error\n"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        boot_option_text = cases[i].list;
        load_count = 0;
        reports[0] = 0;
        boot_host_order(&boot);
        assert_int_equal(load_count, cases[i].loads);
        assert_string_equal(reports, cases[i].reported);
    }
    expect_loaded(FIRST_LOADER);
}

/* Without a shell that starts the firmware halts, and has said why. */
static void nothing_boots(void **state)
{
    static const struct {
        const char *action;
        bool has_shell;
        enum noboot_action expected;
        const char *reported;
    } cases[] = {
        {NULL, true, NOBOOT_LEAVE,
         "Nothing could be booted. Here is the EFI shell; 'exit' tries again.\n"
         "shell: load error\nNothing could be booted. Halted.\n"},
        {"shell", false, NOBOOT_LEAVE,
         "Nothing could be booted. Here is the EFI shell; 'exit' tries again.\n"
         "shell: not found\nNothing could be booted. Halted.\n"},
        {"halt", true, NOBOOT_LEAVE, "Nothing could be booted. Halted.\n"},
        {"retry", true, NOBOOT_RETRY, "Nothing could be booted. Trying again in 5 seconds.\n"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        noboot_text = cases[i].action;
        has_shell = cases[i].has_shell;
        reports[0] = 0;
        uint64_t waits = fake_cpu.waits;
        assert_int_equal(noboot(&boot), cases[i].expected);
        assert_string_equal(reports, cases[i].reported);
        if (cases[i].expected == NOBOOT_RETRY)
            assert_true(fake_cpu.waits > waits);
    }
}

int main(void)
{
    if (!fixture_has_tools())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(short_forms, start, disk_teardown),
        cmocka_unit_test_setup_teardown(only_active_boot_options, start, disk_teardown),
        cmocka_unit_test_setup_teardown(shell_by_path, start, disk_teardown),
        cmocka_unit_test_setup_teardown(drivers_come_first, start, disk_teardown),
        cmocka_unit_test_setup_teardown(hostile_options, start, disk_teardown),
        cmocka_unit_test_setup_teardown(host_order, start, disk_teardown),
        cmocka_unit_test_setup_teardown(nothing_boots, start, disk_teardown),
    };
    return cmocka_run_group_tests(tests, install_bindings, NULL);
}
