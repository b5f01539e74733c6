/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "host/pool.h"
#include "lib/ucs2.h"
#include "shell/language/command_line.h"
#include "shell/language/condition.h"
#include "shell/language/substitute.h"
#include "shell/text.h"

static struct arena arena;

static int tear_down(void **state)
{
    arena_free(&arena);
    return 0;
}

static void expect_text(const char16_t *s, const char16_t *expected)
{
    char a[200], b[200];
    utf8_from_ucs2(a, sizeof a, s);
    utf8_from_ucs2(b, sizeof b, expected);
    assert_string_equal(a, b);
}

static void expect_words(const char16_t *line, size_t count, const char16_t *const *expected)
{
    struct command_line parsed;
    const char *problem = NULL;
    assert_int_equal(command_line_parse(&arena, line, &parsed, &problem), EFI_SUCCESS);
    assert_int_equal(parsed.count, count > 0);
    if (count == 0)
        return;
    assert_int_equal(parsed.stages[0].count, count);
    for (size_t i = 0; i < count; i++)
        expect_text(parsed.stages[0].words[i].text, expected[i]);
}

#define WORDS(line, ...)                                                                           \
    do {                                                                                           \
        static const char16_t *const expected_[] = {__VA_ARGS__};                                  \
        expect_words(line, sizeof expected_ / sizeof *expected_, expected_);                       \
    } while (0)

/* What scripts and LoadOptions get: quotes and escapes stay (§3.4.3). */
static void raw_words(void **state)
{
    static const char16_t *const expected[] = {u"a",   u"\"b  c\"", u"d\" \"e",
                                               u"^#f", u"\"\"",     u"g"};
    struct word *words;
    size_t count;
    const char *problem;
    assert_int_equal(
        words_parse(&arena, u" a \"b  c\" d\" \"e ^#f \"\" g # h", &words, &count, &problem),
        EFI_SUCCESS);
    assert_int_equal(count, ARRAY_SIZE(expected));
    for (size_t i = 0; i < count; i++)
        expect_text(words[i].raw, expected[i]);
}

static void words(void **state)
{
    WORDS(u"ls", u"ls");
    WORDS(u"  cp  -r\ta b  ", u"cp", u"-r", u"a", u"b");
    WORDS(u"echo \"a b\" c", u"echo", u"a b", u"c");
    WORDS(u"echo a\"b c\"d", u"echo", u"ab cd");
    WORDS(u"echo \"\" x", u"echo", u"", u"x");
    WORDS(u"echo ^\"a ^# ^^ ^> ^| b^ c", u"echo", u"\"a", u"#", u"^", u">", u"|", u"b c");
    WORDS(u"echo \"a ^\" b\"", u"echo", u"a \" b");
    WORDS(u"echo \"# > |\" # comment \"", u"echo", u"# > |");
    WORDS(u"echo a#comment", u"echo", u"a");
    WORDS(u"echo ^", u"echo", u"^");
    WORDS(u"echo 2 1", u"echo", u"2", u"1");
    expect_words(u"", 0, NULL);
    expect_words(u"   # nothing", 0, NULL);
}

static void quoted_words_say_so(void **state)
{
    struct word *w;
    size_t count;
    const char *problem;
    assert_int_equal(words_parse(&arena, u"then \"then\" ^then a>b|c", &w, &count, &problem),
                     EFI_SUCCESS);
    assert_int_equal(count, 4);
    assert_false(w[0].quoted);
    assert_true(w[1].quoted);
    assert_true(w[2].quoted);
    expect_text(w[3].text, u"a>b|c");
}

static void expect_redirection(const char16_t *line, enum standard_stream stream,
                               const char16_t *target, enum stream_format format, bool append)
{
    struct command_line parsed;
    const char *problem;
    assert_int_equal(command_line_parse(&arena, line, &parsed, &problem), EFI_SUCCESS);
    assert_int_equal(parsed.count, 1);
    assert_int_equal(parsed.stages[0].count, 2);
    const struct redirection *r = &parsed.stages[0].redirections[stream];
    expect_text(r->target, target);
    assert_int_equal(r->format, format);
    assert_int_equal(r->append, append);
}

static void redirections(void **state)
{
    expect_redirection(u"ls x > f", STREAM_OUTPUT, u"f", FORMAT_UNICODE, false);
    expect_redirection(u"ls x >f", STREAM_OUTPUT, u"f", FORMAT_UNICODE, false);
    expect_redirection(u"ls x>abc", STREAM_OUTPUT, u"abc", FORMAT_UNICODE, false);
    expect_redirection(u"ls x >a abc", STREAM_OUTPUT, u"abc", FORMAT_ASCII, false);
    expect_redirection(u"ls x >a", STREAM_OUTPUT, u"a", FORMAT_UNICODE, false);
    expect_redirection(u"ls x >>a abc", STREAM_OUTPUT, u"abc", FORMAT_ASCII, true);
    expect_redirection(u"ls x 1>> f", STREAM_OUTPUT, u"f", FORMAT_UNICODE, true);
    expect_redirection(u"ls x 2> f", STREAM_ERROR, u"f", FORMAT_UNICODE, false);
    expect_redirection(u"ls x 2>>v f", STREAM_ERROR, u"f", FORMAT_VARIABLE, true);
    expect_redirection(u"ls x < f", STREAM_INPUT, u"f", FORMAT_UNICODE, false);
    expect_redirection(u"ls <v f x", STREAM_INPUT, u"f", FORMAT_VARIABLE, false);
    expect_redirection(u"ls > \"a b\" x", STREAM_OUTPUT, u"a b", FORMAT_UNICODE, false);
    expect_redirection(u"> f ls x", STREAM_OUTPUT, u"f", FORMAT_UNICODE, false);
    expect_redirection(u"ls x2> f", STREAM_OUTPUT, u"f", FORMAT_UNICODE, false);
}

