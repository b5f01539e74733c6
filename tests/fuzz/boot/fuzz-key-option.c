/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The content of a Key#### variable, and presses of the keys that it names. */
#include <stdlib.h>

#include "boot/key_option.h"
#include "lib/assert.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct key_option option;
    void *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, data, size);
    if (key_option_parse(copy, size, &option)) {
        ASSERT(option.count <= KEY_OPTION_COUNT_MAX &&
               size >= 10 + option.count * sizeof(EFI_INPUT_KEY));
        for (unsigned i = 0; i < option.count; i++) {
            EFI_KEY_DATA press = {option.keys[i], {EFI_SHIFT_STATE_VALID, 0}};
            bool plain = (option.data & 0x3f00) == 0;
            ASSERT(!plain || key_option_matches(&option, i, &press));
            press.KeyState.KeyShiftState |= EFI_LEFT_CONTROL_PRESSED;
            ASSERT(!plain || !key_option_matches(&option, i, &press));
        }
    }
    free(copy);
    return 0;
}
