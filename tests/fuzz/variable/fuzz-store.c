/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Opens the input as the bytes of a store, and uses what it finds as the firmware would. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crc32.h"
#include "models/nvram.h"
#include "variable/format.h"

#define BANK 1024u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Gives the headers right checksums, so that the fuzzer gets behind them. */
static void mend_headers(struct nvram *nvram)
{
    for (uint32_t bank = 0; bank < 2; bank++) {
        struct store_header header;
        memcpy(&header, nvram->bytes + bank * BANK, sizeof header);
        header.magic = STORE_MAGIC;
        header.version = STORE_VERSION;
        header.bank_size = BANK;
        header.bank_count = 2;
        header.checksum = crc32(&header, offsetof(struct store_header, checksum));
        memcpy(nvram->bytes + bank * BANK, &header, sizeof header);
    }
}

static void check_all(const struct store *store)
{
    struct store_variable variable, found, *after = NULL;
    for (; store_next(store, after, &variable); after = &variable) {
        uint32_t sum = crc32(variable.data, variable.data_size);
        (void)sum;
        if (EFI_ERROR(store_find(store, variable.name, variable.guid, &found)))
            abort();
    }
    if (!reference_space_matches(store))
        abort();
}

static void use(struct store *store)
{
    static const EFI_GUID guid = {1, 2, 3, {4}};
    struct store_variable first;
    check_all(store);
    if (store_next(store, NULL, &first)) {
        struct store_value value = {.guid = first.guid,
                                    .name = first.name,
                                    .head = first.data,
                                    .head_size = first.data_size,
                                    .data = "more",
                                    .data_size = 4};
        EFI_GUID copy = *first.guid;
        char16_t name[STORE_NAME_MAX + 1];
        memcpy(name, first.name, first.name_size);
        value.guid = &copy;
        value.name = name;
        EFI_STATUS status = store_set(store, &value);
        (void)status;
        check_all(store);
    }
    struct store_value value = {.guid = &guid, .name = u"New", .data = "data", .data_size = 4};
    for (unsigned i = 0; i < 20; i++) {
        EFI_STATUS status = store_set(store, &value);
        (void)status;
    }
    check_all(store);
    if (EFI_ERROR(store_open(store, store->medium)))
        abort();
    check_all(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct nvram nvram;
    struct store store;
    bool mend = data[0] & 1;
    nvram_init(&nvram, BANK, 2);
    nvram.is_flash = false; /* what lies behind a hostile log need not be erased */
    memset(nvram.bytes, STORE_ERASED, 2 * BANK);
    memcpy(nvram.bytes, data + 1, MIN(size - 1, 2 * (size_t)BANK));
    if (mend)
        mend_headers(&nvram);
    if (!EFI_ERROR(store_open(&store, &nvram.medium)))
        use(&store);
    nvram_free(&nvram);
    return 0;
}
