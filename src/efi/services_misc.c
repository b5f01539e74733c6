/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/services_misc.h"

#include "core/time.h"
#include "efi/tpl.h"
#include "lib/crc32.h"
#include "lib/memory.h"

static EFI_STATUS(EFIAPI *next_high_count)(uint32_t *high);
static bool count_started;
static uint64_t count;

EFI_STATUS EFIAPI efi_stall(size_t Microseconds)
{
    time_stall_us(Microseconds);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_calculate_crc32(void *Data, size_t DataSize, uint32_t *Crc32)
{
    if (Data == NULL || DataSize == 0 || Crc32 == NULL)
        return EFI_INVALID_PARAMETER;
    *Crc32 = crc32(Data, DataSize);
    return EFI_SUCCESS;
}

void EFIAPI efi_copy_mem(void *Destination, void *Source, size_t Length)
{
    memmove(Destination, Source, Length);
}

void EFIAPI efi_set_mem(void *Buffer, size_t Size, uint8_t Value)
{
    memset(Buffer, Value, Size);
}

void monotonic_count_set_source(EFI_STATUS(EFIAPI *next_high)(uint32_t *high))
{
    next_high_count = next_high;
    count_started = false;
}

/* A high half that nobody had before: from the variable store, so it costs a write; one boot needs
 * one, as long as it does not count to 2^32. */
static EFI_STATUS take_high_half(void)
{
    uint32_t high;
    if (next_high_count == NULL || EFI_ERROR(next_high_count(&high)))
        return EFI_DEVICE_ERROR;
    count = (uint64_t)high << 32;
    count_started = true;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_get_next_monotonic_count(uint64_t *Count)
{
    if (Count == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = EFI_SUCCESS;
    if (!count_started || (uint32_t)count == UINT32_MAX)
        status = take_high_half();
    if (!EFI_ERROR(status))
        *Count = ++count;
    efi_restore_tpl(tpl);
    return status;
}

void services_misc_fill(EFI_BOOT_SERVICES *table)
{
    table->Stall = efi_stall;
    table->CalculateCrc32 = efi_calculate_crc32;
    table->CopyMem = efi_copy_mem;
    table->SetMem = efi_set_mem;
    table->GetNextMonotonicCount = efi_get_next_monotonic_count;
}
