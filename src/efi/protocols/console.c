/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/console.h"

#include "console/console.h"
#include "core/log.h"
#include "core/pool.h"
#include "drivers/uart.h"
#include "efi/controller.h"
#include "efi/device_path.h"
#include "efi/driver_model.h"
#include "efi/event.h"
#include "efi/guid.h"
#include "efi/multiple.h"
#include "efi/protocol/device_path.h"
#include "efi/protocols/serial_io.h"
#include "efi/protocols/simple_text_in.h"
#include "efi/protocols/simple_text_out.h"
#include "efi/tpl.h"
#include "lib/status_name.h"

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
static bool started, has_serial;

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
    has_serial = !EFI_ERROR(uart_init(&com1, UART_COM1));
    if (has_serial) {
        terminal_init(&serial_terminal, &com1.device);
        console_add(&serial_terminal);
    }
    log_add_sink(&log_sink);
}

bool console_has_uart(void)
{
    return has_serial;
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

/* Consoles that drivers offer. */
struct console_device {
    struct list link;
    struct terminal terminal;
    EFI_DEVICE_PATH_PROTOCOL *path;
};

static struct list console_devices = LIST_INIT(console_devices);

EFI_STATUS console_attach(struct character_device *device, const EFI_DEVICE_PATH_PROTOCOL *path,
                          struct console_device **ret)
{
    struct console_device *console = pool_alloc_zeroed(sizeof *console);
    if (console == NULL)
        return EFI_OUT_OF_RESOURCES;
    console->path = device_path_append_node(path, &serial_path.terminal.Header);
    if (console->path == NULL) {
        pool_free(console);
        return EFI_OUT_OF_RESOURCES;
    }
    terminal_init(&console->terminal, device);
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    console_add(&console->terminal);
    list_append(&console_devices, &console->link);
    simple_text_out_update_modes();
    efi_restore_tpl(tpl);
    *ret = console;
    return EFI_SUCCESS;
}

void console_detach(struct console_device *console)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    console_remove(&console->terminal);
    list_remove(&console->link);
    efi_restore_tpl(tpl);
    pool_free(console->path);
    pool_free(console);
}

/* Starts the drivers of consoles: a user may look at any of them, and at no other. */
static void start_devices(void)
{
    if (EFI_ERROR(controllers_scan(false)))
        return;
    LIST_FOR_EACH(node, &controllers)
    {
        struct controller *controller = LIST_ENTRY(node, struct controller, link);
        if (controller_offers(controller, DEVICE_CONSOLE))
            (void)efi_connect_controller(controller->handle, NULL, NULL, false);
    }
}

/* The paths of all consoles, as instances of one; NULL when there is none, or no memory. */
static EFI_DEVICE_PATH_PROTOCOL *all_paths(void)
{
    EFI_DEVICE_PATH_PROTOCOL *all = NULL;
    if (has_serial)
        all = device_path_duplicate(&serial_path.root.Header);
    LIST_FOR_EACH(node, &console_devices)
    {
        struct console_device *console = LIST_ENTRY(node, struct console_device, link);
        EFI_DEVICE_PATH_PROTOCOL *longer = device_path_append_instance(all, console->path);
        pool_free(all);
        all = longer;
    }
    return all;
}

static EFI_STATUS set_variable(EFI_SYSTEM_TABLE *table, char16_t *name, uint32_t attributes,
                               EFI_DEVICE_PATH_PROTOCOL *path)
{
    return table->RuntimeServices->SetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), attributes,
                                               device_path_size(path), path);
}

static bool variable_exists(EFI_SYSTEM_TABLE *table, char16_t *name)
{
    size_t size = 0;
    return table->RuntimeServices->GetVariable(name, GUID_OF(EFI_GLOBAL_VARIABLE), NULL, &size,
                                               NULL) != EFI_NOT_FOUND;
}

/* UEFI 2.10 §3.3: what consoles there are, and which of them to use unless somebody has chosen. */
static void set_variables(EFI_SYSTEM_TABLE *table)
{
    static char16_t *const present[] = {u"ConInDev", u"ConOutDev", u"ErrOutDev"};
    static char16_t *const chosen[] = {u"ConIn", u"ConOut", u"ErrOut"};
    EFI_DEVICE_PATH_PROTOCOL *path = all_paths();
    if (path == NULL)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(present); i++) {
        EFI_STATUS status = set_variable(table, present[i], VARIABLE_ATTRIBUTES_VOLATILE, path);
        if (!EFI_ERROR(status) && !variable_exists(table, chosen[i]))
            status = set_variable(table, chosen[i],
                                  VARIABLE_ATTRIBUTES_VOLATILE | EFI_VARIABLE_NON_VOLATILE, path);
        if (EFI_ERROR(status))
            log_debug("variable %ls cannot be set: %s", chosen[i], status_name(status));
    }
    pool_free(path);
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

/* The port without the terminal at its other end. */
static EFI_STATUS install_serial_port(void)
{
    static struct serial_path port_path;
    EFI_HANDLE handle = NULL;
    if (!has_serial)
        return EFI_SUCCESS;
    port_path = serial_path;
    device_path_set_end(&port_path.terminal);
    return efi_install_multiple_protocol_interfaces(&handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL),
                                                    &port_path, GUID_OF(EFI_SERIAL_IO_PROTOCOL),
                                                    serial_io_init(&com1), NULL);
}

EFI_STATUS console_install(EFI_SYSTEM_TABLE *table)
{
    if (!started)
        console_early();
    EFI_STATUS status = create_events();
    if (!EFI_ERROR(status))
        status = install_serial_port();
    if (EFI_ERROR(status))
        return status;
    start_devices();
    simple_text_out_update_modes();

    const void *path = &bare_path;
    if (has_serial)
        path = &serial_path;
    else if (!list_empty(&console_devices))
        path = LIST_ENTRY(console_devices.next, struct console_device, link)->path;
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
    set_variables(table);
    return EFI_SUCCESS;
}
