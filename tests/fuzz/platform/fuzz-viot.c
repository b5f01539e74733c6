/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>

#include "models/bus.h"
#include "models/fuzz_bytes.h"
#include "platform/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whose IOMMU is asked for (address over MMIO, segment, function), then the table. */
#define VIOT 0x100000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes input = {data, size};
    struct device_place place = {.mmio = fuzz_take(&input, 8)};
    place.segment = (uint16_t)fuzz_take(&input, 2);
    place.bdf = (uint16_t)fuzz_take(&input, 2);

    /* Memory of exactly its size, so that ASan sees a byte too many. */
    struct bus bus = {0};
    uint8_t *table = malloc(input.size + 1);
    memcpy(table, input.data, input.size);
    struct bus_memory memory = {.base = VIOT, .size = input.size, .host = table};
    bus_add_memory(&bus, &memory);
    bus_use(&bus);

    const struct machine machine = {.viot = VIOT, .viot_size = (uint32_t)input.size};
    struct iommu_endpoint endpoint;
    EFI_STATUS status = machine_iommu_of(&machine, &place, &endpoint);
    if (status != EFI_SUCCESS && status != EFI_NOT_FOUND && status != EFI_VOLUME_CORRUPTED)
        abort();
    bus_use(NULL);
    free(table);
    return 0;
}
