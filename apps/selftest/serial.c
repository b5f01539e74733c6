/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Serial I/O (UEFI 2.10 §12.8) of the port that the console is on: what is written to it is a line
 * of TAP, and what is read comes back over its own loop. */
#include "efi/protocol/serial_io.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define SIGNALS (EFI_SERIAL_DATA_TERMINAL_READY | EFI_SERIAL_REQUEST_TO_SEND)
#define MS      1000u /* in microseconds */

static EFI_SERIAL_IO_PROTOCOL *port(void)
{
    return FIND(EFI_SERIAL_IO_PROTOCOL);
}

/* As it is, but for the time that it waits. */
static EFI_STATUS set_timeout(EFI_SERIAL_IO_PROTOCOL *serial, uint32_t timeout)
{
    const EFI_SERIAL_IO_MODE mode = *serial->Mode;
    return serial->SetAttributes(serial, mode.BaudRate, mode.ReceiveFifoDepth, timeout, mode.Parity,
                                 (uint8_t)mode.DataBits, mode.StopBits);
}

static void mode(void)
{
    const EFI_SERIAL_IO_PROTOCOL *serial = port();
    if (serial == NULL)
        return;
    CHECK(serial->Revision >= EFI_SERIAL_IO_PROTOCOL_REVISION);
    CHECK((serial->Mode->ControlMask & SIGNALS) == SIGNALS);
    EQUAL(8, serial->Mode->DataBits);
    CHECK(serial->Mode->BaudRate > 0 && serial->Mode->Timeout > 0);
}

static void attributes(void)
{
    EFI_SERIAL_IO_PROTOCOL *serial = port();
    if (serial == NULL)
        return;
    const EFI_SERIAL_IO_MODE before = *serial->Mode;
    EXPECT(EFI_SUCCESS, set_timeout(serial, 7 * MS));
    EQUAL(7 * MS, serial->Mode->Timeout);
    EQUAL(before.BaudRate, serial->Mode->BaudRate);
    /* 0 is the default of each. */
    EXPECT(EFI_SUCCESS, serial->SetAttributes(serial, 0, 0, 0, DefaultParity, 0, DefaultStopBits));
    CHECK(serial->Mode->Timeout != 7 * MS && serial->Mode->Timeout > 0);
    EQUAL(8, serial->Mode->DataBits);
    EQUAL(NoParity, serial->Mode->Parity);
    EQUAL(OneStopBit, serial->Mode->StopBits);
}

/* The nearest one that is not faster is taken. */
static void baud_rate(void)
{
    EFI_SERIAL_IO_PROTOCOL *serial = port();
    if (serial == NULL)
        return;
    const uint64_t before = serial->Mode->BaudRate;
    EXPECT(EFI_SUCCESS,
           serial->SetAttributes(serial, 10000, 0, 0, DefaultParity, 0, DefaultStopBits));
    CHECK(serial->Mode->BaudRate <= 10000 && serial->Mode->BaudRate >= 9600);
    EXPECT(EFI_SUCCESS,
           serial->SetAttributes(serial, 1ull << 40, 0, 0, DefaultParity, 0, DefaultStopBits));
    CHECK(serial->Mode->BaudRate >= 115200 && serial->Mode->BaudRate < 1ull << 40);
    EXPECT(EFI_SUCCESS,
           serial->SetAttributes(serial, before, 0, 0, DefaultParity, 0, DefaultStopBits));
}

