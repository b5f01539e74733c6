/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/watchdog.h"

#include "core/log.h"
#include "efi/event.h"
#include "lib/macros.h"
#include "lib/memory.h"

#define UNITS_PER_SECOND  10000000u /* 100 ns */
#define RESERVED_CODE_MAX 0xffffu   /* up to here codes are the firmware's */

static EFI_EVENT timer_event;
static uint64_t code;
static size_t timeout_s;
static char16_t description[64];
static void(EFIAPI *reset_system)(EFI_RESET_TYPE type, EFI_STATUS status, size_t data_size,
                                  void *data);

void watchdog_set_reset(void(EFIAPI *reset)(EFI_RESET_TYPE type, EFI_STATUS status,
                                            size_t data_size, void *data))
{
    reset_system = reset;
}

static void EFIAPI expired(EFI_EVENT event, void *context)
{
    log_error("watchdog: nothing happened for %zu s (code 0x%llx%s%ls): the machine is reset",
              timeout_s, (unsigned long long)code, description[0] != 0 ? ", " : "", description);
    if (reset_system != NULL)
        reset_system(EfiResetCold, EFI_TIMEOUT, 0, NULL);
}

/* The text that stands at the beginning of the caller's data. */
static void keep_description(size_t size, const char16_t *data)
{
    size_t length = data == NULL ? 0 : MIN(size / sizeof *data, ARRAY_SIZE(description) - 1);
    memset(description, 0, sizeof description);
    if (length > 0)
        memcpy(description, data, length * sizeof *data);
}

/* Loaders turn it off with code 0: as it is not logged then, that is no use of the code. */
EFI_STATUS EFIAPI efi_set_watchdog_timer(size_t Timeout, uint64_t WatchdogCode, size_t DataSize,
                                         char16_t *WatchdogData)
{
    if (Timeout > 0 && WatchdogCode <= RESERVED_CODE_MAX)
        return EFI_INVALID_PARAMETER;
    if (timer_event == NULL) {
        if (Timeout == 0)
            return EFI_SUCCESS;
        EFI_STATUS status = efi_create_event(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, expired,
                                             NULL, &timer_event);
        if (EFI_ERROR(status))
            return EFI_DEVICE_ERROR;
    }
    EFI_STATUS status = efi_set_timer(timer_event, TimerCancel, 0);
    if (EFI_ERROR(status) || Timeout == 0)
        return status;
    code = WatchdogCode;
    timeout_s = Timeout;
    keep_description(DataSize, WatchdogData);
    uint64_t units;
    if (__builtin_mul_overflow((uint64_t)Timeout, UNITS_PER_SECOND, &units))
        units = UINT64_MAX;
    return efi_set_timer(timer_event, TimerRelative, units);
}

void watchdog_fill(EFI_BOOT_SERVICES *table)
{
    table->SetWatchdogTimer = efi_set_watchdog_timer;
}
