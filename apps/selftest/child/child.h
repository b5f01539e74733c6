/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/system_table.h"

/* The small image that the tests of image services load: as an application, a boot service driver
 * and a runtime driver. What it does stands in its load options, and so does what it found. */

enum child_order {
    CHILD_RETURN,       /* returns `status` */
    CHILD_EXIT,         /* calls Exit with `status` and the data */
    CHILD_KEEP_TPL,     /* returns at TPL_NOTIFY */
    CHILD_EXIT_PARENT,  /* tries to call Exit for its parent, into `inner_status`, and returns */
    CHILD_UNLOAD_SELF,  /* the same with UnloadImage for itself */
    CHILD_START_SELF,   /* the same with StartImage for itself */
    CHILD_OFFER_UNLOAD, /* offers an Unload function, which returns `unload_status` */
    CHILD_STAY,         /* a runtime driver that wants to know of virtual addresses */
};

#define CHILD_RESULTS 6

struct child_orders {
    enum child_order order;
    EFI_STATUS status, unload_status, inner_status;
    size_t exit_data_size;
    char16_t *exit_data;

    EFI_HANDLE seen_handle;
    EFI_SYSTEM_TABLE *seen_system_table;
    unsigned runs, unloads;

    /* CHILD_STAY: the physical address of its function. */
    uint64_t(EFIAPI *function)(size_t number);
};

/* What `function` has: 0 its own answer, which needs converted and relocated pointers; then the
 * statuses of ConvertPointer for a good pointer, Address NULL, *Address NULL, the same as optional,
 * and an address that no map has. */
#define CHILD_ANSWER 0x5e1f7e57ull