static void attributes_invalid(void)
{
    EFI_SERIAL_IO_PROTOCOL *serial = port();
    if (serial == NULL)
        return;
    EFI_SERIAL_IO_MODE before = *serial->Mode;
    EXPECT(EFI_INVALID_PARAMETER,
           serial->SetAttributes(serial, 1, 0, 0, DefaultParity, 0, DefaultStopBits));
    EXPECT(EFI_INVALID_PARAMETER,
           serial->SetAttributes(serial, 0, 0, 0, DefaultParity, 4, DefaultStopBits));
    EXPECT(EFI_INVALID_PARAMETER,
           serial->SetAttributes(serial, 0, 0, 0, DefaultParity, 9, DefaultStopBits));
    EXPECT(EFI_INVALID_PARAMETER,
           serial->SetAttributes(serial, 0, 0, 0, SpaceParity + 1, 8, DefaultStopBits));
    EXPECT(EFI_INVALID_PARAMETER,
           serial->SetAttributes(serial, 0, 0, 0, DefaultParity, 8, OneFiveStopBits));
    /* A terminal on this port may fit the time limit to the speed whenever its timer ticks, as
     * edk2's does. */
    before.Timeout = serial->Mode->Timeout;
    CHECK(memcmp(&before, serial->Mode, sizeof before) == 0);
}

static void control(void)
{
    EFI_SERIAL_IO_PROTOCOL *serial = port();
    if (serial == NULL)
        return;
    uint32_t found = 0;
    EXPECT(EFI_SUCCESS, serial->SetControl(serial, SIGNALS));
    EXPECT(EFI_SUCCESS, serial->GetControl(serial, &found));
    EQUAL(SIGNALS, found & SIGNALS);
    CHECK((found & ~serial->Mode->ControlMask) == 0);
    /* What the other side says is not to be set. */
    EXPECT(EFI_UNSUPPORTED, serial->SetControl(serial, EFI_SERIAL_CLEAR_TO_SEND));
    EXPECT(EFI_UNSUPPORTED, serial->SetControl(serial, EFI_SERIAL_INPUT_BUFFER_EMPTY));
}

static void write(void)
{
    static char line[] = "# written by Serial I/O\r\n";
    EFI_SERIAL_IO_PROTOCOL *serial = port();
    if (serial == NULL)
        return;
    size_t size = sizeof line - 1;
    EXPECT(EFI_SUCCESS, serial->Write(serial, &size, line));
    EQUAL(sizeof line - 1, size);
}

static void read_timeout(void)
{
    EFI_SERIAL_IO_PROTOCOL *serial = port();
    if (serial == NULL)
        return;
    char byte;
    size_t size = 1;
    REQUIRE(EFI_SUCCESS, set_timeout(serial, 2 * MS));
    EXPECT(EFI_TIMEOUT, serial->Read(serial, &size, &byte));
    EQUAL(0, size);
    EXPECT(EFI_SUCCESS, serial->Reset(serial));
}

/* The console, which reads from the port by a timer, is kept out meanwhile. */
static void loopback(void)
{
    static char sent[] = "there and back", received[sizeof sent];
    EFI_SERIAL_IO_PROTOCOL *serial = port();
    if (serial == NULL)
        return;
    size_t written = sizeof sent, read = sizeof sent;
    EFI_TPL tpl = bs->RaiseTPL(TPL_NOTIFY);
    EFI_STATUS status = serial->SetControl(serial, EFI_SERIAL_HARDWARE_LOOPBACK_ENABLE);
    EFI_STATUS write_status = serial->Write(serial, &written, sent);
    EFI_STATUS read_status = serial->Read(serial, &read, received);
    EFI_STATUS end = serial->SetControl(serial, SIGNALS);
    bs->RestoreTPL(tpl);
    EXPECT(EFI_SUCCESS, status);
    EXPECT(EFI_SUCCESS, write_status);
    EXPECT(EFI_SUCCESS, read_status);
    EXPECT(EFI_SUCCESS, end);
    EQUAL(sizeof sent, read);
    CHECK(memcmp(sent, received, sizeof sent) == 0);
}

static const struct selftest tests[] = {
    {"mode", mode},
    {"attributes", attributes},
    {"baud-rate", baud_rate},
    {"attributes-invalid", attributes_invalid},
    {"control", control},
    {"write", write},
    {"read-timeout", read_timeout},
    {"loopback", loopback},
};

const struct topic topic_serial = TOPIC("serial", tests);
