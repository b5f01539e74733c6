/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crc32.h"
#include "shell/memory.h"
#include "shell/variable_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The last four bytes become the right CRC: else nothing gets past it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct variable_record record;
    size_t used, made_size;
    uint32_t crc;
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, data, size);
    if (size >= sizeof crc) {
        crc = crc32(copy, size - sizeof crc);
        memcpy(copy + size - sizeof crc, &crc, sizeof crc);
    }
    if (variable_record_parse(copy, size, &record, &used)) {
        void *made = variable_record_make(&record, &made_size);
        if (used > size || made == NULL || made_size != used || memcmp(made, copy, used) != 0)
            abort();
        shell_free(made);
    }
    free(copy);
    return 0;
}
