/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ExitBootServices (UEFI 2.10 §7.4.6). */
#include "selftest/exit.h"

#include "efi/system_table.h"
#include "lib/crc32.h"
#include "selftest/fixture.h"
#include "selftest/tap.h"

#define TRIES 8

static uint8_t map_bytes[65536] __attribute__((aligned(8)));
struct final_map final_map = {.bytes = map_bytes};

static struct counter before = {.letter = 'b'}, old_style = {.letter = 'x'},
                      group = {.letter = 'x'}, high = {.letter = 'h'}, ticks = {.letter = 't'};
static EFI_STATUS old_key_status, final_status;
static unsigned ticks_at_exit;

static void join(const EFI_GUID *guid, EFI_TPL tpl, struct counter *counter)
{
    EFI_EVENT event;
    EXPECT(EFI_SUCCESS,
           bs->CreateEventEx(EVT_NOTIFY_SIGNAL, tpl, count_notification, counter, guid, &event));
}

static void EFIAPI last_look(EFI_EVENT event, void *context)
{
    count_notification(event, context);
    ticks_at_exit = ticks.count;
}

static void make_events(void)
{
    EFI_EVENT event;
    join(GUID_OF(EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES), TPL_CALLBACK, &before);
    join(GUID_OF(EFI_EVENT_GROUP_EXIT_BOOT_SERVICES), TPL_CALLBACK, &group);
    join(GUID_OF(EFI_EVENT_GROUP_EXIT_BOOT_SERVICES), TPL_NOTIFY, &high);
    EXPECT(EFI_SUCCESS, bs->CreateEvent(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_CALLBACK, last_look,
                                        &old_style, &event));
    event = make_counter(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, &ticks);
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerPeriodic, 100000));
}

static EFI_STATUS read_map(size_t *key)
{
    final_map.size = sizeof map_bytes;
    return bs->GetMemoryMap(&final_map.size, (void *)map_bytes, key, &final_map.step,
                            &final_map.version);
}

bool exit_boot_services(void)
{
    make_events();
    trace_reset();
    size_t key;
    if (EFI_ERROR(read_map(&key)))
        return false;
    old_key_status = bs->ExitBootServices(self, key + 1);
    for (int i = 0; i < TRIES; i++) {
        if (EFI_ERROR(read_map(&key)))
            return false;
        final_status = bs->ExitBootServices(self, key);
        if (!EFI_ERROR(final_status)) {
            bs = NULL;
            tap_use_uart();
            return true;
        }
    }
    return false;
}

static void old_key(void)
{
    EQUAL(EFI_INVALID_PARAMETER, old_key_status /* ExitBootServices */);
}

static void succeeded(void)
{
    EXPECT(EFI_SUCCESS, final_status /* ExitBootServices */);
}

static void groups_once(void)
{
    EQUAL(1, before.count);
    EQUAL(1, group.count);
    EQUAL(1, high.count);
    EQUAL(1, old_style.count);
}

/* BeforeExitBootServices comes first; of one group the higher TPL. */
static void groups_in_order(void)
{
    char order[5] = "";
    size_t length = 0;
    for (size_t i = 0; i < sizeof trace && trace[i] != '\0'; i++) {
        if (trace[i] != 't' && length < 4)
            order[length++] = trace[i];
    }
    CHECK(order[0] == 'b' && order[1] == 'h' && order[2] == 'x' && order[3] == 'x');
}

/* No timer event between the notification of the group and the end, or after it. */
static void timers_stopped(void)
{
    EQUAL(ticks_at_exit, ticks.count);
}

static bool crc_is_right(EFI_TABLE_HEADER *header)
{
    uint32_t kept = header->CRC32;
    header->CRC32 = 0;
    bool right = crc32(header, header->HeaderSize) == kept;
    header->CRC32 = kept;
    return right;
}

static void system_table(void)
{
    CHECK(st->BootServices == NULL);
    CHECK(st->ConsoleInHandle == NULL && st->ConIn == NULL);
    CHECK(st->ConsoleOutHandle == NULL && st->ConOut == NULL);
    CHECK(st->StandardErrorHandle == NULL && st->StdErr == NULL);
    CHECK(st->RuntimeServices == rt);
    CHECK(crc_is_right(&st->Hdr));
    CHECK(crc_is_right(&rt->Hdr));
}

static const struct selftest tests[] = {
    {"old-key", old_key},
    {"success", succeeded},
    {"groups-once", groups_once},
    {"groups-in-order", groups_in_order},
    {"timers-stopped", timers_stopped},
    {"system-table", system_table},
};

const struct topic topic_exit = TOPIC("exit", tests);
