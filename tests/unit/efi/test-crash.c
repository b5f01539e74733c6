/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/log.h"
#include "efi/crash.h"
#include "efi/crash_post.h"
#include "efi/image.h"
#include "models/ap.h"
#include "models/cpu.h"
#include "unit/efi/fake-memory.h"

#define CODE  (FAKE_MEMORY_BASE + 0x100000)
#define STACK (FAKE_MEMORY_BASE + 0x200000)

/* The linker script's symbols: some code of this program. */
char firmware_start[0x1000], firmware_text_end[1];

static struct image image = {.name = "\\EFI\\TEST.EFI", .base = CODE, .size = 0x2000};

const struct image *image_current(void)
{
    return &image;
}

const struct image *image_at(uint64_t address)
{
    return address - image.base < image.size ? &image : NULL;
}

static char text[8192];
static size_t text_length;

static unsigned written_by_others; /* lines that not the boot processor wrote */

static void capture(void *context, const char *line, size_t length)
{
    written_by_others += fake_aps.self != 0;
    assert_true(text_length + length < sizeof text);
    memcpy(text + text_length, line, length);
    text_length += length;
    text[text_length] = 0;
}

static const char *report(const struct interrupt_frame *frame, uint64_t cr2)
{
    text_length = 0;
    text[0] = 0;
    crash_report(frame, cr2);
    return text;
}

#define assert_contains(haystack, needle) assert_non_null(strstr(haystack, needle))

static int setup(void **state)
{
    static struct log_sink sink = {.level = LOG_ERROR, .write = capture};
    log_add_sink(&sink);
    fake_cpu_reset();
    if (fake_memory_setup(state) != 0)
        return -1;
    uint64_t at = CODE;
    return pages_allocate(AllocateAddress, EfiLoaderCode, 2, &at) == EFI_SUCCESS &&
                   fake_protect(CODE, 0x1000, PAGE_READ_EXECUTE) == EFI_SUCCESS
               ? 0
               : -1;
}

static void test_page_fault(void **state)
{
    uint64_t *stack = (uint64_t *)STACK;
    uint8_t *code = (uint8_t *)CODE;
    stack[0] = CODE + 0x105;  /* after a call */
    stack[1] = CODE + 0x205;  /* after none */
    stack[2] = CODE + 0x303;  /* after call *8(%rax) */
    stack[3] = CODE + 0x1105; /* a call in data */
    stack[4] = 0xdeadbeef;
    code[0x100] = code[0x1100] = 0xe8;
    memcpy(code + 0x300, "\xff\x50\x08", 3);
    memcpy(code + 0x40, "\xc6\x00\x01", 3);

    struct interrupt_frame frame = {
        .vector = 14, .error_code = 2, .rip = CODE + 0x40, .rsp = STACK, .r15 = 0x1234};
    const char *out = report(&frame, 0x18);
    assert_contains(out, "page fault (vector 14, error 0x2) at \\EFI\\TEST.EFI+0x40");
    assert_contains(out, "write to 0x18 (0x18): not mapped");
    assert_contains(out, "while \\EFI\\TEST.EFI (at 0x40100000) was running");
    assert_contains(out, "r15 0000000000001234");
    assert_contains(out, "code c6 00 01 00");
    assert_contains(out, "called from \\EFI\\TEST.EFI+0x105");
    assert_contains(out, "called from \\EFI\\TEST.EFI+0x303");
    assert_null(strstr(out, "+0x205"));
    assert_null(strstr(out, "+0x1105"));

    frame.error_code = 0x11;
    frame.rip = CODE + 0x1000;
    assert_contains(report(&frame, CODE + 0x1000),
                    "execution of 0x40101000 (\\EFI\\TEST.EFI+0x1000): forbidden");
    frame.error_code = 0;
    assert_contains(report(&frame, 8), "read from 0x8");
}

static void test_wild_registers(void **state)
{
    static const uint64_t wild[] = {0,
                                    8,
                                    FAKE_MEMORY_BASE - 4,
                                    FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE - 4,
                                    0x7fffffffffff,
                                    0x8000000000000000,
                                    0xfffffffffffffffc};
    for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
        struct interrupt_frame frame = {.vector = 13, .rip = wild[i], .rsp = wild[i]};
        const char *out = report(&frame, 0);
        assert_contains(out, "general protection fault");
        assert_null(strstr(out, "called from"));
    }
}

