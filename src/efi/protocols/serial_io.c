/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/serial_io.h"

#include "console/console.h"
#include "core/time.h"
#include "efi/tpl.h"
#include "lib/macros.h"

#define CLOCK_BAUD      115200u
#define DEFAULT_TIMEOUT 1000000u
#define FIFO_DEPTH      16u
#define LONGEST_WRITE   64 /* bytes between two looks at the deadline */

static struct uart *uart;

static EFI_SERIAL_IO_MODE mode;

static const struct {
    uint32_t control;
    uint8_t output, input; /* bits of the modem control and status registers */
} signals[] = {
    {EFI_SERIAL_DATA_TERMINAL_READY, UART_DTR, 0},
    {EFI_SERIAL_REQUEST_TO_SEND, UART_RTS, 0},
    {EFI_SERIAL_HARDWARE_LOOPBACK_ENABLE, UART_LOOPBACK, 0},
    {EFI_SERIAL_CLEAR_TO_SEND, 0, UART_CTS},
    {EFI_SERIAL_DATA_SET_READY, 0, UART_DSR},
    {EFI_SERIAL_RING_INDICATE, 0, UART_RI},
    {EFI_SERIAL_CARRIER_DETECT, 0, UART_DCD},
};

/* The values in use, or EFI_INVALID_PARAMETER. 0 stands for the default. */
static EFI_STATUS check_attributes(EFI_SERIAL_IO_MODE *wanted, struct uart_line *ret)
{
    if (wanted->BaudRate == 0)
        wanted->BaudRate = CLOCK_BAUD;
    if (wanted->ReceiveFifoDepth == 0)
        wanted->ReceiveFifoDepth = FIFO_DEPTH;
    if (wanted->Timeout == 0)
        wanted->Timeout = DEFAULT_TIMEOUT;
    if (wanted->Parity == DefaultParity)
        wanted->Parity = NoParity;
    if (wanted->DataBits == 0)
        wanted->DataBits = 8;
    if (wanted->StopBits == DefaultStopBits)
        wanted->StopBits = OneStopBit;

    /* The nearest that is not faster. */
    uint64_t baud = MIN(wanted->BaudRate, CLOCK_BAUD), divisor = (CLOCK_BAUD + baud - 1) / baud;
    bool stop_bits_fit =
        wanted->StopBits == OneStopBit ||
        wanted->StopBits == (wanted->DataBits == 5 ? OneFiveStopBits : TwoStopBits);
    if (divisor > UINT16_MAX || wanted->Parity > SpaceParity || wanted->DataBits < 5 ||
        wanted->DataBits > 8 || !stop_bits_fit)
        return EFI_INVALID_PARAMETER;
    wanted->BaudRate = CLOCK_BAUD / divisor;
    wanted->ReceiveFifoDepth = MIN(wanted->ReceiveFifoDepth, FIFO_DEPTH);
    *ret = (struct uart_line){
        .divisor = (uint32_t)divisor,
        .data_bits = (uint8_t)wanted->DataBits,
        .stop_bits = wanted->StopBits == OneStopBit ? 1 : 2,
        .parity = (enum uart_parity)(wanted->Parity - NoParity),
    };
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_attributes(EFI_SERIAL_IO_PROTOCOL *This, uint64_t BaudRate,
                                        uint32_t ReceiveFifoDepth, uint32_t Timeout,
                                        EFI_PARITY_TYPE Parity, uint8_t DataBits,
                                        EFI_STOP_BITS_TYPE StopBits)
{
    EFI_SERIAL_IO_MODE wanted = {
        .ControlMask = mode.ControlMask,
        .Timeout = Timeout,
        .BaudRate = BaudRate,
        .ReceiveFifoDepth = ReceiveFifoDepth,
        .DataBits = DataBits,
        .Parity = Parity,
        .StopBits = StopBits,
    };
    struct uart_line line;
    EFI_STATUS status = check_attributes(&wanted, &line);
    if (EFI_ERROR(status))
        return status;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    uart_set_line(uart, &line);
    mode = wanted;
    efi_restore_tpl(tpl);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_control(EFI_SERIAL_IO_PROTOCOL *This, uint32_t Control)
{
    uint8_t bits = 0;
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
        if (signals[i].output == 0 || (Control & signals[i].control) == 0)
            continue;
        bits |= signals[i].output;
        Control &= ~signals[i].control;
    }
    if (Control != 0)
        return EFI_UNSUPPORTED;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    uart_set_modem_control(uart, bits);
    efi_restore_tpl(tpl);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_control(EFI_SERIAL_IO_PROTOCOL *This, uint32_t *Control)
{
    if (Control == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    uint8_t output = uart_modem_control(uart), input = uart_modem_status(uart);
    uint32_t control = 0;
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
        if ((signals[i].output & output) != 0 || (signals[i].input & input) != 0)
            control |= signals[i].control;
    if (!uart_input_waits(uart))
        control |= EFI_SERIAL_INPUT_BUFFER_EMPTY;
    if (uart_output_is_sent(uart))
        control |= EFI_SERIAL_OUTPUT_BUFFER_EMPTY;
    efi_restore_tpl(tpl);
    *Control = control;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI reset(EFI_SERIAL_IO_PROTOCOL *This)
{
    (void)set_control(This, EFI_SERIAL_DATA_TERMINAL_READY | EFI_SERIAL_REQUEST_TO_SEND);
    return set_attributes(This, 0, 0, 0, DefaultParity, 0, DefaultStopBits);
}

/* Moves up to `size` bytes by `move`, and waits for the device no longer than the timeout at a
 * time. */
static EFI_STATUS transfer(size_t *size, uint8_t *data,
                           size_t (*move)(struct character_device *device, uint8_t *data,
                                          size_t size))
{
    uint64_t timeout = time_ticks_from_us(mode.Timeout), since = time_now_ticks();
    size_t done = 0;
    while (done < *size) {
        EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
        size_t part = move(&uart->device, data + done, MIN(*size - done, LONGEST_WRITE));
        efi_restore_tpl(tpl);
        done += part;
        uint64_t now = time_now_ticks();
        if (part > 0) {
            since = now;
        } else if (now - since >= timeout) {
            *size = done;
            return EFI_TIMEOUT;
        }
    }
    return EFI_SUCCESS;
}

static size_t send(struct character_device *device, uint8_t *data, size_t size)
{
    return device->operations->write(device, data, size);
}

static size_t receive(struct character_device *device, uint8_t *data, size_t size)
{
    return device->operations->read(device, data, size);
}

static EFI_STATUS EFIAPI write(EFI_SERIAL_IO_PROTOCOL *This, size_t *BufferSize, void *Buffer)
{
    if (BufferSize == NULL || (Buffer == NULL && *BufferSize > 0))
        return EFI_INVALID_PARAMETER;
    if (*BufferSize == 0)
        return EFI_SUCCESS;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    console_forget();
    efi_restore_tpl(tpl);
    return transfer(BufferSize, Buffer, send);
}

static EFI_STATUS EFIAPI read(EFI_SERIAL_IO_PROTOCOL *This, size_t *BufferSize, void *Buffer)
{
    if (BufferSize == NULL || (Buffer == NULL && *BufferSize > 0))
        return EFI_INVALID_PARAMETER;
    return transfer(BufferSize, Buffer, receive);
}

EFI_SERIAL_IO_PROTOCOL *serial_io_init(struct uart *device)
{
    static EFI_SERIAL_IO_PROTOCOL protocol = {
        .Revision = EFI_SERIAL_IO_PROTOCOL_REVISION1P1,
        .Reset = reset,
        .SetAttributes = set_attributes,
        .SetControl = set_control,
        .GetControl = get_control,
        .Write = write,
        .Read = read,
        .Mode = &mode,
        .DeviceTypeGuid = NULL,
    };
    uart = device;
    mode = (EFI_SERIAL_IO_MODE){
        .ControlMask = EFI_SERIAL_INPUT_BUFFER_EMPTY | EFI_SERIAL_OUTPUT_BUFFER_EMPTY,
        .Timeout = DEFAULT_TIMEOUT,
        .BaudRate = CLOCK_BAUD,
        .ReceiveFifoDepth = FIFO_DEPTH,
        .DataBits = 8,
        .Parity = NoParity,
        .StopBits = OneStopBit,
    };
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
        mode.ControlMask |= signals[i].control;
    return &protocol;
}
