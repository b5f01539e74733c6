/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* From PCI functions and virtio devices over MMIO to handles: the driver model of the machine's
 * devices, with the real drivers over models. */
#include <string.h>

#include "drivers/pci/pci.h"
#include "drivers/virtio/blk.h"
#include "drivers/virtio/scsi.h"
#include "efi/controller.h"
#include "efi/controller_binding.h"
#include "efi/device_path.h"
#include "efi/driver_model.h"
#include "efi/pci_bus_binding.h"
#include "efi/protocol/block_io.h"
#include "efi/protocol/component_name2.h"
#include "efi/protocol/pci_root_bridge_io.h"
#include "models/pci.h"
#include "models/virtio_blk.h"
#include "models/virtio_mmio.h"
#include "models/virtio_pci.h"
#include "models/virtio_scsi.h"
#include "models/windows.h"
#include "unit/efi/handle-fixture.h"

#define ECAM      0xe8000000ull
#define MMIO      0xfeb00e00ull
#define DISK_SIZE (1u << 20)

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_blk_start, virtio_scsi_start};

static struct {
    struct bus bus;
    struct pci_model segment, second;
    struct pci_model_function bridge, other;
    struct virtio_blk_model disk, late, mmio_disk, far;
    struct virtio_pci_model disk_pci, late_pci, far_pci;
    struct virtio_mmio_model mmio;
    struct virtio_scsi_model scsi;
    struct virtio_pci_model scsi_pci;
    struct scsi_model units[3];
    uint8_t data[DISK_SIZE];
} t;

static EFI_HANDLE image, root;

static void make_disk(struct virtio_blk_model *disk)
{
    disk->data = t.data;
    disk->size = DISK_SIZE;
    virtio_blk_model_init(disk, &t.bus, 512, VIRTIO_BLK_F_BLK_SIZE, 64);
}

static void plug(struct virtio_pci_model *pci, struct pci_model *segment,
                 struct virtio_blk_model *disk, unsigned device, uint64_t bar)
{
    make_disk(disk);
    virtio_pci_model_add(pci, segment, &disk->virtio, device, bar, false);
}

/* Two root buses of one segment (a pxb), and a device over MMIO. */
static int group_set_up(void **state)
{
    static const struct pci_window first_windows[] = {{0xc0000000, 0x10000000, PCI_WINDOW_32}};
    static const struct pci_window second_windows[] = {{0xd0000000, 0x1000000, PCI_WINDOW_32}};
    static const struct pci_segment segments[] = {
        {.bus_end = 0x1f, .ecam = ECAM, WINDOWS(first_windows)},
        {.bus_start = 0x20, .bus_end = 0x20, .ecam = ECAM, .uid = 0x20, WINDOWS(second_windows)},
    };
    static const struct virtio_place places[] = {{MMIO, VIRTIO_MMIO_MODEL_SIZE}, {0x1, 0x200}};
    static const struct machine machine = {
        .pci_segments = segments,
        .pci_segment_count = 2,
        .virtio_places = places,
        .virtio_place_count = 2,
    };
    setup(state);
    bus_use(&t.bus);
    pci_model_init(&t.segment, &t.bus, ECAM, 0x20, false);
    pci_model_init(&t.second, &t.bus, 0, 0, false);
    t.second.ecam_range = t.segment.ecam_range;
    t.second.ecam_range.base = ECAM + (0x20 << 20);
    t.second.ecam_range.size = 1 << 20;
    t.second.ecam_range.context = &t.second;
    bus_add(&t.bus, &t.second.ecam_range);
    t.bridge.device = 1;
    pci_model_set32(&t.bridge, PCI_VENDOR_ID, 0x000c1b36);
    pci_model_set32(&t.bridge, PCI_CLASS_REVISION, 0x06040000);
    t.bridge.config[0x0e] = PCI_HEADER_TYPE_BRIDGE;
    pci_model_add(&t.segment, &t.bridge);
    t.disk_pci.pci.parent = &t.bridge;
    plug(&t.disk_pci, &t.segment, &t.disk, 2, 0);
    plug(&t.far_pci, &t.second, &t.far, 3, 0xd0000000);
    make_disk(&t.mmio_disk);
    virtio_mmio_model_add(&t.mmio, &t.bus, &t.mmio_disk.virtio, MMIO);

    image = install(NULL, &A, &one);
    assert_int_equal(controllers_init(&machine), EFI_SUCCESS);
    assert_int_equal(controller_bindings_install(image), EFI_SUCCESS);
    assert_int_equal(pci_bus_binding_install(image), EFI_SUCCESS);
    return 0;
}

