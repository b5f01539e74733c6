/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* One stub per interrupt vector. Each pushes an error code, where the processor does not, and its number; 16 bytes
 * apart for the exceptions, 8 bytes for the rest (interrupts.c computes the addresses). The number is pushed as a
 * signed byte, so it is taken back modulo 256. */

    .section .text.vectors, "ax"
    .balign 16
    .globl exception_stubs, interrupt_stubs
exception_stubs:
vector = 0
    .rept 32
    .balign 16
    /* #DF #TS #NP #SS #GP #PF #AC #CP #VC #SX bring an error code. */
    .if ((1 << vector) & 0x60227d00) == 0
    pushq $0
    .endif
    pushq $vector
    jmp common_stub
vector = vector + 1
    .endr

    .balign 16
interrupt_stubs:
    .rept 224
    .balign 8
    pushq $(vector - 256 * (vector >> 7))
    jmp push_no_error_code
vector = vector + 1
    .endr

/* Only the vector is on the stack: make room for the error code above it. */
push_no_error_code:
    pushq (%rsp)
    movq $0, 8(%rsp)

common_stub:
    pushq %rax
    pushq %rbx
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %rbp
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movzbl 15*8(%rsp), %eax
    movq %rax, 15*8(%rsp)
    cld
    movq %rsp, %rdi
    movq %rsp, %rbp
    andq $-16, %rsp
    call interrupt_dispatch
    movq %rbp, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rbp
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rbx
    popq %rax
    addq $16, %rsp
    iretq

/* void interrupts_call_with_fpu_saved(void (*function)(void *), void *argument) */
    .globl interrupts_call_with_fpu_saved
interrupts_call_with_fpu_saved:
    pushq %rbp
    movq %rsp, %rbp
    subq $512, %rsp
    andq $-16, %rsp
    fxsave64 (%rsp)
    movq %rdi, %rax
    movq %rsi, %rdi
    call *%rax
    fxrstor64 (%rsp)
    movq %rbp, %rsp
    popq %rbp
    ret

    .section .note.GNU-stack, "", @progbits
