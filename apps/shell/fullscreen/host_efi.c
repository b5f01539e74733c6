/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/host_efi.h"

#include "shell/console.h"
#include "shell/files/files.h"
#include "shell/files/replace.h"
#include "shell/keyboard.h"
#include "shell/memory.h"
#include "shell/print.h"
#include "shell/shell.h"

#define LARGEST_FILE (256u << 20)

static size_t normal, current; /* attributes */

static void screen_size(void *context, size_t *ret_columns, size_t *ret_rows)
{
    console_size(ret_columns, ret_rows);
}

static void set_attribute(size_t attribute)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen = console_screen();
    if (attribute != current)
        (void)screen->SetAttribute(screen, attribute);
    current = attribute;
}

static void screen_clear(void *context)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen = console_screen();
    set_attribute(normal);
    (void)screen->ClearScreen(screen);
}

static void screen_move(void *context, size_t column, size_t row)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen = console_screen();
    if ((size_t)screen->Mode->CursorColumn != column || (size_t)screen->Mode->CursorRow != row)
        (void)screen->SetCursorPosition(screen, column, row);
}

/* Foreground and background change places; the background's colour is none of the bright ones. */
static void screen_write(void *context, const char16_t *text, bool inverse)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen = console_screen();
    size_t foreground = normal & 0xf, background = normal >> 4 & 7;
    set_attribute(inverse ? EFI_TEXT_ATTR(background, foreground & 7) : normal);
    (void)screen->OutputString(screen, (char16_t *)text);
}

static EFI_STATUS screen_key(void *context, bool wait, EFI_KEY_DATA *ret)
{
    if (!wait)
        return keyboard_poll(ret) ? EFI_SUCCESS : EFI_NOT_READY;
    set_attribute(normal);
    return console_wait_key(ret);
}

const struct screen_host *host_screen_open(void)
{
    static const struct screen_host host = {screen_size,  screen_clear, screen_move,
                                            screen_write, screen_key,   NULL};
    if (shell.no_console_in || shell.no_console_out) {
        complain("there is no console to edit at");
        return NULL;
    }
    normal = current = (size_t)console_screen()->Mode->Attribute & 0x7f;
    keyboard_set_raw(true);
    return &host;
}

void host_screen_close(void)
{
    set_attribute(normal);
    keyboard_set_raw(false);
}

/* Files. */

static EFI_STATUS load_file(void *context, const char16_t *name, void **ret, size_t *ret_size,
                            bool *ret_read_only)
{
    EFI_FILE_PROTOCOL *file;
    EFI_FILE_INFO *info;
    EFI_STATUS status = file_open(name, EFI_FILE_MODE_READ, 0, &file);
    if (EFI_ERROR(status))
        return status;
    status = file_get_info(file, &info);
    if (!EFI_ERROR(status)) {
        *ret_read_only = (info->Attribute & EFI_FILE_READ_ONLY) != 0;
        bool directory = (info->Attribute & EFI_FILE_DIRECTORY) != 0;
        shell_free(info);
        status = directory ? EFI_ACCESS_DENIED : file_read_all(file, LARGEST_FILE, ret, ret_size);
    }
    file_close(file);
    return status;
}

static EFI_STATUS save_file(void *context, const char16_t *name, const void *data, size_t size)
{
    return file_replace(name, data, size);
}

static bool is_file(void *context, const char16_t *name)
{
    return file_exists(name);
}

const struct file_host host_files = {load_file, save_file, is_file, NULL};