static unsigned count_with(const EFI_GUID *protocol)
{
    size_t count = 0;
    EFI_HANDLE *found = NULL;
    if (locate_handle_buffer(ByProtocol, protocol, NULL, &count, &found) != EFI_SUCCESS)
        return 0;
    free(found);
    return (unsigned)count;
}

static struct controller *named(const char *name)
{
    LIST_FOR_EACH(node, &controllers)
    {
        struct controller *c = LIST_ENTRY(node, struct controller, link);
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

static void expect_path(const struct controller *c, const char *path)
{
    char text[96];
    device_path_print(text, sizeof text, c->path);
    assert_string_equal(text, path);
}

static bool has_blocks(const struct controller *c)
{
    return handle_supports(c->handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL));
}

/* Nothing is started, and the second root bus waits until somebody asks for everything. */
static void handles_without_drivers(void **state)
{
    assert_int_equal(controllers_scan(false), EFI_SUCCESS);
    assert_int_equal(count_with(GUID_OF(EFI_PCI_IO_PROTOCOL)), 2);
    assert_int_equal(count_with(GUID_OF(EFI_BLOCK_IO_PROTOCOL)), 0);
    expect_path(named("virtio-blk 0000:01:02.0"), "PciRoot(0x0)/Pci(0x1,0x0)/Pci(0x2,0x0)");
    expect_path(named("virtio-blk mmio 0xfeb00e00"),
                "VenHw(837dca9e-e874-4d82-b29a-23fe0e23d1e2,000eb0fe00000000)");
    assert_int_equal(controllers_scan(true), EFI_SUCCESS);
    assert_int_equal(count_with(GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL)), 2);
    expect_path(named("virtio-blk 0000:20:03.0"), "PciRoot(0x20)/Pci(0x3,0x0)");
    assert_int_equal(t.disk.virtio.activations, 0);
    assert_int_equal(t.mmio_disk.virtio.activations, 0);
}

static void one_driver_for_all_transports(void **state)
{
    static const char *const names[] = {"virtio-blk 0000:01:02.0", "virtio-blk 0000:20:03.0",
                                        "virtio-blk mmio 0xfeb00e00"};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        struct controller *c = named(names[i]);
        for (unsigned round = 0; round < 2; round++) {
            assert_int_equal(efi_connect_controller(c->handle, NULL, NULL, false), EFI_SUCCESS);
            assert_true(has_blocks(c));
            EFI_BLOCK_IO_PROTOCOL *io = handle_interface(c->handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL));
            uint8_t block[512];
            memset(t.data, 0x40 + (int)i, sizeof block);
            assert_int_equal(io->ReadBlocks(io, io->Media->MediaId, 0, sizeof block, block),
                             EFI_SUCCESS);
            assert_int_equal(block[511], 0x40 + i);
            assert_int_equal(efi_disconnect_controller(c->handle, NULL, NULL), EFI_SUCCESS);
            assert_false(has_blocks(c));
        }
    }
    assert_false(pci_model_bus_master(&t.disk_pci.pci));
}

/* One handle for each driver, though virtio-blk stands in both tables. */
static void drivers_have_names(void **state)
{
    size_t count;
    EFI_HANDLE *found;
    unsigned disks = 0;
    assert_int_equal(locate_handle_buffer(ByProtocol, GUID_OF(EFI_COMPONENT_NAME2_PROTOCOL), NULL,
                                          &count, &found),
                     EFI_SUCCESS);
    for (size_t i = 0; i < count; i++) {
        EFI_COMPONENT_NAME2_PROTOCOL *names =
            handle_interface(found[i], GUID_OF(EFI_COMPONENT_NAME2_PROTOCOL));
        char16_t *name;
        assert_int_equal(names->GetDriverName(names, "en", &name), EFI_SUCCESS);
        disks += memcmp(name, u"virtio-blk", sizeof u"virtio-blk") == 0;
    }
    assert_int_equal(disks, 1);
    free(found);
}

