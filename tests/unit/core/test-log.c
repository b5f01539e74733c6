/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "models/cpu.h"

struct capture {
    struct log_sink sink;
    char text[65536];
    size_t length;
    unsigned lines;
};

static void take(void *context, const char *text, size_t length)
{
    struct capture *capture = context;
    assert_true(length > 0 && text[length - 1] == '\n');
    assert_null(memchr(text, '\n', length - 1));
    assert_true(capture->length + length < sizeof capture->text);
    memcpy(capture->text + capture->length, text, length);
    capture->length += length;
    capture->text[capture->length] = '\0';
    capture->lines++;
}

static void open_capture(struct capture *capture, enum log_level level)
{
    memset(capture, 0, sizeof *capture);
    capture->sink = (struct log_sink){.level = level, .write = take, .context = capture};
    log_add_sink(&capture->sink);
}

static void forget(struct capture *capture)
{
    capture->length = capture->lines = 0;
    capture->text[0] = '\0';
}

/* The first test: the history is still empty. */
static void early_lines_are_replayed_by_level(void **state)
{
    static struct capture all, important;
    log_info("first %d", 1);
    log_line(LOG_DEBUG, "detail");
    log_warning("odd");
    open_capture(&all, LOG_DEBUG);
    open_capture(&important, LOG_WARNING);
    assert_string_equal(all.text, "first 1\ndetail\nwarning: odd\n");
    assert_string_equal(important.text, "warning: odd\n");
    log_error("bad");
    assert_string_equal(important.text, "warning: odd\nerror: bad\n");
    log_remove_sink(&all.sink);
    log_remove_sink(&important.sink);
    log_info("nobody hears this");
    assert_int_equal(all.lines, 4);
}

static void failure_names_the_status(void **state)
{
    static struct capture capture;
    open_capture(&capture, LOG_INFO);
    forget(&capture);
    assert_int_equal(log_failure(EFI_NOT_FOUND, "disk %s", "vda"), EFI_NOT_FOUND);
    assert_string_equal(capture.text, "error: disk vda: not found\n");
    log_remove_sink(&capture.sink);
}

static void long_lines_are_cut(void **state)
{
    static struct capture capture;
    char text[2000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    open_capture(&capture, LOG_INFO);
    forget(&capture);
    log_info("%s", text);
    assert_int_equal(capture.lines, 1);
    assert_true(capture.length > 200 && capture.length < 400);
    forget(&capture);
    assert_int_equal(log_failure(EFI_TIMEOUT, "%s", text), EFI_TIMEOUT);
    assert_int_equal(capture.lines, 1);
    log_remove_sink(&capture.sink);
}

static void the_history_keeps_the_newest(void **state)
{
    static struct capture capture;
    for (int i = 0; i < 5000; i++)
        log_info("line %d", i);
    open_capture(&capture, LOG_DEBUG);
    assert_true(capture.lines > 100);
    char *end = strrchr(capture.text, 'l');
    assert_string_equal(end, "line 4999\n");
    int first;
    assert_int_equal(sscanf(capture.text, "line %d\n", &first), 1);
    assert_int_equal(first + (int)capture.lines, 5000);
    log_remove_sink(&capture.sink);
}

static struct capture other;

static void log_again(void *context, const char *text, size_t length)
{
    log_error("from the sink");
}

static void a_sink_that_logs_does_not_recurse(void **state)
{
    struct log_sink nested = {.level = LOG_INFO, .write = log_again};
    open_capture(&other, LOG_INFO);
    log_add_sink(&nested);
    forget(&other);
    log_info("once");
    assert_string_equal(other.text, "error: from the sink\nonce\n");
    log_remove_sink(&nested);
    log_remove_sink(&other.sink);
}

static void interrupts_are_as_before(void **state)
{
    fake_cpu.interrupts_enabled = true;
    log_info("x");
    assert_true(fake_cpu.interrupts_enabled);
    fake_cpu.interrupts_enabled = false;
    log_info("x");
    assert_false(fake_cpu.interrupts_enabled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(early_lines_are_replayed_by_level),
        cmocka_unit_test(failure_names_the_status),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(the_history_keeps_the_newest),
        cmocka_unit_test(a_sink_that_logs_does_not_recurse),
        cmocka_unit_test(interrupts_are_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
