/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Uses every MP service (PI 1.8 volume 2 §13.4), and then starts \vmlinuz.efi of its own volume,
 * when there is one: the kernel must be able to take over the processors. */
#include "efi/guid.h"
#include "efi/protocol/mp_services.h"
#include "guests/guest.h"

#define MANY 1024

static EFI_MP_SERVICES_PROTOCOL *mp;
static size_t count, enabled, boot;

/* Written by application processors, each in its own place. */
static volatile struct {
    uint32_t calls;
    uint64_t stack;
    EFI_STATUS number_status, who_status;
} seen[MANY];
static volatile size_t order[MANY];
static volatile size_t order_length;
static volatile uint32_t strangers;

static size_t who(void)
{
    size_t number = MANY;
    EFI_STATUS status = mp->WhoAmI(mp, &number);
    if (EFI_ERROR(status) || number >= count || number >= MANY) {
        __atomic_fetch_add(&strangers, 1, __ATOMIC_SEQ_CST);
        return 0;
    }
    return number;
}

/* Takes a page of stack, too. */
static void EFIAPI visit(void *argument)
{
    volatile uint8_t room[4096];
    room[0] = 1;
    size_t a, b, number = who();
    seen[number].calls++;
    seen[number].stack = (uintptr_t)room;
    seen[number].number_status = mp->GetNumberOfProcessors(mp, &a, &b);
    __atomic_fetch_add((uint32_t *)argument, room[0], __ATOMIC_SEQ_CST);
}

/* One after the other, or places would be written twice. */
static void EFIAPI take_turn(void *argument)
{
    size_t place = order_length;
    order[place] = who();
    order_length = place + 1;
}

/* The processor with the number in the argument never comes back. */
static void EFIAPI hang_one(void *argument)
{
    while (who() == *(const size_t *)argument)
        ;
}

static void EFIAPI nothing(void *argument)
{
}

static void tell_processors(void)
{
    for (size_t i = 0; i < count && i < MANY; i++) {
        EFI_PROCESSOR_INFORMATION info;
        if (EFI_ERROR(mp->GetProcessorInfo(mp, i | CPU_V2_EXTENDED_TOPOLOGY, &info)))
            continue;
        if ((info.StatusFlag & PROCESSOR_AS_BSP_BIT) != 0)
            boot = i;
        if (count > 8)
            continue;
        tell("id", info.ProcessorId);
        tell("flags", info.StatusFlag);
        tell("package", info.ExtendedInformation.Location2.Package);
        tell("core", info.ExtendedInformation.Location2.Core);
        tell("thread", info.ExtendedInformation.Location2.Thread);
        check("old-location",
              info.Location.Package == info.ExtendedInformation.Location2.Package &&
                  info.Location.Thread == info.ExtendedInformation.Location2.Thread);
    }
}

static void all_at_once(void)
{
    uint32_t visits = 0;
    size_t *failed = (size_t *)(uintptr_t)1, good = 0;
    EFI_STATUS status = mp->StartupAllAPs(mp, visit, false, NULL, 0, &visits, &failed);
    check("all", status == EFI_SUCCESS && failed == NULL);
    tell("visits", visits);
    for (size_t i = 0; i < count && i < MANY; i++) {
        bool own_stack = true;
        for (size_t j = 0; j < i && count <= 64; j++)
            own_stack = own_stack && (seen[i].stack != seen[j].stack || i == boot || j == boot);
        good += i != boot && seen[i].calls == 1 && own_stack &&
                seen[i].number_status == EFI_DEVICE_ERROR;
    }
    tell("good", good);
    check("strangers", strangers == 0);
}

static void one_by_one(void)
{
    EFI_STATUS status = mp->StartupAllAPs(mp, take_turn, true, NULL, 0, NULL, NULL);
    bool ascending = order_length == enabled - 1;
    for (size_t i = 1; i < order_length; i++)
        ascending = ascending && order[i] > order[i - 1];
    check("one-by-one", status == EFI_SUCCESS && ascending);
}

