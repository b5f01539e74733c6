/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* src/arch/x86_64/image_call.S itself, which is ordinary code, run on the host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/image_call.h"
#include "efi/boot_services.h"

static struct image_call call;
static int depth;

static EFI_STATUS EFIAPI returns(EFI_HANDLE handle, void *table)
{
    assert_ptr_equal(handle, (void *)0x1111);
    assert_ptr_equal(table, (void *)0x2222);
    assert_true(((uintptr_t)__builtin_frame_address(0) & 15) == 0);
    return EFI_NOT_FOUND;
}

/* Spoils every register that a callee of either convention would have to give back. */
__attribute__((no_sanitize("address", "undefined"))) static EFI_STATUS EFIAPI
leaves(EFI_HANDLE handle, void *table)
{
    uint32_t mxcsr = 0x1fbf;
    uint16_t fcw = 0x0c7f;
    depth++;
    __asm__ volatile("ldmxcsr %0; fldcw %1; fld1; fld1; std" : : "m"(mxcsr), "m"(fcw));
    __asm__ volatile("pcmpeqd %%xmm6, %%xmm6; movaps %%xmm6, %%xmm10; movaps %%xmm6, %%xmm15"
                     :
                     :
                     : "xmm6", "xmm10", "xmm15");
    __asm__ volatile("xorl %%ebx, %%ebx; movq %%rbx, %%r12; movq %%rbx, %%r13; movq %%rbx, %%r14;"
                     "movq %%rbx, %%r15; movq %0, %%rdi; movl $42, %%esi; jmp image_call_leave"
                     :
                     : "r"(&call)
                     : "rbx", "r12", "r13", "r14", "r15", "rdi", "rsi", "memory");
    __builtin_unreachable();
}

static void test_returns(void **state)
{
    assert_int_equal(image_call_enter(&call, (uintptr_t)returns, (void *)0x1111, (void *)0x2222),
                     EFI_NOT_FOUND);
}

static void test_leaves(void **state)
{
    uint64_t before[3] = {1, 2, 3}, after[3] = {0};
    uint32_t mxcsr_before, mxcsr_after;
    uint16_t fcw_before, fcw_after, fpu_tags[14];
    EFI_STATUS status;

    __asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(mxcsr_before), "=m"(fcw_before));
    register uint64_t kept __asm__("r12") = 0x123456789;
    __asm__ volatile("movq %1, %%xmm6; movq %2, %%xmm10; movq %3, %%xmm15"
                     : "+r"(kept)
                     : "m"(before[0]), "m"(before[1]), "m"(before[2])
                     : "xmm6", "xmm10", "xmm15");
    status = image_call_enter(&call, (uintptr_t)leaves, NULL, NULL);
    __asm__ volatile("movq %%xmm6, %1; movq %%xmm10, %2; movq %%xmm15, %3"
                     : "+r"(kept), "=m"(after[0]), "=m"(after[1]), "=m"(after[2]));
    __asm__ volatile("stmxcsr %0; fnstcw %1; fnstenv %2; fldenv %2"
                     : "=m"(mxcsr_after), "=m"(fcw_after), "=m"(fpu_tags));
    assert_int_equal(status, 42);
    assert_int_equal(depth, 1);
    assert_int_equal(kept, 0x123456789);
    assert_memory_equal(before, after, sizeof before);
    assert_int_equal(mxcsr_after, mxcsr_before);
    assert_int_equal(fcw_after, fcw_before);
    assert_int_equal(fpu_tags[4], 0xffff); /* all eight registers empty */
}

/* As many times as it takes to notice a stack that moves. */
static void test_leaves_often(void **state)
{
    struct image_call first;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(image_call_enter(&call, (uintptr_t)leaves, NULL, NULL), 42);
        if (i == 0)
            first = call;
        assert_ptr_equal(call.stack, first.stack);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_returns),
        cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_leaves_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