static void pipes(void **state)
{
    struct command_line parsed;
    const char *problem;
    assert_int_equal(
        command_line_parse(&arena, u"type < f a |a sort|more b > g", &parsed, &problem),
        EFI_SUCCESS);
    assert_int_equal(parsed.count, 3);
    assert_true(parsed.stages[0].pipe_ascii);
    assert_false(parsed.stages[1].pipe_ascii);
    expect_text(parsed.stages[0].redirections[STREAM_INPUT].target, u"f");
    expect_text(parsed.stages[2].words[0].text, u"more");
    expect_text(parsed.stages[2].redirections[STREAM_OUTPUT].target, u"g");
    assert_int_equal(command_line_parse(&arena, u"a |abc", &parsed, &problem), EFI_SUCCESS);
    expect_text(parsed.stages[1].words[0].text, u"abc");
}

static void syntax_errors(void **state)
{
    static const char16_t *const lines[] = {
        u"echo \"a",   u"ls >", u"ls > # x", u"ls > \"\"", u"ls > a > b",
        u"ls < a < b", u"| a",  u"a |",      u"a || b",    u"a > f | b",
        u"a | b < f",  u"> f",  u"ls >a ",   u"ls > | b",  u"ls >>> f",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct command_line parsed = {.count = 77};
        const char *problem = NULL;
        EFI_STATUS status = command_line_parse(&arena, lines[i], &parsed, &problem);
        if (status != EFI_INVALID_PARAMETER)
            fail_msg("line %zu is accepted", i);
        assert_non_null(problem);
        assert_int_equal(parsed.count, 77);
    }
}

static void out_of_memory(void **state)
{
    for (size_t n = 0; n < 3; n++) {
        struct command_line parsed;
        struct arena poor = {0};
        const char *problem;
        host_fail_allocation_after(n);
        EFI_STATUS status = command_line_parse(&poor, u"echo a b | more", &parsed, &problem);
        host_fail_allocation_after(SIZE_MAX);
        arena_free(&poor);
        if (n < 2)
            assert_int_equal(status, EFI_OUT_OF_RESOURCES);
    }
}

static const char16_t *environment(void *context, const char16_t *name, size_t length)
{
    if (length == 4 && memcmp(name, u"path", 8) == 0)
        return u"fs0:\\;fs1:\\";
    if (length == 1 && *name == 'p')
        return u"P";
    return NULL;
}

static const char16_t *parameter(void *context, unsigned number)
{
    static const char16_t *const parameters[] = {u"script.nsh", u"one"};
    return number < 2 ? parameters[number] : u"";
}

static const char16_t *index_value(void *context, const char16_t *at, size_t *ret_length)
{
    *ret_length = 1;
    return *at == 'i' ? u"INDEX" : NULL;
}

static void expect_substitution(const struct variable_source *source, const char16_t *line,
                                const char16_t *expected)
{
    struct text text = {0};
    assert_int_equal(substitute(line, source, &text), EFI_SUCCESS);
    expect_text(text_string(&text), expected);
    text_free(&text);
}

static void substitution(void **state)
{
    struct variable_source source = {environment, parameter, index_value, NULL};
    expect_substitution(&source, u"set x %path%;y", u"set x fs0:\\;fs1:\\;y");
    expect_substitution(&source, u"%p%%p%", u"PP");
    expect_substitution(&source, u"[%nothing%]", u"[]");
    expect_substitution(&source, u"100% of it", u"100% of it");
    expect_substitution(&source, u"a%", u"a%");
    expect_substitution(&source, u"%%", u"%%");
    expect_substitution(&source, u"^%path% ^", u"^%path% ^");
    expect_substitution(&source, u"%0 %1 %2.%12", u"script.nsh one .one2");
    expect_substitution(&source, u"x%i.txt %i%p%", u"xINDEX.txt INDEXP");
    expect_substitution(&source, u"\"%p%\"", u"\"P\"");
    source.parameter = NULL;
    source.index = NULL;
    expect_substitution(&source, u"%1 %i", u"%1 %i");
}

static bool exists(void *context, const char16_t *pattern)
{
    return *pattern == 'e';
}

static bool available(void *context, const char16_t *name)
{
    return *name == 'a';
}

