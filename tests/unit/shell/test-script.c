/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "lib/ucs2.h"
#include "shell/language/script.h"
#include "shell/text.h"

/* What ran, one line each; "! <line>: <problem>" for complaints. */
static struct text trace;
static unsigned steps_left;
static bool echo_on;

static void run(void *context, const char16_t *line)
{
    text_append_string(&trace, line);
    text_put(&trace, '\n');
    if (ucs2_equal(line, u"exit"))
        steps_left = 0;
}

static void echo(void *context, const char16_t *line)
{
    if (echo_on)
        text_format(&trace, "> %ls\n", line);
}

static bool stopped(void *context)
{
    if (steps_left == 0)
        return true;
    steps_left--;
    return false;
}

static const char16_t *environment(void *context, const char16_t *name, size_t length)
{
    return length == 1 && *name == 'v' ? u"value" : NULL;
}

static EFI_STATUS expand(void *context, const char16_t *pattern, script_take_name take, void *sink)
{
    if (ucs2_equal(pattern, u"*.txt") &&
        (!take(sink, u"FS0:\\a.txt") || !take(sink, u"FS0:\\b.txt")))
        return EFI_OUT_OF_RESOURCES;
    return EFI_SUCCESS;
}

static void complain(void *context, size_t line, const char *problem)
{
    text_format(&trace, "! %zu: %s\n", line, problem);
}

static bool always(void *context, const char16_t *name)
{
    return *name == 'y';
}

static const struct script_host host = {
    .run = run,
    .echo = echo,
    .stopped = stopped,
    .environment = environment,
    .expand = expand,
    .complain = complain,
    .condition = {always, always, always, NULL},
};

static EFI_STATUS run_script(const char16_t *text)
{
    static const char16_t *const arguments[] = {u"me.nsh", u"A1", u"A2", u"A3"};
    text_clear(&trace);
    steps_left = 1000;
    return script_run(&host, text, arguments, 4);
}

static void expect(const char16_t *script, EFI_STATUS status, const char *expected)
{
    char buffer[4096];
    assert_int_equal(run_script(script), status);
    utf8_from_ucs2(buffer, sizeof buffer, text_string(&trace));
    assert_string_equal(buffer, expected);
}

static void plain_lines(void **state)
{
    expect(u"a\r\n  b c  \n\n# comment\n:label\n@d\nlast", EFI_SUCCESS, "a\nb c\nd\nlast\n");
    expect(u"", EFI_SUCCESS, "");
    expect(u"echo %v% %0 %1 %9.", EFI_SUCCESS, "echo value me.nsh A1 .\n");
}

static void echoing(void **state)
{
    echo_on = true;
    expect(u"a %v%\n@b\n# x\nif y == y then\nendif\n", EFI_SUCCESS,
           "> a value\na value\nb\n> if y == y then\n> endif\n");
    echo_on = false;
}

static void shifting(void **state)
{
    expect(u"echo %0 %1\nshift\necho %0 %1 %3\nshift\nshift\nshift\nshift\necho [%0]", EFI_SUCCESS,
           "echo me.nsh A1\necho A1 A2 \necho []\n");
}

static void branches(void **state)
{
    expect(u"if exist y then\na\nelse\nb\nendif\nc", EFI_SUCCESS, "a\nc\n");
    expect(u"if exist n then\na\nelse\nb\nendif\nc", EFI_SUCCESS, "b\nc\n");
    expect(u"IF exist n then\na\nENDIF\nc", EFI_SUCCESS, "c\n");
    expect(u"if exist n then\nif exist y then\na\nelse\nb\nendif\nelse\nif %1 == A1 "
           u"then\nc\nendif\nd\n"
           u"endif",
           EFI_SUCCESS, "c\nd\n");
}

