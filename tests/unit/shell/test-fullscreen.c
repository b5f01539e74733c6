/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "models/fullscreen.h"
#include "shell/fullscreen/hex_region.h"
#include "shell/fullscreen/text_editor.h"

static struct fullscreen_model model;
static struct text_editor text;
static struct hex_editor hex;

static int set_up(void **state)
{
    fullscreen_model_init(&model, 80, 25);
    return 0;
}

static int tear_down(void **state)
{
    fullscreen_model_free(&model);
    return 0;
}

static void add_file(const char16_t *name, const char *content)
{
    assert_int_equal(fullscreen_model_save(&model, name, content, strlen(content)), EFI_SUCCESS);
}

static void expect_file(const char16_t *name, const char *content)
{
    const struct model_file *file = fullscreen_model_file(&model, name);
    assert_non_null(file);
    assert_int_equal(file->size, strlen(content));
    assert_memory_equal(file->data, content, file->size);
}

static void press(const char *keys)
{
    model.keys = (const uint8_t *)keys;
    model.key_count = strlen(keys);
    model.key = 0;
}

/* Edits with these keys; true when the last one has left. */
static bool edit(const char16_t *name, const char *keys)
{
    press(keys);
    text_editor_init(&text, &model.screen, &model.files);
    if (name != NULL)
        assert_int_equal(file_editor_load(&text.editor, name), EFI_SUCCESS);
    model.canvas = &text.editor.program.canvas;
    EFI_STATUS status = program_run(&text.editor.program);
    text_editor_free(&text);
    assert_int_equal(model.key, model.key_count);
    return !EFI_ERROR(status);
}

static const char *seen[25]; /* rows at the last wait */

static void look(void *context)
{
    static char rows[25][512];
    for (size_t i = 0; i < model.rows && i < 25; i++) {
        strncpy(rows[i], fullscreen_model_row(&model, i), sizeof rows[i] - 1);
        seen[i] = rows[i];
    }
}

static void text_picture(void **state)
{
    add_file(u"a.txt", "one\r\n\ttwo\n\x01"
                       "3 \xe4\xb8\xad\nend");
    model.waits = look;
    edit(u"a.txt", KEY_DOWN KEY_END "!");
    assert_non_null(strstr(seen[0], "edit  a.txt  ASCII, modified"));
    assert_string_equal(seen[1], "one");
    assert_string_equal(seen[2], "        two!");
    assert_string_equal(seen[3], ".3 ?");
    assert_string_equal(seen[4], "end");
    assert_string_equal(seen[5], "");
    assert_non_null(strstr(seen[24], "Line 2  Column 13  Insert"));
    edit(u"none.txt", "");
    assert_string_equal(seen[24], "A new file");
    edit(NULL, "\x05");
    assert_non_null(strstr(seen[2], "F1  Ctrl-G  Go to a line"));
    assert_string_equal(seen[24], "Press a key.");
    edit(NULL, KEY_INSERT);
    assert_non_null(strstr(seen[24], "Over"));
}

/* What does not change is not written again. */
static void few_bytes(void **state)
{
    char content[4096];
    memset(content, 'x', sizeof content - 1);
    content[sizeof content - 1] = '\0';
    for (size_t i = 40; i < sizeof content - 1; i += 41)
        content[i] = '\n';
    add_file(u"a.txt", content);
    edit(u"a.txt", "");
    size_t whole = model.written;
    model.written = 0;
    edit(u"a.txt", KEY_DOWN KEY_DOWN KEY_RIGHT "!!");
    assert_in_range(model.written, whole + 5, whole + 150);
}

static void saving(void **state)
{
    add_file(u"a.txt", "text\n");
    assert_true(edit(u"a.txt", "1"
                               "\x13"
                               "\r"
                               "\x11"));
    expect_file(u"a.txt", "1text\n");
    assert_true(edit(u"a.txt", "2"
                               "\x11"
                               "n"));
    expect_file(u"a.txt", "1text\n");
    assert_true(edit(u"a.txt", "2"
                               "\x11"
                               "y"
                               "\r"));
    expect_file(u"a.txt", "21text\n");
    assert_false(edit(u"a.txt", "3"
                                "\x11"
                                "c"));
    assert_false(edit(u"a.txt", "3"
                                "\x11" KEY_ESC));
    expect_file(u"a.txt", "21text\n");
    /* Another name, which is asked about when it is there. */
    assert_true(edit(u"a.txt", "\x13"
                               "\x15"
                               "b.txt\r"
                               "X\x13\r"
                               "\x11"));
    expect_file(u"b.txt", "X21text\n");
    assert_true(edit(u"a.txt", "\x13"
                               "\x15"
                               "b.txt\r"
                               "n"
                               "\x11"));
    expect_file(u"b.txt", "X21text\n");
    assert_true(edit(u"a.txt", "\x13"
                               "\x15"
                               "b.txt\r"
                               "y"
                               "\x11"));
    expect_file(u"b.txt", "21text\n");
    /* A new file without a name. */
    assert_true(edit(NULL, "n\r\x13"
                           "c.txt\r\x11"));
    expect_file(u"c.txt", "n\r\n");
}

