/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "core/random.h"
#include "drivers/dma_gate.h"
#include "drivers/driver.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/iommu.h"
#include "drivers/virtio/mmio.h"
#include "drivers/virtio/rng.h"
#include "host/pool.h"
#include "hw/viot.h"
#include "models/captured_log.h"
#include "models/cpu.h"
#include "models/virtio_iommu.h"
#include "models/virtio_mmio.h"
#include "models/virtio_pci.h"
#include "models/virtio_rng.h"

#define ECAM     0xe8000000ull
#define VIOT     0x1000u
#define IOMMU    0x0008u /* 00:01.0 */
#define RNG      0x0018u /* 00:03.0 */
#define FIRST_ID 0x100u  /* of 00:00.0 */
#define RNG_ID   (FIRST_ID + RNG)
#define MMIO     0xfeb00000ull
#define DEVICE   0xfeb00200ull /* another one over MMIO */

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_rng_start};

/* Two IOMMUs that name each other: each is behind the other. */
static const struct {
    struct acpi_viot header;
    struct acpi_viot_iommu_pci iommu;
    struct acpi_viot_iommu_mmio mmio_iommu;
    struct acpi_viot_pci_range pci;
    struct acpi_viot_mmio mmio;
    struct acpi_viot_mmio device;
    struct acpi_viot_pci_range absent;
    struct acpi_viot_iommu_pci nowhere;
} __attribute__((packed)) table = {
    .header = {.node_count = 7, .node_offset = 48},
    .iommu = {.node = {ACPI_VIOT_IOMMU_PCI, 0, 16}, .bdf = IOMMU},
    .mmio_iommu = {.node = {ACPI_VIOT_IOMMU_MMIO, 0, 16}, .base_address = MMIO},
    .pci = {.node = {ACPI_VIOT_PCI_RANGE, 0, 24},
            .endpoint_start = FIRST_ID,
            .bdf_end = 0xffff,
            .output_node = 48},
    .mmio = {.node = {ACPI_VIOT_MMIO, 0, 24},
             .endpoint = 7,
             .base_address = MMIO,
             .output_node = 48},
    .device = {.node = {ACPI_VIOT_MMIO, 0, 24},
               .endpoint = 9,
               .base_address = DEVICE,
               .output_node = 64},
    .absent = {.node = {ACPI_VIOT_PCI_RANGE, 0, 24},
               .segment_start = 1,
               .segment_end = 1,
               .bdf_end = 0xffff,
               .output_node = 176},
    .nowhere = {.node = {ACPI_VIOT_IOMMU_PCI, 0, 16}, .segment = 1},
};

static const struct memory_range ram[] = {
    {0, 0xa0000, MEMORY_RAM},
    {0xa0000, 0x60000, MEMORY_RESERVED},
    {0x100000, (1ull << 47) - 0x100000, MEMORY_RAM}, /* with the host's heap and stack */
};

static struct {
    struct bus bus;
    uint8_t low[4096];
    struct bus_memory memory;
    struct pci_model pci;
    struct pci_host host;
    struct virtio_iommu_model iommu;
    struct virtio_pci_model transport, rng_transport;
    struct virtio_mmio_model mmio, mmio_device;
    struct virtio_rng_model rng;
    struct pci_function *rng_function;
    struct device_instance *instance;
    struct machine machine;
} t;

static const struct device_place behind = {.bdf = 0x0100};
static const struct device_place behind_mmio = {.mmio = DEVICE};

static struct pci_function *find(const struct device_place *place)
{
    LIST_FOR_EACH(node, &t.host.functions)
    {
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        if (f->segment == place->segment && pci_requester_id(f) == place->bdf)
            return f;
    }
    return NULL;
}

static int set_up(void **state)
{
    static const struct dma_gate gate = {virtio_iommu_attach, virtio_iommu_detach};
    memset(&t, 0, sizeof t);
    captured_log_start();
    fake_cpu_reset();
    bus_use(&t.bus);
    t.bus.strict = true;
    memcpy(t.low, &table, sizeof table);
    t.memory = (struct bus_memory){.base = VIOT, .size = sizeof t.low, .host = t.low};
    bus_add_memory(&t.bus, &t.memory);
    pci_model_init(&t.pci, &t.bus, ECAM, 1, false);
    list_init(&t.host.functions);
    t.machine = (struct machine){
        .viot = VIOT, .viot_size = sizeof table, .memory = ram, .memory_count = ARRAY_SIZE(ram)};
    virtio_iommu_init(&t.machine, find);
    dma_gate_set(&gate);
    return 0;
}

