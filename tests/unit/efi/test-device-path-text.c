/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The text of every node of UEFI 2.10 table 10.67, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi/device_path.h"
#include "efi/device_path_nodes.h"
#include "efi/protocols/device_path_from_text.h"
#include "efi/protocols/device_path_to_text.h"
#include "lib/ucs2.h"
#include "unit/efi/device-path-samples.h"

/* An exact heap copy, so that ASan sees a read past the end of the node. */
static EFI_DEVICE_PATH_PROTOCOL *node_from_hex(const char *hex)
{
    uint8_t bytes[128];
    size_t count = strlen(hex) / 2;
    for (size_t i = 0; i < count; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + i * 2, "%2x", &byte), 1);
        bytes[i] = (uint8_t)byte;
    }
    EFI_DEVICE_PATH_PROTOCOL *node = malloc(count + 2);
    device_path_set_node(node, bytes[0], bytes[1], count + 2);
    memcpy(node + 1, bytes + 2, count - 2);
    return node;
}

static void expect_text(const EFI_DEVICE_PATH_PROTOCOL *node, bool display, bool shortcuts,
                        const char *expected)
{
    char16_t *text = device_path_to_text_protocol.ConvertDeviceNodeToText(node, display, shortcuts);
    assert_non_null(text);
    char narrow[512];
    utf8_from_ucs2(narrow, sizeof narrow, text);
    free(text);
    assert_string_equal(narrow, expected);
}

static void expect_node(const char *text, const EFI_DEVICE_PATH_PROTOCOL *expected)
{
    char16_t wide[512];
    ucs2_from_ascii(wide, 512, text);
    EFI_DEVICE_PATH_PROTOCOL *node = device_path_from_text_protocol.ConvertTextToDeviceNode(wide);
    assert_non_null(node);
    size_t size = device_path_node_size(expected);
    if (device_path_node_size(node) != size || memcmp(node, expected, size) != 0)
        fail_msg("%s: wrong bytes", text);
    free(node);
}

static void test_every_node(void **state)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const struct sample *sample = &samples[i];
        EFI_DEVICE_PATH_PROTOCOL *node = node_from_hex(sample->node);
        const char *plain = sample->plain != NULL ? sample->plain : sample->text;
        expect_text(node, false, true, sample->text);
        expect_text(node, false, false, plain);
        expect_text(node, true, true, sample->display != NULL ? sample->display : sample->text);
        expect_node(plain, node);
        expect_node(sample->text, node);
        free(node);
    }
}

/* No entry of the table goes untested. */
static void test_every_entry_has_a_sample(void **state)
{
    for (size_t i = 0; i < device_path_node_count; i++) {
        const struct node_text *entry = &device_path_nodes[i];
        bool found = false;
        for (size_t j = 0; j < sizeof samples / sizeof *samples; j++) {
            size_t length = strlen(entry->name);
            found |=
                (strncmp(samples[j].text, entry->name, length) == 0 &&
                 samples[j].text[length] == '(') ||
                (samples[j].plain != NULL && strncmp(samples[j].plain, entry->name, length) == 0);
        }
        if (!found)
            fail_msg("%s: no sample", entry->name);
    }
}

static void test_defaults_and_words(void **state)
{
    static const struct {
        const char *text, *same_as;
    } cases[] = {
        {"pciroot(1)", "PciRoot(0x1)"},
        {"PciRoot()", "PciRoot(0)"},
        {"Acpi(HID0007,0)", "Acpi(0x00072124,0)"},
        {"Uart()", "Uart(115200,8,D,D)"},
        {"Uart(9600,8,1,2)", "Uart(9600,8,N,1.5)"},
        {"UsbClass()", "UsbClass(0xffff,0xffff,0xff,0xff,0xff)"},
        {"UsbHID(,7)", "UsbClass(0xffff,7,3,0xff,0xff)"},
        {"Sata(1,,2)", "Sata(1,0xffff,2)"},
        {"HD(1,," GUID_TEXT ",1,2)", "HD(1,GPT," GUID_TEXT ",1,2)"},
        {"IPv4(10.0.0.1)", "IPv4(10.0.0.1,UDP,DHCP,0.0.0.0,0.0.0.0,0.0.0.0)"},
        {"IPv6(::1)", "IPv6(0:0:0:0:0:0:0:1,UDP,Static)"},
        {"IPv6(fe80::1:2)", "IPv6(fe80:0:0:0:0:0:1:2)"},
        {"iSCSI(a,1,0)", "iSCSI(a,1,0,None,None,None,TCP)"},
        {"BBS(Network,x)", "BBS(6,x,0)"},
        {"SasEx(0x01)", "SasEx(0x01,0,0,NoTopology,0,0,0)"},
        {"UsbWwid(1,2,3,\"a,b(c)\")", "UsbWwid(1,2,3,\"a,b(c)\")"},
        {"eMMC()", "eMMC(0)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char16_t wide[256];
        ucs2_from_ascii(wide, 256, cases[i].same_as);
        EFI_DEVICE_PATH_PROTOCOL *node = device_path_node_from_text(wide);
        expect_node(cases[i].text, node);
        free(node);
    }
}

static void expect_path(const char16_t *text, const char *expected)
{
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_from_text_protocol.ConvertTextToDevicePath(text);
    assert_non_null(path);
    assert_int_not_equal(device_path_size(path), 0);
    char16_t *again = device_path_to_text_protocol.ConvertDevicePathToText(path, false, true);
    char narrow[512];
    utf8_from_ucs2(narrow, sizeof narrow, again);
    assert_string_equal(narrow, expected);
    device_path_print(narrow, 5, path);
    assert_in_range(strlen(narrow), 0, 4);
    free(again);
    free(path);
}

static void test_paths(void **state)
{
    expect_path(u"PciRoot(0)/Pci(1,0)/HD(1,MBR,0x1234,0x1,0x2)/\\EFI\\BOOT\\BOOTX64.EFI",
                "PciRoot(0x0)/Pci(0x1,0x0)/HD(1,MBR,0x00001234,0x1,0x2)/\\EFI\\BOOT\\BOOTX64.EFI");
    expect_path(u"/Pci(1,0)/Pci(2,0),Uri(http://x/y,z)/VenUtf8()",
                "Pci(0x1,0x0)/Pci(0x2,0x0),Uri(http://x/y)/VenUtf8()");
    expect_path(u"", "");
    expect_path(u"\\a(1).efi", "\\a(1).efi");
    expect_path(u"Nonsense(1,2)/Pci(", "Nonsense(1,2)/Pci(");
    assert_null(device_path_from_text(NULL));
    assert_null(device_path_node_from_text(NULL));
    assert_null(device_path_to_text(NULL, false, false));
    assert_null(device_path_node_to_text(NULL, false, false));
}

/* Nodes that are too short for their type are shown as bytes. */
static void test_truncated_nodes(void **state)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        EFI_DEVICE_PATH_PROTOCOL *whole = NULL;
        whole = node_from_hex(samples[i].node);
        for (size_t size = sizeof *whole; size < device_path_node_size(whole); size++) {
            EFI_DEVICE_PATH_PROTOCOL *cut = malloc(size);
            memcpy(cut, whole, size);
            device_path_set_node(cut, whole->Type, whole->SubType, size);
            char16_t *text = device_path_node_to_text(cut, false, true);
            assert_non_null(text);
            free(text);
            free(cut);
        }
        free(whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_node),         cmocka_unit_test(test_every_entry_has_a_sample),
        cmocka_unit_test(test_defaults_and_words), cmocka_unit_test(test_paths),
        cmocka_unit_test(test_truncated_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
