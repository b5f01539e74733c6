/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_MP_SERVICES_PROTOCOL over processors that do what the tests tell them (models/ap.h). */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pages.h"
#include "core/pool.h"
#include "efi/crash_post.h"
#include "efi/protocols/mp_services.h"
#include "hw/acpi.h"
#include "models/ap.h"
#include "models/captured_log.h"
#include "models/memory_fixture.h"
#include "unit/efi/event-fixture.h"

#define MADT   0x10000u
#define OTHERS 3

static EFI_MP_SERVICES_PROTOCOL *mp = &mp_services_protocol;
static struct memory_fixture t;

/* Who has visited, in order. */
static size_t visitors[16];
static size_t visits;

static void EFIAPI visit(void *argument)
{
    assert_true(visits < ARRAY_SIZE(visitors));
    assert_int_equal(mp->WhoAmI(mp, &visitors[visits++]), EFI_SUCCESS);
    if (argument != NULL)
        ++*(unsigned *)argument;
}

static void write_madt(void)
{
    struct acpi_madt madt = {0};
    memcpy(memory_fixture_at(&t, MADT), &madt, sizeof madt);
    for (uint8_t i = 0; i <= OTHERS; i++) {
        struct acpi_madt_local_apic entry = {0, sizeof entry, i, i, 1};
        memcpy(memory_fixture_at(&t, MADT + sizeof madt + sizeof entry * i), &entry, sizeof entry);
    }
}

static void init(void)
{
    static struct machine machine = {
        .madt = MADT,
        .madt_size = sizeof(struct acpi_madt) + (OTHERS + 1) * sizeof(struct acpi_madt_local_apic)};
    assert_int_equal(mp_services_init(&machine), EFI_SUCCESS);
}

/* The boot processor is in the middle: its id is 1. */
static int start(void **state)
{
    setup(state);
    captured_log_start();
    memory_fixture_empty(&t);
    write_madt();
    fake_aps_reset(OTHERS);
    fake_aps.list[0].id = 0;
    fake_aps.self = 1;
    visits = 0;
    if (EFI_ERROR(pages_add(0, 1ull << 32, EfiReservedMemoryType, 0)) ||
        EFI_ERROR(pages_add(0x9e000, 0x1000, EfiConventionalMemory, 0)) ||
        EFI_ERROR(pages_add(0x4000000, 0x1000000, EfiConventionalMemory, 0)))
        return -1;
    return 0;
}

static int end(void **state)
{
    mp_services_reset();
    memory_fixture_free(&t);
    captured_log_stop();
    return teardown(state);
}

static uint32_t flags_of(size_t number)
{
    EFI_PROCESSOR_INFORMATION info;
    assert_int_equal(mp->GetProcessorInfo(mp, number, &info), EFI_SUCCESS);
    return info.StatusFlag;
}

static void expect_counts(size_t total, size_t enabled)
{
    size_t a, b;
    assert_int_equal(mp->GetNumberOfProcessors(mp, &a, &b), EFI_SUCCESS);
    assert_int_equal(a, total);
    assert_int_equal(b, enabled);
}

static void what_processors_there_are(void **state)
{
    EFI_PROCESSOR_INFORMATION info;
    size_t number = 99;
    init();
    expect_counts(4, 4);
    assert_int_equal(flags_of(0), 6);
    assert_int_equal(flags_of(1), 7);
    assert_int_equal(flags_of(3), 6);
    assert_int_equal(mp->GetProcessorInfo(mp, 2, &info), EFI_SUCCESS);
    assert_int_equal(info.ProcessorId, 2);
    assert_int_equal(mp->WhoAmI(mp, &number), EFI_SUCCESS);
    assert_int_equal(number, 1);
    assert_int_equal(captured_log_lines(), 0);
}

