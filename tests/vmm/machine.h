/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "models/bus.h"
#include "vmm/options.h"

/* One virtual machine of the bench. */

#define LOW_RAM_END 0xc0000000ull /* RAM above goes to 4 GiB; the 32-bit PCI window begins */
#define HIGH_RAM    0x100000000ull
#define ECAM        0xe8000000ull /* 1 MiB per segment */
#define ECAM_SIZE   (256ull << 20)
#define WINDOWS_MAX PMEMS_MAX

enum ending {
    END_RUNNING,
    END_POWER_OFF,
    END_RESET,
    END_TRIPLE_FAULT,
    END_TIMEOUT,
    END_FORBIDDEN, /* strict mode: an access to what is not there, or against a device's rules */
    END_ERROR,
    END_POWER_CUT,
};

/* Exits by kind: what leaves the guest. */
struct exits {
    uint64_t port, mmio, other;
    uint64_t uart, debug, pm_timer, cmos, cf8, ecam, bar, io_apic, absent;
};

/* Guest memory beside RAM: the files of pmem devices. */
struct memory_window {
    uint64_t address, size;
    uint8_t *host;
};

/* From `base` up to `end`, which is not in it; size 0 where base equals end. */
struct span {
    uint64_t base, end;
};

struct cpu;

struct vm {
    const struct machine_options *options;
    struct bus bus;
    uint64_t low_size, high_size;
    uint8_t *low, *high;
    struct memory_window windows[WINDOWS_MAX];
    unsigned window_count;
    struct exits exits;
    struct exits exits_at_mark; /* when the guest wrote MARK to port 0x80 */
    bool marked;
    unsigned disk_writes;
    uint32_t entry;
    int kvm_fd, vm_fd;
    struct cpu *cpus;

    /* Whoever touches devices, counters or the ending holds the lock. */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    enum ending ending;
};

/* Written to port 0x80 by the guest application as its first instruction. */
#define MARK 0xa5

/* memory.c: RAM and its zones; where the guest's [address, address + size) is, or NULL. */
void memory_create(struct vm *vm);
void *vm_memory(struct vm *vm, uint64_t address, uint64_t size);

/* main.c: ends the run after the current exit; the first ending counts. */
void vm_end(struct vm *vm, enum ending ending);
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* topology.c: APIC ids, which have gaps when the numbers of --cpus topology= are no powers of two.
 */
uint32_t apic_id(const struct machine_options *options, unsigned cpu);
uint32_t highest_apic_id(const struct machine_options *options);
/* Bits of an APIC id that tell threads of a core apart, and those and cores of a package. */
unsigned thread_bits(const struct machine_options *options);
unsigned package_bits(const struct machine_options *options);

/* load.c: the rules of the ELF loader that Cloud Hypervisor and Firecracker share. */
void load_kernel(struct vm *vm);

/* windows.c: a segment's windows for BARs (platforms/cloud-hypervisor.md §1.2). */
struct span window32(const struct vm *vm, unsigned segment);
struct span window64(const struct vm *vm, unsigned segment);

/* tables.c: what is in memory at entry. acpi.c: the ACPI tables, made of the fixture's that lie in
 * memory. mp_table.c: Cloud Hypervisor's MP table at `to`, of the dumped one. */
#define MP_TABLE_MAX 0x100u
void write_tables(struct vm *vm);
void write_acpi_tables(struct vm *vm);
void write_mp_table(struct vm *vm, const uint8_t *dumped, uint32_t to);

/* devices.c: the platform's; beside what both kinds of machines have, those of one kind. */
void add_devices(struct vm *vm);
void add_cloud_hypervisor_devices(struct vm *vm);
void add_firecracker_devices(struct vm *vm);

/* kvm.c: the machine, one thread per processor. */
void kvm_create(struct vm *vm);
void kvm_start(struct vm *vm);
void kvm_stop(struct vm *vm);
void kvm_show_state(struct vm *vm, FILE *to);

/* exits.c: one exit of a processor, with the lock held. */
struct kvm_run;
void handle_exit(struct vm *vm, struct kvm_run *run);
