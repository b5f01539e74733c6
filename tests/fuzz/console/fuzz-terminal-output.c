/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Console operations to bytes for two terminals: they show what the model of the screen says. */
#include "models/screen_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= 2048)
        screen_check_run(data, size);
    return 0;
}