static void loops_over_names(void **state)
{
    expect(u"for %i in a b \"c d\"\necho %i %v%\nendfor\nend %i", EFI_SUCCESS,
           "echo a value\necho b value\necho c d value\nend %i\n");
    expect(u"for %f in *.txt x* %1\ntype %f\nendfor", EFI_SUCCESS,
           "type FS0:\\a.txt\ntype FS0:\\b.txt\ntype x*\ntype A1\n");
    expect(u"for %i in\nx\nendfor\nafter", EFI_SUCCESS, "after\n");
    expect(u"for %a in 1 2\nfor %b in x y\necho %a%b\nendfor\nendfor", EFI_SUCCESS,
           "echo 1x\necho 1y\necho 2x\necho 2y\n");
    expect(u"for %a in 1\nfor %ab in 2\necho %ab %a\nendfor\nendfor", EFI_SUCCESS, "echo 2 1\n");
}

static void loops_over_numbers(void **state)
{
    expect(u"for %i run (1 3)\n%i\nendfor", EFI_SUCCESS, "1\n2\n3\n");
    expect(u"for %i run (3 1)\n%i\nendfor", EFI_SUCCESS, "3\n2\n1\n");
    expect(u"for %i run ( 0x0 10 5 ) # five\n%i\nendfor", EFI_SUCCESS, "0\n5\n10\n");
    expect(u"for %i run (-1 -5 -2)\n%i\nendfor", EFI_SUCCESS, "-1\n-3\n-5\n");
    expect(u"for %i run (1 3 -1)\n%i\nendfor\nx", EFI_SUCCESS, "x\n");
    expect(u"for %i run (9223372036854775806 9223372036854775807)\n%i\nendfor", EFI_SUCCESS,
           "9223372036854775806\n9223372036854775807\n");
}

static void jumps(void **state)
{
    expect(u"goto end\na\n:end\nb", EFI_SUCCESS, "b\n");
    expect(u"goto END\na\n: end # here\n: end\nb", EFI_SUCCESS, "b\n");
    expect(u":again\nshift\nif %0 == A3 then\ngoto out\nendif\necho %0\ngoto again\n:out\ndone",
           EFI_SUCCESS, "echo A1\necho A2\ndone\n");
    expect(u"for %i in a b c\nif %i == b then\ngoto out\nendif\necho %i\nendfor\n:out\necho %i",
           EFI_SUCCESS, "echo a\necho %i\n");
    expect(u"for %i in a b\nif %i == a then\ngoto next\nendif\necho %i\n:next\nendfor", EFI_SUCCESS,
           "echo b\n");
    expect(u"goto in\nif exist n then\n:in\na\nelse\nb\nendif\nc", EFI_SUCCESS, "a\nc\n");
}

static void complaints(void **state)
{
    expect(u"goto nowhere", EFI_INVALID_PARAMETER, "! 1: there is no such label\n");
    expect(u"goto", EFI_INVALID_PARAMETER, "! 1: 'goto' needs the name of a label\n");
    expect(u"goto in\nfor %i in a\n:in\nendfor", EFI_INVALID_PARAMETER,
           "! 1: the label is inside a loop\n");
    expect(u"a\nif exist n then\nb", EFI_INVALID_PARAMETER, "a\n! 2: this 'if' has no 'endif'\n");
    expect(u"if exist y then\nb", EFI_SUCCESS, "b\n");
    expect(u"endif", EFI_INVALID_PARAMETER, "! 1: this 'endif' has no 'if'\n");
    expect(u"else", EFI_INVALID_PARAMETER, "! 1: this 'else' has no 'if' or no 'endif'\n");
    expect(u"endfor", EFI_INVALID_PARAMETER,
           "! 1: this 'endfor' belongs to no 'for' that is running\n");
    expect(u"for %i in a\nb", EFI_INVALID_PARAMETER, "! 1: this 'for' has no 'endfor'\n");
    expect(u"for i in a\nendfor", EFI_INVALID_PARAMETER,
           "! 1: the index variable of 'for' needs a %\n");
    expect(u"for % in a\nendfor", EFI_INVALID_PARAMETER,
           "! 1: the name of the index variable of 'for' is not usable\n");
    expect(u"for %i of a\nendfor", EFI_INVALID_PARAMETER,
           "! 1: 'in' or 'run' is expected in 'for'\n");
    expect(u"for %i run (1 2 0)\nendfor", EFI_INVALID_PARAMETER, "! 1: a step of 0 never ends\n");
    expect(u"for %i run (1)\nendfor", EFI_INVALID_PARAMETER,
           "! 1: 'run' needs (first last) or (first last step)\n");
    expect(u"if a == b\nendif", EFI_INVALID_PARAMETER, "! 1: 'then' is missing\n");
    expect(u"if exist y then\nfor %i in a\nendif\nendfor", EFI_INVALID_PARAMETER,
           "! 3: this 'endif' has no 'if'\n");
}

