/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/timestamp.h"

#include "core/time.h"

static uint64_t EFIAPI get_timestamp(void)
{
    return time_now_ticks();
}

static EFI_STATUS EFIAPI get_properties(EFI_TIMESTAMP_PROPERTIES *Properties)
{
    if (Properties == NULL)
        return EFI_INVALID_PARAMETER;
    *Properties = (EFI_TIMESTAMP_PROPERTIES){.Frequency = time_frequency(), .EndValue = UINT64_MAX};
    return EFI_SUCCESS;
}

EFI_TIMESTAMP_PROTOCOL timestamp_protocol = {
    .GetTimestamp = get_timestamp,
    .GetProperties = get_properties,
};