/* What iPXE does: our driver stops, and finds the device taken afterwards. */
static void a_foreign_driver_takes_over(void **state)
{
    struct controller *c = named("virtio-blk 0000:01:02.0");
    void *interface;
    assert_int_equal(efi_connect_controller(c->handle, NULL, NULL, false), EFI_SUCCESS);
    assert_int_equal(efi_open_protocol(c->handle, GUID_OF(EFI_PCI_IO_PROTOCOL), &interface, image,
                                       c->handle,
                                       EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE),
                     EFI_SUCCESS);
    assert_ptr_equal(interface, &c->io.protocol);
    assert_false(has_blocks(c));
    assert_int_equal(efi_connect_controller(c->handle, NULL, NULL, false), EFI_NOT_FOUND);
    assert_int_equal(efi_close_protocol(c->handle, GUID_OF(EFI_PCI_IO_PROTOCOL), image, c->handle),
                     EFI_SUCCESS);
    assert_int_equal(efi_connect_controller(c->handle, NULL, NULL, false), EFI_SUCCESS);
    assert_true(has_blocks(c));
    assert_int_equal(efi_disconnect_controller(c->handle, NULL, NULL), EFI_SUCCESS);
}

static void find_root(void)
{
    EFI_DEVICE_PATH_PROTOCOL *path = named("virtio-blk 0000:01:02.0")->path;
    assert_int_equal(locate_device_path(GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL), &path, &root),
                     EFI_SUCCESS);
    assert_non_null(controller_root_of(root));
}

static void remove_from_model(struct pci_model *segment, struct pci_model_function *f)
{
    struct pci_model_function **link = &segment->functions;
    while (*link != f)
        link = &(*link)->next;
    *link = f->next;
}

/* connect -r: everything below starts, and what was plugged in meanwhile. */
static void connecting_a_root_bridge_looks_again(void **state)
{
    find_root();
    plug(&t.late_pci, &t.segment, &t.late, 7, 0);
    assert_int_equal(efi_connect_controller(root, NULL, NULL, true), EFI_SUCCESS);
    assert_true(has_blocks(named("virtio-blk 0000:01:02.0")));
    struct controller *late = named("virtio-blk 0000:00:07.0");
    assert_non_null(late);
    assert_true(has_blocks(late));
    /* Nothing new. */
    assert_int_equal(efi_connect_controller(root, NULL, NULL, true), EFI_NOT_FOUND);

    remove_from_model(&t.segment, &t.late_pci.pci);
    fake_cpu.tsc_step = 1000000000; /* it will not answer to a reset either */
    (void)!efi_connect_controller(root, NULL, NULL, true);
    assert_null(named("virtio-blk 0000:00:07.0"));
    assert_true(has_blocks(named("virtio-blk 0000:01:02.0")));
}

static void the_bus_driver_stops_and_starts(void **state)
{
    find_root();
    assert_int_equal(efi_disconnect_controller(root, NULL, NULL), EFI_SUCCESS);
    assert_null(named("virtio-blk 0000:01:02.0"));
    assert_non_null(named("virtio-blk 0000:20:03.0"));
    assert_int_equal(count_with(GUID_OF(EFI_PCI_IO_PROTOCOL)), 1);
    assert_int_equal(efi_connect_controller(root, NULL, NULL, true), EFI_SUCCESS);
    assert_true(has_blocks(named("virtio-blk 0000:01:02.0")));
    /* One child only: its handle goes, and comes back with whoever looks for devices. */
    EFI_HANDLE child = named("virtio-blk 0000:01:02.0")->handle;
    assert_int_equal(efi_disconnect_controller(root, NULL, child), EFI_SUCCESS);
    assert_null(named("virtio-blk 0000:01:02.0"));
    assert_int_equal(controllers_scan(false), EFI_SUCCESS);
    assert_non_null(named("virtio-blk 0000:01:02.0"));
}

/* A child that somebody holds on to stays, and its driver's record, too. */
static void a_held_child_stays(void **state)
{
    find_root();
    assert_int_equal(efi_connect_controller(root, NULL, NULL, false), EFI_SUCCESS);
    struct controller *c = named("virtio-blk 0000:01:02.0");
    void *interface;
    assert_int_equal(efi_open_protocol(c->handle, GUID_OF(EFI_PCI_IO_PROTOCOL), &interface, image,
                                       NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE),
                     EFI_SUCCESS);
    assert_int_equal(efi_disconnect_controller(root, NULL, NULL), EFI_DEVICE_ERROR);
    assert_ptr_equal(named("virtio-blk 0000:01:02.0"), c);
    assert_int_equal(efi_close_protocol(c->handle, GUID_OF(EFI_PCI_IO_PROTOCOL), image, NULL),
                     EFI_SUCCESS);
    assert_int_equal(efi_disconnect_controller(root, NULL, NULL), EFI_SUCCESS);
    assert_null(named("virtio-blk 0000:01:02.0"));
    assert_int_equal(efi_connect_controller(root, NULL, NULL, true), EFI_SUCCESS);
}

