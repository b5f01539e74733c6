/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* arch/image_call.h with libc's longjmp, which tells ASan that stack frames vanish. */
#include "arch/image_call.h"

#include <setjmp.h>

#include "efi/boot_services.h"

struct call {
    jmp_buf buffer;
    volatile EFI_STATUS status;
};

EFI_STATUS image_call_enter(struct image_call *call, uintptr_t entry, void *handle, void *table)
{
    struct call c;
    call->stack = &c;
    if (setjmp(c.buffer) != 0)
        return c.status;
    return ((EFI_IMAGE_ENTRY_POINT)entry)(handle, table);
}

void image_call_leave(struct image_call *call, EFI_STATUS status)
{
    struct call *c = call->stack;
    c->status = status;
    longjmp(c->buffer, 1);
}
