/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The event services by a script that the input is: events that come, go, expire and are signaled
 * at all TPLs, also by notification functions, with handles that are events no more. */
#include <stdlib.h>

#include "efi/event.h"
#include "models/apic.h"
#include "models/cpu.h"
#include "models/fuzz_bytes.h"

#define SLOTS     12
#define MAX_STEPS 400
#define MAX_DEPTH 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fuzz_bytes bytes;
static EFI_EVENT slots[SLOTS]; /* stay when the event is closed */
static unsigned steps, depth;

static const EFI_GUID groups[] = {
    {1, 0, 0, {0}}, {2, 0, 0, {0}}, EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE_GUID};

static void step(void);

static void EFIAPI notify(EFI_EVENT event, void *context)
{
    EFI_TPL tpl = tpl_current();
    if (tpl <= TPL_APPLICATION)
        abort();
    depth++;
    for (uint64_t i = fuzz_take(&bytes, 1) % 3; i > 0 && depth < MAX_DEPTH; i--)
        step();
    depth--;
    if (tpl_current() != tpl)
        abort();
}

static void create(EFI_EVENT *slot)
{
    static const uint32_t types[] = {0,
                                     EVT_TIMER,
                                     EVT_NOTIFY_SIGNAL,
                                     EVT_NOTIFY_WAIT,
                                     EVT_TIMER | EVT_NOTIFY_SIGNAL,
                                     EVT_TIMER | EVT_NOTIFY_WAIT,
                                     EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE};
    uint64_t choice = fuzz_take(&bytes, 1);
    uint32_t type = choice < 0xf0 ? types[choice % (sizeof types / sizeof *types)]
                                  : (uint32_t)fuzz_take(&bytes, 4);
    EFI_TPL tpl = fuzz_take(&bytes, 1) % 36;
    uint64_t group = fuzz_take(&bytes, 1) % 8;
    (void)efi_create_event_ex(type, tpl, notify, NULL, group < 3 ? &groups[group] : NULL, slot);
}

static void wait(EFI_EVENT event)
{
    size_t index;
    /* Only for what has happened already: nobody else runs here. */
    if (efi_check_event(event) == EFI_SUCCESS) {
        (void)efi_signal_event(event);
        (void)efi_wait_for_event(1, &event, &index);
    }
}

static void raised(void)
{
    EFI_TPL old = tpl_current(), tpl = old + fuzz_take(&bytes, 1) % (TPL_HIGH_LEVEL - old + 1);
    efi_raise_tpl(tpl);
    for (uint64_t i = fuzz_take(&bytes, 1) % 4; i > 0 && depth < MAX_DEPTH; i--) {
        depth++;
        step();
        depth--;
    }
    efi_restore_tpl(old);
    if (tpl_current() != old)
        abort();
}

static void step(void)
{
    if (steps >= MAX_STEPS || bytes.size == 0)
        return;
    steps++;
    uint64_t choice = fuzz_take(&bytes, 1);
    EFI_EVENT *slot = &slots[fuzz_take(&bytes, 1) % SLOTS];
    switch (choice % 9) {
    case 0:
        (void)efi_close_event(*slot);
        create(slot);
        break;
    case 1:
        create(slot); /* the old one leaks into the end */
        break;
    case 2:
        (void)efi_close_event(*slot);
        break;
    case 3:
    case 4:
        (void)efi_signal_event(*slot);
        break;
    case 5:
        wait(*slot);
        break;
    case 6:
        (void)efi_set_timer(*slot, (EFI_TIMER_DELAY)(fuzz_take(&bytes, 1) % 4),
                            fuzz_take(&bytes, 3));
        break;
    case 7:
        fake_cpu.tsc += fuzz_take(&bytes, 3);
        fake_apic_poll();
        break;
    case 8:
        raised();
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes = (struct fuzz_bytes){data, size};
    memset(slots, 0, sizeof slots);
    steps = depth = 0;
    fake_cpu_reset();
    fake_apic_reset();
    events_reset();
    events_init();
    while (bytes.size > 0 && steps < MAX_STEPS)
        step();
    if (tpl_current() != TPL_APPLICATION)
        abort();
    events_reset();
    return 0;
}
