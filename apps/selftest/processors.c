/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* MP Services (PI 1.8 volume 2 §13.4) with four processors, after ReadyToBoot: what is not waited
 * for is refused then. */
#include "efi/protocol/mp_services.h"
#include "selftest/fixture.h"

#define PROCESSORS 4      /* tests/system/run_selftest.py makes them */
#define TIMEOUT    50000u /* µs */

static EFI_MP_SERVICES_PROTOCOL *mp;

static bool find_mp(void)
{
    mp = FIND(EFI_MP_SERVICES_PROTOCOL);
    return mp != NULL;
}

static volatile uint32_t visits, strangers;
static volatile EFI_STATUS status_on_ap[3];

static size_t who(void)
{
    size_t number = SIZE_MAX;
    mp->WhoAmI(mp, &number);
    return number;
}

static void EFIAPI visit(void *argument)
{
    size_t number = who();
    if (number == 0 || number >= PROCESSORS)
        __atomic_fetch_add(&strangers, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&visits, 1u << (number % PROCESSORS * 8), __ATOMIC_SEQ_CST);
}

static void EFIAPI ask(void *argument)
{
    EFI_PROCESSOR_INFORMATION information;
    size_t a, b;
    status_on_ap[0] = mp->GetNumberOfProcessors(mp, &a, &b);
    status_on_ap[1] = mp->GetProcessorInfo(mp, 0, &information);
    status_on_ap[2] = mp->EnableDisableAP(mp, 2, false, NULL);
}

static void EFIAPI hang(void *argument)
{
    for (;;)
        ;
}

static void number(void)
{
    size_t count = 0, enabled = 0;
    if (!find_mp())
        return;
    EXPECT(EFI_SUCCESS, mp->GetNumberOfProcessors(mp, &count, &enabled));
    EQUAL(PROCESSORS, count);
    EQUAL(PROCESSORS, enabled);
    EQUAL(0, who());
    EXPECT(EFI_INVALID_PARAMETER, mp->GetNumberOfProcessors(mp, NULL, &enabled));
    EXPECT(EFI_INVALID_PARAMETER, mp->GetNumberOfProcessors(mp, &count, NULL));
    EXPECT(EFI_INVALID_PARAMETER, mp->WhoAmI(mp, NULL));
}

static void information(void)
{
    EFI_PROCESSOR_INFORMATION each;
    uint64_t ids = 0;
    if (!find_mp())
        return;
    for (size_t i = 0; i < PROCESSORS; i++) {
        EXPECT(EFI_SUCCESS, mp->GetProcessorInfo(mp, i, &each));
        EQUAL(i == 0, (each.StatusFlag & PROCESSOR_AS_BSP_BIT) != 0);
        CHECK((each.StatusFlag & PROCESSOR_ENABLED_BIT) != 0);
        ids |= 1ull << (each.ProcessorId % 64);
    }
    EQUAL(0xf, ids);
    EXPECT(EFI_INVALID_PARAMETER, mp->GetProcessorInfo(mp, 0, NULL));
    EXPECT(EFI_NOT_FOUND, mp->GetProcessorInfo(mp, PROCESSORS, &each));
}

static void startup_all(void)
{
    size_t *failed = NULL;
    if (!find_mp())
        return;
    visits = strangers = 0;
    EXPECT(EFI_SUCCESS, mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, &failed));
    EQUAL(0x01010100, visits);
    EXPECT(EFI_SUCCESS, mp->StartupAllAPs(mp, visit, true, NULL, 0, NULL, NULL));
    EQUAL(0x02020200, visits);
    EQUAL(0, strangers);
    CHECK(failed == NULL);
    EXPECT(EFI_INVALID_PARAMETER, mp->StartupAllAPs(mp, NULL, false, NULL, 0, NULL, NULL));
}

