/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/cpuid.h"
#include "vmm/kind.h"
#include "vmm/machine.h"

#define IO_APIC_PINS 24
#define START_INFO   0x6000
#define STACK_SIZE   (256u << 10)

#define MSR_MISC_ENABLE   0x1a0
#define MSR_MTRR_DEF_TYPE 0x2ff

#define APIC_BASE_X2APIC 0x400
#define APIC_LVT_LINT0   0x350
#define APIC_LVT_LINT1   0x360
#define APIC_MODE_EXTINT 0x700
#define APIC_MODE_NMI    0x400
#define XAPIC_IDS        255u /* 255 itself is the broadcast */

struct cpu {
    struct vm *vm;
    int fd;
    struct kvm_run *run;
    pthread_t thread;
};

static int request(int fd, unsigned long what, unsigned long argument, const char *name)
{
    int result = ioctl(fd, what, argument);
    if (result < 0)
        die("%s: %s", name, strerror(errno));
    return result;
}

#define REQUEST(fd, what, argument) request(fd, what, (unsigned long)(argument), #what)

static void add_slot(struct vm *vm, uint64_t address, uint64_t size, void *host)
{
    static uint32_t slot;
    struct kvm_userspace_memory_region region = {.slot = slot++,
                                                 .guest_phys_addr = address,
                                                 .memory_size = size,
                                                 .userspace_addr = (uint64_t)(uintptr_t)host};
    if (size != 0)
        REQUEST(vm->vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
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
static void set_registers(struct cpu *cpu)
{
    const struct machine_options *options = cpu->vm->options;
    struct kvm_sregs sregs;
    REQUEST(cpu->fd, KVM_GET_SREGS, &sregs);
    sregs.cs = flat(0x08, 0xb);
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat(0x10, 0x3);
    sregs.tr = (struct kvm_segment){.limit = 0x67, .selector = 0x18, .type = 0xb, .present = 1};
    sregs.gdt = (struct kvm_dtable){.base = 0x500, .limit = 0x1f};
    sregs.idt = (struct kvm_dtable){.base = 0x520, .limit = 0x7};
    sregs.cr0 = 1;
    sregs.cr3 = sregs.cr4 = sregs.efer = 0;
    if (options->x2apic || highest_apic_id(options) >= XAPIC_IDS)
        sregs.apic_base |= APIC_BASE_X2APIC;
    REQUEST(cpu->fd, KVM_SET_SREGS, &sregs);

    struct kvm_regs regs = {.rflags = 2, .rip = cpu->vm->entry, .rbx = START_INFO};
    REQUEST(cpu->fd, KVM_SET_REGS, &regs);

    struct kvm_fpu fpu = {.fcw = 0x37f, .mxcsr = 0x1f80};
    REQUEST(cpu->fd, KVM_SET_FPU, &fpu);
}

static void set_msrs(struct cpu *cpu)
{
    struct {
        struct kvm_msrs head;
        struct kvm_msr_entry entries[2];
    } msrs = {.head.nmsrs = 2,
              .entries = {{.index = MSR_MTRR_DEF_TYPE, .data = 0x806},
                          {.index = MSR_MISC_ENABLE, .data = 1}}};
    ioctl(cpu->fd, KVM_SET_MSRS, &msrs); /* not every KVM has both */
}

static void set_lapic(struct cpu *cpu)
{
    struct kvm_lapic_state lapic;
    REQUEST(cpu->fd, KVM_GET_LAPIC, &lapic);
    const uint32_t lint0 = APIC_MODE_EXTINT, lint1 = APIC_MODE_NMI;
    memcpy(lapic.regs + APIC_LVT_LINT0, &lint0, sizeof lint0);
    memcpy(lapic.regs + APIC_LVT_LINT1, &lint1, sizeof lint1);
    REQUEST(cpu->fd, KVM_SET_LAPIC, &lapic);
}

/* A processor other than the first stays in wait-for-SIPI, whatever its registers are. */
static void create_cpu(struct vm *vm, unsigned index, struct kvm_cpuid2 *cpuid)
{
    struct cpu *cpu = &vm->cpus[index];
    cpu->vm = vm;
    cpu->fd = REQUEST(vm->vm_fd, KVM_CREATE_VCPU, apic_id(vm->options, index));
    int size = REQUEST(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    cpu->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu->fd, 0);
    if (cpu->run == MAP_FAILED)
        die("vCPU state: %s", strerror(errno));
    if (index == 0)
        cpuid_prepare(vm->options, (uint32_t)REQUEST(cpu->fd, KVM_GET_TSC_KHZ, 0), cpuid);
    cpuid_for_cpu(vm->options, index, cpuid);
    REQUEST(cpu->fd, KVM_SET_CPUID2, cpuid);
    set_registers(cpu);
    set_msrs(cpu);
    set_lapic(cpu);
}

static void create_cpus(struct vm *vm)
{
    struct kvm_cpuid2 *cpuid = calloc(1, sizeof *cpuid + (CPUID_ENTRIES_MAX + CPUID_ENTRIES_OWN) *
                                                             sizeof cpuid->entries[0]);
    vm->cpus = calloc(vm->options->cpu_count, sizeof *vm->cpus);
    if (cpuid == NULL || vm->cpus == NULL)
        die("no memory");
    cpuid->nent = CPUID_ENTRIES_MAX;
    REQUEST(vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid);
    for (unsigned i = 0; i < vm->options->cpu_count; i++)
        create_cpu(vm, i, cpuid);
    free(cpuid);
}

/* Local APICs alone, or what KVM has of a PC. */
static void create_interrupts(struct vm *vm)
{
    if (vm->options->kind->has_kvm_irqchip) {
        struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};
        REQUEST(vm->vm_fd, KVM_CREATE_IRQCHIP, 0);
        REQUEST(vm->vm_fd, KVM_CREATE_PIT2, &pit);
        return;
    }
    struct kvm_enable_cap split = {.cap = KVM_CAP_SPLIT_IRQCHIP, .args = {IO_APIC_PINS}};
    REQUEST(vm->vm_fd, KVM_ENABLE_CAP, &split);
}

void kvm_create(struct vm *vm)
{
    const struct machine_kind *kind = vm->options->kind;
    vm->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (vm->kvm_fd < 0)
        die("/dev/kvm: %s", strerror(errno));
    vm->vm_fd = REQUEST(vm->kvm_fd, KVM_CREATE_VM, 0);
    REQUEST(vm->vm_fd, KVM_SET_TSS_ADDR, kind->tss);
    uint64_t identity = kind->identity;
    REQUEST(vm->vm_fd, KVM_SET_IDENTITY_MAP_ADDR, &identity);
    create_interrupts(vm);
    struct kvm_enable_cap wide = {
        .cap = KVM_CAP_X2APIC_API,
        .args = {KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK}};
    REQUEST(vm->vm_fd, KVM_ENABLE_CAP, &wide);
    add_slot(vm, 0, vm->low_size, vm->low);
    add_slot(vm, HIGH_RAM, vm->high_size, vm->high);
    for (unsigned i = 0; i < vm->window_count; i++)
        add_slot(vm, vm->windows[i].address, vm->windows[i].size, vm->windows[i].host);
    create_cpus(vm);
}

static void *run_cpu(void *context)
{
    struct cpu *cpu = context;
    struct vm *vm = cpu->vm;
    bool running = true;
    while (running) {
        int result = ioctl(cpu->fd, KVM_RUN, 0), error = errno;
        pthread_mutex_lock(&vm->lock);
        if (result < 0 && error != EINTR && error != EAGAIN)
            die("KVM_RUN: %s", strerror(error));
        if (result == 0 && vm->ending == END_RUNNING)
            handle_exit(vm, cpu->run);
        running = vm->ending == END_RUNNING;
        pthread_mutex_unlock(&vm->lock);
    }
    return NULL;
}

static void ignore(int signal)
{
}

void kvm_start(struct vm *vm)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    const struct sigaction action = {.sa_handler = ignore};
    sigaction(SIGUSR1, &action, NULL);
    for (unsigned i = 0; i < vm->options->cpu_count; i++) {
        if (pthread_create(&vm->cpus[i].thread, &attributes, run_cpu, &vm->cpus[i]) != 0)
            die("no thread for processor %u", i);
    }
}