static bool has_profile(void *context, const char16_t *name)
{
    return *name == 'p';
}

static const struct condition_host host = {exists, available, has_profile, NULL};

static EFI_STATUS evaluate(const char16_t *line, bool *ret)
{
    struct word *w;
    size_t count;
    const char *problem = NULL;
    assert_int_equal(words_parse(&arena, line, &w, &count, &problem), EFI_SUCCESS);
    EFI_STATUS status = condition_evaluate(w, count, &host, ret, &problem);
    assert_int_equal(EFI_ERROR(status), problem != NULL);
    return status;
}

static void conditions(void **state)
{
    static const struct {
        const char16_t *line;
        bool value;
    } cases[] = {
        {u"exist e then", true},
        {u"exist x then", false},
        {u"not exist x then", true},
        {u"not not exist x then", false},
        {u"available a then", true},
        {u"profile p THEN", true},
        {u"isint 0x1f then", true},
        {u"isint -5 then", true},
        {u"isint 5x then", false},
        {u"a == a then", true},
        {u"a == A then", false},
        {u"/i a == A then", true},
        {u"/I a eq A then", true},
        {u"1 == 0x1 then", true},
        {u"/s 1 == 0x1 then", false},
        {u"/i /s 0XA == 0xa then", true},
        {u"a ne b then", true},
        {u"-1 lt 1 then", true},
        {u"-1 ult 1 then", false},
        {u"0xffffffffffffffff lt 0 then", true},
        {u"0xffffffffffffffff ugt 0 then", true},
        {u"2 gt 10 then", false},
        {u"/s 2 gt 10 then", true},
        {u"10 ge 10 then", true},
        {u"10 le 9 then", false},
        {u"10 uge 10 then", true},
        {u"10 ule 9 then", false},
        {u"abc lt abd then", true},
        {u"\"a b\" == \"a b\" then", true},
        {u"\"\" == \"\" then", true},
        {u"\"not\" == not then", true},
        {u"\"exist\" == exist then", true},
        {u"0x8000000000000002 == UefiError(2) then", true},
        {u"PiError(1) == 0xa000000000000001 then", true},
        {u"oemerror(1) == 0xc000000000000001 then", true},
        {u"\"UefiError(2)\" == 0x8000000000000002 then", false},
        {u"exist x or a == a then", true},
        {u"a == a and exist x then", false},
        {u"a == a or exist x and exist x then", false},
        {u"not a == b and not exist x then", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool value = !cases[i].value;
        if (evaluate(cases[i].line, &value) != EFI_SUCCESS)
            fail_msg("condition %zu is refused", i);
        if (value != cases[i].value)
            fail_msg("condition %zu is wrong", i);
    }
}

static void wrong_conditions(void **state)
{
    static const char16_t *const lines[] = {
        u"",
        u"then",
        u"exist then",
        u"exist e",
        u"a == then",
        u"a == a",
        u"a a then",
        u"a == b c then",
        u"a == b then x",
        u"not then",
        u"a == b and then",
        u"/i then",
        u"\"then\"",
        u"a == a \"then\"",
        u"== a then",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        bool value = true;
        if (evaluate(lines[i], &value) != EFI_INVALID_PARAMETER)
            fail_msg("condition %zu is accepted", i);
        assert_true(value);
    }
}

static void growing_text(void **state)
{
    struct text text = {0};
    assert_int_equal(*text_string(&text), 0);
    for (int i = 0; i < 1000; i++)
        text_put(&text, (char16_t)('a' + i % 26));
    assert_int_equal(text.length, 1000);
    text_clear(&text);
    text_format(&text, "%d %ls %s", 5, u"\u20ac", "x");
    expect_text(text_string(&text), u"5 \u20ac x");
    text_replace(&text, 2, 1, u"abc", 3);
    expect_text(text_string(&text), u"5 abc x");
    text_replace(&text, 0, 2, u"", 0);
    expect_text(text_string(&text), u"abc x");
    text_replace(&text, text.length, 0, u"!", 1);
    expect_text(text_string(&text), u"abc x!");
    host_fail_allocation_after(0);
    for (int i = 0; i < 2000; i++)
        text_put(&text, 'y');
    host_fail_allocation_after(SIZE_MAX);
    assert_true(text.failed);
    assert_null(text_take(&text));
    char16_t *empty = text_take(&text);
    assert_int_equal(*empty, 0);
    shell_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(words, tear_down),
        cmocka_unit_test_teardown(raw_words, tear_down),
        cmocka_unit_test_teardown(quoted_words_say_so, tear_down),
        cmocka_unit_test_teardown(redirections, tear_down),
        cmocka_unit_test_teardown(pipes, tear_down),
        cmocka_unit_test_teardown(syntax_errors, tear_down),
        cmocka_unit_test_teardown(out_of_memory, tear_down),
        cmocka_unit_test_teardown(substitution, tear_down),
        cmocka_unit_test_teardown(conditions, tear_down),
        cmocka_unit_test_teardown(wrong_conditions, tear_down),
        cmocka_unit_test_teardown(growing_text, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
