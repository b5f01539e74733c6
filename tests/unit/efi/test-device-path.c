/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Device paths in memory, through the utilities protocol where it has the function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi/device_path.h"
#include "efi/protocols/device_path_utilities.h"
#include "host/pool.h"

static EFI_DEVICE_PATH_UTILITIES_PROTOCOL *const utilities = &device_path_utilities_protocol;

/* Pci(2,1) / Pci(3,0) / end; two instances; only an end. */
static const uint8_t two_nodes[] = {1, 1, 6, 0, 1, 2, 1, 1, 6, 0, 0, 3, 0x7f, 0xff, 4, 0};
static const uint8_t instances[] = {1, 1, 6, 0, 1, 2, 0x7f, 1,    4, 0,
                                    1, 1, 6, 0, 0, 3, 0x7f, 0xff, 4, 0};
static const uint8_t only_end[] = {0x7f, 0xff, 4, 0};

static const EFI_DEVICE_PATH_PROTOCOL *path(const uint8_t *bytes)
{
    return (const void *)bytes;
}

static void expect(EFI_DEVICE_PATH_PROTOCOL *made, const uint8_t *bytes, size_t size)
{
    assert_non_null(made);
    assert_int_equal(device_path_size(made), size);
    assert_memory_equal(made, bytes, size);
    free(made);
}

static void test_bounded_size(void **state)
{
    for (size_t available = 0; available <= sizeof two_nodes; available++) {
        uint8_t *copy = malloc(available + 1);
        memcpy(copy, two_nodes, available);
        size_t size = device_path_size_bounded(copy, available);
        assert_int_equal(size, available == sizeof two_nodes ? sizeof two_nodes : 0);
        free(copy);
    }
    static const uint8_t too_short[] = {1, 1, 3, 0, 0x7f, 0xff, 4, 0};
    static const uint8_t zero[] = {1, 1, 0, 0, 0x7f, 0xff, 4, 0};
    static const uint8_t too_long[] = {1, 1, 0xff, 0xff, 0x7f, 0xff, 4, 0};
    assert_int_equal(device_path_size_bounded(too_short, sizeof too_short), 0);
    assert_int_equal(device_path_size_bounded(zero, sizeof zero), 0);
    assert_int_equal(device_path_size_bounded(too_long, sizeof too_long), 0);
    assert_int_equal(device_path_size_bounded(instances, sizeof instances), sizeof instances);
}

static void test_sizes(void **state)
{
    assert_int_equal(utilities->GetDevicePathSize(NULL), 0);
    assert_int_equal(utilities->GetDevicePathSize(path(two_nodes)), sizeof two_nodes);
    assert_int_equal(device_path_prefix_size(path(two_nodes)), 12);
    assert_int_equal(device_path_prefix_size(path(instances)), 6);
    assert_true(device_path_begins_with(path(two_nodes), path(instances)));
    assert_true(device_path_begins_with(path(two_nodes), path(only_end)));
    assert_false(device_path_begins_with(path(instances), path(two_nodes)));
    assert_true(device_path_equal(path(two_nodes), path(two_nodes)));
    assert_false(device_path_equal(path(two_nodes), path(instances)));
    assert_false(utilities->IsDevicePathMultiInstance(path(two_nodes)));
    assert_true(utilities->IsDevicePathMultiInstance(path(instances)));
    assert_false(utilities->IsDevicePathMultiInstance(NULL));
}

static void test_making(void **state)
{
    expect(utilities->DuplicateDevicePath(path(two_nodes)), two_nodes, sizeof two_nodes);
    assert_null(utilities->DuplicateDevicePath(NULL));
    expect(utilities->AppendDevicePath(NULL, NULL), only_end, sizeof only_end);
    expect(utilities->AppendDevicePath(path(two_nodes), NULL), two_nodes, sizeof two_nodes);
    expect(utilities->AppendDevicePath(NULL, path(two_nodes)), two_nodes, sizeof two_nodes);
    static const uint8_t joined[] = {1, 1, 6, 0, 1, 2, 1, 1, 6, 0, 0,    3,    1, 1,
                                     6, 0, 1, 2, 1, 1, 6, 0, 0, 3, 0x7f, 0xff, 4, 0};
    expect(utilities->AppendDevicePath(path(two_nodes), path(two_nodes)), joined, sizeof joined);
    expect(utilities->AppendDeviceNode(NULL, NULL), only_end, sizeof only_end);
    static const uint8_t one_node[] = {1, 1, 6, 0, 1, 2, 0x7f, 0xff, 4, 0};
    expect(utilities->AppendDeviceNode(NULL, path(two_nodes)), one_node, sizeof one_node);
    expect(utilities->AppendDeviceNode(path(one_node), path(two_nodes + 6)), two_nodes,
           sizeof two_nodes);
    expect(utilities->AppendDeviceNode(path(two_nodes), NULL), two_nodes, sizeof two_nodes);

    EFI_DEVICE_PATH_PROTOCOL *node = utilities->CreateDeviceNode(3, 7, 9);
    static const uint8_t zeroed[] = {3, 7, 9, 0, 0, 0, 0, 0, 0};
    assert_memory_equal(node, zeroed, sizeof zeroed);
    free(node);
    assert_null(utilities->CreateDeviceNode(3, 7, 3));
    EFI_DEVICE_PATH_PROTOCOL *file = device_path_append_file(path(one_node), u"\\a");
    static const uint8_t with_file[] = {1,    1, 6,   0, 1, 2, 4,    4,    10, 0,
                                        '\\', 0, 'a', 0, 0, 0, 0x7f, 0xff, 4,  0};
    expect(file, with_file, sizeof with_file);
}

static void test_instances(void **state)
{
    static const uint8_t first[] = {1, 1, 6, 0, 1, 2, 0x7f, 0xff, 4, 0},
                         second[] = {1, 1, 6, 0, 0, 3, 0x7f, 0xff, 4, 0};
    expect(utilities->AppendDevicePathInstance(path(first), path(second)), instances,
           sizeof instances);
    expect(utilities->AppendDevicePathInstance(NULL, path(second)), second, sizeof second);
    assert_null(utilities->AppendDevicePathInstance(path(first), NULL));

    EFI_DEVICE_PATH_PROTOCOL *copy = device_path_duplicate(path(instances)), *next = copy;
    size_t size = 0;
    expect(utilities->GetNextDevicePathInstance(&next, &size), first, sizeof first);
    assert_int_equal(size, sizeof first);
    assert_non_null(next);
    expect(utilities->GetNextDevicePathInstance(&next, &size), second, sizeof second);
    assert_null(next);
    assert_null(utilities->GetNextDevicePathInstance(&next, &size));
    assert_int_equal(size, 0);
    free(copy);
}

static void test_out_of_memory(void **state)
{
    host_fail_allocation_after(0);
    assert_null(device_path_duplicate(path(two_nodes)));
    assert_null(device_path_append_instance(path(two_nodes), path(two_nodes)));
    assert_null(device_path_create_node(1, 1, 6));
    assert_null(device_path_to_text(path(two_nodes), false, false));
    assert_null(device_path_from_text(u"Pci(1,2)"));
    host_fail_allocation_after(SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounded_size),  cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_making),        cmocka_unit_test(test_instances),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
