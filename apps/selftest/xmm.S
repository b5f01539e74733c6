/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware is built without vector registers, and so is this program: here are the two that use
 * them. System V calling convention. */
    .text
    .globl xmm_loop, xmm_clobber

/* rdi: count, esi: wanted, rdx: limit */
xmm_loop:
    subq $24, %rsp
    stmxcsr (%rsp)
    movl $0x3f80, 4(%rsp)           /* round towards minus infinity */
    ldmxcsr 4(%rsp)
    xorl %eax, %eax
1:
    movl $0x1000, %ecx
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    incl %ecx
    movd %ecx, %xmm\n
    pshufd $0, %xmm\n, %xmm\n
    .endr
    movl $200, %r8d                 /* the time in which an interrupt may come */
2:
    pause
    decl %r8d
    jnz 2b
    movl $0x1000, %ecx
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    incl %ecx
    movd %xmm\n, %r9d
    cmpl %ecx, %r9d
    je 3f
    incq %rax
3:
    psrldq $12, %xmm\n
    movd %xmm\n, %r9d
    cmpl %ecx, %r9d
    je 4f
    incq %rax
4:
    .endr
    decq %rdx
    jz 5f
    cmpl %esi, (%rdi)
    jb 1b
5:
    stmxcsr 8(%rsp)
    cmpl $0x3f80, 8(%rsp)
    je 6f
    incq %rax
6:
    ldmxcsr (%rsp)
    addq $24, %rsp
    ret

xmm_clobber:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    pcmpeqd %xmm\n, %xmm\n
    .endr
    subq $8, %rsp
    movl $0x5f80, (%rsp)
    ldmxcsr (%rsp)
    addq $8, %rsp
    ret

    .section .note.GNU-stack, "", @progbits