static void startup_this(void)
{
    if (!find_mp())
        return;
    visits = 0;
    EXPECT(EFI_SUCCESS, mp->StartupThisAP(mp, visit, 2, NULL, 0, NULL, NULL));
    EQUAL(0x00010000, visits);
    EXPECT(EFI_INVALID_PARAMETER, mp->StartupThisAP(mp, visit, 0, NULL, 0, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, mp->StartupThisAP(mp, NULL, 2, NULL, 0, NULL, NULL));
    EXPECT(EFI_NOT_FOUND, mp->StartupThisAP(mp, visit, PROCESSORS, NULL, 0, NULL, NULL));
}

/* The processor works again afterwards. */
static void timeout(void)
{
    bool finished = true;
    size_t *failed = NULL;
    if (!find_mp())
        return;
    EXPECT(EFI_TIMEOUT, mp->StartupThisAP(mp, hang, 1, NULL, TIMEOUT, NULL, &finished));
    EXPECT(EFI_TIMEOUT, mp->StartupAllAPs(mp, hang, false, NULL, TIMEOUT, NULL, &failed));
    REQUIRE_TRUE(failed != NULL);
    EQUAL(1, failed[0]);
    EQUAL(3, failed[2]);
    EQUAL(END_OF_CPU_LIST, failed[3]);
    EXPECT(EFI_SUCCESS, bs->FreePool(failed));
    visits = 0;
    EXPECT(EFI_SUCCESS, mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL));
    EQUAL(0x01010100, visits);
}

static void on_processor(void)
{
    if (!find_mp())
        return;
    REQUIRE(EFI_SUCCESS, mp->StartupThisAP(mp, ask, 1, NULL, 0, NULL, NULL));
    for (size_t i = 0; i < ARRAY_SIZE(status_on_ap); i++)
        EXPECT(EFI_DEVICE_ERROR, status_on_ap[i]);
}

static void enable(void)
{
    size_t count, enabled = 0;
    if (!find_mp())
        return;
    EXPECT(EFI_SUCCESS, mp->EnableDisableAP(mp, 3, false, NULL));
    EXPECT(EFI_SUCCESS, mp->GetNumberOfProcessors(mp, &count, &enabled));
    EQUAL(PROCESSORS - 1, enabled);
    EXPECT(EFI_INVALID_PARAMETER, mp->StartupThisAP(mp, visit, 3, NULL, 0, NULL, NULL));
    visits = 0;
    EXPECT(EFI_SUCCESS, mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL));
    EQUAL(0x00010100, visits);
    EXPECT(EFI_SUCCESS, mp->EnableDisableAP(mp, 3, true, NULL));
    EXPECT(EFI_SUCCESS, mp->StartupThisAP(mp, visit, 3, NULL, 0, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, mp->EnableDisableAP(mp, 0, false, NULL));
    EXPECT(EFI_NOT_FOUND, mp->EnableDisableAP(mp, PROCESSORS, false, NULL));
}

static void not_started(void)
{
    if (!find_mp())
        return;
    for (size_t i = 1; i < PROCESSORS; i++)
        EXPECT(EFI_SUCCESS, mp->EnableDisableAP(mp, i, false, NULL));
    EXPECT(EFI_NOT_STARTED, mp->StartupAllAPs(mp, visit, false, NULL, 0, NULL, NULL));
    for (size_t i = 1; i < PROCESSORS; i++)
        EXPECT(EFI_SUCCESS, mp->EnableDisableAP(mp, i, true, NULL));
}

static void unattended(void)
{
    EFI_EVENT event;
    if (!find_mp())
        return;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &event));
    EXPECT(EFI_UNSUPPORTED, mp->StartupAllAPs(mp, visit, false, event, 0, NULL, NULL));
    EXPECT(EFI_UNSUPPORTED, mp->StartupThisAP(mp, visit, 1, event, 0, NULL, NULL));
    bs->Stall(100000); /* before the event goes, where one was started nevertheless */
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void switch_invalid(void)
{
    if (!find_mp())
        return;
    EXPECT(EFI_INVALID_PARAMETER, mp->SwitchBSP(mp, 0, true));
    EXPECT(EFI_NOT_FOUND, mp->SwitchBSP(mp, PROCESSORS, true));
}

static const struct selftest tests[] = {
    {"number", number},           {"information", information},
    {"startup-all", startup_all}, {"startup-this", startup_this},
    {"timeout", timeout},         {"on-processor", on_processor},
    {"enable", enable},           {"not-started", not_started},
    {"unattended", unattended},   {"switch-invalid", switch_invalid},
};

const struct topic topic_processors = TOPIC("processors", tests);