static void arguments_are_checked(void **state)
{
    EFI_PROCESSOR_INFORMATION info;
    size_t number;
    init();
    assert_int_equal(mp->GetNumberOfProcessors(mp, NULL, &number), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->GetNumberOfProcessors(mp, &number, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->GetProcessorInfo(mp, 0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->GetProcessorInfo(mp, 4, &info), EFI_NOT_FOUND);
    assert_int_equal(mp->GetProcessorInfo(mp, SIZE_MAX, &info), EFI_NOT_FOUND);
    assert_int_equal(mp->GetProcessorInfo(mp, 4 | CPU_V2_EXTENDED_TOPOLOGY, &info), EFI_NOT_FOUND);
    assert_int_equal(mp->StartupAllAPs(mp, NULL, false, NULL, 0, NULL, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(mp->StartupThisAP(mp, NULL, 0, NULL, 0, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->StartupThisAP(mp, visit, 4, NULL, 0, NULL, NULL), EFI_NOT_FOUND);
    assert_int_equal(mp->StartupThisAP(mp, visit, 1, NULL, 0, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->SwitchBSP(mp, 4, true), EFI_NOT_FOUND);
    assert_int_equal(mp->SwitchBSP(mp, 1, true), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->SwitchBSP(mp, 2, true), EFI_UNSUPPORTED);
    assert_int_equal(mp->EnableDisableAP(mp, 4, true, NULL), EFI_NOT_FOUND);
    assert_int_equal(mp->EnableDisableAP(mp, 1, false, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->WhoAmI(mp, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(visits, 0);
}

/* On an application processor nothing works but WhoAmI. */
static void EFIAPI use_all(void *argument)
{
    EFI_PROCESSOR_INFORMATION info;
    size_t a, b;
    assert_int_equal(mp->GetNumberOfProcessors(mp, &a, &b), EFI_DEVICE_ERROR);
    assert_int_equal(mp->GetProcessorInfo(mp, 0, &info), EFI_DEVICE_ERROR);
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL), EFI_DEVICE_ERROR);
    assert_int_equal(mp->StartupThisAP(mp, visit, 0, NULL, 0, NULL, NULL), EFI_DEVICE_ERROR);
    assert_int_equal(mp->SwitchBSP(mp, 0, true), EFI_DEVICE_ERROR);
    assert_int_equal(mp->EnableDisableAP(mp, 0, true, NULL), EFI_DEVICE_ERROR);
    visit(argument);
}

static void others_may_ask_who_they_are(void **state)
{
    init();
    assert_int_equal(mp->StartupThisAP(mp, use_all, 2, NULL, 0, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(visits, 1);
    assert_int_equal(visitors[0], 2);
}

static uint32_t reporter;

static void note_reporter(const struct crash *crash)
{
    reporter = fake_aps.self;
}

static void boot_processor_works(void)
{
    fake_cpu.looked = NULL;
    fake_aps.self = 1;
    assert_int_equal(mp->StartupThisAP(mp, visit, 3, NULL, 0, NULL, NULL), EFI_SUCCESS);
    fake_aps.self = 2;
}

/* The boot processor reports it while it looks after what others do. */
static void a_crash_is_collected(void **state)
{
    init();
    reporter = UINT32_MAX;
    fake_aps.self = 2;
    fake_cpu.looked = boot_processor_works;
    crash_post(&(struct crash){.report = note_reporter});
    fake_aps.self = 1;
    assert_int_equal(reporter, 1);
    assert_int_equal(visits, 1);
}

static void all_at_once(void **state)
{
    unsigned argument = 0;
    size_t *failed = (size_t *)visitors;
    init();
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 0, &argument, &failed), EFI_SUCCESS);
    assert_int_equal(argument, OTHERS);
    assert_null(failed);
    assert_int_equal(tpl_current(), TPL_APPLICATION);
}

static void one_by_one(void **state)
{
    init();
    fake_aps.list[0].looks_to_finish = 10; /* the first takes longest */
    assert_int_equal(mp->StartupAllAPs(mp, visit, true, NULL, 0, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(visits, OTHERS);
    assert_int_equal(visitors[0], 0);
    assert_int_equal(visitors[1], 2);
    assert_int_equal(visitors[2], 3);
}

static void the_time_may_be_over(void **state)
{
    size_t *failed = NULL;
    init();
    fake_aps.list[1].looks_to_finish = UINT_MAX;
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 1000, NULL, &failed), EFI_TIMEOUT);
    assert_int_equal(visits, OTHERS - 1);
    assert_int_equal(failed[0], 2);
    assert_int_equal(failed[1], END_OF_CPU_LIST);
    pool_free(failed);
    assert_true(fake_aps.list[1].waits_for_startup); /* it runs nothing any more */
    expect_counts(4, 4);

    /* It is started again when it is wanted. */
    fake_aps.list[1].looks_to_finish = 0;
    assert_int_equal(mp->StartupThisAP(mp, visit, 0, NULL, 1000, NULL, NULL), EFI_SUCCESS);
    assert_true(fake_aps.list[1].waits_for_startup);
    assert_int_equal(mp->StartupThisAP(mp, visit, 2, NULL, 1000, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(visitors[visits - 1], 2);
}

static void one_by_one_none_after_the_slow_one(void **state)
{
    size_t *failed = NULL;
    init();
    fake_aps.list[1].looks_to_finish = UINT_MAX;
    assert_int_equal(mp->StartupAllAPs(mp, visit, true, NULL, 1000, NULL, &failed), EFI_TIMEOUT);
    assert_int_equal(visits, 1);
    assert_int_equal(failed[0], 2);
    assert_int_equal(failed[1], 3);
    assert_int_equal(failed[2], END_OF_CPU_LIST);
    pool_free(failed);
    assert_int_equal(fake_aps.list[2].wakes, 0);
}

static void one_that_does_not_come_back_is_out(void **state)
{
    init();
    fake_aps.list[2].looks_to_finish = UINT_MAX;
    assert_int_equal(mp->StartupThisAP(mp, visit, 3, NULL, 1000, NULL, NULL), EFI_TIMEOUT);
    fake_aps.list[2].looks_to_answer = UINT_MAX;
    assert_int_equal(mp->StartupThisAP(mp, visit, 3, NULL, 1000, NULL, NULL),
                     EFI_INVALID_PARAMETER);
    expect_counts(4, 3);
    assert_int_equal(flags_of(3), 0);
    assert_true(captured_log_has("do not answer"));
    assert_int_equal(mp->EnableDisableAP(mp, 3, true, NULL), EFI_UNSUPPORTED);
    fake_aps.list[2].looks_to_answer = 0;
    fake_aps.list[2].looks_to_finish = 0;
    assert_int_equal(mp->EnableDisableAP(mp, 3, true, NULL), EFI_SUCCESS);
    assert_int_equal(flags_of(3), 6);
    assert_int_equal(mp->StartupThisAP(mp, visit, 3, NULL, 1000, NULL, NULL), EFI_SUCCESS);
}

static void disabled_ones_take_no_part(void **state)
{
    uint32_t health = 0;
    init();
    assert_int_equal(mp->EnableDisableAP(mp, 2, false, &health), EFI_SUCCESS);
    expect_counts(4, 3);
    assert_int_equal(flags_of(2), 0);
    assert_int_equal(mp->StartupThisAP(mp, visit, 2, NULL, 0, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->SwitchBSP(mp, 2, true), EFI_INVALID_PARAMETER);
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(visits, 2);

    assert_int_equal(mp->EnableDisableAP(mp, 2, true, NULL), EFI_SUCCESS);
    assert_int_equal(flags_of(2), 6);
    health = ~0u;
    assert_int_equal(mp->EnableDisableAP(mp, 2, false, &health), EFI_SUCCESS);
    assert_int_equal(flags_of(2), 4);
    assert_int_equal(mp->EnableDisableAP(mp, 0, false, NULL), EFI_SUCCESS);
    assert_int_equal(mp->EnableDisableAP(mp, 3, false, NULL), EFI_SUCCESS);
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL), EFI_NOT_STARTED);
}

static void absent_ones_are_disabled(void **state)
{
    fake_aps.count = 1;
    init();
    expect_counts(4, 2);
    assert_int_equal(flags_of(0), 6);
    assert_int_equal(flags_of(3), 0);
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(visits, 1);
}

static bool is_signaled(EFI_EVENT event)
{
    return efi_check_event(event) == EFI_SUCCESS;
}

static void nobody_has_to_wait(void **state)
{
    size_t *failed = (size_t *)visitors;
    init();
    EFI_EVENT event = make_plain(0);
    fake_aps.list[1].looks_to_finish = 5;
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, event, 0, NULL, &failed), EFI_SUCCESS);
    assert_false(is_signaled(event));
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL), EFI_NOT_READY);
    assert_int_equal(mp->StartupThisAP(mp, visit, 2, NULL, 0, NULL, NULL), EFI_NOT_READY);
    assert_int_equal(mp->SwitchBSP(mp, 2, true), EFI_NOT_READY);
    assert_int_equal(mp->EnableDisableAP(mp, 2, false, NULL), EFI_UNSUPPORTED);
    pass_us(20000);
    assert_true(is_signaled(event));
    assert_false(is_signaled(event));
    assert_int_equal(visits, OTHERS);
    assert_null(failed);

    /* Nothing is looked after any more. */
    uint64_t interrupts = fake_apic.interrupts;
    pass_us(20000);
    assert_true(fake_apic.interrupts - interrupts <= 1);
}

static void each_may_have_a_job_of_its_own(void **state)
{
    bool finished[2] = {true, true};
    EFI_EVENT events[2] = {make_plain(0), make_plain(0)};
    init();
    fake_aps.list[0].looks_to_finish = UINT_MAX;
    fake_aps.list[2].looks_to_finish = 3;
    assert_int_equal(mp->StartupThisAP(mp, visit, 0, events[0], 50000, NULL, &finished[0]),
                     EFI_SUCCESS);
    assert_int_equal(mp->StartupThisAP(mp, visit, 3, events[1], 0, NULL, &finished[1]),
                     EFI_SUCCESS);
    assert_false(finished[0] || finished[1]);
    assert_int_equal(mp->StartupThisAP(mp, visit, 2, NULL, 0, NULL, NULL), EFI_SUCCESS);
    pass_us(20000);
    assert_true(is_signaled(events[1]) && finished[1]);
    assert_false(is_signaled(events[0]));
    pass_us(50000);
    assert_true(is_signaled(events[0]));
    assert_false(finished[0]);
    assert_true(fake_aps.list[0].waits_for_startup);
}

static void unattended_failures_are_listed(void **state)
{
    size_t *failed = NULL;
    EFI_EVENT event = make(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "x");
    init();
    fake_aps.list[2].looks_to_finish = UINT_MAX;
    assert_int_equal(mp->StartupAllAPs(mp, visit, true, event, 5000, NULL, &failed), EFI_SUCCESS);
    pass_us(30000);
    assert_string_equal(trace, "x");
    assert_int_equal(failed[0], 3);
    assert_int_equal(failed[1], END_OF_CPU_LIST);
    pool_free(failed);
}

static void an_event_may_be_closed_before(void **state)
{
    EFI_EVENT event = make_plain(0);
    init();
    fake_aps.list[2].looks_to_finish = 5;
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, event, 0, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(efi_close_event(event), EFI_SUCCESS);
    pass_us(20000);
    assert_int_equal(visits, OTHERS);
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL), EFI_SUCCESS);
}

static void after_ready_to_boot_all_is_waited_for(void **state)
{
    EFI_EVENT event = make_plain(0);
    init();
    event_group_signal(GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT));
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, event, 0, NULL, NULL), EFI_UNSUPPORTED);
    assert_int_equal(mp->StartupThisAP(mp, visit, 0, event, 0, NULL, NULL), EFI_UNSUPPORTED);
    assert_int_equal(visits, 0);
    assert_int_equal(mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL), EFI_SUCCESS);
}

static void at_the_end_all_wait_for_an_os(void **state)
{
    init();
    mp_services_exit();
    for (size_t i = 0; i < OTHERS; i++)
        assert_true(fake_aps.list[i].waits_for_startup && fake_aps.list[i].inits == 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_processors_there_are),
        TEST(arguments_are_checked),
        TEST(others_may_ask_who_they_are),
        TEST(a_crash_is_collected),
        TEST(all_at_once),
        TEST(one_by_one),
        TEST(the_time_may_be_over),
        TEST(one_by_one_none_after_the_slow_one),
        TEST(one_that_does_not_come_back_is_out),
        TEST(disabled_ones_take_no_part),
        TEST(absent_ones_are_disabled),
        TEST(nobody_has_to_wait),
        TEST(each_may_have_a_job_of_its_own),
        TEST(unattended_failures_are_listed),
        TEST(an_event_may_be_closed_before),
        TEST(after_ready_to_boot_all_is_waited_for),
        TEST(at_the_end_all_wait_for_an_os),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
