/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The content of a Boot#### variable, with everything in it touched. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "boot/path.h"
#include "lib/assert.h"
#include "lib/device_path.h"
#include "lib/load_option.h"
#include "lib/memory.h"
#include "lib/printf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct load_option option;
    void *copy = malloc(size > 0 ? size : 1); /* aligned as the pool is */
    memcpy(copy, data, size);
    if (load_option_parse(copy, size, &option)) {
        char text[64];
        format_text(text, sizeof text, "\"%.30ls\"", option.description);
        size_t prefix = device_path_prefix_size(option.path);
        ASSERT(prefix < size);
        ASSERT(device_path_begins_with(option.path, option.path));
        const uint8_t *options = option.options;
        ASSERT(options + option.options_size == (uint8_t *)copy + size);
        uint8_t sum = 0;
        for (uint32_t i = 0; i < option.options_size; i++)
            sum ^= options[i];
        __asm__ volatile("" : : "r"(sum));
    }
    free(copy);
    return 0;
}
