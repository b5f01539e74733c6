/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/machine.h"

#define TSS_ADDRESS      0xf8000000ul
#define IDENTITY_ADDRESS 0xf8003000ull
#define IO_APIC_PINS     24
#define START_INFO       0x6000

#define MSR_MISC_ENABLE   0x1a0
#define MSR_MTRR_DEF_TYPE 0x2ff

#define APIC_BASE_X2APIC 0x400
#define APIC_LVT_LINT0   0x350
#define APIC_LVT_LINT1   0x360
#define APIC_MODE_EXTINT 0x700
#define APIC_MODE_NMI    0x400

static struct kvm_run *run;

static int request(int fd, unsigned long what, unsigned long argument, const char *name)
{
    int result = ioctl(fd, what, argument);
    if (result < 0)
        die("%s: %s", name, strerror(errno));
    return result;
}

#define REQUEST(fd, what, argument) request(fd, what, (unsigned long)(argument), #what)

static void add_slot(struct vm *vm, uint32_t slot, uint64_t address, uint64_t size, void *host)
{
    struct kvm_userspace_memory_region region = {.slot = slot,
                                                 .guest_phys_addr = address,
                                                 .memory_size = size,
                                                 .userspace_addr = (uint64_t)(uintptr_t)host};
    REQUEST(vm->vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
}

static void set_leaf(struct kvm_cpuid2 *cpuid, uint32_t leaf, uint32_t eax, uint32_t ebx,
                     uint32_t ecx, uint32_t edx)
{
    for (uint32_t i = 0; i < cpuid->nent; i++) {
        if (cpuid->entries[i].function == leaf)
            cpuid->entries[i--] = cpuid->entries[--cpuid->nent];
    }
    cpuid->entries[cpuid->nent++] =
        (struct kvm_cpuid_entry2){.function = leaf, .eax = eax, .ebx = ebx, .ecx = ecx, .edx = edx};
}

/* Leaves as dumped: KVM's signature, the TSC's frequency, the address width. */
static void set_cpuid(struct vm *vm)
{
    enum { MAX = 256 };
    struct kvm_cpuid2 *cpuid = calloc(1, sizeof *cpuid + (MAX + 4) * sizeof cpuid->entries[0]);
    cpuid->nent = MAX;
    REQUEST(vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid);
    uint32_t khz = (uint32_t)REQUEST(vm->cpu_fd, KVM_GET_TSC_KHZ, 0);
    bool told = !vm->options->no_tsc_leaf;
    for (uint32_t i = 0; i < cpuid->nent; i++) {
        struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];
        if (entry->function == 1)
            entry->ecx |= 1u << 31 | (vm->options->x2apic ? 1u << 21 : 0);
        if (entry->function == 0x80000008)
            entry->eax = (entry->eax & ~0xffffu) | 0x3000 | vm->options->physical_bits;
    }
    set_leaf(cpuid, 0x40000000, told ? 0x40000010 : 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d);
    if (told)
        set_leaf(cpuid, 0x40000010, khz, 1000000, 0, 0);
    REQUEST(vm->cpu_fd, KVM_SET_CPUID2, cpuid);
    free(cpuid);
}

static struct kvm_segment flat(uint16_t selector, uint8_t type)
{
    return (struct kvm_segment){.limit = 0xffffffff,
                                .selector = selector,
                                .type = type,
                                .present = 1,
                                .db = 1,
                                .s = 1,
                                .g = 1};
}

/* platforms/cloud-hypervisor.md §1.3 */
static void set_registers(struct vm *vm)
{
    struct kvm_sregs sregs;
    REQUEST(vm->cpu_fd, KVM_GET_SREGS, &sregs);
    sregs.cs = flat(0x08, 0xb);
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat(0x10, 0x3);
    sregs.tr = (struct kvm_segment){.limit = 0x67, .selector = 0x18, .type = 0xb, .present = 1};
    sregs.gdt = (struct kvm_dtable){.base = 0x500, .limit = 0x1f};
    sregs.idt = (struct kvm_dtable){.base = 0x520, .limit = 0x7};
    sregs.cr0 = 1;
    sregs.cr3 = sregs.cr4 = sregs.efer = 0;
    if (vm->options->x2apic)
        sregs.apic_base |= APIC_BASE_X2APIC;
    REQUEST(vm->cpu_fd, KVM_SET_SREGS, &sregs);

    struct kvm_regs regs = {.rflags = 2, .rip = vm->entry, .rbx = START_INFO};
    REQUEST(vm->cpu_fd, KVM_SET_REGS, &regs);

    struct kvm_fpu fpu = {.fcw = 0x37f, .mxcsr = 0x1f80};
    REQUEST(vm->cpu_fd, KVM_SET_FPU, &fpu);
}

static void set_msrs(struct vm *vm)
{
    struct {
        struct kvm_msrs head;
        struct kvm_msr_entry entries[2];
    } msrs = {.head.nmsrs = 2,
              .entries = {{.index = MSR_MTRR_DEF_TYPE, .data = 0x806},
                          {.index = MSR_MISC_ENABLE, .data = 1}}};
    ioctl(vm->cpu_fd, KVM_SET_MSRS, &msrs); /* not every KVM has both */
}

static void set_lapic(struct vm *vm)
{
    struct kvm_lapic_state lapic;
    REQUEST(vm->cpu_fd, KVM_GET_LAPIC, &lapic);
    const uint32_t lint0 = APIC_MODE_EXTINT, lint1 = APIC_MODE_NMI;
    memcpy(lapic.regs + APIC_LVT_LINT0, &lint0, sizeof lint0);
    memcpy(lapic.regs + APIC_LVT_LINT1, &lint1, sizeof lint1);
    REQUEST(vm->cpu_fd, KVM_SET_LAPIC, &lapic);
}

