/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/fixture.h"

#include "lib/memory.h"

char interface_a, interface_b;
char trace[64];
static size_t trace_length;

void *find_protocol(const EFI_GUID *protocol, const char *name)
{
    void *interface = NULL;
    EFI_STATUS status = bs->LocateProtocol(protocol, NULL, &interface);
    if (status == EFI_NOT_FOUND)
        skip_without(name);
    else
        EXPECT(EFI_SUCCESS, status);
    return interface;
}

EFI_HANDLE make_handle(void)
{
    EFI_HANDLE handle = NULL;
    EFI_STATUS status =
        bs->InstallProtocolInterface(&handle, GUID_OF(TEST_A), EFI_NATIVE_INTERFACE, &interface_a);
    return EFI_ERROR(status) ? NULL : handle;
}

void drop_handle(EFI_HANDLE handle)
{
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, GUID_OF(TEST_A), &interface_a));
}

EFI_HANDLE stale_handle(void)
{
    EFI_HANDLE handle = make_handle();
    drop_handle(handle);
    return handle;
}

EFI_EVENT stale_event(void)
{
    EFI_EVENT event;
    if (!EXPECT(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &event)))
        return NULL;
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    return event;
}

struct test_path make_path(uint32_t number)
{
    struct test_path path = {
        .vendor = {{HARDWARE_DEVICE_PATH, HW_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH) + 4, 0}},
                   TEST_A_GUID},
        .number = number,
        .end = {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {4, 0}},
    };
    return path;
}

void trace_reset(void)
{
    trace_length = 0;
    memset(trace, 0, sizeof trace);
}

bool trace_is(const char *expected)
{
    size_t i = 0;
    while (expected[i] != '\0' && expected[i] == trace[i])
        i++;
    return expected[i] == trace[i];
}

EFI_TPL current_tpl(void)
{
    EFI_TPL tpl = bs->RaiseTPL(TPL_HIGH_LEVEL);
    bs->RestoreTPL(tpl);
    return tpl;
}

void EFIAPI count_notification(EFI_EVENT event, void *context)
{
    struct counter *counter = context;
    counter->seen_tpl = current_tpl();
    if (trace_length < sizeof trace - 1)
        trace[trace_length++] = counter->letter;
    counter->count++;
}

EFI_EVENT make_counter(uint32_t type, EFI_TPL tpl, struct counter *counter)
{
    EFI_EVENT event = NULL;
    EXPECT(EFI_SUCCESS, bs->CreateEvent(type, tpl, count_notification, counter, &event));
    return event;
}

bool wait_for_count(const volatile unsigned *count, unsigned wanted)
{
    for (int i = 0; i < 1000 && *count < wanted; i++)
        bs->Stall(1000);
    return *count >= wanted;
}
