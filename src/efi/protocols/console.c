/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/console.h"

#include "console/console.h"
#include "core/log.h"
#include "drivers/uart.h"
#include "efi/event.h"
#include "efi/guid.h"
#include "efi/multiple.h"
#include "efi/protocol/device_path.h"
#include "efi/protocols/simple_text_in.h"
#include "efi/protocols/simple_text_out.h"
#include "efi/tpl.h"

#define EFI_GLOBAL_VARIABLE_GUID                                                                   \
    {                                                                                              \
        0x8be4df61, 0x93ca, 0x11d2,                                                                \
        {                                                                                          \
            0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c                                         \
        }                                                                                          \
    }

/* The messaging node of a VT-UTF8 terminal (UEFI 2.10 §10.3.4.6). */
#define EFI_VT_UTF8_GUID                                                                           \
    {                                                                                              \
        0xad15a0d6, 0x8bec, 0x4acf,                                                                \
        {                                                                                          \
            0xa0, 0x73, 0xd0, 0x1d, 0xe7, 0x7e, 0x2d, 0x88                                         \
        }                                                                                          \
    }

/* Our own node for a console without a UART. */
#define CLOUDHV_CONSOLE_GUID                                                                       \
    {                                                                                              \
        0x5f9a1d2e, 0x4c31, 0x4d7b,                                                                \
        {                                                                                          \
            0x9a, 0x40, 0x6e, 0x0b, 0x71, 0xc2, 0x58, 0x13                                         \
        }                                                                                          \
    }

#define END_NODE                                                                                   \
    {                                                                                              \
        END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,                                      \
        {                                                                                          \
            sizeof(EFI_DEVICE_PATH_PROTOCOL), 0                                                    \
        }                                                                                          \
    }

#define VARIABLE_ATTRIBUTES_VOLATILE (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

struct serial_path {
    ACPI_HID_DEVICE_PATH root;
    ACPI_HID_DEVICE_PATH port;
    UART_DEVICE_PATH uart;
    VENDOR_DEVICE_PATH terminal;
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed));

static const struct serial_path serial_path = {
    .root = {{ACPI_DEVICE_PATH, ACPI_DP, {sizeof(ACPI_HID_DEVICE_PATH), 0}},
             EISA_PNP_ID(0x0a03),
             0},
    .port = {{ACPI_DEVICE_PATH, ACPI_DP, {sizeof(ACPI_HID_DEVICE_PATH), 0}},
             EISA_PNP_ID(0x0501),
             0},
    .uart = {.Header = {MESSAGING_DEVICE_PATH, MSG_UART_DP, {sizeof(UART_DEVICE_PATH), 0}},
             .BaudRate = 115200,
             .DataBits = 8,
             .Parity = 1,    /* none */
             .StopBits = 1}, /* one */
    .terminal = {{MESSAGING_DEVICE_PATH, MSG_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH), 0}},
                 EFI_VT_UTF8_GUID},
    .end = END_NODE,
};

static const struct {
    VENDOR_DEVICE_PATH console;
    EFI_DEVICE_PATH_PROTOCOL end;
} bare_path = {
    .console = {{HARDWARE_DEVICE_PATH, HW_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH), 0}},
                CLOUDHV_CONSOLE_GUID},
    .end = END_NODE,
};

static struct uart com1;
static struct terminal serial_terminal;
static bool started;

/* The log may speak while something else is in the middle of writing. */
static void write_log_line(void *context, const char *text, size_t length)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    console_write_log(text, length);
    efi_restore_tpl(tpl);
}

static struct log_sink log_sink = {.level = LOG_INFO, .write = write_log_line};

void console_early(void)
{
    started = true;
    if (!EFI_ERROR(uart_init(&com1, UART_COM1))) {
        terminal_init(&serial_terminal, &com1.device);
        console_add(&serial_terminal);
    }
    log_add_sink(&log_sink);
}

/* From now on the devices are the OS's: they get its screen in default colours, and nothing more.
 */
static void EFIAPI hand_over(EFI_EVENT Event, void *Context)
{
    console_set_attribute(CONSOLE_ATTRIBUTE);
    console_show_cursor(true);
    console_settle();
    log_remove_sink(&log_sink);
}

static EFI_STATUS set_variable(EFI_SYSTEM_TABLE *table, char16_t *name, uint32_t attributes,
                               const void *path, size_t size)
{
    return table->RuntimeServices->SetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), attributes, size,
                                               (void *)path);
}

/* UEFI 2.10 §3.3: what consoles there are, and which of them to use unless somebody has chosen. */
static void set_variables(EFI_SYSTEM_TABLE *table, const void *path, size_t size)
{
    static char16_t *const present[] = {u"ConInDev", u"ConOutDev", u"ErrOutDev"};
    static char16_t *const chosen[] = {u"ConIn", u"ConOut", u"ErrOut"};
    for (size_t i = 0; i < ARRAY_SIZE(present); i++) {
        size_t old_size = 0;
        EFI_STATUS status =
            set_variable(table, present[i], VARIABLE_ATTRIBUTES_VOLATILE, path, size);
        if (!EFI_ERROR(status) &&
            table->RuntimeServices->GetVariable(chosen[i], GUID_OF(EFI_GLOBAL_VARIABLE), NULL,
                                                &old_size, NULL) == EFI_NOT_FOUND)
            status =
                set_variable(table, chosen[i],
                             VARIABLE_ATTRIBUTES_VOLATILE | EFI_VARIABLE_NON_VOLATILE, path, size);
        if (EFI_ERROR(status))
            log_debug("variable %ls cannot be set", chosen[i]);
    }
}

static EFI_STATUS create_events(void)
{
    static EFI_EVENT exit_event;
    EFI_STATUS status =
        efi_create_event(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_CALLBACK, hand_over, NULL, &exit_event);
    if (!EFI_ERROR(status))
        status = simple_text_in_init();
    if (!EFI_ERROR(status))
        status = simple_text_in_ex_init();
    return status;
}

EFI_STATUS console_install(EFI_SYSTEM_TABLE *table)
{
    if (!started)
        console_early();
    EFI_STATUS status = create_events();
    if (EFI_ERROR(status))
        return status;
    simple_text_out_update_modes();

    bool serial = console_has_terminal();
    const void *path = serial ? (const void *)&serial_path : &bare_path;
    EFI_HANDLE handle = NULL;
    status = efi_install_multiple_protocol_interfaces(
        &handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), path, GUID_OF(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL),
        &simple_text_out_protocol, GUID_OF(EFI_SIMPLE_TEXT_INPUT_PROTOCOL),
        &simple_text_in_protocol, GUID_OF(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL),
        &simple_text_in_ex_protocol, NULL);
    if (EFI_ERROR(status))
        return status;

    table->ConsoleInHandle = table->ConsoleOutHandle = table->StandardErrorHandle = handle;
    table->ConIn = &simple_text_in_protocol;
    table->ConOut = table->StdErr = &simple_text_out_protocol;
    set_variables(table, path, serial ? sizeof serial_path : sizeof bare_path);
    return EFI_SUCCESS;
}