/* The signal ends a KVM_RUN that goes on, the flag one that is about to begin. */
void kvm_stop(struct vm *vm)
{
    for (unsigned i = 0; i < vm->options->cpu_count; i++) {
        vm->cpus[i].run->immediate_exit = 1;
        pthread_kill(vm->cpus[i].thread, SIGUSR1);
    }
    for (unsigned i = 0; i < vm->options->cpu_count; i++)
        pthread_join(vm->cpus[i].thread, NULL);
}

static void show_cpu(struct vm *vm, unsigned index, FILE *to)
{
    struct kvm_regs r;
    struct kvm_sregs s;
    struct kvm_mp_state mp;
    REQUEST(vm->cpus[index].fd, KVM_GET_REGS, &r);
    REQUEST(vm->cpus[index].fd, KVM_GET_SREGS, &s);
    REQUEST(vm->cpus[index].fd, KVM_GET_MP_STATE, &mp);
    if (index != 0 && mp.mp_state != KVM_MP_STATE_RUNNABLE)
        return; /* it sleeps, or was never woken up */
    fprintf(to,
            "cpu %u, APIC id %u, state %u\n"
            " rip=%016llx rsp=%016llx rflags=%llx cr0=%llx cr2=%llx cr3=%llx cr4=%llx efer=%llx\n"
            " rax=%016llx rbx=%016llx rcx=%016llx rdx=%016llx rsi=%016llx rdi=%016llx\n",
            index, apic_id(vm->options, index), mp.mp_state, r.rip, r.rsp, r.rflags, s.cr0, s.cr2,
            s.cr3, s.cr4, s.efer, r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi);
}

void kvm_show_state(struct vm *vm, FILE *to)
{
    for (unsigned i = 0; i < vm->options->cpu_count; i++)
        show_cpu(vm, i, to);
}
