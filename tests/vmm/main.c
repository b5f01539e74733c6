/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* vmm: Cloud Hypervisor's machine on /dev/kvm, for tests (tests/vmm/README.md). */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "vmm/machine.h"
#include "vmm/options.h"

static struct vm the_vm;

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("vmm: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

void *vm_memory(struct vm *vm, uint64_t address, uint64_t size)
{
    if (address <= vm->low_size && size <= vm->low_size - address)
        return vm->low + address;
    uint64_t offset = address - HIGH_RAM;
    if (address >= HIGH_RAM && offset <= vm->high_size && size <= vm->high_size - offset)
        return vm->high + offset;
    return NULL;
}

void vm_end(struct vm *vm, enum ending ending)
{
    if (vm->ending == END_RUNNING)
        vm->ending = ending;
}

static void time_is_up(int signal)
{
    vm_end(&the_vm, END_TIMEOUT);
}

static void start_timer(unsigned seconds)
{
    /* It goes on ringing: a signal just before KVM_RUN would be lost. */
    const struct itimerval timer = {{0, 100000}, {seconds, 0}};
    struct sigaction action = {.sa_handler = time_is_up};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static uint8_t *allocate(uint64_t size)
{
    if (size == 0)
        return NULL;
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        die("%llu bytes of memory cannot be had", (unsigned long long)size);
    return memory;
}

static const struct {
    const char *text;
    int status;
} endings[] = {
    [END_POWER_OFF] = {"power off", 0},         [END_RESET] = {"reset", 10},
    [END_TRIPLE_FAULT] = {"triple fault", 11},  [END_TIMEOUT] = {"time-out", 12},
    [END_FORBIDDEN] = {"forbidden access", 13}, [END_ERROR] = {"error", 14},
};

static void report(const struct vm *vm)
{
    FILE *to = stderr;
    if (vm->options->report != NULL)
        to = fopen(vm->options->report, "w");
    if (to == NULL)
        die("%s: cannot be written", vm->options->report);
    const struct exits *e = &vm->exits;
    fprintf(to, "end: %s\n", endings[vm->ending].text);
    if (vm->bus.failed)
        fprintf(to, "forbidden: %s\n", vm->bus.failure);
    fprintf(to, "exits: %llu\nexits-to-loader: %lld\n", (unsigned long long)(e->port + e->mmio),
            vm->marked ? (long long)vm->exits_at_mark : -1);
    const struct {
        const char *name;
        uint64_t count;
    } kinds[] = {{"port", e->port},       {"mmio", e->mmio},     {"uart", e->uart},
                 {"debug", e->debug},     {"cmos", e->cmos},     {"pm-timer", e->pm_timer},
                 {"cf8", e->cf8},         {"ecam", e->ecam},     {"bar", e->bar},
                 {"io-apic", e->io_apic}, {"absent", e->absent}, {"other", e->other}};
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        fprintf(to, "exits-%s: %llu\n", kinds[i].name, (unsigned long long)kinds[i].count);
    if (to != stderr)
        fclose(to);
}

int main(int argc, char **argv)
{
    static struct machine_options options;
    options_parse(&options, argc, argv);
    struct vm *vm = &the_vm;
    vm->options = &options;
    vm->low_size = options.memory < LOW_RAM_END ? options.memory : LOW_RAM_END;
    vm->high_size = options.memory - vm->low_size;
    vm->low = allocate(vm->low_size);
    vm->high = allocate(vm->high_size);
    if (options.stale_ram)
        memset(vm->low, 0xa5, vm->low_size);

    load_kernel(vm);
    write_tables(vm);
    add_devices(vm);
    add_pci_devices(vm);
    kvm_create(vm);
    start_timer(options.timeout_seconds);
    kvm_run_until_end(vm);
    check_pci_devices(vm);
    if (options.strict && vm->bus.failed)
        vm->ending = END_FORBIDDEN;
    report(vm);
    return endings[vm->ending].status;
}
