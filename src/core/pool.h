/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/memory.h"
#include "efi/status.h"
#include "lib/macros.h"

/* The firmware's own heap: EfiBootServicesData, 16-byte aligned, not zeroed unless said. NULL when
 * memory is out; the caller turns that into EFI_OUT_OF_RESOURCES. On the host these are malloc, so
 * that ASan sees every overrun. */
void *pool_alloc(size_t size) MUST_CHECK;
void *pool_alloc_zeroed(size_t size) MUST_CHECK;

/* NULL is allowed. */
void pool_free(void *memory);

/* AllocatePool and FreePool (UEFI 2.10 §7.2): pool memory of any type. EFI_INVALID_PARAMETER from
 * pool_release() when `memory` is not a live allocation. Firmware only, not on the host. */
EFI_STATUS pool_allocate_type(uint32_t type, size_t size, void **ret) MUST_CHECK;
EFI_STATUS pool_release(void *memory) MUST_CHECK;

/* Tells whether pages of a type that are allocated now may be executed: that depends on who asks
 * (DESIGN decision 10). Allocations that may do not share pages with those that may not. NULL, as
 * at first: none may. */
void pool_set_execution_hook(bool (*may_execute)(uint32_t type));

/* Page-aligned memory of whole pages for DMA and big buffers, EfiBootServicesData; `size` is
 * rounded up. */
void *pool_alloc_pages(size_t size) MUST_CHECK;
void pool_free_pages(void *memory, size_t size);

/* Frees a pool pointer when the variable goes out of scope; TAKE_POINTER hands it on. */
static inline void pool_cleanup(void *pointer)
{
    pool_free(*(void **)pointer);
}

#define CLEANUP_POOL __attribute__((cleanup(pool_cleanup)))

#define TAKE_POINTER(p)                                                                            \
    ({                                                                                             \
        __typeof__(p) *take_from_ = &(p);                                                          \
        __typeof__(p) taken_ = *take_from_;                                                        \
        *take_from_ = NULL;                                                                        \
        taken_;                                                                                    \
    })
