/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Where an application processor begins after a start-up interrupt (Intel SDM vol. 3 §9.4): in real mode, at a page
 * below 1 MiB that ap_prepare() copied ap_start_code to, mapped executable and not writable. Ends in ap_main(). */

#define CR0_PE_WP_PG       0x80010001
#define CR4_PAE            0x20
#define MSR_EFER           0xc0000080
#define EFER_LME_NXE       0x900
#define MSR_APIC_BASE      0x1b
#define APIC_BASE_X2APIC   0x400
#define APIC_BASE_ENABLE   0x800
#define MSR_X2APIC_ID      0x802
#define XAPIC_ID           0x20
#define AP_SIZE            32   /* struct ap */
#define AP_STACK           8

    .section .rodata.ap_start, "a"
    .balign 16
    .globl ap_start_code, ap_start_gdt, ap_start_gdt_base, ap_start_cr3, ap_start_end
    .code16
ap_start_code:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    lgdtl ap_start_gdt_pointer - ap_start_code
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl ap_start_cr3 - ap_start_code, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME_NXE, %eax
    wrmsr
    movl $CR0_PE_WP_PG, %eax /* from real mode straight to long mode */
    movl %eax, %cr0
    ljmpl $8, $ap_long_mode

    .balign 8
ap_start_gdt: /* the accessed bits are set: the page cannot be written */
    .quad 0
    .quad 0x00af9b000000ffff    /* 64-bit code */
    .quad 0x00cf93000000ffff    /* data */
ap_start_gdt_pointer:
    .word . - ap_start_gdt - 1
ap_start_gdt_base:
    .long 0
    .balign 4
ap_start_cr3:
    .long 0
ap_start_end:

    .section .text.ap_start, "ax"
    .code64
ap_long_mode:
    movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss

    /* The local APIC in the boot processor's mode, and its id in EAX. */
    movl $MSR_APIC_BASE, %ecx
    rdmsr
    cmpl $0, ap_by_msr(%rip)
    je xapic
    testl $APIC_BASE_X2APIC, %eax
    jnz 1f
    orl $APIC_BASE_ENABLE, %eax
    wrmsr
    orl $APIC_BASE_X2APIC, %eax
    wrmsr
1:  movl $MSR_X2APIC_ID, %ecx
    rdmsr
    jmp find

xapic: /* out of x2APIC mode only through "off" */
    testl $APIC_BASE_X2APIC, %eax
    jz 1f
    andl $~(APIC_BASE_X2APIC | APIC_BASE_ENABLE), %eax
    wrmsr
1:  orl $APIC_BASE_ENABLE, %eax
    wrmsr
    andl $~0xfff, %eax
    shlq $32, %rdx
    orq %rdx, %rax
    movl XAPIC_ID(%rax), %eax
    shrl $24, %eax

find:
    movq ap_list(%rip), %rdi
    movl ap_count(%rip), %ecx
1:  cmpl %eax, (%rdi)
    je found
    addq $AP_SIZE, %rdi
    decl %ecx
    jnz 1b
stop: /* nobody has asked for this one */
    cli
    hlt
    jmp stop

found:
    movq AP_STACK(%rdi), %rsp
    testq %rsp, %rsp
    jz stop
    xorl %ebp, %ebp             /* ends the chain of frames */
    call ap_main

    .section .note.GNU-stack, "", @progbits
