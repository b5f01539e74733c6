/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Bytes from a terminal to keys: whatever comes, and wherever it pauses (byte 0xFE in the input),
 * there are few keys, each is valid, and afterwards an ordinary key is decoded again. */
#include <stdlib.h>

#include "console/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct key *keys, size_t count)
{
    if (count > DECODER_MAX_KEYS)
        abort();
    for (size_t i = 0; i < count; i++)
        if ((keys[i].scan == 0) == (keys[i].character == 0) || keys[i].scan > KEY_F13 + 11 ||
            (keys[i].character >= 0xd800 && keys[i].character <= 0xdfff))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct decoder decoder = {0};
    struct key keys[DECODER_MAX_KEYS];
    for (size_t i = 0; i < size; i++) {
        if (data[i] == 0xfe && decoder_waiting(&decoder))
            check(keys, decoder_time_out(&decoder, keys));
        else
            check(keys, decoder_feed(&decoder, data[i], keys));
    }
    if (decoder_waiting(&decoder))
        check(keys, decoder_time_out(&decoder, keys));
    if (decoder_waiting(&decoder) || decoder_feed(&decoder, 'x', keys) != 1 ||
        keys[0].character != 'x' || keys[0].modifiers != 0)
        abort();
    return 0;
}