static void stops_when_told(void **state)
{
    expect(u"a\nexit\nb", EFI_ABORTED, "a\nexit\n");
    assert_int_equal(run_script(u":x\ngoto x"), EFI_ABORTED);
    assert_int_equal(run_script(u"for %i run (1 9999999)\nendfor"), EFI_ABORTED);
}

static void deep_nesting(void **state)
{
    struct text script = {0};
    for (int i = 0; i < 100; i++)
        text_append_string(&script, u"for %x in a\n");
    for (int i = 0; i < 100; i++)
        text_append_string(&script, u"endfor\n");
    assert_int_equal(run_script(text_string(&script)), EFI_INVALID_PARAMETER);
    text_clear(&script);
    for (int i = 0; i < 5000; i++)
        text_append_string(&script, u"if exist y then\n");
    for (int i = 0; i < 5000; i++)
        text_append_string(&script, u"endif\n");
    text_clear(&trace);
    steps_left = 100000;
    assert_int_equal(script_run(&host, text_string(&script), NULL, 0), EFI_SUCCESS);
    text_free(&script);
}

static int tear_down(void **state)
{
    text_free(&trace);
    return 0;
}

/* `count` times the line. */
static void repeat(struct text *script, const char *line, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_append_utf8(script, line);
}

static void expect_large(struct text *script, EFI_STATUS status, const char16_t *end)
{
    assert_false(script->failed);
    assert_int_equal(run_script(text_string(script)), status);
    assert_true(trace.length >= ucs2_length(end, SIZE_MAX));
    assert_true(ucs2_equal(trace.data + trace.length - ucs2_length(end, SIZE_MAX), end));
    text_free(script);
}

static void large_scripts(void **state)
{
    struct text script = {0};
    text_append_utf8(&script, "echo ");
    repeat(&script, "%v%", 65536 / 3);
    text_append_utf8(&script, " end");
    expect_large(&script, EFI_SUCCESS, u"value end\n");

    repeat(&script, "if y == y then\n", 400);
    text_append_utf8(&script, "inside\n");
    repeat(&script, "endif\n", 400);
    expect_large(&script, EFI_SUCCESS, u"inside\n");

    /* Blocks are found once, not once for each line inside them. */
    text_append_utf8(&script, "if n == y then\n");
    repeat(&script, "if y == y then\n", 100000);
    repeat(&script, "endif\n", 100000);
    text_append_utf8(&script, "endif\nbehind\n");
    expect_large(&script, EFI_SUCCESS, u"behind\n");

    repeat(&script, "for %a in 1\n", 100);
    repeat(&script, "endfor\n", 100);
    expect_large(&script, EFI_INVALID_PARAMETER, u"too many loops inside each other\n");

    text_append_utf8(&script, "goto end\n");
    repeat(&script, ":other\n", 100000);
    text_append_utf8(&script, ":end\nbehind\n");
    expect_large(&script, EFI_SUCCESS, u"behind\n");

    text_append_utf8(&script, ":a\ngoto a\n");
    assert_int_equal(run_script(text_string(&script)), EFI_ABORTED);
    text_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_lines),
        cmocka_unit_test(large_scripts),
        cmocka_unit_test(echoing),
        cmocka_unit_test(shifting),
        cmocka_unit_test(branches),
        cmocka_unit_test(loops_over_names),
        cmocka_unit_test(loops_over_numbers),
        cmocka_unit_test(jumps),
        cmocka_unit_test(complaints),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(deep_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
