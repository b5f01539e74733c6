/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/captured_log.h"
#include "models/fw_cfg.h"
#include "models/memory_fixture.h"
#include "platform/fw_cfg.h"
#include "platform/machine.h"
#include "platform/options.h"

#define TABLE 0xf1000u

static struct memory_fixture t;
static struct fw_cfg_model device;
static struct smbios smbios;

static int set_up(void **state)
{
    captured_log_start();
    memory_fixture_empty(&t);
    t.bus.strict = true;
    memset(&device, 0, sizeof device);
    smbios = (struct smbios){0};
    fw_cfg_forget();
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    memory_fixture_free(&t);
    return 0;
}

static void command_line(const char *line)
{
    options_set_sources(line, &smbios, device.bus != NULL);
}

static void expect(const char *key, const char *value)
{
    const char *found = host_option(key);
    if (value == NULL) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_string_equal(found, value);
}

static void words_of_a_command_line(void **state)
{
    command_line("console=ttyS0  cloudhv.boot=disk0,net\tcloudhv.options=5 cloudhv.nx quiet "
                 "xcloudhv.noboot=reset cloudhv.noboot=");
    expect("boot", "disk0,net");
    expect("options", "5");
    expect("nx", "");
    expect("noboot", "");
    command_line("console=ttyS0 xcloudhv.boot=disk0");
    expect("boot", NULL);
}

static void quotes_hold_words_together(void **state)
{
    command_line("a=\"x cloudhv.boot=no\" cloudhv.options=\"console=ttyS0 initrd=\\initrd.img\" "
                 "\"cloudhv.nx=odd\" cloudhv.noboot=a\"b c\"d");
    expect("boot", NULL);
    expect("options", "console=ttyS0 initrd=\\initrd.img");
    expect("nx", NULL);
    expect("noboot", "ab cd");
    command_line("cloudhv.boot=\"open end");
    expect("boot", "open end");
}

static void keys_are_whole_words(void **state)
{
    command_line("cloudhv.bootx=1 cloudhv.boo=2 cloudhv.=3 cloudhv. cloudhv.BOOT=4");
    expect("boot", NULL);
}

static void the_first_one_counts(void **state)
{
    command_line("cloudhv.boot=one cloudhv.boot=two");
    expect("boot", "one");
}

static void the_string_stays(void **state)
{
    char line[] = "cloudhv.boot=one cloudhv.nx=two";
    command_line(line);
    const char *boot = host_option("boot");
    expect("nx", "two");
    memset(line, 'x', sizeof line - 1);
    assert_string_equal(boot, "one");
    assert_ptr_equal(boot, host_option("boot"));
}

static void smbios_comes_after_the_command_line(void **state)
{
    const char table[] = "\x0b\x05\x01\x00\x03"
                         "cloudhv.boot=shell\0"
                         "cloudhv.options=console=ttyS0 quiet\0other\0\0\x7f\x04\x02\x00\0";
    memcpy(memory_fixture_at(&t, TABLE), table, sizeof table);
    smbios = (struct smbios){.table = TABLE, .table_size = sizeof table};
    command_line("cloudhv.boot=net");
    expect("boot", "net");
    expect("options", "console=ttyS0 quiet"); /* a string is one word */
    expect("nx", NULL);
}

