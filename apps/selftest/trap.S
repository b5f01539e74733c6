/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* One stub of 16 bytes for each exception; those without an error code push a zero in its place. */
    .text
    .globl trap_stubs
    .balign 16
trap_stubs:
    .set vector, 0
    .rept 32
    .balign 16
    .if vector != 8 && vector != 10 && vector != 11 && vector != 12 && vector != 13 && vector != 14 && vector != 17
    pushq $0
    .endif
    pushq $vector
    jmp trap_common
    .set vector, vector + 1
    .endr

trap_common:
    movq %rsp, %rdi
    andq $-16, %rsp
    cld
    call trap_report
1:
    hlt
    jmp 1b

    .section .note.GNU-stack, "", @progbits
