/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The monotonic counter (UEFI 2.10 §7.5, §8.5.2). Its high half goes up with every boot that uses
 * it: by the time of the first use, so that a boot that does not costs no write. */
#include "runtime/monotonic.h"

#include "runtime/services.h"
#include "runtime/state.h"
#include "runtime/variables.h"

#define HIGH_NAME u"MonotonicHigh"

static bool started;
static uint32_t high, low;

static EFI_STATUS raise_high(void)
{
    uint32_t next = high;
    if (!started && EFI_ERROR(variables_read(HIGH_NAME, &next, sizeof next)))
        next = 0;
    next++;
    if (EFI_ERROR(variables_write(HIGH_NAME, &next, sizeof next)))
        return EFI_DEVICE_ERROR;
    high = next;
    low = 0;
    started = true;
    return EFI_SUCCESS;
}

static EFI_STATUS next_count(uint64_t *ret)
{
    if (!started || low == UINT32_MAX) {
        EFI_STATUS status = raise_high();
        if (EFI_ERROR(status))
            return status;
    }
    *ret = (uint64_t)high << 32 | ++low;
    return EFI_SUCCESS;
}

EFI_STATUS monotonic_next(uint64_t *ret)
{
    uint64_t flags = service_enter();
    EFI_STATUS status = next_count(ret);
    service_leave(flags);
    return status;
}

EFI_STATUS EFIAPI runtime_get_next_high_monotonic_count(uint32_t *HighCount)
{
    if (HighCount == NULL)
        return EFI_INVALID_PARAMETER;
    uint64_t flags = service_enter();
    EFI_STATUS status = raise_high();
    if (!EFI_ERROR(status))
        *HighCount = high;
    service_leave(flags);
    return status;
}