static int tear_down(void **state)
{
    dma_gate_set(NULL);
    if (t.transport.pci.config[0] != 0)
        assert_int_equal(pci_model_get32(&t.transport.pci, PCI_COMMAND) & 0xffff, 0);
    virtio_model_free(&t.iommu.virtio);
    virtio_model_free(&t.rng.virtio);
    LIST_FOR_EACH_SAFE(node, &t.host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    host_fail_allocation_after(SIZE_MAX);
    captured_log_stop();
    bus_use(NULL);
    return 0;
}

static bool is_let_through(uint32_t endpoint)
{
    return virtio_iommu_model_lets(&t.iommu, endpoint, (uintptr_t)&t, 4096);
}

/* What the source of random numbers reaches: all that the IOMMU lets it. */
static void *map_by_iommu(void *context, uint64_t address, uint64_t size)
{
    return is_let_through(RNG_ID) ? (void *)(uintptr_t)address : NULL;
}

static void plug(uint64_t features)
{
    const struct pci_segment segment = {.ecam = ECAM};
    virtio_iommu_model_init(&t.iommu, &t.bus, features);
    virtio_pci_model_add(&t.transport, &t.pci, &t.iommu.virtio, 1, 0x3fffff800000, true);
    t.rng.virtio.memory.map = map_by_iommu;
    virtio_rng_model_init(&t.rng, &t.bus, 16);
    virtio_pci_model_add(&t.rng_transport, &t.pci, &t.rng.virtio, 3, 0x3fffff000000, true);
    pci_host_init(&t.host, &segment);
    assert_int_equal(pci_scan_segment(&t.host), EFI_SUCCESS);
    const struct device_place place = {.bdf = RNG};
    t.rng_function = find(&place);
}

static EFI_STATUS start_rng(void)
{
    return pci_driver_find(t.rng_function)->start(t.rng_function, &t.instance);
}

static void stop_rng(void)
{
    pci_driver_find(t.rng_function)->stop(t.instance);
}

static EFI_STATUS use_rng(void)
{
    uint8_t byte;
    struct device_interface *interface =
        LIST_ENTRY(t.instance->interfaces.next, struct device_interface, link);
    return interface->random->operations->read(interface->random, &byte, 1);
}

static void one_that_bypasses_is_left_alone(void **state)
{
    plug(VIRTIO_IOMMU_F_BYPASS_CONFIG);
    virtio_iommu_model_config(&t.iommu)->bypass = 1;
    assert_int_equal(start_rng(), EFI_SUCCESS);
    assert_int_equal(use_rng(), EFI_SUCCESS);
    uint64_t accesses = t.transport.register_reads + t.transport.register_writes;
    stop_rng();
    assert_int_equal(start_rng(), EFI_SUCCESS);
    stop_rng();
    virtio_iommu_quiesce();
    assert_int_equal(t.transport.register_reads + t.transport.register_writes, accesses);
    assert_int_equal(t.iommu.virtio.acknowledged, 0);
    assert_int_equal(t.iommu.virtio.activations + t.iommu.virtio.notifications, 0);
    assert_int_equal(captured_log_lines(), 0);
}

static void only_who_is_driven_is_let_through(void **state)
{
    plug(VIRTIO_IOMMU_F_BYPASS_CONFIG);
    assert_false(is_let_through(RNG_ID));
    assert_int_equal(start_rng(), EFI_SUCCESS);
    assert_int_equal(t.iommu.virtio.acknowledged, VIRTIO_F_VERSION_1 |
                                                      VIRTIO_IOMMU_F_BYPASS_CONFIG |
                                                      VIRTIO_IOMMU_F_DOMAIN_RANGE);
    assert_true(is_let_through(RNG_ID));
    assert_false(is_let_through(RNG_ID + 1));
    assert_int_equal(use_rng(), EFI_SUCCESS);
    assert_int_equal(virtio_iommu_model_config(&t.iommu)->bypass, 0);
    stop_rng();
    /* With the last device it is as it was found. */
    assert_int_equal(t.iommu.requests[VIRTIO_IOMMU_T_DETACH], 1);
    assert_int_equal(t.iommu.virtio.status, 0);
    assert_int_equal(start_rng(), EFI_SUCCESS);
    assert_int_equal(use_rng(), EFI_SUCCESS);
    stop_rng();
    assert_int_equal(captured_log_lines(), 0);
}

static void ram_is_mapped_where_nobody_can_bypass(void **state)
{
    plug(0);
    virtio_iommu_model_config(&t.iommu)->domain_start = 5;
    assert_int_equal(start_rng(), EFI_SUCCESS);
    assert_int_equal(use_rng(), EFI_SUCCESS);
    assert_int_equal(t.iommu.attached[0].domain, 5);
    assert_int_equal(t.iommu.mapped_count, 2);
    assert_true(virtio_iommu_model_lets(&t.iommu, RNG_ID, 0, 0xa0000));
    assert_false(virtio_iommu_model_lets(&t.iommu, RNG_ID, 0xa0000, 1));
    /* A second device shares the mappings. */
    assert_int_equal(virtio_iommu_attach(&behind, "second"), EFI_SUCCESS);
    assert_int_equal(virtio_iommu_attach(&behind, "second"), EFI_SUCCESS);
    assert_int_equal(t.iommu.requests[VIRTIO_IOMMU_T_MAP], 2);
    stop_rng();
    assert_false(is_let_through(RNG_ID));
    assert_true(is_let_through(FIRST_ID + 0x100));
    virtio_iommu_detach(&behind);
    virtio_iommu_detach(&behind);
    assert_int_equal(t.iommu.virtio.status, 0);
    assert_int_equal(captured_log_lines(), 0);
}

static void limits_are_respected(void **state)
{
    plug(0);
    struct virtio_iommu_config *config = virtio_iommu_model_config(&t.iommu);
    config->input_end_high = 0xff; /* below the end of the RAM */
    assert_int_equal(start_rng(), EFI_UNSUPPORTED);
    config->input_end_high = UINT32_MAX;
    config->input_start = 1;
    assert_int_equal(start_rng(), EFI_UNSUPPORTED);
    config->input_start = 0;
    config->page_size_mask = 0x10000;
    assert_int_equal(start_rng(), EFI_UNSUPPORTED);
    config->page_size_mask = 0x1000;
    t.iommu.virtio.offered &= ~VIRTIO_IOMMU_F_MAP_UNMAP;
    assert_int_equal(start_rng(), EFI_UNSUPPORTED);
    assert_true(captured_log_has("iommu: 0000:00:03.0 is not let through"));
    t.iommu.virtio.offered &= ~(VIRTIO_IOMMU_F_INPUT_RANGE | VIRTIO_IOMMU_F_DOMAIN_RANGE);
    t.iommu.virtio.offered |= VIRTIO_IOMMU_F_MAP_UNMAP;
    assert_int_equal(start_rng(), EFI_SUCCESS);
    stop_rng();
    assert_int_equal(t.iommu.virtio.status, 0);
}

static void programs_let_devices_through(void **state)
{
    plug(VIRTIO_IOMMU_F_BYPASS_CONFIG);
    const uint16_t all = PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER;
    assert_int_equal(pci_set_command(t.rng_function, all, PCI_COMMAND_MEMORY), EFI_SUCCESS);
    assert_false(is_let_through(RNG_ID));
    assert_int_equal(pci_set_command(t.rng_function, all, all), EFI_SUCCESS);
    assert_true(is_let_through(RNG_ID));
    assert_int_equal(pci_set_command(t.rng_function, PCI_COMMAND_MEMORY, 0), EFI_SUCCESS);
    assert_true(is_let_through(RNG_ID));
    assert_int_equal(pci_set_command(t.rng_function, all, 0), EFI_SUCCESS);
    assert_false(is_let_through(RNG_ID));
    t.iommu.refused = VIRTIO_IOMMU_T_ATTACH;
    assert_int_equal(pci_set_command(t.rng_function, all, all), EFI_DEVICE_ERROR);
    assert_int_equal(pci_model_get32(&t.rng_transport.pci, PCI_COMMAND) & all, 0);
}

static void refusals_are_told(void **state)
{
    plug(0);
    t.iommu.refused = VIRTIO_IOMMU_T_ATTACH;
    assert_int_equal(start_rng(), EFI_DEVICE_ERROR);
    assert_true(captured_log_has("iommu: 0000:00:03.0 is not let through"));
    assert_int_equal(t.iommu.virtio.status, 0);
    t.iommu.refused = VIRTIO_IOMMU_T_MAP;
    assert_int_equal(start_rng(), EFI_DEVICE_ERROR);
    assert_int_equal(t.iommu.requests[VIRTIO_IOMMU_T_DETACH], 1);
    assert_int_equal(t.iommu.virtio.status, 0);
    t.iommu.refused = VIRTIO_IOMMU_T_DETACH;
    assert_int_equal(start_rng(), EFI_SUCCESS);
    stop_rng();
    assert_true(captured_log_has("endpoint 0x118 stays attached"));
    assert_false(is_let_through(RNG_ID)); /* the reset has ended that */
}

static void one_that_says_nothing_is_given_up(void **state)
{
    plug(VIRTIO_IOMMU_F_BYPASS_CONFIG);
    assert_int_equal(virtio_iommu_attach(&behind, "first"), EFI_SUCCESS);
    t.iommu.silent = true;
    fake_cpu.tsc_step = 100000000;
    assert_int_equal(start_rng(), EFI_TIMEOUT);
    assert_int_equal(t.iommu.virtio.status, 0);
    unsigned notifications = t.iommu.virtio.notifications;
    assert_int_equal(start_rng(), EFI_DEVICE_ERROR);
    virtio_iommu_detach(&behind);
    assert_int_equal(start_rng(), EFI_DEVICE_ERROR);
    assert_int_equal(t.iommu.virtio.notifications, notifications);
}

static uint64_t wrong_id(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_USED_ID ? 99 : honest;
}

static void one_that_breaks_the_rules_is_given_up(void **state)
{
    plug(VIRTIO_IOMMU_F_BYPASS_CONFIG);
    t.iommu.virtio.lie = wrong_id;
    assert_int_equal(start_rng(), EFI_DEVICE_ERROR);
    assert_true(captured_log_has("0000:00:01.0: device is broken"));
    assert_int_equal(t.iommu.virtio.status, 0);
}

static void one_that_cannot_start_is_an_error(void **state)
{
    plug(0);
    t.iommu.virtio.refuses_features = true;
    assert_int_equal(start_rng(), EFI_UNSUPPORTED);
    assert_int_equal(start_rng(), EFI_DEVICE_ERROR);

    virtio_iommu_init(&t.machine, find);
    t.iommu.virtio.refuses_features = false;
    t.iommu.virtio.queues[1].max = t.iommu.virtio.queues[1].size = 1;
    assert_int_equal(start_rng(), EFI_UNSUPPORTED);

    virtio_iommu_init(&t.machine, find);
    pci_model_set32(&t.transport.pci, PCI_CAPABILITY_LIST, 0);
    assert_int_equal(start_rng(), EFI_UNSUPPORTED);
}

static void devices_without_an_iommu_are_let_through(void **state)
{
    plug(0);
    const struct device_place absent = {.segment = 1, .bdf = 0x10}, elsewhere = {.segment = 2};
    const struct device_place itself = {.bdf = IOMMU};
    assert_int_equal(virtio_iommu_attach(&elsewhere, "elsewhere"), EFI_SUCCESS);
    assert_int_equal(virtio_iommu_attach(&itself, "itself"), EFI_SUCCESS);
    assert_int_equal(captured_log_lines(), 0);
    assert_int_equal(virtio_iommu_attach(&absent, "absent"), EFI_SUCCESS);
    assert_true(captured_log_has("ACPI VIOT: no virtio-iommu at 0x10000"));
    assert_int_equal(virtio_iommu_attach(&absent, "absent"), EFI_SUCCESS);
    assert_int_equal(captured_log_lines(), 1);
    assert_int_equal(t.iommu.virtio.activations, 0);
}

static void one_over_mmio(void **state)
{
    virtio_iommu_model_init(&t.iommu, &t.bus, VIRTIO_IOMMU_F_BYPASS_CONFIG);
    virtio_mmio_model_add(&t.mmio, &t.bus, &t.iommu.virtio, MMIO);
    virtio_rng_model_init(&t.rng, &t.bus, 16);
    virtio_mmio_model_add(&t.mmio_device, &t.bus, &t.rng.virtio, DEVICE);
    struct virtio_mmio_place place = {.base = DEVICE, .size = VIRTIO_MMIO_MODEL_SIZE};
    struct virtio_device *device;
    assert_int_equal(virtio_mmio_probe(&place), EFI_SUCCESS);
    assert_int_equal(virtio_mmio_open(&place, &device), EFI_SUCCESS);
    assert_true(is_let_through(9));
    device->transport->quiesce(device);
    assert_false(is_let_through(9));
    device->transport->close(device);
    assert_int_equal(t.iommu.virtio.status, 0);
    t.iommu.refused = VIRTIO_IOMMU_T_ATTACH;
    assert_int_equal(virtio_mmio_open(&place, &device), EFI_DEVICE_ERROR);
    assert_true(captured_log_has("iommu: mmio 0xfeb00200 is not let through"));
    /* Something else is there. */
    virtio_iommu_init(&t.machine, find);
    t.iommu.virtio.type = VIRTIO_TYPE_RNG;
    assert_int_equal(virtio_iommu_attach(&behind_mmio, "nobody"), EFI_SUCCESS);
    assert_true(captured_log_has("ACPI VIOT: no virtio-iommu at 0xfeb00000"));
}

static void no_memory_is_an_error(void **state)
{
    plug(VIRTIO_IOMMU_F_BYPASS_CONFIG);
    for (size_t n = 0;; n++) {
        assert_true(n < 100);
        virtio_iommu_init(&t.machine, find);
        host_fail_allocation_after(n);
        EFI_STATUS status = virtio_iommu_attach(&behind, "device");
        host_fail_allocation_after(SIZE_MAX);
        if (!EFI_ERROR(status))
            break;
        assert_int_equal(status, EFI_OUT_OF_RESOURCES);
        assert_int_equal(t.iommu.virtio.status, 0);
        assert_false(is_let_through(FIRST_ID + 0x100));
    }
    virtio_iommu_detach(&behind);
}

/* Twelve IOMMUs, each in front of one device, and none of them there. */
static void too_many_are_an_error(void **state)
{
    struct {
        struct acpi_viot header;
        struct {
            struct acpi_viot_iommu_pci iommu;
            struct acpi_viot_pci_range range;
        } __attribute__((packed)) nodes[12];
    } __attribute__((packed)) *many = (void *)t.low;
    memset(many, 0, sizeof *many);
    many->header = (struct acpi_viot){.node_count = 24, .node_offset = 48};
    for (uint16_t i = 0; i < 12; i++) {
        many->nodes[i].iommu =
            (struct acpi_viot_iommu_pci){.node = {ACPI_VIOT_IOMMU_PCI, 0, 16}, .segment = 9};
        many->nodes[i].iommu.bdf = i;
        many->nodes[i].range = (struct acpi_viot_pci_range){.node = {ACPI_VIOT_PCI_RANGE, 0, 24},
                                                            .bdf_start = i,
                                                            .bdf_end = i,
                                                            .output_node = (uint16_t)(48 + 40 * i)};
    }
    t.machine.viot_size = sizeof *many;
    for (uint16_t i = 0; i < 12; i++) {
        const struct device_place place = {.bdf = i};
        assert_int_equal(virtio_iommu_attach(&place, "device"),
                         i < 8 ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES);
    }
    assert_true(captured_log_has("more than 8 IOMMUs"));
}

/* At ExitBootServices nothing is freed: here the last device's detaching does that afterwards. */
static void the_os_finds_it_reset(void **state)
{
    plug(VIRTIO_IOMMU_F_BYPASS_CONFIG);
    assert_int_equal(start_rng(), EFI_SUCCESS);
    assert_int_equal(virtio_iommu_attach(&behind, "second"), EFI_SUCCESS);
    virtio_iommu_quiesce();
    assert_int_equal(t.iommu.requests[VIRTIO_IOMMU_T_DETACH], 2);
    assert_int_equal(t.iommu.virtio.status, 0);
    assert_int_equal(pci_model_get32(&t.transport.pci, PCI_COMMAND) & 0xffff, 0);
    assert_int_equal(virtio_iommu_model_config(&t.iommu)->bypass, 0);
    stop_rng();
    virtio_iommu_detach(&behind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(one_that_bypasses_is_left_alone),
        TEST(only_who_is_driven_is_let_through),
        TEST(ram_is_mapped_where_nobody_can_bypass),
        TEST(limits_are_respected),
        TEST(programs_let_devices_through),
        TEST(refusals_are_told),
        TEST(one_that_says_nothing_is_given_up),
        TEST(one_that_breaks_the_rules_is_given_up),
        TEST(one_that_cannot_start_is_an_error),
        TEST(devices_without_an_iommu_are_let_through),
        TEST(one_over_mmio),
        TEST(no_memory_is_an_error),
        TEST(too_many_are_an_error),
        TEST(the_os_finds_it_reset),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
