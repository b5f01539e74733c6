/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/services_misc.h"

#include "core/time.h"
#include "lib/crc32.h"
#include "lib/memory.h"

static EFI_STATUS (*next_count)(uint64_t *ret);

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

void monotonic_count_set_source(EFI_STATUS (*next)(uint64_t *ret))
{
    next_count = next;
}

EFI_STATUS EFIAPI efi_get_next_monotonic_count(uint64_t *Count)
{
    if (Count == NULL)
        return EFI_INVALID_PARAMETER;
    return next_count == NULL ? EFI_DEVICE_ERROR : next_count(Count);
}

void services_misc_fill(EFI_BOOT_SERVICES *table)
{
    table->Stall = efi_stall;
    table->CalculateCrc32 = efi_calculate_crc32;
    table->CopyMem = efi_copy_mem;
    table->SetMem = efi_set_mem;
    table->GetNextMonotonicCount = efi_get_next_monotonic_count;
}