static void time_is_over(void)
{
    size_t victim = boot == count - 1 ? count - 2 : count - 1, *failed = NULL;
    EFI_STATUS status = mp->StartupAllAPs(mp, hang_one, false, NULL, 100000, &victim, &failed);
    check("timeout", status == EFI_TIMEOUT && failed != NULL && failed[0] == victim &&
                         failed[1] == END_OF_CPU_LIST);
    (void)st->BootServices->FreePool(failed);
    status = mp->StartupThisAP(mp, hang_one, victim, NULL, 100000, &victim, NULL);
    check("timeout-one", status == EFI_TIMEOUT);

    uint32_t visits = 0;
    status = mp->StartupAllAPs(mp, visit, false, NULL, 0, &visits, NULL);
    check("after-timeout", status == EFI_SUCCESS && visits == enabled - 1);
}

static void one(void)
{
    uint32_t visits = 0, health = 0;
    size_t number = boot == 0 ? 1 : 0, a, b;
    check("this", mp->StartupThisAP(mp, visit, number, NULL, 0, &visits, NULL) == EFI_SUCCESS &&
                      visits == 1);
    check("this-boot",
          mp->StartupThisAP(mp, nothing, boot, NULL, 0, NULL, NULL) == EFI_INVALID_PARAMETER);
    check("this-none", mp->StartupThisAP(mp, nothing, count, NULL, 0, NULL, NULL) == EFI_NOT_FOUND);
    check("this-null",
          mp->StartupThisAP(mp, NULL, number, NULL, 0, NULL, NULL) == EFI_INVALID_PARAMETER);

    EFI_PROCESSOR_INFORMATION info;
    check("disable", mp->EnableDisableAP(mp, number, false, &health) == EFI_SUCCESS &&
                         mp->GetNumberOfProcessors(mp, &a, &b) == EFI_SUCCESS && b == enabled - 1 &&
                         mp->GetProcessorInfo(mp, number, &info) == EFI_SUCCESS &&
                         info.StatusFlag == 0);
    check("this-disabled",
          mp->StartupThisAP(mp, nothing, number, NULL, 0, NULL, NULL) == EFI_INVALID_PARAMETER);
    health = PROCESSOR_HEALTH_STATUS_BIT;
    check("enable", mp->EnableDisableAP(mp, number, true, &health) == EFI_SUCCESS &&
                        mp->StartupThisAP(mp, nothing, number, NULL, 0, NULL, NULL) == EFI_SUCCESS);
    check("disable-boot", mp->EnableDisableAP(mp, boot, false, NULL) == EFI_INVALID_PARAMETER);
    check("switch", mp->SwitchBSP(mp, number, true) == EFI_UNSUPPORTED);
    check("switch-self", mp->SwitchBSP(mp, boot, true) == EFI_INVALID_PARAMETER);
}

/* After ReadyToBoot everything is waited for. */
static void unattended(void)
{
    EFI_EVENT event;
    if (EFI_ERROR(st->BootServices->CreateEvent(0, 0, NULL, NULL, &event)))
        return;
    check("unattended",
          mp->StartupAllAPs(mp, nothing, false, event, 0, NULL, NULL) == EFI_UNSUPPORTED);
    (void)st->BootServices->CloseEvent(event);
}

EFI_STATUS guest_main(void)
{
    static const EFI_GUID guid = EFI_MP_SERVICES_PROTOCOL_GUID;
    EFI_STATUS status = st->BootServices->LocateProtocol(&guid, NULL, (void **)&mp);
    if (EFI_ERROR(status))
        return status;
    status = mp->GetNumberOfProcessors(mp, &count, &enabled);
    if (EFI_ERROR(status))
        return status;
    tell("processors", count);
    tell("enabled", enabled);
    tell_processors();
    if (enabled > 1) {
        all_at_once();
        one_by_one();
        time_is_over();
        one();
        unattended();
    } else {
        check("not-started",
              mp->StartupAllAPs(mp, nothing, false, NULL, 0, NULL, NULL) == EFI_NOT_STARTED);
    }
    tell("done", !all_checks_held());
    return chain(u"\\vmlinuz.efi");
}
