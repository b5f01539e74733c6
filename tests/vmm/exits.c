/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>

#include "vmm/machine.h"

static void handle_port(struct vm *vm, struct kvm_run *run)
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

static void handle_mmio(struct vm *vm, struct kvm_run *run)
{
    uint64_t address = run->mmio.phys_addr, value = 0;
    vm->exits.mmio++;
    if (address >= ECAM && address < ECAM + ECAM_SIZE)
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

void handle_exit(struct vm *vm, struct kvm_run *run)
{
    switch (run->exit_reason) {
    case KVM_EXIT_IO:
        handle_port(vm, run);
        break;
    case KVM_EXIT_MMIO:
        handle_mmio(vm, run);
        break;
    case KVM_EXIT_INTR:
    case KVM_EXIT_IOAPIC_EOI:
        vm->exits.other++;
        break;
    case KVM_EXIT_SHUTDOWN:
        vm_end(vm, END_TRIPLE_FAULT);
        break;
    case KVM_EXIT_INTERNAL_ERROR:
        fprintf(stderr, "vmm: KVM internal error %u\n", run->internal.suberror);
        vm_end(vm, END_ERROR);
        break;
    default:
        fprintf(stderr, "vmm: exit reason %u\n", run->exit_reason);
        vm_end(vm, END_ERROR);
    }
    if (vm->bus.failed && vm->options->strict)
        vm_end(vm, END_FORBIDDEN);
}
