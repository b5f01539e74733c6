/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "core/pool.h"
#include "drivers/dma_gate.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/iommu.h"
#include "hw/viot.h"
#include "models/cpu.h"
#include "models/fuzz_bytes.h"
#include "models/hostile.h"
#include "models/virtio_iommu.h"
#include "models/virtio_mmio.h"
#include "models/virtio_pci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An IOMMU that lies about everything, on PCI or over MMIO, and devices that come and go behind it.
 */

#define ECAM    0xe8000000ull
#define VIOT    0x1000u
#define MMIO    0xfeb00000ull
#define DEVICES 32u

static struct {
    struct acpi_viot header;
    struct acpi_viot_iommu_pci pci;
    struct acpi_viot_iommu_mmio mmio;
    struct acpi_viot_pci_range range;
} __attribute__((packed)) table = {
    .header = {.node_count = 3, .node_offset = 48},
    .pci = {.node = {ACPI_VIOT_IOMMU_PCI, 0, 16}, .bdf = 8},
    .mmio = {.node = {ACPI_VIOT_IOMMU_MMIO, 0, 16}, .base_address = MMIO},
    .range = {.node = {ACPI_VIOT_PCI_RANGE, 0, 24}, .bdf_end = DEVICES - 1},
};

static struct bus_memory memory = {.base = VIOT, .size = sizeof table, .host = &table};
static struct pci_host host;

static struct pci_function *find(const struct device_place *place)
{
    if (list_empty(&host.functions) || place->bdf != 8)
        return NULL;
    return LIST_ENTRY(host.functions.next, struct pci_function, link);
}

static void come_and_go(struct fuzz_bytes *input)
{
    for (unsigned step = 0; step < 64 && input->size > 0; step++) {
        unsigned what = (unsigned)fuzz_take(input, 1);
        const struct device_place place = {.bdf = (uint16_t)(what % DEVICES)};
        if (what >= 0x60)
            (void)!virtio_iommu_attach(&place, "device");
        else
            virtio_iommu_detach(&place);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dma_gate gate = {virtio_iommu_attach, virtio_iommu_detach};
    static const struct memory_range ram[] = {{0, 0xa0000, MEMORY_RAM},
                                              {0x100000, 1ull << 40, MEMORY_RAM}};
    struct bus bus = {0};
    struct pci_model segment;
    struct virtio_pci_model pci = {0};
    struct virtio_mmio_model mmio = {0};
    static struct virtio_iommu_model iommu;
    struct fuzz_bytes input = {data, size};
    iommu = (struct virtio_iommu_model){0};
    fake_cpu_reset();
    fake_cpu.tsc_step = 100000000;
    bus_use(&bus);
    bus_add_memory(&bus, &memory);
    hostile_begin(data, size);

    unsigned kind = (unsigned)fuzz_take(&input, 1);
    virtio_iommu_model_init(&iommu, &bus, kind & 1 ? VIRTIO_IOMMU_F_BYPASS_CONFIG : 0);
    iommu.silent = (kind & 0xf0) == 0xf0;
    iommu.virtio.lie = fuzz_virtio_lie;
    iommu.virtio.lie_context = &input;
    iommu.virtio.memory = hostile_memory;
    /* What cannot be reset keeps its memory, on purpose. */
    iommu.virtio.never_resets = hostile_one_in(8);
    if (iommu.virtio.never_resets)
        __lsan_disable();
    pci_model_init(&segment, &bus, ECAM, 1, false);
    list_init(&host.functions);
    table.range.output_node = kind & 2 ? 64 : 48;
    if (kind & 2) {
        virtio_mmio_model_add(&mmio, &bus, &iommu.virtio, MMIO);
    } else {
        virtio_pci_model_add(&pci, &segment, &iommu.virtio, 1, 0xe7f80000, false);
        const struct pci_segment description = {.ecam = ECAM};
        pci_host_init(&host, &description);
        if (EFI_ERROR(pci_scan_segment(&host)) || list_empty(&host.functions))
            abort();
    }
    const struct machine machine = {
        .viot = VIOT, .viot_size = sizeof table, .memory = ram, .memory_count = ARRAY_SIZE(ram)};
    virtio_iommu_init(&machine, find);
    dma_gate_set(&gate);

    come_and_go(&input);
    if (kind & 4)
        virtio_iommu_quiesce();
    for (uint16_t bdf = 0; bdf < DEVICES; bdf++) {
        const struct device_place place = {.bdf = bdf};
        virtio_iommu_detach(&place);
    }

    if (iommu.virtio.never_resets)
        __lsan_enable();
    hostile_end();
    dma_gate_set(NULL);
    LIST_FOR_EACH_SAFE(node, &host.functions)
    pool_free(LIST_ENTRY(node, struct pci_function, link));
    pci_host_forget_ranges(&host);
    virtio_model_free(&iommu.virtio);
    bus_use(NULL);
    return 0;
}