static void test_deep_stack(void **state)
{
    uint64_t *stack = (uint64_t *)STACK;
    for (size_t i = 0; i < 4096; i++)
        stack[i] = CODE + 0x105;
    struct interrupt_frame frame = {.vector = 6, .rip = CODE, .rsp = STACK};
    const char *out = report(&frame, 0);
    assert_contains(out, "invalid opcode");
    size_t calls = 0;
    for (const char *at = out; (at = strstr(at, "called from")) != NULL; at++)
        calls++;
    assert_int_equal(calls, 20);
}

/* The stack pointer is in the guard page: the calls are above it. */
static void test_overrun_stack(void **state)
{
    assert_int_equal(fake_protect(STACK - 0x1000, 0x1000, PAGE_NONE), EFI_SUCCESS);
    ((uint64_t *)STACK)[3] = CODE + 0x105;
    struct interrupt_frame frame = {.vector = 14, .rip = CODE, .rsp = STACK - 0x20};
    assert_contains(report(&frame, STACK - 0x20), "called from \\EFI\\TEST.EFI+0x105");
}

static void test_names(void **state)
{
    for (uint64_t vector = 0; vector < 40; vector++) {
        struct interrupt_frame frame = {.vector = vector};
        assert_null(strstr(report(&frame, 0), "(null)"));
    }
}

#define OTHER 17

static void boot_processor_polls(void)
{
    fake_cpu.looked = NULL;
    fake_aps.self = 0;
    crash_collect();
    fake_aps.self = OTHER;
}

/* It is named; and what the boot processor runs says nothing about it. */
static void test_application_processor(void **state)
{
    struct interrupt_frame frame = {.vector = 6, .rip = CODE + 0x40, .rsp = STACK};
    assert_null(strstr(report(&frame, 0), "application processor"));
    assert_contains(text, "was running");
    fake_aps.self = OTHER;
    fake_cpu.looked = boot_processor_polls;
    assert_contains(report(&frame, 0), "  on the application processor with APIC id 17\n");
    assert_contains(text, "invalid opcode (vector 6, error 0x0) at \\EFI\\TEST.EFI+0x40");
    assert_null(strstr(text, "was running"));
    assert_int_equal(written_by_others, 0);
    fake_cpu.looked = NULL;

    /* The boot processor never comes; later it has nothing to do any more. */
    fake_cpu.tsc_step = 1000000;
    assert_contains(report(&frame, 0), "  on the application processor with APIC id 17\n");
    assert_true(written_by_others > 5);
    fake_aps.self = 0;
    text_length = 0;
    crash_collect();
    assert_int_equal(text_length, 0);
}

static unsigned reports;

static void report_among_others(const struct crash *crash)
{
    reports++;
    assert_int_equal(crash->apic_id, 1);
    assert_int_equal(crash->frame.rip, 0x1234);
    /* A second one meanwhile finds no room, and the boot processor does not wait for ever. */
    crash_post(&(struct crash){.apic_id = 2, .report = report_among_others});
    crash_collect();
}

/* Whoever reports is alone. */
static void test_one_at_a_time(void **state)
{
    fake_cpu.tsc_step = 1000000;
    fake_cpu.looked = NULL;
    reports = 0;
    struct crash crash = {.frame.rip = 0x1234, .apic_id = 1, .report = report_among_others};
    crash_post(&crash);
    assert_int_equal(reports, 1);
    fake_cpu.looked = boot_processor_polls;
    crash_post(&crash);
    assert_int_equal(reports, 2);
    fake_cpu.looked = NULL;
    fake_aps.self = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_fault),    cmocka_unit_test(test_wild_registers),
        cmocka_unit_test(test_deep_stack),    cmocka_unit_test(test_overrun_stack),
        cmocka_unit_test(test_names),         cmocka_unit_test(test_application_processor),
        cmocka_unit_test(test_one_at_a_time),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