static void fw_cfg_comes_last(void **state)
{
    for (int dma = 0; dma < 2; dma++) {
        memory_fixture_free(&t);
        set_up(state);
        device.has_dma = dma;
        fw_cfg_model_file(&device, "etc/acpi/tables", "x");
        fw_cfg_model_file(&device, "opt/cloudhv/boot", "net");
        fw_cfg_model_file(&device, "opt/cloudhv/options", "console=ttyS0 quiet");
        fw_cfg_model_file(&device, "bootorder", "/pci@i0cf8/scsi@3/disk@0,0");
        fw_cfg_model_add(&device, &t.bus);
        command_line("cloudhv.boot=shell");
        expect("boot", "shell");
        assert_int_equal(t.bus.reads + t.bus.writes, 0); /* not asked yet */
        expect("options", "console=ttyS0 quiet");
        expect("nx", NULL);
        if (dma)
            assert_in_range(t.bus.reads + t.bus.writes, 1, 7);

        char text[64];
        size_t size;
        assert_int_equal(fw_cfg_read("bootorder", text, sizeof text, &size), EFI_SUCCESS);
        assert_int_equal(size, strlen("/pci@i0cf8/scsi@3/disk@0,0"));
        assert_memory_equal(text, "/pci@i0cf8/scsi@3/disk@0,0", size);
        assert_int_equal(fw_cfg_read("opt/nothing", text, sizeof text, &size), EFI_NOT_FOUND);
        assert_int_equal(fw_cfg_read("bootorder", text, 4, &size), EFI_SUCCESS);
        assert_int_equal(size, strlen("/pci@i0cf8/scsi@3/disk@0,0"));
    }
}

static void a_missing_fw_cfg_is_survived(void **state)
{
    device.bus = &t.bus;
    t.bus.strict = false;
    command_line("");
    expect("boot", NULL);
    assert_false(fw_cfg_present());
}

static void a_failing_fw_cfg_is_told(void **state)
{
    device.has_dma = device.dma_fails = true;
    fw_cfg_model_add(&device, &t.bus);
    command_line("");
    expect("boot", NULL);
    assert_true(captured_log_has("fw_cfg: key 0x19"));
}

static void a_silent_fw_cfg_is_given_up(void **state)
{
    device.has_dma = device.dma_silent = true;
    fw_cfg_model_add(&device, &t.bus);
    command_line("");
    expect("boot", NULL);
    assert_true(captured_log_has("fw_cfg: key 0x19"));
}

static void a_huge_directory_is_cut(void **state)
{
    device.has_dma = true;
    device.claimed = 0xffffffff;
    fw_cfg_model_file(&device, "opt/cloudhv/boot", "net");
    fw_cfg_model_add(&device, &t.bus);
    command_line("");
    expect("boot", "net");
    assert_true(captured_log_has("only 256 of"));
}

static void values_that_are_too_long_are_told(void **state)
{
    static char line[6000] = "cloudhv.boot=";
    memset(line + 13, 'a', sizeof line - 14);
    command_line(line);
    expect("boot", NULL);
    assert_true(captured_log_has("cloudhv.boot: the host's options are too long"));

    static char file[5000];
    memset(file, 'b', sizeof file - 1);
    device.has_dma = true;
    fw_cfg_model_file(&device, "opt/cloudhv/boot", file);
    fw_cfg_model_add(&device, &t.bus);
    command_line("");
    expect("boot", NULL);
}

static void unknown_keys_get_a_warning_each(void **state)
{
    const char table[] = "\x0b\x05\x01\x00\x01"
                         "cloudhv.bios=1\0cloudhv.nx=strict\0\0";
    memcpy(memory_fixture_at(&t, TABLE), table, sizeof table);
    smbios = (struct smbios){.table = TABLE, .table_size = sizeof table};
    device.has_dma = true;
    fw_cfg_model_file(&device, "opt/cloudhv/boto", "net");
    fw_cfg_model_file(&device, "opt/other", "net");
    fw_cfg_model_add(&device, &t.bus);
    command_line("cloudhv.boot=1 cloudhv.bot=2 quiet cloudhv.noboot");
    host_options_check();
    assert_int_equal(captured_log_lines(), 3);
    assert_true(captured_log_has("unknown option cloudhv.bot\n"));
    assert_true(captured_log_has("unknown option cloudhv.bios\n"));
    assert_true(captured_log_has("unknown option cloudhv.boto\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_of_a_command_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(quotes_hold_words_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_are_whole_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_one_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_string_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(smbios_comes_after_the_command_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fw_cfg_comes_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_fw_cfg_is_survived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failing_fw_cfg_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_silent_fw_cfg_is_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_huge_directory_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_that_are_too_long_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_keys_get_a_warning_each, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