/* Handles of disks below a controller; the caller frees them. */
static size_t disks_of(const struct controller *c, EFI_HANDLE **ret)
{
    size_t count, found = 0;
    EFI_HANDLE *disks;
    if (locate_handle_buffer(ByProtocol, GUID_OF(EFI_BLOCK_IO_PROTOCOL), NULL, &count, &disks) !=
        EFI_SUCCESS)
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (device_path_begins_with(handle_interface(disks[i], GUID_OF(EFI_DEVICE_PATH_PROTOCOL)),
                                    c->path))
            disks[found++] = disks[i];
    }
    *ret = disks;
    return found;
}

static void expect_block(EFI_HANDLE handle)
{
    uint8_t block[512];
    EFI_BLOCK_IO_PROTOCOL *io = handle_interface(handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    assert_int_equal(io->ReadBlocks(io, io->Media->MediaId, 1, sizeof block, block), EFI_SUCCESS);
}

static void one_child_goes_and_comes_back(void **state)
{
    find_root();
    t.scsi.max_target = 3;
    virtio_scsi_model_init(&t.scsi, &t.bus, 64, 0, 0);
    for (unsigned i = 0; i < 3; i++) {
        t.units[i] = (struct scsi_model){.data = t.data, .size = DISK_SIZE, .block_size = 512};
        virtio_scsi_model_add(&t.scsi, (uint8_t)i, 0, &t.units[i]);
    }
    virtio_pci_model_add(&t.scsi_pci, &t.segment, &t.scsi.virtio, 8, 0, false);
    assert_int_equal(efi_connect_controller(root, NULL, NULL, true), EFI_SUCCESS);
    struct controller *c = named("virtio-scsi 0000:00:08.0");
    assert_non_null(c);
    EFI_HANDLE *before, *after;
    assert_int_equal(disks_of(c, &before), 3);

    assert_int_equal(efi_disconnect_controller(c->handle, NULL, before[1]), EFI_SUCCESS);
    assert_int_equal(disks_of(c, &after), 2);
    assert_ptr_equal(after[0], before[0]);
    assert_ptr_equal(after[1], before[2]);
    expect_block(after[0]);
    expect_block(after[1]);
    free(after);
    assert_int_equal(efi_disconnect_controller(c->handle, NULL, root), EFI_NOT_FOUND);

    assert_int_equal(efi_connect_controller(c->handle, NULL, NULL, false), EFI_SUCCESS);
    assert_int_equal(disks_of(c, &after), 3);
    for (unsigned i = 0; i < 3; i++)
        expect_block(after[i]);
    free(after);
    free(before);
    assert_int_equal(efi_connect_controller(c->handle, NULL, NULL, false), EFI_NOT_FOUND);
    assert_int_equal(efi_disconnect_controller(c->handle, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(disks_of(c, &after), 0);
    free(after);
    assert_int_equal(efi_connect_controller(c->handle, NULL, NULL, false), EFI_SUCCESS);
}

static void all_are_reset_at_the_end(void **state)
{
    struct controller *mmio = named("virtio-blk mmio 0xfeb00e00");
    assert_int_equal(efi_connect_controller(mmio->handle, NULL, NULL, false), EFI_SUCCESS);
    assert_int_not_equal(t.mmio_disk.virtio.status, 0);
    assert_int_not_equal(t.disk.virtio.status, 0);
    controllers_quiesce();
    assert_int_equal(t.mmio_disk.virtio.status, 0);
    assert_int_equal(t.disk.virtio.status, 0);
    assert_int_equal(t.scsi.virtio.status, 0);
    assert_false(pci_model_bus_master(&t.disk_pci.pci));
}

/* These go on where the one before has stopped: the machine's devices are there once. */
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_without_drivers),
        cmocka_unit_test(one_driver_for_all_transports),
        cmocka_unit_test(drivers_have_names),
        cmocka_unit_test(a_foreign_driver_takes_over),
        cmocka_unit_test(connecting_a_root_bridge_looks_again),
        cmocka_unit_test(the_bus_driver_stops_and_starts),
        cmocka_unit_test(a_held_child_stays),
        cmocka_unit_test(one_child_goes_and_comes_back),
        cmocka_unit_test(all_are_reset_at_the_end),
    };
    return cmocka_run_group_tests(tests, group_set_up, NULL);
}
