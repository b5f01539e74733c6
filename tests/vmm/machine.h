/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "models/bus.h"

/* One virtual machine of the bench. */

#define LOW_RAM_END  0xc0000000ull /* RAM above goes to 4 GiB */
#define HIGH_RAM     0x100000000ull
#define ECAM         0xe8000000ull
#define WINDOW32_END 0xe8000000ull

enum ending {
    END_RUNNING,
    END_POWER_OFF,
    END_RESET,
    END_TRIPLE_FAULT,
    END_TIMEOUT,
    END_FORBIDDEN, /* strict mode: an access to what is not there, or against a device's rules */
    END_ERROR,
};

/* Exits by kind: what leaves the guest. */
struct exits {
    uint64_t port, mmio, other;
    uint64_t uart, debug, pm_timer, cmos, cf8, ecam, bar, io_apic, absent;
};

struct machine_options {
    const char *kernel, *cmdline, *initramfs;
    uint64_t memory; /* bytes */
    unsigned physical_bits;
    enum { SERIAL_NULL, SERIAL_TTY, SERIAL_OFF } serial;
    bool console; /* virtio-console */
    const char *oem_strings[8];
    unsigned oem_string_count;
    const char *disks[96];
    bool disk_readonly[96];
    unsigned disk_count;

    /* The bench's own */
    bool strict;
    bool no_tsc_leaf;
    bool x2apic;    /* on at entry, as with processors beyond APIC id 254 */
    bool stale_ram; /* RAM that is not zero, as of a memory zone after a reboot */
    unsigned timeout_seconds;
    const char *debug_log, *report;
};

struct vm {
    const struct machine_options *options;
    struct bus bus;
    uint64_t low_size, high_size;
    uint8_t *low, *high;
    enum ending ending;
    struct exits exits;
    uint64_t exits_at_mark; /* port + mmio when the guest wrote MARK to port 0x80 */
    bool marked;
    uint32_t entry;
    int kvm_fd, vm_fd, cpu_fd;
};

/* Written to port 0x80 by the guest application as its first instruction. */
#define MARK 0xa5

/* Pointer to guest memory [address, address + size), or NULL. */
void *vm_memory(struct vm *vm, uint64_t address, uint64_t size);

/* Ends the run after the current exit. */
void vm_end(struct vm *vm, enum ending ending);

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* load.c: the rules of Cloud Hypervisor's ELF loader. */
void load_kernel(struct vm *vm);

/* tables.c: start_info, map, ACPI and SMBIOS as Cloud Hypervisor lays them out. */
void write_tables(struct vm *vm);

/* devices.c */
void add_devices(struct vm *vm);

/* pci_devices.c. The check, after the run, calls bus_forbidden() for rules that were broken. */
void add_pci_devices(struct vm *vm);
void check_pci_devices(struct vm *vm);

/* kvm.c */
void kvm_create(struct vm *vm);
void kvm_run_until_end(struct vm *vm);
void kvm_message_interrupt(struct vm *vm, uint64_t address, uint32_t data);