static void not_saving(void **state)
{
    add_file(u"a.txt", "text");
    model.waits = look;
    model.save_status = EFI_VOLUME_FULL;
    assert_false(edit(u"a.txt", "1\x11y\r"));
    assert_non_null(strstr(seen[24], "It is NOT saved: volume full"));
    assert_non_null(strstr(seen[0], "modified"));
    expect_file(u"a.txt", "text");
    model.save_status = EFI_SUCCESS;
    fullscreen_model_file(&model, u"a.txt")->read_only = true;
    assert_false(edit(u"a.txt", "1\x13\r"));
    assert_non_null(strstr(seen[0], "read-only"));
    assert_non_null(strstr(seen[24], "read-only"));
    expect_file(u"a.txt", "text");
    assert_true(edit(u"a.txt", "1\x13"
                               "2\r\x11"));
    expect_file(u"a.txt2", "1text");
}

static void keys_of_edit(void **state)
{
    add_file(u"a.txt", "one two\ntwo three\n");
    add_file(u"b.txt", "b");
    /* Search, again, replace with questions. */
    assert_true(edit(u"a.txt", "\x06"
                               "two\r"
                               "1"
                               "\x0e"
                               "2"
                               "\x13\r\x11"));
    expect_file(u"a.txt", "one 1two\n2two three\n");
    assert_true(edit(u"a.txt", "\x12"
                               "two\rX\r"
                               "ny"
                               "\x13\r\x11"));
    expect_file(u"a.txt", "one 1two\n2X three\n");
    assert_true(edit(u"a.txt", "\x12"
                               "\x15"
                               "e\ree\r"
                               "a"
                               "\x13\r\x11"));
    expect_file(u"a.txt", "onee 1two\n2X threeee\n");
    assert_true(edit(u"a.txt", "\x12"
                               "e\r\x15\r"
                               "a"
                               "\x13\r\x11"));
    expect_file(u"a.txt", "on 1two\n2X thr\n");
    /* Lines: go to, cut, paste; then another file, with a question before. */
    assert_true(edit(u"a.txt", "\x07"
                               "2\r"
                               "\x0b" KEY_UP "\x15"
                               "\x0f"
                               "y\r"
                               "b.txt\r"
                               "\x15\x13\r\x11"));
    expect_file(u"a.txt", "2X thr\non 1two\n");
    expect_file(u"b.txt", "2X thr\nb");
    assert_true(edit(u"a.txt", "\x07"
                               "x\r"
                               "\x0b\x0b\x15\x15\x13\r\x11"));
    expect_file(u"a.txt", "2X thr\non 1two\n2X thr\non 1two\n");
    /* UCS-2 and back; keys in their other forms. */
    assert_true(edit(u"b.txt", "\x14\x13\r\x11"));
    assert_int_equal(fullscreen_model_file(&model, u"b.txt")->size, 2 + 2 * 8);
    assert_true(edit(u"b.txt", "\x14\x1a\b\x10"
                               "Q\x01\x04"
                               "\x13\r\x11"));
    expect_file(u"b.txt", "X thQ\nb");
}

static void long_lines(void **state)
{
    char content[301];
    memset(content, 'a', 150);
    memset(content + 150, 'b', 150);
    content[300] = '\0';
    add_file(u"a.txt", content);
    model.waits = look;
    edit(u"a.txt", KEY_END);
    assert_int_equal(strspn(seen[1], "b"), 40);
    edit(u"a.txt", KEY_END KEY_HOME);
    assert_int_equal(strspn(seen[1], "a"), 80);
    edit(u"a.txt", "\x13" KEY_END KEY_END "zz");
    assert_non_null(strstr(seen[24], "Save as: a.txtzz"));
    model.columns = 20;
    model.rows = 4;
    edit(u"a.txt", "\r\r\r\r"
                   "\x05"
                   " " KEY_PAGE_UP KEY_PAGE_DOWN "\x0c");
    model.rows = 3;
    press("");
    assert_int_equal(text_editor_run(&model.screen, &model.files, NULL), EFI_UNSUPPORTED);
}

