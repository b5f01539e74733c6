/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Simple Text Output, Input and Input Ex (UEFI 2.10 §12.2 to §12.4). Nobody types. */
#include "efi/protocol/simple_text_in_ex.h"
#include "selftest/fixture.h"

static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out(void)
{
    return st->ConOut;
}

static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *input_ex(void)
{
    void *interface = NULL;
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(st->ConsoleInHandle,
                                           GUID_OF(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL), &interface));
    return interface;
}

static void query_mode(void)
{
    size_t columns = 0, rows = 0;
    EXPECT(EFI_SUCCESS, out()->QueryMode(out(), 0, &columns, &rows));
    EQUAL(80, columns);
    EQUAL(25, rows);
    CHECK(out()->Mode->MaxMode >= 1 && out()->Mode->Mode < out()->Mode->MaxMode);
}

static void query_mode_unsupported(void)
{
    size_t columns, rows;
    EXPECT(EFI_UNSUPPORTED, out()->QueryMode(out(), (size_t)out()->Mode->MaxMode, &columns, &rows));
    EXPECT(EFI_UNSUPPORTED, out()->QueryMode(out(), SIZE_MAX, &columns, &rows));
}

static void set_mode_unsupported(void)
{
    EXPECT(EFI_UNSUPPORTED, out()->SetMode(out(), (size_t)out()->Mode->MaxMode));
    EXPECT(EFI_UNSUPPORTED, out()->SetMode(out(), SIZE_MAX));
}

static void test_string(void)
{
    EXPECT(EFI_SUCCESS, out()->TestString(out(), (char16_t *)u"plain text"));
    EXPECT(EFI_UNSUPPORTED, out()->TestString(out(), (char16_t *)u"\xd800"));
}

static void clear_screen(void)
{
    EXPECT(EFI_SUCCESS, out()->SetCursorPosition(out(), 5, 7));
    EQUAL(5, out()->Mode->CursorColumn);
    EQUAL(7, out()->Mode->CursorRow);
    EXPECT(EFI_SUCCESS, out()->ClearScreen(out()));
    EQUAL(0, out()->Mode->CursorColumn);
    EQUAL(0, out()->Mode->CursorRow);
}

/* The mode that it has; the screen is cleared. */
static void set_mode(void)
{
    int32_t mode = out()->Mode->Mode;
    EXPECT(EFI_SUCCESS, out()->SetCursorPosition(out(), 5, 7));
    EXPECT(EFI_SUCCESS, out()->SetMode(out(), (size_t)mode));
    EQUAL(mode, out()->Mode->Mode);
    EQUAL(0, out()->Mode->CursorRow);
}

static void set_attribute(void)
{
    int32_t before = out()->Mode->Attribute;
    EXPECT(EFI_SUCCESS, out()->SetAttribute(out(), EFI_TEXT_ATTR(EFI_YELLOW, EFI_BLUE)));
    EQUAL(EFI_TEXT_ATTR(EFI_YELLOW, EFI_BLUE), out()->Mode->Attribute);
    EXPECT(EFI_SUCCESS, out()->SetAttribute(out(), (size_t)before));
    EXPECT(EFI_UNSUPPORTED, out()->SetAttribute(out(), 0x1000));
}

static void cursor_unsupported(void)
{
    size_t columns, rows;
    REQUIRE(EFI_SUCCESS, out()->QueryMode(out(), (size_t)out()->Mode->Mode, &columns, &rows));
    EXPECT(EFI_UNSUPPORTED, out()->SetCursorPosition(out(), columns, 0));
    EXPECT(EFI_UNSUPPORTED, out()->SetCursorPosition(out(), 0, rows));
}

static void enable_cursor(void)
{
    EFI_STATUS status = out()->EnableCursor(out(), true);
    CHECK(status == EFI_SUCCESS || status == EFI_UNSUPPORTED);
    if (status == EFI_SUCCESS)
        CHECK(out()->Mode->CursorVisible);
}

static void no_key(void)
{
    EFI_INPUT_KEY key;
    EXPECT(EFI_SUCCESS, st->ConIn->Reset(st->ConIn, false));
    EXPECT(EFI_NOT_READY, st->ConIn->ReadKeyStroke(st->ConIn, &key));
    EXPECT(EFI_NOT_READY, bs->CheckEvent(st->ConIn->WaitForKey));
}

static void no_key_ex(void)
{
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *in = input_ex();
    EFI_KEY_DATA data;
    REQUIRE_TRUE(in != NULL);
    EXPECT(EFI_SUCCESS, in->Reset(in, false));
    EXPECT(EFI_NOT_READY, in->ReadKeyStrokeEx(in, &data));
    EXPECT(EFI_INVALID_PARAMETER, in->ReadKeyStrokeEx(in, NULL));
    EXPECT(EFI_NOT_READY, bs->CheckEvent(in->WaitForKeyEx));
}

static void set_state(void)
{
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *in = input_ex();
    REQUIRE_TRUE(in != NULL);
    EFI_KEY_TOGGLE_STATE bad = 0;
    EXPECT(EFI_INVALID_PARAMETER, in->SetState(in, NULL));
    EXPECT(EFI_UNSUPPORTED, in->SetState(in, &bad));
}

static EFI_STATUS EFIAPI key_notify(EFI_KEY_DATA *data)
{
    return EFI_SUCCESS;
}

static void register_key(void)
{
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *in = input_ex();
    EFI_KEY_DATA key = {.Key = {.UnicodeChar = u'x'}};
    void *handle = NULL;
    REQUIRE_TRUE(in != NULL);
    EXPECT(EFI_SUCCESS, in->RegisterKeyNotify(in, &key, key_notify, &handle));
    CHECK(handle != NULL);
    EXPECT(EFI_INVALID_PARAMETER, in->RegisterKeyNotify(in, NULL, key_notify, &handle));
    EXPECT(EFI_INVALID_PARAMETER, in->RegisterKeyNotify(in, &key, NULL, &handle));
    EXPECT(EFI_INVALID_PARAMETER, in->RegisterKeyNotify(in, &key, key_notify, NULL));
    EXPECT(EFI_SUCCESS, in->UnregisterKeyNotify(in, handle));
    EXPECT(EFI_INVALID_PARAMETER, in->UnregisterKeyNotify(in, NULL));
}

static const struct selftest tests[] = {
    {"query-mode", query_mode},
    {"query-mode-unsupported", query_mode_unsupported},
    {"set-mode-unsupported", set_mode_unsupported},
    {"test-string", test_string},
    {"clear-screen", clear_screen},
    {"set-mode", set_mode},
    {"set-attribute", set_attribute},
    {"cursor-unsupported", cursor_unsupported},
    {"enable-cursor", enable_cursor},
    {"no-key", no_key},
    {"no-key-ex", no_key_ex},
    {"set-state", set_state},
    {"register-key", register_key},
};

const struct topic topic_console = TOPIC("console", tests);
