/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The caller's registers are saved on its stack, and image_call.stack points at them. An image that calls Exit() never
 * restores what it saved itself, so all that either calling convention calls non-volatile is kept here: System V's
 * (this function's caller) and, of EFI's, XMM6-15. */

    .section .text.image_call, "ax"

SAVED_XMM = 0
SAVED_MXCSR = 160
SAVED_FCW = 164
FRAME = 184

/* EFI_STATUS image_call_enter(struct image_call *rdi, uintptr_t entry rsi, void *handle rdx, void *table rcx) */
    .globl image_call_enter
    .type image_call_enter, @function
image_call_enter:
    pushq %rbp
    movq %rsp, %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $FRAME, %rsp
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps %xmm\n, SAVED_XMM + 16 * (\n - 6)(%rsp)
    .endr
    stmxcsr SAVED_MXCSR(%rsp)
    fnstcw SAVED_FCW(%rsp)
    movq %rsp, (%rdi)

    xchgq %rdx, %rcx
    subq $32, %rsp /* home of the register arguments */
    call *%rsi
    addq $32, %rsp
    jmp restore

/* _Noreturn void image_call_leave(struct image_call *rdi, EFI_STATUS rsi) */
    .globl image_call_leave
    .type image_call_leave, @function
image_call_leave:
    movq (%rdi), %rsp
    movq %rsi, %rax
    fninit /* the x87 stack may hold half a computation */

restore:
    cld
    fldcw SAVED_FCW(%rsp)
    ldmxcsr SAVED_MXCSR(%rsp)
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps SAVED_XMM + 16 * (\n - 6)(%rsp), %xmm\n
    .endr
    addq $FRAME, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret

    .section .note.GNU-stack, "", @progbits