/* Keys that come in a hurry are done without a picture in between. */
static void hurry(void **state)
{
    model.hurry = true;
    add_file(u"a.txt", "");
    assert_true(edit(u"a.txt", "many keys\x13\r\x11"));
    expect_file(u"a.txt", "many keys");
    assert_int_equal(model.written, 0);
}

static bool hexedit(const struct region *region, const char16_t *name, const char *keys)
{
    press(keys);
    hex_editor_init(&hex, &model.screen, &model.files, &model.regions);
    if (name != NULL)
        assert_int_equal(file_editor_load(&hex.editor, name), EFI_SUCCESS);
    else if (region != NULL)
        assert_int_equal(hex_region_load(&hex, region), EFI_SUCCESS);
    model.canvas = &hex.editor.program.canvas;
    EFI_STATUS status = program_run(&hex.editor.program);
    hex_editor_free(&hex);
    return !EFI_ERROR(status);
}

static void hex_of_file(void **state)
{
    add_file(u"a.bin", "0123456789abcdefgh");
    model.waits = look;
    assert_true(hexedit(NULL, u"a.bin", "4" KEY_RIGHT "5\x13\r\x11"));
    expect_file(u"a.bin", "@Q23456789abcdefgh");
    assert_non_null(strstr(seen[0], "hexedit  a.bin  file"));
    assert_string_equal(
        seen[1], "00000000 40 51 32 33 34 35 36 37  38 39 61 62 63 64 65 66  @Q23456789abcdef");
    assert_string_equal(seen[2], "00000010 67 68 "
                                 "                                            gh");
    /* Insert, append, delete, backspace. */
    assert_true(hexedit(NULL, u"a.bin",
                        KEY_INSERT "7A"
                                   "\x07"
                                   "100\r"
                                   "7b" KEY_HOME KEY_DELETE KEY_DELETE "\b"
                                   "\x13\r\x11"));
    expect_file(u"a.bin", "z@Q23456789abcdh{");
    /* Select, cut, paste; saved under another name. */
    assert_true(hexedit(NULL, u"a.bin",
                        KEY_RIGHT KEY_RIGHT "\x14" KEY_END "\x04\x18" KEY_END
                                            "\x16\x13\b\b\b\b\bb\r\x11"));
    expect_file(u"b", "z{@Q23456789abcdh");
    expect_file(u"a.bin", "z@Q23456789abcdh{");
    assert_false(hexedit(NULL, u"a.bin", "\x18"));
    assert_non_null(strstr(seen[24], "Nothing is selected"));
    assert_true(hexedit(NULL, NULL,
                        "414\x13"
                        "c\r\x11"));
    expect_file(u"c", "A@");
}

static void hex_of_disk(void **state)
{
    struct region disk = {.kind = REGION_DISK, .disk = u"BLK0:", .first = 2, .count = 3};
    model.waits = look;
    assert_true(hexedit(&disk, NULL,
                        "\x07"
                        "c1\rff"
                        "\x13y\x11"));
    assert_non_null(strstr(seen[0], "hexedit  BLK0: 0x2, 0x3"));
    assert_int_equal(model.region[0xc1], 0xff);
    assert_int_equal(model.region_writes, 1);
    assert_true(hexedit(&disk, NULL, "0\x13n\x11n"));
    assert_true(hexedit(&disk, NULL, "\x13y\x11")); /* nothing was changed */
    assert_int_equal(model.region_writes, 1);
    assert_false(hexedit(&disk, NULL, KEY_DELETE));
    assert_non_null(strstr(seen[24], "size cannot change"));
    /* Copied over: the size stays. */
    assert_true(
        hexedit(&disk, NULL, "\x14" KEY_RIGHT KEY_RIGHT "\x04\x18" KEY_DOWN "\x16\x13y\x11"));
    assert_memory_equal(model.region + 0x91, "\x80\x81\x93", 3);
    /* Opened from inside; memory writes the bytes alone. */
    model.region_writes = 0;
    assert_true(hexedit(NULL, NULL,
                        "\tBLK0:\r1\r1\r"
                        "\x0c"
                        "10\r20\r"
                        "ee" KEY_RIGHT KEY_RIGHT "ee\x13y\x11"));
    assert_int_equal(model.region[0x10], 0xee);
    assert_int_equal(model.region[0x11], 0x11);
    assert_int_equal(model.region[0x12], 0xee);
    assert_int_equal(model.region_writes, 2);
    assert_false(hexedit(NULL, NULL,
                         "\x0c"
                         "10\r1000\r"));
    assert_non_null(strstr(seen[24], "Cannot be opened: invalid parameter"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(text_picture), TEST(few_bytes),    TEST(saving),
        TEST(not_saving),   TEST(keys_of_edit), TEST(long_lines),
        TEST(hurry),        TEST(hex_of_file),  TEST(hex_of_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
