/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/guid.h"
#include "efi/protocol/device_path.h"
#include "selftest/test.h"

/* Protocols that nobody else has. */
#define TEST_A_GUID                                                                                \
    {                                                                                              \
        0x5e1f7e57, 0x0000, 0x4000,                                                                \
        {                                                                                          \
            0x80, 0, 0, 0, 0, 0, 0, 0x0a                                                           \
        }                                                                                          \
    }
#define TEST_B_GUID                                                                                \
    {                                                                                              \
        0x5e1f7e57, 0x0000, 0x4000,                                                                \
        {                                                                                          \
            0x80, 0, 0, 0, 0, 0, 0, 0x0b                                                           \
        }                                                                                          \
    }
/* One that is nowhere installed. */
#define TEST_NONE_GUID                                                                             \
    {                                                                                              \
        0x5e1f7e57, 0x0000, 0x4000,                                                                \
        {                                                                                          \
            0x80, 0, 0, 0, 0, 0, 0, 0xff                                                           \
        }                                                                                          \
    }

/* The interface of a protocol of which there is one. NULL, and the test is skipped: the firmware
 * does not have it. */
void *find_protocol(const EFI_GUID *protocol, const char *name);
#define FIND(name) find_protocol(GUID_OF(name), #name)

/* Addresses to install; what is there does not matter. */
extern char interface_a, interface_b;

/* A new handle with TEST_A, and its end. NULL: it could not be made. */
EFI_HANDLE make_handle(void);
void drop_handle(EFI_HANDLE handle);

/* A value that was a handle, or an event. */
EFI_HANDLE stale_handle(void);
EFI_EVENT stale_event(void);

/* A device path of one vendor node. */
struct test_path {
    VENDOR_DEVICE_PATH vendor;
    uint32_t number;
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed));
struct test_path make_path(uint32_t number);

/* An event that counts its notifications, which it also finds in `trace`: a letter each. */
struct counter {
    volatile unsigned count;
    EFI_TPL seen_tpl;
    char letter;
};
extern char trace[64];
void trace_reset(void);
bool trace_is(const char *expected);
void EFIAPI count_notification(EFI_EVENT event, void *context);
EFI_EVENT make_counter(uint32_t type, EFI_TPL tpl, struct counter *counter);

/* The TPL that the program runs at. */
EFI_TPL current_tpl(void);

/* Waits until `*count` is `wanted`, at most a second or so. */
bool wait_for_count(const volatile unsigned *count, unsigned wanted);
