/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PVH entry (Xen docs/misc/pvh.pandoc, "Direct boot"): 32-bit protected mode, flat segments, paging off, EBX =
 * physical address of hvm_start_info. ESP is not valid (0 on Cloud Hypervisor), memory is not zero, and an
 * interrupt may already be pending. Ends in firmware_main(start_info) in long mode. */

#define CR0_PE_WP_PG  0x80010001
#define CR4_PAE       0x20
#define MSR_EFER      0xc0000080
#define EFER_LME_NXE  0x900
#define PAGE_TABLE    0x003 /* present, writable */
#define PAGE_LARGE    0x083 /* the same, 2 MiB */

    .section .note.pvh, "a", @note
    .balign 4
    .long 4f - 1f               /* name size */
    .long 3f - 2f               /* description size */
    .long 18                    /* XEN_ELFNOTE_PHYS32_ENTRY */
1:  .asciz "Xen"
4:  .balign 4
2:  .long pvh_entry
    .long 0                     /* QEMU reads eight bytes from a 64-bit ELF */
3:

    .section .text.entry, "ax"
    .code32
    .globl pvh_entry
pvh_entry:
    cli
    cld

    /* BSS holds the page tables below. */
    xorl %eax, %eax
    movl $__bss_start, %edi
    movl $__bss_size, %ecx
    shrl $2, %ecx
    rep stosl
    movl $boot_stack_top, %esp

    /* Identity map of the first 4 GiB in 2 MiB pages; paging_init() replaces it. */
    movl $(entry_pdpt + PAGE_TABLE), entry_pml4
    movl $entry_pdpt, %edi
    movl $(entry_pd + PAGE_TABLE), %eax
1:  movl %eax, (%edi)
    addl $4096, %eax
    addl $8, %edi
    cmpl $(entry_pdpt + 32), %edi
    jne 1b
    movl $entry_pd, %edi
    movl $PAGE_LARGE, %eax
2:  movl %eax, (%edi)
    addl $8, %edi
    addl $0x200000, %eax
    jnc 2b

    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $entry_pml4, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME_NXE, %eax
    wrmsr
    movl $CR0_PE_WP_PG, %eax
    movl %eax, %cr0
    lgdtl entry_gdt_pointer
    ljmpl $8, $long_mode

    .code64
long_mode:
    movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss
    movl %ebx, %edi
    xorl %ebp, %ebp             /* ends the chain of frames for backtraces */
    call firmware_main
    ud2

    .section .rodata.entry, "a"
    .balign 8
entry_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    /* 64-bit code */
    .quad 0x00cf93000000ffff    /* data */
entry_gdt_pointer:
    .word . - entry_gdt - 1
    .long entry_gdt

    .section .stack, "aw", @nobits
    .balign 4096
    .globl boot_stack_guard, boot_stack_bottom, boot_stack_top
boot_stack_guard:
    .skip 4096
boot_stack_bottom:
    .skip 0x20000               /* UEFI 2.10 §2.3.4: images may count on 128 KiB */
boot_stack_top:

    .section .bss.entry, "aw", @nobits
    .balign 4096
entry_pml4:
    .skip 4096
entry_pdpt:
    .skip 4096
entry_pd:
    .skip 4 * 4096

    .section .note.GNU-stack, "", @progbits