void kvm_create(struct vm *vm)
{
    vm->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (vm->kvm_fd < 0)
        die("/dev/kvm: %s", strerror(errno));
    vm->vm_fd = REQUEST(vm->kvm_fd, KVM_CREATE_VM, 0);
    REQUEST(vm->vm_fd, KVM_SET_TSS_ADDR, TSS_ADDRESS);
    uint64_t identity = IDENTITY_ADDRESS;
    REQUEST(vm->vm_fd, KVM_SET_IDENTITY_MAP_ADDR, &identity);
    struct kvm_enable_cap split = {.cap = KVM_CAP_SPLIT_IRQCHIP, .args = {IO_APIC_PINS}};
    REQUEST(vm->vm_fd, KVM_ENABLE_CAP, &split);
    add_slot(vm, 0, 0, vm->low_size, vm->low);
    if (vm->high_size != 0)
        add_slot(vm, 1, HIGH_RAM, vm->high_size, vm->high);

    vm->cpu_fd = REQUEST(vm->vm_fd, KVM_CREATE_VCPU, 0);
    int size = REQUEST(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->cpu_fd, 0);
    if (run == MAP_FAILED)
        die("vCPU state: %s", strerror(errno));
    set_cpuid(vm);
    set_registers(vm);
    set_msrs(vm);
    set_lapic(vm);
}

void kvm_message_interrupt(struct vm *vm, uint64_t address, uint32_t data)
{
    struct kvm_msi msi = {
        .address_lo = (uint32_t)address, .address_hi = (uint32_t)(address >> 32), .data = data};
    REQUEST(vm->vm_fd, KVM_SIGNAL_MSI, &msi);
}

static void handle_port(struct vm *vm)
{
    uint8_t *data = (uint8_t *)run + run->io.data_offset;
    uint16_t port = run->io.port;
    if (port >= 0xcf8 && port <= 0xcff)
        vm->exits.cf8 += run->io.count;
    for (uint32_t i = 0; i < run->io.count; i++, data += run->io.size) {
        uint64_t value = 0;
        vm->exits.port++;
        if (run->io.direction == KVM_EXIT_IO_OUT) {
            memcpy(&value, data, run->io.size);
            bus_write(&vm->bus, BUS_PORT, port, run->io.size, value);
        } else {
            value = bus_read(&vm->bus, BUS_PORT, port, run->io.size);
            memcpy(data, &value, run->io.size);
        }
    }
}

static void handle_mmio(struct vm *vm)
{
    uint64_t address = run->mmio.phys_addr, value = 0;
    vm->exits.mmio++;
    if (address >= ECAM && address < ECAM + (256ull << 20))
        vm->exits.ecam++;
    else if (address < 0xfec00000 || address >= HIGH_RAM)
        vm->exits.bar++;
    if (run->mmio.is_write) {
        memcpy(&value, run->mmio.data, run->mmio.len);
        bus_write(&vm->bus, BUS_MMIO, address, run->mmio.len, value);
    } else {
        value = bus_read(&vm->bus, BUS_MMIO, address, run->mmio.len);
        memcpy(run->mmio.data, &value, run->mmio.len);
    }
}

static void show_state(struct vm *vm, const char *why)
{
    struct kvm_regs r;
    struct kvm_sregs s;
    ioctl(vm->cpu_fd, KVM_GET_REGS, &r);
    ioctl(vm->cpu_fd, KVM_GET_SREGS, &s);
    fprintf(stderr,
            "vmm: %s\n"
            " rip=%016llx rsp=%016llx rflags=%llx cr0=%llx cr2=%llx cr3=%llx cr4=%llx efer=%llx\n"
            " rax=%016llx rbx=%016llx rcx=%016llx rdx=%016llx rsi=%016llx rdi=%016llx\n",
            why, r.rip, r.rsp, r.rflags, s.cr0, s.cr2, s.cr3, s.cr4, s.efer, r.rax, r.rbx, r.rcx,
            r.rdx, r.rsi, r.rdi);
}

static void handle_exit(struct vm *vm)
{
    switch (run->exit_reason) {
    case KVM_EXIT_IO:
        handle_port(vm);
        return;
    case KVM_EXIT_MMIO:
        handle_mmio(vm);
        return;
    case KVM_EXIT_INTR:
    case KVM_EXIT_IOAPIC_EOI:
        vm->exits.other++;
        return;
    case KVM_EXIT_SHUTDOWN:
        show_state(vm, "triple fault");
        vm_end(vm, END_TRIPLE_FAULT);
        return;
    case KVM_EXIT_INTERNAL_ERROR:
        fprintf(stderr, "vmm: KVM internal error %u\n", run->internal.suberror);
        show_state(vm, "KVM cannot go on");
        vm_end(vm, END_ERROR);
        return;
    default:
        fprintf(stderr, "vmm: exit reason %u\n", run->exit_reason);
        show_state(vm, "unexpected exit");
        vm_end(vm, END_ERROR);
    }
}

void kvm_run_until_end(struct vm *vm)
{
    while (vm->ending == END_RUNNING) {
        if (ioctl(vm->cpu_fd, KVM_RUN, 0) < 0) {
            if (errno == EINTR || errno == EAGAIN)
                continue;
            die("KVM_RUN: %s", strerror(errno));
        }
        handle_exit(vm);
        if (vm->bus.failed && vm->options->strict)
            vm_end(vm, END_FORBIDDEN);
    }
    if (vm->ending == END_TIMEOUT)
        show_state(vm, "time is up");
}
