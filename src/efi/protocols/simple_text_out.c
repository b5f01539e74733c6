/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/simple_text_out.h"

#include "console/console.h"
#include "console/glyph.h"
#include "efi/tpl.h"
#include "lib/macros.h"

/* Simple Text Output (UEFI 2.10 §12.4). It may be called at TPL_NOTIFY (table 7.3), and the console
 * is not re-entrant. */

struct text_mode {
    uint16_t columns, rows;
};

/* The first two are the specification's; the last becomes what the terminals have. A mode of 0
 * columns is not there. */
static struct text_mode modes[] = {{80, 25}, {80, 50}, {100, 31}, {0, 0}};

static EFI_SIMPLE_TEXT_OUTPUT_MODE mode = {
    .MaxMode = 1, .Attribute = CONSOLE_ATTRIBUTE, .CursorVisible = true};

#define OWN_SIZE (ARRAY_SIZE(modes) - 1)

/* A terminal that has not told its size is taken to show mode 0, and no more. */
static bool mode_fits(const struct text_mode *m)
{
    uint16_t columns, rows;
    if (m == &modes[0])
        return true;
    return m->columns > 0 && console_largest_size(&columns, &rows) && m->columns <= columns &&
           m->rows <= rows;
}

static bool mode_is_listed(const struct text_mode *wanted)
{
    for (size_t i = 0; i < OWN_SIZE; i++)
        if (modes[i].columns == wanted->columns && modes[i].rows == wanted->rows)
            return true;
    return false;
}

void simple_text_out_update_modes(void)
{
    struct text_mode own;
    if (console_largest_size(&own.columns, &own.rows) && own.columns >= modes[0].columns &&
        own.rows >= modes[0].rows && !mode_is_listed(&own))
        modes[OWN_SIZE] = own;
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
        if (mode_fits(&modes[i]))
            mode.MaxMode = (int32_t)i + 1;
}

static void publish(void)
{
    const struct screen *screen = console_screen();
    mode.Attribute = screen->attribute;
    mode.CursorColumn = screen->column;
    mode.CursorRow = screen->row;
    mode.CursorVisible = screen->cursor_visible;
}

static EFI_TPL enter(const EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *protocol)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    console_speak_of_errors(protocol == &standard_error_protocol);
    return tpl;
}

static EFI_STATUS leave(EFI_TPL tpl, EFI_STATUS status)
{
    console_speak_of_errors(false);
    publish();
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI reset(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, bool ExtendedVerification)
{
    EFI_TPL tpl = enter(This);
    simple_text_out_update_modes();
    console_forget();
    console_set_attribute(CONSOLE_ATTRIBUTE);
    console_show_cursor(true);
    console_set_size(modes[0].columns, modes[0].rows);
    mode.Mode = 0;
    return leave(tpl, EFI_SUCCESS);
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, char16_t *String)
{
    EFI_STATUS status = EFI_SUCCESS;
    if (String == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = enter(This);
    for (const char16_t *c = String; *c != 0; c++)
        if (!console_put(*c))
            status = EFI_WARN_UNKNOWN_GLYPH;
    console_end_output();
    return leave(tpl, status);
}

static bool can_show(char16_t c)
{
    return c == '\b' || c == '\t' || c == '\n' || c == '\r' || glyph_width(c) > 0;
}

static EFI_STATUS EFIAPI test_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, char16_t *String)
{
    if (String == NULL)
        return EFI_INVALID_PARAMETER;
    for (const char16_t *c = String; *c != 0; c++)
        if (!can_show(*c))
            return EFI_UNSUPPORTED;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI query_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t ModeNumber,
                                    size_t *Columns, size_t *Rows)
{
    if (Columns == NULL || Rows == NULL)
        return EFI_INVALID_PARAMETER;
    if (ModeNumber >= ARRAY_SIZE(modes) || !mode_fits(&modes[ModeNumber]))
        return EFI_UNSUPPORTED;
    *Columns = modes[ModeNumber].columns;
    *Rows = modes[ModeNumber].rows;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t ModeNumber)
{
    if (ModeNumber >= ARRAY_SIZE(modes) || !mode_fits(&modes[ModeNumber]))
        return EFI_UNSUPPORTED;
    EFI_TPL tpl = enter(This);
    mode.Mode = (int32_t)ModeNumber;
    console_set_size(modes[ModeNumber].columns, modes[ModeNumber].rows);
    return leave(tpl, EFI_SUCCESS);
}

static EFI_STATUS EFIAPI set_attribute(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t Attribute)
{
    if (Attribute > 0x7f)
        return EFI_UNSUPPORTED;
    EFI_TPL tpl = enter(This);
    console_set_attribute((uint8_t)Attribute);
    return leave(tpl, EFI_SUCCESS);
}

static EFI_STATUS EFIAPI clear_screen(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This)
{
    EFI_TPL tpl = enter(This);
    console_clear();
    return leave(tpl, EFI_SUCCESS);
}

static EFI_STATUS EFIAPI set_cursor_position(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, size_t Column,
                                             size_t Row)
{
    const struct screen *screen = console_screen();
    if (Column >= screen->columns || Row >= screen->rows)
        return EFI_UNSUPPORTED;
    EFI_TPL tpl = enter(This);
    console_set_cursor((uint16_t)Column, (uint16_t)Row);
    return leave(tpl, EFI_SUCCESS);
}

static EFI_STATUS EFIAPI enable_cursor(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *This, bool Visible)
{
    EFI_TPL tpl = enter(This);
    console_show_cursor(Visible);
    return leave(tpl, EFI_SUCCESS);
}

#define PROTOCOL                                                                                   \
    {                                                                                              \
        .Reset = reset, .OutputString = output_string, .TestString = test_string,                  \
        .QueryMode = query_mode, .SetMode = set_mode, .SetAttribute = set_attribute,               \
        .ClearScreen = clear_screen, .SetCursorPosition = set_cursor_position,                     \
        .EnableCursor = enable_cursor, .Mode = &mode,                                              \
    }

EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL simple_text_out_protocol = PROTOCOL;
EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL standard_error_protocol = PROTOCOL;
