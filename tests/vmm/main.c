/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* vmm: Cloud Hypervisor's machine, or Firecracker's, on /dev/kvm, for tests (tests/vmm/README.md).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "vmm/kind.h"
#include "vmm/machine.h"

static struct vm the_vm = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

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

void vm_end(struct vm *vm, enum ending ending)
{
    if (vm->ending != END_RUNNING)
        return;
    vm->ending = ending;
    pthread_cond_signal(&vm->ended);
}

static void wait_until_end(struct vm *vm)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += vm->options->timeout_seconds;
    pthread_mutex_lock(&vm->lock);
    while (vm->ending == END_RUNNING) {
        if (pthread_cond_timedwait(&vm->ended, &vm->lock, &deadline) == ETIMEDOUT)
            vm_end(vm, END_TIMEOUT);
    }
    pthread_mutex_unlock(&vm->lock);
}

static const struct {
    const char *text;
    int status;
} endings[] = {
    [END_POWER_OFF] = {"power off", 0},         [END_RESET] = {"reset", 10},
    [END_TRIPLE_FAULT] = {"triple fault", 11},  [END_TIMEOUT] = {"time-out", 12},
    [END_FORBIDDEN] = {"forbidden access", 13}, [END_ERROR] = {"error", 14},
    [END_POWER_CUT] = {"power cut", 15},
};

static FILE *open_output(const char *path)
{
    FILE *to = path != NULL ? fopen(path, "w") : stderr;
    if (to == NULL)
        die("%s: cannot be written", path);
    return to;
}

static void close_output(FILE *to)
{
    if (to != stderr)
        fclose(to);
}

static void report_exits(FILE *to, const char *prefix, const struct exits *e)
{
    const struct {
        const char *name;
        uint64_t count;
    } kinds[] = {{"port", e->port},       {"mmio", e->mmio},     {"uart", e->uart},
                 {"debug", e->debug},     {"cmos", e->cmos},     {"pm-timer", e->pm_timer},
                 {"cf8", e->cf8},         {"ecam", e->ecam},     {"bar", e->bar},
                 {"io-apic", e->io_apic}, {"absent", e->absent}, {"other", e->other}};
    fprintf(to, "%s: %llu\n", prefix, (unsigned long long)(e->port + e->mmio));
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        fprintf(to, "%s-%s: %llu\n", prefix, kinds[i].name, (unsigned long long)kinds[i].count);
}

static void report(const struct vm *vm)
{
    FILE *to = open_output(vm->options->report);
    fprintf(to, "end: %s\n", endings[vm->ending].text);
    if (vm->bus.failed)
        fprintf(to, "forbidden: %s\n", vm->bus.failure);
    report_exits(to, "exits", &vm->exits);
    if (vm->marked)
        report_exits(to, "exits-to-loader", &vm->exits_at_mark);
    close_output(to);
}

/* What there is to see when a run did not end as it should, or when somebody asks. */
static void show_state(struct vm *vm)
{
    bool as_asked =
        vm->ending == END_POWER_OFF || vm->ending == END_RESET || vm->ending == END_POWER_CUT;
    if (as_asked && vm->options->state == NULL)
        return;
    FILE *to = open_output(vm->options->state);
    kvm_show_state(vm, to);
    vm->options->kind->show(vm, to);
    close_output(to);
}

/* Cloud Hypervisor makes a new machine of the same flags: so does a new process. */
static void reboot(char **argv)
{
    execv("/proc/self/exe", argv);
    die("cannot be started again");
}

int main(int argc, char **argv)
{
    static struct machine_options options;
    options_parse(&options, argc, argv);
    struct vm *vm = &the_vm;
    vm->options = &options;
    memory_create(vm);
    load_kernel(vm);
    write_tables(vm);
    add_devices(vm);
    options.kind->add_virtio_devices(vm);
    kvm_create(vm);
    kvm_start(vm);
    wait_until_end(vm);
    kvm_stop(vm);
    options.kind->check(vm);
    if (options.strict && vm->bus.failed)
        vm->ending = END_FORBIDDEN;
    show_state(vm);
    if (!options.no_reboot && !options.kind->ends_by_reset && vm->ending == END_RESET)
        reboot(argv);
    report(vm);
    return endings[vm->ending].status;
}
