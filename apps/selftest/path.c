/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Device path utilities and text (UEFI 2.10 §10.5, §10.6): none of their functions returns a
 * status. NULL is "nothing", and what there is no memory for. */
#include "efi/protocol/device_path_from_text.h"
#include "efi/protocol/device_path_to_text.h"
#include "efi/protocol/device_path_utilities.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define NODE_SIZE offsetof(struct test_path, end)

static const EFI_DEVICE_PATH_UTILITIES_PROTOCOL *utilities(void)
{
    return FIND(EFI_DEVICE_PATH_UTILITIES_PROTOCOL);
}

/* What a call has made is `size` bytes that begin as `expected` does; it is freed. */
static void expect_path(void *made, const void *expected, size_t expected_size)
{
    REQUIRE_TRUE(made != NULL);
    CHECK(memcmp(made, expected, expected_size) == 0);
    EXPECT(EFI_SUCCESS, bs->FreePool(made));
}

static void size(void)
{
    const EFI_DEVICE_PATH_UTILITIES_PROTOCOL *p = utilities();
    struct test_path one = make_path(1);
    if (p == NULL)
        return;
    EQUAL(sizeof one, p->GetDevicePathSize(&one.vendor.Header));
    EQUAL(sizeof one.end, p->GetDevicePathSize(&one.end));
    EQUAL(0, p->GetDevicePathSize(NULL));
}

static void duplicate(void)
{
    const EFI_DEVICE_PATH_UTILITIES_PROTOCOL *p = utilities();
    struct test_path one = make_path(1);
    if (p == NULL)
        return;
    expect_path(p->DuplicateDevicePath(&one.vendor.Header), &one, sizeof one);
    CHECK(p->DuplicateDevicePath(NULL) == NULL);
}

/* AppendDevicePath and AppendDeviceNode do the same with a path of one node. */
static void expect_appended(EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *append_one)(
    const EFI_DEVICE_PATH_PROTOCOL *first, const EFI_DEVICE_PATH_PROTOCOL *second))
{
    struct test_path one = make_path(1), two = make_path(2);
    uint8_t both[2 * sizeof one];
    memcpy(both, &one, NODE_SIZE);
    memcpy(both + NODE_SIZE, &two, sizeof two);
    expect_path(append_one(&one.vendor.Header, &two.vendor.Header), both, NODE_SIZE + sizeof two);
    expect_path(append_one(NULL, &two.vendor.Header), &two, sizeof two);
    expect_path(append_one(&one.vendor.Header, NULL), &one, sizeof one);
    expect_path(append_one(NULL, NULL), &one.end, sizeof one.end);
}

static void append(void)
{
    const EFI_DEVICE_PATH_UTILITIES_PROTOCOL *p = utilities();
    if (p != NULL)
        expect_appended(p->AppendDevicePath);
}

static void append_node(void)
{
    const EFI_DEVICE_PATH_UTILITIES_PROTOCOL *p = utilities();
    if (p != NULL)
        expect_appended(p->AppendDeviceNode);
}

static void instances(void)
{
    const EFI_DEVICE_PATH_UTILITIES_PROTOCOL *p = utilities();
    struct test_path one = make_path(1), two = make_path(2);
    size_t instance_size = 0;
    if (p == NULL)
        return;
    EFI_DEVICE_PATH_PROTOCOL *both = p->AppendDevicePathInstance(&one.vendor.Header,
                                                                 &two.vendor.Header),
                             *rest = both;
    REQUIRE_TRUE(both != NULL);
    CHECK(p->IsDevicePathMultiInstance(both));
    CHECK(!p->IsDevicePathMultiInstance(&one.vendor.Header));
    CHECK(!p->IsDevicePathMultiInstance(NULL));
    expect_path(p->GetNextDevicePathInstance(&rest, &instance_size), &one, sizeof one);
    EQUAL(sizeof one, instance_size);
    expect_path(p->GetNextDevicePathInstance(&rest, NULL), &two, sizeof two);
    CHECK(rest == NULL);
    CHECK(p->GetNextDevicePathInstance(&rest, &instance_size) == NULL);
    CHECK(p->GetNextDevicePathInstance(NULL, &instance_size) == NULL);
    EXPECT(EFI_SUCCESS, bs->FreePool(both));
    CHECK(p->AppendDevicePathInstance(&one.vendor.Header, NULL) == NULL);
}

static void create_node(void)
{
    const EFI_DEVICE_PATH_UTILITIES_PROTOCOL *p = utilities();
    static const uint8_t expected[] = {1, 4, 20, 0};
    if (p == NULL)
        return;
    expect_path(p->CreateDeviceNode(HARDWARE_DEVICE_PATH, HW_VENDOR_DP, 20), expected,
                sizeof expected);
    CHECK(p->CreateDeviceNode(HARDWARE_DEVICE_PATH, HW_VENDOR_DP, 3) == NULL);
}

static void text(void)
{
    const EFI_DEVICE_PATH_TO_TEXT_PROTOCOL *to = FIND(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL);
    const EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL *from = FIND(EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL);
    static const char16_t wanted[] = u"PciRoot(0x0)/Pci(0x3,0x0)";
    if (to == NULL || from == NULL)
        return;
    EFI_DEVICE_PATH_PROTOCOL *path = from->ConvertTextToDevicePath(wanted);
    REQUIRE_TRUE(path != NULL);
    expect_path(to->ConvertDevicePathToText(path, false, true), wanted, sizeof wanted);
    EXPECT(EFI_SUCCESS, bs->FreePool(path));
    CHECK(to->ConvertDevicePathToText(NULL, false, false) == NULL);
    CHECK(from->ConvertTextToDevicePath(NULL) == NULL);
}

static void node_text(void)
{
    const EFI_DEVICE_PATH_TO_TEXT_PROTOCOL *to = FIND(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL);
    const EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL *from = FIND(EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL);
    static const char16_t wanted[] = u"Pci(0x12,0x2)";
    if (to == NULL || from == NULL)
        return;
    EFI_DEVICE_PATH_PROTOCOL *node = from->ConvertTextToDeviceNode(wanted);
    REQUIRE_TRUE(node != NULL);
    expect_path(to->ConvertDeviceNodeToText(node, false, false), wanted, sizeof wanted);
    EXPECT(EFI_SUCCESS, bs->FreePool(node));
    CHECK(to->ConvertDeviceNodeToText(NULL, false, false) == NULL);
    CHECK(from->ConvertTextToDeviceNode(NULL) == NULL);
}

static const struct selftest tests[] = {
    {"size", size},           {"duplicate", duplicate},
    {"append", append},       {"append-node", append_node},
    {"instances", instances}, {"create-node", create_node},
    {"text", text},           {"node-text", node_text},
};

const struct topic topic_path = TOPIC("path", tests);
