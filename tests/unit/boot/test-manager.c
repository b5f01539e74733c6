/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The boot manager over the real handle database and a real disk, with variables that anybody may
 * have written. Images are not loaded: what would be is written down as text. */
#include "boot/boot.h"
#include "boot/early.h"
#include "boot/noboot.h"
#include "boot/option.h"
#include "boot/order.h"
#include "efi/multiple.h"
#include "efi/open_protocol.h"
#include "efi/protocol/loaded_image.h"
#include "efi/protocols/device_path_to_text.h"
#include "lib/ascii.h"
#include "lib/load_option.h"
#include "lib/ucs2.h"
#include "unit/efi/disk-fixture.h"

#define FIRST_LOADER "HD(1,MBR,0x4e474953,0x40,0x4000)/\\EFI\\BOOT\\BOOTX64.EFI"

#define WHOLE "VenHw(00000000-0000-0000-0000-000000000000)/"

static EFI_BOOT_SERVICES bs;
static EFI_RUNTIME_SERVICES rt;
static char loaded[4096], reports[8192];
static unsigned load_count;
static const char *boot_option_text, *noboot_text;
static bool has_shell;

/* Variables of this test: a name and bytes. */
static struct variable {
    char16_t name[16];
    uint8_t data[512];
    size_t size;
} variables[8];

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
        assert_null(path);
        assert_int_equal(size, 5);
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
    memset(variables, 0, sizeof variables);
    loaded[0] = reports[0] = 0;
    load_count = 0;
    boot_option_text = noboot_text = NULL;
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

static void put_file_option(const char16_t *name, uint32_t attributes, const char16_t *file)
{
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_from_text(file);
    assert_non_null(path);
    struct option_bytes o = make_option(attributes, path, device_path_size(path));
    free(path);
    put(name, o.bytes, o.size);
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
        cmocka_unit_test_setup_teardown(drivers_come_first, start, disk_teardown),
        cmocka_unit_test_setup_teardown(hostile_options, start, disk_teardown),
        cmocka_unit_test_setup_teardown(host_order, start, disk_teardown),
        cmocka_unit_test_setup_teardown(nothing_boots, start, disk_teardown),
    };
    return cmocka_run_group_tests(tests, install_bindings, NULL);
}
