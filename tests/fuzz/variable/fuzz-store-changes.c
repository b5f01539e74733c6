/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Random changes against a reference, with a power cut somewhere. The first byte chooses the banks,
 * two more the number of stores before the cut; then follow four bytes for each change. */
#include <stdint.h>
#include <stdlib.h>

#include "models/nvram.h"

#define BANK 1024u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const EFI_GUID uuid = {9, 8, 7, {6}};

static struct nvram nvram;
static struct store store;
static struct reference now;
static struct reference_change change;

static void check(void)
{
    if (!reference_matches(&now, &store) || !reference_space_matches(&store))
        abort();
}

static void run(const uint8_t *data, size_t size)
{
    for (; size >= 4; data += 4, size -= 4) {
        change = (struct reference_change){.name = data[0] % REFERENCE_NAMES,
                                           .kind = data[1] % 5,
                                           .size = data[2],
                                           .seed = data[3]};
        EFI_STATUS status = reference_apply(&now, &store, &change);
        if (status == EFI_DEVICE_ERROR || status == EFI_VOLUME_CORRUPTED)
            abort();
        check();
    }
}

/* The change in flight has happened, or has not. */
static void recover(void)
{
    nvram.stores_left = -1;
    if (EFI_ERROR(store_open(&store, &nvram.medium)))
        abort();
    if (!reference_matches(&now, &store))
        reference_expect(&now, &change);
    check();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    nvram_init(&nvram, BANK, 1 + data[0] % 2);
    now = (struct reference){0};
    if (EFI_ERROR(store_format(&store, &nvram.medium, &uuid)))
        abort();
    if (nvram.medium.bank_count == 2)
        nvram.stores_left = data[1] | data[2] << 8;
    if (setjmp(nvram.power_cut) == 0) {
        run(data + 3, size - 3);
    } else {
        recover();
        run(data + 3, MIN(size - 3, (size_t)64));
    }
    nvram_free(&nvram);
    return 0;
}
