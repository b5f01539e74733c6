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
#include "efi/handle.h"
#include "efi/multiple.h"
#include "efi/protocol/device_path.h"
#include "efi/protocols/console_variables.h"
#include "efi/protocols/serial_io.h"
#include "efi/protocols/simple_text_in.h"
#include "efi/protocols/simple_text_out.h"
#include "efi/tpl.h"

/* The messaging node of a VT-UTF8 terminal (UEFI 2.10 §10.3.4.6). */
#define EFI_VT_UTF8_GUID                                                                           \
    {                                                                                              \
        0xad15a0d6, 0x8bec, 0x4acf,                                                                \
        {                                                                                          \
            0xa0, 0x73, 0xd0, 0x1d, 0xe7, 0x7e, 0x2d, 0x88                                         \
        }                                                                                          \
    }

#define END_NODE                                                                                   \
    {                                                                                              \
        END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,                                      \
        {                                                                                          \
            sizeof(EFI_DEVICE_PATH_PROTOCOL), 0                                                    \
        }                                                                                          \
    }

struct serial_path {
    ACPI_HID_DEVICE_PATH root;
    ACPI_HID_DEVICE_PATH port;
    UART_DEVICE_PATH uart;
    VENDOR_DEVICE_PATH terminal;
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed));

static struct serial_path serial_path = {
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

/* Consoles: the serial port first, then what drivers offer. */
struct console_device {
    struct list link;
    struct terminal terminal;
    EFI_DEVICE_PATH_PROTOCOL *path;
};

static struct list console_devices = LIST_INIT(console_devices);

static struct uart com1;
static struct console_device serial = {.path = &serial_path.root.Header};
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
        terminal_init(&serial.terminal, &com1.device);
        console_add(&serial.terminal);
        list_append(&console_devices, &serial.link);
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

static EFI_RUNTIME_SERVICES *rt; /* NULL: the variables are not there yet */

static bool any_is_named(const EFI_DEVICE_PATH_PROTOCOL *choice)
{
    LIST_FOR_EACH(node, &console_devices)
    {
        if (console_is_named(choice, LIST_ENTRY(node, struct console_device, link)->path))
            return true;
    }
    return false;
}

static bool *flag_of(struct terminal *terminal, enum console_use use)
{
    bool *const flags[CONSOLE_USES] = {&terminal->hears, &terminal->shows, &terminal->shows_errors};
    return flags[use];
}

/* A choice of which nothing is there is none: somebody has to be able to see and say something. */
static void follow(enum console_use use)
{
    EFI_DEVICE_PATH_PROTOCOL *choice = console_variable_get(rt, use);
    bool all = choice == NULL || !any_is_named(choice);
    LIST_FOR_EACH(node, &console_devices)
    {
        struct console_device *console = LIST_ENTRY(node, struct console_device, link);
        bool used = all || console_is_named(choice, console->path);
        bool *flag = flag_of(&console->terminal, use);
        if (*flag != used)
            console_forget();
        *flag = used;
    }
    pool_free(choice);
}

/* At the start, when a console comes or goes, and before each boot option: a driver, a program or a
 * user may have chosen anew. */
static void follow_variables(void)
{
    if (rt == NULL)
        return;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    for (enum console_use use = 0; use < CONSOLE_USES; use++)
        follow(use);
    simple_text_out_update_modes();
    efi_restore_tpl(tpl);
}

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
    follow_variables();
    *ret = console;
    return EFI_SUCCESS;
}

void console_detach(struct console_device *console)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    console_remove(&console->terminal);
    list_remove(&console->link);
    efi_restore_tpl(tpl);
    follow_variables();
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
    LIST_FOR_EACH(node, &console_devices)
    {
        struct console_device *console = LIST_ENTRY(node, struct console_device, link);
        EFI_DEVICE_PATH_PROTOCOL *longer = device_path_append_instance(all, console->path);
        pool_free(all);
        all = longer;
    }
    return all;
}

static void set_variables(void)
{
    EFI_DEVICE_PATH_PROTOCOL *all = all_paths();
    console_variables_set(rt, all);
    pool_free(all);
}

static void EFIAPI ready_to_boot(EFI_EVENT Event, void *Context)
{
    follow_variables();
}

static EFI_STATUS create_events(void)
{
    static EFI_EVENT exit_event, boot_event;
    EFI_STATUS status =
        efi_create_event(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_CALLBACK, hand_over, NULL, &exit_event);
    if (!EFI_ERROR(status))
        status = efi_create_event_ex(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, ready_to_boot, NULL,
                                     GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT), &boot_event);
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

    const EFI_DEVICE_PATH_PROTOCOL *path = console_whole_path;
    if (!list_empty(&console_devices))
        path = LIST_ENTRY(console_devices.next, struct console_device, link)->path;
    EFI_HANDLE handle = NULL, error_handle = NULL;
    status = efi_install_multiple_protocol_interfaces(
        &handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), path, GUID_OF(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL),
        &simple_text_out_protocol, GUID_OF(EFI_SIMPLE_TEXT_INPUT_PROTOCOL),
        &simple_text_in_protocol, GUID_OF(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL),
        &simple_text_in_ex_protocol, NULL);
    if (!EFI_ERROR(status))
        status =
            efi_install_protocol_interface(&error_handle, GUID_OF(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL),
                                           EFI_NATIVE_INTERFACE, &standard_error_protocol);
    if (EFI_ERROR(status))
        return status;

    table->ConsoleInHandle = table->ConsoleOutHandle = handle;
    table->StandardErrorHandle = error_handle;
    table->ConIn = &simple_text_in_protocol;
    table->ConOut = &simple_text_out_protocol;
    table->StdErr = &standard_error_protocol;
    rt = table->RuntimeServices;
    set_variables();
    follow_variables();
    return EFI_SUCCESS;
}
