/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/streams/proxy.h"

#include "lib/ucs2.h"
#include "shell/console.h"
#include "shell/shell.h"

struct output_proxy {
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL protocol;
    EFI_SIMPLE_TEXT_OUTPUT_MODE mode;
    EFI_FILE_PROTOCOL *file;
};

static struct output_proxy output, error;
static EFI_FILE_PROTOCOL *input_file;

/* What the system table holds while no proxy is in it. */
static struct {
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL *in;
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out, *err;
    unsigned depth;
} real;

static struct output_proxy *proxy_of(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This)
{
    return CONTAINER_OF(This, struct output_proxy, protocol);
}

static EFI_STATUS EFIAPI reset(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, bool ExtendedVerification)
{
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, char16_t *String)
{
    struct output_proxy *proxy = proxy_of(This);
    if (String == NULL)
        return EFI_INVALID_PARAMETER;
    size_t size = ucs2_length(String, SIZE_MAX) * sizeof *String;
    return size > 0 ? proxy->file->Write(proxy->file, &size, String) : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI test_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, char16_t *String)
{
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI query_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t ModeNumber,
                                    size_t *Columns, size_t *Rows)
{
    return real.out->QueryMode(real.out, ModeNumber, Columns, Rows);
}

static EFI_STATUS EFIAPI set_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t ModeNumber)
{
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_attribute(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t Attribute)
{
    proxy_of(This)->mode.Attribute = (int32_t)Attribute;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI clear_screen(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This)
{
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_cursor_position(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t Column,
                                             size_t Row)
{
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI enable_cursor(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, bool Visible)
{
    return EFI_SUCCESS;
}

static void output_init(struct output_proxy *proxy, EFI_FILE_PROTOCOL *file)
{
    proxy->protocol = (EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL){
        .Reset = reset,
        .OutputString = output_string,
        .TestString = test_string,
        .QueryMode = query_mode,
        .SetMode = set_mode,
        .SetAttribute = set_attribute,
        .ClearScreen = clear_screen,
        .SetCursorPosition = set_cursor_position,
        .EnableCursor = enable_cursor,
        .Mode = &proxy->mode,
    };
    proxy->mode = *real.out->Mode;
    proxy->file = file;
}

static EFI_STATUS EFIAPI input_reset(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *This,
                                     bool ExtendedVerification)
{
    return EFI_SUCCESS;
}

/* Each character of the stream is a key. At the end there are no more. */
static EFI_STATUS EFIAPI read_key_stroke(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *This, EFI_INPUT_KEY *Key)
{
    char16_t c;
    size_t size = sizeof c;
    EFI_STATUS status = input_file->Read(input_file, &size, &c);
    if (EFI_ERROR(status) || size != sizeof c)
        return EFI_NOT_READY;
    *Key = (EFI_INPUT_KEY){0, c};
    return EFI_SUCCESS;
}

static EFI_SIMPLE_TEXT_INPUT_PROTOCOL input = {.Reset = input_reset,
                                               .ReadKeyStroke = read_key_stroke};

/* There is always a key to read, or the end of them. */
static void EFIAPI always_ready(EFI_EVENT Event, void *Context)
{
    (void)shell.bs->SignalEvent(Event);
}

static void renew_crc(void)
{
    EFI_TABLE_HEADER *header = &shell.table->Hdr;
    uint32_t crc = 0;
    header->CRC32 = 0;
    (void)shell.bs->CalculateCrc32(shell.table, header->HeaderSize, &crc);
    header->CRC32 = crc;
}

static void use_input(void)
{
    input_file = shell.input;
    if (EFI_ERROR(shell.bs->CreateEvent(EVT_NOTIFY_WAIT, TPL_NOTIFY, always_ready, NULL,
                                        &input.WaitForKey)))
        return;
    shell.table->ConIn = &input;
}

void proxy_enter(void)
{
    if (real.depth++ > 0)
        return;
    real.in = shell.table->ConIn;
    real.out = shell.table->ConOut;
    real.err = shell.table->StdErr;
    if (shell.output != console_output()) {
        output_init(&output, shell.output);
        shell.table->ConOut = &output.protocol;
    }
    if (shell.error != console_error()) {
        output_init(&error, shell.error);
        shell.table->StdErr = &error.protocol;
    }
    if (shell.input != console_input())
        use_input();
    if (shell.table->ConOut != real.out || shell.table->StdErr != real.err ||
        shell.table->ConIn != real.in)
        renew_crc();
}

void proxy_leave(void)
{
    if (--real.depth > 0)
        return;
    if (shell.table->ConIn == &input)
        (void)shell.bs->CloseEvent(input.WaitForKey);
    bool changed = shell.table->ConOut != real.out || shell.table->StdErr != real.err ||
                   shell.table->ConIn != real.in;
    shell.table->ConIn = real.in;
    shell.table->ConOut = real.out;
    shell.table->StdErr = real.err;
    if (changed)
        renew_crc();
}
