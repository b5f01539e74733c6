/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/console.h"

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/keyboard.h"
#include "shell/shell.h"
#include "shell/streams/stream.h"

static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *screen, *error_screen;

/* Paging. */
static bool page_break;
static size_t lines_shown, column;

/* The rest of a line that was read, for programs that read it in pieces. */
static struct text typed;
static size_t typed_at;

EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *console_screen(void)
{
    return screen;
}

void console_size(size_t *ret_columns, size_t *ret_rows)
{
    if (EFI_ERROR(screen->QueryMode(screen, (size_t)screen->Mode->Mode, ret_columns, ret_rows))) {
        *ret_columns = 80;
        *ret_rows = 25;
    }
}

void console_set_page_break(bool on)
{
    page_break = on;
    lines_shown = column = 0;
}

bool console_page_break(void)
{
    return page_break;
}

static void show(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *where, const char16_t *text)
{
    (void)where->OutputString(where, (char16_t *)text);
}

static EFI_STATUS end_page(void)
{
    EFI_KEY_DATA key;
    lines_shown = 0;
    show(screen, u"Press a key for the next page, Q to end: ");
    EFI_STATUS status = console_wait_key(&key);
    show(screen, u"\r                                         \r");
    bool quit =
        key.Key.UnicodeChar == 'q' || key.Key.UnicodeChar == 'Q' || key.Key.ScanCode == SCAN_ESC;
    return EFI_ERROR(status) || (!quit && !shell_interrupted()) ? EFI_SUCCESS : EFI_ABORTED;
}

/* Counts what a piece of text does to the page. */
static EFI_STATUS count_line(char16_t c)
{
    size_t columns, rows;
    if (!page_break)
        return EFI_SUCCESS;
    console_size(&columns, &rows);
    if (c == '\r')
        column = 0;
    else if (c != '\n' && ++column < columns)
        return EFI_SUCCESS;
    if (c == '\r')
        return EFI_SUCCESS;
    column = 0;
    return ++lines_shown + 1 >= rows ? end_page() : EFI_SUCCESS;
}

static EFI_STATUS write_to(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *where, const char16_t *text,
                           size_t count)
{
    char16_t piece[128];
    size_t used = 0;
    EFI_STATUS status = EFI_SUCCESS;
    if (shell.no_console_out)
        return EFI_SUCCESS;
    keyboard_pause();
    for (size_t i = 0; i < count && !EFI_ERROR(status); i++) {
        if (text[i] != 0 && text[i] != 0xfeff)
            piece[used++] = text[i];
        bool line_ends = text[i] == '\n' || (page_break && text[i] != '\r');
        if (used + 1 == ARRAY_SIZE(piece) || i + 1 == count || line_ends) {
            piece[used] = 0;
            used = 0;
            show(where, piece);
        }
        status = count_line(text[i]);
    }
    return status;
}

static EFI_STATUS write_output(struct stream *stream, const void *data, size_t size)
{
    if (shell_interrupted())
        return EFI_ABORTED;
    return write_to(screen, data, size / sizeof(char16_t));
}

static EFI_STATUS write_error(struct stream *stream, const void *data, size_t size)
{
    return write_to(error_screen, data, size / sizeof(char16_t));
}

/* A line without its end, or what is left of it. */
static EFI_STATUS read_input(struct stream *stream, void *data, size_t *size)
{
    if (typed_at == typed.length) {
        text_clear(&typed);
        typed_at = 0;
        EFI_STATUS status = console_read_line(u"", NULL, NULL, &typed);
        if (EFI_ERROR(status))
            return status;
    }
    size_t count = MIN(*size / sizeof(char16_t), typed.length - typed_at);
    if (count > 0)
        memcpy(data, typed.data + typed_at, count * sizeof(char16_t));
    typed_at += count;
    *size = count * sizeof(char16_t);
    return EFI_SUCCESS;
}

static struct stream input = {.read = read_input};
static struct stream output = {.write = write_output};
static struct stream error = {.write = write_error};

EFI_FILE_PROTOCOL *console_input(void)
{
    return &input.file;
}

EFI_FILE_PROTOCOL *console_output(void)
{
    return &output.file;
}

EFI_FILE_PROTOCOL *console_error(void)
{
    return &error.file;
}

EFI_STATUS console_open(void)
{
    screen = shell.table->ConOut;
    error_screen = shell.table->StdErr != NULL ? shell.table->StdErr : screen;
    if (screen == NULL)
        return EFI_UNSUPPORTED;
    stream_init(&input);
    stream_init(&output);
    stream_init(&error);
    return keyboard_open();
}

void console_close(void)
{
    text_free(&typed);
    keyboard_close();
}

EFI_STATUS console_wait_key(EFI_KEY_DATA *ret)
{
    if (shell.no_console_in)
        return EFI_UNSUPPORTED;
    return keyboard_wait(ret);
}

void console_reset_input(void)
{
    if (shell.interrupted && screen->Mode->CursorColumn != 0 && !shell.no_console_out)
        show(screen, u"\r\n");
    shell.interrupted = false;
    keyboard_forget();
}

/* The line editor's view of the screen. */

static const char16_t *current_prompt;

static void screen_get(void *context, size_t *ret_columns, size_t *ret_rows, size_t *ret_column,
                       size_t *ret_row)
{
    console_size(ret_columns, ret_rows);
    *ret_column = (size_t)screen->Mode->CursorColumn;
    *ret_row = (size_t)screen->Mode->CursorRow;
}

static void screen_move(void *context, size_t to_column, size_t to_row)
{
    (void)screen->SetCursorPosition(screen, to_column, to_row);
}

static void screen_write(void *context, const char16_t *text)
{
    show(screen, text);
}

static void screen_clear(void *context)
{
    (void)screen->ClearScreen(screen);
    show(screen, current_prompt);
}

EFI_STATUS console_read_line(const char16_t *prompt, struct history *history,
                             const struct editor_completer *completer, struct text *ret)
{
    static const struct editor_screen editor_screen = {screen_get, screen_move, screen_write,
                                                       screen_clear, NULL};
    struct line_editor editor;
    enum editor_result result = EDITOR_MORE;
    EFI_STATUS status = EFI_SUCCESS;
    current_prompt = prompt;
    show(screen, prompt);
    line_editor_open(&editor, &editor_screen, NULL);
    editor.history = history;
    editor.completer = completer;
    while (result == EDITOR_MORE && !EFI_ERROR(status)) {
        EFI_KEY_DATA key;
        status = console_wait_key(&key);
        if (!EFI_ERROR(status))
            result = line_editor_key(&editor, &key);
    }
    show(screen, u"\r\n");
    if (result == EDITOR_ACCEPT)
        text_append_string(ret, text_string(&editor.line));
    line_editor_close(&editor);
    if (EFI_ERROR(status))
        return status;
    if (result == EDITOR_CANCEL)
        return EFI_ABORTED;
    return ret->failed ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
}
