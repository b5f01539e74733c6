/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/serial_io.h"
#include "shell/command.h"
#include "shell/model/handles.h"
#include "shell/print.h"
#include "shell/shell.h"

/* By EFI_PARITY_TYPE and EFI_STOP_BITS_TYPE. */
static const char parities[] = "DNEOMS";
static const char *const stop_bits[] = {"default", "1", "1.5", "2"};

static void show(EFI_HANDLE handle)
{
    EFI_SERIAL_IO_PROTOCOL *serial = handle_interface(handle, GUID_OF(EFI_SERIAL_IO_PROTOCOL));
    if (serial == NULL)
        return;
    const EFI_SERIAL_IO_MODE *mode = serial->Mode;
    print("%zX: %llu baud, parity %c, %u data bits, %s stop bits\n", handle_number(handle),
          (unsigned long long)mode->BaudRate,
          mode->Parity < sizeof parities - 1 ? parities[mode->Parity] : '?', mode->DataBits,
          mode->StopBits < ARRAY_SIZE(stop_bits) ? stop_bits[mode->StopBits] : "?");
}

static EFI_STATUS show_all(struct invocation *i)
{
    struct handles list;
    EFI_STATUS status = handles_with(i->arena, GUID_OF(EFI_SERIAL_IO_PROTOCOL), &list);
    if (EFI_ERROR(status))
        return complain_status(status, "handles");
    for (size_t at = 0; at < list.count; at++)
        show(list.list[at]);
    if (list.count == 0)
        print("There is no serial port.\n");
    return EFI_SUCCESS;
}

static bool take_parity(const char16_t *word, EFI_PARITY_TYPE *ret)
{
    for (size_t at = 0; word[0] != 0 && word[1] == 0 && at < sizeof parities - 1; at++)
        if ((word[0] & ~0x20) == parities[at]) {
            *ret = (EFI_PARITY_TYPE)at;
            return true;
        }
    complain("'%ls' is no parity: d, n, e, o, m or s", word);
    return false;
}

static bool take_stop_bits(const char16_t *word, EFI_STOP_BITS_TYPE *ret)
{
    static const char *const words[] = {"0", "1", "15", "2"};
    for (size_t at = 0; at < ARRAY_SIZE(words); at++)
        if (text_is(word, words[at])) {
            *ret = (EFI_STOP_BITS_TYPE)at;
            return true;
        }
    complain("'%ls' is no number of stop bits: 0, 1, 15 or 2", word);
    return false;
}

static EFI_STATUS change(struct invocation *i, EFI_SERIAL_IO_PROTOCOL *serial)
{
    uint64_t baud, data_bits;
    EFI_PARITY_TYPE parity;
    EFI_STOP_BITS_TYPE stops;
    if (!command_number(i->operands[1], false, &baud) || !take_parity(i->operands[2], &parity) ||
        !command_number(i->operands[3], false, &data_bits) ||
        !take_stop_bits(i->operands[4], &stops))
        return EFI_INVALID_PARAMETER;
    if (data_bits > 8) {
        complain("a byte has no %llu bits", (unsigned long long)data_bits);
        return EFI_INVALID_PARAMETER;
    }
    EFI_STATUS status =
        serial->SetAttributes(serial, baud, serial->Mode->ReceiveFifoDepth, serial->Mode->Timeout,
                              parity, (uint8_t)data_bits, stops);
    return EFI_ERROR(status) ? complain_status(status, "the port does not take it") : status;
}

static EFI_STATUS sermode(struct invocation *i)
{
    EFI_HANDLE handle;
    EFI_STATUS status = handles_update();
    if (EFI_ERROR(status) || i->count == 0)
        return EFI_ERROR(status) ? status : show_all(i);
    if (i->count != 1 && i->count != 5) {
        complain("all of baud rate, parity, data and stop bits are needed");
        return EFI_INVALID_PARAMETER;
    }
    if (!handle_operand(i->operands[0], &handle))
        return EFI_INVALID_PARAMETER;
    EFI_SERIAL_IO_PROTOCOL *serial = handle_interface(handle, GUID_OF(EFI_SERIAL_IO_PROTOCOL));
    if (serial == NULL)
        return complain_status(EFI_NOT_FOUND, "serial port at handle %ls", i->operands[0]);
    if (i->count == 5)
        status = change(i, serial);
    if (!EFI_ERROR(status))
        show(handle);
    return status;
}

SHELL_COMMAND(sermode_command) = {
    .name = "sermode",
    .run = sermode,
    .summary = "Shows or sets the modes of serial ports.",
    .operands = "[handle [baud parity data-bits stop-bits]]",
    .details = "Parity is d (default), n (none), e, o, m or s; stop bits are 0 (default), 1, 15\n"
               "(one and a half) or 2.",
    .examples = "  sermode\n  sermode 2a 115200 n 8 1",
    .most = 5,
};
