/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "console/terminal.h"

#include "core/time.h"
#include "lib/macros.h"

static void hand_over(struct terminal *terminal)
{
    size_t length = terminal->output_used;
    if (length == 0)
        return;
    terminal->output_used = 0;
    if (terminal->device->operations->write(terminal->device, terminal->output, length) < length)
        terminal->lost = true;
}

/* The buffer is never full between two calls, so that a crash report may interrupt one. */
static void collect(void *context, const char *bytes, size_t length)
{
    struct terminal *terminal = context;
    for (size_t i = 0; i < length; i++) {
        terminal->output[terminal->output_used++] = bytes[i];
        if (terminal->output_used == sizeof terminal->output)
            hand_over(terminal);
    }
}

void terminal_init(struct terminal *terminal, struct character_device *device)
{
    *terminal =
        (struct terminal){.device = device, .shows = true, .shows_errors = true, .hears = true};
    encoder_init(&terminal->encoder, collect, terminal);
}

bool terminal_flush(struct terminal *terminal)
{
    hand_over(terminal);
    if (!terminal->lost)
        return true;
    terminal->lost = false;
    encoder_forget(&terminal->encoder);
    return false;
}

static void take_keys(const struct key *keys, size_t count, void (*take_key)(const struct key *key))
{
    for (size_t i = 0; i < count; i++)
        take_key(&keys[i]);
}

bool terminal_read(struct terminal *terminal, size_t size, void (*take_key)(const struct key *key))
{
    struct decoder *decoder = &terminal->decoder;
    struct key keys[DECODER_MAX_KEYS];
    uint8_t bytes[64];
    size_t length =
        terminal->device->operations->read(terminal->device, bytes, MIN(size, sizeof bytes));
    for (size_t i = 0; i < length; i++)
        take_keys(keys, decoder_feed(decoder, bytes[i], keys), take_key);
    if (!decoder_waiting(decoder))
        return length > 0;

    uint64_t now = time_now_ticks();
    if (length > 0)
        terminal->last_input = now;
    else if (now - terminal->last_input >= time_ticks_from_us(DECODER_TIMEOUT_MS * 1000))
        take_keys(keys, decoder_time_out(decoder, keys), take_key);
    return length > 0;
}

void terminal_ask_size(struct terminal *terminal)
{
    /* Not every terminal answers xterm's CSI 18 t. All say where the cursor is, and let it go no
     * further than there is a place: DECSC, CUP, DSR, DECRC. */
    static const char question[] = "\x1b"
                                   "7\x1b[999;999H\x1b[6n\x1b"
                                   "8";
    uint16_t columns, rows;
    if (terminal->size_asked)
        return;
    terminal->size_asked = true;
    if (!terminal_size(terminal, &columns, &rows))
        collect(terminal, question, sizeof question - 1);
}

bool terminal_size_told(struct terminal *terminal)
{
    bool told = terminal->decoder.size_told;
    terminal->decoder.size_told = false;
    return told;
}

bool terminal_size(struct terminal *terminal, uint16_t *ret_columns, uint16_t *ret_rows)
{
    struct character_device *device = terminal->device;
    if (device->operations->get_size != NULL &&
        device->operations->get_size(device, ret_columns, ret_rows) && *ret_columns > 0 &&
        *ret_rows > 0)
        return true;
    if (terminal->decoder.reported_rows == 0 || terminal->decoder.reported_columns == 0)
        return false;
    *ret_columns = terminal->decoder.reported_columns;
    *ret_rows = terminal->decoder.reported_rows;
    return true;
}
